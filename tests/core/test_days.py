"""Days: a day's limit is one question in the house, open until the day is over."""

from __future__ import annotations

import pytest

from bot.core import days, outbox
from bot.core.effects import Send, next_effects, timers
from bot.core.element import minute
from bot.core.events import DayReached, DeliveryFailed, TimerFired, Verdict
from bot.core.house import HOUSE
from bot.core.measures import DAY_MS, day_of, end_of, of_most, period_of, scoped
from bot.core.reducer import evolve
from bot.core.thread import Idle, Thread
from bot.core.values import Address, Routed
from tests.core import build

NOON = 1_790_000_000_000 - 1_790_000_000_000 % DAY_MS + DAY_MS // 2
DAY = day_of(NOON)


def reached(times: int = 0, scope: str = "all", at: int = NOON) -> DayReached:
    return DayReached(
        id=f"day:{day_of(at)}:{scope}:{times}",
        at=at,
        day=day_of(at),
        scope=scope,
        reason="all: 1.00 USD",
        asked=("olivia",),
        address=Address(channel="console", locator=HOUSE),
    )


def answer(house: Thread, text: str, by: str = "olivia") -> Thread:
    [waiting] = outbox.pending(house)
    id = f"v{house.head}"
    return evolve(house, Verdict(id=id, at=NOON + 1, actor=by, request=waiting.request, word="answer", text=text))  # fmt: skip


def test_it_is_asked_once_and_delivered() -> None:
    house = evolve(evolve(Thread(HOUSE), reached()), reached())
    [waiting] = outbox.pending(house)
    assert isinstance(waiting, outbox.Hold)
    assert (waiting.why, waiting.asked, waiting.choices) == ("day", ("olivia",), ("Extend", "Stop"))
    assert "all: 1.00 USD" in waiting.text
    assert next_effects(house) == (Send(waiting.request),)
    assert timers(house) == {waiting.request: end_of(DAY)}
    assert days.asked(house, DAY, "all")
    assert days.asked(house, DAY, "agent:a") is None


def test_extending_allows_as_much_again_and_asks_nobody_to_think() -> None:
    house = answer(evolve(Thread(HOUSE), reached()), "1")
    assert (days.extended(house, DAY, "all"), days.asked(house, DAY, "all")) == (1, None)
    assert house.turn == Idle()
    again = evolve(house, reached(1))
    assert days.asked(again, DAY, "all")
    assert days.extended(answer(again, "Extend"), DAY, "all") == 2


def test_extending_allows_as_much_again_from_what_is_used_however_much_that_is() -> None:
    limits = {"micro_usd": 100, "steps": 10}
    much = reached().model_copy(update={"used": {"micro_usd": 950, "steps": 3}})
    house = evolve(Thread(HOUSE), much)
    assert days.most(house, DAY, "all", limits) == limits
    house = answer(house, "Extend")
    assert days.most(house, DAY, "all", limits) == {"micro_usd": 1_050, "steps": 20}
    assert days.most(house, DAY, "agent:a", limits) == limits
    # As an earlier version asked: nobody had written down how much was used.
    house = answer(evolve(house, reached(1)), "Extend")
    assert days.most(house, DAY, "all", limits) == {"micro_usd": 1_150, "steps": 30}


def test_a_question_about_an_hour_ends_with_it_and_forgets_nothing_of_its_day() -> None:
    hour = period_of("cards", NOON)
    house = answer(evolve(Thread(HOUSE), reached()), "Extend")
    house = evolve(house, reached().model_copy(update={"id": "h", "day": hour}))
    [waiting] = outbox.pending(house)
    assert timers(house) == {waiting.request: end_of(hour)}
    assert (end_of(hour) - NOON, hour[:10]) == (3_600_000, DAY)
    assert days.extended(house, DAY, "all") == 1
    late = evolve(Thread(HOUSE), reached(at=NOON).model_copy(update={"day": "at some time"}))
    assert timers(late) == {outbox.pending(late)[0].request: NOON}


def test_stop_ends_nothing_but_the_question() -> None:
    house = evolve(evolve(Thread(HOUSE), reached()), reached(scope="person:eve"))
    first = outbox.pending(house)[0]
    stop = Verdict(id="v", at=NOON + 1, actor="olivia", request=first.request, word="answer", text="Stop")  # fmt: skip
    house = evolve(house, stop)
    assert days.asked(house, DAY, "all")
    assert len(outbox.pending(house)) == 1
    assert not house.cancelled


def test_nobody_else_extends() -> None:
    house = answer(evolve(Thread(HOUSE), reached()), "Extend", by="eve")
    assert days.asked(house, DAY, "all")


def test_the_question_ends_with_its_day() -> None:
    house = evolve(Thread(HOUSE), reached())
    [(name, until)] = timers(house).items()
    house = evolve(house, TimerFired(id="t", at=until, name=name, due=until))
    assert outbox.pending(house) == ()
    assert (house.turn, next_effects(house)) == (Idle(), ())
    tomorrow = evolve(house, reached(at=NOON + DAY_MS))
    assert len(tomorrow.calls) == 1


def test_a_time_that_is_not_known_is_not_written() -> None:
    assert (minute(0), minute(NOON)[:10]) == ("", DAY)


def test_a_thread_that_waits_for_the_day_says_so_and_who_was_asked() -> None:
    story = build.Story()
    story.message()
    asking = story.thread
    [notice] = evolve(asking, reached()).notices
    assert (notice.code, notice.text) == ("spent", "all: 1.00 USD; asked: olivia")
    nobody = reached().model_copy(update={"asked": ()})
    [notice] = evolve(asking, nobody).notices
    assert notice.text == "all: 1.00 USD; nobody to ask: set BOT_OWNER"


def test_a_thread_without_a_place_says_nothing_of_the_day() -> None:
    assert evolve(Thread("t1"), reached()).notices == ()


def test_the_owner_is_asked_where_they_are_reached_and_else_at_the_console() -> None:
    there = Address(channel="slack", locator="U1")
    console = Address(channel="console", locator=HOUSE)
    places = tuple(Routed(by="thread", address=each) for each in (there, console))
    house = evolve(Thread(HOUSE), reached().model_copy(update={"addresses": places}))
    [waiting] = outbox.pending(house)
    assert outbox.address(house, waiting.key) == there
    failed = DeliveryFailed(id="f", at=NOON, key=waiting.key, reason="no such account")
    house = evolve(house, failed)
    [waiting] = outbox.pending(house)
    assert outbox.address(house, waiting.key) == console


@pytest.mark.parametrize(
    ("measure", "used", "most", "words"),
    [
        ("micro_usd", 1_020_000, 1_000_000, "1.02 of 1.00 USD"),
        ("micro_usd", 1_200, 1_000, "0.0012 of 0.0010 USD"),
        ("wall_ms", 61_500, 60_000, "61 of 60 s of work"),
        ("tokens", 12_000, 9_000, "12,000 of 9,000 tokens"),
    ],
)
def test_what_is_used_of_a_limit_is_said_in_its_unit(
    measure: str, used: int, most: int, words: str
) -> None:
    assert of_most(measure, used, most) == words
    assert (scoped("all"), scoped("person:eve")) == ("the whole bot", "person eve")
