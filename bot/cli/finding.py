"""Finding: one thing that was looked at, how it is, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True)
class Finding:
    """`mend` says what to do; empty: nothing."""

    about: str
    state: State
    found: str
    mend: str = ""
