"""Settling: words that would decide something, put it off, or say what became of it, where they came as a message."""

from __future__ import annotations

from bot.core import words as typed
from bot.core.names import call_id
from bot.core.outbox import Approval, Hold, UnknownOutcome
from bot.core.values import Address, Word
from bot.kit.arrival import Arrivals
from channels.email import hints
from channels.email.reading import verdicts

# Keywords that stand for the choices where nobody knows what became of a call.
KEYWORDS = ("happened", "retry", "give-up")
LONGEST = 400


async def settles(arrivals: Arrivals, there: Address, *texts: str) -> bool:
    """Whether any of these is such words in this thread; a call that may have run is run again by one of them."""
    if any(verdicts.would_decide(each) or verdicts.puts_off(each) for each in texts):
        return True
    short = [each for each in texts if len(each) <= LONGEST]
    if not short:
        return False
    return any(
        _picks(text, each)
        for each in await arrivals.open(there)
        if isinstance(each, Hold | UnknownOutcome)
        for text in short
    )


async def unwritten(arrivals: Arrivals, request: str, word: Word) -> str:
    """Why a mail does not say this of the request: its policy wants a button; empty: a mail does."""
    asked = await arrivals.asked(request) if word in ("approve", "edit") else None
    return hints.BUTTON if isinstance(asked, Approval) and not asked.typed else ""


def _picks(text: str, asked: Hold | UnknownOutcome) -> bool:
    text = typed.to_request(text, call_id(asked.request)) or text
    keyword = isinstance(asked, UnknownOutcome) and typed.choose(text.replace(" ", "-"), KEYWORDS)
    return bool(keyword) or typed.choose(text, asked.choices) is not None
