"""Means: what the settings and the agents say may be used in a day, or of cards in an hour; one table for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.core.measures import Amounts, Measure
from bot.core.values import Address, Usage
from bot.engine.means import Means, Most
from bot.engine.purse import Choose, Purse
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.agent import Agent
from bot.model.prices import priced
from bot.settings import Settings
from bot.setup.money import asked, own_prices

LONGEST_ANSWER_MS = 600_000
"""How long one question to a model may take; the port of the model gives up after that."""


class _Said(NamedTuple):
    """Under which names a limit is said, for all, for a person and for an agent; and how many of what is counted one of it is."""

    all: str
    person: str
    agent: str
    times: int = 1


_SAID: Mapping[Measure, _Said] = {
    "micro_usd": _Said(
        "max_cost_usd_per_day", "max_cost_usd_per_person_day", "cost_usd_per_day", 1_000_000
    ),
    "tokens": _Said("max_tokens_per_day", "max_tokens_per_person_day", "tokens_per_day"),
    "steps": _Said("max_steps_per_day", "max_steps_per_person_day", "steps_per_day"),
    "calls": _Said("max_calls_per_day", "max_calls_per_person_day", "calls_per_day"),
    "wall_ms": _Said(
        "max_wall_seconds_per_day",
        "max_wall_seconds_per_person_day",
        "wall_seconds_per_day",
        1_000,
    ),
    "cards": _Said("max_cards_per_hour", "max_cards_per_person_hour", "agent_cards_per_hour"),
}


def means(
    settings: Settings, agents: Mapping[str, Agent], places: tuple[Address, ...] = ()
) -> Means:
    """What may be used. The owner is reached at these places."""
    of_agents = {
        name: _most(
            {each: (said.agent, said.times) for each, said in _SAID.items()}, agent.front.limits
        )
        for name, agent in agents.items()
    }
    return Means(
        _most({each: (said.all, said.times) for each, said in _SAID.items()}, settings),
        _most({each: (said.person, said.times) for each, said in _SAID.items()}, settings),
        of_agents,
        settings.owner,
        _bound(settings, agents),
        places,
    )


def _most(names: Mapping[Measure, tuple[str, int]], said: object) -> Most:
    """What is said of these, in what is counted."""
    found: dict[str, float | None] = {
        each: getattr(said, name) for each, (name, _) in names.items()
    }
    return {
        each: round(many * names[each][1]) for each in names if (many := found[each]) is not None
    }


def limited(
    settings: Settings,
    agents: Mapping[str, Agent],
    choose: Choose,
    store: Store,
    places: tuple[Address, ...] = (),
) -> Choose:
    """Whoever chooses the next step, held to what may be used in a day; as it is where nothing is limited."""
    may = means(settings, agents, places)
    if not isinstance(store, RedisStore) or not may.are_limited:
        return choose
    return Purse(choose, store, store.ledger(), may)


async def counted(settings: Settings, agents: Mapping[str, Agent], store: Store) -> None:
    """Before a worker begins: a limit that is new counts what was used before it, too."""
    if isinstance(store, RedisStore):
        await store.ledger().begin(store, is_limited=means(settings, agents).are_limited)


def _bound(settings: Settings, agents: Mapping[str, Agent]) -> Callable[[str], Amounts]:
    """The most that one question of an agent can use: the longest request, written to the cache, the longest answer, and the longest wait for it."""
    own = own_prices(settings)

    def bound(name: str) -> Amounts:
        agent = agents.get(name)
        if agent is None:
            return {}
        longest = agent.front.limits.context_tokens or settings.context_tokens
        usage = Usage(cache_write=longest, output=settings.max_tokens)
        prices = (priced(model, usage, own).micro_usd or 0 for model in asked(settings, agent))
        most = {"micro_usd": max(prices), "tokens": usage.tokens}
        # Of calls and cards only those are made that there is room for: nobody need wait for them.
        return {**most, "steps": 1, "wall_ms": LONGEST_ANSWER_MS}

    return bound
