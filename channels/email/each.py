"""Each: one mail to each of several; that one is refused keeps no other from theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import structlog

from bot.kit.channel import Undeliverable

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
