"""Scaffold: a new agent that works from its first minute: a prompt, a tool, a gated tool, a rehearsal, a test."""

from __future__ import annotations

from pathlib import Path
from string import Template

from bot.kit.house import OWN_HOUSE
from bot.kit.intents import BUILT_IN
from bot.kit.load import NAME

_TEMPLATES = OWN_HOUSE / "new_agent"


class NotMade(Exception):
    """No agent was made; the text is one sentence that says why."""


def new_agent(name: str, folder: Path) -> list[Path]:
    """Writes the agent into `folder`/`name`; the files that were made, nothing if any of it cannot be."""
    home = folder / name
    if not NAME.fullmatch(name) or name in BUILT_IN:
        raise NotMade(
            f"{name[:80]!r} cannot name an agent: small letters, digits, _ and -, a letter first."
        )
    if home.exists():
        raise NotMade(f"{home} is there already; choose another name.")
    try:
        home.mkdir(parents=True)
        return [_written(template, home, name) for template in sorted(_TEMPLATES.glob("*.txt"))]
    except OSError as error:
        raise NotMade(f"{home} cannot be written: {error.strerror}.") from error


def _written(template: Path, home: Path, name: str) -> Path:
    """`test_agent.py.txt` becomes `test_NAME.py`, so that the tests of two agents never share a name."""
    file = home / template.stem.replace("test_agent", f"test_{name.replace('-', '_')}")
    file.write_text(Template(template.read_text("utf-8")).substitute(name=name), "utf-8")
    return file
