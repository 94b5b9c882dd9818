"""Schedules from the command line, of a bot that runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import House
from bot.cli.clock_health import clock_findings
from bot.core.slots import SlotsSettled
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.server import ensure_server, stop_server
from bot.kit.people import People
from bot.settings import Settings
from bot.setup.slots import Slots
from channels.cron.digest import DAY_MS
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
    assert weekdays["missed"] == "run_latest"
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
    resumed = office.run("schedule", "resume", "desk/yearly").out
    assert resumed.endswith("-01-01 00:00 CET.\n"), "by the clocks of its zone"
    assert office.run("schedule", "resume", "yearly").status == 1


def test_under_a_halt_whoever_looks_at_schedules_is_told_that_nothing_begins(
    office: Office,
) -> None:
    office.run("halt", "desk")
    try:
        listed, following = office.run("schedule", "list"), office.run("schedule", "next")
    finally:
        office.run("halt", "--lift", "desk")
    for said in (listed, following):
        assert (said.status, "bot halt --lift desk lets it go on" in said.err) == (0, True)


async def _settled_by_a_clock_that_was_ahead(home: Path) -> int:
    """Until when."""
    async with RedisStore(ensure_server(home), lease_seconds=30) as store:
        book, now = Slots(store, Desk(store)), await store.now()
        for after, until in ((0, now), (now, now + 90 * DAY_MS)):
            id, name = f"slots:desk/yearly>{after}", "desk/yearly"
            said = SlotsSettled(id=id, actor="clock", schedule=name, after=after, until=until)
            await book.settle(said)
    return now + 90 * DAY_MS


def test_one_that_was_settled_by_a_clock_that_was_ahead_says_until_when_it_sleeps_and_the_way_out(
    tmp_path: Path, short_home: Path
) -> None:
    home = furnished(tmp_path, SCHEDULES.replace('"@yearly"', '"@hourly"'))
    here = Office(home, {"BOT_HOME": str(short_home), "BOT_APPENDFSYNC": "everysec"})
    settled = asyncio.run(_settled_by_a_clock_that_was_ahead(short_home))
    try:
        listed, following = here.run("schedule", "list"), here.run("schedule", "next", "yearly")
        health = here.run("doctor").out
        [row, _] = here.run("schedule", "list", "--json").json
    finally:
        stop_server(short_home)
    until = datetime.fromtimestamp(settled / 1000, UTC)
    assert str(row["next"]) > f"{until:%Y-%m-%dT%H:%M}"
    for said in (listed.err, following.err, health):
        assert f"desk/yearly comes no more before {until:%Y-%m-%d %H:%M}" in said
        assert "give it another name, and it begins anew at once" in said
    assert "desk/weekdays comes no more" not in listed.err


@pytest.mark.parametrize(("seconds", "said"), [(-90, "s ahead of"), (90, "s behind")])
async def test_a_store_whose_clock_is_wrong_is_told_of(
    redis_server: str, seconds: int, said: str
) -> None:
    settings = Settings(redis_url=SecretStr(redis_server))
    house = House({}, People())
    [finding] = [
        each async for each in clock_findings(settings, house, lambda: time.time() + seconds)
    ]
    assert (finding.state, said in finding.found) == ("warning", True)
    assert [each async for each in clock_findings(settings, house)] == []


def test_wrong_words_are_told_with_what_was_meant(office: Office) -> None:
    assert office.run("schedule", "pause").status == 2
    wrong = office.run("schedule", "history", "desk/yearyl")
    assert wrong.status == 2
    assert "desk/yearly" in wrong.err
    assert "slots-" not in office.run("why", "yearly").err, "no log that is nobody's conversation"
    assert "from 1 to 1,000" in office.run("schedule", "next", "--count", "5000").err
    assert office.run("schedule", "histroy").err.startswith("`bot schedule` does not know histroy")


def test_a_schedule_that_its_medium_does_not_let_speak_is_a_finding(
    tmp_path: Path, short_home: Path
) -> None:
    home = furnished(tmp_path, SCHEDULES.replace("console\n", "slack:T0123/C0456\n", 1))
    here = Office(home, {"BOT_HOME": str(short_home), "BOT_APPENDFSYNC": "everysec"})
    try:
        found = here.run("doctor").out
    finally:
        stop_server(short_home)
    assert "desk/yearly cannot speak at slack:T0123/C0456: Slack is not set up here" in found
    assert "desk/weekdays cannot speak" not in found


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


def test_a_deploy_stops_at_a_schedule_that_could_speak_nowhere(
    tmp_path: Path, short_home: Path
) -> None:
    mute = SCHEDULES.replace("address: console\n", "address: slack:T0123/C0456\n", 1)
    home = furnished(tmp_path / "mute", mute)
    refused = Office(home, {"BOT_HOME": str(short_home)}).run("release")
    assert (refused.status, refused.out) == (2, "")
    assert "agent.md:11: " in refused.err
    assert "nobody could hear from it: Slack is not set up here" in refused.err
    heard = mute.replace("C0456\n", "C0456\n    fallback: console\n", 1)
    home = furnished(tmp_path / "heard", heard)
    try:
        assert Office(home, {"BOT_HOME": str(short_home)}).run("release").status == 0
    finally:
        stop_server(short_home)
