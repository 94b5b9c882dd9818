"""Spending: the settings of what may be used in a day, a part of the settings as a whole."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings

from bot.settings.spelling import Prices

_ALL = "what the whole bot may use in a day (UTC), of cards in an hour, before its owner is asked; an agent has limits of its own: [limits](docs/operating.md#limits)"
MOST = 10**12  # More than anybody means; `inf` is none that could be counted to.
_EACH = "the same for all that one person asks for"


def _limit(name: str, meaning: str) -> Any:
    return Field(default=None, gt=0, le=MOST, validation_alias=name, description=meaning)


class Spending(BaseSettings):
    """What may be used in a day (UTC) or an hour, and what a model costs that is not known here."""

    max_cost_usd_per_day: float | None = _limit("BOT_MAX_COST_USD_PER_DAY", _ALL)
    max_tokens_per_day: int | None = _limit("BOT_MAX_TOKENS_PER_DAY", _ALL)
    max_steps_per_day: int | None = _limit("BOT_MAX_STEPS_PER_DAY", _ALL)
    max_calls_per_day: int | None = _limit("BOT_MAX_CALLS_PER_DAY", _ALL)
    max_wall_seconds_per_day: int | None = _limit("BOT_MAX_WALL_SECONDS_PER_DAY", _ALL)
    max_cards_per_hour: int | None = _limit("BOT_MAX_CARDS_PER_HOUR", _ALL)
    max_cost_usd_per_person_day: float | None = _limit("BOT_MAX_COST_USD_PER_PERSON_DAY", _EACH)
    max_tokens_per_person_day: int | None = _limit("BOT_MAX_TOKENS_PER_PERSON_DAY", _EACH)
    max_steps_per_person_day: int | None = _limit("BOT_MAX_STEPS_PER_PERSON_DAY", _EACH)
    max_calls_per_person_day: int | None = _limit("BOT_MAX_CALLS_PER_PERSON_DAY", _EACH)
    max_wall_seconds_per_person_day: int | None = _limit(
        "BOT_MAX_WALL_SECONDS_PER_PERSON_DAY", _EACH
    )
    max_cards_per_person_hour: int | None = _limit("BOT_MAX_CARDS_PER_PERSON_HOUR", _EACH)
    prices: Prices = Field(
        default=(),
        validation_alias="BOT_PRICES",
        description="models whose price is not known here, as MODEL=INPUT/OUTPUT in USD a million tokens, comma-separated",
    )
