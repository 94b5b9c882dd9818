"""Prices: what a model call cost, in millionths of a US dollar; None where the price is not known.

Source: https://platform.claude.com/docs/en/about-claude/pricing, as of 2026-11-22: standard tier of
the vendor's own API, five-minute cache. Reading the cache is not a tenth of the input price
everywhere, so every price is written out. Bedrock and Vertex set prices of their own and spell the
models their own way: there the cost is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.values import Usage


@dataclass(frozen=True, slots=True)
class Rates:
    """Thousandths of a US dollar a million tokens, which is billionths of a dollar a token."""

    input: int
    output: int
    cache_read: int
    cache_write: int


_RATES = {
    "claude-fable-5-1": Rates(10_000, 50_000, 1_000, 12_500),
    "claude-opus-5-5": Rates(4_000, 20_000, 200, 5_000),
    "claude-opus-5": Rates(5_000, 25_000, 500, 6_250),
    "claude-sonnet-5-5": Rates(2_000, 10_000, 100, 2_500),
    "claude-sonnet-5": Rates(2_000, 10_000, 200, 2_500),
    "claude-haiku-5-5": Rates(100, 500, 10, 125),
}
# Beyond this prompt, cached tokens included, every token of the request has the higher price.
_LONG_PROMPT_TOKENS = 100_000
_LONG_RATES = {"claude-haiku-5-5": Rates(500, 2_500, 50, 625)}


Own = Mapping[str, Rates]
"""Prices that whoever runs the bot has set, by model; they come before ours."""
NONE: Own = {}


def is_known(model: str, own: Own = NONE) -> bool:
    """Whether a call of this model has a price."""
    return model in own or model in _RATES


def priced(model: str, usage: Usage, own: Own = NONE) -> Usage:
    """The usage with its cost, rounded up: a sum of calls never promises less than the bill."""
    prompt_tokens = usage.input + usage.cache_read + usage.cache_write
    rates = own.get(model) or _rates(model, prompt_tokens)
    if rates is None:
        return usage
    billionths = (
        usage.input * rates.input
        + usage.output * rates.output
        + usage.cache_read * rates.cache_read
        + usage.cache_write * rates.cache_write
    )
    return usage.model_copy(update={"micro_usd": -(-billionths // 1_000)})


def _rates(model: str, prompt_tokens: int) -> Rates | None:
    if prompt_tokens > _LONG_PROMPT_TOKENS and model in _LONG_RATES:
        return _LONG_RATES[model]
    return _RATES.get(model)
