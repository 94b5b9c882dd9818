"""Choices: where the oracle, written from the requirement alone, chose otherwise than DESIGN.md, and why that stands.

None of these lets a call run that the oracle holds back: after each the case goes on, and every claim still needs the oracle's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.decisions.difference import Difference
from tests.oracle import facts
from tests.oracle.cases import Case
from tests.oracle.past import arguments, phase, requests, showings, version
from tests.oracle.typed import Said, read
from tests.oracle.words import Effect, Obstacle, Phase, Refusal, Word

_SETTLED = ("counted", "HAPPENED", "GIVEN_UP", "APPROVED", "NOT_GATED")
_REFUSED = ("refused", "for another reason")


@dataclass(frozen=True)
class Choice:
    """A difference that stands."""

    name: str
    reason: str
    fits: Callable[[Difference], bool]
    outlives: bool = False
    """Whether the request may go on here where it is over there: the oracle judges it no more."""
    by_chance: bool = False
    """Whether only histories by chance come to it."""


def without_left_out(case: Case) -> Case:
    """The case without what neither side is asked about.

    A limit holds back the model, never what a human has approved (DESIGN.md, the table: Held; "an approved call runs before
    the next Decide"); tests/core/test_table_limits.py has it. A card bound to the address of one person comes with mail. An answer
    names its showing alone: each showing of a question has a version of its own.
    """
    told: list[facts.Fact] = []
    shown = {
        (f.call.request, f.call.version): f.call.digest
        for f in reversed(case.history)
        if isinstance(f, facts.Proposed)
    }
    shown |= {
        (f.request, f.version): f.digest for f in case.history if isinstance(f, facts.CardShown)
    }
    for fact in case.history:
        if isinstance(fact, facts.Decision):
            answers = fact.word is Word.ANSWER
            digest = (
                shown.get((fact.request, fact.version), fact.digest) if answers else fact.digest
            )
            told.append(replace(fact, card_to=None, digest=digest))
        elif not isinstance(fact, facts.LimitReached | facts.LimitExtended):
            told.append(fact)
    return replace(case, history=tuple(told))


def _denies(found: Difference) -> bool:
    match found.fact:
        case facts.Decision(word=Word.DENY):
            return True
        case facts.WordTyped(text=text):
            return read(text).said is Said.DENY
        case _:
            return False


def _is_denied_anyhow(found: Difference) -> bool:
    slips = {
        Refusal.CHANNEL_NOT_ALLOWED,
        Refusal.WRONG_DIGEST,
        Refusal.NOT_SHOWN,
        Refusal.WORDS_DENIED,
    }
    return (
        _denies(found)
        and found.refusals <= slips
        and found.found in ("DENIED", "WITHDRAWN", "counted")
    )


def _is_held_back(found: Difference) -> bool:
    return _denies(found) and found.found == "VOIDED" and found.told in ("APPROVED", "NOT_GATED")


def _is_unseen(found: Difference) -> bool:
    is_words = isinstance(found.fact, facts.WordTyped | facts.Withdrawn | facts.Proposed)
    return is_words and found.found == "VOIDED" and not _is_shown(found)


def _is_shown(found: Difference) -> bool:
    number = version(found.past, found.request)
    return bool(showings(found.past, found.request, number))


def _is_unmade(found: Difference) -> bool:
    """The card was made later than it was proposed, or not yet."""
    number = version(found.past, found.request)
    made = [showing.at for _, showing in showings(found.past, found.request, number)]
    late = not made or found.fact.at < min(made) + found.case.rule.deadline
    return found.told == "EXPIRED" and late


def _is_overtaken(found: Difference) -> bool:
    is_words = isinstance(found.fact, facts.WordTyped)
    return is_words and found.told == "EXPIRED" and found.found == "OPEN"


def _is_replaced(found: Difference) -> bool:
    return _denies(found) and found.is_replaced and found.told in ("DENIED", "WITHDRAWN", "counted")


def _is_unedited(found: Difference) -> bool:
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


def _is_relisted(found: Difference) -> bool:
    return _has(found, facts.ApproverAdded, facts.ApproverRemoved, facts.PersonLeft)


def _is_pinned(found: Difference) -> bool:
    return _has(found, facts.PinMoved) and any(
        Obstacle.PIN_MOVED in ruled.ruling.obstacles
        and ruled.ruling.on(found.request) is Effect.ASKED_ANEW
        for ruled in found.past
    )


def _is_halted(found: Difference) -> bool:
    return found.is_paused or _has(found, facts.Halted)


def _is_unsettled(found: Difference) -> bool:
    return found.found == "UNKNOWN" and any(
        ruled.ruling.on(found.request) is Effect.RETRY_ORDERED for ruled in found.past
    )


def _is_behind(found: Difference) -> bool:
    is_next = isinstance(found.fact, facts.Claimed) and found.told == "RUNNING"
    running = {Phase.STARTED, Phase.FOUND, Phase.UNKNOWN}
    others = (name for name in requests(found.past) if name != found.request)
    behind = found.case.rule.idempotent or any(
        phase(found.past, name) in running for name in others
    )
    return is_next and found.found in ("APPROVED", "NOT_GATED") and behind


def _is_cardless(found: Difference) -> bool:
    """Somebody decides as a deputy on what has no card that says so."""
    by = found.fact.by if isinstance(found.fact, facts.Decision | facts.WordTyped) else None
    person = found.case.people.at(by) if by else None
    stands_in = person and any(person.name == each.deputy for each in found.case.people.persons)
    made = found.case.rule.gates(arguments(found.past, found.request)) and _is_shown(found)
    return bool(stands_in) and not made and found.found in ("OPEN", "UNKNOWN", *_REFUSED)


def _is_passed(found: Difference) -> bool:
    said = found.fact
    is_pass = isinstance(said, facts.Decision) and said.word is Word.PASS
    return is_pass and not found.refusals and found.found == "refused"


def _is_stop(found: Difference) -> bool:
    return isinstance(found.fact, facts.WordTyped) and read(found.fact.text).said is Said.STOP


def _is_settled(found: Difference) -> bool:
    """Somebody says what became of a call by a channel that may carry no approval, and orders nothing that needed one."""
    said, slips = found.fact, {Refusal.CHANNEL_NOT_ALLOWED}
    if not isinstance(said, facts.Decision) or said.word is not Word.ANSWER:
        return False
    orders = said.text == "retry" and found.case.rule.gates(arguments(found.past, said.request))
    return not orders and found.refusals <= slips and found.found in ("RETURNED", *_SETTLED)


def _is_granted(found: Difference) -> bool:
    """A call is asked about here that a grant covers there: by what the grant was, or by what came since."""
    proposes = isinstance(found.fact, facts.Proposed | facts.ArgumentsChanged)
    if not proposes or found.told != "APPROVED":
        return False
    history, givers = [ruled.fact for ruled in found.past], set[str]()
    for fact in history:
        if isinstance(fact, facts.Decision) and fact.pattern is not None:
            givers.add(fact.by.locator)
            if found.case.rule.quorum > 1 or any(value != "*" for _, value in fact.pattern):
                return True
    spoke = {fact.by.locator for fact in history if isinstance(fact, facts.WordTyped)}
    denied = any(
        isinstance(fact, facts.Halted)
        or (isinstance(fact, facts.Decision) and fact.word in (Word.DENY, Word.EDIT))
        for fact in history
    )
    # What the model changes is asked for by whoever began the thread, who may be the giver.
    changes = isinstance(found.fact, facts.ArgumentsChanged) and bool(givers)
    return denied or changes or bool(spoke & givers)


CHOICES: tuple[Choice, ...] = (
    Choice(
        "a denial counts by every channel, typed or pressed, on any card",
        'DESIGN.md: "A press on an old version only shows the new one, except a denial, which counts on any"; it stops, and stopping '
        "needs no proof. A channel, or words, that may not carry a decision may carry this one.",
        _is_denied_anyhow,
    ),
    Choice(
        "a typed denial where no approval is open holds back what is ready",
        'DESIGN.md: "A human\'s word outranks the model\'s step": whoever writes "deny" when all is approved is heard as words are.',
        _is_held_back,
    ),
    Choice(
        "words void a card that nobody has seen",
        "DESIGN.md, the table: what is unstarted is voided by an addressed message, and Previewing is unstarted.",
        _is_unseen,
    ),
    Choice(
        "the deadline of a card runs from its making",
        "DESIGN.md, the table: Previewing has no deadline; the engine makes a card at once, or says why it cannot be made.",
        _is_unmade,
        outlives=True,
    ),
    Choice(
        "words that come before the timer ask anew what is overdue",
        "DESIGN.md, the table: a deadline is a timer; words that are on the log before it re-issue the card, under a deadline of its own, and nothing runs.",
        _is_overtaken,
        by_chance=True,
        outlives=True,
    ),
    Choice(
        "what the model replaces is another request",
        'DESIGN.md: "replacing is withdraw and a new call": a denial of what was withdrawn is told so, and the new card stands.',
        _is_replaced,
    ),
    Choice(
        "who may decide stands on the card",
        "DESIGN.md: the fold is pure, so a click is judged by the list that was shown. The claim looks at the list of that moment, and "
        "an open card whose list changed is asked anew at the next look.",
        _is_relisted,
    ),
    Choice(
        "pins are read before the claim, not at each look at an open card",
        'DESIGN.md: "pins are facts read again before ToolStarted"; what was approved on moved pins is asked anew then.',
        _is_pinned,
    ),
    Choice(
        "a halted thread waits",
        "DESIGN.md, the table: Paused lets no effect happen but Doubt; what is approved is looked at again when it goes on.",
        _is_halted,
        outlives=True,
    ),
    Choice(
        "words and stops make a retry that was ordered an unknown outcome again",
        'DESIGN.md: "Words do not void an unknown": what may have happened is settled by a human\'s answer or a late result alone.',
        _is_unsettled,
    ),
    Choice(
        "what changes the world goes one by one",
        "DESIGN.md: an idempotent call that has not ended runs again under its key before anything that comes after it.",
        _is_behind,
    ),
    Choice(
        "who stands in for whom stands on the card",
        "docs/adr/0023: what holds is frozen into the card. Where none was made, or none yet, deputies are not heard.",
        _is_cardless,
    ),
    Choice(
        "whoever edited what the model has replaced since has changed nothing in the new one",
        'DESIGN.md: "the editor counts as a requester" of the call that they edited, and what the model chooses anew is another.',
        _is_unedited,
        outlives=True,
        by_chance=True,
    ),
    Choice(
        "a request is passed to a deputy only once their time has come",
        "docs/people.md: passing gives no right; here a deputy's time is known when the card is made, there passing is what begins it.",
        _is_passed,
        by_chance=True,
    ),
    Choice(
        "whoever may speak to the bot in a thread stops it",
        'DESIGN.md: "`stop` alone cancels the work": it is a word like any other, heard of those who are heard, deputies whose time has '
        "come among them; the oracle counts whoever asked in any thread, or approves.",
        _is_stop,
        by_chance=True,
    ),
    Choice(
        "what became of a call is said by any channel",
        "docs/adr/0008: it settles what has happened and lets nothing run; the order to run what was approved once more needs a channel of the policy.",
        _is_settled,
        by_chance=True,
    ),
    Choice(
        "a grant is one person's, for the like of its own card, and ends early",
        "docs/adr/0025: a quorum above one has none, the policy says what may not differ, and a denial, an edit, a pause and words of "
        "its giver end it: then a human is asked.",
        _is_granted,
    ),
)


def choice(found: Difference) -> Choice | None:
    """The choice that this difference comes from; None: it is a bug of the one or of the other."""
    return next((each for each in CHOICES if each.fits(found)), None)
