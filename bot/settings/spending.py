"""Spending: the settings of money and tokens, a part of the settings as a whole."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.spelling import Prices

_ALL = "what the whole bot may use in a day (UTC) before its owner is asked; an agent has `cost_usd_per_day`, `tokens_per_day`"
_EACH = "what all that one person asks for may use in a day"


class Spending(BaseSettings):
    """What may be used in a day (UTC), and what a model costs that is not known here."""

    max_cost_usd_per_day: float | None = Field(
        default=None,
        gt=0,
        validation_alias="BOT_MAX_COST_USD_PER_DAY",
        description=_ALL,
    )
    max_tokens_per_day: int | None = Field(
        default=None,
        gt=0,
        validation_alias="BOT_MAX_TOKENS_PER_DAY",
        description=_ALL,
    )
    max_cost_usd_per_person_day: float | None = Field(
        default=None,
        gt=0,
        validation_alias="BOT_MAX_COST_USD_PER_PERSON_DAY",
        description=_EACH,
    )
    max_tokens_per_person_day: int | None = Field(
        default=None,
        gt=0,
        validation_alias="BOT_MAX_TOKENS_PER_PERSON_DAY",
        description=_EACH,
    )
    prices: Prices = Field(
        default=(),
        validation_alias="BOT_PRICES",
        description="models whose price is not known here, as MODEL=INPUT/OUTPUT in USD a million tokens, comma-separated",
    )
