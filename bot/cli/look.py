"""Look: where threads stand and what happened in them. Reading changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from time import time
from typing import Annotated, cast

from cyclopts import Parameter

from bot.app import App
from bot.cli import parts, requests
from bot.cli.cards import card
from bot.cli.errors import Wrong
from bot.cli.grant import grant_row
from bot.cli.grant import standing as grants_in
from bot.cli.halt import halt_row, warn_of_halts
from bot.cli.output import clock, moment, say, say_json, table
from bot.cli.parts import AsJson
from bot.cli.stand_ins import standing_in
from bot.cli.story import stands, story
from bot.core import log as rendering
from bot.core.deciders import left
from bot.core.events import Event, Unknown
from bot.core.halts import told_by
from bot.core.outbox import Approval, Hold, Offer, Question, UnknownOutcome, Waiting
from bot.core.outbox import pending as waiting_in
from bot.core.reducer import replay
from bot.core.thread import Asked, Thread
from bot.core.visible import on_one_line
from bot.engine.standing import GONE, HouseFacts, Standing, reading

Json = dict[str, object]
Events = Annotated[bool, Parameter("--events", help="The log itself.")]
Context = Annotated[bool, Parameter("--context", help="What the model would be shown.")]


async def pending(*, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        standings = await app.desk.standings()
        threads = [each.thread for each in standings if each.thread and waiting_in(each.thread)]
        _warn(standings)
        warn_of_halts(told_by(await app.desk.house()))
        held = _held(standings)
        if as_json:
            rows = [row for thread in threads for row in await _rows(app, thread)]
            say_json([{**row, **_holds(held.get(str(row["request"]), []))} for row in rows])
            return
        cards = [card(waiting) for thread in threads for waiting in waiting_in(thread)]
        say("\n\n".join(cards) or "Nothing waits for a human.")
        for request, waiting in held.items():
            say(f"\n{request} holds {', '.join(waiting)}.")


async def status(thread: str = "", /, *, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        threads = [await parts.standing(app, thread)] if thread else await app.desk.standings()
        if as_json:
            say_json([_standing(each) for each in threads])
            return
        warn_of_halts(told_by(await app.desk.house()))
        if threads:
            shown = [_shown(each) for each in threads]
            table(("thread", "agent", "phase", "waiting for", "changed"), shown)
        else:
            say(await _none(app))


async def _none(app: App) -> str:
    """Why there is nothing to show: an empty house, or one whose index is lost."""
    if logs := await app.store.logged():
        return f"No index names a thread, but there are logs of {len(logs)}: bot rebuild."
    return "There are no threads yet: bot launch AGENT TEXT."


async def show(
    thread: str, /, *, events: Events = False, context: Context = False, as_json: AsJson = False
) -> None:
    if events and context:
        raise Wrong("Choose one of --events and --context.")
    async with parts.bare() as app:
        log = await parts.events(app, thread)
        letter, house = await app.store.letter(thread), await app.desk.house()
    if context:
        with reading(thread):
            blocks = list(rendering.blocks(log, thread))
        say_json(blocks) if as_json else say("\n\n".join(blocks))
    elif events or as_json:
        rows = [_event(seq, event) for seq, event in enumerate(log, start=1)]
        say_json(rows) if as_json else say("\n".join(_line(row) for row in rows))
    else:
        with reading(thread):
            standing = parts.folded(thread, log, letter).under(HouseFacts(house))
            lines = [*story(thread, log), stands(standing)]
        say("\n".join(lines))


def _held(standings: Sequence[Standing]) -> dict[str, list[str]]:
    """By the request about a limit of all threads, those that wait for it."""
    found: dict[str, list[str]] = {}
    for each in standings:
        if each.short and each.short.request:
            found.setdefault(each.short.request, []).append(each.id)
    return found


def _holds(threads: list[str]) -> Json:
    return {"holds": threads} if threads else {}


# ---- pending ---------------------------------------------------------------------------------------------------------
async def _rows(app: App, thread: Thread) -> list[Json]:
    """The open requests as JSON. Read with the log at hand, for only it knows when somebody was asked."""
    log = await parts.events(app, thread.id)
    with reading(thread.id):
        asked_at = requests.asked_at(thread.id, log)
    now = replay(thread.id, log)
    return [_row(now, waiting, asked_at.get(waiting.request)) for waiting in waiting_in(now)]


def _row(thread: Thread, waiting: Waiting, asked_at: int | None) -> Json:
    call = thread.call(waiting.request)
    assert call is not None, "whatever waits is a call of its thread"
    phase = call.phase
    return {
        "request": waiting.request,
        "thread": thread.id,
        "kind": "approval" if isinstance(waiting, Approval) else "question",
        "tool": call.proposal.tool,
        "arguments": call.proposal.arguments,
        "digest": waiting.digest if isinstance(waiting, Approval) else None,
        "question": _question(waiting),
        "choices": [] if isinstance(waiting, Approval) else list(waiting.choices),
        "asked_at": moment(asked_at),
        "expires_at": moment(phase.until) if isinstance(phase, Asked) else None,
        "asked_of": list(_asked_of(waiting)),
        **({"unreached": list(waiting.unreached)} if waiting.unreached else {}),
        **(_deputies(waiting) if isinstance(waiting, Approval) and waiting.in_place else {}),
        **(_grant(waiting.grant) if isinstance(waiting, Approval) and waiting.grant else {}),
    }


def _asked_of(waiting: Waiting) -> Iterator[str]:
    """Whoever can still decide now, be it in another's place."""
    if not isinstance(waiting, Approval):
        yield from waiting.asked
        return
    yield from (*left(waiting), *standing_in(waiting, int(time() * 1000)))


def _deputies(waiting: Approval) -> Json:
    """Who decides in whose place, and from when until when."""
    return {
        "deputies": [
            {
                "person": each.person,
                "of": each.of,
                "since": moment(each.since),
                "until": moment(waiting.until),
            }
            for each in waiting.in_place
        ]
    }


def _grant(offer: Offer) -> Json:
    """What may be granted besides, where anything may."""
    return {"grant": {"minutes": offer.minutes, "same": dict(offer.same)}}


def _question(waiting: Waiting) -> str:
    match waiting:
        case Question(question=text):
            return text
        case Approval(text=text) | UnknownOutcome(text=text) | Hold(text=text):
            return text


# ---- status ----------------------------------------------------------------------------------------------------------
def _standing(standing: Standing) -> Json:
    thread = standing.thread
    granted = grants_in(standing)
    return {
        "thread": standing.id,
        "agent": thread.agent if thread else "",
        "phase": standing.phase,
        "address": thread.address.model_dump() if thread and thread.address else None,
        "waiting_for": standing.waiting_for or None,
        "updated_at": moment(thread.at if thread else standing.at),
        **({"halted": halt_row(standing.halt)} if standing.halt else {}),
        **({"grants": [grant_row(each) for each in granted]} if granted else {}),
    }


def _shown(standing: Standing) -> tuple[str, str, str, str, str]:
    thread = standing.thread
    agent, at = (thread.agent, thread.at) if thread else ("", standing.at)
    return standing.id, agent, standing.phase, standing.waiting_for, clock(at)


def _warn(standings: Sequence[Standing]) -> None:
    """Say on stderr which threads may have something that is not shown."""
    for standing in standings:
        if standing.thread is None:
            print(on_one_line(standing.trouble or f"{standing.id}: {GONE}."), file=sys.stderr)  # noqa: T201 - stdout is for what waits


# ---- show ------------------------------------------------------------------------------------------------------------
def _line(row: Json) -> str:
    rest = {name: value for name, value in row.items() if name not in ("seq", "type", "at")}
    return f"{row['seq']:>4}  {row['at']}  {row['type']}  {json.dumps(rest, ensure_ascii=False)}"


def _event(seq: int, event: Event) -> Json:
    """An event with its place on the log, counted from 1; one that cannot be read, as it was stored."""
    head: Json = {"seq": seq, "id": event.id, "type": event.type, "at": moment(event.at)}
    if isinstance(event, Unknown):
        return {**head, "actor": event.actor, "v": event.v, "raw": _raw(event.raw)}
    fields = cast("Json", event.model_dump(mode="json", exclude={"id", "type", "at"}))
    return {**head, "actor": event.actor, **fields}


def _raw(text: str) -> object:
    try:
        return cast("object", json.loads(text))
    except (json.JSONDecodeError, RecursionError):
        return text
