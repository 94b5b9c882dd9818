"""Prices: the vendor's list, applied to one call."""

from __future__ import annotations

import pytest

from bot.core.values import Usage
from bot.model.prices import priced

MILLION = 1_000_000


def test_each_class_of_token_has_its_own_price() -> None:
    usage = Usage(input=MILLION, output=MILLION, cache_read=MILLION, cache_write=MILLION)
    dollars = 2.00 + 10.00 + 0.10 + 2.50
    assert priced("claude-sonnet-5-5", usage).micro_usd == dollars * MILLION


@pytest.mark.parametrize(("cached", "dollars"), [(99_999, 0.10), (100_000, 0.50)])
def test_a_long_prompt_makes_every_token_dearer(cached: int, dollars: float) -> None:
    usage = priced("claude-haiku-5-5", Usage(input=1, cache_read=cached))
    assert usage.micro_usd == round(dollars * (1 + cached / 10) + 0.499)


def test_a_fraction_counts_as_a_whole_millionth() -> None:
    assert priced("claude-haiku-5-5", Usage(input=1)).micro_usd == 1
    assert priced("claude-haiku-5-5", Usage()).micro_usd == 0


def test_a_model_without_a_known_price_costs_nobody_knows_what() -> None:
    assert priced("somebody-elses", Usage(input=5)) == Usage(input=5)
