"""Load: folders become agents. Whatever is wrong stops the start with file, line and what was expected."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from os.path import lexists
from pathlib import Path
from types import ModuleType

from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.document import AgentError, Document, Place, text_of
from bot.kit.front_matter import EVERY_TOOL, QUESTION, FrontMatter, Policy, read_agent_file
from bot.kit.house import House, load_house
from bot.kit.intents import BUILT_IN
from bot.kit.modules import import_from
from bot.kit.nearest import meant
from bot.kit.people import People
from bot.kit.person import CHANNELS
from bot.kit.rule import Terms, terms_of
from bot.kit.shape import WrongTool
from bot.kit.tool import Tool

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
CARRIERS = ("console", *CHANNELS)
"""The channels by which a human can decide; `channels:` of a policy names some of them."""


@dataclass(frozen=True, eq=False)
class Agents(Mapping[str, Agent]):
    """All agents by name, and the people they know."""

    agents: Mapping[str, Agent]
    people: People

    def __getitem__(self, name: str) -> Agent:
        return self.agents[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.agents)

    def __len__(self) -> int:
        return len(self.agents)


def load_agents(paths: Sequence[Path], people: People) -> Agents:
    """Every agent under these folders; names that begin with `_` or `.` are left alone."""
    house = load_house(
        next((path / "_house" for path in paths if (path / "_house").is_dir()), None)
    )
    agents: dict[str, Agent] = {}
    for folder in (folder for path in paths for folder in _agent_folders(path)):
        if folder.name in agents:
            other = agents[folder.name].folder
            raise AgentError(
                f"{folder}/agent.md:1: another name was expected: {other} has this one"
            )
        agents[folder.name] = load_agent(folder, house, people)
    return Agents(agents, people)


def _agent_folders(path: Path) -> list[Path]:
    if not path.is_dir():
        raise AgentError(f"{path}: a folder of agents was expected (BOT_AGENTS_PATH)")
    folders = sorted(each for each in path.iterdir() if each.is_dir() and each.name[0] not in "_.")
    return [
        # A link that leads nowhere is there all the same, and an error.
        each
        for each in folders
        if lexists(each / "agent.md") or lexists(each / "tools.py")
    ]


def load_agent(folder: Path, house: House, people: People) -> Agent:
    """The agent in this folder."""
    path = folder / "agent.md"
    if not NAME.fullmatch(folder.name):
        raise AgentError(f"{path}:1: a folder name of small letters, digits, _ and - was expected")
    file, front, body = read_agent_file(path)
    sources = _sources(folder)
    tools = _chosen(file, front, _declared(folder, sources))
    terms = {name: _terms(file, front, tool) for name, tool in tools.items()}
    _check_policy(file, front, tools)
    _check_prefetch(file, front, tools)
    _check_schedules(file, front)
    return Agent(folder.name, folder, front, body, house, people, tools, terms, sources)


def _declared(folder: Path, sources: Mapping[str, str]) -> dict[str, Tool]:
    """The tools in tools.py, by name. An agent that only talks has none."""
    path = folder / "tools.py"
    if not path.is_file():
        return {}
    if "\0" in text_of(path):  # Some versions of Python call it a ValueError, and none says where.
        line = path.read_bytes().partition(b"\0")[0].count(b"\n") + 1
        raise AgentError(f"{path}:{line}: SyntaxError: there is a null byte")
    tools: dict[str, Tool] = {}
    for tool in vars(_imported(path)).values():
        if isinstance(tool, Tool) and tools.setdefault(tool.name, tool) is not tool:
            raise AgentError(
                f"{tool.source}: {tool.name}: there is a tool of this name already, at {tools[tool.name].source}"
            )
    return {name: _with_sources(tool, sources) for name, tool in tools.items()}


def _with_sources(tool: Tool, sources: Mapping[str, str]) -> Tool:
    """The tool with a digest of all the code around it: what it calls decides what it does."""
    code = json.dumps([tool.source_digest, dict(sources)], sort_keys=True)
    return replace(tool, source_digest=sha256(code.encode("utf-8", "replace")).hexdigest())


def _imported(path: Path) -> ModuleType:
    try:
        return import_from(path.parent, "tools")
    except WrongTool as error:
        raise AgentError(str(error)) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise AgentError(f"{_where(error, path)}: {_said(error)}") from error


def _said(error: BaseException) -> str:
    """The first line of what it says; an error of the author's own may not even be able to."""
    try:
        text = str(error).partition("\n")[0][:300]
    except Exception:  # noqa: BLE001 - whatever the author's own code raises
        text = "it cannot say what is wrong"
    return f"{type(error).__name__}: {text}"


def _where(error: BaseException, path: Path) -> str:
    """The last line of this agent's own code that was reached."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    folder = str(path.parent.resolve())
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(folder)
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else f"{path}:1"


def _chosen(file: Document, front: FrontMatter, declared: dict[str, Tool]) -> dict[str, Tool]:
    names = front.tools if front.tools is not None else tuple(declared)
    for index, name in enumerate(names):
        _check_known(file, ("tools", index), name, declared)
    return {name: declared[name] for name in sorted(set(names))}


def _terms(file: Document, front: FrontMatter, tool: Tool) -> Terms:
    own, every = front.policy.get(tool.name), front.policy.get(EVERY_TOOL)
    if tool.reads:
        every = None
    if every and every.grant and every.grant.grant():
        every = every.model_copy(update={"grant": None})  # Refused where the policy is checked.
    if every and every.approval == "when" and tool.approving.predicate is None:
        every = every.model_copy(update={"approval": None})
    policy = own.over(every) if own else every or Policy()
    try:
        return terms_of(tool, policy, front.approvers)
    except ValueError as error:
        place = ("policy", tool.name if own else EVERY_TOOL)
        raise file.wrong(place, str(error)) from error


def _check_policy(file: Document, front: FrontMatter, tools: Mapping[str, Tool]) -> None:
    for name, policy in front.policy.items():
        _check_channels(file, ("policy", name, "channels"), policy.channels)
        if name == EVERY_TOOL:
            if policy.grant and policy.grant.grant():
                place = ("policy", name, "grant")
                raise file.wrong(place, "a grant is allowed tool by tool, not for all of them")
            continue
        if name == QUESTION and policy.is_of_waiting():
            continue
        _check_known(file, ("policy", name), name, tools)
        if tools[name].reads and policy.approval not in (None, "never"):
            raise file.wrong(
                ("policy", name, "approval"), f"{name} only reads, so nobody is asked about it"
            )


def _check_channels(file: Document, place: Place, channels: tuple[str, ...] | None) -> None:
    """An empty list would read as any channel, a name that is none as nobody."""
    if channels == ():
        expected = "no channel would carry a decision: name one, or leave it out for any of them"
        raise file.wrong(place, expected)
    for name in channels or ():
        if name not in CARRIERS:
            raise file.wrong(place, f"{name[:80]} carries no decisions{meant(name[:80], CARRIERS)}")


def _check_prefetch(file: Document, front: FrontMatter, tools: Mapping[str, Tool]) -> None:
    for index, prefetch in enumerate(front.prefetch):
        place = ("prefetch", index)
        _check_known(file, place, prefetch.tool, tools)
        if not tools[prefetch.tool].reads:
            raise file.wrong(
                place, f"a tool that reads was expected, and {prefetch.tool} does more than that"
            )
        try:
            tools[prefetch.tool].parse(prefetch.arguments)
        except BadArguments as error:
            raise file.wrong((*place, "arguments"), f"{prefetch.tool}: {error}") from error


def _check_schedules(file: Document, front: FrontMatter) -> None:
    for index, schedule in enumerate(front.schedules):
        if schedule.name in (other.name for other in front.schedules[:index]):
            expected = f"another name was expected: {schedule.name} is taken above"
            raise file.wrong(("schedules", index, "name"), expected)


def _check_known(file: Document, place: Place, name: str, tools: Mapping[str, Tool]) -> None:
    if name in BUILT_IN:
        raise file.wrong(place, f"{name} is built in and every agent has it; leave it out")
    if name not in tools:
        raise file.wrong(place, f"{name[:80]} is no tool of this agent{meant(name[:80], tools)}")


def _sources(folder: Path) -> dict[str, str]:
    """The code of the folder but for its tests: what an approved call would run."""
    files = {path.relative_to(folder): path for path in sorted(folder.rglob("*.py"))}
    return {
        str(place): text_of(path)
        for place, path in files.items()
        if not path.name.startswith(("test_", "conftest")) and not str(place).startswith(".")
    }
