"""`python -m tests.storm`: a storm by the sizes given, progress as it goes, a table at the end.

It ends with 1 if something broke, and with 3 if all that is wrong is that something was late or too little landed, which
says as much of the machine.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import fields

from pydantic import TypeAdapter, ValidationError

from tests.storm.storm import Plan, Report, storm


class Wrong(ValueError):
    """A word that no plan can be made of, in one sentence."""


def plan(words: Sequence[str]) -> Plan:
    """The plan that these words change, as in `THREADS=50 FSYNC=everysec`. Raises `Wrong`."""
    names = [field.name.upper() for field in fields(Plan)]
    given = {name: value for name, _, value in (word.partition("=") for word in words)}
    for name in given.keys() - set(names):
        raise Wrong(f"A storm has no {name}: it takes {', '.join(names)}.")
    try:
        return TypeAdapter(Plan).validate_python({k.lower(): v for k, v in given.items()})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise Wrong(f"{name}={given[name]}: {first['msg']}.") from error


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell(report: Report, missed: list[str]) -> None:
    for name, figure in report.figures.items():
        _say(f"{name:<32}{figure:>10}")
    for what in report.violations[:40]:
        _say(f"BROKEN {what}")
    for what in report.late:
        _say(f"LATE {what}")
    for what in missed:
        _say(f"TOO FEW {what}")
    _say(f"{len(report.violations)} violations")


def _outlook(given: Plan) -> str:
    faults = ", ".join(f"{number} {kind}s" for kind, number in given.faults.items())
    return (
        f"{given.threads} threads, {given.workers} workers, fsync {given.fsync}; {faults} "
        f"in {given.seconds:.0f} s, seed {given.seed}"
    )


async def _storm(given: Plan) -> Report:
    """Told to end, it ends what it started."""
    running = asyncio.create_task(storm(given, _say))
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    return await running


if __name__ == "__main__":
    begun = time.time()
    try:
        given = plan(sys.argv[1:])
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        sys.exit(2)
    _say(_outlook(given))
    report = asyncio.run(_storm(given))
    missed = report.missed(given.floors)
    _tell(report, missed)
    _say(f"{time.time() - begun:.0f} s")
    if report.violations:
        _say(f"SEED={given.seed} plans the same faults again; KEEP=1 keeps logs and ledgers")
    sys.exit(1 if report.violations else 3 if report.late or missed else 0)
