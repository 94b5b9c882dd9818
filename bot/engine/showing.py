"""Showing: which showing of a card a press or words decide on."""

from __future__ import annotations

from bot.core.thread import Asked, Call
from bot.kit.arrival import Press


def shown(call: Call, press: Press, by: str) -> str:
    """The digest of the card that was decided on: empty where another one has its name, since the log lost its end, or nobody says which."""
    digest = call.card.digest if call.card else ""
    is_same = bool(press.digest) and digest.startswith(press.digest)
    return digest if is_same and not _is_older(call, press, by) else ""


def _is_older(call: Call, press: Press, by: str) -> bool:
    """Whether these words of this person were written before this showing stood there."""
    if press.written is None or not isinstance(call.phase, Asked):
        return False
    shown = call.phase.shown
    # Where no place took it, those who are asked have it alone, each since they got it.
    if shown is None:
        shown = dict(call.phase.copied).get(by)
    return press.written < shown if shown is not None else call.version > 1
