"""Proof: shown from the log alone: what the model was sent, and that folding it again gives the same thread."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter
from msgspec import Struct, structs
from pydantic import BaseModel

from bot.app import App, decider
from bot.cli import parts, requests
from bot.cli.errors import Failed
from bot.cli.output import say, say_json
from bot.cli.parts import AsJson
from bot.core.codec import decode, digest, digest_of, encode
from bot.core.events import DecideFailed, Event, StepDecided, Unknown
from bot.core.ids import Ids
from bot.core.lineage import copied, home
from bot.core.log import log_of
from bot.core.reducer import replay as fold
from bot.core.thread import Thread

Check = Annotated[
    bool,
    Parameter("--check", help="Also fold it through its stored form, and compare."),
]


async def prompt(thread: str, /) -> None:
    """Rendering is a function of log and agent; the digest in the log proves that it is still the same one."""
    async with parts.whole() as app:
        log = await parts.events(app, thread)
        body = await sent(app, thread, log, _last_asked(thread, log))
    sys.stdout.flush()
    sys.stdout.buffer.write(body + (b"\n" if sys.stdout.isatty() else b""))


async def sent(
    app: App, thread: str, log: Sequence[Event], asked: StepDecided | DecideFailed
) -> bytes:
    """The bytes of this request, proved by their digest; Failed where they cannot be made any more."""
    name, seen = seen_by(thread, log, asked)
    agent = parts.agent(app, fold(name, seen).agent)
    asking = decider(app)
    # Blocks that were copied have the first thread's name; the copy keeps their pictures itself.
    told = log_of(seen, name)
    blobs = await asking.blobs(thread, told)
    body = asking.request(agent, name, told, asked.model, blobs)
    if digest_of(body) == asked.request:
        return body
    raise Failed(
        f"What was sent cannot be shown: {agent.name}, its model or the settings changed since."
    )


def seen_by(
    thread: str, log: Sequence[Event], asked: StepDecided | DecideFailed
) -> tuple[str, list[Event]]:
    """The thread in whose name the model was asked, and its events: what was copied was asked in the first one's."""
    name = home(log, log.index(asked), thread)
    return name, copied(log[: asked.seen], thread, name)


def _last_asked(thread: str, log: Sequence[Event]) -> StepDecided | DecideFailed:
    asked = [e for e in log if isinstance(e, StepDecided | DecideFailed) and e.request]
    if not asked:
        raise Failed(f"The model has not been asked in {thread} yet.")
    return asked[-1]


async def replay(thread: str, /, *, check: Check = False, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        log = await parts.events(app, thread)
    straight = state_hash(fold(thread, log))
    if check:
        _compare(thread, log, straight)
    if as_json:
        say_json({"thread": thread, "head": len(log), "hash": straight})
        return
    same = ", the same through its stored form" if check else ""
    say(f"{thread} head {len(log)} hash {straight}{same}")


def _compare(thread: str, log: Sequence[Event], straight: str) -> None:
    unread = [
        f"{seq} ({event.type})"
        for seq, event in enumerate(log, start=1)
        if isinstance(event, Unknown)
    ]
    if unread:
        raise Failed(f"Events that this version cannot read: {', '.join(unread)}.")
    stored = [decode(event.at, encode(event)) for event in log]
    *_, last = requests.states(thread, stored)
    if state_hash(last) != straight:
        raise Failed(
            f"Folded through its stored form, {thread} is another thread; {_where(thread, log)}."
        )


def _where(thread: str, log: Sequence[Event]) -> str:
    """The first event after which the two folds differ."""
    stored = (decode(event.at, encode(event)) for event in log)
    pairs = zip(requests.states(thread, log), requests.states(thread, list(stored)), strict=True)
    for seq, (one, other) in enumerate(pairs, start=1):
        if state_hash(one) != state_hash(other):
            return f"they part at event {seq}"
    return "event by event they agree"


def state_hash(thread: Thread) -> str:
    """One text for one state: the same for equal threads, whoever folded them."""
    return digest(_plain(thread))


def _plain(value: object) -> object:
    """The value as JSON would have it, with the names of its types: an idle thread is not an empty one."""
    match value:
        case Ids():
            return sorted(value)
        case BaseModel():
            return {"": type(value).__name__, **value.model_dump(mode="json")}
        case tuple() | list():
            return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case Struct():
            named = {name: _plain(each) for name, each in structs.asdict(value).items()}
            return {"": type(value).__name__, **named}
        case _:
            return value
