"""Redact: an event is stored without secrets, and all that is no word of anybody stays as it is."""

from __future__ import annotations

from typing import cast

import pytest
from pydantic import JsonValue

from bot.core.codec import TYPES, decode, encode
from bot.core.events import (
    MessageNoted,
    MessageReceived,
    Paused,
    StepDecided,
    ToolEnded,
    Unknown,
    Verdict,
)
from bot.core.masks import PLAIN
from bot.core.outbox import Notice, message
from bot.core.redact import WORDS, cut, missing, redacted
from bot.core.reducer import evolve, replay
from bot.core.thread import Thread
from bot.core.values import Address, Attachment, Original, Proposal

KEY = "AKIAIOSFODNN7EXAMPLE"
CUT = "[secret: AWS key]"
HERE = Address(channel="slack", locator="T/C/1")
# Fields that name something, count or tell a time: nobody's words.
NAMES = {
    *(
        "v",
        "id",
        "at",
        "actor",
        "type",
        "address",
        "addresses",
        "account",
        "day",
        "scope",
        "until",
        "agent",
        "written",
        "cut",
        "schedule",
        "creator",
        "askers",
        "seen",
        "doubts",
    ),
    *(
        "model",
        "request",
        "limits",
        "asked",
        "apart",
        "usage",
        "kind",
        "retry_in",
        "instead",
        "call",
        "version",
        "word",
    ),
    *(
        "digest",
        "channel",
        "verdict",
        "n",
        "run",
        "outcome",
        "ref",
        "size",
        "picture",
        "then",
        "name",
        "due",
        "key",
        "person",
    ),
    *("receipt", "upto", "parent", "head", "minutes", "after", "said", "thread", "fallback"),
    *("quiet", "took", "used", "number", "since", "failed", "slots", "told", "times", "spoken"),
}


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_field_of_an_event_is_words_or_a_name(name: str) -> None:
    """A new field of an event is put into one of the two tables: a word is never stored unlooked at."""
    words = set(WORDS.get(name, ()))
    fields = set(TYPES[name].model_fields)
    assert words <= fields
    assert fields - words <= NAMES
    assert set(WORDS) <= set(TYPES)


def test_words_are_stored_without_their_secrets_and_names_as_they_are() -> None:
    asked = MessageReceived(
        id=f"slack:{KEY}", actor="alice", address=HERE, text=f"use {KEY} and {KEY}",
        files=(Attachment(id=KEY, name=f"{KEY}.txt"),),
    )  # fmt: skip
    kept = redacted(asked, PLAIN)
    assert isinstance(kept, MessageReceived)
    assert (kept.text, kept.cut) == (f"use {CUT} and {CUT}", {"AWS key": 2})
    assert (kept.id, kept.files[0].name) == (asked.id, f"{CUT}.txt")
    assert redacted(kept, PLAIN) is kept


def test_a_mail_as_it_came_is_stored_without_its_secrets() -> None:
    original = Original(text=f"> use {KEY}", size=26)
    for event in (
        MessageReceived(id="m", address=HERE, text="do", original=original),
        MessageNoted(id="n", address=HERE, text="do", original=original),
        Verdict(id="v", request="r", word="approve", original=original),
    ):
        stored = decode(0, encode(redacted(event, PLAIN)))
        assert cast("Verdict", stored).original == Original(text=f"> use {CUT}", size=26)


def test_a_name_taken_from_words_without_its_case_is_cut_with_them() -> None:
    """`pass to NAME` names somebody in small letters, in which no mask knows a key."""
    said = Verdict(id="v", request="r", word="pass", text=f"pass to {KEY}", to=KEY.casefold())
    kept = cast("Verdict", redacted(said, PLAIN))
    assert (kept.text, kept.to) == (f"pass to {CUT}", "")
    chosen = said.model_copy(update={"text": f"he has {KEY}", "to": "ben"})
    assert cast("Verdict", redacted(chosen, PLAIN)).to == "ben"


def test_what_holds_no_secret_is_the_very_same() -> None:
    for event in (
        Paused(id="p", reason="lunch"),
        Unknown(type="Dreamt", id="d", raw=KEY),
        StepDecided(
            id="s", seen=1, calls=(Proposal(kind="read", tool="look", arguments={"a": [1]}),)
        ),
        ToolEnded(
            id="e", call="c", n=1, outcome="returned", result={"a": [{"b": None}, 1.5, True]}
        ),
    ):
        assert redacted(event, PLAIN) is event


def test_arguments_results_and_verdicts_are_looked_through() -> None:
    step = StepDecided(
        id="s", seen=1, calls=(Proposal(kind="gated", tool="t", arguments={"a": [KEY]}),)
    )
    assert KEY.encode() not in encode(redacted(step, PLAIN))
    edit = Verdict(id="v", request="r", word="edit", arguments={"password": "letmein"})
    assert b"letmein" not in encode(redacted(edit, PLAIN))
    denied = Verdict(id="v", request="r", word="deny", text=f"no, {KEY} leaked")
    assert cast("Verdict", redacted(denied, PLAIN)).text == f"no, {CUT} leaked"
    passed = Verdict(id="v", request="r", word="pass", to=KEY)  # Typed: anything may stand there.
    assert cast("Verdict", redacted(passed, PLAIN)).to == CUT


def test_a_key_of_a_structure_may_be_a_secret_too() -> None:
    assert cut({KEY: 1, "b": (KEY, 2)}, PLAIN) == {CUT: 1, "b": (CUT, 2)}


def test_keys_that_are_cut_to_the_same_keep_their_values_apart() -> None:
    other = f"{KEY[:-1]}A" if KEY[-1] != "A" else f"{KEY[:-1]}B"
    value = {KEY: 1, other: 2, f"{CUT} (2)": 3}
    kept = cut(value, PLAIN)
    assert sorted(kept.values()) == [1, 2, 3]
    assert set(kept) == {CUT, f"{CUT} (2)", f"{CUT} (3)"}
    assert cut(kept, PLAIN) is kept


def test_what_no_event_is_made_of_is_not_kept_unlooked_at() -> None:
    value: JsonValue = KEY
    for _ in range(100_000):
        value = [value]
    assert KEY not in repr(str(cut([value, {"a": 1}], PLAIN))[:2_000])


def test_nothing_is_too_deep_to_be_looked_at() -> None:
    value: JsonValue = KEY
    same: JsonValue = "plain"
    for _ in range(200):
        value, same = [value], [same]
    assert KEY not in str(cut(value, PLAIN))
    assert cut(same, PLAIN) == same


def test_what_was_cut_out_of_arguments_is_missed() -> None:
    assert missing({"a": {"b": [f"x {CUT}"]}}) == CUT
    assert missing({"a": "plain"}) is None


def test_whoever_wrote_a_secret_is_told_once() -> None:
    asked = MessageReceived(
        id="m", actor="alice", address=HERE, text=f"{KEY} {KEY} password=hunter2"
    )
    thread = evolve(Thread("T"), redacted(asked, PLAIN))
    (notice,) = thread.notices
    said = message(thread, notice.key)
    assert isinstance(said, Notice)
    assert "(2 of AWS key, password)" in said.text
    assert evolve(thread, redacted(asked, PLAIN)).notices == thread.notices


def test_a_secret_beside_a_word_that_stops_is_told_of_as_well() -> None:
    asked = MessageReceived(id="m", actor="alice", address=HERE, text="stop", cut={"AWS key": 1})
    assert [each.code for each in evolve(Thread("T"), asked).notices] == ["stopped", "secrets"]
    assert len({each.key for each in evolve(Thread("T"), asked).notices}) == 2


def test_a_message_stored_before_folds_as_it_did() -> None:
    old = decode(
        1,
        b'{"type":"MessageReceived","v":1,"id":"m","address":{"channel":"a","locator":"b"},"text":"hi"}',
    )
    assert replay("T", [old]).notices == ()


@pytest.mark.parametrize("value", [None, True, 7, 1.5, (), {}, "", b"ghp_" + b"a" * 36])
def test_what_is_no_words_is_the_very_same_after(value: object) -> None:
    assert cut(value, PLAIN) is value
