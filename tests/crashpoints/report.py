"""Report: the awaits of the engine with how often somebody died there in each phase, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crashpoints.enumeration import Tally, excuse
from tests.crashpoints.fate import PHASES, Phase
from tests.crashpoints.sites import Site, existing


def lines(tally: Tally) -> Iterator[str]:
    """The table, the excuses, and the sum."""
    yield f"{'':100} " + " ".join(f"{phase:>8}" for phase in PHASES)
    for site in existing():
        counts = (tally.covered[site.number, phase] or _excused(site, phase) for phase in PHASES)
        yield f"{site!s:100.100} " + " ".join(f"{count:>8}" for count in counts)
    for site in existing():
        for phase in PHASES:
            if reason := excuse(site, phase):
                yield f"{site.number} cannot die {phase}: {reason}"
    yield summary(tally)


def _excused(site: Site, phase: Phase) -> str:
    return "-" if excuse(site, phase) else "MISSING"


def summary(tally: Tally) -> str:
    points = [(site, phase) for site in existing() for phase in PHASES if not excuse(site, phase)]
    covered = len(points) - len(tally.missing())
    share = 100 * covered // len(points)
    runs = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.runs.items()))
    return (
        f"points covered {covered} of {len(points)}, {share} % "
        f"({len(existing())} awaits in {len(PHASES)} phases; runs: {runs}; pairs of awaits: {len(tally.pairs)})"
    )
