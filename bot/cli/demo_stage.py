"""Stage: what a demo stands on, all under one folder: a store of its own, people, deploybot, a repository to ship from.

Everything here can be made again at any time and changes nothing outside the folder. Nothing is half there after a kill:
what is written is written aside and moved into place.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import shutil
import sys
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypedDict, TypeVar, cast
from urllib.parse import unquote

import yaml

from bot import settings as environment
from bot.cli.errors import Failed, Wrong
from bot.cli.sample import SampleFailed, grow_sample, make_sample
from bot.engine.server import stop_server
from bot.kit.front_matter import EVERY_TOOL
from bot.kit.modules import import_from
from bot.kit.people import RESERVED
from bot.settings import Settings

AGENT = "deploybot"
REAL_AGENT = Path(__file__).parents[2] / "agents" / AGENT
# After a kill the next run waits for the lease of the one before; nobody likes to watch that for long.
LEASE = timedelta(seconds=5)

_AGENT_FILE = re.compile(r"---\n(?P<front>.*?\n)---\n(?P<body>.*)", re.DOTALL)
_T = TypeVar("_T")


class _Front(TypedDict, total=False):
    """The settings of deploybot that matter here."""

    approvers: list[str]
    policy: dict[str, dict[str, object]]


@dataclass(frozen=True)
class Stage:
    """Where the demo plays. `sample` is the folder of our own repository; None: the repository is the user's."""

    home: Path
    settings: Settings
    person: str
    repo: Path
    sample: Path | None


class _Git(Protocol):
    """What is used here of deploybot's own git."""

    GitFailed: type[Exception]

    def Repository(self, path: Path) -> Remote:  # noqa: N802 - a class, seen from here
        ...


class Remote(Protocol):
    """The repository's remote, as deploybot's own git reads it."""

    async def url(self) -> str: ...

    async def remote_tags(self) -> dict[str, str]:
        """Every tag there with the commit it points at."""
        ...


async def set_up(repo: Path | None, *, fresh: bool) -> Stage:
    """The stage, made or found. Raises `Failed` or `Wrong` with one sentence."""
    read = environment.read()
    if repo is not None:
        repo = _folder(repo)
        if not sys.stdin.isatty():
            await _refuse_elsewhere(repo)
        await tags_of(repo)
    home = read.home.absolute() / (f"demo-{_name(repo)}" if repo else "demo")
    if fresh:
        await asyncio.to_thread(_remove, home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    clone = repo or await _of_sample(make_sample(home))
    # Tools get the settings they declare from the environment.
    os.environ["BOT_DEPLOY_REPO"] = str(clone)
    person = alias()
    settings = _settings(read, home, person, clone)
    return Stage(home, settings, person, clone, None if repo else home)


def _settings(read: Settings, home: Path, person: str, clone: Path) -> Settings:
    """What the environment says, but for what makes this a stage of its own."""
    own = {
        "home": home,
        "redis_url": None,
        "replicas": 0,
        "lease": min(read.lease, LEASE),
        "agents_path": (_agents(home, person),),
        "default_agent": AGENT,
        "people": home / "people.yaml",
        "owner": person,
        "deploy_repo": clone,
    }
    return read.model_copy(update=own)


def remote(repo: Path) -> Remote:
    """The remote of this repository."""
    return _git().Repository(repo)


async def tags_of(repo: Path) -> dict[str, str]:
    """The tags on the remote, read now."""
    return await _of_git(repo, remote(repo).remote_tags())


async def _refuse_elsewhere(repo: Path) -> None:
    """A script may approve a push on this machine; any other takes a person at the terminal."""
    url = await _of_git(repo, remote(repo).url())
    path = Path(unquote(url.removeprefix("file://")) if url.startswith("file://") else url)
    if not (repo / path).exists():
        raise Failed(f"Nobody is at the terminal to approve a push to {url}; run it at a terminal.")


async def _of_git(repo: Path, asking: Awaitable[_T]) -> _T:
    try:
        return await asking
    except _git().GitFailed as error:
        raise Failed(f"Nothing can be released from {repo}: {error}.") from None


async def grow(stage: Stage) -> None:
    """Something to ship, where the repository is ours."""
    if stage.sample is not None:
        await _of_sample(grow_sample(stage.sample))


def alias() -> str:
    """The name of whoever sits here, as the people file takes it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    name = re.sub(r"[^a-z0-9._-]+", "-", user.casefold()).strip("._-")[:50] or "you"
    return f"{name}-at-terminal" if name in {*RESERVED, *_groups()} else name


@cache
def _git() -> _Git:
    """Loaded once: every load makes classes of its own."""
    return cast("_Git", import_from(REAL_AGENT, "git"))


def _folder(repo: Path) -> Path:
    whole = repo.expanduser().resolve()
    if not whole.is_dir():
        raise Wrong(f"There is no folder {repo}.")
    return whole


def _name(repo: Path) -> str:
    return f"{repo.name}-{sha256(os.fsencode(repo)).hexdigest()[:8]}"


def _remove(home: Path) -> None:
    stop_server(home)
    shutil.rmtree(home, ignore_errors=True)


async def _of_sample(making: Awaitable[_T]) -> _T:
    try:
        return await making
    except SampleFailed as error:
        raise Failed(f"The sample repository could not be made: {error}.") from None


# ---- deploybot, with the one rule that a demo for one person needs ---------------------------------------------------
def _agents(home: Path, person: str) -> Path:
    """deploybot as it is, but that whoever asks may approve: there is only one person at the terminal."""
    _write(
        home / "people.yaml",
        {
            "people": {person: {"name": person}},
            "groups": {group: [person] for group in _groups()},
        },
    )
    folder, aside = home / "agents", home / ".agents"
    shutil.rmtree(aside, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(REAL_AGENT, aside / AGENT, ignore=ignored)
    front, body = _front()
    said = front.get("policy", {})
    policy = {
        tool: {**said.get(tool, {}), "self_approval": "allowed"}
        for tool in dict.fromkeys([EVERY_TOOL, *said])
    }
    settings = yaml.safe_dump({**front, "policy": policy}, sort_keys=False)
    (aside / AGENT / "agent.md").write_text(f"---\n{settings}---\n{body}", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return folder


def _front() -> tuple[_Front, str]:
    """deploybot's settings as written, and its prompt. That they are right is checked when the copy is loaded."""
    halves = _AGENT_FILE.fullmatch((REAL_AGENT / "agent.md").read_text("utf-8"))
    assert halves is not None, "our own agent has front matter"
    return cast("_Front", yaml.safe_load(halves["front"])), halves["body"]


def _groups() -> list[str]:
    """Whoever deploybot names as its approvers, and the releasers it is spoken of with."""
    named = _front()[0].get("approvers", [])
    return [*dict.fromkeys(["releasers", *named])]


def _write(path: Path, content: object) -> None:
    aside = path.with_suffix(".new")
    aside.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    aside.replace(path)
