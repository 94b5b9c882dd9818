"""Asks: one open request as something a thread waits for: who may still decide it, who may not and why, and by what words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import time

from bot.cli import holds
from bot.cli.output import clock
from bot.cli.put import came_back, put
from bot.cli.stand_ins import answering, stand_ins, standing_in
from bot.cli.wait import Wait
from bot.core import addresses, asides, deciders, deputies
from bot.core.outbox import Approval, Hold, Question, UnknownOutcome, Waiting
from bot.core.thread import Asked, Call, Thread
from bot.core.values import Card
from channels.console.channel import CHANNEL


def speak(thread: Thread, what_it_does: str) -> Wait:
    """That a message moves this thread, and how one is sent to where it lives."""
    place, text = thread.address, f"It waits for nothing; a message {what_it_does}."
    if place is None:
        return Wait(what="message", text="Nobody has said anything in it yet.")
    if place.channel == CHANNEL:
        command = f"bot launch {thread.agent} TEXT --address {place.locator}"
        return Wait(what="message", text=text, commands=(command,))
    note = f"a message in its place {what_it_does}: {place.channel} {place.locator}"
    return Wait(what="message", text=text, notes=(note,))


def ask(thread: Thread, call: Call, waiting: Waiting, file: str) -> Wait:
    """What waits for a human."""
    match waiting:
        case Approval():
            assert call.card is not None, "a call is asked about only after its preview"
            return _approval(thread, call, waiting, call.card, file)
        case Question():
            return _question(call, waiting, file)
        case UnknownOutcome():
            return _unknown(thread, call, waiting, file)
        case Hold():
            return _hold(thread, call, waiting, file)


# ---- approvals -------------------------------------------------------------------------------------------------------
def _approval(thread: Thread, call: Call, waiting: Approval, card: Card, file: str) -> Wait:
    request, tool, votes = waiting.request, waiting.tool, waiting.votes
    missing, left, suffices = (
        deciders.missing(waiting),
        deciders.left(waiting),
        deciders.suffices(waiting),
    )
    now = int(time() * 1000)
    here = is_decided_here(card.channels)
    approve = (f"bot approve {request}",) if here and suffices else ()
    return Wait(
        what="approval",
        text=f"{tool} waits for approval (version {call.version} of its card): {len(votes)} of {card.quorum} so far.",
        until=waiting.until,
        of=(*_of(call, left), *standing_in(waiting, now)),
        call=call.id,
        tool=tool,
        request=request,
        version=call.version,
        votes=votes,
        missing=missing,
        barred=tuple(
            (name, f"{why}, and self_approval is denied") for name, why in deciders.excuses(waiting)
        ),
        notes=(
            *_shown(thread, call),
            f"asked for by {', '.join(waiting.askers) or 'nobody'}",
            *stand_ins(waiting, now),
            *_terms(card),
            *_asides(call),
            *_mend(file, waiting),
            *(f"nobody decides through {group}: {why}" for group, why in card.unread.items()),
        ),
        commands=(
            *approve,
            f"bot deny {request} --reason TEXT",
            *((f"bot edit {request} --arguments JSON",) if here else ()),
            *(() if suffices else (f"bot approvers {thread.id} --add NAME",)),
        ),
    )


def is_decided_here(channels: Sequence[str]) -> bool:
    """Whether a command may approve or change what a policy of these channels asks about."""
    return not channels or CHANNEL in channels


def _of(call: Call, left: tuple[str, ...]) -> tuple[str, ...]:
    """Those approvers who have not said that they will not decide; all of them, where nobody else would be left."""
    return tuple(name for name in left if name in asides.waits_for(call)) or left


def _shown(thread: Thread, call: Call) -> Iterator[str]:
    match call.phase:
        case Asked(shown=None, told=told, copy=copy) if copy >= len(addresses.of(thread, call)):
            if not told:
                yield "its card could not be delivered; bot pending shows it"
        case Asked(shown=None):
            yield "its card is still on its way"
        case _:
            pass
    yield from put(call)


def _asides(call: Call) -> Iterator[str]:
    """Who of those who are asked has nothing of it, and what others said instead of deciding."""
    yield from came_back(call.unreached)
    for each in call.asides:
        match each.word:
            case "pass":
                yield f"{each.by} passed it to {each.to}"
            case "later":
                yield f"{each.by} wants to be asked again at {clock(each.until)}"
            case _:
                yield f"{each.by} will not decide on it"


def _terms(card: Card) -> Iterator[str]:
    if card.channels:
        yield f"approvals count from {' or '.join(card.channels)} alone"
    if not card.typed:
        yield "the word approve in the thread does not count (words: denied); the button or the command does"


def _mend(file: str, waiting: Approval) -> Iterator[str]:
    """What makes a request decidable that nobody, or too few, may decide."""
    if deciders.suffices(waiting):
        return
    ways = "name more approvers or allow self_approval" if waiting.approvers else "name approvers"
    yield f"{short(waiting)}: {ways} in {file}, {_ANEW}"


def short(waiting: Approval) -> str:
    """That too few can approve it as it stands."""
    left = ", ".join(deciders.left(waiting))
    return f"{f'only {left}' if left else 'nobody'} may approve it as it stands"


_ANEW = "start the workers anew, and say something in the thread: a new card is made"


# ---- questions -------------------------------------------------------------------------------------------------------
def _question(call: Call, waiting: Question, file: str) -> Wait:
    now = int(time() * 1000)
    return Wait(
        what="answer",
        text=f"A question is open: {waiting.question}",
        until=waiting.until,
        of=tuple(dict.fromkeys((*asides.waits_for(call), *deputies.lent(call, now)))),
        call=call.id,
        tool=call.proposal.tool,
        request=waiting.request,
        version=call.version,
        notes=(
            *_numbered(waiting.choices),
            *answering(call, waiting.until, now),
            *_asides(call),
            *_nobody(waiting.asked, file),
        ),
        commands=(f"bot answer {waiting.request} {'1' if waiting.choices else 'TEXT'}",),
    )


def _numbered(choices: tuple[str, ...]) -> Iterator[str]:
    return (f"{number}. {choice}" for number, choice in enumerate(choices, start=1))


def _nobody(asked: tuple[str, ...], file: str) -> Iterator[str]:
    if not asked:
        yield f"nobody may answer it: set BOT_OWNER or name approvers in {file}; bot cancel lets it go"


def _unknown(thread: Thread, call: Call, waiting: UnknownOutcome, file: str) -> Wait:
    retry_at = clock(waiting.may_retry_at)
    return Wait(
        what="outcome",
        text=f"{waiting.tool} was started {clock(waiting.started_at)}, and nobody knows whether it happened.",
        of=waiting.asked,
        call=call.id,
        tool=waiting.tool,
        request=waiting.request,
        version=call.version,
        notes=(f"it may be retried from {retry_at}", *_nobody(waiting.asked, file)),
        commands=(f"bot resolve {thread.id} {call.id} happened|retry|give-up",),
    )


# ---- limits ----------------------------------------------------------------------------------------------------------
def _hold(thread: Thread, call: Call, waiting: Hold, file: str) -> Wait:
    request = waiting.request
    return Wait(
        what="limit",
        text=f"It is held at a limit ({waiting.why}): {holds.used(thread, waiting)}",
        of=waiting.asked,
        call=call.id,
        tool=waiting.why,
        request=request,
        version=call.version,
        notes=(
            *_numbered(waiting.choices),
            holds.going_on(thread, waiting.why),
            holds.stopping(waiting.why),
            *_nobody(waiting.asked, file),
        ),
        commands=(f"bot answer {request} 1", f"bot answer {request} 2"),
    )
