"""Fork: a thread that begins as a copy of another, up to an event, and goes on by itself in a place of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from bot.cli import parts
from bot.cli.errors import Failed, Wrong
from bot.cli.output import note, say, say_json
from bot.cli.parts import As, AsJson
from bot.cli.requests import open_requests, states
from bot.core.events import Event, Forked, MessageReceived
from bot.core.reducer import replay
from bot.core.status import phase
from bot.core.thread import Started, Thread
from bot.core.values import Address
from bot.engine.standing import Standing
from channels.console.channel import CHANNEL

At = Annotated[
    int | None,
    Parameter("--at", help="The last event to copy: its seq in `bot show --events`; default all."),
]
Text = Annotated[
    str | None,
    Parameter(
        "--say", allow_leading_hyphen=True, help="A first message to it, so that it goes on."
    ),
]
Locator = Annotated[
    str,
    Parameter("--address", help="The console thread it lives in: named twice, it is made once."),
]


async def fork(
    thread: str,
    /,
    *,
    at: At = None,
    text: Text = None,
    address: Locator = "",
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    async with parts.acting() as app:
        standing, log = await parts.told(app, thread)
        head = _head(thread, log, at)
        forked = Forked(
            id=_id("fork"),
            actor=parts.actor(app, as_),
            parent=thread,
            head=head,
            address=Address(channel=CHANNEL, locator=address or uuid4().hex[:12]),
        )
        said = _said(thread, forked, text)
        child = await app.desk.fork(thread, forked, *said)
        now = _checked(child, await app.desk.events(child), forked)
    notes = [*_notes(replay(thread, log[:head]), now, forked), *_stuck(standing)]
    if as_json:
        place = now.address.model_dump() if now.address else None
        say_json(
            {
                "thread": child,
                "parent": thread,
                "head": head,
                "address": place,
                "phase": phase(now),
                "notes": notes,
            }
        )
        return
    say(child)
    for line in notes:
        note(line)


def _id(what: str) -> str:
    return f"{CHANNEL}:{what}:{uuid4().hex}"


# ---- what can be copied ----------------------------------------------------------------------------------------------
def _head(thread: str, log: Sequence[Event], at: int | None) -> int:
    head = len(log) if at is None else at
    said = (seq for seq, state in enumerate(states(thread, log), start=1) if state.address)
    first = next(said, None)
    if first is None:
        raise Failed(f"Nobody has said anything in {thread} yet: there is nothing to copy.")
    if not first <= head <= len(log):
        nearest = min(max(head, first), len(log))
        raise Wrong(
            f"There is no event {head} of {thread} to copy up to (did you mean {nearest}?): "
            f"--at takes {first} to {len(log)}."
        )
    then = replay(thread, log[:head])
    if seq := then.unreadable:
        raise Failed(
            f"Event {seq} of {thread} cannot be read, and may have been a denial: fork from an earlier one by --at."
        )
    if then.newer:
        raise Failed(
            f"A newer version of the bot has written in {thread} before event {head}: fork with that one, or earlier."
        )
    return head


def _said(thread: str, forked: Forked, text: str | None) -> tuple[Event, ...]:
    """The message that the copy goes on from, in the same commit."""
    if text is None:
        return ()
    if parts.says_nothing(text) or forked.address is None:
        raise Wrong(f"Say what the copy is to do: bot fork {thread} --say TEXT.")
    said = MessageReceived(id=_id("say"), actor=forked.actor, address=forked.address, text=text)
    return (said,)


# ---- what was made ---------------------------------------------------------------------------------------------------
def _checked(child: str, log: Sequence[Event], forked: Forked) -> Thread:
    """The copy as it is now; Failed where something else lives in its place."""
    begun = next((event for event in reversed(log) if isinstance(event, Forked)), None)
    if begun is None or (begun.parent, begun.head) != (forked.parent, forked.head):
        raise Failed(f"{child} lives at this address already, and is no such copy.")
    return replay(child, log)


def _stuck(standing: Standing) -> Iterator[str]:
    """That the engine could not go on with the parent, which no copied event tells."""
    if letter := standing.letter:
        yield f"In {standing.id} {letter.failure}; what stopped it may stop the copy too."


def _notes(then: Thread, now: Thread, forked: Forked) -> Iterator[str]:
    """What it leaves behind, and how it goes on."""
    parent, locator = forked.parent, now.address.locator if now.address else ""
    if forked.id not in now.ids:
        yield f"{now.id} was there already; nothing was written."
        return
    yield f"It lives at {CHANNEL} {locator}; {parent} and its place hear nothing of it."
    for call in then.calls:
        if isinstance(call.phase, Started):
            yield f"{call.proposal.tool} was under way in {parent} at event {forked.head}: it is never run or asked about here."
    if left := open_requests(then):
        yield f"Open in {parent} at event {forked.head}, and never here: {', '.join(left)}."
    if now.paused:
        yield f"It is paused, as {parent} was: bot resume {now.id}."
    if forked.head == now.head - 1:
        speak = f"bot launch {now.agent} TEXT --address {locator}"
        yield f"It rests until somebody speaks: {speak}."
