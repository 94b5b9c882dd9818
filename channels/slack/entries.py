"""Entries: the other ways in than a message, a button and a form: Stop. Pure; whatever else comes, `parse` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.kit.arrival import Words
from channels.slack.address import Place, message_id, moment
from channels.slack.parse import Arrived, NameOf, Said, Us, parse
from channels.slack.payload import Body, Message


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody pressed Stop: what the word alone would say in that thread, mentioning nobody."""

    said: Said


Entered = Arrived | Stopped


def read(payload: Mapping[str, object], us: Us, name_of: NameOf) -> Entered | None:
    """What arrived, by whatever way; None: nothing of ours."""
    body = Body.model_validate(payload)
    event = body.event if body.type == "event_callback" else None
    match event.type if event else body.type:
        case "agent_session_stopped" if event is not None:
            return _stopped(event, us)
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
