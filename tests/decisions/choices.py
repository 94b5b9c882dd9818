"""Choices: where the oracle, written from the requirement alone, chose otherwise than DESIGN.md, and why that stands.

None of these lets a call run that the oracle holds back: after each the case goes on, and every claim still needs the oracle's. Of what
is still open here and over there, and of what a choice lets outlive its end there, nothing more is compared: it is decided in its own time,
and held to the floor (`floor`), as every start and every end is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.decisions import fits
from tests.decisions.difference import Difference
from tests.oracle import facts
from tests.oracle.cases import Case
from tests.oracle.words import Word


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
    the next Decide"); tests/core/test_table_limits.py has it. Whose card it is a mail tells by its reply address: tests/channels/email/test_tokens.py has that. An answer
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


CHOICES: tuple[Choice, ...] = (
    Choice(
        "a denial counts by every channel, typed or pressed, on any card",
        'DESIGN.md: "A press on an old version only shows the new one, except a denial, which counts on any"; it stops, and stopping '
        "needs no proof. A channel, or words, that may not carry a decision may carry this one.",
        fits.is_denied_anyhow,
    ),
    Choice(
        "a typed denial where no approval is open holds back what is ready",
        'DESIGN.md: "A human\'s word outranks the model\'s step": whoever writes "deny" when all is approved is heard as words are.',
        fits.is_held_back,
    ),
    Choice(
        "words void a card that nobody has seen",
        "DESIGN.md, the table: what is unstarted is voided by an addressed message, and Previewing is unstarted.",
        fits.is_unseen,
    ),
    Choice(
        "the deadline of a card runs from its making",
        "DESIGN.md, the table: Previewing has no deadline; the engine makes a card at once, or says why it cannot be made.",
        fits.is_unmade,
        outlives=True,
    ),
    Choice(
        "words that come before the timer ask anew what is overdue",
        "DESIGN.md, the table: a deadline is a timer; words that are on the log before it re-issue the card, under a deadline of its own, and nothing runs.",
        fits.is_overtaken,
        outlives=True,
    ),
    Choice(
        "what the model replaces is another request",
        'DESIGN.md: "replacing is withdraw and a new call": a denial of what was withdrawn is told so, and the new card stands.',
        fits.is_replaced,
        outlives=True,
    ),
    Choice(
        "who may decide stands on the card",
        "DESIGN.md: the fold is pure, so a click is judged by the list that was shown. The claim looks at the list of that moment, and "
        "an open card whose list changed is asked anew at the next look.",
        fits.is_relisted,
    ),
    Choice(
        "pins are read before the claim, not at each look at an open card",
        'DESIGN.md: "pins are facts read again before ToolStarted"; what was approved on moved pins is asked anew then.',
        fits.is_pinned,
    ),
    Choice(
        "whoever approved while off the list is on it again when it is to run",
        "DESIGN.md, as above: the click is judged by the list that was shown, the claim by that of its moment, and both had them.",
        fits.is_listed_again,
        outlives=True,
        by_chance=True,
    ),
    Choice(
        "pins that moved and moved back are as they were",
        "DESIGN.md, as above: what is read before the claim is what the card rested on; there a look in between asked anew.",
        fits.is_pinned_back,
        outlives=True,
        by_chance=True,
    ),
    Choice(
        "a halted thread waits",
        "DESIGN.md, the table: Paused lets no effect happen but Doubt; what is approved is looked at again when it goes on.",
        fits.is_halted,
        outlives=True,
    ),
    Choice(
        "a retry that was ordered and comes to nothing is an unknown outcome again",
        'DESIGN.md: "Words do not void an unknown": what may have happened is settled by a human\'s answer or a late result alone; '
        "then a human may order it once more, which nothing else lets run.",
        fits.is_unsettled,
        outlives=True,
    ),
    Choice(
        "what changes the world goes one by one",
        "DESIGN.md: an idempotent call that has not ended runs again under its key before anything that comes after it.",
        fits.is_behind,
    ),
    Choice(
        "who stands in for whom stands on the card",
        "docs/adr/0023: what holds is frozen into the card. Where none was made, or none yet, deputies are not heard.",
        fits.is_cardless,
    ),
    Choice(
        "whoever edited what the model has replaced since has changed nothing in the new one",
        'DESIGN.md: "the editor counts as a requester" of the call that they edited, and what the model chooses anew is another.',
        fits.is_unedited,
        outlives=True,
        by_chance=True,
    ),
    Choice(
        "a request is passed to a deputy only once their time has come",
        "docs/people.md: passing gives no right; here a deputy's time is known when the card is made, there passing is what begins it.",
        fits.is_passed,
        by_chance=True,
    ),
    Choice(
        "later takes a time before the deadline",
        "docs/people.md: at a later one there would be nothing left to decide; it is refused with the deadline.",
        fits.is_too_long,
        by_chance=True,
    ),
    Choice(
        "a card that nobody has seen is not meant by what is typed",
        'DESIGN.md: a typed verdict counts "on the version shown when written", where one alone is open; what is still being made is not.',
        fits.is_meant,
        outlives=True,
    ),
    Choice(
        "whoever may speak to the bot in a thread stops it",
        'DESIGN.md: "`stop` alone cancels the work": it is a word like any other, heard of those who are heard, deputies whose time has '
        "come among them; the oracle counts whoever asked in any thread, or approves.",
        fits.is_stop,
        by_chance=True,
    ),
    Choice(
        "what became of a call is said by any channel",
        "docs/adr/0008: it settles what has happened and lets nothing run; the order to run what was approved once more needs a channel of the policy.",
        fits.is_settled,
    ),
    Choice(
        "a grant is one person's, for the like of its own card, and ends early",
        "docs/adr/0025: a quorum above one has none, the policy says what may not differ, and a denial, an edit, a pause and words of "
        "its giver end it: then a human is asked.",
        fits.is_granted,
    ),
)


def choice(found: Difference) -> Choice | None:
    """The choice that this difference comes from; None: it is a bug of the one or of the other."""
    return next((each for each in CHOICES if each.fits(found)), None)
