"""Dead: what the engine could not go on with, why, and how it is tried again."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.app import App
from bot.cli import parts, wording
from bot.cli.errors import Failed, Wrong
from bot.cli.output import clock, moment, say, say_json, table
from bot.cli.parts import AsJson
from bot.engine.letters import THREAD, Letter

Json = dict[str, object]
Action = Literal["list", "show", "replay", "drop"]
All = Annotated[bool, Parameter("--all", help="With replay: every thread in the list.")]


async def dead(
    action: Action = "list", id: str = "", /, *, all_: All = False, as_json: AsJson = False
) -> None:
    if bool(id) == (action == "list" or all_) or (all_ and action != "replay"):
        raise Wrong(
            "Say bot dead list, or bot dead show, replay or drop with the id of one of them,"
            " or bot dead replay --all."
        )
    async with parts.bare() as app:
        found = await app.desk.letters()
        # Those that are still tried are the engine's affair.
        letters = {id: letter for id, letter in found.items() if letter.is_dead}
        if id in found.keys() - letters.keys():
            raise Wrong(_not_yet(found[id]))
        match action:
            case "list":
                _list(list(letters.values()), as_json=as_json)
            case "show":
                _show(_named(letters, id), as_json=as_json)
            case "replay":
                chosen = list(letters.values()) if all_ else [_named(letters, id)]
                await _replay(app, chosen, as_json=as_json)
            case "drop":
                await _drop(app, _named(letters, id), as_json=as_json)


def _not_yet(letter: Letter) -> str:
    return f"{letter.id} is no dead letter yet: {letter.failure}. It is tried again at {clock(letter.again or 0)}."


def _named(letters: dict[str, Letter], id: str) -> Letter:
    if id not in letters:
        raise wording.wrong("dead letter", id, letters)
    return letters[id]


def _list(letters: list[Letter], *, as_json: bool) -> None:
    if as_json:
        say_json([_row(letter) for letter in letters])
    elif letters:
        rows = [
            (each.id, each.stage, str(each.tries), each.cause, clock(each.at)) for each in letters
        ]
        table(("id", "stage", "tries", "cause", "last"), rows)
    else:
        say("There are no dead letters.")


def _show(letter: Letter, *, as_json: bool) -> None:
    if as_json:
        say_json({**_row(letter), "raw": b64encode(letter.raw).decode() or None})
        return
    where = f", at event {letter.seq}" if letter.seq else ""
    say(f"{letter.id}: {letter.stage} failed {letter.times}{where}, last at {clock(letter.at)}.")
    say(f"Cause: {letter.cause}")
    if letter.kind == THREAD:
        say(f"Look: bot show {letter.id} --events. Try again: bot dead replay {letter.id}.")
        return
    say(f"It came by {letter.kind} as follows. Forget it: bot dead drop '{letter.id}'.\n")
    say(letter.raw.decode(errors="backslashreplace"))


def _row(letter: Letter) -> Json:
    return {
        "id": letter.id,
        "kind": letter.kind,
        "stage": letter.stage,
        "cause": letter.cause,
        "tries": letter.tries,
        "seq": letter.seq,
        "at": moment(letter.at),
    }


async def _replay(app: App, letters: list[Letter], *, as_json: bool) -> None:
    threads = [letter for letter in letters if letter.kind == THREAD]
    if letters and not threads:
        kinds = " and ".join(sorted({letter.kind for letter in letters}))
        raise Failed(f"What came by {kinds} belongs to no thread; send it again there.")
    for letter in threads:
        await app.desk.revive(letter)
    if as_json:
        say_json({"replayed": [letter.id for letter in threads]})
        return
    said = [f"{letter.id} is tried again." for letter in threads]
    say("\n".join(said) or "There are no dead letters.")


async def _drop(app: App, letter: Letter, *, as_json: bool) -> None:
    if letter.kind == THREAD:
        raise Failed(f"{letter.id} is a thread: bot dead replay {letter.id} tries it again.")
    await app.desk.revive(letter)
    say_json({"dropped": [letter.id]}) if as_json else say(f"{letter.id} is forgotten.")
