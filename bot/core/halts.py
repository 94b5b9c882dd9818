"""Halts: the kill switch. What is halted, as the house's log says, and what a thread may still do meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.effects import Announce, Doubt, Effect, Send
from bot.core.events import (
    UNREADABLE,
    Event,
    Halted,
    Lifted,
    MessageReceived,
    Unknown,
    Verdict,
)
from bot.core.reducer import KINDS
from bot.core.thread import Thread

EVERYTHING = ""
UNREAD = "an entry of the record of halts cannot be read: it may have been one"


@dataclass(frozen=True, slots=True)
class Halt:
    """Who halted what, when and why; `agent` is empty where everything is halted."""

    id: str
    agent: str
    by: str
    at: int
    reason: str = ""

    @property
    def what(self) -> str:
        """What is halted, in words."""
        return self.agent or "everything"

    @property
    def words(self) -> str:
        """By whom and why, in one phrase."""
        return f"{self.by}: {self.reason}" if self.reason else self.by


@dataclass(frozen=True, slots=True)
class Ruling:
    """The halt or the lifting that was the last word on an agent, and when it was said; `halt` is what halts it now."""

    id: str
    at: int
    halt: Halt | None


Halts = Mapping[str, Halt]
NOTHING: Halts = {}


def after(halts: Halts, event: Event) -> Halts:
    """What is halted after one more event of the house, whose id is new there. What cannot be read may have been a halt, and counts as one."""
    match event:
        case Halted(agent=agent) if agent not in halts:
            halt = Halt(event.id, agent, event.actor, event.at, event.reason)
            return {**halts, agent: halt}
        case Lifted(agent=agent) if agent in halts:
            return {name: halt for name, halt in halts.items() if name != agent}
        case _ if _is_unread(event):
            unread = Halt(event.id, EVERYTHING, "engine", event.at, UNREAD)
            return {EVERYTHING: unread, **halts}
        case _:
            return halts


def told_by(log: Sequence[Event]) -> Halts:
    """What is halted, by the whole log of the house."""
    halts, folded = NOTHING, set[str]()
    for event in log:
        halts = halts if event.id in folded else after(halts, event)
        folded.add(event.id)
    return halts


def latest(log: Sequence[Event]) -> Mapping[str, int]:
    """When each was halted last, be it already or lifted since: what was granted before that is over."""
    found = dict[str, int]()
    for event in log:
        if isinstance(event, Halted):
            found[event.agent] = event.at
        elif _is_unread(event):
            found[EVERYTHING] = event.at
    return found


def _is_unread(event: Event) -> bool:
    """Whether this may have been a halt, and nobody can tell."""
    return isinstance(event, Unknown) and (event.type in KINDS or event.type == UNREADABLE)


def of(halts: Halts, agent: str) -> Halt | None:
    """What halts this agent: its own halt, or that of everything."""
    return halts.get(EVERYTHING) or halts.get(agent)


def allowed(
    thread: Thread, events: Sequence[Event], halt: Halt, effects: Sequence[Effect]
) -> tuple[Effect, ...]:
    """What is left of these effects: doubts, and the word that it is halted, once, to whoever writes meanwhile.

    What has started ends and is recorded, and nobody is on the outside of that; everything else waits.
    """
    words = {notice.key for notice in thread.notices if notice.code == "halted"}
    left: list[Effect] = [
        effect
        for effect in effects
        if isinstance(effect, Doubt) or (isinstance(effect, Send) and effect.key in words)
    ]
    if len(left) < len(effects) and _is_owed(thread, events, halt):
        left.append(Announce(halt.id, halt.agent, halt.by, halt.reason))
    return tuple(left)


def _is_owed(thread: Thread, events: Sequence[Event], halt: Halt) -> bool:
    """Whether somebody has spoken here since, and was not told."""
    if thread.address is None or told_id(halt.id) in thread.ids:
        return False
    for event in reversed(events):
        if event.at < halt.at:
            return False
        if isinstance(event, MessageReceived | Verdict):
            return True
    return False


def told_id(halt: str) -> str:
    """The name under which a thread's log has it that this halt was told there."""
    return f"halted:{halt}"
