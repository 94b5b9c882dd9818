"""`python -m tests.storm`: a storm by the sizes given, progress as it goes, a table at the end; 1 if something broke."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import get_type_hints

from tests.storm.storm import Plan, Report, storm


def plan(words: list[str]) -> Plan:
    """The plan that these words change, as in `THREADS=50 FSYNC=everysec`."""
    given = dict(word.split("=", 1) for word in words)
    kinds = get_type_hints(Plan)
    return replace(
        Plan(), **{name.lower(): _read(kinds, name.lower(), given[name]) for name in given}
    )


def _read(kinds: dict[str, type], name: str, text: str) -> object:
    return (
        kinds[name](text)
        if kinds[name] in (int, float)
        else Path(text)
        if name == "newer"
        else text
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell(report: Report, missed: list[str]) -> None:
    for name, figure in report.figures.items():
        _say(f"{name:<32}{figure:>10}")
    for what in report.violations[:40]:
        _say(f"BROKEN {what}")
    for what in missed:
        _say(f"TOO FEW {what}")
    _say(f"{len(report.violations)} violations")


async def _storm(given: Plan) -> Report:
    """Told to end, it ends what it started."""
    running = asyncio.create_task(storm(given, _say))
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    return await running


if __name__ == "__main__":
    begun, given = time.time(), plan(sys.argv[1:])
    report = asyncio.run(_storm(given))
    missed = report.missed(given)
    _tell(report, missed)
    _say(f"{time.time() - begun:.0f} s")
    sys.exit(bool(report.violations or missed))
