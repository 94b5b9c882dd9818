"""A copy of a thread goes on by itself, from a bot that runs; what its parent has under way stays the parent's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.cli.office import TOOLS, Json, Office, eventually, furnish, running

LEDGER = """    with open("ledger.txt", "a") as ledger:
        ledger.write(f"{call.key}\\n")
    return {"refunded": r.cents}
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, in a process of its own; every refund that happens stands in a ledger."""
    folder, home = furnish(tmp_path_factory.mktemp("office")), short_folder / "fork"
    tools = TOOLS.replace('    return {"refunded": r.cents}\n', LEDGER)
    tools = tools.replace("async def refund(r: Refund)", "async def refund(r: Refund, call: Call)")
    tools = tools.replace("import Unsure", "import Call, Unsure")
    (folder / "agents" / "desk" / "tools.py").write_text(tools)
    (folder / "ledger.txt").touch()
    with running(folder, home) as here:
        yield here


def reaches(office: Office, thread: str, phase: str) -> None:
    eventually(lambda: office.run("status", thread, "--json").json[0]["phase"] == phase)


def launched(office: Office, text: str, phase: str) -> str:
    thread = office.run("launch", "desk", text, "--as", "carol").out.strip()
    reaches(office, thread, phase)
    return thread


def forked(office: Office, *words: str) -> str:
    said = office.run("fork", *words)
    assert said.status == 0
    return said.out.strip()


def events(office: Office, thread: str) -> list[Json]:
    return office.run("show", thread, "--events", "--json").json


def requests(office: Office, thread: str) -> list[str]:
    rows = office.run("pending", "--json").json
    return [str(row["request"]) for row in rows if row["thread"] == thread]


def ledger(office: Office, thread: str) -> list[str]:
    """The refunds that happened in this thread."""
    lines = (office.folder / "ledger.txt").read_text().splitlines()
    return [line for line in lines if thread in line]


def test_a_card_of_the_parent_runs_once_in_the_parent_and_never_in_the_child(
    office: Office,
) -> None:
    parent = launched(office, "refund it", "waiting_for_human")
    [card] = requests(office, parent)
    child = forked(office, parent, "--say", "refund it again", "--as", "carol")
    reaches(office, child, "waiting_for_human")
    [own] = requests(office, child)
    assert own.startswith(f"{child}-")
    assert requests(office, parent) == [card]
    assert office.run("approve", card, "--as", "bob").status == 0
    reaches(office, parent, "resting")
    assert (len(ledger(office, parent)), ledger(office, child)) == (1, [])
    assert requests(office, child) == [own]
    assert office.run("approve", own, "--as", "alice").status == 0
    reaches(office, child, "resting")
    assert (len(ledger(office, parent)), len(ledger(office, child))) == (1, 1)


def test_a_child_rests_until_somebody_speaks_and_says_how(office: Office) -> None:
    parent = launched(office, "refund it", "waiting_for_human")
    before = events(office, parent)
    said = office.run("fork", parent)
    child = said.out.strip()
    assert requests(office, child) == []
    place = cast("Json", office.run("status", child, "--json").json[0]["address"])
    first, left, rests = said.err.splitlines()
    assert first.startswith(f"It lives at console {place['locator']}; ")
    open_there = f"Open in {parent} at event {len(before)}, and never here"
    assert left == f"{open_there}: {requests(office, parent)[0]}."
    speak = f"bot launch desk TEXT --address {place['locator']}"
    assert rests == f"It rests until somebody speaks: {speak}."
    assert office.run("status", child, "--json").json[0]["phase"] == "resting"
    assert office.run(*speak.replace("TEXT", "hello").split()[1:]).out.strip() == child
    reaches(office, child, "waiting_for_human")
    assert events(office, parent) == before


def test_a_call_of_the_parent_is_shown_in_the_child_and_cannot_be_decided_there(
    office: Office,
) -> None:
    parent = launched(office, "wire", "waiting_for_human")
    [card] = requests(office, parent)
    child = forked(office, parent)
    mine = card.replace(parent, child)
    assert office.run("answer", mine, "retry", "--as", "alice").err == (
        "This was already left to the thread this is a copy of.\n"
    )
    call = mine.rpartition("-v")[0]
    assert office.run("resolve", child, call, "retry", "--as", "alice").status == 1
    step = cast("Json", office.run("why", child, "2", "--json").json)
    [told] = cast("list[Json]", step["calls"])
    assert (told["call"], told["outcome"]) == (call, "unknown_in_parent")


def test_a_cut_in_the_middle_of_a_call_says_that_it_stays_with_the_parent(office: Office) -> None:
    parent = launched(office, "refund it", "waiting_for_human")
    office.run("approve", requests(office, parent)[0], "--as", "bob")
    reaches(office, parent, "resting")
    [at] = [row["seq"] for row in events(office, parent) if row["type"] == "ToolStarted"]
    said = office.run("fork", parent, "--at", str(at))
    child = said.out.strip()
    assert (
        f"refund was under way in {parent} at event {at}: it is never run or asked about here."
        in said.err
    )
    assert [row["type"] for row in events(office, child)][-2:] == ["ToolStarted", "Forked"]
    assert office.run("status", child, "--json").json[0]["phase"] == "resting"
    assert (len(ledger(office, parent)), ledger(office, child)) == (1, [])


def test_what_was_sent_before_the_fork_is_proved_in_the_child_and_its_child(
    office: Office,
) -> None:
    parent = launched(office, "refund it", "waiting_for_human")
    child = forked(office, parent)
    grandchild = forked(office, child)
    sent = office.process("prompt", parent).out
    assert "refund it" in sent
    for thread in (child, grandchild):
        step = cast("Json", office.run("why", thread, "2", "--json").json)
        context = cast("Json", step["context"])
        assert context["proved"] is True
        assert context == cast("Json", office.run("why", parent, "2", "--json").json)["context"]
        assert office.process("prompt", thread).out == sent
        assert office.run("replay", thread, "--check").status == 0
    assert [row["type"] for row in events(office, grandchild)][-2:] == ["Forked", "Forked"]


def test_without_an_address_every_fork_is_a_new_child_and_with_one_the_same(
    office: Office,
) -> None:
    parent = launched(office, "wait", "waiting_for_time")
    assert forked(office, parent) != forked(office, parent)
    words = ("fork", parent, "--address", "branch", "--say", "wait more")
    first = office.run(*words, "--as", "carol").out
    again = office.run(*words, "--as", "carol")
    assert (again.status, again.out) == (0, first)
    assert again.err == f"{first.strip()} was there already; nothing was written.\n"
    texts = [row["text"] for row in events(office, first.strip()) if "text" in row]
    assert texts.count("wait more") == 1
    other = office.run("fork", parent, "--at", "1", "--address", "branch")
    assert (other.status, other.out) == (1, "")
    assert other.err == f"{first.strip()} lives at this address already, and is no such copy.\n"


def test_a_place_where_a_thread_lives_is_not_forked_into(office: Office) -> None:
    parent = launched(office, "wait", "waiting_for_time")
    place = cast("Json", office.run("status", parent, "--json").json[0]["address"])
    before = events(office, parent)
    said = office.run("fork", parent, "--address", str(place["locator"]))
    assert (said.status, said.out) == (1, "")
    assert events(office, parent) == before


def test_an_event_that_is_not_there_gets_the_nearest(office: Office) -> None:
    parent = launched(office, "wait", "waiting_for_time")
    head = len(events(office, parent))
    for at, nearest in (("0", 1), ("-3", 1), ("99", head)):
        said = office.run("fork", parent, "--at", at)
        assert (said.status, said.out) == (2, "")
        assert said.err == (
            f"There is no event {at} of {parent} to copy up to (did you mean {nearest}?):"
            f" --at takes 1 to {head}.\n"
        )
    gone = office.run("fork", f"{parent}x")
    assert (gone.status, gone.err) == (
        2, f"There is no thread {parent}x (did you mean {parent}?).\n"
    )  # fmt: skip


def test_a_fork_with_blank_words_is_refused(office: Office) -> None:
    parent = launched(office, "wait", "waiting_for_time")
    said = office.run("fork", parent, "--say", " ")
    assert (said.status, said.err) == (
        2,
        f"Say what the copy is to do: bot fork {parent} --say TEXT.\n",
    )


def test_a_copy_of_a_paused_thread_is_paused_and_says_so(office: Office) -> None:
    parent = launched(office, "wait", "waiting_for_time")
    office.run("pause", parent)
    said = office.run("fork", parent, "--json", "--say", "wait more")
    told = cast("Json", said.json)
    assert list(told) == ["thread", "parent", "head", "address", "phase", "notes"]
    child = str(told["thread"])
    assert told["phase"] == "paused"
    assert f"It is paused, as {parent} was: bot resume {child}." in cast("list[str]", told["notes"])
    office.run("resume", child)
    reaches(office, child, "waiting_for_time")
    assert office.run("status", parent, "--json").json[0]["phase"] == "paused"
