"""Story: a thread's log as lines for a person: who said what, what was tried, what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from pydantic import JsonValue

from bot.cli.output import clock
from bot.core import phrases
from bot.core.codec import canonical
from bot.core.events import (
    Bounced,
    CallVoided,
    Cancelled,
    Compacted,
    CronTicked,
    DayReached,
    DecideFailed,
    Delivered,
    DeliveryFailed,
    Event,
    Forked,
    Halted,
    Lifted,
    MessageNoted,
    MessageReceived,
    OutcomeUnknown,
    Paused,
    Previewed,
    PreviewRefused,
    Resumed,
    ScheduleFared,
    StepDecided,
    ToolEnded,
    ToolStarted,
    Verdict,
    VerdictRefused,
)
from bot.core.names import version_of
from bot.core.reducer import evolve
from bot.core.thread import Thread
from bot.core.values import Proposal
from bot.core.visible import on_one_line, shortened
from bot.engine.standing import Standing

MOST_CHARACTERS = 400


def story(thread: str, log: Sequence[Event]) -> Iterator[str]:
    """Oldest first."""
    state, step, stand_ins = Thread(thread), 0, set[str]()
    for event in log:
        known = event.id in state.ids
        state = evolve(state, event)
        if known:
            continue
        step += is_step(event)
        line = f"step {step}, {told(state, event)}" if is_step(event) else told(state, event)
        if isinstance(event, DecideFailed):
            stand_ins.add(event.instead)
        if isinstance(event, StepDecided) and event.model and event.model in stand_ins:
            line = f"{line} (by {event.model})"
        if line:
            yield f"{clock(event.at)}  {on_one_line(line)}"


def stands(standing: Standing) -> str:
    """Where the thread stands after all that, and when what failed is tried again."""
    agent, waits, letter = "", standing.waiting_for, standing.letter
    if standing.thread:
        agent = f" ({standing.thread.agent})"
    phase = f"{standing.phase}{f', waiting for {waits}' if waits else ''}"
    line = on_one_line(f"{standing.id}{agent}: {phase}")
    if letter is None:
        return line
    again = f"bot dead replay {letter.id}" if letter.again is None else clock(letter.again)
    return f"{line}; tried again: {again}"


def is_step(event: Event) -> TypeGuard[StepDecided | DecideFailed]:
    """Whether this is one of the steps that are counted, failed ones included."""
    return isinstance(event, StepDecided | DecideFailed)


def told(thread: Thread, event: Event) -> str:
    """One event as a person would tell it, after the thread it led to; empty: not worth a line."""
    return _people(thread, event) or _machine(thread, event)


def _people(thread: Thread, event: Event) -> str:
    """What came from outside."""
    match event:
        case MessageReceived(actor=actor, text=text):
            return f"{actor}: {_short(text)}{_more(event)}"
        case MessageNoted(actor=actor, text=text):
            return f"{actor} (to others): {_short(text)}{_more(event)}"
        case CronTicked(schedule=schedule, prompt=prompt):
            return f"schedule {schedule}: {_short(prompt)}"
        case ScheduleFared(told=code, text=text) if code:
            return phrases.notice(code, text)
        case Verdict(actor=actor, word=word, request=request, text=text):
            about = _tool(thread, request)
            return f"{actor}: {word} {about}{f' - {_short(text)}' if text else ''}{_more(event)}"
        case Bounced(key=key, person=person, reason=reason):
            return f"came back: {key} to {person or 'one of those it went to'} ({_short(reason)})"
        case Paused(actor=actor) | Resumed(actor=actor):
            return f"{actor} {event.type.lower()} the thread"
        case Halted(agent=agent):
            return f"{agent or 'everything'} is halted by {_short(event.text)}"
        case DayReached(reason=reason):
            return f"a day's limit is reached: {_short(reason)}"
        case Lifted(actor=actor, agent=agent):
            return f"{actor} lifted the halt of {agent or 'everything'}"
        case Cancelled(actor=actor, reason=reason):
            return f"{actor} cancelled the work{f': {_short(reason)}' if reason else ''}"
        case _:
            return ""


def _more(event: MessageReceived | MessageNoted | Verdict) -> str:
    """That there is more to it than was read of it."""
    original = event.original
    return f" (as it came, untrusted: {original.size} characters in --events)" if original else ""


def _is_granted(thread: Thread, name: str) -> bool:
    call = thread.call(name)
    return call is not None and call.granted is not None


def _machine(thread: Thread, event: Event) -> str:  # noqa: C901 - a closed union: one arm an event
    """What the bot did, and what came of it."""
    match event:
        case StepDecided(calls=calls, actor=actor):
            void = "" if any(call.step == event.seen for call in thread.calls) else " (void)"
            chosen = "; ".join(_proposal(call) for call in calls)
            return f"{'prefetch' if actor == 'prefetch' else 'chosen'}{void}: {chosen}"
        case DecideFailed(kind=kind, reason=reason, model=model, instead=instead) if instead:
            return f"no step from {model} ({kind}): {_short(reason)} {instead} is asked instead"
        case DecideFailed(kind=kind, reason=reason):
            return f"no step ({kind}): {_short(reason)}"
        case Previewed(call=call) if _is_granted(thread, call):
            return f"nobody is asked about {_tool(thread, call)}: it runs under a grant"
        case Previewed(call=call, version=version, card=card):
            return f"asked {', '.join(card.approvers) or 'nobody'} about {_tool(thread, call)} ({call}-v{version})"
        case PreviewRefused(call=call, reason=reason):
            return f"{_tool(thread, call)} cannot be done: {_short(reason)}"
        case VerdictRefused(reason=reason):
            return f"did not count: {reason}"
        case ToolStarted(call=call):
            return f"{_tool(thread, call)} started"
        case ToolEnded(call=call, outcome="returned", result=result):
            return f"{_tool(thread, call)} returned {_value(result)}"
        case ToolEnded(call=call, error=error):
            return f"{_tool(thread, call)} failed: {_short(error)}"
        case OutcomeUnknown(call=call):
            return f"{_tool(thread, call)}: nobody knows whether it happened ({call})"
        case CallVoided(call=call, reason=reason):
            return f"{_tool(thread, call)} is void: {_short(reason)}"
        case Delivered(key=key) if version_of(key) is not None:
            return f"shown: {key}"
        case DeliveryFailed(key=key, reason=reason):
            return f"not delivered: {key}: {_short(reason)}"
        case Compacted(upto=upto):
            return f"summed up: of events 1 to {upto} the model reads a summary from here on"
        case Forked(parent=parent):
            return f"a copy of {parent} from here"
        case _:
            return ""


def _proposal(proposal: Proposal) -> str:
    given = proposal.arguments
    match proposal.kind:
        case "say" | "stand_by":
            return f"{proposal.tool}: {_short(str(given.get('message') or ''))}"
        case "question":
            return f"asked {', '.join(proposal.asked) or 'nobody'}: {_short(str(given.get('question', '')))}"
        case _:
            return f"{proposal.tool} {_value(given)}" if given else proposal.tool


def _tool(thread: Thread, name: str) -> str:
    call = thread.call(name)
    return call.proposal.tool if call else name


def _value(value: JsonValue) -> str:
    return _short(value if isinstance(value, str) else canonical(value))


def _short(text: str) -> str:
    return shortened(" ".join(text.split()), MOST_CHARACTERS)
