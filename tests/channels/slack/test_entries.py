"""Entries: the other ways in, and what of them arrives."""

from __future__ import annotations

import pytest

from channels.slack.entries import Entered, Stopped, read
from channels.slack.parse import Said, Us

US = Us(team="T1", user="UBOT", bot="BBOT")
TS, ROOT = "1700000001.000200", "1700000000.000100"
Json = dict[str, object]


def told(payload: Json) -> Entered | None:
    return read(payload, US, lambda user: {"U1": "alice"}.get(user, user))


def event(**parts: object) -> Entered | None:
    return told({"type": "event_callback", "team_id": "T1", "event": parts})


# ---- Stop -------------------------------------------------------------------------------------------------------------
STOP: Json = {
    "type": "agent_session_stopped",
    "user": "U1",
    "channel": "D1",
    "thread_ts": ROOT,
    "event_ts": TS,
    "streaming_message_ts": [],
}


def test_stop_is_the_word_in_its_thread_and_a_press_of_its_own() -> None:
    arrived = event(**STOP)
    assert isinstance(arrived, Stopped)
    words = arrived.said.words
    assert (words.text, words.aim, words.person) == ("stop", "anybody", "U1")
    assert words.address.locator == f"T1/D1/{ROOT}"
    assert words.id == f"slack:T1/D1/{ROOT}/stopped/{TS}"
    assert arrived == event(**STOP)


@pytest.mark.parametrize("missing", ["user", "channel", "thread_ts", "event_ts"])
def test_a_stop_of_nothing_stops_nothing(missing: str) -> None:
    assert event(**{**STOP, missing: None}) is None


def test_everything_else_is_read_as_ever() -> None:
    assert isinstance(event(type="message", user="U1", channel="C1", ts=TS, text="hi"), Said)
    assert event(type="reaction_added", user="U1") is None
    assert told({"type": "event_callback"}) is None
