"""Live: groups whose members a channel keeps, as they were read last. What cannot be read has no members."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True)
class _Read:
    at: float
    members: tuple[str, ...] = ()
    trouble: str = ""


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
        return read.trouble if read else "not read yet"

    async def fresh(self, groups: Sequence[str]) -> None:
        """Reads those of these groups that were not read lately. Never raises: what cannot be read is nobody."""
        now = asyncio.get_running_loop().time()
        old = [each for each in groups if each in self.groups and self._is_old(each, now)]
        if old:
            await asyncio.gather(*(self._look(each, now) for each in old))

    def _is_old(self, group: str, now: float) -> bool:
        read = self._read.get(group)
        return read is None or bool(read.trouble) or now - read.at >= FRESH_SECONDS

    async def _look(self, group: str, now: float) -> None:
        channel, _, name = group.partition(":")
        source = self._sources.get(channel)
        if not isinstance(source, Grouping):
            self._read[group] = _Read(now, trouble=f"{channel} is not set up here")
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found = await source.members(name)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there, nobody decides by it
            said = " ".join(str(error).split())[:200] or type(error).__name__
            self._read[group] = _Read(now, trouble=said)
            return
        # In one order, whatever that of the channel is: the same people are the same.
        self._read[group] = _Read(now, tuple(sorted(found)))
