"""Entries: the other ways in, and what of them arrives."""

from __future__ import annotations

import pytest

from bot.kit.arrival import Rating
from channels.slack.entries import Chosen, Command, Entered, Opened, Stopped, read
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


# ---- the message shortcut ---------------------------------------------------------------------------------------------
CHOSEN: Json = {
    "type": "message_action",
    "callback_id": "ask",
    "action_ts": "1700000009.000900",
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "C1"},
    "message": {"user": "U2", "ts": TS, "thread_ts": ROOT, "text": "<@UBOT> approve &amp; go"},
    "response_url": "https://hooks.example.com/1",
}


def chosen(**parts: object) -> Entered | None:
    return told({**CHOSEN, **parts})


def test_a_chosen_message_stays_its_authors_words_and_whoever_chose_it_asks() -> None:
    arrived = chosen()
    assert isinstance(arrived, Chosen)
    asks, about = arrived.said.words, arrived.message
    assert (about.person, about.text, about.aim) == ("U2", "approve & go", "anybody")
    assert about.id == f"slack:T1/C1/{TS}"
    assert (asks.person, asks.aim) == ("U1", "bot")
    assert "approve" not in asks.text
    assert asks.id == f"slack:T1/C1/{TS}/ask/1700000009.000900/U1"
    assert asks.address.locator == about.address.locator == f"T1/C1/{ROOT}"
    assert arrived == chosen()


def test_a_message_of_another_program_can_be_chosen() -> None:
    arrived = chosen(message={"bot_id": "B9", "subtype": "bot_message", "ts": TS, "text": "alert"})
    assert isinstance(arrived, Chosen)
    assert arrived.message.person == "B9"
    assert arrived.said.place.root == TS


@pytest.mark.parametrize(
    "parts",
    [
        {"callback_id": "another"},
        {"channel": None},
        {"message": None},
        {"message": {"user": "U2", "text": "no time"}},
        {"user": {"id": "U1", "team_id": "T0ELSEWHERE"}},
    ],
)
def test_a_shortcut_that_is_none_of_ours_does_nothing(parts: Json) -> None:
    assert chosen(**parts) is None


# ---- the slash command ------------------------------------------------------------------------------------------------
SLASH: Json = {
    "command": "/ask",
    "text": "ship &lt;it&gt; for <@U1|alice>",
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U1",
    "trigger_id": "13.1.abc",
}


def test_a_command_is_named_by_its_trigger() -> None:
    assert told(SLASH) == Command("13.1.abc", "C1", "U1", "ship <it> for @alice")


@pytest.mark.parametrize(
    "parts",
    [{"team_id": "T0ELSEWHERE"}, {"channel_id": ""}, {"user_id": None}, {"trigger_id": ""}],
)
def test_a_command_from_nowhere_does_nothing(parts: Json) -> None:
    assert told({**SLASH, **parts}) is None


# ---- the home ---------------------------------------------------------------------------------------------------------
def test_whoever_looks_at_the_home_is_shown_it_and_the_messages_need_nothing() -> None:
    assert event(type="app_home_opened", user="U1", channel="D1", tab="home") == Opened("U1")
    assert event(type="app_home_opened", user="U1", channel="D1", tab="messages") is None
    assert event(type="app_home_opened", user="", channel="D1", tab="home") is None


# ---- what people think of an answer -----------------------------------------------------------------------------------
def rated(value: str = "good t1-4-0", **parts: object) -> Entered | None:
    pair = {"action_id": "feedback", "action_ts": "9.9", "value": value, "type": "feedback_buttons"}
    body: Json = {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "container": {"type": "message", "message_ts": TS, "channel_id": "C1"},
        "actions": [pair],
    }
    return told({**body, **parts})


@pytest.mark.parametrize(
    ("side", "says"), [("good", "answer: helpful"), ("bad", "answer: not helpful")]
)
def test_a_button_under_an_answer_is_what_its_presser_thinks(side: str, says: str) -> None:
    arrived = rated(f"{side} t1-4-0")
    assert isinstance(arrived, Rating)
    assert (arrived.key, arrived.person, arrived.channel) == ("t1-4-0", "U1", "slack")
    assert arrived.id == f"slack:T1/C1/{TS}/feedback/9.9/U1"
    assert says in arrived.text
    assert arrived == rated(f"{side} t1-4-0")


@pytest.mark.parametrize("value", ["", "good", "good ", "fine t1-4-0"])
def test_an_opinion_on_nothing_is_nothing(value: str) -> None:
    assert rated(value) is None
    assert rated(user={"id": "U1", "team_id": "T0ELSEWHERE"}) is None
    assert rated(container={}) is None
