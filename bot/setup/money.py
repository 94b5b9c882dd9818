"""Money: what model calls cost by this house's settings, and the limits in money that nothing could hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.core.values import Address, Usage
from bot.engine.purse import Choose, Means, Most, Purse
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.lint import Finding
from bot.model.prices import Own, Rates, is_known, priced
from bot.settings import Settings

TO_CACHE = 1.25
"""What writing to the cache costs beside plain input, where nothing is said; reading from it is taken for plain."""


def own_prices(settings: Settings) -> Own:
    """The prices that were set, as the model's port counts: in thousandths of a dollar a million tokens."""
    return {model: _rates(*dollars) for model, dollars in settings.prices}


def _rates(
    into: float, out: float, from_cache: float | None = None, to_cache: float | None = None
) -> Rates:
    dollars = (
        into,
        out,
        into if from_cache is None else from_cache,
        into * TO_CACHE if to_cache is None else to_cache,
    )
    return Rates(*(-int(-1_000 * each // 1) for each in dollars))


def unpriced(settings: Settings, agents: Mapping[str, Agent]) -> Iterator[Finding]:
    """Agents whose limit in money nobody could hold, since a model that they ask has no known price."""
    if settings.rehearses:
        return
    own = own_prices(settings)
    for agent in agents.values():
        what = _in_money(settings, agent)
        if not what:
            continue
        for model in dict.fromkeys(_asked(settings, agent)):
            if not is_known(model, own):
                text = f"{what} is limited, and the price of {model} is not known"
                yield Finding("error", agent.name, text, _mend(agent, model, what))


def _asked(settings: Settings, agent: Agent) -> Iterator[str]:
    yield agent.model or settings.model
    if second := agent.fallback or settings.fallback_model:
        yield second


def _in_money(settings: Settings, agent: Agent) -> str:
    """What limits this agent in money, by the name it is set under; empty: nothing."""
    said = {
        "cost_usd": agent.front.limits.cost_usd,
        "cost_usd_per_day": agent.front.limits.cost_usd_per_day,
        "BOT_MAX_COST_USD_PER_DAY": settings.max_cost_usd_per_day,
        "BOT_MAX_COST_USD_PER_PERSON_DAY": settings.max_cost_usd_per_person_day,
    }
    return next((name for name, value in said.items() if value is not None), "")


def _mend(agent: Agent, model: str, what: str) -> str:
    tokens = what.replace("COST_USD", "TOKENS").replace("cost_usd", "tokens")
    where = f"in the limits of {agent.folder}/agent.md" if what.islower() else "in its place"
    return f"set BOT_PRICES={model}=INPUT/OUTPUT in USD a million tokens, or {tokens} {where}"


# ---- a day's means ---------------------------------------------------------------------------------------------------
def limited(
    settings: Settings,
    agents: Mapping[str, Agent],
    choose: Choose,
    store: Store,
    places: tuple[Address, ...] = (),
) -> Choose:
    """Whoever chooses the next step, held to what may be used in a day; as it is where nothing is limited. The owner is reached at these places."""
    bot = _most(settings.max_cost_usd_per_day, settings.max_tokens_per_day)
    person = _most(settings.max_cost_usd_per_person_day, settings.max_tokens_per_person_day)
    of_agents = {
        name: _most(agent.front.limits.cost_usd_per_day, agent.front.limits.tokens_per_day)
        for name, agent in agents.items()
    }
    if not isinstance(store, RedisStore) or {bot, person, *of_agents.values()} == {Most()}:
        return choose
    means = Means(bot, person, of_agents, settings.owner, _bound(settings, agents), places)
    return Purse(choose, store, store.ledger(), means)


def _most(dollars: float | None, tokens: int | None) -> Most:
    return Most(None if dollars is None else round(dollars * 1_000_000), tokens)


def _bound(settings: Settings, agents: Mapping[str, Agent]) -> Callable[[str], Usage]:
    """The most that one question of an agent can use: the longest request, written to the cache, and the longest answer."""
    own = own_prices(settings)

    def bound(name: str) -> Usage:
        agent = agents.get(name)
        if agent is None:
            return Usage()
        longest = agent.front.limits.context_tokens or settings.context_tokens
        usage = Usage(cache_write=longest, output=settings.max_tokens)
        models = _asked(settings, agent)
        return max(
            (priced(model, usage, own) for model in models), key=lambda each: each.micro_usd or 0
        )

    return bound


def affordable(settings: Settings, agents: Mapping[str, Agent]) -> None:
    """Refuse to start where a limit in money could not be held. Raises `AgentError`, one sentence."""
    for finding in unpriced(settings, agents):
        raise AgentError(f"{finding.agent}: {finding.text}: {finding.mend}")
