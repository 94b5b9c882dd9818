"""Bots: their words are counted from the last one of a person on."""

from __future__ import annotations

from bot.core.events import Event, MessageNoted, MessageReceived, Verdict
from bot.engine.bots import MOST_TURNS, turns
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
