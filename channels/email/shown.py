"""Shown: which card or question somebody was mailed last. Asked anew only since somebody spoke, it goes to whoever answers the old one.

Nothing is decided by the old one all the same: its address names its showing. Mailed to everybody, each word would be a card for each approver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from pydantic import TypeAdapter

from bot.core.names import call_id
from bot.core.outbox import Approval, Question, UnknownOutcome, Waiting
from bot.kit.safe import Safe
from channels.email.cards import body
from channels.email.tokens import LATE_SECONDS, OPEN_SECONDS

# What was said before these is in the conversation alone.
MOST_QUOTES = 50
_KEPT_FOR_GOOD = ("email/shown/", "email/since/", "email/answered/", "email/card/")
_ANSWERED = "yes"
Quoting = Approval | Question | UnknownOutcome
"""What is asked anew when somebody speaks, with their words below it."""


class Shows(Protocol):
    """Where a card is shown to whoever answered an older one."""

    async def answered(self, place: str, request: str, mail: str, hint: str = "") -> None:
        """This person wrote to the card that they have: they get the next showing of it, below what they are to be told."""
        ...

    async def show(self, place: str, asked: Quoting, mail: str, why: str, by: str = "") -> bool:
        """Mails them the card or question that counts now, below why; whether it was news to them: once, and once for each mail that is the reason, under its name `by`. Best effort."""
        ...


@dataclass(frozen=True, slots=True)
class _Has:
    """The mail that somebody has, what it shows, and the deadline of the showing that it does for, in ms (0: none)."""

    id: str
    mark: str
    until: int


_HAS = TypeAdapter(_Has)
_QUOTES = TypeAdapter(tuple[str, ...])


class Shown:
    """What went out, by conversation, call and person. Those who send and those who listen each write names of their own."""

    def __init__(self, safe: Safe, now: Callable[[], int]) -> None:
        self._safe = safe
        self._now = now

    async def instead(self, place: str, asked: Waiting, mail: str) -> str:
        """The ID of the mail that does for them, and what was said is kept for the next one; empty: they are to have a new one."""
        has = await self._has(place, asked.request, mail)
        if not (has and isinstance(asked, Quoting) and asked.quote and has.mark == _mark(asked)):
            return ""
        if await self._safe.lent(f"email/answered/{has.id}"):
            return ""
        has = await self._keep(place, asked, mail, has.id)
        quotes = (*await self._since(has), asked.quote)[-MOST_QUOTES:]
        kept = _QUOTES.dump_json(tuple(dict.fromkeys(quotes))).decode()
        await self._safe.lend(f"email/since/{has.id}", kept, self._life(has))
        return has.id

    async def caught_up(self, place: str, asked: Waiting, mail: str) -> Waiting:
        """The same with all that was said since the mail that they have."""
        has = await self._has(place, asked.request, mail)
        if not (has and isinstance(asked, Quoting)):
            return asked
        quotes = dict.fromkeys((*await self._since(has), asked.quote))
        return replace(asked, quote="\n".join(each for each in quotes if each))

    async def went(self, place: str, asked: Waiting, mail: str, receipt: str) -> None:
        """They were mailed this; where it may not have arrived, they get the next one too."""
        if isinstance(asked, Quoting) and not receipt.startswith("?"):
            await self._keep(place, asked, mail, receipt)

    async def answered(self, place: str, request: str, mail: str, hint: str = "") -> None:
        """They wrote to it."""
        if has := await self._has(place, request, mail):
            await self._safe.lend(f"email/answered/{has.id}", hint or _ANSWERED, self._life(has))

    async def hint(self, place: str, request: str, mail: str) -> str:
        """What stands above the next one since they wrote to this one."""
        has = await self._has(place, request, mail)
        said = await self._safe.lent(f"email/answered/{has.id}") if has else None
        return "" if said in (None, _ANSWERED) else said

    async def _keep(self, place: str, asked: Quoting, mail: str, id: str) -> _Has:
        until = 0 if isinstance(asked, UnknownOutcome) else asked.until or 0
        has = _Has(id, _mark(asked), until)
        kept = _HAS.dump_json(has).decode()
        await self._safe.lend(_name(place, asked.request, mail), kept, self._life(has))
        return has

    def _life(self, has: _Has) -> int:
        """For how many seconds it is kept: well beyond its deadline. Forgotten before the request is over, the next showing is mailed."""
        if not has.until:
            return OPEN_SECONDS
        return max(0, has.until - self._now()) // 1000 + LATE_SECONDS

    async def _has(self, place: str, request: str, mail: str) -> _Has | None:
        kept = await self._safe.lent(_name(place, request, mail))
        return _HAS.validate_json(kept) if kept else None

    async def _since(self, has: _Has) -> tuple[str, ...]:
        kept = await self._safe.lent(f"email/since/{has.id}")
        return _QUOTES.validate_json(kept) if kept else ()


async def drop_old(safe: Safe) -> None:
    """What earlier versions kept for good."""
    await safe.drop([each for each in await safe.names() if each.startswith(_KEPT_FOR_GOOD)])


def _name(place: str, request: str, mail: str) -> str:
    return f"email/shown/{place}/{call_id(request)}/{mail}"


def _mark(asked: Quoting) -> str:
    """All that it says but what was said since, who has approved and until when."""
    match asked:
        case Approval(digest=digest):
            said = f"{digest}\n{body(replace(asked, quote='', votes=(), until=None))}"
        case Question():
            said = body(replace(asked, quote="", until=None))
        case UnknownOutcome():
            said = body(replace(asked, quote=""))
    return sha256(said.encode()).hexdigest()
