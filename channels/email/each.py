"""Each: where people get mail, and one mail to each of several; that one is refused keeps no other from theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.kit.channel import Undeliverable
from bot.kit.people import People
from channels.email import ids

log = structlog.get_logger()


async def to_each(
    mails: Iterable[str], send: Callable[[str], Awaitable[str]]
) -> tuple[str, dict[str, str]]:
    """The receipts, and for whom it was refused and why. Raises `Undeliverable` where it was for all of them."""
    receipts, refused = list[str](), dict[str, str]()
    for mail in mails:
        try:
            receipts.append(await send(mail))
        except Undeliverable as error:
            log.warning("mail refused", to=mail, error=str(error)[:200])
            refused[mail] = str(error)
    if not receipts:
        raise Undeliverable("; ".join(refused.values()))
    return " ".join(receipts), refused


def mails_of(people: People, asked: Iterable[str]) -> list[str]:
    """Where these people get mail, each place once."""
    return list(dict.fromkeys(mail for each in asked if (mail := mail_of(people, each))))


def mail_of(people: People, person: str) -> str:
    """Where this person gets mail; empty: nowhere."""
    known = people.people.get(person)
    if known:
        return next((each.lower() for each in known.accounts(ids.CHANNEL)), "")
    channel, _, address = person.removesuffix("@outsider").partition(":")
    return address if channel == ids.CHANNEL else ""
