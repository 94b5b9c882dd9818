"""Grant: what is granted in a thread, and the end of it. A pause ends every grant; this is one that is over at once."""

from __future__ import annotations

import time
from typing import Annotated, Literal
from uuid import uuid4

from cyclopts import Parameter

from bot.cli import parts
from bot.cli.errors import Failed, Wrong
from bot.cli.output import moment, say, say_json
from bot.cli.parts import As, AsJson
from bot.core.events import Paused, Resumed
from bot.core.grant import LONGEST_MINUTES, Grant
from bot.core.grant_words import under
from bot.engine.standing import Standing
from bot.kit.durations import seconds_of
from channels.console.channel import CHANNEL

Json = dict[str, object]
What = Annotated[
    Literal["show", "end"], Parameter(help="show: what is granted there; end: all of it is over.")
]


async def grant(what: What, thread: str, /, *, as_: As = "", as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        found = standing(await parts.standing(app, thread))
        if what == "show":
            nothing = f"Nothing is granted in {thread}."
            rows = [grant_row(each) for each in found]
            say_json(rows) if as_json else say("\n".join(map(grant_line, found)) or nothing)
            return
        if not found:
            raise Failed(f"Nothing is granted in {thread}.")
        by, name = parts.actor(app, as_), f"{CHANNEL}:grant:{uuid4().hex}"
        ends = Paused(id=name, actor=by, reason="to end its grants")
        # In one commit; where it was paused already, nothing would be granted.
        await app.desk.post(thread, ends, Resumed(id=f"{name}:on", actor=by))
        say(f"Nothing is granted in {thread} any more; what would have run is asked about.")


def standing(there: Standing) -> tuple[Grant, ...]:
    """The grants that are not over yet, by their time or by a halt."""
    now, granted = time.time_ns() // 1_000_000, there.thread.grants if there.thread else ()
    return tuple(each for each in granted if each.until > now and each.at > there.halted_at)


def grant_row(each: Grant) -> Json:
    return {
        "by": each.by,
        "tool": each.tool,
        "same": dict(each.same),
        "since": moment(each.at),
        "until": moment(each.until),
        "event": each.head,
        "text": under(each),
    }


def grant_line(each: Grant) -> str:
    return f"{each.tool} runs without being asked about, under {under(each)}"


def minutes_of(written: str) -> int | None:
    """For how many minutes, from 30m or 1h; None: nothing was said."""
    if not written:
        return None
    try:
        seconds = seconds_of(written)
    except ValueError as error:
        raise Wrong(f"--for: {error}.") from None
    if seconds % 60 or seconds > LONGEST_MINUTES * 60:
        raise Wrong(f"--for is whole minutes, at most {LONGEST_MINUTES} of them, as in 30m.")
    return seconds // 60
