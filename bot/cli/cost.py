"""Cost: what the models have cost, added up from the logs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.app import App
from bot.cli import parts
from bot.cli.errors import Wrong
from bot.cli.output import note, say, say_json, table
from bot.cli.parts import AsJson
from bot.core.spend import Spent, spent
from bot.engine.standing import CannotRead, NoSuchThread
from bot.settings.spelling import span

MICRO = 1_000_000
By = Annotated[
    Literal["agent", "person", "day"], Parameter("--by", help="agent, person or day (UTC).")
]
Since = Annotated[
    str, Parameter("--since", help="A day as 2026-01-31, or how long ago as 7d; default: always.")
]


@dataclass
class Sum:
    """What so many answers used; of `unpriced` of them nobody knows what they cost."""

    answers: int = 0
    tokens: int = 0
    micro_usd: int = 0
    unpriced: int = 0

    def add(self, one: Spent) -> None:
        self.answers += 1
        self.tokens += one.usage.tokens
        self.micro_usd += one.usage.micro_usd or 0
        self.unpriced += one.is_unpriced


async def cost(*, by: By = "day", since: Since = "", as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        begin = _begin(since, await app.store.now())
        found = [each for each in await _all(app) if each.at >= begin]
    sums = _sums(by, found)
    if as_json:
        say_json([_row(by, name, of) for name, of in sorted(sums.items())])
        return
    if not sums:
        say("No model was asked.")
        return
    table((by, "answers", "tokens", "USD", "without a price"), _table(sums))
    if any(of.unpriced for of in sums.values()):
        note("What has no known price is not in the sum: BOT_PRICES sets one for what comes.")


async def _all(app: App) -> list[Spent]:
    found: list[Spent] = []
    for thread in await app.store.logged():
        try:
            found += spent(await app.desk.events(thread))
        except (CannotRead, NoSuchThread) as error:
            note(f"Not counted: {error}")
    return found


def _sums(by: str, found: Iterable[Spent]) -> dict[str, Sum]:
    sums: dict[str, Sum] = {}
    for one in found:
        name = day(one.at) if by == "day" else one.agent if by == "agent" else one.person
        sums.setdefault(name, Sum()).add(one)
    return sums


def _table(sums: dict[str, Sum]) -> list[tuple[str, ...]]:
    total, rows = Sum(), sorted(sums.items())
    for _, of in rows:
        total = Sum(
            total.answers + of.answers,
            total.tokens + of.tokens,
            total.micro_usd + of.micro_usd,
            total.unpriced + of.unpriced,
        )
    return [_cells(name, of) for name, of in (*rows, ("all", total))]


def _cells(name: str, of: Sum) -> tuple[str, ...]:
    dollars = f"{of.micro_usd / MICRO:.4f}"
    return name, str(of.answers), f"{of.tokens:,}", dollars, str(of.unpriced or "")


def _row(by: str, name: str, of: Sum) -> dict[str, object]:
    return {
        by: name,
        "answers": of.answers,
        "tokens": of.tokens,
        "cost_usd": of.micro_usd / MICRO,
        "unpriced": of.unpriced,
    }


def day(at: int) -> str:
    """The day in UTC of this time."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


def _begin(since: str, now: int) -> int:
    if not since:
        return 0
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", since):
            return int(datetime.fromisoformat(since).replace(tzinfo=UTC).timestamp() * 1000)
        ago = span(since)
    except ValueError:
        raise Wrong(
            f"--since is a day as 2026-01-31, or how long ago as 7d, not {since[:40]}."
        ) from None
    assert isinstance(ago, timedelta), "a text is read as a span or refused"
    return now - int(ago.total_seconds() * 1000)
