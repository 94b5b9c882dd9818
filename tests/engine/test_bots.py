"""Bots: their words are counted from the last one of a person on."""

# redis types its keys loosely.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

from redis import Redis

from bot.core.events import Event, MessageNoted, MessageReceived, Verdict
from bot.engine.bots import HOUR_MS, MOST_TURNS, turns
from bot.engine.redis_store import RedisStore
from tests.engine.office import HOME

BOT, PERSON, STRANGER = "slack:B1@bot", "alice", "slack:U7@guest"


def asked(by: str) -> Event:
    return MessageReceived(id="m", actor=by, address=HOME, text="thanks")


def noted(by: str) -> Event:
    return MessageNoted(id="n", actor=by, address=HOME, text="thanks")


def decided(by: str) -> Event:
    return Verdict(id="v", actor=by, request="t-1-0-v1", word="approve")


def test_words_of_bots_are_counted_and_other_peoples_talk_is_no_word_to_us() -> None:
    assert turns([]) == (0, 0)
    assert turns([asked(BOT), asked(BOT), noted(BOT)]) == (2, 1)
    assert turns([asked(BOT), noted(STRANGER), noted(PERSON), asked(BOT)]) == (2, 0)


def test_two_bots_answer_each_other_three_times_at_most() -> None:
    assert MOST_TURNS <= 3


def test_a_person_who_asks_or_decides_lets_them_go_on() -> None:
    assert turns([asked(BOT), asked(PERSON), asked(BOT)]) == (1, 0)
    assert turns([asked(BOT), noted(BOT), decided(PERSON)]) == (0, 0)
    assert turns([asked(PERSON), asked(BOT), decided(BOT)]) == (1, 0)


async def test_so_many_threads_begin_in_a_place_whichever_process_is_asked(
    redis_server: str,
) -> None:
    """Told again, each is what it was; what is counted goes by itself an hour after the last."""
    async with (
        RedisStore(redis_server, lease_seconds=5) as one,
        RedisStore(redis_server, lease_seconds=5) as other,
    ):
        many = [await each.begun().another("C1", str(n)) for n in range(5) for each in (one, other)]
        assert many == [None] * 2 * MOST_TURNS + ["enough"] * 2 + ["noted"] * 2
        assert await other.begun().another("C2", "5") is None
    with Redis.from_url(redis_server) as raw:
        names = list(raw.scan_iter("bot:{begun}:*"))
        assert len(names) == 2
        assert all(0 < raw.pttl(name) <= HOUR_MS for name in names)
