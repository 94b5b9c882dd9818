"""A schedule that fails says so once, then how often, then that it works again: durable, and once, whatever races or dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from bot.cli.story import story
from bot.core import outbox
from bot.core.events import Event
from bot.core.outbox import Hold, Notice
from bot.core.slots import ScheduleFared, Slot
from bot.core.thread import Asked, Held, Idle, Thread
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.letters import Letter
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.slotbook import Fate, State
from bot.model.port import ModelFailed
from channels.cron.clock import Clock
from channels.cron.digest import DAY_MS, HOUR_MS, UNTOLD, Seen, following
from channels.cron.watch import Watch
from tests.channels.cron.shop import (
    MINUTE,
    NOON,
    Timed,
    clock,
    entry,
    opened,
    outcomes,
    watch,
    where,
)
from tests.channels.cron.test_story import FRONT, NOTHING, TOOLS, until
from tests.engine.office import Office, decide

NO_KEY = ModelFailed("permanent", "The model's server refused the key.")


# ---- what is said next ----------------------------------------------------------------------------------------------
STATES: dict[str, State] = {"w": "well", "f": "failed", "o": "open"}


def seen(*states: str, first: int = 1) -> list[Seen]:
    """Slots a minute apart, with what became of them: `w`ell, `f`ailed, `o`pen."""
    return [
        Seen(
            Slot(at=NOON + (first + place) * MINUTE, outcome="ran"),
            Fate("ran", "no key." if state == "f" else "", "", STATES[state]),
        )
        for place, state in enumerate(states)
    ]


def told(last: ScheduleFared | None, slots: Sequence[Seen], now: int) -> ScheduleFared | None:
    return following("clerk/every", last, slots, now, lambda at: f"{(at - NOON) // MINUTE}")


def said(last: ScheduleFared | None, slots: Sequence[Seen], now: int) -> ScheduleFared:
    found = told(last, slots, now)
    assert found is not None
    return found


def test_what_works_says_nothing_and_what_is_still_at_work_is_waited_for() -> None:
    base = said(None, seen("w", "o"), NOON)
    assert (base.told, base.since) == ("", 0)
    assert told(base, seen("w", "w", "o"), NOON) is None
    assert told(None, seen("o"), NOON) is None


def test_the_first_failure_is_told_at_once_then_those_of_an_hour_then_those_of_a_day() -> None:
    base = said(None, seen("w"), NOON)
    first = said(base, seen("w", "f"), NOON + 3 * MINUTE)
    assert (first.told, first.text) == ("failing", "clerk/every (2): no key")
    assert told(first, seen("w", "f", "f", "f"), NOON + HOUR_MS) is None
    again = said(first, seen("w", "f", "f", "f"), NOON + 3 * MINUTE + HOUR_MS)
    assert (again.told, again.text) == ("failing_still", "clerk/every (3x, 2 to 4): no key")
    more = seen("w", "f", "f", "f", "f")
    assert told(again, more, again.spoken + DAY_MS - 1) is None
    assert said(again, more, again.spoken + DAY_MS).text == "clerk/every (4x, 2 to 5): no key"


def test_that_it_works_again_is_told_once_with_how_many_had_failed() -> None:
    first = said(said(None, seen("w"), NOON), seen("w", "f"), NOON + 3 * MINUTE)
    works = said(first, seen("w", "f", "f", "w"), NOON + 5 * MINUTE)
    assert (works.told, works.text) == ("works_again", "clerk/every (2x, 2 to 3)")
    assert told(works, seen("w", "f", "f", "w", "w"), NOON + 6 * MINUTE) is None


def test_one_that_fails_and_works_by_turns_is_told_of_at_most_twice_an_hour() -> None:
    last, spoke, states = None, 0, list[str]()
    for place in range(24 * 60):
        states.append("fw"[place % 2])
        recent = seen(*states[-50:], first=max(0, place - 49))
        if found := told(last, recent, NOON + (place + 1) * MINUTE):
            last, spoke = found, spoke + bool(found.told)
    assert last is not None
    assert 24 < spoke <= 48


def test_no_failure_is_left_out_of_the_count_though_they_are_more_than_are_looked_at() -> None:
    last: ScheduleFared | None = said(None, seen("w"), NOON)
    for place in range(1, 200):
        recent = seen(*"f" * min(place, 50), first=max(1, place - 49))
        last = told(last, recent, NOON + place * MINUTE) or last
    assert last is not None
    assert 199 - UNTOLD < last.failed <= 199
    works = said(last, [*seen(*"f" * 49, first=151), *seen("w", first=200)], NOON + 201 * MINUTE)
    assert works.text == "clerk/every (199x, 1 to 199)"


def test_what_failed_before_anybody_watched_and_works_since_is_told_to_nobody() -> None:
    assert said(None, seen("f", "f", "w"), NOON).told == ""


# ---- on a real Redis ------------------------------------------------------------------------------------------------
@pytest.fixture
async def store(redis_server: str) -> AsyncGenerator[RedisStore]:
    async with opened(redis_server) as found:
        yield found


class Places:
    """Which channels take nothing, as the world is just now."""

    def __init__(self) -> None:
        self.gone = set[str]()

    async def reach(self, address: Address) -> str | None:
        return "the channel is archived" if address.channel in self.gone else None


async def notices(store: Store) -> list[tuple[Address | None, str, str]]:
    """All that stands to be said of schedules, in whatever thread: where, what kind, which words."""
    found = list[tuple[Address | None, str, str]]()
    for thread in await Desk(store).threads():
        found += [(thread.address, each.code, each.text) for each in thread.notices]
    return sorted(found, key=lambda each: each[1])


async def test_a_slot_that_nobody_could_hear_is_told_where_somebody_looks_and_that_it_is_heard_again(
    store: RedisStore,
) -> None:
    book, places, gone = Timed(store), Places(), entry(address="desk")
    places.gone = {"desk"}
    works = Clock([gone], book, where, places.reach, "alice")
    watches = [Watch([gone], book, where, places.reach, "alice") for _ in range(10)]
    for minutes in range(4):
        book.at = NOON + minutes * MINUTE
        await works.look()
        await asyncio.gather(*(each.look() for each in watches))
    [(address, code, text)] = await notices(store)
    assert address == Address(channel="console", locator="clerk/every/2026-09-24T12:01:01Z")
    assert (code, text) == (
        "failing",
        "clerk/every (Thu 2026-09-24 12:01 UTC): desk: the channel is archived",
    )
    book.at = NOON + 2 * 60 * MINUTE
    await works.look()
    await asyncio.gather(*(each.look() for each in watches))
    assert [each[1] for each in await notices(store)] == ["failing", "failing_still"]


async def test_whoever_dies_between_record_and_word_leaves_nothing_unsaid(
    store: RedisStore,
) -> None:
    book, gone = Timed(store), entry(address="gone")
    await clock(book, gone).look()
    book.at += MINUTE
    await clock(book, gone).look()
    book.fails_to_tell = 1
    await watch(book, gone).look()
    assert await notices(store) == []
    for _ in range(2):
        await watch(book, gone).look()
    assert [each[1] for each in await notices(store)] == ["failing"]


async def test_a_dead_thread_is_told_of_in_another_one(store: RedisStore) -> None:
    book = Timed(store)
    works = clock(book, entry())
    for _ in range(2):
        await works.look()
        book.at += MINUTE
    [slot] = await book.latest("clerk/every", 9)
    dead = Letter(id=slot.thread, at=NOON, tries=8, stage="tool", cause="KeyError: 'x'")
    await store.bury(dead)
    await watch(book, entry()).look()
    [(address, code, text)] = await notices(store)
    assert address == Address(channel="screen", locator="clerk/every/2026-09-24T12:01:01Z")
    assert (code, text.partition(": ")[2]) == ("failing", "tool failed 8 times: KeyError: 'x'")


async def test_a_place_that_nobody_can_make_anything_of_any_more_fails_its_slots_and_no_look(
    store: RedisStore,
) -> None:
    def nowhere(written: str, schedule: str, slot: int) -> Address:
        if written == "screen":
            raise ValueError("there is no place screen")
        return where(written, schedule, slot)

    book = Timed(store)
    works = Clock([entry()], book, nowhere, Places().reach, "alice")
    await works.look()
    book.at += MINUTE
    await works.look()
    assert await outcomes(book) == [(1, "failed", "screen: there is no place screen")]


# ---- in full --------------------------------------------------------------------------------------------------------
@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Office:
    made = Office(redis_server, tmp_path, [], 1.0)
    made.write_agent(FRONT, TOOLS)
    return made


def is_over(thread: Thread, _: list[Event]) -> bool:
    """Whether it asks somebody, who was shown it, or rests after the model was asked."""
    if isinstance(thread.turn, Held):
        return any(isinstance(call.phase, Asked) and call.phase.shown for call in thread.calls)
    return isinstance(thread.turn, Idle) and thread.head > 1


async def test_a_model_that_refuses_each_time_is_told_of_once_and_asks_once_and_the_next_slot_tries_again(
    office: Office,
) -> None:
    office.model.replies = [NO_KEY, NO_KEY, NOTHING]
    async with office.work() as desk, office.store() as store:
        book = Timed(store)
        works, watches = clock(book, entry()), watch(book, entry())
        await works.look()
        for minutes in (1, 2, 3):
            book.at = NOON + minutes * MINUTE
            await works.look()
            thread = (await book.latest("clerk/every", 1))[0].thread
            await until(desk, thread, is_over)
            await watches.look()
            await watches.look()
        first = (await book.latest("clerk/every", 9))[0].thread
        await until(desk, first, lambda of, _: not of.notices)
        shown = "\n".join(story(first, await desk.events(first)))
        assert "A schedule has failed: clerk/every" in shown
        assert "This schedule works again: clerk/every" in shown
        assert [each for _, each, _ in await outcomes(book)] == ["ran", "ran", "ran"]
        fates = [
            await book.fate("clerk/every", slot) for slot in await book.latest("clerk/every", 9)
        ]
        assert [each.state for each in fates] == ["failed", "failed", "well"]
        assert {each.why for each in fates[:2]} == {NO_KEY.reason}
    kinds = [type(each) for each in office.screen.sent]
    assert kinds == [Hold, Notice, Notice]
    failing, again = [each for each in office.screen.sent if isinstance(each, Notice)]
    assert (failing.code, again.code) == ("failing", "works_again")
    assert "refused the key" in failing.text
    assert "2x" in again.text


async def test_one_that_a_human_mended_works_again_and_what_fails_anew_is_told_in_its_own_thread(
    office: Office,
) -> None:
    office.model.replies = [NO_KEY, NOTHING, NO_KEY]
    async with office.work() as desk, office.store() as store:
        book = Timed(store)
        works, watches = clock(book, entry()), watch(book, entry())
        await works.look()

        async def slot(minutes: int) -> str:
            book.at = NOON + minutes * MINUTE
            await works.look()
            thread = (await book.latest("clerk/every", 1))[0].thread
            await until(desk, thread, is_over)
            await watches.look()
            return thread

        async def fares() -> tuple[str, str]:
            fared = await book.fared("clerk/every")
            assert fared is not None
            assert fared.address is not None
            return fared.told, book.thread(fared.address)

        first = await slot(1)
        assert await fares() == ("failing", first)
        [asked] = outbox.pending(await desk.thread(first))
        await decide(desk, asked, "answer", by="alice", text="Try again")
        await until(desk, first, lambda of, _: isinstance(of.turn, Idle))
        await watches.look()
        assert await fares() == ("works_again", first)
        second = await slot(120)
        assert await fares() == ("failing", second)
