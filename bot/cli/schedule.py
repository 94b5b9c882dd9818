"""Schedule: when the agents begin by themselves, what became of it, and one more time now."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Literal
from uuid import uuid4

from cyclopts import Parameter

from bot.app import App, served
from bot.cli import parts, wording
from bot.cli.clock_health import sleep_words
from bot.cli.errors import Failed, Wrong
from bot.cli.halt import warn_of_halts
from bot.cli.output import clock, moment, note, say, say_json, table
from bot.cli.parts import As, AsJson
from bot.core.events import Paused, Resumed
from bot.core.halts import told_by
from bot.core.slots import Slot
from bot.kit.slotbook import Fate
from bot.setup.clock import asleep, everything, following
from bot.setup.outcomes import fates
from bot.setup.slots import Slots
from channels.cron.clock import Busy, Unheard
from channels.cron.digest import WINDOW, Seen, failures
from channels.cron.entry import Entry

Json = dict[str, object]
MOST_SHOWN = 1_000
Action = Literal["list", "next", "history", "run-now", "pause", "resume"]
What = Annotated[Action, Parameter(help="What is wanted; list if nothing is said.")]
Name = Annotated[str, Parameter(help="AGENT/NAME, or the name alone where one agent has it.")]
Count = Annotated[int, Parameter("--count", help="With next and history: how many.")]


async def schedule(
    what: What = "list",
    name: Name = "",
    /,
    *,
    count: Count = 0,
    as_: As = "",
    as_json: AsJson = False,
) -> None:
    if not name and what not in ("list", "next"):
        raise Wrong(f"Say which: bot schedule {what} NAME; bot schedule list names them.")
    if not 0 <= count <= MOST_SHOWN:
        raise Wrong(f"--count is from 1 to {MOST_SHOWN:,}.")
    async with parts.whole() as app:
        chosen = await _chosen(app, name)
        warn_of_halts(told_by(await app.desk.house()))
        match what:
            case "list":
                await _list(app, chosen, as_json=as_json)
            case "next":
                await _next(app, chosen, count or 3, as_json=as_json)
            case "history":
                await _history(app, chosen[0], count or 20, as_json=as_json)
            case "run-now":
                await _run_now(app, chosen[0], parts.actor(app, as_), as_json=as_json)
            case "pause" | "resume":
                await _pause(app, chosen[0], what, parts.actor(app, as_), as_json=as_json)


async def _chosen(app: App, name: str) -> list[Entry]:
    """The one of this name; all of them where none is said."""
    known = await everything(app.house.agents, Slots(app.store, app.desk))
    found = [entry for entry in known if name in ("", entry.id, entry.schedule.name)]
    if name and len(found) > 1:
        raise Wrong(f"{name} is a schedule of several agents: {', '.join(e.id for e in found)}.")
    if name and not found:
        raise wording.wrong("schedule", name, [entry.id for entry in known])
    return found


# ---- list and next -------------------------------------------------------------------------------
async def _list(app: App, chosen: list[Entry], *, as_json: bool) -> None:
    rows = [await _row(app, entry) for entry in chosen]
    if as_json:
        say_json(rows)
    elif rows:
        columns = ("schedule", "when", "time zone", "next", "speaks at", "state", "last")
        table(columns, [[str(row[name] or "") for name in _SHOWN] for row in rows])
        await _tell_of_sleep(app, chosen)
    else:
        say("No agent has a schedule: write one under schedules in its agent.md.")


_SHOWN = ("schedule", "cron", "time_zone", "next_local", "address", "state", "last_outcome")


async def _row(app: App, entry: Entry) -> Json:
    book, said = Slots(app.store, app.desk), entry.schedule
    kept = await book.kept(entry.id)
    paused = kept.paused if kept else ""
    at = next(await following(book, entry), None)
    last = [_told(*each) for each in await fates(app.desk, await book.history(entry.id), 1)]
    since, failed = await _fails(book, entry)
    fails = f"fails, {failed} since {clock(since)}" if since else ""
    state = "suspended" if said.suspend else f"paused by {paused}" if paused else fails or "runs"
    return {
        "schedule": entry.id,
        "agent": entry.agent,
        "name": said.name,
        "cron": said.schedule,
        "words": said.cron.words,
        "time_zone": said.time_zone,
        "address": said.address,
        "fallback": said.fallback,
        "prompt": said.prompt,
        "creator": entry.creator or app.settings.owner or None,
        "missed": str(said.missed),
        "starting_deadline_seconds": said.starting_deadline_seconds,
        "concurrency_policy": said.concurrency_policy,
        "state": state,
        "failed": failed,
        "failing_since": moment(since or None),
        "next": moment(at),
        "next_local": _local(entry, at),
        "last_outcome": last[0]["outcome"] if last else None,
        "last": last[0] if last else None,
    }


async def _fails(book: Slots, entry: Entry) -> tuple[int, int]:
    """Since when it fails, and how often it has; 0 where it does not."""
    fared = await book.fared(entry.id)
    if fared is None or not fared.since:
        return 0, 0
    latest = await book.latest(entry.id, WINDOW)
    seen = [Seen(slot, await book.fate(entry.id, slot)) for slot in latest]
    return fared.since, failures(fared, seen, await book.now())


def _local(entry: Entry, at: int | None) -> str:
    return f"{entry.schedule.cron.local(at):%a %Y-%m-%d %H:%M %Z}" if at is not None else "never"


async def _next(app: App, chosen: list[Entry], count: int, *, as_json: bool) -> None:
    rows, book = list[Json](), Slots(app.store, app.desk)
    for entry in chosen:
        for at in islice(await following(book, entry), count):
            rows.append({"schedule": entry.id, "at": moment(at), "local": _local(entry, at)})
    if as_json:
        say_json(rows)
    else:
        shown = [[str(row[name]) for name in ("schedule", "local", "at")] for row in rows]
        table(("schedule", "local time", "in UTC"), shown) if rows else say("No slot is to come.")
        await _tell_of_sleep(app, chosen)


async def _tell_of_sleep(app: App, chosen: list[Entry]) -> None:
    for entry in chosen:
        if until := await asleep(Slots(app.store, app.desk), entry):
            text, mend = sleep_words(entry.id, until)
            note(f"{text}. To mend it: {mend}.")


# ---- history -------------------------------------------------------------------------------------
async def _history(app: App, entry: Entry, count: int, *, as_json: bool) -> None:
    book = Slots(app.store, app.desk)
    found = await fates(app.desk, await book.history(entry.id), count)
    rows = [_told(*each) for each in found]
    if as_json:
        say_json(rows)
    elif rows:
        names = ("slot", "until", "outcome", "why", "thread", "phase")
        shown = [[str(row[name] or "") for name in names] for row in rows]
        table(("slot", "until", "outcome", "why", "thread", "now"), shown)
    else:
        say(f"No slot of {entry.id} has come since a clock first saw it.")


def _told(slot: Slot, found: Fate) -> Json:
    return {
        "slot": moment(slot.at),
        "until": moment(slot.last or None),
        "count": slot.count,
        "outcome": found.outcome,
        "why": found.why,
        "thread": slot.thread or None,
        "phase": found.phase or None,
        "by": slot.person or "clock",
    }


# ---- words ---------------------------------------------------------------------------------------
async def _run_now(app: App, entry: Entry, person: str, *, as_json: bool) -> None:
    try:
        thread = await served(app).run_now(entry, person)
    except Busy as error:
        raise Failed(f"{entry.id} was not run: {error}.") from error
    except Unheard as error:
        raise Failed(f"{entry.id} was not run, nobody could hear from it: {error}.") from error
    say_json({"schedule": entry.id, "thread": thread}) if as_json else say(thread)


async def _pause(
    app: App, entry: Entry, what: Literal["pause", "resume"], person: str, *, as_json: bool
) -> None:
    book = Slots(app.store, app.desk)
    paused = await book.paused(entry.id)
    if bool(paused) == (what == "pause"):
        state = f"paused already, by {paused}" if paused else "not paused"
        raise Failed(f"{entry.id} is {state}.")
    kind = Paused if what == "pause" else Resumed
    await book.say(entry.id, kind(id=f"console:{what}:{uuid4().hex}", actor=person))
    at = next(await following(book, entry), None)
    if as_json:
        say_json({"schedule": entry.id, "paused": what == "pause", "next": moment(at)})
    elif what == "pause":
        say(
            f"{entry.id} is paused, and its slots are skipped; bot schedule resume {entry.id} lets it go on."
        )
    else:
        say(f"{entry.id} goes on. Next: {_local(entry, at)}.")
