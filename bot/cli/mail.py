"""Mail: what was held back, and letting it in after all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.app import App, reception
from bot.cli import parts, wording
from bot.cli.errors import Wrong
from bot.cli.output import clock, moment, say, say_json, table
from bot.cli.parts import AsJson
from bot.setup import mailroom
from channels.email.held import Held, Kept, TooLarge

Json = dict[str, object]
What = Annotated[Literal["held"], Parameter(help="held: mail that was held back.")]
Action = Literal["list", "show", "release", "drop"]


async def mail(
    what: What, action: Action = "list", id: str = "", /, *, as_json: AsJson = False
) -> None:
    _ = what
    if bool(id) == (action == "list"):
        raise Wrong(
            "Say bot mail held list, or bot mail held show, release or drop with the id of one of them."
        )
    async with parts.whole() if action == "release" else parts.bare() as app:
        held = mailroom.held(app.store)
        if action == "list":
            _list(await held.all(), as_json=as_json)
            return
        kept = await _named(held, id)
        match action:
            case "show":
                _show(kept, as_json=as_json)
            case "release":
                say(await _release(app, held, kept))
            case "drop":
                await held.drop(kept.id)
                say(f"{kept.id} is dropped.")


async def _named(held: Held, id: str) -> Kept:
    found = await held.get(id)
    if found is None:
        raise wording.wrong("held mail", id, [each.id for each in await held.all()])
    return found


async def _release(app: App, held: Held, kept: Kept) -> str:
    """Its sender is taken at their word, once, by whoever releases it; it asks and decides nothing."""
    house = app.house
    intake = mailroom.intake(app.settings, app.store, house.people, reception(app), house.agents)
    try:
        became = await intake.release(kept.whole())
    except TooLarge as error:
        raise Wrong(str(error)) from None
    if became in ("asked", "noted"):
        await held.drop(kept.id)
        return f"{kept.id} is let in: {became}."
    return f"{kept.id} stays: {became}."


def _row(kept: Kept) -> Json:
    return {
        "id": kept.id,
        "at": moment(kept.at),
        "from": kept.sender,
        "subject": kept.subject,
        "reason": kept.reason,
        "size": kept.size,
    }


def _list(every: Sequence[Kept], *, as_json: bool) -> None:
    if as_json:
        say_json([_row(each) for each in every])
    elif every:
        rows = [(each.id, each.sender, each.subject, each.reason, clock(each.at)) for each in every]
        table(("id", "from", "subject", "why", "at"), rows)
    else:
        say("No mail is held back.")


def _show(kept: Kept, *, as_json: bool) -> None:
    text = kept.octets.decode("utf-8", "replace").replace("\r\n", "\n")
    if as_json:
        say_json({**_row(kept), "raw": text})
    else:
        say(f"{kept.sender}: {kept.subject}\n{kept.reason}\n\n{text}")
