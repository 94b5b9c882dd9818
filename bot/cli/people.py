"""People: who is in the people file, and one more of them, or what changed about one; remarks and layout stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, cast

from cyclopts import Parameter
from pydantic import JsonValue

from bot.app import house
from bot.cli import parts
from bot.cli.errors import Wrong
from bot.cli.output import note, say, say_json, table
from bot.cli.parts import AsJson
from bot.cli.writing import write
from bot.kit.amend import CannotAmend, amended
from bot.kit.document import AgentError, text_of
from bot.kit.people import SHORT_NAME, People, is_short_name
from bot.settings import Settings

Json = dict[str, object]
COLUMNS = ("person", "name", "reached at", "groups", "hours", "time zone", "deputy")
What = Annotated[Literal["list", "add"], Parameter(help="Look, or add or change one of them.")]
Name = Annotated[str, Parameter(help="A short name, of small letters: what agents and cards call them.")]  # fmt: skip
Called = Annotated[str, Parameter("--name", help="Their name as people write it.")]
About = Annotated[str, Parameter("--about", help="What the model is told of them, as in: finance, knows the refunds.")]  # fmt: skip
Slack = Annotated[str, Parameter("--slack", help="Their member ID: U…, or T…/U… for one workspace alone.")]  # fmt: skip
Email = Annotated[str, Parameter("--email", help="Mail from this address is theirs.")]
Also = Annotated[tuple[str, ...], Parameter("--also", help="A further account, slack:U… or email:…; may be repeated.")]  # fmt: skip
Zone = Annotated[str, Parameter("--time-zone", help="As in Europe/Berlin.")]
Language = Annotated[str, Parameter("--language", help="en or de.")]
Deputy = Annotated[str, Parameter("--deputy", help="Who decides while they are away, or do not answer.")]  # fmt: skip
Hours = Annotated[str, Parameter("--hours", help='When they are at work: "Mon-Fri 09:00-17:00".')]
Away = Annotated[str, Parameter("--away", help="Until that day begins: 2026-12-01; or 2026-11-20 to 2026-12-01.")]  # fmt: skip
In = Annotated[tuple[str, ...], Parameter("--group", help="A group that they are in from now on; may be repeated.")]  # fmt: skip


async def people(
    action: What = "list",
    name: Name = "",
    /,
    *,
    called: Called = "",
    about: About = "",
    slack: Slack = "",
    email: Email = "",
    also: Also = (),
    time_zone: Zone = "",
    language: Language = "",
    deputy: Deputy = "",
    hours: Hours = "",
    away: Away = "",
    group: In = (),
    as_json: AsJson = False,
) -> None:
    said: dict[str, JsonValue] = {
        "name": called, "about": about, "slack": slack, "email": email, "also": list(also), "time_zone": time_zone,
        "language": language, "deputy": deputy, "hours": hours, "away": away,
    }  # fmt: skip
    said = {field: value for field, value in said.items() if value}
    settings = parts.read()
    if action == "add":
        _add(settings, name, said, group)
    elif name or said or group:
        raise Wrong(f"To add somebody: bot people add {name or 'NAME'} …")
    _list(parts.people(settings), as_json) if action == "list" or as_json else None


def _list(known: People, as_json: bool) -> None:  # noqa: FBT001 - as it was given
    rows = [_row(known, alias) for alias in known.people]
    groups = {name: list(members) for name, members in known.groups.items()}
    if as_json:
        say_json({"people": rows, "groups": groups})
        return
    if not rows:
        say("Nobody is in the people file, so nobody can approve anything: bot people add NAME.")
        return
    table(COLUMNS, [_cells(row) for row in rows])
    for name, members in groups.items():
        say(f"{name}: {', '.join(members) or 'nobody'}")


def _add(
    settings: Settings, name: str, said: dict[str, JsonValue], groups: tuple[str, ...]
) -> None:
    known = parts.people(settings)
    if not name:
        raise Wrong("Who? bot people add NAME, as in bot people add alice --slack U0123456789.")
    if name in known.people and not said and not groups:
        raise Wrong(f"{name} is there already; say what is to change: bot people add --help.")
    for typed, short in ((name, name), *((f"--group {each}", each) for each in groups)):
        if not is_short_name(short):
            raise Wrong(f"{typed}: {SHORT_NAME}.")
    file = file_of(settings)
    _written(file, _added(file, known, name, said, groups), name, said)
    note(f"{name} is in {file}; start the workers anew.")
    if not _is_named(name):
        note(f"No agent names {name}, who so approves nothing: bot approvers AGENT --add {name}.")


def _option(field: str, value: JsonValue) -> str:
    """As it was typed."""
    values = value if isinstance(value, list) else [value]
    return " ".join(f"--{field.replace('_', '-')} {each}" for each in values)


def _is_named(name: str) -> bool:
    """Whether an agent, or the policy of one of its tools, names this person or whom they stand in for, be it through a group."""
    try:
        agents = house(parts.read()).agents.values()
    except (AgentError, ValueError):
        return False  # `bot lint` says what is wrong with them.
    for agent in agents:
        places = {name, *(each for each, of in agent.people.people.items() if of.deputy == name)}
        named = (terms.approvers for terms in agent.terms.values())
        approvers = {
            *agent.approvers,
            *(each for names in named for each in agent.people.expand(names)),
        }
        if places & approvers:
            return True
    return False


def file_of(settings: Settings) -> Path:
    """The people file, be it one that is yet to be made."""
    return settings.people_file or settings.agents_path[0] / "_house" / "people.yaml"


def _added(
    file: Path, known: People, name: str, said: dict[str, JsonValue], groups: tuple[str, ...]
) -> str:
    text = text_of(file) if file.exists() else ""
    try:
        if name in known.people:
            for field, value in said.items():
                text = amended(text, ("people", name, field), value)
        else:
            text = amended(text, ("people", name), said)
        for group in groups:
            members = list[JsonValue](known.groups.get(group, ()))
            if name not in members:
                text = amended(text, ("groups", group), [*members, name])
    except CannotAmend as error:
        raise Wrong(f"{file}: {error}") from None
    return text


def _written(file: Path, text: str, name: str, said: dict[str, JsonValue]) -> None:
    """Writes it, and takes it back where it could not be read any more: for what was typed, not for a line that is not there."""
    before = text_of(file) if file.exists() else None
    write({file: text})
    try:
        People.load(file)
    except AgentError as error:
        file.unlink() if before is None else write({file: before})
        wrong = {each: said[each] for each in map(str, error.place) if each in said} or said
        typed = " ".join(_option(field, value) for field, value in wrong.items()) or name
        why = str(error).removeprefix(f"{file}:").partition(": ")[2]
        raise Wrong(f"{typed}: {why or error}.") from None


def _row(known: People, alias: str) -> Json:
    person = known.people[alias]
    return {
        "person": alias,
        **person.model_dump(mode="json", exclude={"also", "reach"}),
        "addresses": [{"channel": channel, "address": each} for channel, each in person.addresses],
        "groups": list(known.groups_of(alias)),
        "deputy_for": [each for each, other in known.people.items() if other.deputy == alias],
    }


def _cells(row: Json) -> tuple[str, ...]:
    addresses = cast("list[dict[str, str]]", row["addresses"])
    reached = ", ".join(f"{each['channel']} {each['address']}" for each in addresses)
    groups = ", ".join(cast("list[str]", row["groups"]))
    away = f" (away {row['away']})" if row["away"] else ""
    plain = (str(row[field] or "") for field in ("time_zone", "deputy"))
    hours = f"{row['hours'] or ''}{away}".strip()
    return str(row["person"]), str(row["name"]), reached, groups, hours, *plain
