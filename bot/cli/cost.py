"""Cost: what the models have cost, added up from the logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.app import App, house
from bot.cli import parts
from bot.cli.errors import Wrong
from bot.cli.output import note, say, say_json, table
from bot.cli.parts import AsJson
from bot.core.house import HOUSE
from bot.core.measures import day_of, of_most, period_of, scoped, together
from bot.core.reducer import replay
from bot.core.spend import Spent, spent, within
from bot.engine.means import extended
from bot.engine.standing import CannotRead, NoSuchThread
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.settings.spelling import span
from bot.setup.means import means

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
        self.answers += bool(one.model)
        self.tokens += one.usage.tokens
        self.micro_usd += one.usage.micro_usd or 0
        self.unpriced += one.is_unpriced


async def cost(*, by: By = "day", since: Since = "", as_json: AsJson = False) -> None:
    async with parts.bare() as app:
        begin = _begin(since, await app.store.now())
        everything, now = await _all(app), await app.store.now()
        caps = _caps(by, everything, await _limits(app, by, everything, now), now)
    sums = _sums(by, (each for each in everything if each.at >= begin))
    if as_json:
        rows = sorted(sums.items())
        say_json([{**_row(by, name, of), **_capped(caps.get(name, []))} for name, of in rows])
        return
    if not sums:
        say("No model was asked.")
        return
    table((by, "answers", "tokens", "USD", "without a price"), _table(sums))
    if any(of.unpriced for of in sums.values()):
        note("What has no known price is not in the sum: BOT_PRICES sets one for what comes.")
    if caps:
        say("")
        rows = [(each.of, each.period, each.words) for of in caps.values() for each in of]
        table(("limit of", "for", "used (UTC)"), rows)


# ---- limits ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cap:
    """How much of a limit is used now; `most` as it was extended."""

    of: str
    period: str
    measure: str
    used: int
    most: int

    @property
    def words(self) -> str:
        return of_most(self.measure, self.used, self.most)


async def _limits(
    app: App, by: str, found: Iterable[Spent], now: int
) -> dict[str, tuple[str, dict[str, int]]]:
    """By the name of a row, the scope that limits it now and by how much: of days, only today."""
    may = means(app.settings, _agents(app) if by == "agent" else {})
    asked = replay(HOUSE, await app.desk.house())
    today = [each for each in found if day_of(each.at) == day_of(now)]
    if by == "agent":
        scopes = {name: (f"agent:{name}", most) for name, most in may.agents.items()}
    elif by == "person":
        people = sorted({each.person for each in today})
        scopes = {name: (f"person:{name}", may.person) for name in people}
    else:
        scopes = {day_of(now): ("all", may.bot)}
    return {
        name: (scope, extended(asked, scope, most, now))
        for name, (scope, most) in scopes.items()
        if most
    }


def _agents(app: App) -> Mapping[str, Agent]:
    """None where their files are broken: what was spent is told all the same."""
    try:
        return house(app.settings).agents
    except AgentError as error:
        note(f"The limits of agents are not told: {error}")
        return {}


def _caps(
    by: str,
    found: Iterable[Spent],
    limits: Mapping[str, tuple[str, dict[str, int]]],
    now: int,
) -> dict[str, list[Cap]]:
    used: dict[str, dict[str, int]] = {}
    for one in found:
        name = _name(by, one)
        used[name] = together(used.get(name, {}), within(one, now))
    return {
        name: [
            Cap(scoped(scope), period_of(each, now), each, used.get(name, {}).get(each, 0), many)
            for each, many in most.items()
        ]
        for name, (scope, most) in limits.items()
    }


def _capped(caps: Iterable[Cap]) -> dict[str, object]:
    """The limits of a row as JSON: money in millionths of a US dollar, work in milliseconds."""
    rows = [
        {"measure": each.measure, "period": each.period, "used": each.used, "most": each.most}
        for each in caps
    ]
    return {"limits": rows} if rows else {}


# ---- sums ------------------------------------------------------------------------------------------------------------
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
        sums.setdefault(_name(by, one), Sum()).add(one)
    return sums


def _name(by: str, one: Spent) -> str:
    return day_of(one.at) if by == "day" else one.agent if by == "agent" else one.person


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
