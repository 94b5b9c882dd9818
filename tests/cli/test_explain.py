"""`bot policy explain`: why a call is asked about, and by whom it would be decided."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.cli.office import Json, Office, furnish

PEOPLE = """\
people:
  alice: {name: Alice Example, slack: U1, email: alice@example.com, reach: [email], deputy: carol, away: 2999-01-01}
  bob: {name: Bob Example}
  carol: {}
groups:
  cashiers: [alice, bob]
  nobody: []
"""
POLICY = "policy: {settle: {quorum: 2, deadline: 8h, remind: [1h], escalate: [{after: 2h, to: [deputy, owner]}]}}"
REFUND = ("explain", "desk", "refund", "--arguments", '{"charge": "ch_1", "cents": 5}')


@pytest.fixture
def office(tmp_path: Path) -> Office:
    furnish(tmp_path)
    (tmp_path / "agents/_house/people.yaml").write_text(PEOPLE)
    return Office(tmp_path)


def policy(office: Office, line: str) -> None:
    file = office.folder / "agents/desk/agent.md"
    text = file.read_text().replace("policy: {settle: {quorum: 2}}", line)
    assert line in text
    file.write_text(text)


def told(office: Office, *words: str) -> Json:
    said = office.run("policy", *words, "--json")
    assert (said.status, said.err) == (0, "")
    return cast("Json", said.json)


def test_it_says_who_decides_through_which_group_and_who_does_not_count(office: Office) -> None:
    why = told(office, *REFUND, "--by", "bob")
    assert (why["kind"], why["quorum"], why["can_be_met"]) == ("gated", 1, True)
    assert "asks for approval of every refund" in str(why["reason"])
    alice, bob = cast("list[Json]", why["approvers"])
    assert (alice["person"], alice["through"], alice["counts"]) == ("alice", ["cashiers"], True)
    assert (bob["counts"], bob["why_not"]) == (False, "asked for it, and who asks does not approve")


def test_a_deputy_stands_in_but_not_for_whoever_asks(office: Office) -> None:
    alice = cast("list[Json]", told(office, *REFUND)["approvers"])[0]
    assert (alice["deputy"], str(alice["deputy_from"])[-1]) == ("carol", "Z")
    asking = cast("list[Json]", told(office, *REFUND, "--by", "alice")["approvers"])[0]
    assert (asking["deputy"], asking["counts"]) == (None, False)
    hers = cast("list[Json]", told(office, *REFUND, "--by", "carol")["approvers"])[0]
    assert (hers["deputy"], hers["counts"]) == (None, True)


def test_the_ladder_the_deadline_and_the_addresses_in_order_are_told(office: Office) -> None:
    policy(office, POLICY)
    why = told(office, "explain", "desk", "settle")
    assert why["deadline_seconds"] == 8 * 3_600
    remind, escalate = cast("list[Json]", why["ladder"])
    assert (remind["after_seconds"], remind["kind"]) == (3_600, "remind")
    assert (escalate["kind"], escalate["to"]) == ("escalate", ["deputy", "owner"])
    thread, first, second = cast("list[Json]", why["addresses"])
    assert thread == {"by": "thread"}
    assert (first["channel"], second["channel"]) == ("email", "slack")
    text = office.run("policy", "explain", "desk", "settle").out
    assert "takes 2 of: alice, bob" in text
    assert "after 2h: escalate deputy, owner" in text
    assert "by buttons and typed words, within 8h" in text
    assert "can only be reached by deputies" in office.run(
        "policy", "explain", "desk", "settle", "--by", "bob"
    ).out  # fmt: skip


PLACES = "places: {releases: slack:T1/C1, default: slack:T1/C3}\n"


def test_the_place_of_a_card_is_told_in_order_with_what_names_it(office: Office) -> None:
    file = office.folder / "agents/_house/people.yaml"
    file.write_text(PEOPLE + PLACES)
    policy(office, "policy: {settle: {address: releases}}\naddress: slack:T1/C2")
    rows = cast("list[Json]", told(office, "explain", "desk", "settle")["addresses"])
    assert [row["by"] for row in rows[:4]] == ["call", "thread", "agent", "default"]
    assert rows[0] == {"by": "call", "name": "releases", "channel": "slack", "locator": "T1/C1"}
    text = office.run("policy", "explain", "desk", "settle").out
    assert "put in releases (slack T1/C1), which the policy of its tool names; where" in text
    assert "in slack:T1/C2 (slack T1/C2), the address of its agent;" in text
    assert "in default (slack T1/C3), the default of the people file\n" in text
    other = cast("list[Json]", told(office, *REFUND)["addresses"])
    assert [row["by"] for row in other[:3]] == ["thread", "agent", "default"]


def test_a_name_that_is_no_place_is_told_by_explain_and_lint(office: Office) -> None:
    policy(office, "policy: {settle: {address: relases}}")
    text = office.run("policy", "explain", "desk", "settle").out
    assert "put in the thread where the work began\n" in text
    assert "nothing is put there: relases is no place of the people file" in text
    said = office.run("lint")
    assert said.status == 1
    assert "address of settle: relases is no place of the people file" in said.out


def test_a_group_that_cannot_be_read_is_told_beside_whoever_may_decide(office: Office) -> None:
    file = office.folder / "agents/_house/people.yaml"
    file.write_text(PEOPLE.replace("cashiers: [", 'cashiers: ["slack:S0123", '))
    [row] = [
        row for row in office.run("policy", "desk", "--json").json if row["intent"] == "refund"
    ]
    assert row["unread"] == [{"group": "slack:S0123", "why": "slack is not set up here"}]
    text = office.run("policy", "desk").out
    assert "alice, bob, slack:S0123 unread: slack is not set up here" in text


def test_a_read_is_explained_and_asks_nobody(office: Office) -> None:
    assert told(office, "explain", "desk", "charges")["reason"] == "charges only reads."


@pytest.mark.parametrize("line", ["approvers: []", "approvers: [nobody]", "approvers: [mallory]"])
def test_where_nobody_may_decide_the_command_that_mends_it_is_named(
    office: Office, line: str
) -> None:
    file = office.folder / "agents/desk/agent.md"
    file.write_text(file.read_text().replace("approvers: [cashiers]", line))
    why = told(office, *REFUND)
    assert (why["approvers"], why["can_be_met"]) == ([], False)
    assert why["mend"] == "bot approvers desk --add NAME"
    assert not office.run("policy", *REFUND).out.rstrip().endswith(":"), "copies to nobody"
    lint = office.run("lint")
    assert lint.status == 1
    assert "refund needs approval and nobody may give it; bot approvers desk --add NAME" in lint.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("explain", "desk", "refnd"), "did you mean refund?"),
        (("explain", "dsk", "refund"), "did you mean desk?"),
        (("explain", "desk", "refund", "--arguments", "{"), "--arguments is not JSON"),
        (("explain", "desk", "refund", "--arguments", "{}"), "refund: "),
        (("desk", "refund"), "bot policy explain AGENT TOOL"),
        (("explain",), "bot policy explain AGENT TOOL"),
        (("explain", "desk"), "bot policy explain AGENT TOOL"),
    ],
)
def test_what_cannot_be_explained_is_said_in_one_sentence(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    said = office.run("policy", *words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert sentence in said.err


def test_what_is_built_in_is_explained_and_a_question_with_its_place_and_ladder(
    office: Office,
) -> None:
    policy(office, "policy: {request_human_input: {deadline: 90m, remind: [1h]}}")
    assert told(office, "explain", "desk", "await")["kind"] == "await"
    said = office.run("policy", "explain", "desk", "request_human_input")
    assert (said.status, said.err) == (0, "")
    assert "within 90m" in said.out
    assert "after 1h: remind" in said.out
    assert "put in the thread where the work began" in said.out


def test_a_ladder_that_names_nobody_known_does_not_pass_the_linter(office: Office) -> None:
    policy(office, POLICY.replace("deputy, owner", "mallory"))
    said = office.run("lint")
    assert "escalate of settle: mallory is neither a person nor a group" in said.out


def test_whoever_asks_and_is_misspelt_is_not_taken_for_somebody_else(office: Office) -> None:
    said = office.run("policy", *REFUND, "--by", "alicee")
    assert (said.status, said.err) == (2, "There is no person alicee (did you mean alice?).\n")
    assert office.run("policy", *REFUND, "--by", "a-stranger").status == 0
