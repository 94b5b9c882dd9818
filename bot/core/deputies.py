"""Deputies: who may decide in whose place, and from when on. A deputy's word is their own, and fills one place alone.

They have a copy of the card to themselves once their time has come; so have, at once, all who are asked and not reached by its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.names import person_of
from bot.core.thread import Asked, Call
from bot.core.values import Address, Card, Deputy


def places(card: Card, person: str, at: int) -> tuple[str, ...]:
    """Those in whose place this person may decide at this time."""
    return tuple(each.of for each in card.deputies if each.person == person and each.since <= at)


def may_decide(card: Card | None, person: str, at: int) -> bool:
    """Whether this person's word on this card is heard at all: as an approver, or in the place of one."""
    return card is not None and (person in card.approvers or bool(places(card, person, at)))


def lent(call: Call, at: int) -> tuple[str, ...]:
    """Who may answer a question by now in the place of one whom it is put to."""
    return standing_in(of_question(call), at)


def of_question(call: Call) -> tuple[Deputy, ...]:
    """Who may answer a question in whose place, whenever that begins."""
    return tuple(each for each in call.proposal.apart if each.of != each.person)


def too_early(card: Card, person: str, barred: Sequence[str] = ()) -> str | None:
    """What to say to a deputy whose time has not come; None: they are no deputy here. A place of the `barred` will not be theirs either."""
    named = [each.of for each in card.deputies if each.person == person]
    of = " or ".join([each for each in named if each not in barred] or named)
    if not of:
        return None
    return f"{person} decides in the place of {of} only once {of} is away or has not answered for long enough."


def is_seated(card: Card, barred: Sequence[str], votes: Sequence[str], at: int) -> bool:
    """Whether each of these votes has a place of its own: an approver theirs, a deputy that of somebody who has not voted.

    The places of the `barred` are nobody's: who may not approve may not have it done by their deputy.
    """
    taken = {*barred, *votes}
    deputies = (vote for vote in votes if vote not in card.approvers)
    return all(any(of not in taken for of in places(card, each, at)) for each in deputies)


def late(call: Call, at: int) -> tuple[Deputy, ...]:
    """Those who are to have a copy now: whose time has come, and who have not said that they will not decide, or not yet."""
    return tuple(
        each for each in _untold(call) if _told_at(call, each) <= at and not _is_off(call, each, at)
    )


def next_at(call: Call, at: int) -> int | None:
    """When the next one is to be told; None: nobody is."""
    untold = _untold(call)
    times = (_told_at(call, each) for each in untold)
    return min((each for each in times if each > at), default=None) if untold else None


def asked_at(call: Call, person: str) -> int:
    """When this person has a copy of their own; 0: at once, or never."""
    return max((_told_at(call, each) for each in _alone(call) if each.person == person), default=0)


def of_key(call: Call | None, key: str) -> Deputy | None:
    """The one to whom this delivery key goes alone, or went."""
    person = person_of(key)
    if not person or call is None:
        return None
    # Who was asked what became of a call is known once that is over, too.
    later = _afterwards(call, call.card) if call.card else ()
    found = (*_alone(call), *later, *call.proposal.apart)
    return next((each for each in found if each.person == person), None)


def have_copies(call: Call, asked: Sequence[str], at: int) -> bool:
    """Whether each of those who are asked has a copy alone, or is about to: then no place need take what they are asked."""
    alone = {each.person for each in _alone(call) if each.address and _told_at(call, each) <= at}
    return bool(asked) and alone.issuperset(asked)


def addresses(call: Call) -> tuple[Address, ...]:
    """Where anybody has a copy of this alone, or had one of an earlier showing."""
    card, own = call.card, call.proposal.apart
    alone = (*own, *card.apart, *card.deputies) if card else own
    more = card.reached.values() if card else ()
    return (*(each.address for each in alone if each.address), *more)


def _alone(call: Call) -> tuple[Deputy, ...]:
    """Who has a copy alone."""
    card = call.card
    if card is None:
        return call.proposal.apart
    if isinstance(call.phase, Asked) and call.phase.about == "unknown":
        return _afterwards(call, card)
    return (*card.apart, *card.deputies) if card.apart else card.deputies


def _afterwards(call: Call, card: Card) -> tuple[Deputy, ...]:
    """What became of a call is said by those who are asked in its thread, where its card was put, and by whoever stands in for an approver."""
    own = call.proposal.apart
    if card.addresses:
        there = ((who, card.reached.get(who)) for who in call.proposal.asked)
        own = tuple(Deputy(person=who, of=who, since=0, address=at) for who, at in there if at)
    lent = tuple(each for each in card.apart if each.of != each.person)
    return (*own, *lent) if lent else own


def _untold(call: Call) -> tuple[Deputy, ...]:
    phase, alone = call.phase, _alone(call)
    if not alone or not isinstance(phase, Asked):
        return ()
    known = (*phase.told, *phase.votes)
    return tuple(each for each in alone if each.address and each.person not in known)


def _told_at(call: Call, each: Deputy) -> int:
    """Where nothing reaches who is asked, their copy by another medium is due at once, and their deputy waits for no hour to be told."""
    if each.of not in call.unreached:
        return max(each.since, each.tell)
    return 0 if each.person == each.of else each.since


def _is_off(call: Call, deputy: Deputy, at: int) -> bool:
    """Whether they leave the decision to others, or want to hear of it later than that."""
    is_over = isinstance(call.phase, Asked) and call.phase.about == "unknown"
    said = () if is_over else (each for each in call.asides if each.by == deputy.person)
    return any(each.word != "later" or each.until > at for each in said)


def with_it(card: Card, at: int) -> tuple[str, ...]:
    """Those who stand in by the time that the card is made, and have it where it is put."""
    apart = {each.person for each in card.apart}
    return tuple(each for each in standing_in(card.deputies, at) if each not in apart)


def standing_in(deputies: Sequence[Deputy], at: int) -> tuple[str, ...]:
    """Those who may decide in somebody's place by now, each once."""
    return tuple(dict.fromkeys(each.person for each in deputies if each.since <= at))
