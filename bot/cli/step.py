"""Step: how one step of a thread came about: what the model was sent, what it answered, what became of it, what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import cast

from bot.cli import parts, wording
from bot.cli.errors import Wrong
from bot.cli.fates import Fate, fates
from bot.cli.output import clock, moment, say, say_json
from bot.cli.proof import seen_by, sent
from bot.cli.requests import states
from bot.cli.story import is_step, told
from bot.core.events import DecideFailed, Event, StepDecided
from bot.core.log import blocks
from bot.core.reducer import replay
from bot.core.thread import Thinking, Thread
from bot.core.visible import on_one_line
from bot.core.yamlish import dump
from bot.kit.intents import ATTACHMENT

Json = dict[str, object]
Decided = StepDecided | DecideFailed
MICRO = 1_000_000


@dataclass(frozen=True)
class Step:
    """A step with its number and its place on the log. `void`: what made it count for nothing; `doubt`: why its bytes
    cannot be shown any more."""

    thread: str
    number: int
    seq: int
    event: Decided
    void: str
    blocks: tuple[str, ...]
    doubt: str
    became: tuple[Fate, ...]


async def step_of(thread: str, log: Sequence[Event], number: int) -> Step:
    """The step of this number. Wrong where there is none."""
    seq, event = _find(thread, log, number)
    void = _void(thread, log, seq, event)
    name, seen = seen_by(thread, log, event)
    read = blocks(seen, name)
    doubt = await _doubt(thread, log, event)
    return Step(thread, number, seq, event, void, read, doubt, _became(thread, log, event, void))


def step_json(step: Step) -> None:
    sent = {"blocks": list(step.blocks), "digest": step.event.request or None}
    proof = {"proved": not step.doubt, "doubt": step.doubt or None}
    calls = [fate.row() for fate in step.became]
    say_json(
        {
            **_head(step),
            "context": {**sent, **proof},
            "calls": calls,
            "usage": _usage(step.event),
        }
    )


def step_text(step: Step) -> None:
    say("\n".join((*_heading(step), *_context(step), *_answer(step), "", _cost(step.event))))


def _became(thread: str, log: Sequence[Event], event: Decided, void: str) -> tuple[Fate, ...]:
    """A step that did not count may share its calls' names with the one that did: its own came to nothing."""
    if isinstance(event, DecideFailed):
        return ()
    return tuple(fates(thread, () if void else log, event))


# ---- which step ------------------------------------------------------------------------------------------------------
def _find(thread: str, log: Sequence[Event], number: int) -> tuple[int, Decided]:
    found = list(numbered(log))
    if not found:
        raise Wrong(f"{thread} has no steps yet; bot why {thread} says what it waits for.")
    if not 1 <= number <= len(found):
        nearest = min(max(number, 1), len(found))
        has = "only step 1" if len(found) == 1 else f"steps 1 to {len(found)}"
        raise Wrong(
            f"There is no step {number} in {thread} (did you mean {nearest}?); it has {has}."
        )
    return found[number - 1]


def numbered(log: Sequence[Event]) -> Iterator[tuple[int, Decided]]:
    """The steps in their order, failed ones included, each with its place on the log; one told twice is one step."""
    known = set[str]()
    for seq, event in enumerate(log, start=1):
        if is_step(event) and event.id not in known:
            yield seq, event
        known.add(event.id)


def _void(thread: str, log: Sequence[Event], seq: int, event: Decided) -> str:
    """What came between the step's question and its answer, and made it count for nothing."""
    before = replay(thread, log[: seq - 1])
    if isinstance(before.turn, Thinking) and event.seen >= before.heard:
        return ""
    for place, state in enumerate(states(thread, log[: seq - 1]), start=1):
        if place > event.seen and (
            state.heard > event.seen or not isinstance(state.turn, Thinking)
        ):
            return f"event {place} came first: {_named(state, log[place - 1])}"
    return "nobody had asked for it"


def _named(after: Thread, event: Event) -> str:
    return told(after, event) or f"{event.type} by {event.actor or 'somebody unknown'}"


# ---- what was sent ---------------------------------------------------------------------------------------------------
async def _doubt(thread: str, log: Sequence[Event], event: Decided) -> str:
    """Why the bytes that were sent cannot be shown any more; empty: they can, and their digest is the recorded one."""
    if not event.request:
        return "no model was asked"
    try:
        async with parts.whole() as app:
            await sent(app, thread, log, event)
    except Exception as error:  # noqa: BLE001 - an agent that does not load must not hide the step
        return wording.failure(error)
    return ""


def _context(step: Step) -> Iterator[str]:
    proof = (
        f"not proved: {step.doubt}" if step.doubt else f"proved by its digest {step.event.request}"
    )
    yield f"context, {len(step.blocks)} blocks ({proof}):"
    yield from (indent(block, "  ") for block in step.blocks)
    yield ""


# ---- what it was -----------------------------------------------------------------------------------------------------
def _head(step: Step) -> Json:
    event = step.event
    failed = event if isinstance(event, DecideFailed) else None
    return {
        "thread": step.thread,
        "step": step.number,
        "seq": step.seq,
        "seen": event.seen,
        "at": moment(event.at),
        "by": _by(event),
        "model": event.model or None,
        "text": "" if isinstance(event, DecideFailed) else event.text,
        "counted": not step.void,
        "void": step.void or None,
        "failed": {"kind": failed.kind, "reason": failed.reason} if failed else None,
    }


def _by(event: Decided) -> str:
    return "prefetch" if event.actor == "prefetch" else "model"


def _prefetched(event: Decided) -> str:
    files = isinstance(event, StepDecided) and any(each.tool == ATTACHMENT for each in event.calls)
    return "prefetch, for files of a message" if files else "prefetch, which agent.md chose"


def _heading(step: Step) -> Iterator[str]:
    event = step.event
    who = f"model {event.model}" if event.model else _prefetched(event)
    asked = who if event.model or _by(event) == "prefetch" else "no model was asked"
    yield f"step {step.number}, event {step.seq}, {clock(event.at)}: {asked}, having seen {event.seen} events"
    if step.void:
        yield f"void: {on_one_line(step.void)}"
    yield ""


def _answer(step: Step) -> Iterator[str]:
    match step.event:
        case DecideFailed(kind=kind, reason=reason, retry_in=retry_in):
            again = f"; asked again after {retry_in / 1000:.1f} s" if retry_in else ""
            yield f"no step ({kind}): {on_one_line(reason)}{again}"
        case StepDecided(text=text):
            if text:
                yield f"text: {on_one_line(text)}"
            for fate in step.became:
                yield from _call(fate)


def _call(fate: Fate) -> Iterator[str]:
    proposal = fate.proposal
    yield f"{fate.call}  {proposal.tool}"
    if proposal.arguments:
        yield indent(dump(proposal.arguments), "  ")
    if proposal.because:
        yield f"  because: {on_one_line(proposal.because)}"
    yield f"  became: {on_one_line(fate.text)}"


# ---- what it cost ----------------------------------------------------------------------------------------------------
def _usage(event: Decided) -> Json:
    usage = event.usage
    classes = cast("Json", usage.model_dump(exclude={"micro_usd"}))
    cost = None if usage.micro_usd is None else usage.micro_usd / MICRO
    return {**classes, "tokens": usage.tokens, "cost_usd": cost}


def _cost(event: Decided) -> str:
    usage = event.usage
    if not event.model:
        return "cost: nothing, no model was asked"
    price = "price unknown" if usage.micro_usd is None else f"{usage.micro_usd / MICRO:.6f} USD"
    return (
        f"cost: {price}; tokens: {usage.input} input, {usage.cache_read} from cache,"
        f" {usage.cache_write} to cache, {usage.output} output"
    )
