"""Schedules made in conversation: proposed by the model, approved by a human, kept on a log, served by every clock."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from pydantic import JsonValue

from bot.core import outbox
from bot.core.outbox import Approval
from bot.core.slots import ScheduleSet
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.desk import Desk, thread_id
from bot.engine.lamp import Lamp
from bot.engine.perform import Performer
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit.calendar import Planned, Wanted
from bot.kit.call import Refused
from bot.kit.people import People
from bot.kit.person import Person
from bot.settings import Settings
from bot.setup.calendars import Bound, Calendars
from bot.setup.slot_logs import MADE
from bot.setup.slots import Slots
from channels.slack.manifest import manifest
from tests.channels.cron.shop import MINUTE, NOON, Timed, clock, opened, ticks
from tests.engine.office import Office, Reply, Use, card, decide, say, types, until
from tests.slack_server.server import SlackServer

FRONT = """\
approvers: [alice, bob, eve]
schedules:
  - {name: written, schedule: "@daily", time_zone: UTC, prompt: p, address: console}"""
TOOLS = """
from bot.kit.calendar import (
    end_schedule, list_schedules, pause_schedule, resume_schedule, run_schedule, schedule_history, set_schedule
)
"""
WEEKDAYS: dict[str, JsonValue] = {
    "name": "weekdays",
    "schedule": "0 9 * * 1-5",
    "time_zone": "Europe/Berlin",
    "prompt": "Is anything not deployed?",
    "address": "console",
}
MAKE: list[Use] = [("set_schedule", {**WEEKDAYS, "because": "she asked for it"})]
END: list[Use] = [("end_schedule", {"name": "weekdays", "because": "she asked for it"})]


PEOPLE = People({"alice": Person(time_zone="Europe/Berlin")})


def calendars(office: Office, store: RedisStore, people: People = PEOPLE) -> Calendars:
    return Calendars(Settings(), store, Desk(store), office.agents(), people)


class Shop(Office):
    """An office whose workers have a calendar."""

    def worker(self, store: RedisStore) -> Worker:
        agents = self.agents()
        toolbox = Toolbox(agents, self.environ, calendar=calendars(self, store).of)
        channels = {"screen": self.screen}
        performer = Lamp(Performer(self.decider(agents), Runner(toolbox), channels), channels)
        return Worker(store, performer, lease_seconds=10.0, patience=self.patience)


def shop(server: str, folder: Path, *replies: Reply) -> Shop:
    made = Shop(server, folder, replies, 10.0)
    made.write_agent(FRONT, TOOLS)
    return made


async def test_one_is_made_by_leave_of_a_human_who_saw_when_it_comes_and_then_it_does(
    redis_server: str, tmp_path: Path
) -> None:
    office = shop(redis_server, tmp_path, MAKE, "It is made.")
    async with office.work() as desk, office.store() as store:
        book = Slots(store, desk)
        await say(desk, "Every weekday at nine, look for what is not deployed.")
        asked = cast("Approval", await card(desk, outbox.Approval))
        assert asked.text.startswith("clerk/weekdays comes 0 9 * * 1-5 in Europe/Berlin: ")
        assert asked.text.count("09:00 CE") == 3, "its next three times, by the clocks there"
        assert "It says: Is anything not deployed?" in asked.text
        assert await book.made() == []
        refused = await decide(desk, asked, "approve", by="alice")
        assert refused.refusal is not None, "she asked for it"
        await decide(desk, asked, "approve", by="bob")
        await until(desk, lambda _, events: types(events).count("Delivered") == 2)
        (made,) = await book.made()
        assert (made.agent, made.creator, made.schedule.prompt) == (
            "clerk",
            "alice",
            asked.arguments["prompt"],
        )
        timed = Timed(store, NOON)
        works = clock(timed)
        await works.look()
        timed.at = NOON + 24 * 60 * MINUTE  # Friday, 25 September 2026, noon.
        await works.look()
        [tick] = await ticks(store)
    assert (tick.creator, tick.prompt) == ("alice", "Is anything not deployed?")
    assert tick.schedule == "weekdays"


async def test_who_asks_for_a_schedule_or_a_run_in_anothers_thread_has_asked_for_what_it_leads_to(
    redis_server: str, tmp_path: Path
) -> None:
    run: list[Use] = [("run_schedule", {"name": "weekdays", "because": "he asked for it"})]
    office = shop(redis_server, tmp_path, "Hello.", MAKE, "It is made.", run, "It runs.")
    async with office.work() as desk, office.store() as store:
        await say(desk, "hello")
        await until(desk, lambda _, events: "Delivered" in types(events))
        for number, text in enumerate(("every weekday at nine", "and now, please"), start=1):
            await say(desk, text, by="bob")
            asked = cast("Approval", await card(desk, outbox.Approval))
            assert (await decide(desk, asked, "approve", by="bob")).refusal is not None
            await decide(desk, asked, "approve", by="eve")
            done = 1 + 2 * number
            await until(desk, lambda _, events, n=done: types(events).count("Delivered") == n)
        (made,) = await Slots(store, desk).made()
        [tick] = await ticks(store)
        begun = await desk.thread(thread_id(tick.address))
    assert (made.creator, set(made.askers)) == ("alice", {"alice", "bob"})
    assert set(begun.creators) == {"alice", "bob"}


async def test_one_that_floods_or_runs_less_than_it_says_is_said_so_on_its_card(
    redis_server: str, tmp_path: Path
) -> None:
    flood = {**WEEKDAYS, "schedule": "* * * * *", "missed": "run_all(3)", "because": "b"}
    office = shop(redis_server, tmp_path, [("set_schedule", flood)])
    async with office.work() as desk:
        await say(desk, "every minute")
        asked = cast("Approval", await card(desk, outbox.Approval))
    assert "It begins 1,440 threads a day." in asked.text
    assert "It runs the first alone of the slots that it catches up." in asked.text


async def test_a_change_shows_what_was_and_an_end_ends_it(
    redis_server: str, tmp_path: Path
) -> None:
    later: list[Use] = [("set_schedule", {**WEEKDAYS, "schedule": "0 10 * * 1-5", "because": "b"})]
    office = shop(redis_server, tmp_path, MAKE, "Made.", later, "Changed.", END, "Ended.")
    async with office.work() as desk, office.store() as store:
        book, told = Slots(store, desk), list[str]()
        for number, text in enumerate(("at nine", "at ten", "no more"), start=1):
            await say(desk, text)
            asked = cast("Approval", await card(desk, outbox.Approval))
            told.append(asked.text)
            await decide(desk, asked, "approve", by="bob")
            await until(desk, lambda _, events, n=number: types(events).count("Delivered") == 2 * n)
            if number == 2:
                assert [each.schedule.schedule for each in await book.made()] == ["0 10 * * 1-5"]
        assert await book.made() == []
    assert "Until now:" not in told[0]
    assert told[1].endswith("Until now:\n- schedule: 0 9 * * 1-5")
    assert told[2].startswith("clerk/weekdays comes 0 10")


async def test_whoever_asks_in_a_thread_pauses_resumes_runs_and_reads_what_a_file_or_they_made(
    redis_server: str, tmp_path: Path
) -> None:
    named: dict[str, JsonValue] = {"name": "written", "because": "she asked"}
    words = [(f"{word}_schedule", named) for word in ("pause", "resume", "run")]
    replies: list[Reply] = [reply for use in words for reply in ([use], "Done.")]
    office = shop(redis_server, tmp_path, *replies)
    async with office.work() as desk, office.store() as store:
        book, states = Slots(store, desk), list[str]()
        for number in (1, 2, 3):
            await say(desk, "do it")
            asked = cast("Approval", await card(desk, outbox.Approval))
            assert "clerk/written comes 0 0 * * * in UTC" in asked.text
            refused = await decide(desk, asked, "approve", by="alice")
            assert refused.refusal is not None, "she asked for it"
            await decide(desk, asked, "approve", by="bob")
            await until(desk, lambda _, events, n=number: types(events).count("Delivered") == 2 * n)
            states.append(await book.paused("clerk/written"))
        [begun] = [tick for tick in await ticks(store) if tick.schedule == "written"]
        calendar = calendars(office, store).of(await desk.thread(office.thread))
        [slot] = await calendar.history("written")
        assert (slot["outcome"], slot["thread"]) == ("ran", book.thread(begun.address))
        assert _names(await calendar.all()) == ["clerk/written"]
        with pytest.raises(Refused, match="no schedule wrote; there are: written"):
            await calendar.run("wrote")
    assert (states, begun.actor) == (["alice", "", ""], "alice")


async def test_what_nobody_could_hear_goes_back_to_the_model_and_disturbs_nobody(
    redis_server: str, tmp_path: Path
) -> None:
    nowhere: list[Use] = [("set_schedule", {**WEEKDAYS, "address": "#nowhere", "because": "b"})]
    office = shop(redis_server, tmp_path, nowhere, "I could not.")
    async with office.work() as desk:
        await say(desk, "every weekday")
        await until(desk, lambda _, events: "Delivered" in types(events))
        events = await desk.events(office.thread)
    assert "Previewed" not in types(events)
    assert "nobody could hear from '#nowhere'" in office.model.asked[-1]


# ---- the calendar itself ---------------------------------------------------------------------------------------------
@asynccontextmanager
async def at_desk(
    server: str, folder: Path, requester: str = "alice", channel: str = "console"
) -> AsyncGenerator[tuple[Bound, Desk]]:
    office = shop(server, folder)
    async with opened(server) as store:
        home = Address(channel=channel, locator="T1/C1/1.2" if channel == "slack" else "x")
        thread = Thread("t1", agent="clerk", requester=requester, address=home)
        yield calendars(office, store).of(thread), Desk(store)


def wanted(**changed: object) -> Wanted:
    return Wanted.model_validate({**WEEKDAYS, **changed})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"schedule": "0 0 9 * * 1"}, "five fields"),
        ({"schedule": "0 0 31 2 *"}, "never"),
        ({"time_zone": "Berlin"}, "Europe/Berlin"),
        ({"missed": "all"}, "skip, run_latest or run_all"),
        ({"name": "Week days"}, "name"),
        ({"name": "written"}, "agent.md"),
        ({"address": "slack:T1/C1"}, "Slack is not set up here"),
        ({"fallback": "bob@example.com"}, "write email:NAME@DOMAIN"),
        ({"address": "email:eve@example.com"}, "mail is not set up here"),
    ],
)
async def test_what_could_not_come_or_be_heard_is_refused_with_what_to_write(
    redis_server: str, tmp_path: Path, changed: dict[str, object], reason: str
) -> None:
    async with at_desk(redis_server, tmp_path) as (calendar, _):
        with pytest.raises(Refused, match=reason):
            await calendar.plan(wanted(**changed))


async def test_what_it_says_cannot_pass_for_another_line_of_the_card(
    redis_server: str, tmp_path: Path
) -> None:
    forged: dict[str, JsonValue] = {"prompt": "Look.\nUntil now:\n- address: slack:T1/C1"}
    make: list[Use] = [("set_schedule", {**WEEKDAYS, **forged, "because": "she asked for it"})]
    async with shop(redis_server, tmp_path, make).work() as desk:
        await say(desk, "Every weekday at nine.")
        asked = cast("Approval", await card(desk, outbox.Approval))
    assert asked.text.endswith("It says: Look.\n  Until now:\n  - address: slack:T1/C1")


async def test_what_is_left_out_is_written_down(redis_server: str, tmp_path: Path) -> None:
    async with at_desk(redis_server, tmp_path) as (calendar, _):
        planned = await calendar.plan(wanted(time_zone="", address="here"))
    assert (planned.terms["time_zone"], planned.terms["address"]) == ("Europe/Berlin", "console")


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[SlackServer]:
    async with SlackServer(manifest()) as server:
        for name, value in (("API_URL", server.api_url), ("BOT_TOKEN", server.token)):
            monkeypatch.setenv(f"SLACK_{name}", value)
        yield server


@asynccontextmanager
async def in_slack(
    server: str, folder: Path, slack: SlackServer, spot: str, user: str
) -> AsyncGenerator[Bound]:
    people = People({"alice": Person(slack=user, time_zone="UTC")})
    home = Address(channel="slack", locator=f"{slack.team.team}/{spot}/1.2")
    async with opened(server) as store:
        thread = Thread("t1", agent="clerk", requester="alice", address=home)
        yield calendars(shop(server, folder), store, people).of(thread)


async def test_whoever_asks_is_written_to_alone_and_here_is_the_channel(
    redis_server: str, tmp_path: Path, slack: SlackServer
) -> None:
    alice = slack.team.person("alice")
    room = slack.team.channel("releases", [alice, slack.bot])
    async with in_slack(redis_server, tmp_path, slack, room.id, alice.id) as calendar:
        planned = await calendar.plan(wanted(address="me", fallback="here"))
    direct = slack.team.direct(alice, slack.bot)
    assert planned.terms["address"] == f"slack:{slack.team.team}/{direct.id}"
    assert planned.terms["fallback"] == f"slack:{slack.team.team}/{room.id}"


async def test_a_channel_and_a_person_that_slack_does_not_know_are_refused(
    redis_server: str, tmp_path: Path, slack: SlackServer
) -> None:
    async with in_slack(redis_server, tmp_path, slack, "C0NOWHERE", "U0NOBODY") as calendar:
        for place, reason in (("here", "nobody could hear"), ("me", "alice cannot be written to")):
            with pytest.raises(Refused, match=reason):
                await calendar.plan(wanted(address=place))


async def test_nobody_is_written_to_alone_where_slack_is_not(
    redis_server: str, tmp_path: Path
) -> None:
    for channel, reason in (
        ("console", "in Slack and by mail only"),
        ("slack", "cannot be written to"),
    ):
        async with at_desk(redis_server, tmp_path, "alice", channel) as (calendar, _):
            with pytest.raises(Refused, match=reason):
                await calendar.plan(wanted(address="me"))


@pytest.mark.parametrize(
    ("requester", "channel", "reason"),
    [("bob", "console", "time_zone is missing"), ("alice", "thread", "write where"), ("alice", "slack", "not set up")],
)  # fmt: skip
async def test_what_cannot_be_taken_from_anywhere_must_be_said(
    redis_server: str, tmp_path: Path, requester: str, channel: str, reason: str
) -> None:
    async with at_desk(redis_server, tmp_path, requester, channel) as (calendar, _):
        with pytest.raises(Refused, match=reason):
            await calendar.plan(wanted(time_zone="", address="here"))


async def test_what_is_said_again_under_the_same_key_is_said_once(
    redis_server: str, tmp_path: Path
) -> None:
    async with at_desk(redis_server, tmp_path) as (calendar, desk):
        planned = await calendar.plan(wanted())
        for _ in range(2):
            await calendar.keep("k1", planned)
        assert await _said(desk) == ["schedule:k1"]
        assert _names(await calendar.all()) == ["clerk/written", "clerk/weekdays"]
        assert (await calendar.found("weekdays")).before == planned.terms
        for _ in range(2):
            await calendar.drop("k2", "weekdays")
        assert await _said(desk) == ["schedule:k1", "schedule:k2"]
        assert _names(await calendar.all()) == ["clerk/written"]
        with pytest.raises(Refused, match="there are: none"):
            await calendar.found("weekdays")


async def _said(desk: Desk) -> list[str]:
    return [each.id for each in await desk.events(MADE) if isinstance(each, ScheduleSet)]


def _names(found: Sequence[Planned]) -> list[str]:
    return [each.id for each in found]
