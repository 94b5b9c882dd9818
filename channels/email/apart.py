"""Apart: a conversation with one person about one request of a thread that lives elsewhere. Its address is `@NAME`, by the people file.

There the request is decided or answered by the address of its mail, and nothing else is said: the thread goes on where it began.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.names import call_id
from bot.core.outbox import Approval, Hold, Outgoing, Question, Reminder, UnknownOutcome
from channels.email import ids
from channels.email.threads import Talk, Talks

HEAD = "This is asked for in a conversation elsewhere, and what comes of it is told there. Here only a decision or an answer is taken."
_SIGN = "@"


def whose(locator: str) -> str:
    """The person whose conversation this is; empty: it is one that began by mail."""
    return locator.removeprefix(_SIGN) if locator.startswith(_SIGN) else ""


async def begun(talks: Talks, person: str, mail: str, message: Outgoing) -> tuple[str, Talk]:
    """The conversation about this request, which each showing of it goes on."""
    place = ids.locator(f"{_SIGN}{person}\n{call_id(message.key)}")
    known = await talks.get(place)
    if known is None:
        known = Talk(_subject(message), mail, is_elsewhere=True)
        await talks.heard(place, known)
    # Where they get mail may be another place by now.
    return place, replace(known, to=mail)


async def is_elsewhere(talks: Talks, place: str) -> bool:
    """Whether only decisions are taken at this place."""
    talk = await talks.get(place)
    return talk is not None and talk.is_elsewhere


def _subject(message: Outgoing) -> str:
    match message:
        case Approval(tool=tool):
            return f"Your approval is needed: {tool}"
        case Question():
            return "A question for you"
        case UnknownOutcome(tool=tool):
            return f"What became of {tool}?"
        case Hold():
            return "A limit is reached"
        case Reminder():
            return "It still waits for an answer"
        case _:
            return "From the bot"
