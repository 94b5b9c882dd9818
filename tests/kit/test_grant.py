"""What may be granted beside an approval: said by the author or the owner, and refused where it makes no sense."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.values import Grantable
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.lint import lint
from bot.kit.load import Agents

AgentIn = Callable[..., Agent]

DEPLOY = """
from bot.kit import Args, Grant, tool

class Deploy(Args):
    environment: str
    tag: str

@tool(approval="always", grant=Grant(minutes=60, same=("environment",)))
def deploy(d: Deploy):
    "Deploy."

@tool(approval="always")
def roll_back(d: Deploy):
    "Roll back."

@tool(approval="always", reversible=False)
def wipe(d: Deploy):
    "Wipe."

@tool(approval=lambda d: d.environment != "dev", quorum=lambda d: 2 if d.tag == "v9" else 1, grant=Grant(minutes=5, same=()))
def move(d: Deploy):
    "Move."

@tool(approval="never")
def note(d: Deploy):
    "Note."

@tool(reads=True)
def look(d: Deploy):
    "Look."
"""
STAGING = {"environment": "staging", "tag": "v1"}


def offered(agent: Agent, tool: str, **changes: str) -> Grantable | None:
    return agent.rule(tool, {**STAGING, **changes}).grant


TWO_NAMES = """
from pydantic import AliasChoices, Field, SecretStr

from bot.kit import Args, Grant, tool

class Deploy(Args):
    environment: str = Field("dev", validation_alias=AliasChoices("environment", "env"))
    tag: str
    password: SecretStr = SecretStr("-")

@tool(approval="always", grant=Grant(minutes=60, same=("environment",)))
def deploy(d: Deploy):
    "Deploy."
"""


def test_nothing_may_be_granted_where_a_value_may_stand_under_another_name(
    agent_in: AgentIn,
) -> None:
    """Else two environments, each given as `env`, would both be one that is left out."""
    agent = agent_in("approvers: [releasers]", TWO_NAMES)
    deploy = agent.tool("deploy")
    for given in ({"env": "staging", "tag": "v1"}, {"tag": "v1"}):
        assert agent.rule("deploy", deploy.spelled_out({**given})).grant is None
    assert agent.rule("deploy", deploy.spelled_out({**STAGING})).grant


def test_nothing_may_be_granted_unless_it_is_said(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers]", DEPLOY)
    assert offered(agent, "roll_back") is None
    assert offered(agent, "deploy") == Grantable(minutes=60, same=("environment",))
    assert offered(agent, "move") == Grantable(minutes=5)
    assert agent.rule("move", {**STAGING, "tag": "v9"}).quorum == 2


def test_the_policy_says_it_beside_the_other_terms(agent_in: AgentIn) -> None:
    agent = agent_in(
        "policy: {roll_back: {grant: {minutes: 30, same: [tag, environment], outside: allowed}}}",
        DEPLOY,
    )
    expected = Grantable(minutes=30, same=("environment", "tag"), outside=True)
    assert offered(agent, "roll_back") == expected


def test_the_policy_takes_it_away(agent_in: AgentIn) -> None:
    for policy in ("deploy: {grant: denied}", '"*": {grant: denied}', "deploy: {approval: never}"):
        agent = agent_in(f"policy: {{{policy}}}", DEPLOY)
        assert offered(agent, "deploy") is None
    agent = agent_in('policy: {"*": {grant: denied}, deploy: {quorum: 2}}', DEPLOY)
    assert offered(agent, "deploy") is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("deploy: {grant: {minutes: 60, same: [environment]}}", ()),
        ("deploy: {grant: {minutes: 10, same: [environment, tag]}}", ()),
        ("deploy: {grant: denied}", ()),
        ("deploy: {grant: {minutes: 61, same: [environment]}}", ("grant: 61 minutes",)),
        ("deploy: {grant: {minutes: 5, same: []}}", ("grant: 5 minutes",)),
        (
            "deploy: {grant: {minutes: 5, same: [environment], outside: allowed}}",
            ("grant: 5 minutes",),
        ),
    ],
)
def test_what_lets_more_be_granted_than_the_tool_does_is_loosened(
    agent_in: AgentIn, policy: str, expected: tuple[str, ...]
) -> None:
    agent = agent_in(f"policy: {{{policy}}}", DEPLOY)
    assert agent.terms["deploy"].loosened == expected


def test_the_linter_tells_of_a_grant_that_the_tool_does_not_know(agent_in: AgentIn) -> None:
    agent = agent_in(
        "approvers: [releasers]\npolicy: {roll_back: {grant: {minutes: 30, same: []}}}", DEPLOY
    )
    found = lint(Agents({"shop": agent}, agent.people))
    assert any("grant: 30 minutes asks for less" in each.text for each in found)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("minutes: 0, same: []", "minutes should be greater than or equal to 1"),
        ("minutes: 1441, same: []", "minutes should be less than or equal to 1440"),
        ("minutes: true, same: []", "minutes should be a valid integer"),
        ("minutes: 5", "same is missing"),
        ("minutes: 5, same: [], other: 1", "other is not known here"),
        ("minutes: 5, same: [enviroment]", "takes no argument 'enviroment'"),
    ],
)
def test_what_makes_no_sense_stops_the_start(agent_in: AgentIn, said: str, expected: str) -> None:
    with pytest.raises(AgentError, match=r"agent\.md:\d+: ") as caught:
        agent_in(f"policy:\n  roll_back:\n    grant: {{{said}}}", DEPLOY)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("roll_back: {grant: {minutes: 5, same: []}, quorum: 2}", "a quorum of 2"),
        ("deploy: {quorum: 2}", "grant: denied"),
        ("look: {grant: {minutes: 5, same: []}}", "look only reads, so there is nothing to grant"),
        ("note: {grant: {minutes: 5, same: []}}", "note runs without approval"),
        ("deploy: {approval: never, grant: {minutes: 5, same: [environment]}}", "without approval"),
        ("wipe: {grant: {minutes: 5, same: []}}", "cannot be undone"),
        ('"*": {grant: {minutes: 5, same: []}}', "tool by tool"),
        ("deploy: {grant: allowed}", "a grant is denied, or like {minutes: 60"),
        ("deploy: {grant: [5]}", "a grant is denied, or like {minutes: 60"),
    ],
)
def test_what_does_not_go_together_stops_the_start(
    agent_in: AgentIn, policy: str, expected: str
) -> None:
    with pytest.raises(AgentError, match=r"agent\.md:\d+: ") as caught:
        agent_in(f"policy: {{{policy}}}", DEPLOY)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("grant=Grant(minutes=0, same=())", "from 1 to 1440"),
        ("grant=Grant(minutes=1441, same=())", "from 1 to 1440"),
        ("grant=Grant(minutes=True, same=())", "from 1 to 1440"),
        ("grant=Grant(minutes=5, same=('other',))", "takes no argument 'other'"),
        ("grant=Grant(minutes=5, same='tag')", "a tuple of names"),
        ("grant=Grant(minutes=5, same=(), outside='yes')", '"allowed" or "denied"'),
        ("grant={'minutes': 5}", "Grant(minutes=60"),
        ("grant=Grant(minutes=5, same=()), quorum=2", "a quorum of 2"),
        ("grant=Grant(minutes=5, same=()), approval='never'", "asks nobody"),
        ("grant=Grant(minutes=5, same=()), reads=True", "needs no approval"),
    ],
)
def test_what_an_author_cannot_mean_stops_the_start(
    agent_in: AgentIn, declared: str, expected: str
) -> None:
    tools = f"""
from bot.kit import Args, Grant, tool

class Deploy(Args):
    tag: str

@tool({declared})
def deploy(d: Deploy):
    "Deploy."
"""
    with pytest.raises(AgentError, match=r"tools\.py:\d+: deploy: ") as caught:
        agent_in("", tools)
    assert expected in str(caught.value)
