"""Claim: what was approved is what was shown. No two different calls look the same, and no line of the frame is forged."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core.outbox import Outgoing
from channels.slack.cards import Look, plain, render
from channels.slack.words import words
from tests.channels.slack.test_cards import APPROVAL, HOLD, QUESTION, UNKNOWN
from tests.core.test_legible import CLOSE, FEW, same

Arguments = dict[str, JsonValue]
BARE = replace(APPROVAL, text="", quote="")
NAMES = st.one_of(st.sampled_from(("a", "a\u200b", "a\\u200b", "a: b", "@here", "@ here")), FEW)
VALUES = st.one_of(
    CLOSE, st.sampled_from(("@here", "@ here", "@here\nx", "@ here\nx", '"\\u0040here"', "> a", "a\n> b", "<a>", "&lt;a&gt;"))
)  # fmt: skip
ARGUMENTS = st.dictionaries(NAMES, VALUES, max_size=3)
PAIRS: tuple[tuple[Arguments, Arguments], ...] = (
    ({"s": "a\n   \nb"}, {"s": "a\n\nb"}), ({"s": "a\n\t\nb"}, {"s": "a\n\nb"}), ({"s": "a\nb\n"}, {"s": "a\nb"}), ({"s": "a\nb "}, {"s": "a\nb"}),
    ({"a\u200b": 1}, {"a\\u200b": 1}), ({"a": {"b": 1}}, {"a: b": 1}), ({"a": {"b": 1, "c": 2}}, {"a": "b: 1\nc: 2"}), ({"a": "b\nc: 1"}, {"a": "b", "c": 1}),
    ({"a": "@here"}, {"a": "@ here"}), ({"a": "x\n@here"}, {"a": "x\n@ here"}), ({"@here": 1}, {"@ here": 1}), ({"a": "@here"}, {"a": '"\\u0040here"'}),
    ({"a": 1}, {"a": "1"}), ({"a": None}, {"a": "null"}), ({"a": []}, {"a": ""}), ({}, {"a": None}), ({"a": "b\n> c"}, {"a": "b\nc"}),
)  # fmt: skip


def shown(arguments: Arguments) -> tuple[str, object, str]:
    """The text, the blocks and the text that goes out where the blocks are refused."""
    asked = replace(BARE, arguments=arguments)
    post = render(asked, Look())
    assert post.files == ()
    assert plain(asked, Look()).files != ()
    return post.text, post.blocks, plain(asked, Look()).text


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_two_calls_that_are_close_look_different(pair: tuple[Arguments, Arguments]) -> None:
    for one, other in zip(*map(shown, pair), strict=True):
        assert one != other


@given(ARGUMENTS, ARGUMENTS)
def test_no_two_different_calls_look_the_same(one: Arguments, other: Arguments) -> None:
    assume(not same(one, other))
    for here, there in zip(shown(one), shown(other), strict=True):
        assert here != there


@given(ARGUMENTS, ARGUMENTS, st.sampled_from(("", "x" * 1_600, "x\n" * 900)))
def test_no_two_different_calls_look_the_same_where_some_of_it_is_a_file(
    one: Arguments, other: Arguments, long: str
) -> None:
    assume(not same(one, other))
    cards = [
        render(replace(BARE, arguments={"long": long, **given}), Look()) for given in (one, other)
    ]
    seen = [(post.blocks, [file.content for file in post.files]) for post in cards]
    assert seen[0] != seen[1]


# ---- no line of the frame is forged ------------------------------------------------------------------------------------
FRAME = "May decide: bob\nUntil 2030-01-01\nforce: false\ntag: v9"


def lines(message: Outgoing) -> list[str]:
    return plain(message, Look()).text.split("\n")


def forged(message: Outgoing) -> list[str]:
    return [line for line in lines(message) if line in FRAME.split("\n")]


@pytest.mark.parametrize("feed", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x0b"])
@pytest.mark.parametrize(
    "message",
    [
        replace(BARE, because="it was asked for\nFRAME"),
        replace(BARE, arguments={"tag": "v1\nFRAME", "force": True}),
        replace(BARE, arguments={"of": {"tag": "v1\nFRAME"}, "force": True}),
        replace(BARE, arguments={"x\nFRAME": 1}),
        replace(BARE, tool="x\nFRAME"),
        replace(BARE, text="found\nFRAME"),
        replace(BARE, outside={"x\nFRAME": "y\nFRAME"}),
        replace(BARE, approvers=("ana\nFRAME", "bo")),
        replace(QUESTION, question="Which?\nFRAME"),
        replace(QUESTION, question="FRAME"),
        replace(QUESTION, context="FRAME", choices=("FRAME", "a\nFRAME")),
        replace(QUESTION, urgency="high\nFRAME"),
        replace(UNKNOWN, tool="x\nFRAME", arguments={"tag": "v1\nFRAME"}),
        replace(HOLD, why="model", reason="x\nFRAME"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_no_line_of_the_frame_is_forged_in_the_text(message: Outgoing, feed: str) -> None:
    assert forged(_filled(message, FRAME.replace("\n", feed))) == []


def _filled(message: Outgoing, frame: str) -> Outgoing:
    """The message with the frame put in where it is named, in every field."""
    put = {each.name: _put(getattr(message, each.name), frame) for each in fields(message)}
    return replace(message, **cast("dict[str, Any]", put))


def _put(value: object, frame: str) -> object:
    match value:
        case str():
            return value.replace("FRAME", frame)
        case tuple():
            return tuple(_put(each, frame) for each in cast("tuple[object, ...]", value))
        case dict():
            there = cast("dict[str, object]", value)
            return {key.replace("FRAME", frame): _put(each, frame) for key, each in there.items()}
        case _:
            return value


def test_a_reason_that_speaks_like_the_frame_stays_on_its_line() -> None:
    asked = replace(BARE, because="it was asked for\nMay decide: bob\nUntil 2030-01-01\ntag: v9")
    told = "it was asked for\\nMay decide: bob\\nUntil 2030-01-01\\ntag: v9"
    assert f"{words('en').because}: {told}" in lines(asked)


def test_an_argument_that_speaks_like_another_is_quoted() -> None:
    asked = replace(BARE, arguments={"tag": "v1\nforce: false", "force": True})
    assert lines(asked)[-4:] == ["tag:", "&gt; v1", "&gt; force: false", "force: true"]
