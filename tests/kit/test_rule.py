"""Who decides on a call: the tool's own words, which a policy may tighten and seldom loosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.document import AgentError
from bot.kit.people import People, Person

AgentIn = Callable[..., Agent]

SMALL = {"charge": "ch_1", "amount": 100}
LARGE = {"charge": "ch_1", "amount": 30_000}


def test_a_read_is_a_read_and_a_write_that_never_asks_is_a_write(agent_in: AgentIn) -> None:
    agent = agent_in('policy: {"*": {quorum: 2}}')
    assert agent.rule("list_charges", {}).kind == "read"
    assert agent.rule("label", {**SMALL}).kind == "write"
    assert agent.rule("await", {}).kind == "read"


def test_a_condition_decides_on_the_arguments(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers]")
    assert agent.rule("credit", {**SMALL}).kind == "write"
    assert agent.rule("credit", {**LARGE}).kind == "gated"
    assert agent.approval("credit") == "when"


def test_a_quorum_is_counted_from_the_arguments(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers]")
    assert agent.rule("credit", {"charge": "ch_1", "amount": 101}).quorum == 1
    assert agent.rule("credit", {**LARGE}).quorum == 2


def test_a_condition_that_fails_leaves_it_to_a_human(agent_in: AgentIn) -> None:
    agent = agent_in(
        "approvers: [releasers, carol]",
        """
        from bot.kit import tool

        def broken(args):
            raise KeyError("no")

        @tool(approval=broken, quorum=broken)
        def act():
            "Act."
        """,
    )
    rule = agent.rule("act", {})
    assert rule.kind == "gated"
    assert rule.quorum == 3
    assert "KeyError" in rule.reason


@pytest.mark.parametrize("said", ["None", "0", "''", "[1]"])
def test_a_condition_that_says_neither_yes_nor_no_leaves_it_to_a_human(
    agent_in: AgentIn, said: str
) -> None:
    tools = f"from bot.kit import tool\n@tool(approval=lambda _: {said})\ndef act():\n    'Act.'\n"
    rule = agent_in("approvers: [bob]", tools).rule("act", {})
    assert (rule.kind, rule.approvers) == ("gated", ("bob",))
    assert "neither True nor False" in rule.reason


@pytest.mark.parametrize("counted", ["None", "True", "'2'", "2.0"])
def test_a_quorum_that_is_no_number_needs_everybody(agent_in: AgentIn, counted: str) -> None:
    tools = f"from bot.kit import tool\n@tool(quorum=lambda _: {counted})\ndef act():\n    'Act.'\n"
    assert agent_in("approvers: [releasers]", tools).rule("act", {}).quorum == 2


def test_no_list_of_approvers_means_nobody(agent_in: AgentIn) -> None:
    rule = agent_in().rule("refund", {**SMALL})
    assert rule.kind == "gated"
    assert rule.approvers == ()
    assert rule.self_approval is False


def test_groups_become_people_and_strangers_become_nobody(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers, alice, mallory]")
    assert agent.rule("refund", {**SMALL}).approvers == ("alice", "bob")


def test_a_policy_tightens(agent_in: AgentIn) -> None:
    agent = agent_in("""
        approvers: [releasers]
        policy:
          "*": {deadline: 4s, words: denied, channels: [slack]}
          label: {approval: always, quorum: 2, self_approval: allowed, approvers: [carol, bob]}
        """)
    rule = agent.rule("label", {**SMALL})
    assert (rule.kind, rule.quorum, rule.self_approval) == ("gated", 2, True)
    assert rule.approvers == ("carol", "bob")
    assert (rule.deadline_seconds, rule.typed, rule.channels) == (4, False, ("slack",))
    assert rule.reason == "The agent's policy asks for approval of every label."


def test_what_holds_for_every_tool_gives_way_to_what_is_said_of_one(agent_in: AgentIn) -> None:
    agent = agent_in(
        'approvers: [bob]\npolicy: {"*": {approval: always, quorum: 2}, label: {quorum: 1}}'
    )
    assert agent.rule("label", {**SMALL}).kind == "gated"
    assert agent.rule("label", {**SMALL}).quorum == 1
    assert agent.rule("credit", {**SMALL}).kind == "gated"
    assert agent.rule("list_charges", {}).kind == "read"


def test_a_condition_for_every_tool_reaches_those_that_have_one(agent_in: AgentIn) -> None:
    agent = agent_in('policy: {"*": {approval: when}}')
    assert [agent.approval(name) for name in agent.tools] == ["when", "never", "never", "always"]


def test_a_policy_only_raises_a_quorum_that_is_counted(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [bob]\npolicy: {credit: {approval: always, quorum: 1}}")
    assert agent.rule("credit", {**LARGE}).quorum == 2
    agent = agent_in("approvers: [bob]\npolicy: {credit: {approval: always, quorum: 3}}")
    assert agent.rule("credit", {**SMALL}).quorum == 3


FIRM = """
from bot.kit import tool

@tool(approval="always", reversible=False, quorum=2, approvers=("alice", "bob"),
      self_approval="denied", deadline="1h")
def erase():
    "Erase."
"""


@pytest.mark.parametrize(
    "words",
    [
        "approval: never",
        "quorum: 1",
        "approvers: [carol]",
        "self_approval: allowed",
        "deadline: 2h",
    ],
)
def test_what_cannot_be_undone_and_asks_always_cannot_be_loosened(
    agent_in: AgentIn, words: str
) -> None:
    with pytest.raises(AgentError, match=f"erase cannot be undone and asks always: {words[:8]}"):
        agent_in(f"policy: {{erase: {{{words}}}}}", FIRM)


def test_what_cannot_be_undone_can_be_tightened(agent_in: AgentIn) -> None:
    agent = agent_in("policy: {erase: {approvers: [bob], quorum: 3, deadline: 5m}}", FIRM)
    rule = agent.rule("erase", {})
    assert (rule.approvers, rule.quorum, rule.deadline_seconds) == (("bob",), 3, 300)


def test_the_tool_names_approvers_before_the_agent_does(agent_in: AgentIn) -> None:
    assert agent_in("approvers: [carol]", FIRM).rule("erase", {}).approvers == ("alice", "bob")


def test_arguments_that_do_not_fit_have_no_rule(agent_in: AgentIn) -> None:
    with pytest.raises(BadArguments):
        agent_in().rule("refund", {"charge": "x", "amount": 1})


def test_an_empty_people_file_means_that_nobody_may_decide(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers]")
    nobody = People({"zoe": Person()})
    terms = agent.terms["refund"]
    assert terms.rule(agent.tool("refund").parse({**SMALL}), nobody).approvers == ()
