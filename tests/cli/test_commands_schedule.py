"""Schedules from the command line, of a bot that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.office import AGENT, Office, eventually, furnish, running

SCHEDULES = """\
schedules:
  - name: yearly
    schedule: "@yearly"
    time_zone: Europe/Berlin
    prompt: refund it
    address: console
  - {name: weekdays, schedule: "0 9 * * 1-5", time_zone: UTC, prompt: refund it, address: console, suspend: true}
---
You give"""


def furnished(folder: Path, schedules: str) -> Path:
    home = furnish(folder)
    file = next(home.glob("**/desk/agent.md"))
    file.write_text(AGENT.replace("---\nYou give", schedules))
    return home


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, a clock too, in a process of its own."""
    home = furnished(tmp_path_factory.mktemp("office"), SCHEDULES)
    with running(home, short_folder / "schedule") as here:
        yield here


def test_schedules_are_listed_with_when_they_come_next(office: Office) -> None:
    yearly, weekdays = office.run("schedule", "list", "--json").json
    assert (yearly["schedule"], yearly["state"]) == ("desk/yearly", "runs")
    assert str(yearly["next_local"]).endswith("-01-01 00:00 CET")
    assert weekdays["state"] == "suspended"
    assert "desk/yearly" in office.run("schedule").out


def test_the_next_local_times_are_told(office: Office) -> None:
    rows = office.run("schedule", "next", "yearly", "--json").json
    assert len(rows) == 3
    assert str(rows[0]["at"]).endswith("-12-31T23:00:00.000Z")
    assert len(office.run("schedule", "next", "weekdays", "--count", "7", "--json").json) == 7


def test_one_that_is_run_now_asks_as_its_slot_would_and_is_on_record(office: Office) -> None:
    thread = office.run("schedule", "run-now", "yearly", "--as", "alice").out.strip()
    eventually(
        lambda: office.run("status", thread, "--json").json[0]["phase"] == "waiting_for_human"
    )
    again = office.run("schedule", "run-now", "yearly", "--as", "bob")
    assert again.status == 1
    assert f"{thread} is still at it: approval of refund" in again.err
    [row] = office.run("schedule", "history", "yearly", "--json").json
    assert (row["outcome"], row["by"], row["thread"]) == ("ran", "alice", thread)
    assert row["phase"] == "waiting_for_human"
    assert thread in office.run("schedule", "history", "yearly").out
    assert "No slot of desk/weekdays has come" in office.run("schedule", "history", "weekdays").out


def test_a_schedule_is_paused_and_goes_on_by_a_persons_word(office: Office) -> None:
    assert office.run("schedule", "pause", "yearly", "--as", "bob").status == 0
    assert office.run("schedule", "list", "--json").json[0]["state"] == "paused by bob"
    again = office.run("schedule", "pause", "yearly")
    assert (again.status, "paused already, by bob" in again.err) == (1, True)
    assert "it comes next at" in office.run("schedule", "resume", "desk/yearly").out
    assert office.run("schedule", "resume", "yearly").status == 1


def test_wrong_words_are_told_with_what_was_meant(office: Office) -> None:
    assert office.run("schedule", "pause").status == 2
    wrong = office.run("schedule", "history", "desk/yearyl")
    assert wrong.status == 2
    assert "desk/yearly" in wrong.err
    assert office.run("schedule", "next", "--count", "5000").status == 2


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("slack:nowhere", "nobody could hear from slack:nowhere"),
        ("alice", "a person is not written to by a schedule yet"),
        ("ops@example.com", "write email:NAME@DOMAIN"),
        ("email:eve@example.com", "eve@example.com may not write to the bot"),
        ("relases", "nobody could hear from 'relases'"),
    ],
)
def test_a_schedule_nobody_could_hear_from_stops_the_start_with_its_line(
    tmp_path: Path, short_home: Path, address: str, expected: str
) -> None:
    home = furnished(tmp_path, SCHEDULES.replace("address: console\n", f"address: {address}\n", 1))
    refused = Office(home, {"BOT_HOME": str(short_home)}).run("schedule", "list")
    assert refused.status != 0
    assert expected in refused.err
    assert "agent.md:11: " in refused.err
