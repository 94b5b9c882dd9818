"""Health: one finding for each thing the bot needs, with what mends it. A check that fails does not stop the others."""

from __future__ import annotations

import asyncio
import platform
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping

from bot.app import House, house
from bot.cli import parts
from bot.cli.alone import unreached
from bot.cli.clock_health import clock_findings
from bot.cli.errors import Wrong
from bot.cli.finding import Finding, State
from bot.cli.store_health import store_finding, threads_finding
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.lint import MODEL_NAME, lint
from bot.kit.load import Agents
from bot.settings import BadSettings, Settings
from bot.setup import mailroom
from bot.setup.known import environ, masked
from bot.setup.money import unpriced
from bot.setup.workspaces import speaks

SET_IT = "set it in the environment or in .env"
OLDEST_PYTHON = (3, 11)


async def findings(*, mail: bool) -> list[Finding]:
    """Everything that was looked at, in the order in which it would have to be mended; with a mail to ourselves, if that is asked for."""
    return [finding async for finding in _findings(mail=mail)]


async def _findings(*, mail: bool) -> AsyncIterator[Finding]:
    yield _python()
    yield await asyncio.to_thread(_git)
    try:
        settings = parts.read()
    except (BadSettings, Wrong) as error:
        yield Finding("settings", "broken", str(error), "correct it in the environment or in .env")
        return
    store = await store_finding(settings)
    yield store
    if store.state != "broken":
        yield await threads_finding(settings)
    if speaks(settings):
        async for finding in _slack(settings, store):
            yield finding
    async for finding in _mail(settings, store, probes=mail):
        yield finding
    if settings.deploy_repo is not None and not settings.deploy_repo.is_dir():
        text = f"BOT_DEPLOY_REPO: {settings.deploy_repo} is no folder"
        yield Finding("settings", "broken", text, "name the folder of a local repository")
    try:
        found = house(settings)
    except AgentError as error:
        yield Finding("agents", "broken", str(error), "correct it there")
        return
    if store.state != "broken":
        async for finding in clock_findings(settings, found):
            yield finding
    for finding in _house(settings, found):
        yield finding


async def _slack(settings: Settings, store: Finding) -> AsyncIterator[Finding]:
    from bot.cli.slack_health import (
        ears_finding,
        everywhere_findings,
        heard_finding,
        home_findings,
    )

    if store.state != "broken":
        async for finding in everywhere_findings(settings):
            yield finding
        yield await heard_finding(settings)
        if settings.slack_app_token:
            yield await ears_finding(settings)
    async for finding in home_findings(settings):
        yield finding


async def _mail(settings: Settings, store: Finding, *, probes: bool) -> AsyncIterator[Finding]:
    from bot.cli import mail_health
    from bot.cli.serve import lacking

    missing = lacking(settings, "email")
    if settings.email_address or probes:
        yield mail_health.settings_finding(settings, missing)
    if store.state == "broken":
        return
    if settings.email_address:
        async for finding in mail_health.held_findings(settings):
            yield finding
    if probes:
        async for finding in mail_health.probe_findings(settings, missing):
            yield finding


def _python() -> Finding:
    version = platform.python_version()
    if tuple(int(part) for part in version.split(".")[:2]) >= OLDEST_PYTHON:
        return Finding("python", "ok", version)
    return Finding("python", "broken", version, "install Python 3.11 or newer")


def _git() -> Finding:
    path = shutil.which("git")
    if path is None:
        mend = "install git (Debian: apt-get install git, macOS: xcode-select --install)"
        return Finding("git", "broken", "not found", mend)
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("git", "broken", f"{path} does not run: {error}", "install git anew")
    return Finding("git", "ok", said.stdout.strip())


# ---- the house -------------------------------------------------------------------------------------------------------
def _house(settings: Settings, found: House) -> Iterator[Finding]:
    yield from _agents(settings, found)
    yield _people(settings, found)
    yield _owner(settings, found)
    yield from _model(settings, found)
    for each in unpriced(settings, found.agents):
        state: State = "broken" if each.severity == "error" else "warning"
        yield Finding("money", state, f"{each.agent}: {each.text}", each.mend)


def _agents(settings: Settings, found: House) -> Iterator[Finding]:
    where = ", ".join(str(path) for path in settings.agents_path)
    if not found.agents:
        yield Finding("agents", "broken", f"none in {where}", "bot new NAME makes one")
        return
    yield Finding("agents", "ok", f"{', '.join(sorted(found.agents))} in {where}")
    if settings.default_agent not in found.agents:
        text = f"{settings.default_agent} takes what names no agent, and is not here"
        yield Finding("agents", "warning", text, "set BOT_DEFAULT_AGENT to one that is")
    errors = [each for each in lint(Agents(found.agents, found.people)) if each.severity == "error"]
    for error in errors:
        yield Finding("agents", "warning", f"{error.agent}: {error.text}", error.mend)
    if speaks(settings):
        for each in unreached(found.agents, found.people, mail=mailroom.speaks(settings)):
            yield Finding("agents", "warning", f"{each.agent}: {each.text}", each.mend)
    yield from _unset(found)


def _unset(found: House) -> Iterator[Finding]:
    """Secrets that a tool declares and the environment does not hold: its first use would fail."""
    try:
        held = environ(found.agents)
    except BadSettings as error:
        yield Finding("agents", "broken", str(error), SET_IT)
        return
    for agent in found.agents.values():
        for tool in agent.tools.values():
            missing = [name for name in tool.secrets if not held.get(name)]
            if missing:
                text = f"{agent.name}: {tool.name} needs {' and '.join(missing)}"
                yield Finding("agents", "warning", text, SET_IT)
        yield from _unread(agent, held)


def _unread(agent: Agent, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Plain settings that tools read and nobody set; a tool may have a value of its own for one."""
    readers: dict[str, list[str]] = {}
    for tool in agent.tools.values():
        for name in tool.env:
            readers.setdefault(name, []).append(tool.name)
    for name in (name for name in readers if not environ.get(name)):
        *others, last = sorted(readers[name])
        tools = f"{', '.join(others)} and {last} read" if others else f"{last} reads"
        text = f"{agent.name}: {tools} {name}, which is not set"
        yield Finding("agents", "warning", text, SET_IT)


def _people(settings: Settings, found: House) -> Finding:
    if settings.people_file is None:
        mend = "write agents/_house/people.yaml, or set BOT_PEOPLE"
        return Finding("people", "warning", "no people file, so nobody can approve", mend)
    names = ", ".join(sorted(found.people.people)) or "nobody"
    return Finding("people", "ok", f"{names} in {settings.people_file}")


def _owner(settings: Settings, found: House) -> Finding:
    if not settings.owner:
        mend = "set BOT_OWNER to somebody in the people file"
        return Finding("owner", "warning", "nobody is told what nobody else is", mend)
    if settings.owner not in found.people.people:
        text = f"{settings.owner} is not in the people file, and so in no group"
        return Finding("owner", "warning", text, "add them there, or change BOT_OWNER")
    return Finding("owner", "ok", settings.owner)


# ---- the model -------------------------------------------------------------------------------------------------------
def _model(settings: Settings, found: House) -> Iterator[Finding]:
    if settings.rehearses:
        yield from _rehearsal(found)
        return
    provider = settings.provider or "anthropic"
    key = masked(settings.anthropic_api_key) if settings.anthropic_api_key else "no key"
    where = f", at {masked(settings.anthropic_base_url)}" if settings.anthropic_base_url else ""
    second = f", else {settings.fallback_model}," if settings.fallback_model else ""
    text = f"{settings.model}{second} by {provider}{where}; {key}"
    if provider == "anthropic" and not settings.anthropic_api_key:
        lacks: State = "warning" if settings.anthropic_base_url else "broken"
        yield Finding("model", lacks, text, "set ANTHROPIC_API_KEY")
    else:
        yield Finding("model", "ok", text)
    yield from _fallback(settings, found)


def _fallback(settings: Settings, found: House) -> Iterator[Finding]:
    """Models that cannot be asked, and a second one that is no other: it would never help."""
    for name, word in (
        (settings.model, "BOT_MODEL"),
        (settings.fallback_model, "BOT_FALLBACK_MODEL"),
    ):
        if name and not MODEL_NAME.fullmatch(name):
            yield Finding("model", "broken", f"{word}: {name[:80]!r} is no name of a model", SET_IT)
    for agent in found.agents.values():
        second = agent.fallback or settings.fallback_model
        if second and second == (agent.model or settings.model):
            text = f"{agent.name}: {second} is asked first, and would be asked again where it fails"
            mend = "set BOT_FALLBACK_MODEL, or fallback: in its agent.md, to another model"
            yield Finding("model", "warning", text, mend)


def _rehearsal(found: House) -> Iterator[Finding]:
    """No model is configured: only agents with a script can do anything."""
    mend = "set ANTHROPIC_API_KEY, so that a model decides"
    yield Finding("model", "warning", "scripts decide (rehearsal), no model", mend)
    mute = [a.name for a in found.agents.values() if not (a.folder / "rehearsal.py").is_file()]
    if mute:
        text = f"without a model {', '.join(sorted(mute))} cannot work: there is no rehearsal.py"
        yield Finding("model", "warning", text, mend)
