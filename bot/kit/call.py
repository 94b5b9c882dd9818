"""Call: what a tool gets besides its arguments, and what its preview gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

if TYPE_CHECKING:
    from bot.kit.calendar import Calendar


class Refused(Exception):
    """This cannot be done, says the tool. It goes back to the model and disturbs nobody."""


class Unsure(Exception):
    """The tool began and cannot say how it ended: a human has to look."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a human sees before deciding. `pins` are facts that must still hold when the call runs."""

    text: str
    pins: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a tool. `key` is the same for every run of it; secrets and settings are those the tool declares. `calendar`
    are the schedules of its agent, where there are any."""

    key: str
    thread: str = ""
    requester: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    calendar: Calendar | None = field(default=None, repr=False)


class Declares(Protocol):
    """Whatever says which secrets and settings it needs."""

    @property
    def name(self) -> str: ...
    @property
    def secrets(self) -> tuple[str, ...]: ...
    @property
    def env(self) -> tuple[str, ...]: ...


class NoSecret(Exception):
    """A tool needs a secret that the environment does not hold."""


def call_for(
    tool: Declares, *, key: str, thread: str, requester: str, environ: Mapping[str, str]
) -> Call:
    """The call with what this tool declares, and nothing else of the environment."""
    missing = [name for name in tool.secrets if not environ.get(name)]
    if missing:
        message = f"{tool.name} needs {' and '.join(missing)}, and the environment does not set it."
        raise NoSecret(message)
    secrets = {name: environ[name] for name in tool.secrets}
    env = {name: environ[name] for name in tool.env if name in environ}
    return Call(key, thread, requester, secrets, env)
