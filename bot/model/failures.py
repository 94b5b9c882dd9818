"""Failures: what a refusal by the model's server means, in one sentence that names what to do."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from bot.model.port import ModelFailed

# https://platform.claude.com/docs/en/api/errors; a conflict (409) passes as a limit does.
_TRANSIENT = (408, 409, 429)
# Not allowed for this key, or not known here: that is said of the model, and another may be allowed and known.
_OF_THIS_MODEL = (403, 404)
# A spend limit comes as 400, 402 or 429, and only a human can lift it.
_OUT_OF_MONEY_CODES = ("spend_limit_reached", "organization_on_hold")
_OUT_OF_MONEY_WORDS = ("credit balance", "spend limit", "usage limits")
_TOO_LONG_WORDS = ("prompt is too long", "context window", "context limit")
# "Could not process image", "image exceeds 5 MB maximum", and whatever else is found wrong with one.
_PICTURE_WORDS = ("image",)
_MOST_OF_A_MESSAGE = 200
_NAMED_BY = "BOT_MODEL, BOT_FALLBACK_MODEL or the agent's own"


@dataclass(frozen=True, slots=True)
class Refused:
    """An HTTP answer other than 200, without anything of the request in it."""

    status: int
    message: str
    error_type: str
    error_code: str
    model: str
    host: str
    key_name: str
    retry_seconds: float | None


def failure_of(refused: Refused) -> ModelFailed:
    """Whether asking again can help, and what a human should do where it cannot."""
    if _is_out_of_money(refused):
        return ModelFailed(
            "permanent", "The model account has no credit left: add credit or raise its limit."
        )
    if refused.status in _TRANSIENT or refused.status >= 500:
        reason = f"The model's server is not answering for the moment (HTTP {refused.status})."
        return ModelFailed("transient", reason, retry_seconds=refused.retry_seconds)
    if refused.status == 413 or (refused.status == 400 and _mentions(refused, _PICTURE_WORDS)):
        return ModelFailed("picture", _what_to_do(refused))
    kind = "unavailable" if refused.status in _OF_THIS_MODEL else "permanent"
    return ModelFailed(kind, _what_to_do(refused))


def _is_out_of_money(refused: Refused) -> bool:
    if refused.status == 402 or refused.error_type == "billing_error":
        return True
    if refused.error_code.endswith(_OUT_OF_MONEY_CODES):
        return True
    return refused.status == 400 and _mentions(refused, _OUT_OF_MONEY_WORDS)


def _mentions(refused: Refused, words: tuple[str, ...]) -> bool:
    return any(word in refused.message.lower() for word in words)


def _what_to_do(refused: Refused) -> str:
    said = " ".join(refused.message.split())[:_MOST_OF_A_MESSAGE].rstrip(".")
    match refused.status:
        case 400 if _mentions(refused, _TOO_LONG_WORDS):
            return "The conversation no longer fits into the model: begin a new thread."
        case 400:
            return f"The model's server refused the request, see it with `bot prompt`: {said}."
        case 401:
            return f"The model's server refused the key: check {refused.key_name}."
        case 403:
            return (
                f"{refused.key_name} may not use {refused.model}: allow it or change {_NAMED_BY}."
            )
        case 404:
            return f"{refused.host} knows no model {refused.model}: change {_NAMED_BY}."
        case 413:
            return "The request is too large for the model's server: begin a new thread."
        case status if status < 400:
            return f"{refused.host} points elsewhere (HTTP {status}): change ANTHROPIC_BASE_URL."
        case status:
            return f"The model's server refused the request (HTTP {status}): {said}."


LONGEST_RETRY_SECONDS = 3_600.0


def retry_seconds_of(headers: Mapping[str, str]) -> float | None:
    """How long the server asked to be left alone, at most an hour: it may say anything."""
    seconds = _retry_seconds(headers)
    return None if seconds is None or math.isnan(seconds) else min(seconds, LONGEST_RETRY_SECONDS)


def _retry_seconds(headers: Mapping[str, str]) -> float | None:
    """In any of the three ways in which it may be said."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        said = headers.get("retry-after")
        return max(0.0, float(said)) if said else None
    except ValueError:
        return _seconds_until(headers.get("retry-after", ""))


def _seconds_until(http_date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(http_date).timestamp() - time.time())
    except ValueError:
        return None
