"""Enumeration: every death of every story, and every further death in what follows it.

Two deaths that leave the same outside (logs, leases, what was begun, shown and said) leave the same future but for the
hour. Single deaths are all taken in `make points`; pairs start from one death for each outside left. `make test` takes
a share that follows from the stories alone: each outside left, each await at each phase, each pair of awaits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.crashpoints.fate import PHASES, Death, Pass, Phase, deaths
from tests.crashpoints.play import Played, play
from tests.crashpoints.script import Story
from tests.crashpoints.sites import Site, existing

Deaths = tuple[Death, ...]
Covered = tuple[int, Phase]


@dataclass
class Tally:
    """What was run and what came of it."""

    runs: Counter[str] = field(default_factory=Counter[str])
    covered: Counter[Covered] = field(default_factory=Counter[Covered])
    passed: set[int] = field(default_factory=set[int])
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])
    found: list[str] = field(default_factory=list[str])

    def add(self, other: Tally) -> None:
        self.runs += other.runs
        self.covered += other.covered
        self.passed |= other.passed
        self.pairs += other.pairs
        self.found += other.found

    def missing(self) -> list[tuple[Site, Phase]]:
        """Every await and phase in which nobody has died."""
        return [
            (site, phase)
            for site in existing()
            for phase in PHASES
            if not self.covered[site.number, phase]
        ]


class Enumeration:
    """All the deaths of one story."""

    def __init__(self, story: Story) -> None:
        self.story, self.tally = story, Tally()
        self.base = self._run(())
        self._ends = [self.base.end, *(self._run((), other).end for other in story.as_good)]

    # ---- which deaths there are ------------------------------------------------------------------------------
    def firsts(self) -> list[tuple[Death, Pass]]:
        return list(deaths(self.base.passes))

    def after(self, first: Death) -> list[tuple[Death, Pass]]:
        """The death, and every way to die again in what follows."""
        return list(deaths(self.single(first).recovery))

    def wrong(self) -> Iterator[str]:
        """What single deaths bring to light, as it comes."""
        for death, _ in self.firsts():
            self.single(death)
            yield from self.tally.found

    # ---- dying -----------------------------------------------------------------------------------------------
    def single(self, death: Death) -> Played:
        return self._run((death,))

    def pair(self, first: Death, second: Death) -> Played:
        return self._run((first, second))

    def _run(self, chosen: Deaths, story: Story | None = None) -> Played:
        played = play(story or self.story, chosen)
        self.tally.runs[("without", "single", "pair")[len(chosen)]] += 1
        if len(chosen) < 2:  # Nobody dies a third time.
            ways = played.recovery if chosen else played.passes
            self.tally.passed.update(site for each in ways for site in each.sites)
        for death, of in played.landed:
            self.tally.covered.update((site, death.phase) for site in of.sites)
        inner = [of.sites[-1] for _, of in played.landed if of.sites]
        if len(inner) > 1:
            self.tally.pairs[inner[0], inner[1]] += 1
        where = " and ".join(
            f"{death.phase} {of.port}.{of.name} [{death.number}]" for death, of in played.landed
        )
        self.tally.found += [
            f"{self.story.name}, {where or 'nobody dies'}: {what}"
            for what in self._wrong(played, chosen)
        ]
        return played

    def _wrong(self, played: Played, chosen: Deaths) -> Iterable[str]:
        if played.found or not chosen or played.end in self._ends:
            return played.found
        return [
            f"{part} is {played.end[part]}, not {self.base.end[part]}"
            for part in self.base.end
            if played.end[part] != self.base.end[part]
        ]


# ---- which of them are taken ---------------------------------------------------------------------------------
def left_by(death: Death, of: Pass) -> tuple[object, ...]:
    """The outside that this death leaves, as far as others can tell: who is gone and what is so."""
    return of.worker, of.states[death.phase]


def distinct(firsts: Iterable[tuple[Death, Pass]]) -> Iterator[tuple[Death, Pass]]:
    """One death for each outside left."""
    seen = set[tuple[object, ...]]()
    for death, of in firsts:
        if left_by(death, of) not in seen:
            seen.add(left_by(death, of))
            yield death, of


def share(stories: Iterable[Story]) -> Tally:
    """The share of `make test`, which is the same each time."""
    total, met = Tally(), set[tuple[int, int]]()
    for story in stories:
        each = Enumeration(story)
        for death in _chosen(each, total):
            for second in _chosen_after(each, death, total, met):
                each.pair(death, second)
        total.add(each.tally)
    return total


def _chosen(each: Enumeration, total: Tally) -> Iterator[Death]:
    """One for each outside left, one for each await of this story, and any await and phase that is new."""
    firsts, inner = each.firsts(), set[int]()
    left = {death for death, _ in distinct(firsts)}
    for death, of in firsts:
        news = _is_new(each, total, death, of) or not set(of.sites[-1:]) <= inner
        if death in left or news:
            inner |= set(of.sites[-1:])
            yield death


def _chosen_after(
    each: Enumeration, first: Death, total: Tally, met: set[tuple[int, int]]
) -> Iterator[Death]:
    """One for each pair of awaits, and any await and phase that is new."""
    played = each.single(first)
    before = played.landed[0][1].sites[-1:] if played.landed else ()
    for death, of in deaths(played.recovery):
        pairs = {(one, other) for one in before for other in of.sites[-1:]}
        if not pairs <= met or _is_new(each, total, death, of):
            met |= pairs
            yield death


def _is_new(each: Enumeration, total: Tally, death: Death, of: Pass) -> bool:
    covered = (each.tally.covered, total.covered)
    return any(not any(so_far[site, death.phase] for so_far in covered) for site in of.sites)
