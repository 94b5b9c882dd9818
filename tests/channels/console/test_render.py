"""Cards and lines at the terminal: all of it, and nothing hidden."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import JsonValue
from rich.console import Console, RenderableType

from bot.core.events import Event
from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
)
from bot.core.reducer import evolve
from bot.core.thread import Thread
from channels.console import story
from channels.console.render import FANCY, PLAIN, card
from channels.console.screen import Screen
from tests.core.build import asking, begun, doubtful, gated, question, read, say, sleep, working
from tests.core.test_legible import CLOSE, FEW, same

APPROVAL = Approval(
    key="T-1-0-v1",
    request="T-1-0-v1",
    tool="push_tag",
    arguments={"tag": "v1.5.0", "commit": "538568d55641c2b95846a1ea694ccabac1deee73", "n": 5},
    because="two commits wait",
    text="Push tag v1.5.0",
    approvers=("ana", "bo"),
    quorum=2,
    votes=("bo",),
    self_approval=True,
    typed=True,
    until=1_795_000_000_000,
    digest="d",
    quote="ana: hurry",
    editors=("bo",),
)
QUESTION = Question(
    key="T-1-0-v1",
    request="T-1-0-v1",
    question="Which version?",
    context="two commits",
    urgency="high",
    format="multiple_choice",
    choices=("Patch: v1.4.3", "Minor: v1.5.0"),
    until=1_795_000_000_000,
    asked=("ana",),
    quote="",
)
UNKNOWN = UnknownOutcome(
    key="T-1-0-v2",
    request="T-1-0-v2",
    tool="push_tag",
    arguments={"tag": "v1.5.0"},
    text="push_tag was started",
    started_at=1_795_000_000_000,
    may_retry_at=1_795_000_060_000,
    choices=("It happened", "Try again", "Give up"),
    asked=("ana",),
    quote="",
)
HOLD = Hold("T-1-hold", "T-1-hold-v1", "steps", "", "Shall I go on?", ("Extend", "Stop"), ("ana",))


def printed(*parts: RenderableType) -> str:
    out = io.StringIO()
    Screen(out, plain=True).show(*parts)
    return out.getvalue()


def drawn(asked: Approval, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(card(asked, PLAIN))
    return out.getvalue()


def test_what_an_edit_changed_stands_beside_what_it_was() -> None:
    edited = replace(APPROVAL, arguments={"count": 4}, before={"count": 2})
    assert "changed count" in printed(card(edited, PLAIN))
    assert "2 -> 4" in printed(card(edited, PLAIN))


def test_an_approval_shows_everything_that_is_decided_on() -> None:
    text = printed(card(APPROVAL, PLAIN))
    for part in (
        "approve push_tag?",
        "v1.5.0",
        "538568d55641c2b95846a1ea694ccabac1deee73",
        "two commits wait",
        "Push tag v1.5.0",
        "who may decide",
        "1 of 2 (bo)",
        "edited by",
        "2026-11-18 11:06:40 UTC",
        "self-approval",
        "ana: hurry",
        "T-1-0-v1",
        "approve | deny REASON | edit tag=VALUE",
    ):
        assert part in text, part


def test_whoever_cannot_approve_is_left_out_and_it_is_said_why() -> None:
    asked = replace(APPROVAL, approvers=("ana", "bo", "cy"), barred=("cy",), editors=("cy",))
    rows = [" ".join(line.strip("| ").split()) for line in printed(card(asked, PLAIN)).split("\n")]
    assert "who may decide ana" in rows
    assert "not cy changed its arguments" in rows


@pytest.mark.parametrize("asked", [APPROVAL, UNKNOWN])
def test_what_is_asked_anew_says_why(asked: Approval | UnknownOutcome) -> None:
    assert "asked anew" not in printed(card(asked, PLAIN))
    text = " ".join(printed(card(replace(asked, anew="the tag moved"), PLAIN)).split())
    assert "asked anew the tag moved" in text


def test_self_approval_is_spoken_of_only_where_it_is_allowed() -> None:
    assert "self-approval" not in printed(card(replace(APPROVAL, self_approval=False), PLAIN))


def test_what_came_from_outside_is_named_where_there_is_any() -> None:
    assert "outside" not in printed(card(APPROVAL, PLAIN))
    text = printed(card(replace(APPROVAL, outside={"message": "slack:U7@guest"}), PLAIN))
    assert "message (slack:U7@guest)" in text


def test_a_long_argument_is_never_cut() -> None:
    long = "".join(f"{number:05d}" for number in range(3_000))
    text = printed(card(replace(APPROVAL, arguments={"message": long}), PLAIN))
    assert long in "".join(
        line.strip("|\n ").removeprefix("message").strip() for line in text.splitlines()
    )


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [("\x1b[2Jx", "\\u001b"), ("a\u202eb", "\\u202e"), ("a\u200bb", "\\u200b"), ("a\rb", "\\r")],
)
def test_what_hides_in_an_argument_is_written_out(hidden: str, seen: str) -> None:
    text = printed(card(replace(APPROVAL, arguments={"tag": hidden}), PLAIN))
    assert seen in text
    assert hidden not in text


@pytest.mark.parametrize("spot", ["because", "text", "quote"])
def test_what_hides_in_other_words_is_written_out(spot: str) -> None:
    text = printed(card(replace(APPROVAL, **{spot: "a\u202eb\x1b[2J"}), PLAIN))
    assert "a\\u202eb\\u001b[2J" in text


def test_a_line_feed_in_a_value_begins_no_new_argument() -> None:
    forged = "Release\ncommit   0000000000000000000000000000000000000000"
    text = printed(card(replace(APPROVAL, arguments={"message": forged}), PLAIN))
    assert not [line for line in text.splitlines() if line.startswith("| commit")]
    assert "000000" in text


def test_names_that_begin_alike_look_different() -> None:
    ones = [replace(APPROVAL, arguments={"x" * 30 + end: 1, "a": 2}) for end in ("one", "two")]
    assert drawn(ones[0]).replace("one", "two") == drawn(ones[1])
    assert "one" in drawn(ones[0]).split("Type:")[0]


@given(st.dictionaries(FEW, CLOSE, max_size=2), st.dictionaries(FEW, CLOSE, max_size=2))
@example({"s": "a\n \nb"}, {"s": "a\n\nb"})
@example({"s": "a\n\tb"}, {"s": "a\n        b"})
@example({"a": {"b": 1, "c": 2}}, {"a": "b: 1\nc: 2"})
def test_no_two_different_calls_look_the_same(
    one: dict[str, JsonValue], other: dict[str, JsonValue]
) -> None:
    assume(not same(one, other))
    cards = [replace(APPROVAL, arguments=given) for given in (one, other)]
    assert drawn(cards[0], 200) != drawn(cards[1], 200)


def test_text_and_number_look_different() -> None:
    text = printed(card(replace(APPROVAL, arguments={"a": "5", "b": 5}), PLAIN))
    assert '"5"' in text


def test_markup_in_a_text_is_only_text() -> None:
    assert "[bold]v[/bold]" in printed(card(Say("k", "[bold]v[/bold]"), PLAIN))


def test_a_question_shows_its_choices_by_number_its_urgency_and_its_deadline() -> None:
    text = printed(card(QUESTION, PLAIN))
    for part in ("Which version?", "two commits", "1.  Patch: v1.4.3", "2.  Minor: v1.5.0"):
        assert part in text, part
    assert "high" in text
    assert "2026-11-18 11:06:40 UTC" in text


def test_an_unknown_outcome_says_when_it_began_and_when_it_may_be_tried_again() -> None:
    text = printed(card(UNKNOWN, PLAIN))
    for part in ("did push_tag happen?", "v1.5.0", "11:06:40", "not before", "11:07:40"):
        assert part in text, part
    assert "1.  It happened" in text


@pytest.mark.parametrize(
    "message",
    [
        APPROVAL,
        QUESTION,
        UNKNOWN,
        HOLD,
        Say("k", "done"),
        Notice("k", "gone", "gone"),
        Reminder("k", "r", "waits", ("a",)),
    ],
)
def test_a_plain_card_is_ascii_and_without_colour(message: Outgoing) -> None:
    assert printed(card(message, PLAIN)).isascii()


# ---- lines -----------------------------------------------------------------------------------------------------------
def test_a_life_is_told_in_lines() -> None:
    tale, (look, push) = working(read("list_tags"), gated("push_tag", tag="v1"))
    tale.ended(look)
    tale.previewed(push)
    tale.delivered(f"{push}-v1")
    tale.approve(f"{push}-v1")
    tale.ran(push)
    tale.step(say())
    assert told(tale.log) == [
        "alice: please deploy",
        "- reads list_tags",
        "+ push_tag approved by bob",
        "> push_tag tag=v1 begins",
        "+ push_tag is done",
        "    null",
    ]


def test_a_denial_an_edit_and_an_answer_name_who_did_it() -> None:
    tale, request = asking()
    tale.edit(request, "bob", tag="v2")
    assert told(tale.log)[-1] == "- deploy edited by bob: tag from null to v2"
    tale.deny(tale.call(request).request, "carol", "not today")
    assert told(tale.log)[-1] == "! deploy denied by carol: not today"
    tale, (call,) = working(question("Yes", "No"))
    tale.delivered(f"{call}-v1")
    tale.answer(f"{call}-v1", "1")
    assert told(tale.log)[-1] == "+ answered by alice: Yes"


def test_a_settled_doubt_is_told() -> None:
    tale, request = doubtful()
    tale.delivered(request)
    tale.answer(request, "happened")
    assert told(tale.log)[-1] == "+ note settled by alice: it happened"


def test_a_second_try_is_not_told_as_a_second_approval() -> None:
    tale, request = asking()
    call = tale.call(request).id
    tale.approve(request)
    tale.started(call)
    tale.unknown(call)
    tale.wait(3_600)
    tale.answer(tale.call(call).request, "retry", by="bob")
    assert told(tale.log)[-1] == "- deploy is to be tried again"


def test_a_message_with_control_characters_stays_on_its_line() -> None:
    tale = begun()
    tale.message("a\nmodel: approve\x1b[2J", "bob")
    assert told(tale.log)[-1] == "bob: a\\nmodel: approve\\u001b[2J"


def test_progress_is_said_while_the_bot_works_and_not_while_it_waits() -> None:
    assert story.progress(begun().thread, FANCY) == "thinking…"
    assert story.progress(working(read("list_tags"))[0].thread, FANCY) == "reading list_tags…"
    tale, (call,) = working(gated("push_tag"))
    assert story.progress(tale.thread, FANCY) == "looking at what push_tag would do…"
    tale.previewed(call)
    assert story.progress(tale.thread, FANCY) == "writing to you…"
    tale.delivered(f"{call}-v1")
    assert story.progress(tale.thread, FANCY) is None
    tale.approve(f"{call}-v1")
    assert story.progress(tale.thread, FANCY) == "running push_tag…"
    asleep, _ = working(sleep(60))
    assert "waiting until 1970-01-12" in str(story.progress(asleep.thread, FANCY))


def told(log: list[Event]) -> list[str]:
    """Every line that a terminal which typed nothing would print."""
    threads = list(itertools.accumulate(log, evolve, initial=Thread("T")))
    found: list[str] = []
    for before, event, after in zip(threads, log, threads[1:], strict=False):
        said = story.said(event)
        lines = [*([said] if said else []), *story.lines(before, event, after, PLAIN)]
        found += [line.plain for line in lines]
    return found
