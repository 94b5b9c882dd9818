"""Wrong front matter stops the start with file, line and what was expected."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.values import Limits
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.front_matter import Policy, read_agent_file
from bot.kit.house import load_house
from bot.kit.load import load_agent, load_agents
from bot.kit.people import People

AgentIn = Callable[..., Agent]


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[[str | bytes], str]:
    """The error that this agent.md leads to, without its folder."""

    def read(text: str | bytes) -> str:
        path = tmp_path / "agent.md"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(AgentError) as caught:
            read_agent_file(path)
        return str(caught.value).removeprefix(f"{tmp_path}/")

    return read


def test_everything_the_contract_names_is_read(agent_in: AgentIn) -> None:
    agent = agent_in("""
        description: >
          Keeps
          a shop.
        model: claude-example
        tools: [list_charges, refund]
        approvers: [releasers, carol]
        policy:
          "*": {quorum: 2, deadline: 4s, words: denied, channels: [slack]}
          refund: {self_approval: allowed}
        limits: {steps: 5, failures: 2, cost_usd: 0.25, wall_seconds: 60}
        prefetch: [list_charges, {tool: list_charges, arguments: {limit: 3}}]
        routes: [{channel: slack, address: releases}]
        schedules:
          - {name: daily, schedule: "0 9 * * 1-5", time_zone: Europe/Berlin, prompt: Look., address: console}
        listen: thread
        """)
    assert (agent.description, agent.model) == ("Keeps a shop.", "claude-example")
    assert agent.approvers == ("alice", "bob", "carol")
    assert agent.limits == Limits(steps=5, failures=2, micro_usd=250_000, wall_seconds=60)
    assert agent.prefetch == (("list_charges", {}), ("list_charges", {"limit": 3}))
    assert (agent.listen, agent.front.routes[0]["address"]) == ("thread", "releases")


def test_without_settings_the_limits_of_the_contract_hold(agent_in: AgentIn) -> None:
    agent = agent_in()
    assert agent.limits == Limits(steps=20, failures=3)
    assert agent.listen == "thread"
    assert agent.approvers == ()


def test_the_prompt_is_the_rules_of_the_house_and_then_the_body(agent_in: AgentIn) -> None:
    agent = agent_in()
    rules, body = agent.system
    assert rules == load_house().rules
    assert body == "You keep a shop."
    assert agent.prompt == f"{rules}\n\n{body}"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "agent.md"
    path.write_bytes(b"\xef\xbb\xbf---\r\ndescription: d\r\n---\r\nYou talk.\r\nA lot.\r\n")
    _, front, body = read_agent_file(path)
    assert (front.description, body) == ("d", "You talk.\nA lot.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You talk.", "agent.md:1: --- was expected"),
        ("---\na: 1\nYou talk.\n", "agent.md:4: a second --- was expected"),
        ("---\ndescription: d\n---\n \n", "agent.md:4: the prompt was expected"),
        ("---\ndescription: d\nlimts: 3\n---\nHi", "agent.md:3: limts is not known here (did you mean limits?)"),
        ("---\nlimits:\n  steps: many\n---\nHi", "agent.md:3: limits.steps should be a valid integer"),
        ("---\nlimits: {steps: 0}\n---\nHi", "agent.md:2: limits.steps should be greater than or equal to 1"),
        ("---\nmodel: off\n---\nHi", "agent.md:2: model should be a valid string: put it in quotes, for YAML takes it for false"),
        ("---\n\nlisten: loudly\n---\nHi", "agent.md:3: listen should be 'mentions' or 'thread'"),
        ("---\napprovers: alice\n---\nHi", "agent.md:2: approvers should be a list"),
        ("---\npolicy:\n  x: {deadline: soon}\n---\nHi", "agent.md:3: policy.x.deadline: a duration is written like"),
        ("---\nschedules:\n- {name: a}\n---\nHi", "agent.md:3: schedules.0.address: nobody could hear from it"),
        ("---\na: [1\n---\nHi", "agent.md:"),
        ("---\ntools: [a]\ntools: [b]\n---\nHi", "agent.md:3: tools was expected once"),
        ("---\n- a\n---\nHi", "agent.md:2: lines of `name: value` were expected"),
        ("---\n? [a]\n: b\n---\nHi", "agent.md:2: a plain name was expected before the colon"),
        ("---\n<<: {a: 1}\n---\nHi", "agent.md:2: a plain name was expected before the colon"),
        ("---\nmodel: !!python/name:os.system\n---\nHi", "agent.md:2: a plain value was expected, not"),
        ("---\nmodel: \x07\n---\nHi", "agent.md:2: YAML was expected"),
        (b"---\nmodel: \xff\n---\nHi", "agent.md:2: UTF-8 text was expected"),
        (b"x" * 300_000, "agent.md:1: at most 256,000 bytes were expected"),
        (f"---\n{'#' * 70_000}\n---\nHi", "agent.md:2: at most 64,000 characters of YAML"),
        (f"---\na: {'[' * 500}\n---\nHi", "agent.md:2: at most 20 levels were expected"),
        (f"---\na: &a [1]\nb: [{'*a, ' * 60}]\n---\nHi", "agent.md:3: at most 50 aliases were expected"),
        ('---\ndescription: "\\ud800"\n---\nHi', "agent.md:2: whole characters were expected"),
        ('---\n"\\ud800": 1\n---\nHi', "agent.md:2: whole characters were expected"),
        ("---\na: a\0b\n---\nHi", "agent.md:2: YAML was expected"),
        ("---\npolicy:\n\tx: 1\n---\nHi", "agent.md:3: YAML was expected"),
        (f"---\nlimits: {{steps: {'9' * 20_000}}}\n---\nHi", "agent.md:2: a plain value was expected"),
        ("---\ndescription: d\n---\nHi".encode("utf-16"), "agent.md:1: UTF-8 text was expected"),
        ("---\n%YAML 9.9\n---\nHi", "agent.md:2: YAML was expected"),
        ("---\na: 1\n...\nb: 2\n---\nHi", "agent.md:4: YAML was expected"),
        ("---\na: &a [*a]\n---\nHi", "agent.md:2: less was expected: its aliases multiply"),
    ],
)  # fmt: skip
def test_wrong_front_matter_is_told_with_its_line(
    refusal: Callable[[str | bytes], str], text: str | bytes, expected: str
) -> None:
    assert refusal(text).startswith(expected)


def test_few_aliases_cannot_make_much(refusal: Callable[[str | bytes], str]) -> None:
    levels = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 6)}]" for n in range(1, 9))
    assert "its aliases multiply" in refusal(f"---\nk0: &k0 [x]\n{levels}\n---\nHi")


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("tools: [refnd]", r":2: refnd is no tool of this agent \(did you mean refund\?\)"),
        ("tools: [await]", ":2: await is built in"),
        ("policy:\n  request_human_input: {remind: [1h], quorum: 2}", ":3: request_human_input is built in"),
        ("policy:\n  refnd: {quorum: 2}", r":3: refnd is no tool .*did you mean refund"),
        ("prefetch: [refund]", ":2: a tool that reads was expected"),
        ("prefetch:\n- {tool: list_charges, arguments: {limit: x}}", ":3: list_charges: limit should be"),
        ("policy: {list_charges: {approval: always}}", ":2: list_charges only reads"),
        ("policy: {label: {approval: when}}", ":2: label has no condition"),
        ("policy: {refund: {channels: [slak]}}", r":2: slak carries no decisions \(did you mean slack\?\)"),
        ('policy: {"*": {channels: [http]}}', r":2: http carries no decisions \(there are: console, email, slack\)"),
        ("policy: {refund: {channels: []}}", ":2: no channel would carry a decision"),
        ("policy: {refund: {channels: [email], words: denied}}", ":2: refund would be decided by mail alone"),
        ("\npolicy:\n  refund: {approval: never}", ":4: refund cannot be undone and asks always"),
        ('policy: {"*": {approval: never}}', ":2: refund cannot be undone and asks always"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_the_tools_are_told_with_their_line(
    agent_in: AgentIn, front: str, expected: str
) -> None:
    with pytest.raises(AgentError, match=rf"agent\.md{expected}"):
        agent_in(front)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_loop, "too many levels of symbolic links"),
        (_endless, "a regular file was expected"),
        (os.mkfifo, "a regular file was expected"),
        (_huge, "at most 256,000 bytes were expected"),
    ],
)
@pytest.mark.parametrize("name", ["agent.md", "tools.py", "more.py"])
def test_a_file_that_never_ends_or_is_none_is_an_error_of_its_own_at_once(
    tmp_path: Path, make: Callable[[Path], None], expected: str, name: str
) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    if name != "agent.md":
        (folder / "agent.md").write_text("---\ndescription: d\n---\nHi\n")
    make(folder / name)
    with pytest.raises(AgentError, match=rf"{name}.*{expected}"):
        load_agents([tmp_path], People())


def test_an_agent_md_that_is_a_folder_is_an_error_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "odd" / "agent.md").mkdir(parents=True)
    with pytest.raises(AgentError, match=r"agent\.md: is a directory"):
        load_agent(tmp_path / "odd", load_house(), People())


def test_a_policy_over_another_keeps_what_it_is_made_of() -> None:
    """An escalation of its own, over a policy for every tool."""
    own = Policy.model_validate({"escalate": [{"after": "1h", "to": ["alice"]}]})
    (rung,) = own.over(Policy(quorum=2)).ladder()
    assert (rung.after_seconds, rung.to) == (3_600, ("alice",))
