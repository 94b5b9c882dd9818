"""Report: the awaits of the engine with how often somebody died there in each phase, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crashpoints.enumeration import Tally
from tests.crashpoints.fate import PHASES
from tests.crashpoints.sites import existing


def lines(tally: Tally) -> Iterator[str]:
    """The table and the sum."""
    yield f"{'':100} " + " ".join(f"{phase:>8}" for phase in PHASES)
    for site in existing():
        counts = (tally.covered[site.number, phase] or "MISSING" for phase in PHASES)
        yield f"{site!s:100.100} " + " ".join(f"{count:>8}" for count in counts)
    yield summary(tally)


def summary(tally: Tally) -> str:
    points = len(existing()) * len(PHASES)
    covered = points - len(tally.missing())
    runs = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.runs.items()))
    return (
        f"points covered {covered} of {points}, {100 * covered // points} % "
        f"({len(existing())} awaits in {len(PHASES)} phases; runs: {runs}; pairs of awaits: {len(tally.pairs)})"
    )
