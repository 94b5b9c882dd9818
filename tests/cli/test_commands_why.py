"""Asking why: what a thread waits for, and how each of its steps came about, from a bot that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.cli.office import Json, Office, eventually, furnish, running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, in a process of its own."""
    with running(furnish(tmp_path_factory.mktemp("office")), short_folder / "why") as here:
        yield here


def launched(office: Office, text: str, reaches: str) -> str:
    """A new thread that has come to this phase."""
    thread = office.run("launch", "desk", text, "--as", "carol").out.strip()
    eventually(lambda: office.run("status", thread, "--json").json[0]["phase"] == reaches)
    return thread


def why(office: Office, *words: str) -> Json:
    said = office.run("why", *words, "--json")
    assert (said.status, said.err) == (0, "")
    return cast("Json", said.json)


def waits(office: Office, thread: str) -> list[Json]:
    return cast("list[Json]", why(office, thread)["waits"])


def test_what_it_says_to_type_moves_the_thread(office: Office) -> None:
    thread = launched(office, "refund it", "waiting_for_human")
    [wait] = waits(office, thread)
    assert (wait["what"], wait["tool"], wait["of"]) == ("approval", "refund", ["alice", "bob"])
    approve = cast("list[str]", wait["commands"])[0].split()
    assert office.run(*approve[1:], "--as", "bob").status == 0
    eventually(lambda: office.run("status", thread, "--json").json[0]["phase"] == "resting")
    [rests] = waits(office, thread)
    (speak,) = cast("list[str]", rests["commands"])
    assert office.run(*speak.split()[1:]).out.strip() == thread


def test_the_names_in_json_are_these(office: Office) -> None:
    thread = launched(office, "ask", "waiting_for_human")
    told = why(office, thread)
    assert list(told) == ["thread", "agent", "phase", "head", "waits"]
    [wait] = cast("list[Json]", told["waits"])
    assert list(wait) == [
        "what", "text", "since", "until", "of", "call", "tool", "request", "version", "votes",
        "missing", "barred", "notes", "commands",
    ]  # fmt: skip
    assert str(wait["since"]).endswith("Z")


def test_for_a_person_it_is_a_few_plain_lines(office: Office) -> None:
    thread = launched(office, "settle", "waiting_for_human")
    said = office.run("why", thread)
    head, _, *lines = said.out.splitlines()
    assert head == f"{thread} (desk): waiting_for_human"
    assert lines[0] == "settle waits for approval (version 1 of its card): 0 of 2 so far."
    assert "  of: alice, bob" in lines
    assert next(line for line in lines if line.startswith("  type: ")).startswith(
        f"  type: bot approve {thread}-"
    )


def test_a_story_numbers_the_steps_that_one_can_ask_about(office: Office) -> None:
    thread = launched(office, "wire", "waiting_for_human")
    story = office.run("show", thread).out
    assert "step 1, prefetch: charges" in story
    assert "step 2, chosen: wire" in story
    first, second = why(office, thread, "1"), why(office, thread, "2")
    assert (first["by"], first["model"]) == ("prefetch", None)
    assert cast("Json", first["usage"])["tokens"] == 0
    [call] = cast("list[Json]", second["calls"])
    assert (call["tool"], call["phase"], call["request"]) == ("wire", "asked", f"{call['call']}-v2")


def test_a_step_shows_what_was_sent_and_proves_it(office: Office) -> None:
    thread = launched(office, "refund it", "waiting_for_human")
    step = why(office, thread, "2")
    assert list(step) == [
        "thread", "step", "seq", "seen", "at", "by", "model", "text", "counted", "void", "failed",
        "context", "calls", "usage",
    ]  # fmt: skip
    context = cast("Json", step["context"])
    assert (context["proved"], context["doubt"]) == (True, None)
    assert cast("list[str]", context["blocks"])[0].startswith('<message from="carol"')
    [call] = cast("list[Json]", step["calls"])
    assert call["arguments"] == {"charge": "ch_1", "cents": 5}
    assert call["because"] == "the customer asked"
    event = office.run("show", thread, "--events", "--json").json[cast("int", step["seq"]) - 1]
    assert (event["type"], event["request"]) == ("StepDecided", context["digest"])
    text = office.run("why", thread, "2").out
    assert f"proved by its digest {context['digest']}" in text
    assert "  because: the customer asked\n" in text
    assert "became: approval open as " in text
    assert "cost: " in text.splitlines()[-1]


def test_a_step_tells_what_became_of_its_calls_long_after(office: Office) -> None:
    thread = launched(office, "refund it", "waiting_for_human")
    [wait] = waits(office, thread)
    office.run("approve", str(wait["request"]), "--as", "alice")
    eventually(lambda: office.run("status", thread, "--json").json[0]["phase"] == "resting")
    [call] = cast("list[Json]", why(office, thread, "2")["calls"])
    assert (call["outcome"], call["approved_by"]) == ("returned", ["alice"])
    assert call["result"] == {"refunded": 5}
    assert "became: done; started " in office.run("why", thread, "2").out


def test_a_number_that_names_no_step_gets_the_nearest(office: Office) -> None:
    thread = launched(office, "wait", "waiting_for_time")
    for number, nearest in (("0", "1"), ("-1", "1"), ("9", "2")):
        said = office.run("why", thread, "--", number)
        assert (said.status, said.out) == (2, "")
        assert said.err == (
            f"There is no step {number} in {thread} (did you mean {nearest}?); it has steps 1 to 2.\n"
        )


def test_a_thread_that_is_not_there_gets_the_nearest_one(office: Office) -> None:
    thread = launched(office, "wait", "waiting_for_time")
    said = office.run("why", f"{thread}x")
    assert (said.status, said.err) == (
        2,
        f"There is no thread {thread}x (did you mean {thread}?).\n",
    )


def test_it_answers_though_the_agents_are_broken_and_writes_nothing(office: Office) -> None:
    thread = launched(office, "refund it", "waiting_for_human")
    before = office.run("show", thread, "--events").out
    file = office.folder / "agents" / "desk" / "agent.md"
    good = file.read_text()
    file.write_text("no front matter")
    try:
        assert office.run("why", thread).status == 0
        step = office.run("why", thread, "2")
    finally:
        file.write_text(good)
    assert step.status == 0
    assert "not proved: agents/desk/agent.md:1: " in step.out
    assert '<message from="carol"' in step.out
    assert office.run("show", thread, "--events").out == before
