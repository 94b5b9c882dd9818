"""Waits: what a thread waits for, of whom, until when, and what one can type to move it; from its log and the engine's letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.cli import asks
from bot.cli.asks import speak
from bot.cli.output import clock
from bot.cli.requests import states
from bot.cli.wait import Wait
from bot.core import steps
from bot.core.events import DecideFailed, Event
from bot.core.halts import Halt
from bot.core.measures import end_of
from bot.core.outbox import pending
from bot.core.thread import (
    Asked,
    Call,
    Phase,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Started,
    Thinking,
    Thread,
)
from bot.engine.letters import Letter
from bot.engine.standing import Short, Standing

UNDER_WAY = (Previewing, Ready, Started, Saying)
NO_WORKER = "if nothing moves, no worker is running: bot up, or bot worker"


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a thread stands, with its log; `file` is the one that says who may approve what its agent does."""

    standing: Standing
    log: Sequence[Event]
    file: str

    @property
    def thread(self) -> Thread:
        assert self.standing.thread is not None, "the log at hand could be folded"
        return self.standing.thread


def waits(scene: Scene) -> tuple[Wait, ...]:
    """Everything the thread waits for, what keeps all of it from moving first; never empty."""
    if scene.standing.is_stuck:
        return (*_stuck(scene), *_stopped(scene), *_calls(scene, Asked, Sleeping))
    if scene.thread.newer:
        return (*_stopped(scene), *_calls(scene, Asked, Sleeping))
    if scene.standing.halt is not None:
        found = (*_halted(scene.standing.halt), *_stopped(scene))
        return (*found, *_calls(scene, Started, Asked, Sleeping))
    found = (*_stopped(scene), *_thinking(scene), *_calls(scene, *UNDER_WAY, Asked, Sleeping))
    return found or (_resting(scene),)


def _calls(scene: Scene, *phases: type[Phase]) -> Iterator[Wait]:
    return (_call(scene, call) for call in scene.thread.calls if isinstance(call.phase, phases))


# ---- where the engine could not go on --------------------------------------------------------------------------------
def _stuck(scene: Scene) -> Iterator[Wait]:
    """The letter, if there is one yet; a row that nobody can read is known without."""
    thread, letter = scene.thread, scene.standing.letter
    if thread.unreadable:
        yield _unreadable(scene, thread.unreadable)
    elif letter is not None and letter.again is not None:
        words = f"It is tried again at {clock(letter.again)}, because {letter.failure}"
        told, until = speak(thread, "has it tried at once"), letter.again
        notes = (f"tries so far: {letter.tries}", NO_WORKER, *told.notes)
        yield replace(told, what="retry", text=words, since=letter.at, until=until, notes=notes)
    elif letter is not None:
        words = f"The engine has given it up: {letter.failure}"
        notes, again = (f"tries so far: {letter.tries}",), _again(letter)
        yield Wait(what="replay", text=words, since=letter.at, notes=notes, commands=again)


def _unreadable(scene: Scene, seq: int) -> Wait:
    letter = scene.standing.letter
    words = f"Event {seq} cannot be read, and may have been a denial: nothing is done here until it can be."
    look = f"to look at it: bot show {scene.thread.id} --events"
    if letter is None:
        return Wait(what="replay", text=words, since=scene.log[seq - 1].at or None, notes=(look,))
    notes = (f"tries so far: {letter.tries}", look)
    again = _again(letter) if letter.is_dead else ()
    return Wait(
        what="replay", text=words, since=letter.at, until=letter.again, notes=notes, commands=again
    )


def _again(letter: Letter) -> tuple[str, ...]:
    return (f"bot dead replay {letter.id}",)


# ---- the thread as a whole -------------------------------------------------------------------------------------------
def _stopped(scene: Scene) -> Iterator[Wait]:
    thread = scene.thread
    if thread.newer:
        at = _became(scene, lambda state: state.newer)
        words = f"Event {at + 1} was written by a newer version of the bot, and this one does nothing here."
        yield Wait(what="upgrade", text=words, notes=("upgrade the workers and this command",))
    if thread.paused:
        event = scene.log[_became(scene, lambda state: state.paused)]
        reason = str(getattr(event, "reason", ""))
        words = (
            f"It is paused by {event.actor or 'somebody unknown'}{f': {reason}' if reason else ''}."
        )
        yield Wait(what="resume", text=words, since=event.at, commands=(f"bot resume {thread.id}",))


def _halted(halt: Halt) -> Iterator[Wait]:
    """The kill switch: what is asked can be answered all the same, and is done when it is lifted."""
    whole = "Everything" if not halt.agent else f"The agent {halt.agent}"
    words = f"{whole} is halted by {halt.words}; nothing new begins."
    lift = " ".join(filter(None, ("bot halt --lift", halt.agent)))
    yield Wait(what="lift", text=words, since=halt.at, commands=(lift,))


def _became(scene: Scene, holds: Callable[[Thread], bool]) -> int:
    """The place of the event since which this holds."""
    place, before = 0, False
    for index, state in enumerate(states(scene.thread.id, scene.log)):
        if holds(state) and not before:
            place = index
        before = holds(state)
    return place


def _thinking(scene: Scene) -> Iterator[Wait]:
    thread = scene.thread
    if not isinstance(thread.turn, Thinking):
        return
    since = scene.log[_became(scene, lambda state: isinstance(state.turn, Thinking))].at
    stop = f"bot cancel {thread.id}"
    retry_at = thread.turn.retry_at
    if retry_at is None and (short := scene.standing.short):
        yield replace(_short(short), commands=(stop,))
        return
    if retry_at is None:
        words = "The model is being asked for the next step."
        yield Wait(what="model", text=words, since=since, notes=(NO_WORKER,), commands=(stop,))
        return
    failed = [event.reason for event in scene.log if isinstance(event, DecideFailed)]
    words = f"The model is asked again at {clock(retry_at)}, because: {failed[-1]}"
    told = speak(thread, "asks it at once")
    notes = (f"tries so far: {thread.turn.tries}", *told.notes)
    yield replace(told, what="model", text=words, since=since, until=retry_at, notes=notes)


def _short(short: Short) -> Wait:
    """The day's limit that the model was last refused for; the question about it is the house's."""
    fact, request = short.fact, short.request
    words = f"A limit is reached ({fact.text}); the model is asked when that is extended, or its time (UTC) is over."
    ask = (
        f"the question is {request}: bot answer {request} 1 extends it"
        if request
        else "it was not extended"
    )
    return Wait(
        what="day", text=words, since=fact.at, until=end_of(fact.day), of=fact.asked, notes=(ask,)
    )


def _resting(scene: Scene) -> Wait:
    thread = scene.thread
    if not thread.cancelled:
        return speak(thread, "wakes it")
    event = scene.log[_became(scene, lambda state: state.cancelled)]
    reason = str(getattr(event, "reason", ""))
    words = (
        f"It was cancelled by {event.actor or 'somebody unknown'}{f': {reason}' if reason else ''}."
    )
    return replace(speak(thread, "wakes it"), text=words, since=event.at)


# ---- one call --------------------------------------------------------------------------------------------------------
def _call(scene: Scene, call: Call) -> Wait:
    if isinstance(call.phase, Asked):
        waiting = next(each for each in pending(scene.thread) if each.request == call.request)
        since = _became(scene, lambda state: _asks(state, call.request))
        made = asks.ask(scene.thread, call, waiting, scene.file)
        return replace(made, since=scene.log[since].at)
    return replace(_under_way(scene.thread, call), call=call.id, tool=call.proposal.tool)


def _asks(state: Thread, request: str) -> bool:
    call = state.call(request)
    return call is not None and call.request == request and isinstance(call.phase, Asked)


def _under_way(thread: Thread, call: Call) -> Wait:
    tool, stop = call.proposal.tool, (f"bot cancel {thread.id}",)
    match call.phase:
        case Previewing():
            words = f"The card of {tool} is being made (version {call.version})."
            return Wait(what="card", text=words, notes=(NO_WORKER,), commands=stop)
        case Started(run):
            until = call.started_at + call.proposal.time_limit_seconds * 1000
            words = f"{tool} is running{f', for the {run}. time' if run > 1 else ''}, and may take until {clock(until)}."
            return Wait(what="tool", text=words, since=call.started_at, until=until, commands=stop)
        case Sleeping(until):
            reason = str(call.proposal.arguments.get("reason") or "")
            words = f"It sleeps until {clock(until)}{f', because: {reason}' if reason else ''}."
            return replace(speak(thread, "wakes it earlier"), what="time", text=words, until=until)
        case Saying():
            words = "A message is on its way to its place."
            return Wait(what="delivery", text=words, notes=(NO_WORKER,), commands=stop)
        case _:
            return Wait(what="tool", text=_ready(thread, call), notes=(NO_WORKER,), commands=stop)


def _ready(thread: Thread, call: Call) -> str:
    assert isinstance(call.phase, Ready), "every other phase is told elsewhere"
    tool = call.proposal.tool
    if call.proposal.kind == "read":
        return f"{tool}, which only reads, is being run."
    if steps.in_turn(call, thread.calls):
        return f"{tool} is about to start."
    return f"{tool} waits until the earlier calls of its step are over."
