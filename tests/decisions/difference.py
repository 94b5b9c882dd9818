"""Difference: one place where oracle and product part."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle import facts
from tests.oracle.cases import Case
from tests.oracle.past import Past
from tests.oracle.words import Refusal


@dataclass(frozen=True)
class Difference:
    """What the oracle says of the last fact of `past`, and what became of it here."""

    case: Case
    past: Past
    told: str
    found: str
    said: tuple[str, ...] = ()
    request: str = "r1"
    is_replaced: bool = False
    is_paused: bool = False
    is_behind: bool = False
    anew: str = ""
    """Why it is asked anew here."""
    approved: tuple[str, ...] = ()
    """Who approved it here."""

    @property
    def fact(self) -> facts.Fact:
        """Where they part."""
        return self.past[-1].fact

    @property
    def refusals(self) -> frozenset[Refusal]:
        """The oracle's reasons."""
        return self.past[-1].ruling.refusals

    def __str__(self) -> str:
        ruling = self.past[-1].ruling
        why = sorted(each.name for each in (*ruling.refusals, *ruling.obstacles))
        return (
            f"{self.case.name}\n  at:     {self.fact}\n  oracle: {self.told} {why}\n"
            f"  here:   {self.found} {list(self.said)}"
        )
