"""Audit: every decision and effect of a thread, told to people and to scripts; read from the log alone, whatever has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from bot.cli import parts
from bot.cli.output import clock, moment, say, say_json
from bot.cli.parts import AsJson
from bot.cli.readback import Row, readback
from bot.core import asides
from bot.core.codec import canonical
from bot.core.visible import on_one_line
from bot.engine.standing import reading

Json = dict[str, object]


async def audit(thread: str, /, *, as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        log = await parts.events(app, thread)
    with reading(thread):
        rows = readback(thread, log)
    if as_json:
        say_json([_json(row) for row in rows])
        return
    told = [
        on_one_line(line) if line[:1] != " " else f"      {on_one_line(line.strip())}"
        for row in rows
        for line in lines(row)
    ]
    say("\n".join(told) or "Nobody has decided anything here, and nothing was done.")


def _json(row: Row) -> Json:
    """Times as everywhere in JSON."""
    address = row.address.model_dump() if row.address else None
    head: Json = {"seq": row.seq, "at": moment(row.at), "kind": row.kind, "who": row.who}
    return {**head, "address": address, **cast("Json", _dated(row.what))}


def _dated(value: object) -> object:
    match value:
        case dict():
            named = cast("Json", value)
            return {
                name: moment(each) if name in ("at", "until") and isinstance(each, int)
                else each if name in ("arguments", "edited", "same") else _dated(each)
                for name, each in named.items()
            }  # fmt: skip
        case list():
            return [_dated(each) for each in cast("list[object]", value)]
        case _:
            return value


# ---- for people ------------------------------------------------------------------------------------------------------
def lines(row: Row) -> Iterator[str]:
    """What happened, then what it was about and on which card, indented."""
    what = row.what
    yield f"{row.seq:>4} {clock(row.at)}  {_headline(row)}"
    if what.get("tool"):
        yield f"  {what['tool']} {canonical(what['arguments'])}, arguments {what['arguments_digest']}"
        yield f"  asked for by {', '.join(cast('list[str]', what['asked_by'])) or 'nobody'}"
    if what.get("edited"):
        yield f"  changed to {canonical(what['edited'])}"
    if card := cast("Json | None", what.get("card")):
        yield f"  card version {card['version']}, hash {card['hash']}"
        for shown in cast("list[Json]", card["shown"]):
            place = f"{shown['channel']} {shown['receipt'] or shown['locator']}"
            yield f"  shown {clock(cast('int', shown['at']))} at {place}"


def _headline(row: Row) -> str:
    what, where = row.what, _where(row)
    match row.kind:
        case "decision":
            account = f" ({what['account']})" if what.get("account") else ""
            text = f" - {what['text']}" if what.get("text") else ""
            about = f" {what['request']}" if what.get("request") else ""
            lasting = f" for {what['minutes']} minutes" if what.get("minutes") else ""
            off = _put_off(what)
            instead = f" in the place of {', '.join(of)}" if (of := _names(what)) else ""
            return f"{row.who}{account}{instead}{where}: {what['word']}{about}{lasting}{off}{text}: {_fate(what)}"
        case "effect":
            return f"ran {what['request']} (try {what['try']}, run {what['run']}){_on(what)}: {_end(what)}"
        case "message":
            failed = f", not delivered: {what['failed']}" if what["failed"] else ""
            return f"sent {what['message']} {what['key']}{where}{failed}"
        case "returned":
            whom = what["person"] or "one of those it went to"
            return f"came back, {what['key']} to {whom}: {what['reason']}"
        case "ended":
            reason = f": {what['reason']}" if what["reason"] else ""
            return f"{what['request']} {what['came_to']}, by {row.who}{reason}"
        case _:
            return f"an event that this version cannot read ({what['type']})"


def _where(row: Row) -> str:
    return f" at {row.address.channel} {row.address.locator}".rstrip() if row.address else ""


def _names(what: Json) -> list[str]:
    return cast("list[str]", what.get("in_place_of", []))


def _put_off(what: Json) -> str:
    to = f" to {what['to']}" if what.get("to") else ""
    return f"{to} until {clock(cast('int', what['until']))}" if what.get("until") else to


def _fate(what: Json) -> str:
    if not what["counted"]:
        return f"refused, {what['refused']}"
    said = None if what["word"] in asides.WORDS else what.get("came_to")
    return f"counted, {said}" if said else "counted"


def _on(what: Json) -> str:
    """The approvals by which it ran, each with its place on the log; or under which grant."""
    if grant := cast("Json | None", what.get("grant")):
        return f" under {grant['text']} (event {grant['event']})"
    who, seqs = cast("list[str]", what["approved_by"]), cast("list[int]", what["approvals"])
    named = [f"{person} (event {seq})" for person, seq in zip(who, seqs, strict=False)]
    return f" approved by {' and '.join(named or who)}" if who else ""


def _end(what: Json) -> str:
    ended = cast("Json | None", what["ended"])
    if ended is None:
        return "not ended yet"
    error = f", {ended['error']}" if ended["error"] else ""
    return f"{ended['outcome']} {clock(cast('int', ended['at']))}{error}"
