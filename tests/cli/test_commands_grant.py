"""An approval for a while from the terminal: what the card says, what it lets run, where it shows, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from bot.cli.readback import readback
from tests.cli.office import AGENT, Json, Office, eventually, furnish, launched, running, waiting
from tests.core.test_table_grants import granted, later

POLICY = "policy: {settle: {grant: {minutes: 60, same: []}}}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, in a process of its own, and more may be granted of what closes the books."""
    folder = furnish(tmp_path_factory.mktemp("office"))
    text = AGENT.replace("policy: {settle: {quorum: 2}}", POLICY)
    (folder / "agents/desk/agent.md").write_text(text)
    with running(folder, short_folder / "grant") as here:
        yield here


def told(office: Office, *words: str) -> str:
    said = office.run(*words)
    assert (said.status, said.err) == (0, "")
    return said.out


def starts(office: Office, thread: str) -> int:
    rows = office.run("show", thread, "--events", "--json").json
    return sum(row["type"] == "ToolStarted" for row in rows)


@pytest.mark.parametrize("what", ["show", "end"])
def test_a_thread_that_is_none_is_said_to_be_none(office: Office, what: str) -> None:
    said = office.run("grant", what, "nope")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("There is no thread nope")


def test_the_life_of_a_grant(office: Office) -> None:
    thread = launched(office, "settle it", "--address", "books")
    row = waiting(office, thread)
    request = str(row["request"])
    assert row["grant"] == {"minutes": 60, "same": {}}
    card = told(office, "pending")
    assert "Approve for up to 60 minutes: every settle in this thread, whoever" in card
    assert f"bot approve {request} --for 60m" in card
    long = office.run("approve", request, "--for", "61m", "--as", "alice")
    assert (long.status, "1 to 60 minutes, not for 61" in long.err) == (1, True)
    own = office.run("approve", request, "--for", "5m", "--as", "carol")
    assert own.status == 1
    said = told(office, "approve", request, "--for", "30m", "--as", "alice")
    assert said.startswith("Approved: settle.\n")
    assert "under alice's grant of 2" in said
    assert f"bot grant end {thread}" in said
    eventually(lambda: office.run("status", "--json", thread).json[0]["phase"] == "resting")

    launched(office, "settle it", "--address", "books")
    eventually(lambda: starts(office, thread) == 2)
    [standing] = cast("list[Json]", office.run("status", "--json", thread).json[0]["grants"])
    assert (standing["by"], standing["tool"], standing["same"]) == ("alice", "settle", {})
    for words in (("why", thread), ("grant", "show", thread)):
        assert "settle runs without being asked about, under alice's grant" in told(office, *words)
    audit = told(office, "audit", thread)
    assert f"approve {request} for 30 minutes: counted" in audit
    assert "(try 1, run 1) under alice's grant of 2" in audit
    assert "nobody is asked about settle: it runs under a grant" in told(office, "show", thread)

    assert "Nothing is granted" in told(office, "grant", "end", thread, "--as", "bob")
    assert office.run("grant", "end", thread).status == 1
    assert "Nothing is granted" in told(office, "grant", "show", thread)
    launched(office, "settle it", "--address", "books")
    assert waiting(office, thread)["tool"] == "settle"
    assert starts(office, thread) == 2


@pytest.mark.parametrize("written", ["90s", "soon", "0m", "2d"])
def test_what_is_no_time_for_a_grant_is_wrong(office: Office, written: str) -> None:
    said = office.run("approve", "t-1-0-v1", "--for", written)
    assert (said.status, said.err.startswith("--for")) == (2, True)


def test_the_policy_table_and_its_explanation_say_what_may_be_granted(office: Office) -> None:
    assert "grants up to 60 minutes" in told(office, "policy", "desk")
    rows = {row["intent"]: row for row in office.run("policy", "desk", "--json").json}
    assert rows["settle"]["grant"] == {"minutes": 60, "same": [], "outside": False}
    assert rows["refund"]["grant"] is None
    why = told(office, "policy", "explain", "desk", "settle")
    assert "may be granted for up to 60 minutes, in one thread: every call whatever" in why
    refund = (
        "policy",
        "explain",
        "desk",
        "refund",
        "--arguments",
        '{"charge": "ch_1", "cents": 5}',
    )
    assert "approved one by one" in told(office, *refund)


def test_the_audit_names_grant_and_verdict() -> None:
    story = granted()
    call = later(story)
    story.delivered(f"{call}~granted")
    story.ran(call)
    rows = readback("T", story.log)
    given = next(row for row in rows if row.what.get("minutes") == 30)
    effect = [row for row in rows if row.kind == "effect"][-1]
    grant = cast("Json", effect.what["grant"])
    assert (grant["by"], grant["event"]) == ("bob", given.seq)
    assert grant["same"] == {"environment": "staging"}
    assert effect.what["approved_by"] == ["bob"]
    [said] = [row for row in rows if row.kind == "message" and "granted" in str(row.what["key"])]
    assert "tag: v2" in str(said.what["text"])


def test_a_grant_that_a_halt_ended_is_not_shown(office: Office) -> None:
    thread = launched(office, "settle it", "--address", "halted")
    request = str(waiting(office, thread)["request"])
    told(office, "approve", request, "--for", "30m", "--as", "alice")
    assert "under alice's grant" in told(office, "grant", "show", thread)
    told(office, "halt", "--reason", "a drill")
    told(office, "halt", "--lift")
    assert "Nothing is granted" in told(office, "grant", "show", thread)
    assert "grants" not in office.run("status", "--json", thread).json[0]
    assert "grants" not in office.run("why", thread, "--json").json
