"""Codec: every event survives; what cannot be read is kept; no bytes raise."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core import codec, events, status
from bot.core.codec import TYPES, canonical, decode, digest, encode
from bot.core.effects import next_effects
from bot.core.events import Event, Known, MessageNoted, Paused, ToolEnded, Unknown
from bot.core.reducer import evolve, replay
from bot.core.thread import Thread

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(max_size=6)
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
st.register_type_strategy(JsonValue, JSON)  # pyright: ignore[reportArgumentType]


@given(st.data(), st.sampled_from(sorted(TYPES)), st.integers(0, 2**53))
def test_every_event_survives(data: st.DataObject, name: str, at: int) -> None:
    event = data.draw(st.builds(TYPES[name])).model_copy(update={"at": at})
    assert decode(at, encode(event)) == event
    assert encode(decode(at, encode(event))) == encode(event)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_stored_event_says_its_type_and_version_first(name: str) -> None:
    assert TYPES[name].model_fields["type"].default == name
    assert (
        encode(Paused(id="a", at=5, actor="bob"))
        == b'{"type":"Paused","v":1,"id":"a","actor":"bob"}'
    )


def test_the_stores_stamp_is_the_only_time() -> None:
    assert decode(7, b'{"type":"Paused","v":1,"id":"a"}').at == 7
    assert b"at" not in encode(Paused(id="x", at=5))


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert decode(0, b'{"type":"Paused","v":1,"id":"a","mood":"calm"}') == Paused(id="a")


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"Dreamt","v":3,"id":"d1","actor":"bob","of":["sheep", 1.50]}',
        b'{"type":"Paused","v":2,"id":"p1","until":12}',
        b'{"type":"ToolStarted","v":1,"id":"t1","call":"T-1-0"}',
        '{"id":"ä","type":"Geträumt", "v":1}'.encode(),
    ],
)
def test_what_this_version_does_not_know_is_kept_byte_for_byte(body: bytes) -> None:
    event = decode(9, body)
    assert isinstance(event, Unknown)
    assert encode(event) == body
    fields = json.loads(body)
    assert (event.type, event.v, event.id, event.at) == (
        fields["type"],
        fields["v"],
        fields["id"],
        9,
    )
    assert replay("T", [event]).head == 1


def test_an_old_version_is_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(fields: codec.Json) -> codec.Json:
        return {**fields, "type": "MessageNoted", "v": 0}

    def addressed(fields: codec.Json) -> codec.Json:
        return {**fields, "v": 1, "address": {"channel": "slack", "locator": "C1"}}

    monkeypatch.setitem(codec.UPCASTERS, ("Overheard", 7), renamed)
    monkeypatch.setitem(codec.UPCASTERS, ("MessageNoted", 0), addressed)
    event = decode(3, b'{"type":"Overheard","v":7,"id":"o","text":"hm"}')
    assert isinstance(event, MessageNoted)
    assert (event.at, event.text, event.address.locator) == (3, "hm", "C1")


HOSTILE = [
    b"",
    b"{",
    b"}",
    b"null",
    b"[]",
    b'"Paused"',
    b"\x00",
    b"\xff\xfe\x00",
    b'{"type":"Paused","v":1,"id":"\\u0000"}',
    b'{"type":"Paused","v":1,"id":"\\ud800"}',
    b'{"type":"Paused","v":1,"id":"\xed\xa0\x80"}',
    b'{"type":"Paused","v":1,"id":NaN}',
    b'{"type":"Paused","v":true,"id":"a"}',
    b'{"type":null,"v":null,"id":null,"actor":null}',
    b'{"type":{},"v":[],"id":{},"actor":[]}',
    b'{"type":"X","v":' + b"9" * 4_000 + b',"id":' + b"9" * 4_000 + b"}",
    b'{"type":"X","v":' + b"9" * 9_000 + b"}",
    b'{"type":' + b"9" * 9_000 + b"}",
    b'{"type":"X","id":1e999,"v":-1e999}',
    b"[" * 100_000,
    b'{"type":"X","a":' * 5_000,
    b'{"type":"ToolEnded","v":1,"id":"a","call":"c","n":1,"outcome":"returned","result":'
    + b"[" * 150
    + b"]" * 150
    + b"}",
    b'{"type":"ToolEnded","v":1,"id":"a","call":"c","n":1,"outcome":"returned","result":'
    + b"[" * 900
    + b"]" * 900
    + b"}",
    b'{"type":"ToolEnded","v":1,"id":"a","call":"c","n":'
    + b"9" * 5_000
    + b',"outcome":"returned"}',
    b'{"type":"Delivered","v":1,"id":"a","key":"T-1-0-v' + b"9" * 5_000 + b'"}',
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bytes_are_an_event_like_any_other(body: bytes) -> None:
    event = decode(1, body)
    assert (event.at, event.id != "") == (1, True)
    assert isinstance(encode(event), bytes)
    assert replay("T", [event]).head == 1


@given(
    st.binary()
    | st.sampled_from(HOSTILE).flatmap(lambda body: st.binary().map(lambda more: body[:60] + more))
)
def test_no_bytes_raise(body: bytes) -> None:
    event = decode(1, body)
    assert replay("T", [event, event]).head == 2


@given(st.binary())
def test_the_same_unreadable_bytes_are_the_same_event(body: bytes) -> None:
    assert decode(1, body) == decode(1, body)
    assert decode(1, b"\xff" + body).id == decode(2, b"\xff" + body).id


@given(st.dictionaries(WORDS, JSON, max_size=4))
def test_a_digest_does_not_depend_on_who_wrote_the_value(value: dict[str, JsonValue]) -> None:
    other = dict(reversed(list(value.items())))
    assert digest("tool", value) == digest("tool", other)
    assert json.loads(canonical(value)) == value


def test_a_digest_tells_its_parts_apart() -> None:
    assert digest("a", "b") != digest("ab")
    assert digest({"a": 1}) != digest({"a": "1"})
    assert digest("\ud800") != digest("?")
    with pytest.raises(ValueError, match="JSON compliant"):
        digest(float("nan"))


def test_a_result_of_any_shape_survives() -> None:
    ended = ToolEnded(
        id="e", call="T-1-0", n=1, outcome="returned", result={"a": [1, None, "\u2028\x00é"]}
    )
    known: Known = ended
    again: Event = decode(0, encode(known))
    assert again == ended


def test_half_a_character_is_stored_as_a_question_mark_wherever_it_stands() -> None:
    started = events.Verdict(
        id="v", request="T-1-0-v1", word="edit", arguments={"a\ud800": ["b\udfff", 1, None]}
    )
    again = decode(7, encode(started))
    assert isinstance(again, events.Verdict)
    assert again.arguments == {"a?": ["b?", 1, None]}


MESSAGE = (
    b'{"type":"MessageReceived","v":1,"id":"m","actor":"a","text":"go",'
    b'"address":{"channel":"console","locator":"1"}}'
)


def test_a_newer_form_of_a_known_event_stops_everything_and_a_new_kind_nothing() -> None:
    asked = evolve(Thread("T"), decode(1, MESSAGE))
    assert next_effects(asked)
    new_kind = evolve(asked, decode(2, b'{"type":"Sang","v":9,"id":"s"}'))
    assert next_effects(new_kind)
    newer = evolve(asked, decode(2, b'{"type":"Cancelled","v":2,"id":"c"}'))
    assert next_effects(newer) == ()
    assert status.waiting_for(newer) == "workers of a newer version of the bot"


@pytest.mark.parametrize(
    "body",
    [
        b"garbage",
        b"[]",
        b'{"v":1,"id":"a"}',
        b'{"type":"Cancelled","v":1}',
        b'{"type":"Verdict","v":"2","id":"v"}',
        b'{"type":"Cancelled","v":1,"id":"c","reason":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    ],
)
def test_what_may_have_been_a_denial_and_cannot_be_read_stops_every_effect(body: bytes) -> None:
    asked = evolve(Thread("T"), decode(1, MESSAGE))
    stopped = evolve(asked, decode(2, body))
    assert (stopped.unreadable, next_effects(stopped)) == (2, ())
    assert status.phase(stopped) == "dead"
    assert status.waiting_for(stopped) == "somebody who can read event 2"
    assert evolve(stopped, decode(3, b"more of it")).unreadable == 2
