"""Money: what model calls cost by this house's settings, and the limits in money that nothing could hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.kit.agent import Agent
from bot.kit.document import AgentError
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
    """Limits in money that nobody could hold, since a model that is asked has no known price; no error where one in tokens stands beside."""
    if settings.rehearses:
        return
    own = own_prices(settings)
    for agent in agents.values():
        unknown = [
            each for each in dict.fromkeys(asked(settings, agent)) if not is_known(each, own)
        ]
        for model in unknown:
            yield from _unheld(settings, agent, model)


def asked(settings: Settings, agent: Agent) -> Iterator[str]:
    """The models that this agent asks."""
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


def affordable(settings: Settings, agents: Mapping[str, Agent]) -> None:
    """Refuse to start where a limit in money could not be held. Raises `AgentError`, one sentence."""
    for finding in unpriced(settings, agents):
        if finding.severity == "error":
            raise AgentError(f"{finding.agent}: {finding.text}: {finding.mend}")
