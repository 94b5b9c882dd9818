"""Addresses: where a card or a question is put. First the call's own place, then its thread, its agent's, the bot's: the next where one refuses it."""

from __future__ import annotations

from typing import get_args

from bot.core.thread import Asked, Call, Thread
from bot.core.values import Address, By, Routed

PRECEDENCE: tuple[By, ...] = get_args(By)


def in_order(thread: tuple[Address, ...], named: tuple[Routed, ...]) -> tuple[Routed, ...]:
    """All these places once, in the order of precedence. A place that the thread stands in is the thread itself."""
    home = (Routed(by="thread", address=each) for each in thread)
    others = (each for each in named if not any(is_in(there, each.address) for there in thread))
    found: list[Routed] = []
    for each in sorted((*home, *others), key=lambda each: PRECEDENCE.index(each.by)):
        if all(each.address != other.address for other in found):
            found.append(each)
    return tuple(found)


def elsewhere(thread: tuple[Address, ...], named: tuple[Routed, ...]) -> tuple[Routed, ...]:
    """The same; nothing where that is the thread alone."""
    found = in_order(thread, named) if named else ()
    return found if any(each.by != "thread" for each in found) else ()


def is_in(address: Address, place: Address) -> bool:
    """Whether this is that place, or in it: a locator begins with that of the place around it."""
    within = f"{address.locator}/".startswith(f"{place.locator}/")
    return address.channel == place.channel and within


def of(thread: Thread, call: Call) -> tuple[Address, ...]:
    """Where the card or question of this call is put, the first one first."""
    return tuple(each.address for each in _named(call)) or thread.addresses


def _named(call: Call) -> tuple[Routed, ...]:
    return call.card.addresses if call.card else call.proposal.addresses


def numbered(there: tuple[Address, ...], copy: int) -> Address | None:
    """The address of this copy; None: there is none left to try."""
    return there[copy] if copy < len(there) else None


def is_owed(phase: Asked) -> bool:
    """Whether an address is still to take it."""
    return phase.shown is None or phase.stood is not None


def taken(call: Call) -> Routed | None:
    """Where it stands or is on its way to, and by whose word, where that is not simply its thread."""
    if not isinstance(call.phase, Asked):
        return None
    left = _named(call)[call.phase.copy :]
    return left[0] if left and left[0].by != "thread" else None
