"""What loads but should not stay so is found, with what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.kit.agent import Agent
from bot.kit.lint import Finding, lint
from bot.kit.load import Agents

AgentIn = Callable[..., Agent]

SOUND = "description: Keeps a shop.\napprovers: [releasers]\n"


def found(agent: Agent) -> list[Finding]:
    return lint(Agents({agent.name: agent}, agent.people))


def test_a_sound_agent_has_nothing_to_mend(agent_in: AgentIn) -> None:
    assert found(agent_in(SOUND)) == []


MANY = "from bot.kit import tool\n" + "".join(
    f"@tool(reads=True)\ndef look_{n}():\n    'Look.'\n" for n in range(11)
)
TWO = "from bot.kit import tool\n@tool(quorum=3)\ndef act():\n    'Act.'\n"


@pytest.mark.parametrize(
    ("front", "tools", "severity", "text"),
    [
        (SOUND + "limits: {steps: 21}", None, "error", "21 steps are more than 20"),
        (SOUND, MANY, "error", "11 tools are more than 10"),
        ("approvers: [alice]", None, "warning", "it has no description"),
        ("description: d", None, "error", "refund needs approval and nobody may give it"),
        (SOUND + "policy: {credit: {approval: never}}", None, "warning", "policy of credit: approval: never"),
        ("description: d\napprovers: [alice, alcie]", None, "error", "alcie is named as approver"),
        (SOUND + "policy: {label: {approvers: [zed]}}", None, "error", "zed is named as approver"),
        (SOUND + "schedules: [{name: n, schedule: '@daily', time_zone: UTC, prompt: p, address: console, missed: run_all(3)}]", None, "warning", "its schedule n runs the first alone of the slots that it catches up"),
        (SOUND + "schedules: [{name: n, schedule: '* * * * *', time_zone: UTC, prompt: p, address: console}]", None, "warning", "its schedule n begins 1,440 threads a day"),
        (SOUND + "policy: {request_human_input: {escalate: [{after: 1h, to: [deputy, zed]}]}}", None, "error", "escalate of request_human_input: zed is neither"),
        (SOUND + "policy: {label: {approval: always, escalate: [{after: 1h, to: [owner, zed]}]}}", None, "error", "escalate of label: zed is neither"),
        (SOUND + "routes: [{channel: slack}]", None, "warning", "its routes are kept"),
        (SOUND + "model: a b", None, "error", "model: 'a b' is no name of a model"),
        (SOUND + "fallback: ' '", None, "error", "fallback: ' ' is no name of a model"),
        (SOUND + "model: m-1\nfallback: m-1", None, "warning", "fallback: m-1 is its model already"),
        (SOUND + "address: relaeses", None, "error", "address: relaeses is no place of the people file (did you mean releases?)"),
        (SOUND + "address: 'slack:C1'", None, "error", "address: 'slack:C1' is no place; #channel, or slack:TEAM/CHANNEL by their IDs"),
        (SOUND + "policy: {label: {address: slack}}", None, "error", "address of label: slack is no place of the people file"),
        (SOUND + "address: 'email:zed@example.com'", None, "error", "address: nobody in the people file has the address zed@example.com"),
        (SOUND + "address: lobby", None, "error", "address: lobby is 'slack:lobby' in the people file; #channel, or slack:TEAM/CHANNEL by their IDs"),
        (SOUND, TWO, "error", "act needs 3 approvals and 2 may give one"),
    ],
)  # fmt: skip
def test_each_weakness_is_found_and_says_what_mends_it(
    agent_in: AgentIn, front: str, tools: str | None, severity: str, text: str
) -> None:
    agent = agent_in(front, tools) if tools else agent_in(front)
    findings = [finding for finding in found(agent) if finding.text.startswith(text)]
    assert [finding.severity for finding in findings] == [severity]
    assert findings[0].mend


@pytest.mark.parametrize("address", ["releases", "slack:T1/C1"])
def test_a_place_of_the_people_file_or_a_channel_by_its_ids_is_fine(
    agent_in: AgentIn, address: str
) -> None:
    front = f"address: {address}\npolicy: {{label: {{address: {address}}}}}"
    assert found(agent_in(SOUND + front)) == []


def test_a_default_that_is_no_place_is_found(agent_in: AgentIn) -> None:
    agent = agent_in(SOUND)
    people = replace(agent.people, places={"default": "releases"})
    [finding] = found(replace(agent, people=people))
    assert finding.text.startswith("default: default is 'releases' in the people file")


@pytest.mark.parametrize("name", ["claude-x", "us.anthropic.x-v1:0", "claude-x@20250929", "org/x"])
def test_the_names_that_providers_give_their_models_are_fine(agent_in: AgentIn, name: str) -> None:
    assert found(agent_in(SOUND + f"model: {name}\nfallback: {name}-b")) == []


def test_a_long_prompt_is_found(agent_in: AgentIn) -> None:
    agent = replace(agent_in(SOUND), body="word " * 4_000)
    assert next(finding.text for finding in found(agent)).startswith("the prompt has about 5,")
