"""Plain: anything a tool may return, as JSON of bounded size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from itertools import islice
from typing import cast

from pydantic import BaseModel, JsonValue

MAX_DEPTH = 24
MAX_VALUES = 50_000
MAX_LETTERS = 2_000_000
_LONGEST_NUMBER_BITS = (
    4_000  # Python itself refuses to write out numbers of more than 4,300 digits.
)


def plain(value: object) -> JsonValue:
    """The value as JSON: what has no JSON form becomes text, what is too much is left out and said so.

    Never raises: a tool that returned has done its work, whatever its result makes of being looked at.
    """
    try:
        return _Budget().plain(value, MAX_DEPTH)
    except Exception as error:  # noqa: BLE001 - whatever the author's own class raises
        return f"… (a {type(value).__name__} that cannot be written out: {type(error).__name__})"


class _Budget:
    """What may still be written; one for the whole result, however it is nested."""

    def __init__(self) -> None:
        self._values = MAX_VALUES
        self._letters = MAX_LETTERS

    def plain(self, value: object, depth: int) -> JsonValue:
        self._values -= 1
        match value:
            case Enum():
                return self.plain(cast("object", value.value), depth)
            case None | bool():
                return value
            case int():
                return _number(value)
            case float():
                return float(value) if math.isfinite(value) else str(float(value))
            case str() | bytes() | bytearray():
                return self._text(value)
            case _:
                return self._nested(value, depth)

    def _nested(self, value: object, depth: int) -> JsonValue:
        members = _members(value)
        if members is None:
            return self._text(_words(value))
        if depth == 0:
            return "… (too deep, left out)"
        if isinstance(members, Mapping):
            return self._mapping(cast("Mapping[object, object]", members), depth)
        return self._list(members, depth)

    def _mapping(self, members: Mapping[object, object], depth: int) -> JsonValue:
        whole: dict[str, JsonValue] = {}
        for key, value in members.items():
            if self._spent():
                whole["…"] = f"{len(members) - len(whole)} more, left out"
                break
            whole[str(self._text(_words(key)))] = self.plain(value, depth - 1)
        return whole

    def _list(self, members: Iterable[object], depth: int) -> JsonValue:
        whole: list[JsonValue] = []
        for value in islice(members, MAX_VALUES + 1):
            if self._spent():
                whole.append("… (the rest is left out)")
                break
            whole.append(self.plain(value, depth - 1))
        return whole

    def _spent(self) -> bool:
        return self._values <= 0 or self._letters <= 0

    def _text(self, value: str | bytes | bytearray) -> str:
        whole = (
            value
            if isinstance(value, str)
            else bytes(value[: MAX_LETTERS * 4]).decode(errors="replace")
        )
        text = whole[: max(self._letters, 0)]
        self._letters -= len(text)
        cut = (
            f"… ({len(whole) - len(text)} more characters, left out)"
            if len(text) < len(whole)
            else ""
        )
        # A lone surrogate cannot be stored as UTF-8.
        return text.encode("utf-8", "replace").decode() + cut


def _number(value: int) -> JsonValue:
    bits = value.bit_length()
    return int(value) if bits <= _LONGEST_NUMBER_BITS else f"a number of {bits} bits"


def _members(value: object) -> Mapping[object, object] | Iterable[object] | None:
    """What the value is made of; None: it is one thing."""
    if isinstance(value, BaseModel):
        return {
            name: getattr(value, name)
            for name in (*type(value).model_fields, *(value.model_extra or {}))
        }
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value)
    if isinstance(value, set | frozenset):
        return sorted(cast("frozenset[object]", value), key=repr)
    if isinstance(value, Iterable):
        return cast("Iterable[object]", value)
    return None


def _words(value: object) -> str:
    """One thing in words; an object that has none goes by its type, not by its place in memory."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(_number(value))
    own = type(value).__str__ is not object.__str__ or type(value).__repr__ is not object.__repr__
    return str(value) if own else f"<{type(value).__name__}>"
