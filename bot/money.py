"""Money: what model calls cost by this house's settings, and the limits in money that nothing could hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.kit.agent import Agent
from bot.kit.lint import Finding
from bot.model.prices import Own, Rates, is_known
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
        if agent.limits.micro_usd is None:
            continue
        for model in dict.fromkeys(_asked(settings, agent)):
            if not is_known(model, own):
                text = f"cost_usd is limited, and the price of {model} is not known"
                yield Finding("error", agent.name, text, _mend(agent, model))


def _asked(settings: Settings, agent: Agent) -> Iterator[str]:
    yield agent.model or settings.model
    if second := agent.fallback or settings.fallback_model:
        yield second


def _mend(agent: Agent, model: str) -> str:
    return (
        f"set BOT_PRICES={model}=INPUT/OUTPUT in USD a million tokens,"
        f" or limits: {{tokens: N}} in the place of cost_usd in {agent.folder}/agent.md"
    )
