"""Entries: the other ways in than a message, a button and a form: Stop, the message shortcut, the slash
command, the app's home, the buttons under an answer.

Pure; whatever else comes, `parse` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.kit.arrival import Rating, Words
from channels.slack.address import CHANNEL, Place, message_id, moment
from channels.slack.blocks import BAD, FEEDBACK, GOOD
from channels.slack.more import MORE
from channels.slack.parse import (
    Arrived,
    NameOf,
    Said,
    Us,
    Wish,
    is_ours,
    parse,
    press_of,
    said,
    spoken,
)
from channels.slack.payload import Action, Body, Message, Slash

COMMAND = "/ask"
SAID = {GOOD: "helpful", BAD: "not helpful"}
SHORTCUT, SHORTCUT_NAME = "ask", "Ask the bot"


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody pressed Stop: what the word alone would say in that thread, mentioning nobody."""

    said: Said


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody chose the message shortcut on `message`. What they are told goes to `answer_to`, an address of Slack's."""

    said: Said
    message: Words
    answer_to: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, named by its trigger, which no other one has."""

    trigger: str
    channel: str
    person: str
    text: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looks at the app's home."""

    person: str


Entered = Arrived | Stopped | Chosen | Command | Opened | Rating


def read(payload: Mapping[str, object], us: Us, name_of: NameOf) -> Entered | None:
    """What arrived, by whatever way; None: nothing of ours."""
    if "command" in payload:
        return _command(Slash.model_validate(payload), us, name_of)
    body = Body.model_validate(payload)
    event = body.event if body.type == "event_callback" else None
    match event.type if event else body.type:
        case "agent_session_stopped" if event is not None:
            return _stopped(event, us)
        case "app_home_opened" if event is not None:
            return Opened(event.user) if event.user and event.tab == "home" else None
        case "block_actions" if [each.action_id for each in body.actions] == [FEEDBACK]:
            return _rating(body, body.actions[0], us)
        case "block_actions" if [each.action_id for each in body.actions] == [MORE]:
            press = press_of(body, body.actions[0], us)
            # To leave it is what all may do who may do anything there.
            return Wish(replace(press, word="ignore"), body.trigger_id) if press else None
        case "message_action" if body.callback_id == SHORTCUT:
            return _chosen(body, us, name_of)
        case _:
            return parse(payload, us, name_of)


def _stopped(event: Message, us: Us) -> Stopped | None:
    """One press is one identity, however often Slack tells of it."""
    if not (event.channel and event.thread_ts and event.user and event.event_ts):
        return None
    place = Place(us.team, event.channel, event.thread_ts)
    words = Words(
        id=f"{message_id(us.team, event.channel, event.thread_ts)}/stopped/{event.event_ts}",
        address=place.address,
        person=event.user,
        text="stop",
        aim="anybody",
        written=moment(event.event_ts),
    )
    return Stopped(Said(words, place, event.event_ts))


def _rating(body: Body, action: Action, us: Us) -> Rating | None:
    """One press is one identity; pressed again, the later one is what somebody thinks."""
    side, _, key = action.value.partition(" ")
    channel, ts = body.container.channel_id, body.container.message_ts
    if not (side in SAID and key and channel and ts and is_ours(body, us)):
        return None
    return Rating(
        id=f"{message_id(us.team, channel, ts)}/feedback/{action.action_ts}/{body.user.id}",
        channel=CHANNEL,
        person=body.user.id,
        key=key,
        text=f"(pressed a button under the answer: {SAID[side]})",
    )


def _chosen(body: Body, us: Us, name_of: NameOf) -> Chosen | None:
    """What the message says stays its author's: whoever chose it asks, and nobody else's words are put in their mouth."""
    if not (is_ours(body, us) and body.channel and body.message and body.message.ts):
        return None
    message = said(body.message, body.channel.id, us, name_of)
    person = body.message.user or body.message.bot_id
    about = replace(message.words, person=person, aim="anybody")
    asks = replace(
        message.words,
        id=f"{message.words.id}/ask/{body.action_ts}/{body.user.id}",
        person=body.user.id,
        text=f"(“{SHORTCUT_NAME}”, chosen on the message of {name_of(person)} in this thread)",
        aim="bot",
        written=moment(body.action_ts),
    )
    return Chosen(Said(asks, message.place, body.action_ts), about, body.response_url)


def _command(form: Slash, us: Us, name_of: NameOf) -> Command | None:
    if not (form.channel_id and form.user_id and form.trigger_id) or form.team_id != us.team:
        return None
    text = spoken(form.text, us, name_of)
    return Command(form.trigger_id, form.channel_id, form.user_id, text)
