"""Rings of cases about channels, two requests side by side, approvals for a while, and who asks in whose thread."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from tests.oracle.cases import Case
from tests.oracle.domains import (
    ANY,
    BASE,
    CHANGES,
    CHANNELS,
    CORE,
    FIRST,
    POLICIES,
    SECOND,
    asked_by,
    brought,
)
from tests.oracle.facts import Claimed, DeadlinePassed, Ended, Fact, Withdrawn
from tests.oracle.sample import DEADLINE, PEOPLE, at, press, shown, typed
from tests.oracle.words import Word


def across() -> Iterator[Case]:
    """Who asks in one channel, where the card is brought, who answers in which channel, to which card."""
    people, places = (
        ("ana", "ben", "cyn", "dora", "eve"),
        ("thread", "direct", "mail", "deputy", "everywhere"),
    )
    rules = ("always/1", "always/1/no-mail", "always/1/self")
    for policy, asks, where, name, channel, bound in product(
        rules, CHANNELS, places, people, CHANNELS, ("", "ben", "dora")
    ):
        card = at("mail", bound) if bound else None
        answer = replace(press(name, when=10, arguments=FIRST, channel=channel), card_to=card)
        history = (asked_by(asks), *brought(where, 1), answer, Claimed(11, "r1"), Claimed(12, "r1"))
        title = f"across {policy} asked-in={asks} brought-to={where} {name} answers-in={channel} card-of={bound or 'any'}"
        yield Case(title, PEOPLE, POLICIES[policy], history)


def pairs() -> Iterator[Case]:
    """Two requests side by side, in one thread or two, with every way to mean one of them."""
    for policy, thread, name, first in product(
        CORE, ("t1", "t2"), ("ana", "ben", "eve"), ("open", "decided", "typed-at")
    ):
        for means in ("approve", "deny no", "stop", "hm", "r1", "r2", "r1-with-the-digest-of-r2"):
            two = (
                asked_by("slack"),
                shown(1, 1, FIRST),
                replace(asked_by("slack", "r2", SECOND, thread), at=2),
                shown(3, 1, SECOND, "r2"),
            )
            before = {
                "open": (),
                "decided": (press("cyn", when=5, arguments=FIRST),),
                "typed-at": (typed("cyn", "approve", 5),),
            }[first]
            digested = FIRST if means == "r1" else SECOND
            pressed = press(name, when=10, arguments=digested, request=means[:2])
            said = pressed if means.startswith("r") else typed(name, means, 10)
            history = (
                *two,
                *before,
                said,
                Claimed(11, "r1"),
                Claimed(12, "r2"),
                Claimed(13, "r1"),
                Claimed(14, "r2"),
            )
            yield Case(
                f"pairs {policy} threads={thread} first={first} {name} means={means}",
                PEOPLE,
                POLICIES[policy],
                history,
            )


def grants() -> Iterator[Case]:
    """Somebody approves for ten minutes; something changes; another call comes, alike or not; a claim."""
    fits = {"any": ANY, "exactly-that": SECOND, "another": FIRST}
    changes = (
        "none",
        "removed",
        "removed-and-added",
        "agent",
        "stop",
        "remark",
        "left",
        "halt-and-resume",
    )
    whens = {"at-once": 20, "just-before": 609, "at-the-end": 610}
    for quorum, own, giver, fit, change, (late, when), thread, delay in product(
        (1, 2),
        (False, True),
        ("ben", "ana", "eve"),
        fits,
        changes,
        whens.items(),
        ("t1", "t2"),
        (2, 700),
    ):
        rule = replace(BASE, quorum=quorum, self_approval=own, grant_minutes=10)
        start = (
            asked_by("slack"),
            shown(1, 1, FIRST),
            press(giver, when=10, arguments=FIRST, pattern=fits[fit]),
        )
        second = replace(asked_by("mail", "r2", SECOND, thread), at=when)
        history = (
            *start,
            *CHANGES[change](15),
            second,
            Claimed(when + delay, "r2"),
            Claimed(when + delay + 1, "r2"),
        )
        policy = f"quorum={quorum} self={own} by={giver} for={fit}"
        name = f"grants {policy} change={change} call={late} thread={thread} claim-after={delay}"
        yield Case(name, PEOPLE, rule, history)


def asking() -> Iterator[Case]:
    """Somebody asks in ana's thread, after ben said something or nothing there, for what she asked for or for more; who then accepts?"""
    fates: dict[str, tuple[Fact, ...]] = {
        "open": (),
        "withdrawn": (Withdrawn(5, "r1"),),
        "expired": (DeadlinePassed(1 + DEADLINE, "r1"),),
        "denied": (press("cyn", Word.DENY, 5, arguments=FIRST),),
        "edited": (press("ben", Word.EDIT, 5, arguments=FIRST, new=SECOND), Withdrawn(6, "r1")),
        "stopped": (typed("ana", "stop", 5),),
        "done": (press("cyn", when=5, arguments=FIRST), Claimed(6, "r1"), Ended(7, "r1")),
    }
    words = ("", "yes", "hm")
    for policy, fate, said, name, wanted, accepts in product(
        ("always/1", "always/2", "always/1/self"),
        fates,
        words,
        ("ben", "cyn", "eve"),
        (FIRST, SECOND),
        ("ana", "ben", "cyn"),
    ):
        asked, now = asked_by("slack", "r2", wanted), 1102 if fate == "expired" else 8
        second = replace(asked, at=now + 1, call=replace(asked.call, requester=at("slack", name)))
        history = (
            asked_by("slack"),
            shown(1, 1, FIRST),
            *fates[fate],
            *((typed("ben", said, now),) if said else ()),
            second,
            shown(now + 2, 1, wanted, "r2"),
            press(accepts, when=now + 3, arguments=wanted, request="r2"),
            Claimed(now + 4, "r2"),
            press("cyn", when=now + 5, arguments=wanted, request="r2"),
            Claimed(now + 6, "r2"),
        )
        more = "the same" if wanted is FIRST else "another"
        title = f"asking {policy} first={fate} ben-says={said or 'nothing'} {name} asks for {more}, {accepts} accepts"
        yield Case(title, PEOPLE, POLICIES[policy], history)
