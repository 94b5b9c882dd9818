"""Moves: any log at all, from small numbers; what may not happen is tried as often as what may."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from bot.core.codec import decode
from bot.core.events import Cancelled, Paused, Resumed
from bot.core.thread import Call
from bot.core.values import Limits, Proposal
from tests.core import build
from tests.core.build import Story

Move = tuple[str, int, int]
BY = ("alice", "bob", "carol", "mallory", "")
TEXTS = (
    "please",
    "approve",
    "deny, no",
    "stop",
    "yes",
    "1",
    "extend",
    "retry",
    "what is T-1-0-v1?",
    "9" * 5_000,
    "\x00\u2028",
)
LIMITS = (
    Limits(),
    Limits(steps=2),
    Limits(failures=1),
    Limits(micro_usd=50),
    Limits(wall_seconds=20),
)


def _proposals(story: Story, a: int, b: int) -> tuple[Proposal, ...]:
    request = story.thread.calls[0].request if story.thread.calls else f"{story.thread.id}-0-0-v1"
    steps = (
        (build.gated(),),
        (build.gated(), build.write(), build.gated()),
        (build.write(idempotent=True), build.write()),
        (build.read(), build.question("red", "blue", deadline_seconds=30)),
        (build.write(time_limit_seconds=2), build.gated(), build.question()),
        (build.sleep(b * 10),),
        (build.say(),),
        (build.stand_by("wait" * (b % 2)),),
        (build.nothing(),),
        (build.withdraw(request), build.gated(size=b)),
        (),
    )
    return steps[a % len(steps)]


def _call(story: Story, a: int) -> Call | None:
    calls = story.thread.calls
    return calls[a % len(calls)] if calls else None


def _names(story: Story, a: int, b: int) -> str:
    """A request of ours, an old or coming version of it, a copy, or a name of nothing."""
    call = _call(story, a)
    if call is None:
        return f"{story.thread.id}-9-9-v1"
    old, coming = (f"{call.id}-v{call.version + by}" for by in (-1, 1))
    names = (call.request, call.request, old, call.request, f"{call.request}~1", coming, call.id)
    return names[b % len(names)]


def _about_call(story: Story, a: int, b: int, act: Callable[[Call], None]) -> None:
    call = _call(story, a)
    if call is not None:
        act(call)


def _shown(call: Call, b: int) -> build.Card:
    return build.card(
        call.version,
        quorum=1 + b % 2,
        self_approval=b == 3,
        approvers=("alice", "bob", "carol") if b > 3 else ("bob", "carol"),
        typed=b != 5,
        deadline_seconds=60 if b != 4 else None,
    )


PLAY: dict[str, Callable[[Story, int, int], None]] = {
    "message": lambda s, a, b: s.message(TEXTS[a], BY[b % 5]),
    "step": lambda s, a, b: void(
        s.step(*_proposals(s, a, b), limits=LIMITS[b % 5], micro_usd=b * 7)
    ),
    "stale": lambda s, a, b: void(s.step(*_proposals(s, a, b), seen=max(0, s.thread.head - 1 - b))),
    "undecided": lambda s, a, b: s.undecided(
        ("transient", "malformed", "refusal", "permanent")[a % 4], b * 1_000
    ),
    "preview": lambda s, a, b: _about_call(s, a, b, lambda c: s.previewed(c.id, _shown(c, b))),
    "refuse": lambda s, a, b: _about_call(s, a, b, lambda c: s.refused_preview(c.id)),
    "deliver": lambda s, a, b: s.delivered(_names(s, a, b)),
    "undeliver": lambda s, a, b: s.undelivered(_names(s, a, b)),
    "bounce": lambda s, a, b: s.bounced(_names(s, a, b), BY[b % 5]),
    "approve": lambda s, a, b: s.approve(_names(s, a, a), BY[b % 5], "other" if b == 5 else None),
    "deny": lambda s, a, b: s.deny(_names(s, a, b), BY[b % 5]),
    "edit": lambda s, a, b: s.edit(_names(s, a, a), BY[b % 5], size=a),
    "answer": lambda s, a, b: s.answer(_names(s, a, b), TEXTS[b + 4], BY[a % 5]),
    "start": lambda s, a, b: _about_call(
        s, a, b, lambda c: s.started(c.id, c.n + b // 3, 1 + b % 3)
    ),
    "end": lambda s, a, b: _about_call(
        s, a, b, lambda c: s.ended(c.id, ("returned", "failed")[b % 2], c.n - b // 4)
    ),
    "unknown": lambda s, a, b: _about_call(s, a, b, lambda c: s.unknown(c.id, c.n + b // 4)),
    "void": lambda s, a, b: _about_call(
        s, a, b, lambda c: s.voided(c.id, ("preview", "close")[b % 2])
    ),
    "timer": lambda s, a, b: s.fired("retry" if b == 5 else _names(s, a, b)),
    "wait": lambda s, a, b: s.wait(a * 10),
    "pause": lambda s, a, b: void(s.happens((Paused, Resumed)[a % 2])),
    "cancel": lambda s, a, b: s.happens(Cancelled),
    "fork": lambda s, a, b: s.forked(),
    "tick": lambda s, a, b: s.ticked(BY[b % 5]),
    "note": lambda s, a, b: s.noted("approve"),
    "doubt": lambda s, a, b: s.noted("no", BY[b % 5], _names(s, a, b)),
    "again": lambda s, a, b: void(s.tell(s.log[(a * 6 + b) % len(s.log)]) if s.log else None),
    "unreadable": lambda s, a, b: void(
        s.tell(decode(s.now, b'{"type":"X","v":1,"id":"x%d"}' % len(s.log)))
    ),
}
# What leads somewhere is drawn more often than what only disturbs.
OFTEN = ("step", "preview", "approve", "start", "end", "deliver", "message", "answer")


def void(_: object) -> None:
    """The move is in the log; what it gave is not needed."""


def play(moves: list[Move], id: str = "T") -> Story:
    story = build.begun(id)
    for name, a, b in moves:
        PLAY[name](story, a, b)
    return story


# A card before its approvers is where most may go wrong, and chance alone seldom comes there.
OPENINGS: tuple[tuple[tuple[str, int], ...], ...] = (
    (),
    (("step", 0), ("preview", 0)),
    (("step", 1), ("preview", 0), ("preview", 2)),
    (("step", 0), ("preview", 0), ("deliver", 0), ("message", 0), ("preview", 0)),
    (("step", 2), ("start", 0)),
    (("step", 0), ("preview", 0), ("approve", 0)),
    (("step", 0), ("preview", 0), ("message", 0), ("preview", 0), ("approve", 2)),
)


def _opened(opening: tuple[tuple[str, int], ...], b: int, moves: list[Move]) -> list[Move]:
    return [*((name, a, b) for name, a in opening), *moves]


MOVES = st.builds(
    _opened,
    st.sampled_from(OPENINGS),
    st.integers(0, 5),
    st.lists(
        st.tuples(
            st.sampled_from((*PLAY, *OFTEN, *OFTEN, *OFTEN)), st.integers(0, 10), st.integers(0, 5)
        ),
        max_size=40,
    ),
)
LOGS = MOVES.map(play)
