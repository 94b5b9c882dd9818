"""Breaker: more mails in an hour than people write, of one sender or in one conversation, are held: there two programs write to each other."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.kit.arrival import Arrivals
from channels.email.heard import Heard
from channels.email.pace import DAY_MS, Ceiling
from channels.email.replies import Replies
from channels.email.tokens import Found

log = structlog.get_logger()


class Breaker:
    """Counts what would give the model a turn. `owner` is the mail address of whoever is told; empty: the log alone is."""

    def __init__(
        self,
        arrivals: Arrivals,
        replies: Replies,
        by_sender: Ceiling,
        by_thread: Ceiling,
        owner: str,
        now: Callable[[], int],
    ) -> None:
        self._arrivals = arrivals
        self._replies = replies
        self._by_sender = by_sender
        self._by_thread = by_thread
        self._owner = owner
        self._now = now

    async def holds(self, heard: Heard, found: Found | None) -> str:
        """Why this mail, to the address of a request if one was found, is to be held back; empty: it is not."""
        place = heard.place
        if await self._is_known(heard, found):
            return ""  # It was counted when it came first.
        sender = heard.mail.proven
        is_within = (
            await self._by_sender.passes(sender, heard.id),
            await self._by_thread.passes(place, heard.id),
        )
        if all(is_within):
            return ""
        ceiling, whose, name = (
            (self._by_thread, "in one conversation", place)
            if is_within[0]
            else (self._by_sender, f"of {sender}", sender)
        )
        reason = f"more than {ceiling.most} mails {whose} came within an hour"
        await self._tell(name, sender, reason)
        return reason

    async def _is_known(self, heard: Heard, found: Found | None) -> bool:
        """Whether it is on a log already."""
        for id in (heard.id, f"{heard.id}/noted"):
            if await self._arrivals.has_heard(heard.address, id):
                return True
        return found is not None and await self._arrivals.took(found.ticket.request, heard.id)

    async def _tell(self, name: str, sender: str, reason: str) -> None:
        """Once a day for each sender and each conversation."""
        log.error("mail breaker open", sender=sender, reason=reason)
        if not self._owner:
            return
        text = (
            f"Mail of {sender} is held back: {reason}, as where two programs write to each other. Until fewer come, nothing more of it begins a turn, "
            "and nobody is answered.\n\nWhat is held: `bot mail held`. One mail is let in by `bot mail held release ID`, or dropped by `bot mail held drop ID`."
        )
        key = f"breaker:{name}:{self._now() // DAY_MS}"
        await self._replies.tell(self._owner, key, "Mail is held back", text)
