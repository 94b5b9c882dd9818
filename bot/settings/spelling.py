"""Spelling: how a value is written in the environment, and what is said where it is written otherwise."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import BeforeValidator, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsError

from bot.kit.durations import SECONDS, within

MOST_QUOTED = 40
_SPAN = re.compile(r"\A(?P<number>\d{1,20})(?P<unit>[smhdw])\Z")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")


def span(text: object) -> object:
    """`7d`, `90m`, `4s`: a length of time."""
    found = _SPAN.match(text) if isinstance(text, str) else None
    if isinstance(text, str) and not found:
        message = "expected a number and one of s, m, h, d, w, as in 7d"
        raise ValueError(message)
    seconds = int(found["number"]) * SECONDS[found["unit"]] if found else 0
    if found and not seconds:
        message = "more than nothing was expected, as in 7d"
        raise ValueError(message)
    return timedelta(seconds=within(seconds, text)) if found else text


def redis_address(text: object) -> object:
    """An address of Redis, with nothing behind the question mark that the client would stumble over."""
    if not isinstance(text, str):
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss", "unix"):
        message = "an address that begins with redis://, rediss:// or unix:// was expected"
        raise ValueError(message)
    known = ("db", "username", "password", "protocol", "client_name")
    strange = [
        key for key, _ in parse_qsl(parts.query) if not key.startswith("ssl_") and key not in known
    ]
    if strange:
        message = (
            f"it takes {', '.join(known)} and ssl_… behind the question mark, not {strange[0]}"
        )
        raise ValueError(message)
    return text


def paths(text: object) -> object:
    """Folders, colon-separated."""
    return tuple(Path(part) for part in text.split(":") if part) if isinstance(text, str) else text


def words(text: object) -> object:
    """Names, comma-separated."""
    if not isinstance(text, str):
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def prices(text: object) -> object:
    """`model=3/15`, comma-separated: dollars a million tokens in and out, and if need be from and to the cache."""
    if not isinstance(text, str):
        return text
    return tuple(_price(part.strip()) for part in text.split(",") if part.strip())


def _price(text: str) -> tuple[str, tuple[float, ...]]:
    model, is_said, said = text.rpartition("=")
    numbers = [float(each) for each in said.split("/") if _NUMBER.fullmatch(each)]
    if (
        not model
        or not is_said
        or len(numbers) != said.count("/") + 1
        or len(numbers) not in (2, 4)
    ):
        message = "MODEL=INPUT/OUTPUT or MODEL=INPUT/OUTPUT/FROM_CACHE/TO_CACHE was expected, in USD a million tokens"
        raise ValueError(message)
    return model, tuple(numbers)


Span = Annotated[timedelta, BeforeValidator(span)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(paths)]
Prices = Annotated[tuple[tuple[str, tuple[float, ...]], ...], NoDecode, BeforeValidator(prices)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)]


def complaint(found: ErrorDetails) -> str:
    """What was expected. Only what cannot be a secret is quoted: numbers, and words out of a few."""
    context, given = found.get("ctx", {}), str(found["input"])
    short = given if len(given) <= MOST_QUOTED else f"{given[:MOST_QUOTED]}…"
    match found["type"]:
        case "greater_than":
            return f"more than {context['gt']} was expected, not {short}"
        case "greater_than_equal":
            return f"{context['ge']} or more was expected, not {short}"
        case "less_than_equal":
            return f"{context['le']} or less was expected, not {short}"
        case "int_parsing" | "int_parsing_size" | "int_from_float":
            return f"a whole number was expected, not {short}"
        case "float_parsing" | "decimal_parsing":
            return f"a number was expected, not {short}"
        case "literal_error":
            return f"{str(context['expected']).replace(chr(39), '')} was expected, not {short}"
        case _:
            return found["msg"].removeprefix("Value error, ")


def sentences(error: ValidationError | SettingsError) -> str:
    """What is wrong with the environment, one sentence a finding."""
    if isinstance(error, SettingsError):
        return f"{error}."
    return " ".join(_sentence(finding) for finding in error.errors())


def _sentence(found: ErrorDetails) -> str:
    name = found["loc"][0] if found["loc"] else "settings"
    return f"{name}: {complaint(found)}."
