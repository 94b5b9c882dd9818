"""Deputies: who may decide in whose place, and from when on. A deputy's word is their own, and fills one place alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.values import Card, Deputy


def places(card: Card, person: str, at: int) -> tuple[str, ...]:
    """Those in whose place this person may decide at this time."""
    return tuple(each.of for each in card.deputies if each.person == person and each.since <= at)


def may_decide(card: Card | None, person: str, at: int) -> bool:
    """Whether this person's word on this card is heard at all: as an approver, or in the place of one."""
    return card is not None and (person in card.approvers or bool(places(card, person, at)))


def too_early(card: Card, person: str) -> str | None:
    """What to say to a deputy whose time has not come; None: they are no deputy here."""
    of = next((each.of for each in card.deputies if each.person == person), None)
    if of is None:
        return None
    return f"{person} decides in the place of {of} only once {of} is away or has not answered for long enough."


def is_seated(card: Card, barred: Sequence[str], votes: Sequence[str], at: int) -> bool:
    """Whether each of these votes has a place of its own: an approver theirs, a deputy that of somebody who has not voted.

    The places of the `barred` are nobody's: who may not approve may not have it done by their deputy.
    """
    taken = {*barred, *votes}
    deputies = (vote for vote in votes if vote not in card.approvers)
    return all(any(of not in taken for of in places(card, each, at)) for each in deputies)


def standing_in(deputies: Sequence[Deputy], at: int) -> tuple[str, ...]:
    """Those who may decide in somebody's place by now, each once."""
    return tuple(dict.fromkeys(each.person for each in deputies if each.since <= at))
