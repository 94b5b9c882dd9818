"""Begun: a conversation by mail that a schedule begins. Its address says with whom and under which subject; an answer finds it by our IDs."""

from __future__ import annotations

import re

from bot.core.values import Address
from channels.email import ids
from channels.email.threads import Talk

_TO = re.compile(r"[a-z0-9._%'+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LOCATOR = re.compile(rf"(?P<to>{_TO.pattern})/(?P<subject>[a-z0-9_-]+)/\d+-[a-z0-9]+")


def begun(to: str, subject: str, at_ms: int, mark: str) -> Address | None:
    """The address of a conversation with this person that begins at this instant; None: that is no plain mail address."""
    if _TO.fullmatch(to.lower()) is None:
        return None
    return Address(channel=ids.CHANNEL, locator=f"{to.lower()}/{subject}/{at_ms}-{mark}")


def recipient(locator: str) -> str:
    """With whom the conversation of this address begins; empty: it began with a mail to us."""
    found = _LOCATOR.fullmatch(locator)
    return found["to"] if found else ""


def place(locator: str) -> str:
    """The place that the IDs of its mails name."""
    return ids.locator(locator) if recipient(locator) else locator


def talk(locator: str) -> Talk | None:
    """The conversation before anything was said in it; None: we do not begin it."""
    found = _LOCATOR.fullmatch(locator)
    return Talk(found["subject"], found["to"], home=locator) if found else None
