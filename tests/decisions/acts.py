"""Acts: each fact of the oracle, done to the real core."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core import words
from bot.core.events import MessageNoted, Paused, Resumed, Verdict
from bot.core.grant import granting
from bot.core.outbox import Approval, pending
from bot.core.thread import Asked, Call, Previewing, Ready, Started, Thread, is_closed
from bot.core.values import Address, Word
from bot.engine.desk import thread_of
from tests.decisions.floor import Accept
from tests.decisions.office import PINS, plain
from tests.decisions.play import Play, Use
from tests.oracle import facts
from tests.oracle.rules import Arguments
from tests.oracle.typed import Said as Approves
from tests.oracle.typed import read
from tests.oracle.words import Mode
from tests.oracle.words import Word as Said

WORDS: dict[Said, Word] = {
    Said.ACCEPT: "approve",
    Said.EDIT: "edit",
    Said.DENY: "deny",
    Said.ANSWER: "answer",
    Said.PASS: "pass",
    Said.LATER: "later",
    Said.IGNORE: "ignore",
}
PASSER_BY = "passer-by"
"""Whoever says something that makes the model think, where the oracle hears of no words: nobody who decides or had asked."""
AT_ONCE = 5
"""In seconds: a second request that comes later finds the first one's votes and deadline to be kept."""


async def act(play: Play, fact: facts.Fact) -> None:  # noqa: C901 - a closed union: one arm a fact
    """What the fact does here."""
    office = play.office
    play.now = fact.at * 1000
    if isinstance(fact, facts.CardShown):
        play.shown[fact.at] += 1
    if isinstance(fact, facts.Decision | facts.WordTyped):
        play.now += play.shown[
            fact.at
        ]  # After what was shown in this very second, and brought a deputy their right.
    if _is_forgotten(play, fact):
        return
    match fact:
        case facts.Proposed():
            await _propose(play, fact)
        case facts.CardShown():
            await _show(play, fact)
        case facts.Decision():
            _press(play, fact)
        case facts.WordTyped():
            _type(play, fact)
        case facts.ArgumentsChanged():
            _replace(play, fact)
        case facts.PinMoved():
            PINS[play.calls[fact.request]] = fact.pins
        case facts.AgentChanged():
            office.deploys += 1
        case facts.ApproverRemoved():
            office.listed = [name for name in office.listed if name != fact.name]
        case facts.ApproverAdded() if fact.name not in office.listed:
            office.listed = [*office.listed, fact.name]
        case facts.PersonLeft():
            office.left.add(fact.name)
        case facts.Withdrawn():
            _withdraw(play, fact)
        case facts.Looked():
            await play.look(_call(play, fact.request))
        case facts.Claimed():
            await _claim(play, _call(play, fact.request))
        case facts.Ended():
            _end(play, fact)
        case facts.FoundUnfinished():
            _find(play, _call(play, fact.request))
        case facts.Halted() | facts.Resumed():
            _halt(play, fact)
        case _:
            pass  # A start is the world's, a deadline the clock's; limits hold back the model alone.


def _is_forgotten(play: Play, fact: facts.Fact) -> bool:
    """Whether it is about a call that is over, of which the thread remembers nothing."""
    match fact:
        case (
            facts.CardShown()
            | facts.ArgumentsChanged()
            | facts.Withdrawn()
            | facts.Looked()
            | facts.Claimed()
            | facts.Ended()
            | facts.FoundUnfinished()
        ):
            return play.call(fact.request) is None
        case _:
            return False


def _call(play: Play, request: str) -> Call:
    call = play.call(request)
    assert call is not None, "a history speaks of what was proposed"
    return call


# ---- the model -----------------------------------------------------------------------------------------------
async def _propose(play: Play, fact: facts.Proposed) -> None:
    """Somebody asks, and the model chooses. The words re-issue what is open there, which the oracle does not hear of."""
    call, name = fact.call, fact.call.thread
    if call.request in play.calls:
        play.over.add(
            call.request
        )  # The name of another already: which of them is meant is not known.
        return
    by = play.office.name(call.requester)
    play.threads.setdefault(name, Thread(name))
    others = [request for request, id in play.calls.items() if thread_of(id) == name]
    for request in others:
        await _finish(play, request)
    others = [each for each in others if (it := play.call(each)) and not is_closed(it)]
    play.speak(name, by, "Please push.", call.requester.channel)
    (play.calls[call.request],) = play.decide(name, ("push_tag", _arguments(play, call.arguments)))
    if play.halted and not play.threads[name].paused:
        play.tell(name, Paused(id=play.id()))
    if play.call(call.request) is None:
        play.over.add(
            call.request
        )  # The model is not asked while something runs in its thread, and chooses nothing.
    elif play.threads[name].grants:
        await play.make(_call(play, call.request))
        if not _call(play, call.request).granted:
            play.unseen.add(play.calls[call.request])
    for request in others:
        if fact.at > AT_ONCE:
            play.over.add(request)  # Its votes are gone, and its deadline has been moved.
        play.moved.add(request)
        waiting = play.call(request)
        if waiting and isinstance(waiting.phase, Previewing):
            await play.show(waiting)
            play.again(request)


async def _finish(play: Play, request: str) -> None:
    """What was approved before the model chooses again has run by then, or is asked anew, which the oracle does not hear of."""
    call = play.call(request)
    if call is None or not isinstance(call.phase, Ready) or not play.run(call):
        return
    play.over.add(request)
    run = await play.look(call)
    if run:
        play.claim(call, run)
        play.end(call, run.n)


def _arguments(play: Play, arguments: Arguments) -> dict[str, object]:
    gated = play.office.rule.mode is not Mode.NEVER
    return {**({"because": "It was asked for."} if gated else {}), **plain(arguments)}


def _replace(play: Play, fact: facts.ArgumentsChanged) -> None:
    """The model can change nothing: it takes back what is open, and what is ready is void by the word that made it think."""
    call = _call(play, fact.request)
    if not isinstance(call.phase, Asked | Previewing | Ready) or _is_unknown(call):
        return
    name = thread_of(call.id)
    _set_aside(play, fact.request)
    play.speak(name, PASSER_BY, "Please take the other one.")
    if call.begun:
        play.rest(name)
        return
    after = _call(play, fact.request)
    use: Use = ("push_tag", _arguments(play, fact.arguments))
    if isinstance(after.phase, Asked | Previewing):
        back: Use = ("withdraw", {"request": after.request, "reason": "changed"})
        _, play.calls[fact.request] = play.decide(name, back, use)
    else:
        (play.calls[fact.request],) = play.decide(name, use)
    PINS[play.calls[fact.request]] = PINS.get(call.id, "p1")


def _set_aside(play: Play, request: str) -> None:
    """What is said now about this request re-issues the others of its thread, which the oracle does not hear of."""
    name = thread_of(play.calls[request])
    others = [each for each, id in play.calls.items() if thread_of(id) == name and each != request]
    play.over.update(others)


def _is_unknown(call: Call) -> bool:
    return isinstance(call.phase, Asked) and call.phase.about == "unknown"


def _withdraw(play: Play, fact: facts.Withdrawn) -> None:
    """A withdrawal that comes while the model is not asked changes nothing."""
    call = _call(play, fact.request)
    name = thread_of(call.id)
    if isinstance(call.phase, Asked | Previewing):
        _set_aside(play, fact.request)
        play.speak(name, PASSER_BY, "Leave it.")
    after = _call(play, fact.request)
    play.decide(name, ("withdraw", {"request": after.request, "reason": "changed"}))
    play.rest(name)


# ---- people --------------------------------------------------------------------------------------------------
async def _show(play: Play, fact: facts.CardShown) -> None:
    call = _call(play, fact.request)
    if not play.is_current(fact.request, fact.version):
        return  # Nobody is shown an older one: it came to be older by what neither side is asked about.
    play.unseen.discard(call.id)
    if isinstance(call.phase, Previewing):
        await play.show(call)


def _press(play: Play, fact: facts.Decision) -> None:
    call = play.call(fact.request)
    request, digest = _named(play, fact, call)
    verdict = Verdict(
        id=f"press {fact.id}" if fact.id else play.id("press"),
        actor=play.office.name(fact.by),
        request=request,
        word=WORDS[fact.word],
        digest=digest,
        text=fact.text,
        arguments=dict(plain(fact.arguments)),
        channel=fact.by.channel,
        to=fact.to,
        until=fact.until * 1000,
    )
    if fact.pattern is not None and _is_grant(play, fact, call):
        verdict = granting(verdict, play.office.rule.grant_minutes or 10)
    name = thread_of(request)
    _note(play, fact, request, verdict)
    before = play.call(fact.request)
    play.tell(name, verdict)
    after = play.call(fact.request)
    if before and after and after.proposal.arguments != before.proposal.arguments:
        play.edited.setdefault(before.id, set()).add(verdict.actor)
    play.rest(name)


def _note(play: Play, fact: facts.Decision, request: str, verdict: Verdict) -> None:
    """What is accepted by it, if it counts."""
    is_order = fact.word is Said.ANSWER and fact.text == "retry"
    if fact.word is Said.ACCEPT or is_order:
        call, _, version = request.rpartition("-v")
        said = Accept(
            verdict.actor,
            call,
            int(version),
            play.now,
            fact.by.channel,
            is_grant=bool(verdict.minutes),
            is_order=is_order,
        )
        play.accepts.append(said)


def _is_grant(play: Play, fact: facts.Decision, call: Call | None) -> bool:
    """A grant takes one person, and is for the like of the card on which it is given: whatever else is an approval here."""
    given = call.proposal.arguments if call else {}
    asked = tuple((name, value) for name, value in given.items() if isinstance(value, str | int))
    if fact.word is not Said.ACCEPT or fact.request in play.over:
        return (
            False  # Of what is judged no more nothing is granted that the oracle has not heard of.
        )
    if not play.office.rule.grant_minutes:
        return True  # And is refused by both.
    if play.office.rule.needs(asked) > 1:
        return False
    return all(value in ("*", given.get(name)) for name, value in fact.pattern or ())


def _named(play: Play, fact: facts.Decision, call: Call | None) -> tuple[str, str]:
    """The showing that a press names, and the digest of the card it was made on."""
    shown = play.versions.get((fact.request, fact.version))
    if shown is None or shown.call in play.unseen:
        forged = f"{call.id}-v{call.version + 1}" if call else f"{next(iter(play.threads))}-0-0-v1"
        return forged, "of no card"
    if call and shown.call == call.id and isinstance(call.phase, Asked) and call.begun:
        return (
            call.request,
            shown.digest,
        )  # An unknown outcome is asked about in a showing of its own.
    return f"{shown.call}-v{shown.version}", shown.digest if fact.digest == shown.told else "other"


def _type(play: Play, fact: facts.WordTyped) -> None:
    """A verdict is typed to nobody; a remark that asks the bot mentions it."""
    thread = play.threads.get(fact.thread)
    if thread is None:
        return  # Nobody asked for anything there yet.
    others = [name for name, id in play.calls.items() if thread_of(id) == fact.thread]
    if words.read(fact.text) and any(name in play.over for name in others):
        play.over.update(
            others
        )  # Which of them is meant depends on what the oracle does not hear of.
    by = play.office.name(fact.by)
    speaks = by in _deciders(play, thread) if words.read(fact.text) else fact.addressed
    if play.office.knows(fact.by) and speaks:
        written = fact.at if fact.written_at is None else fact.written_at
        play.accepts += [
            Accept(by, call.id, call.version, play.now, fact.by.channel, is_typed=True)
            for call in thread.calls
            if read(fact.text).said is Approves.APPROVE and isinstance(call.phase, Asked)
        ]
        play.speak(fact.thread, by, fact.text, fact.by.channel, written * 1000)
        play.rest(fact.thread)
        return
    where = Address(channel=fact.by.channel, locator=fact.thread)
    noted = MessageNoted(id=play.id("m"), actor=by, address=where, text=fact.text)
    play.tell(fact.thread, noted)


def _deciders(play: Play, thread: Thread) -> set[str]:
    found = {thread.requester, *play.office.agent.approvers}
    for each in pending(thread):
        found.update(each.deciders(play.now) if isinstance(each, Approval) else each.asked)
    return found


# ---- the engine ----------------------------------------------------------------------------------------------
async def _claim(play: Play, call: Call) -> None:
    run = await play.look(call)
    if run and run.run == 1:
        play.claim(call, run)


def _find(play: Play, call: Call) -> None:
    """A call that was claimed and at which nobody is."""
    if not isinstance(call.phase, Started):
        return
    run = play.run(call)
    if run:
        play.claim(call, run)
    else:
        play.doubt(call)


def _end(play: Play, fact: facts.Ended) -> None:
    call = _call(play, fact.request)
    if call.begun:
        play.end(call, fact.n, returned=fact.returned)


def _halt(play: Play, fact: facts.Halted | facts.Resumed) -> None:
    play.halted = isinstance(fact, facts.Halted)
    event: Sequence[type[Paused | Resumed]] = (Paused, Resumed)
    for name in play.threads:
        play.tell(name, event[isinstance(fact, facts.Resumed)](id=play.id()))
        play.rest(name)
