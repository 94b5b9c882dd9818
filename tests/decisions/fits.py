"""Fits: whether a difference is of the kind that a choice is about."""

from __future__ import annotations

from tests.decisions.difference import Difference
from tests.oracle import facts
from tests.oracle.past import (
    Ruled,
    arguments,
    digest,
    drawn,
    pins,
    showings,
    version,
)
from tests.oracle.policy import deadline
from tests.oracle.refusals import refusals
from tests.oracle.rights import House, listed
from tests.oracle.rulings import open_in, seen_by_then
from tests.oracle.typed import Said, read
from tests.oracle.words import Effect, Obstacle, Phase, Refusal, Word

_REFUSED = ("refused", "for another reason")
_ANEW = ("has changed", "may no longer do so")
_ENDED = ("DENIED", "WITHDRAWN", "EXPIRED", "VOIDED")
_FINAL = (*_ENDED, "RUNNING", "RETURNED", "FAILED", "HAPPENED", "GIVEN_UP")
"""Where nothing is asked anew: what ends or begins here, and not there, is no matter of who is listed, of pins or of halts."""


SLIPS = frozenset(
    {Refusal.CHANNEL_NOT_ALLOWED, Refusal.WRONG_DIGEST, Refusal.NOT_SHOWN, Refusal.WORDS_DENIED}
)
"""What keeps a denial there from counting, and not here."""


def _denies(found: Difference) -> bool:
    match found.fact:
        case facts.Decision(word=Word.DENY):
            return True
        case facts.WordTyped(text=text):
            return read(text).said is Said.DENY
        case _:
            return False


def is_denied_anyhow(found: Difference) -> bool:
    return (
        _denies(found)
        and found.refusals <= SLIPS
        and found.found in ("DENIED", "WITHDRAWN", "counted")
    )


def _name(found: Difference, fact: facts.Fact) -> str:
    """Who says this; nobody where nobody knows them."""
    by = fact.by if isinstance(fact, facts.Decision | facts.WordTyped) else None
    who = found.case.people.at(by) if by else None
    return who.name if who else ""


def is_held_back(found: Difference) -> bool:
    return _denies(found) and found.found == "VOIDED" and found.told in ("APPROVED", "NOT_GATED")


def is_unseen(found: Difference) -> bool:
    is_words = isinstance(found.fact, facts.WordTyped | facts.Withdrawn | facts.Proposed)
    # Under a halt none is made.
    is_unmade = _has(found, facts.Halted) or found.is_paused or not _is_shown(found)
    return is_words and found.found == "VOIDED" and is_unmade


def _is_shown(found: Difference) -> bool:
    number = version(found.past, found.request)
    return bool(showings(found.past, found.request, number))


def is_unmade(found: Difference) -> bool:
    """The card was made later than it was proposed, or not yet."""
    number = version(found.past, found.request)
    made = [showing.at for _, showing in showings(found.past, found.request, number)]
    late = not made or found.fact.at < min(made) + found.case.rule.deadline
    goes_on = found.found == "OPEN" or _is_of_model(found) or _denies(found)
    return found.told == "EXPIRED" and goes_on and late


def _is_of_model(found: Difference) -> bool:
    """What the model says of what is open here."""
    return isinstance(found.fact, facts.ArgumentsChanged | facts.Withdrawn)


def is_overtaken(found: Difference) -> bool:
    is_words = isinstance(found.fact, facts.WordTyped)
    return is_words and found.told == "EXPIRED" and found.found == "OPEN"


def is_replaced(found: Difference) -> bool:
    return _denies(found) and found.is_replaced and found.told in ("DENIED", "WITHDRAWN", "counted")


def is_unedited(found: Difference) -> bool:
    return found.refusals == frozenset({Refusal.SELF_APPROVAL}) and _edited_before(found)


def _edited_before(found: Difference) -> bool:
    """Whether whoever decides has edited what the model has replaced since."""
    history = [each.fact for each in found.past]
    by = found.fact.by if isinstance(found.fact, facts.Decision | facts.WordTyped) else None
    edits = [
        place
        for place, each in enumerate(history)
        if isinstance(each, facts.Decision) and each.word is Word.EDIT
        if by and found.case.people.at(each.by) is found.case.people.at(by)
    ]
    return any(
        isinstance(each, facts.ArgumentsChanged) for place in edits for each in history[place:]
    )


def _has(found: Difference, *kinds: type[facts.Fact]) -> bool:
    return any(isinstance(ruled.fact, kinds) for ruled in found.past)


def is_relisted(found: Difference) -> bool:
    """The list that was shown is another by now: what is open is asked anew; whoever was on it says no, or what became of it."""
    listing = (facts.ApproverAdded, facts.ApproverRemoved, facts.PersonLeft)
    moved = {each.fact.name for each in found.past if isinstance(each.fact, listing)}
    if _asks_on(found):
        return bool(moved) and not (_was_looked_at(found, listing) and _is_judged_by_old(found))
    if found.told == "EXPIRED" and any(why in found.anew for why in _ANEW):
        # What was asked anew has a deadline of its own.
        return bool(moved) and (_denies(found) or _is_of_model(found))
    stops = _denies(found) or (
        isinstance(found.fact, facts.Decision) and found.fact.word is Word.ANSWER
    )
    was_on_it = (
        found.refusals <= SLIPS | {Refusal.NOT_APPROVER} and _name(found, found.fact) in moved
    )
    return stops and was_on_it and found.found in ("DENIED", "HAPPENED", "GIVEN_UP")


def _was_looked_at(found: Difference, listing: tuple[type[facts.Fact], ...]) -> bool:
    """Whether anybody looked at the open card after the list had changed last, and its new one was shown. Under a halt nobody looks."""
    looks = (facts.Looked, facts.Claimed)
    is_looked_at = is_shown = False
    for each in found.past:
        fact = each.fact
        if isinstance(fact, listing):
            is_looked_at = is_shown = False
        elif isinstance(fact, looks) and Obstacle.HALTED not in each.ruling.obstacles:
            is_looked_at = is_looked_at or fact.request == found.request
        elif isinstance(fact, facts.CardShown):
            is_shown = is_shown or (is_looked_at and fact.request == found.request)
    return is_shown


def _is_judged_by_old(found: Difference) -> bool:
    """Whether somebody is heard here whom the list of now does not have, or the other way round."""
    is_nobody = bool({Refusal.NOT_APPROVER, Refusal.UNKNOWN_PERSON} & found.refusals)
    is_refused = any("is not among" in said for said in found.said)
    return (is_refused and not is_nobody) or (found.found == "APPROVED" and is_nobody)


def _asks_on(found: Difference) -> bool:
    """Whether it goes on being asked about or waited for, here or there."""
    is_settled_there = found.found == "UNKNOWN" and found.told in _ENDED
    is_said = isinstance(found.fact, facts.Decision | facts.WordTyped)
    if found.found in ("APPROVED", "NOT_GATED") and not is_said:
        return False
    if isinstance(found.fact, facts.Claimed) and found.told == "RUNNING":
        return any(why in found.anew for why in _ANEW)
    return found.found not in _FINAL and not is_settled_there and not _is_held(found)


def is_listed_again(found: Difference) -> bool:
    """Whoever approved here while off the list is on it again."""
    if (found.told, found.found) != ("OPEN", "APPROVED"):
        return False
    gone = set[str]()
    for ruled in found.past:
        if isinstance(ruled.fact, facts.ApproverRemoved):
            gone.add(ruled.fact.name)
        if isinstance(ruled.fact, facts.ApproverAdded) and ruled.fact.name in gone & {
            *found.approved
        }:
            return set(found.approved) <= listed(
                House(found.case.people, found.case.rule), found.past
            )
    return False


def is_pinned_back(found: Difference) -> bool:
    """What a card rested on reads again as it did when it was made; there it was asked anew in between."""
    if (found.told, found.found) != ("OPEN", "APPROVED"):
        return False
    for place, ruled in enumerate(found.past):
        if _is_asked_anew(ruled, found.request, Obstacle.PIN_MOVED):
            before = found.past[:place]
            made = before[: drawn(before, found.request) + 1]
            return pins(made, found.request) == pins(found.past, found.request)
    return False


def is_pinned(found: Difference) -> bool:
    """It goes on being asked about, or its one card has come to its end where there another was made."""
    lasts = _asks_on(found) or (found.told, found.found) == ("OPEN", "EXPIRED")
    return lasts and any(
        _is_asked_anew(ruled, found.request, Obstacle.PIN_MOVED) for ruled in found.past
    )


def _is_asked_anew(ruled: Ruled, request: str, why: Obstacle) -> bool:
    return why in ruled.ruling.obstacles and ruled.ruling.on(request) is Effect.ASKED_ANEW


def is_halted(found: Difference) -> bool:
    """What is approved stays so, and nothing is looked at; what has moved meanwhile is found when it goes on."""
    if found.found in _FINAL or not (found.is_paused or _has(found, facts.Halted)):
        return False
    if isinstance(found.fact, facts.Claimed | facts.Looked):
        waits = found.found in ("APPROVED", "NOT_GATED") or (
            found.told == "EXPIRED" and found.found == "OPEN"
        )
        return waits and _is_held(found)
    if found.found == "APPROVED":
        return _has(found, facts.AgentChanged, facts.PinMoved)
    return True


def _is_held(found: Difference) -> bool:
    return Obstacle.HALTED in found.past[-1].ruling.obstacles


def is_unsettled(found: Difference) -> bool:
    return found.found == "UNKNOWN" and any(
        ruled.ruling.on(found.request) is Effect.RETRY_ORDERED for ruled in found.past
    )


def is_behind(found: Difference) -> bool:
    is_next = isinstance(found.fact, facts.Claimed) and found.told == "RUNNING"
    behind = found.case.rule.idempotent or found.is_behind
    return is_next and found.found in ("APPROVED", "NOT_GATED") and behind


def is_cardless(found: Difference) -> bool:
    """Somebody decides as a deputy on what has no card that says so."""
    by = found.fact.by if isinstance(found.fact, facts.Decision | facts.WordTyped) else None
    person = found.case.people.at(by) if by else None
    stands_in = person and any(person.name == each.deputy for each in found.case.people.persons)
    made = found.case.rule.gates(arguments(found.past, found.request)) and _is_shown(found)
    return bool(stands_in) and not made and found.found in ("OPEN", "UNKNOWN", *_REFUSED)


def is_passed(found: Difference) -> bool:
    said = found.fact
    is_pass = isinstance(said, facts.Decision) and said.word is Word.PASS
    return is_pass and not found.refusals and found.found == "refused"


def is_too_long(found: Difference) -> bool:
    said = found.fact
    if not isinstance(said, facts.Decision) or said.word is not Word.LATER:
        return False
    if found.refusals or found.found != "refused":
        return False
    house = House(found.case.people, found.case.rule)
    return said.until >= deadline(house, found.past, said.request)


def is_meant(found: Difference) -> bool:
    """One alone of those that are open there has been seen, and as a press on it what was typed would count."""
    said = found.fact
    if not isinstance(said, facts.WordTyped) or Refusal.AMBIGUOUS not in found.refusals:
        return False
    past, house = found.past[:-1], House(found.case.people, found.case.rule)
    written = said.at if _denies(found) or said.written_at is None else said.written_at
    asked = open_in(past, said.thread, Phase.ASKED)
    seen = {name: number for name in asked if (number := seen_by_then(past, name, written))}
    if set(seen) != {found.request}:
        return False
    word, number = Word.DENY if _denies(found) else Word.ACCEPT, seen[found.request]
    named = digest(past, found.request, number)
    press = facts.Decision(said.at, found.request, word, said.by, number, named)
    why = refusals(house, past, press) | (found.refusals - {Refusal.AMBIGUOUS})
    return why <= (SLIPS if _denies(found) else frozenset())


def is_stop(found: Difference) -> bool:
    """So does whoever denies what they asked for in a thread that others began: who is not heard there without a mention holds nothing back."""
    if not isinstance(found.fact, facts.WordTyped):
        return False
    is_unheard = not found.fact.addressed and (found.told, found.found) == ("WITHDRAWN", "OPEN")
    return is_unheard or read(found.fact.text).said is Said.STOP


def is_settled(found: Difference) -> bool:
    """Somebody says what became of a call by a channel that may carry no approval, and orders nothing that needed one."""
    said, slips = found.fact, frozenset({Refusal.CHANNEL_NOT_ALLOWED})
    if not isinstance(said, facts.Decision) or said.word is not Word.ANSWER:
        return False
    orders = said.text == "retry" and found.case.rule.gates(arguments(found.past, said.request))
    means = {"happened": "HAPPENED", "give-up": "GIVEN_UP"}.get(said.text, "APPROVED")
    return not orders and found.refusals == slips and found.found in ("counted", means)


def is_granted(found: Difference) -> bool:
    """A call is asked about here that a grant covers there: by what the grant was, or by what came since."""
    if isinstance(found.fact, facts.Decision | facts.WordTyped):
        givers = {
            _name(found, ruled.fact)
            for ruled in found.past
            if isinstance(ruled.fact, facts.Decision) and ruled.fact.pattern
        }
        takes_more = found.case.rule.quorum > 1 or found.case.rule.more is not None
        word = found.fact.word if isinstance(found.fact, facts.Decision) else Word.ANSWER
        speaks = word is Word.ANSWER and _name(found, found.fact) in givers
        ends = _denies(found) or word is Word.EDIT or speaks or takes_more
        return bool(givers) and ends and (found.told, found.found) == ("APPROVED", "OPEN")
    proposes = isinstance(found.fact, facts.Proposed | facts.ArgumentsChanged)
    if not proposes or (found.told, found.found) != ("APPROVED", "OPEN"):
        return False
    history, givers = [ruled.fact for ruled in found.past], set[str]()
    for fact in history:
        if isinstance(fact, facts.Decision) and fact.pattern is not None:
            givers.add(_name(found, fact))
            takes_more = found.case.rule.needs(arguments(found.past, found.request)) > 1
            if takes_more or any(value != "*" for _, value in fact.pattern):
                return True
    spoke = {_name(found, fact) for fact in history if isinstance(fact, facts.WordTyped)}
    denied = any(
        isinstance(fact, facts.Halted)
        or (isinstance(fact, facts.Decision) and fact.word in (Word.DENY, Word.EDIT))
        for fact in history
    )
    # What the model changes is asked for by whoever began the thread, who may be the giver.
    changes = isinstance(found.fact, facts.ArgumentsChanged) and bool(givers)
    return denied or changes or bool(spoke & givers)
