"""The kill switch from the command line, of a bot that runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.cli.office import Office, eventually, furnish, running


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, in a process of its own."""
    with running(furnish(tmp_path_factory.mktemp("office")), short_folder / "halt") as here:
        yield here


@pytest.fixture(autouse=True)
def _lifted(office: Office) -> Iterator[None]:
    yield
    for halt in office.run("halt", "--json").json:
        office.run("halt", "--lift", *([str(halt["agent"])] if halt["agent"] else []))


def phase(office: Office, thread: str) -> object:
    return office.run("status", thread, "--json").json[0]["phase"]


def test_nothing_begins_while_all_is_halted_and_it_goes_on_when_lifted(office: Office) -> None:
    said = office.run("halt", "--reason", "it misbehaves", "--as", "alice")
    assert (said.status, said.err) == (0, "")
    assert "bot halt --lift" in said.out
    thread = _held_back(office)
    [row] = office.run("status", thread, "--json").json
    assert row["halted"] == office.run("halt", "--json").json[0]
    assert str(row["waiting_for"]).startswith("somebody who lifts the halt of everything by alice")
    assert "it misbehaves" in office.run("why", thread).out
    for word in ("status", "pending"):
        assert "Everything is halted" in office.run(word).err
    assert _told(office, thread)
    assert office.run("halt", "--lift").status == 0
    eventually(lambda: phase(office, thread) == "waiting_for_human")


def _held_back(office: Office) -> str:
    """A thread begun while all is halted, once a worker that had not seen that yet has done with those before it."""

    def begun() -> str:
        thread = office.run("launch", "desk", "refund it", "--as", "carol").out.strip()
        eventually(partial(_told, office, thread))
        return thread if phase(office, thread) == "paused" else ""

    return eventually(begun)


def _told(office: Office, thread: str) -> bool:
    return "Delivered" in office.run("show", thread, "--events").out


def test_one_agent_is_halted_alone(office: Office) -> None:
    assert office.run("halt", "desk", "--as", "bob").status == 0
    [row] = office.run("halt", "--json").json
    assert (row["agent"], row["by"], row["reason"]) == ("desk", "bob", "")
    assert "desk is halted since" in office.run("halt", "--show").out
    assert office.run("halt", "desk").status == 1
    lifted = office.run("halt", "--lift")
    assert lifted.status == 1
    assert "desk is halted since" in lifted.err
    assert office.run("halt", "--lift", "desk").status == 0
    assert office.run("halt", "--show").out == "Nothing is halted.\n"


def test_an_agent_that_is_not_there_is_no_agent_to_halt(office: Office) -> None:
    said = office.run("halt", "dekk")
    assert said.status == 2
    assert "desk" in said.err


@pytest.mark.parametrize("more", [(), ("--lift",), ("--show",)])
def test_a_name_that_is_empty_is_not_all(office: Office, more: tuple[str, ...]) -> None:
    """As of a variable of the shell that is not set."""
    said = office.run("halt", "", *more)
    assert said.status == 2
    assert "empty" in said.err
    assert office.run("halt", "--json").json == []


def test_looking_and_halting_are_two_things(office: Office) -> None:
    assert office.run("halt", "--json", "--reason", "x").status == 2
    assert office.run("halt", "--json").json == []


def test_what_does_not_load_can_be_halted_all_the_same(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "agent.md"
    text = file.read_text()
    try:
        file.write_text("broken")
        assert office.run("halt", "desk").status == 0
    finally:
        file.write_text(text)


def test_what_models_cost_is_added_up_from_the_logs(office: Office) -> None:
    thread = office.run("launch", "desk", "refund it", "--as", "carol").out.strip()
    eventually(lambda: phase(office, thread) == "waiting_for_human")
    [agent] = office.run("cost", "--by", "agent", "--json").json
    assert (agent["agent"], agent["cost_usd"], agent["unpriced"]) == ("desk", 0, 0)
    [person] = office.run("cost", "--by", "person", "--since", "1d", "--json").json
    assert person["answers"] == agent["answers"]
    [day] = office.run("cost", "--json").json
    assert "day" in day
    assert office.run("cost", "--since", "2999-01-01").out == "No model was asked.\n"
    for wrong in ("soon", "9999999999999d"):
        assert office.run("cost", "--since", wrong).status == 2
    assert "all" in office.run("cost").out
