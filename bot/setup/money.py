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
    """Limits in money that nobody could hold, since a model that is asked has no known price; no error where one in tokens stands beside."""
    if settings.rehearses:
        return
    own = own_prices(settings)
    for agent in agents.values():
        unknown = [
            each for each in dict.fromkeys(_asked(settings, agent)) if not is_known(each, own)
        ]
        for model in unknown:
            yield from _unheld(settings, agent, model)


def _asked(settings: Settings, agent: Agent) -> Iterator[str]:
    yield agent.model or settings.model
    if second := agent.fallback or settings.fallback_model:
        yield second


def _unheld(settings: Settings, agent: Agent, model: str) -> Iterator[Finding]:
    """A finding for each name under which money is limited, and what mends it."""
    limits, price = agent.front.limits, f"BOT_PRICES={model}=INPUT/OUTPUT in USD a million tokens"
    said = {
        "cost_usd": (limits.cost_usd, limits.tokens),
        "cost_usd_per_day": (limits.cost_usd_per_day, limits.tokens_per_day),
        "BOT_MAX_COST_USD_PER_DAY": (settings.max_cost_usd_per_day, settings.max_tokens_per_day),
        "BOT_MAX_COST_USD_PER_PERSON_DAY": (
            settings.max_cost_usd_per_person_day,
            settings.max_tokens_per_person_day,
        ),
    }
    for name, (money, tokens) in said.items():
        beside = name.replace("COST_USD", "TOKENS").replace("cost_usd", "tokens")
        where = f" in the limits of {agent.folder}/agent.md" if name.islower() else ""
        if money is not None and tokens is None:
            text = f"{name} is limited, and the price of {model} is not known"
            yield Finding("error", agent.name, text, f"set {price}, or {beside} beside it{where}")
        elif money is not None:
            text = f"{name} does not hold {model}, whose price is not known; {beside} does"
            yield Finding("warning", agent.name, text, f"set {price}")


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
        if finding.severity == "error":
            raise AgentError(f"{finding.agent}: {finding.text}: {finding.mend}")
