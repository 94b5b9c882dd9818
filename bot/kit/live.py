"""Live: groups whose members a channel keeps, and places that it knows by name, as they were read last. What cannot be read is nobody and nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

NOT_READ = "not read yet"
FRESH_SECONDS = 30.0
PATIENCE_SECONDS = 10.0


def is_kept(name: str) -> bool:
    """Whether this names a group that a channel keeps: `slack:S0123456789`."""
    return ":" in name


@runtime_checkable
class Grouping(Protocol):
    """A medium that has groups of people."""

    async def members(self, group: str) -> Sequence[str]:
        """The accounts of those who are in it now. Raises where it cannot be read."""
        ...


@runtime_checkable
class Locating(Protocol):
    """A medium that has places with names."""

    async def locate(self, name: str) -> str:
        """The locator of the place of this name, as in `#releases`. Raises where there is none, or it cannot be told."""
        ...


def is_place(name: str) -> bool:
    """Whether this names a place that a channel knows by name: `slack:#releases`."""
    return "#" in name


@dataclass(frozen=True, slots=True)
class _Read:
    at: float
    members: tuple[str, ...] = ()
    trouble: str = ""
    is_away: bool = False


class Live:
    """The groups of these names."""

    def __init__(self, groups: tuple[str, ...] = ()) -> None:
        self.groups = tuple(dict.fromkeys(groups))
        self._sources: Mapping[str, object] = {}
        self._read: dict[str, _Read] = {}

    def reads_from(self, channels: Mapping[str, object]) -> None:
        """From here on they are read from these channels."""
        self._sources = channels

    def members(self, group: str) -> tuple[str, ...]:
        """Who was in it when it was read last; nobody where that failed, or never was."""
        read = self._read.get(group)
        return read.members if read else ()

    def trouble(self, group: str) -> str:
        """Why it has no members now, in a few words; empty: it was read."""
        read = self._read.get(group)
        return read.trouble if read else NOT_READ

    def is_away(self, group: str) -> bool:
        """Whether it has none because its channel did not answer, and may a moment later; one that is not there has none for good."""
        read = self._read.get(group)
        return read is not None and read.is_away

    async def fresh(self, groups: Sequence[str]) -> None:
        """Reads those of these groups and places that were not read lately. Never raises: what cannot be read is nobody and nowhere."""
        now = asyncio.get_running_loop().time()
        known = (each for each in groups if each in self.groups or is_place(each))
        old = [each for each in known if self._is_old(each, now)]
        if old:
            await asyncio.gather(*(self._look(each, now) for each in old))

    def _is_old(self, group: str, now: float) -> bool:
        read = self._read.get(group)
        return read is None or bool(read.trouble) or now - read.at >= FRESH_SECONDS

    async def _look(self, group: str, now: float) -> None:
        channel, _, name = group.partition(":")
        source = self._sources.get(channel)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if is_place(name) and isinstance(source, Locating):
                    found = [await source.locate(name)]
                elif isinstance(source, Grouping):
                    found = await source.members(name)
                else:
                    self._read[group] = _Read(now, trouble=f"{channel} is not set up here")
                    return
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, nobody decides by it
            said = " ".join(str(error).split())[:200] or type(error).__name__
            self._read[group] = _Read(now, trouble=said, is_away=isinstance(error, OSError))
            return
        # In one order, whatever that of the channel is: the same people are the same.
        self._read[group] = _Read(now, tuple(sorted(found)))
