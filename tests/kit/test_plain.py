"""Whatever a tool returns can be stored, and never more of it than fits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from bot.kit.plain import MAX_LETTERS, MAX_VALUES, plain


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: float


class Order(BaseModel):
    id: int
    token: SecretStr = SecretStr("hunter2")
    at: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Bare:
    pass


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Point(1, float("nan")), {"x": 1, "y": "nan"}),
        (Order(id=1), {"id": 1, "token": "**********", "at": "2026-11-02T09:00:00+00:00"}),
        (Path("/srv/app"), "/srv/app"),
        (b"caf\xc3\xa9\xff", "café\ufffd"),
        (Decimal("1.10"), "1.10"),
        ({Colour.RED, Colour.RED}, ["red"]),
        ({1: (2, None, True)}, {"1": [2, None, True]}),
        (iter([1, 2]), [1, 2]),
        (Bare(), "<Bare>"),
        ("\ud800", "?"),
        (float("-inf"), "-inf"),
    ],
)
def test_values_have_one_plain_form(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_a_number_too_long_to_write_out_is_told_by_its_size() -> None:
    assert plain({"n": 1 << 20_000}) == {"n": "a number of 20001 bits"}


values = st.recursive(
    st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_any_value_is_json_and_plain_json_stays_as_it_is(value: object) -> None:
    once = plain(value)
    json.dumps(once, allow_nan=False).encode()
    assert plain(once) == once


def test_what_contains_itself_ends() -> None:
    ring: list[object] = []
    ring.append(ring)
    assert "too deep" in json.dumps(plain(ring), ensure_ascii=False)


def test_too_many_values_are_left_out_and_said_so() -> None:
    def forever() -> Iterator[int]:
        while True:
            yield 1

    result = plain(forever())
    assert isinstance(result, list)
    assert len(result) <= MAX_VALUES + 2
    assert result[-1] == "… (the rest is left out)"


def test_too_long_a_text_is_cut_and_said_so() -> None:
    result = plain(["x" * MAX_LETTERS, "more"])
    assert isinstance(result, list)
    assert len(str(result)) < MAX_LETTERS + 200
    assert result[-1] == "… (the rest is left out)"


class Silent:
    def __repr__(self) -> str:
        raise ValueError("no words")


class Lying(dict[str, int]):
    def items(self) -> object:  # type: ignore[override]  # a mapping that breaks its word
        raise KeyError("no items")


@pytest.mark.parametrize("value", [Silent(), {Silent(), 1}, {Silent(): 1}, Lying(), [Lying()]])
def test_what_raises_when_it_is_looked_at_is_told_and_raises_nothing(value: object) -> None:
    told = plain(value)
    assert isinstance(told, str)
    assert told.startswith(f"… (a {type(value).__name__} that cannot be written out: ")
