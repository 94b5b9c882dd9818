"""Installer: who sets the bot up becomes a person of the people file, known by their ID in Slack."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from bot.cli.asking import Asking
from bot.cli.errors import Wrong
from bot.kit.amend import CannotAmend, amended
from bot.kit.document import AgentError, text_of
from bot.kit.people import RESERVED, People, is_zone
from bot.settings import Settings
from channels.slack import setup
from channels.slack.setup import Member, NotTaken, Seat

ALIAS = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Installer:
    """Somebody with a name here; `people` is everybody once `texts` are written."""

    member: Member
    alias: str
    people: People
    texts: dict[Path, str] = field(default_factory=dict[Path, str])


def installer(settings: Settings, asking: Asking, seat: Seat) -> Installer:
    """Asks who they are, where the owner is not known in Slack yet. Nothing is written here."""
    file = settings.people_file or settings.agents_path[0] / "_house" / "people.yaml"
    text = text_of(file) if file.exists() else ""
    people = People.load(file) if file.exists() else People()
    found = _member(settings, asking, seat, people)
    known = people.alias_of("slack", found.user)
    alias = known or _alias(settings, asking, people, found)
    if known:
        return Installer(found, alias, people)
    try:
        made = amended(text, *_entry(people, alias, found))
    except CannotAmend as error:
        raise Wrong(f"{file}: {error}") from None
    return Installer(found, alias, _read(made, file), {file: made})


def _member(settings: Settings, asking: Asking, seat: Seat, people: People) -> Member:
    owner = people.people.get(settings.owner)

    async def check(user: str) -> Member:
        return await setup.member(user, seat)

    question = "Your member ID (in Slack: your profile, ⋮, Copy member ID): "
    if owner is None or not owner.slack or asking.given.get("--member"):
        return asking.until("--member", question, check, NotTaken)
    return asking.until("--member", question, check, NotTaken, known=owner.slack)


def _alias(settings: Settings, asking: Asking, people: People, found: Member) -> str:
    """What they are called here."""
    handle = re.sub(r"[^a-z0-9._-]+", "-", found.handle.lower()).strip("-._")[:64]
    owner = people.people.get(settings.owner)
    is_free = owner is None or not owner.slack
    usual = settings.owner if is_free and ALIAS.fullmatch(settings.owner) else handle

    async def check(name: str) -> str:
        if not ALIAS.fullmatch(name):
            raise NotTaken("A short name is small letters, digits, . _ and -.")
        if name in RESERVED or name in people.groups:
            raise NotTaken(f"{name} is taken: it is the name of a group, or the bot's own.")
        person = people.people.get(name)
        if person is not None and person.slack not in (None, "", found.user):
            raise NotTaken(f"{name} is {person.slack} in Slack: choose another name.")
        return name

    question = f"What the people file is to call you [{usual}]: "
    return asking.until("--name", question, check, NotTaken, default=usual)


def _entry(people: People, alias: str, found: Member) -> tuple[tuple[str, ...], JsonValue]:
    """Where it is written who they are, and what."""
    if alias in people.people:
        return ("people", alias, "slack"), found.user
    entry: dict[str, JsonValue] = {"name": found.name, "slack": found.user}
    zone = found.time_zone if is_zone(found.time_zone) else ""
    return ("people", alias), {**entry, **({"time_zone": zone} if zone else {})}


def _read(text: str, file: Path) -> People:
    """Everybody, as the bot will read them. Raises `AgentError` where it would not."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        copy.write_text(text, "utf-8")
        try:
            return People.load(copy)
        except AgentError as error:
            raise Wrong(str(error).replace(str(copy), str(file))) from None
