"""Human: what people's words change. A message, a typed verdict, a pressed one: all decide by the same rules.

A human's word outranks a step of the model: it raises `heard`, and a step chosen from an older head is void.
"""

from __future__ import annotations

from bot.core import (
    approvals,
    asides,
    askers,
    calls,
    limits,
    meanings,
    refusals,
    steps,
    turn,
    verdicts,
    words,
)
from bot.core.events import CronTicked, MessageNoted, MessageReceived, ScheduleFared, Verdict
from bot.core.frozen import replace
from bot.core.thread import (
    THINKING,
    WORKING,
    Asked,
    Call,
    Closed,
    Held,
    Previewing,
    Ready,
    Started,
    Thinking,
    Thread,
    asked_about,
)  # fmt: skip
from bot.core.words import Approve, Deny, Stop


def message(thread: Thread, event: MessageReceived) -> Thread:
    """What an addressed message changes; whoever wrote a secret into it is told so, beside all else."""
    after = _heard(replace(opened(thread, event), quiet=False), event)
    if not event.cut:
        return after
    kinds = (kind if count == 1 else f"{count} of {kind}" for kind, count in event.cut.items())
    return turn.noticed(after, "secrets", ", ".join(kinds), "secrets")


def _heard(thread: Thread, event: MessageReceived) -> Thread:
    said = words.read(event.text)
    if isinstance(said, Stop):
        return turn.noticed(turn.cancel(thread), "stopped")
    if named := meanings.named(thread, event.text):
        return _typed(thread, event, *named)
    approvals_open = [call for call in thread.calls if meanings.is_open_approval(call)]
    if not approvals_open:
        return _reply(thread, event, said)
    if len(approvals_open) > 1 and (said or words.put_off(event.text)):
        return _asked_back(thread, event, approvals_open)
    return _typed(thread, event, said, approvals_open[0]) if said else _interrupt(thread, event)


def doubted(thread: Thread, event: MessageNoted) -> Thread:
    """Words that may be meant to refuse a card and are no denial: it is asked anew, with them below it, and the votes on it are gone. The model is not asked.

    Unless something goes on by now, as where somebody approved it while they were on their way: then they are words all the same.
    """
    call = thread.call(event.doubts) if event.doubts else None
    if call is None or isinstance(call.phase, Closed):
        return thread
    if goes_on(thread, [call]) or not meanings.is_open_approval(call):
        return _interrupt(
            thread,
            MessageReceived(
                id=event.id,
                at=event.at,
                actor=event.actor,
                address=event.address,
                text=event.text,
            ),
        )
    again = verdicts.interrupted(call, f"{event.actor}: {event.text}")
    return turn.put(thread, replace(again, open=call.open))


def opened(thread: Thread, event: MessageReceived | CronTicked | ScheduleFared) -> Thread:
    """The first word of a thread says where it lives, whose it is and who works on it."""
    if thread.address is not None:
        return thread
    return replace(
        thread,
        address=event.address,
        agent=event.agent,
        fallback=None if isinstance(event, MessageReceived) else event.fallback,
        requester=event.actor,
        tally=replace(thread.tally, since=event.at),
    )


def _typed(
    thread: Thread, event: MessageReceived, said: Approve | Deny, call: Call, request: str = ""
) -> Thread:
    """A typed verdict counts on the version that was shown when it was written, where it names one or one alone is open."""
    word = meanings.word(event, call, said, request)
    reason = meanings.unseen(call, event) if isinstance(said, Approve) else None
    reason = reason or approvals.refusal(thread, call, word)
    return _unheeded(thread, event, call, reason) if reason else verdict(thread, word)


def _reply(thread: Thread, event: MessageReceived, said: Approve | Deny | None) -> Thread:
    """Words where no approval is open: the answer to the one question that they can be meant for, or words."""
    questions = asked_about(thread, "question", "unknown")
    for call in questions:
        if answer := words.to_request(event.text, call.id):
            named = event.model_copy(update={"text": answer})
            seen = meanings.is_plain(call) or meanings.was_shown(call.phase, event)
            return _answer(thread, call, named) if seen else _interrupt(thread, event)
    meant = [call for call in questions if meanings.can_be_answered(call, event)]
    hold = steps.standing(thread.calls)
    # Its own words were said: only another question that offers the same can be meant.
    if hold in meant:
        meant = [call for call in meant if meanings.chosen(call, event)]
    if not meant and isinstance(said, Approve) and (call := _unstarted(thread)):
        # Somebody was quicker, or this one too quick: nobody holds anything back with that.
        reason = approvals.refusal(thread, call, meanings.word(event, call, said))
        return refusals.owed(thread, event, call.request, reason or "")
    if not meant:
        return _interrupt(thread, event)
    return (
        _answer(thread, meant[0], event) if len(meant) == 1 else _asked_back(thread, event, meant)
    )


def _unstarted(thread: Thread) -> Call | None:
    """What is about to be asked or to run."""
    return next((call for call in thread.calls if isinstance(call.phase, Previewing | Ready)), None)


def _asked_back(thread: Thread, event: MessageReceived, meant: list[Call]) -> Thread:
    """Which was meant? Asked only while nothing goes on: what may be meant to hold something back is heard as words."""
    if goes_on(thread, meant):
        return _interrupt(thread, event)
    thread = replace(thread, tally=limits.spoken(thread.tally, event.at))
    code = "which_card" if meanings.is_open_approval(meant[0]) else "which"
    return turn.noticed(thread, code, ", ".join(map(verdicts.titled, meant)))


def _unheeded(thread: Thread, event: MessageReceived, call: Call, reason: str) -> Thread:
    """Words that were to decide and do not count: where something goes on, they are words all the same."""
    if meanings.approves(event.text):  # Nobody holds anything back with that.
        heard = thread.head if isinstance(thread.turn, Thinking) else thread.heard
        thread = replace(thread, heard=heard)
    elif goes_on(thread, [call] if meanings.is_open_approval(call) else []):
        thread = _interrupt(thread, event)
    return refusals.owed(thread, event, call.request, reason)


def goes_on(thread: Thread, meant: list[Call]) -> bool:
    """Whether something happens before anybody speaks again, beside the making of the cards that are meant."""
    if isinstance(thread.turn, Thinking | Held):
        return True
    return any(
        not isinstance(call.phase, Asked | Closed) for call in thread.calls if call not in meant
    )


def _answer(thread: Thread, call: Call, event: MessageReceived) -> Thread:
    """The message as an answer, at its own time and by its own author."""
    reason = approvals.on_answer(thread, call, event)
    if reason is not None:
        return _unheeded(thread, event, call, reason)
    return _answered(thread, call, event)


def _answered(thread: Thread, call: Call, event: MessageReceived | Verdict) -> Thread:
    if steps.is_hold(call):
        return _resume(thread, call, event)
    thread = askers.touched(thread, event.actor)
    after = verdicts.answer(call, event.text, event.actor)
    return _judged(thread, call, after, event.at)


def _judged(thread: Thread, before: Call, after: Call, at: int) -> Thread:
    """A human's word on this call: like any word, it voids a step in flight and lets the limits count anew."""
    tally = limits.spoken(thread.tally, at)
    return turn.changed(thread, before, after, at, heard=thread.head, tally=tally)


def _interrupt(thread: Thread, event: MessageReceived) -> Thread:
    """A human spoke: what has not started is void, requests stay open under a new version, and the model is asked."""
    thread = turn.spoke(askers.spoke(thread, event), event.at)
    held = thread.turn if isinstance(thread.turn, Held) else None
    quote = f"{event.actor}: {event.text}"
    after = tuple(verdicts.interrupted(call, quote) for call in thread.calls)
    if held and held.why in limits.NOT_BY_WORDS:
        return replace(thread, calls=after)
    if held:
        after = tuple(
            calls.close(call, "answered", event.text) if call.id == held.request else call
            for call in after
        )
    thread = replace(thread, calls=after, cancelled=False)
    if any(isinstance(call.phase, Started) for call in after):
        return replace(thread, turn=WORKING)
    return turn.think(thread, event.at)


def verdict(thread: Thread, event: Verdict) -> Thread:
    thread = replace(thread, quiet=False)
    call = thread.call(event.request)
    reason = approvals.refusal(thread, call, event)
    if call is None or reason is not None:
        return refusals.owed(thread, event, event.request, reason or "")
    if event.word in asides.WORDS:  # Nothing is decided, so a step in flight has missed nothing.
        thread = turn.put(thread, asides.put_off(call, event))
        return (
            turn.noticed(thread, "passed", asides.passed(event)) if event.word == "pass" else thread
        )
    if event.word == "answer":
        return _answered(thread, call, event)
    return _judged(thread, call, verdicts.decide(call, event), event.at)


def _resume(thread: Thread, call: Call, event: MessageReceived | Verdict) -> Thread:
    """The answer to a hold: go on, or stop."""
    stop = approvals.pick(call, event.text) == "Stop"
    thread = turn.put(thread, verdicts.answer(call, event.text, event.actor))
    if call.proposal.tool == "day":
        return thread  # Nothing else of the house goes on or stops with it.
    if stop:
        return turn.cancel(thread)
    thread = replace(turn.spoke(thread, event.at), tally=limits.extended(thread, event.at))
    return replace(thread, turn=THINKING) if isinstance(thread.turn, Held) else thread
