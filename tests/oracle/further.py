"""Rings of cases about what is asked for again, grants amid other things, what is said in the place of a decision, and second tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

from tests.oracle.cases import Case
from tests.oracle.domains import (
    ANY,
    BASE,
    CHANGES,
    CHANNELS,
    FIRST,
    POLICIES,
    RUN,
    SECOND,
    STATES,
    THIRD,
    act,
    ask_deputy,
    asked_by,
)
from tests.oracle.facts import (
    ApproverAdded,
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
    Looked,
    PinMoved,
    Proposed,
    Resumed,
    Withdrawn,
    WordTyped,
)
from tests.oracle.past import digest, phase, version
from tests.oracle.policy import replay
from tests.oracle.rights import House
from tests.oracle.rules import Arguments
from tests.oracle.sample import DEADLINE, PEOPLE, STRANGER, THREAD, at, press, shown, typed
from tests.oracle.words import Phase, Word


def again() -> Iterator[Case]:
    """Ben (or eve, who takes it back) asks in ana's thread; what becomes of that; somebody speaks; the same or another thing is asked for again; who then accepts?"""
    fates: dict[str, tuple[Fact, ...]] = {
        "open": (),
        "withdrawn": (Withdrawn(15, "r2"),),
        "taken-back": (press("eve", Word.DENY, 15, arguments=FIRST, request="r2"),),
        "expired": (DeadlinePassed(11 + DEADLINE, "r2"),),
        "denied": (press("cyn", Word.DENY, 15, arguments=FIRST, request="r2"),),
        "edited": (
            press("cyn", Word.EDIT, 15, arguments=FIRST, request="r2", new=SECOND),
            Withdrawn(16, "r2"),
        ),
        "stopped": (typed("ana", "stop", 15),),
        "done": (
            press("cyn", when=15, arguments=FIRST, request="r2"),
            Claimed(16, "r2"),
            Ended(17, "r2"),
        ),
    }
    speaks = ("", "ben hm", "cyn hm", "eve deny no", "cyn deny no")
    for policy, fate, said, name, wanted, accepts in product(
        ("always/1", "always/2"), fates, speaks, ("ben", "cyn", "eve"), (FIRST, SECOND), ("ana", "ben", "cyn", "dora"),
    ):  # fmt: skip
        now = 1112 if fate == "expired" else 20
        who, _, text = said.partition(" ")
        card = shown(now + 3, 1, wanted, "r3")
        history = (
            asked_by("slack", "r1", THIRD),
            shown(1, 1, THIRD),
            Withdrawn(2, "r1"),
            replace(_asks("eve" if fate == "taken-back" else "ben", "r2", FIRST), at=10),
            shown(11, 1, FIRST, "r2"),
            *fates[fate],
            *((typed(who, text, now),) if said else ()),
            replace(_asks(name, "r3", wanted), at=now + 1),
            card,
            replace(card, to=at("mail", "dora")),
            press(accepts, when=now + 4, arguments=wanted, request="r3"),
            Claimed(now + 5, "r3"),
            press("cyn", when=now + 6, arguments=wanted, request="r3"),
            Claimed(now + 7, "r3"),
        )
        more = "the same" if wanted is FIRST else "another"
        title = f"again {policy} first={fate} says={said or 'nothing'} {name} asks for {more}, {accepts} accepts"
        yield Case(title, PEOPLE, POLICIES[policy], history)


def _asks(name: str, request: str, wanted: Arguments) -> Proposed:
    asked = asked_by("slack", request, wanted)
    return replace(asked, call=replace(asked.call, requester=at("slack", name)))


def leave() -> Iterator[Case]:
    """Somebody approves for ten minutes, by some channel; somebody says something; a call that was there before or came after; claims."""
    rules = {
        "plain": BASE,
        "no-mail": replace(BASE, channels=("slack", "terminal")),
        "self": replace(BASE, self_approval=True),
        "two": replace(BASE, quorum=2),
        "two-above-100": POLICIES["two-above-100"],
        "no-leave": BASE,
    }
    says: dict[str, History] = {
        "nothing": (),
        "denial": (press("cyn", Word.DENY, 15, arguments=FIRST),),
        "typed-denial": (typed("cyn", "deny no", 15),),
        "giver": (typed("ben", "hm", 15),),
        "another": (typed("cyn", "hm", 15),),
        "stop": (typed("ana", "stop", 15),),
        "halt": (Halted(15), Resumed(16)),
        "added": (ApproverAdded(15, "eve"),),
        "done": (Claimed(15, "r1"), Ended(16, "r1")),
    }
    for rule, giver, channel, said, asks, order, then in product(
        rules, ("ben", "ana", "dora"), ("slack", "mail"), says, ("ana", "ben", "eve"), ("before", "after"), ("", "edit", "remark", "edit-into", "pin"),
    ):  # fmt: skip
        if channel == "mail" and rule not in ("plain", "no-mail"):
            continue
        if then in ("edit-into", "pin") and not (rule == "plain" and said in ("nothing", "done")):
            continue
        minutes = 0 if rule == "no-leave" else 10
        first = THIRD if rule == "two-above-100" else FIRST
        second = replace(_asks(asks, "r2", SECOND), at=5 if order == "before" else 20)
        pattern = FIRST if then == "edit-into" else ANY
        granted = press(giver, when=10, arguments=first, channel=channel, pattern=pattern)
        start: History = (
            asked_by("slack", "r1", first),
            shown(1, 1, first),
            shown(2, 1, first, to=at("mail", "dora")),
        )
        # What is said for the second re-issues the first, so that its card is shown once more.
        if order == "before":
            start = (*start, second, shown(6, 1, first))
        changes: dict[str, History] = {
            "": (),
            "edit": (*_changed_to(THIRD), shown(33, 2, THIRD, "r2")),
            "remark": (typed("eve", "hm", 31), shown(33, 2, SECOND, "r2")),
            "edit-into": (*_changed_to(FIRST), shown(33, 2, FIRST, "r2")),
            "pin": (
                PinMoved(31, "r2", "p2"),
                Claimed(32, "r2"),
                shown(33, 2, SECOND, "r2"),
                press("cyn", when=34, version=2, arguments=SECOND, request="r2"),
            ),
        }
        history = (
            *start,
            granted,
            *says[said],
            *((second,) if order == "after" else ()),
            shown(30, 1, SECOND, "r2"),
            *changes[then],
            *((Claimed(40, "r2"),) if then != "pin" else ()),
            Claimed(700, "r2"),
            Claimed(701, "r2"),
        )
        title = f"leave {rule} by={giver} in={channel} said={said} {asks} asks {order} then={then or 'nothing'}"
        yield Case(title, PEOPLE, replace(rules[rule], grant_minutes=minutes), history)


def _changed_to(new: Arguments) -> History:
    return (press("cyn", Word.EDIT, 31, arguments=SECOND, request="r2", new=new),)


def rest() -> Iterator[Case]:
    """What is said in the place of a decision, or settles one, by every channel, and at every time; then the one it names accepts."""
    acts = ("pass", "later", "ignore", "happened", "retry", "give-up", "type-yes", "type-approve")
    rules = ("always/1", "always/1/no-mail", "always/1/button", "always/2", "never/1/no-mail")
    states, actors = ("asked", "unknown", "edited"), ("ana", "ben", "dora-asked", "eve")
    for policy, actor, channel, state, name, (late, when) in product(
        rules, actors, CHANNELS, states, acts, {"before": 500, "late": 1100}.items(),
    ):  # fmt: skip
        place, rule = STATES[state], POLICIES[policy]
        start = ask_deputy(place) if actor == "dora-asked" else place.facts
        said = act(name, actor, channel, when, place, "current")
        variants: dict[str, Fact] = {"": said}
        if name == "pass" and isinstance(said, Decision):
            variants = {f"to-{to}": replace(said, to=to) for to in ("cyn", "eve", "nobody")}
        if name == "later" and isinstance(said, Decision):
            variants = {"": said, "past": replace(said, until=when)}
        if name == "type-approve" and isinstance(said, WordTyped):
            variants = {
                "written-early": replace(said, written_at=place.since - 1),
                "?": replace(said, text="approve?"),
            }
        for which, told in variants.items():
            history = (*start, told, *_answered(House(PEOPLE, rule), (*start, told), when + 1))
            title = f"rest {policy} {actor} in={channel} state={state} says={name} {which} {late}"
            yield Case(title, PEOPLE, rule, history)
    yield from _below()
    yield from _listed()


def _below() -> Iterator[Case]:
    """A call is changed to one that alone would need nobody, and approved; then something changes; claims."""
    for policy, editor, change in product(("when-it-holds/1", "always/1"), ("ben", "cyn"), CHANGES):
        accepts = "cyn" if editor == "ben" else "ben"
        start: History = (
            *STATES["asked"].facts,
            press(editor, Word.EDIT, arguments=FIRST, new=THIRD),
            shown(11, 2, THIRD),
            press(accepts, when=12, version=2, arguments=THIRD),
            *sorted(CHANGES[change](13), key=lambda fact: fact.at),
        )
        when = start[-1].at + 1
        start = (*start, Claimed(when, "r1"))
        rule = POLICIES[policy]
        history = (*start, *_answered(House(PEOPLE, rule), start, when + 1))
        yield Case(f"rest {policy} below edited-by={editor} change={change}", PEOPLE, rule, history)


def _listed() -> Iterator[Case]:
    """The list of approvers changes under an open card; somebody looks at it, or nobody; who was on it, or is, decides."""
    words = {"accept": Word.ACCEPT, "deny": Word.DENY, "edit": Word.EDIT}
    for policy, change, looks, name, word in product(
        ("always/1", "always/2"), ("added", "removed", "left", "removed-and-added"), (True, False), ("ben", "cyn", "eve"), words
    ):  # fmt: skip
        said = press(name, words[word], 14, arguments=FIRST, new=THIRD if word == "edit" else ())
        start: History = (
            *STATES["asked"].facts,
            *CHANGES[change](10),
            *((Looked(12, "r1"),) if looks else ()),
            shown(13, 1, FIRST),
            said,
            Claimed(15, "r1"),
        )
        rule, seen = POLICIES[policy], "looked-at" if looks else "not-looked-at"
        history = (*start, *_answered(House(PEOPLE, rule), start, 16))
        yield Case(f"rest {policy} list={change} {seen} {name} {word}", PEOPLE, rule, history)


@cache  # What is asked anew depends on the oracle itself, and to ask it takes seconds.
def _second() -> tuple[Case, ...]:
    return (*_tries(), *_edited(), *_asked())


def second() -> Iterator[Case]:
    """What becomes of a second try."""
    return iter(_second())


def _tries() -> Iterator[Case]:
    """A try that may have happened is ordered once more; something moves, so that it is asked anew; what is said then; claims."""
    moves: dict[str, History] = {
        "nothing": (),
        "pin": (PinMoved(82, "r1", "p2"),),
        "agent": CHANGES["agent"](82),
        "removed": CHANGES["removed"](82),
        "arguments": (ArgumentsChanged(82, "r1", SECOND),),
        "remark": (typed("ana", "hm", 82),),
        "stop": (typed("ana", "stop", 82),),
        "halt": CHANGES["halt-and-resume"](82),
        "found-again": (Claimed(82, "r1"), FoundUnfinished(83, "r1")),
    }
    says: dict[str, tuple[Word, str] | None] = {
        "nothing": None,
        "accept": (Word.ACCEPT, ""),
        "deny": (Word.DENY, "no"),
        "edit": (Word.EDIT, ""),
        "retry": (Word.ANSWER, "retry"),
        "happened": (Word.ANSWER, "happened"),
    }
    for policy, orders, move, said, by, ends in product(
        ("always/1", "always/2", "never/1", "idempotent"), ("ben", "ana"), moves, says, ("cyn",),
        ("", "first-returned", "first-failed", "expired", "ordered-again"),
    ):  # fmt: skip
        rule = POLICIES[policy]
        house = House(PEOPLE, rule)
        history: History = (
            *RUN,
            FoundUnfinished(25, "r1"),
            press(orders, Word.ANSWER, 81, arguments=FIRST, text="retry"),
            *moves[move],
            Claimed(90, "r1"),
        )
        past = replay(house, history)
        number = version(past, "r1")
        if phase(past, "r1") is Phase.ASKED:
            history = (*history, CardShown(95, "r1", number, digest(past, "r1", number), THREAD))
        if word := says[said]:
            named = press(
                by, word[0], 170, number, text=word[1], new=THIRD if word[0] is Word.EDIT else ()
            )
            history = (*history, replace(named, digest=digest(past, "r1", number)))
        late: dict[str, History] = {
            "": (),
            "first-returned": (Ended(180, "r1", 1),),
            "first-failed": (Ended(180, "r1", 1, returned=False),),
            "expired": (DeadlinePassed(2 * DEADLINE, "r1"),),
            "ordered-again": (replace(_current(house, history, "ben", 180), text="retry"),),
        }
        when = 2 * DEADLINE + 1 if ends == "expired" else 190
        history = (
            *history,
            *late[ends],
            Claimed(when, "r1"),
            *_answered(house, (*history, *late[ends]), when + 1),
        )
        title = f"second {policy} by={orders} move={move} {by} says={said} then={ends or 'nothing'}"
        yield Case(title, PEOPLE, rule, history)


def _current(house: House, history: History, by: str, when: int) -> Decision:
    """Somebody answers what is asked now."""
    past = replay(house, history)
    number = version(past, "r1")
    return replace(press(by, Word.ANSWER, when, number), digest=digest(past, "r1", number))


def _edited() -> Iterator[Case]:
    """A try of what somebody had changed may have happened; who orders it once more?"""
    for policy, editor, orders in product(
        ("always/1", "always/1/self", "idempotent"), ("ben", "cyn"), ("ana", "ben", "cyn", "dora")
    ):
        accepts = "cyn" if editor == "ben" else "ben"
        again = press(orders, Word.ANSWER, 95, 2, SECOND, text="retry")
        history = (
            *ask_deputy(STATES["asked"]),
            press(editor, Word.EDIT, arguments=FIRST, new=SECOND),
            shown(11, 2, SECOND),
            press(accepts, when=12, version=2, arguments=SECOND),
            Claimed(20, "r1"),
            FoundUnfinished(25, "r1"),
            again,
            Claimed(96, "r1"),
            Claimed(97, "r1"),
        )
        yield Case(
            f"second {policy} edited-by={editor} {orders} orders it",
            PEOPLE,
            POLICIES[policy],
            history,
        )


def _asked() -> Iterator[Case]:
    """What eve asked for in ana's thread may have happened; who says what became of it?"""
    for policy, name, text in product(
        ("always/1", "never/1"),
        ("ana", "ben", "dora", "eve", "stranger"),
        ("happened", "retry", "give-up"),
    ):
        by = STRANGER if name == "stranger" else at("slack", name)
        said = press("ben", Word.ANSWER, 95, 1, FIRST, "r2", text=text)
        history = (
            asked_by("slack", "r1", THIRD),
            shown(1, 1, THIRD),
            Withdrawn(2, "r1"),
            replace(_asks("eve", "r2", FIRST), at=10),
            shown(11, 1, FIRST, "r2"),
            press("ben", when=12, arguments=FIRST, request="r2"),
            Claimed(20, "r2"),
            FoundUnfinished(25, "r2"),
            replace(said, by=by),
            Claimed(96, "r2"),
            Claimed(97, "r2"),
        )
        title = f"second {policy} eve asked, {name} says={text}"
        yield Case(title, PEOPLE, POLICIES[policy], history)


def _answered(house: House, history: History, when: int) -> History:
    """The card then open is shown and accepted by cyn; claimed twice."""
    past = replay(house, history)
    facts: History = ()
    if phase(past, "r1") is Phase.ASKED:
        number = version(past, "r1")
        card = CardShown(when, "r1", number, digest(past, "r1", number), THREAD)
        answer = replace(press("cyn", when=when + 1, version=number), digest=card.digest)
        facts = (card, answer)
    return (*facts, Claimed(when + 2, "r1"), Claimed(when + 3, "r1"))


FURTHER = {"again": again, "leave": leave, "rest": rest, "second": second}
