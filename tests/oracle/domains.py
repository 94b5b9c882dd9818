"""The small domains out of which cases are put together; every key is part of a case's name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from tests.oracle.facts import (
    AgentChanged,
    ApproverAdded,
    ApproverRemoved,
    ArgumentsChanged,
    CardShown,
    Claimed,
    DeadlinePassed,
    Decision,
    Ended,
    Fact,
    FoundUnfinished,
    Halted,
    History,
    LimitExtended,
    LimitReached,
    Looked,
    PersonLeft,
    PinMoved,
    Proposed,
    Resumed,
    Withdrawn,
    WordTyped,
)
from tests.oracle.people import Address
from tests.oracle.rules import Arguments, Condition, Rule, digest_of
from tests.oracle.sample import STRANGER, THREAD, at, press, proposed, shown, typed
from tests.oracle.words import Mode, Word

DEADLINE = 1000
FIRST: Arguments = (("tag", "v1"), ("amount", 500))
SECOND: Arguments = (("tag", "v2"), ("amount", 500))
THIRD: Arguments = (("tag", "v3"), ("amount", 50))
ANY: Arguments = (("tag", "*"), ("amount", "*"))
BASE = Rule(approvers=("releasers", "ana"), deadline=DEADLINE)

MODES: dict[str, Rule] = {
    "never": replace(BASE, mode=Mode.NEVER),
    "always": BASE,
    "when-it-holds": replace(BASE, mode=Mode.WHEN, when=Condition("amount", 100)),
    "when-it-does-not": replace(BASE, mode=Mode.WHEN, when=Condition("amount", 900)),
}


def policies() -> dict[str, Rule]:
    """Every mode with one or two people, self-approval, channels and words, and a few of their own kind."""
    found: dict[str, Rule] = {}
    carriers = {"": (), "/no-mail": ("slack", "terminal")}
    buttons, selves = {"": True, "/button": False}, {"": False, "/self": True}
    for mode, quorum, own, carrier, button in product(MODES, (1, 2), selves, carriers, buttons):
        rule = replace(
            MODES[mode], quorum=quorum, self_approval=selves[own], channels=carriers[carrier]
        )
        found[f"{mode}/{quorum}{own}{carrier}{button}"] = replace(rule, words=buttons[button])
    found["nobody"] = replace(BASE, approvers=())
    found["two-above-100"] = replace(BASE, more=(Condition("amount", 100), 2))
    found["idempotent"] = replace(BASE, idempotent=True)
    found["ben-alone"] = replace(BASE, approvers=("ben",))
    return found


POLICIES = policies()
CORE = ("always/1", "always/2", "always/1/self", "idempotent")
ACTORS = ("ana", "ben", "cyn", "dora", "dora-asked", "eve", "stranger")
TIMES = ("soon", "before", "at-the-deadline", "after")
CHANNELS = ("slack", "mail", "terminal")


@dataclass(frozen=True)
class Place:
    """A state to begin with: its facts, the version and arguments current in it, when its card was drawn."""

    facts: History
    version: int = 1
    arguments: Arguments = FIRST
    since: int = 1


ASKED: History = (proposed(0, FIRST), shown(1, 1, FIRST))
BEN = press("ben", when=10, arguments=FIRST)
BOTH = (BEN, press("cyn", when=11, arguments=FIRST))
RUN: History = (*ASKED, *BOTH, Claimed(20, "r1"))
CHANGED: Fact = ArgumentsChanged(10, "r1", SECOND)

STATES: dict[str, Place] = {
    "unshown": Place(ASKED[:1], since=0),
    "asked": Place(ASKED),
    "one-vote": Place((*ASKED, BEN)),
    "two-votes": Place((*ASKED, *BOTH)),
    "denied": Place((*ASKED, replace(BEN, word=Word.DENY))),
    "withdrawn": Place((*ASKED, Withdrawn(10, "r1"))),
    "stopped": Place((*ASKED, typed("ana", "stop", 10))),
    "re-issued": Place((*ASKED, typed("ana", "wait", 10), shown(11, 2, FIRST)), 2, FIRST, 11),
    "changed": Place((*ASKED, CHANGED, shown(11, 2, SECOND)), 2, SECOND, 11),
    "changed-unshown": Place((*ASKED, CHANGED), 2, SECOND, 10),
    "edited": Place(
        (*ASKED, replace(BEN, word=Word.EDIT, arguments=SECOND), shown(11, 2, SECOND)),
        2,
        SECOND,
        11,
    ),
    "running": Place(RUN),
    "ended": Place((*RUN, Ended(25, "r1"))),
    "unknown": Place((*RUN, FoundUnfinished(25, "r1"))),
    "halted": Place((*ASKED, Halted(10))),
    "limited": Place((*ASKED, LimitReached(10, "day"))),
}

ACTS: dict[str, tuple[Word, str] | str] = {
    "accept": (Word.ACCEPT, ""),
    "edit": (Word.EDIT, ""),
    "deny": (Word.DENY, "no"),
    "pass": (Word.PASS, ""),
    "later": (Word.LATER, ""),
    "ignore": (Word.IGNORE, ""),
    "happened": (Word.ANSWER, "happened"),
    "retry": (Word.ANSWER, "retry"),
    "give-up": (Word.ANSWER, "give-up"),
    "type-approve": "approve",
    "type-deny": "deny no",
    "type-yes": "yes",
}
NAMINGS = ("current", "version-1", "next", "other-digest")


def act(name: str, actor: str, channel: str, when: int, place: Place, naming: str) -> Fact:
    """What somebody says, and what they name."""
    by = STRANGER if actor == "stranger" else at(channel, actor.removesuffix("-asked"))
    said = ACTS[name]
    if isinstance(said, str):
        return WordTyped(when, by, said)
    version = {"version-1": 1, "next": place.version + 1}.get(naming, place.version)
    named = {"version-1": FIRST, "other-digest": THIRD}.get(naming, place.arguments)
    digest = digest_of("push_tag", named)
    new = THIRD if said[0] is Word.EDIT else ()
    return Decision(when, "r1", said[0], by, version, digest, "", new, said[1], "cyn", when + 100)


Change = Callable[[int], History]
"""The facts of a change at a time."""

CHANGES: dict[str, Change] = {
    "none": lambda when: (),
    "arguments": lambda when: (ArgumentsChanged(when, "r1", SECOND),),
    "arguments-and-back": lambda when: (
        ArgumentsChanged(when, "r1", SECOND),
        ArgumentsChanged(when, "r1", FIRST),
    ),
    "arguments-below": lambda when: (ArgumentsChanged(when, "r1", THIRD),),
    "pin": lambda when: (PinMoved(when, "r1", "p2"),),
    "pin-and-back": lambda when: (PinMoved(when, "r1", "p2"), PinMoved(when, "r1", "p1")),
    "agent": lambda when: (AgentChanged(when),),
    "removed": lambda when: (ApproverRemoved(when, "ben"),),
    "removed-and-added": lambda when: (ApproverRemoved(when, "ben"), ApproverAdded(when, "ben")),
    "added": lambda when: (ApproverAdded(when, "eve"),),
    "left": lambda when: (PersonLeft(when, "ben"),),
    "halt": lambda when: (Halted(when),),
    "halt-and-resume": lambda when: (Halted(when), Resumed(when)),
    "limit": lambda when: (LimitReached(when, "thread"),),
    "limit-and-more": lambda when: (
        LimitReached(when, "thread"),
        LimitExtended(when, "thread", at("slack", "ben")),
    ),
    "remark": lambda when: (typed("ana", "wait", when),),
    "stop": lambda when: (typed("ana", "stop", when),),
    "withdrawn": lambda when: (Withdrawn(when, "r1"),),
    "timer": lambda when: (DeadlinePassed(when + 2 * DEADLINE, "r1"),),
    "late-denial": lambda when: (press("cyn", Word.DENY, when, arguments=FIRST),),
    "late-result": lambda when: (Ended(when, "r1"),),
    "look": lambda when: (Looked(when, "r1"),),
}


def ask_deputy(place: Place) -> History:
    """The state, with its first card brought to the deputy as well."""
    first = digest_of("push_tag", FIRST)
    return (
        place.facts[0],
        *place.facts[1:2],
        CardShown(1, "r1", 1, first, at("mail", "dora")),
        *place.facts[2:],
    )


def brought(where: str, when: int) -> History:
    """The cards of a request brought to one or several places."""
    places: dict[str, tuple[Address, ...]] = {
        "thread": (THREAD,),
        "direct": (at("slack", "ben"),),
        "mail": (at("mail", "ben"),),
        "deputy": (at("mail", "dora"),),
        "everywhere": (THREAD, at("slack", "ben"), at("mail", "ben"), at("mail", "dora")),
    }
    return tuple(shown(when, 1, FIRST, to=to) for to in places[where])


def asked_by(
    channel: str, request: str = "r1", arguments: Arguments = FIRST, thread: str = "t1"
) -> Proposed:
    """Ana asks through a channel."""
    return proposed(0, arguments, request, at(channel, "ana"), thread)
