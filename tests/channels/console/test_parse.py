"""A typed line: words for the core to read, or an edit of the one card above it."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from bot.core.effects import next_effects
from bot.core.events import MessageReceived, Verdict
from bot.core.reducer import evolve
from bot.core.thread import Ready, Thread
from bot.core.values import Address
from channels.console.parse import Complaint, Speaker, parse
from tests.core.build import Story, asking, card, gated, question, working

BOB = Speaker("bob", Address(channel="console", locator="1"), "deploybot")
ARGUMENTS: dict[str, JsonValue] = {"tag": "v1", "message": "A release", "count": 3, "hard": False}


def shown(**arguments: JsonValue) -> Thread:
    """A card with these arguments stands open."""
    story, (call,) = working(gated("push_tag", **(arguments or ARGUMENTS)))
    story.previewed(call)
    story.delivered(f"{call}-v1")
    return story.thread


def edited(line: str, thread: Thread | None = None) -> dict[str, JsonValue]:
    verdict = parse(line, thread or shown(), BOB, "x1")
    assert isinstance(verdict, Verdict), verdict
    return verdict.arguments


def complained(line: str) -> str:
    complaint = parse(line, shown(), BOB, "x1")
    assert isinstance(complaint, Complaint), complaint
    return complaint.text


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_an_empty_line_says_nothing(line: str) -> None:
    assert parse(line, shown(), BOB, "x1") is None


@pytest.mark.parametrize("line", ["approve", "deny too late", "stop", "2", "edit the readme first"])
def test_words_go_to_the_log_as_they_are(line: str) -> None:
    event = parse(f" {line} ", shown(), BOB, "x1")
    assert isinstance(event, MessageReceived)
    assert (event.id, event.actor, event.text) == ("x1", "bob", line)
    assert (event.address, event.agent) == (BOB.address, "deploybot")


def test_approve_counts_on_the_card_that_was_shown() -> None:
    story, request = asking()
    event = parse("approve", story.thread, BOB, "x1")
    assert event is not None
    assert not isinstance(event, Complaint)
    story.tell(event)
    assert isinstance(story.phase(request), Ready)


def test_approve_typed_before_a_newer_card_was_seen_does_not_count() -> None:
    story, request = asking()
    seen_here = story.thread
    story.edit(request, "carol", tag="v9")
    call = story.call(request)
    story.previewed(call.id, card(2))
    story.delivered(story.call(request).request)
    event = parse("approve", seen_here, BOB, "x1")
    assert isinstance(event, MessageReceived)
    after = evolve(story.thread, event)
    assert [refusal.verdict for refusal in after.refusals] == ["x1"]
    assert next_effects(after)


def test_a_number_answers_the_one_open_question() -> None:
    story, (call,) = working(question("Patch", "Minor"))
    story.delivered(f"{call}-v1")
    alice = Speaker("alice", BOB.address, "deploybot")
    event = parse("2", story.thread, alice, "x1")
    assert isinstance(event, MessageReceived)
    story.tell(event)
    assert story.outcome(call) == "answered"


def test_an_edit_names_the_card_and_what_changes() -> None:
    thread = shown()
    verdict = parse("edit tag=v2 message=Two words, and more", thread, BOB, "x1")
    assert verdict == Verdict(
        id="x1",
        actor="bob",
        request=f"{thread.calls[0].id}-v1",
        digest="digest-1",
        word="edit",
        arguments={"tag": "v2", "message": "Two words, and more"},
        channel="console",
        address=BOB.address,
    )


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("edit tag=1234567", {"tag": "1234567"}),  # What is text on the card stays text.
        ("edit tag=12e4567", {"tag": "12e4567"}),
        ("edit tag=2026-11-22", {"tag": "2026-11-22"}),
        ("edit count=4", {"count": 4}),
        ("edit hard=true", {"hard": True}),
        ("edit count=null", {"count": None}),
        ('edit message="a tag=v9 inside" tag=v2', {"message": "a tag=v9 inside", "tag": "v2"}),
        ('edit message="two\\nlines"', {"message": "two\nlines"}),
        ("edit message='it''s'", {"message": "it's"}),
        ("edit message=it's fine", {"message": "it's fine"}),
        ("edit tag: v2.1.0", {"tag": "v2.1.0"}),
        ("edit tag:v2 message: Fix: a bug", {"tag": "v2", "message": "Fix: a bug"}),
        ('edit message: "a tag: v9 inside" tag: v2', {"message": "a tag: v9 inside", "tag": "v2"}),
        ("edit message=Fixed. Note: tag: v1", {"message": "Fixed. Note: tag: v1"}),
        ('edit tag="two words"', {"tag": "two words"}),
        ("EDIT  tag=v2", {"tag": "v2"}),
        ("edit message=https://example.com/?a=b", {"message": "https://example.com/?a=b"}),
    ],
)
def test_values_are_plain_yaml(line: str, arguments: dict[str, JsonValue]) -> None:
    assert edited(line) == arguments


def test_a_wrong_key_is_named_with_what_was_meant() -> None:
    assert "mesage" in complained("edit mesage=x")
    assert "did you mean message" in complained("edit mesage=x")
    assert "no argument colour" in complained("edit tag=v2 colour=red")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("edit tag=foo bar", 'write edit tag="…"'),
        ("edit tag=", "write edit tag=VALUE"),
        ('edit tag=""', "write edit tag=VALUE"),
        ("edit tag:", "write edit tag=VALUE"),
        ("edit tag= message=Two words", "write edit tag=VALUE"),
        ("edit tag v2", "Write edit KEY=VALUE"),
        ("edit v2", "Write edit KEY=VALUE"),
        ("edit tag = v2", "Write edit KEY=VALUE"),
        ("edit colour: red", "no argument colour"),
        ("edit count=many", "count is 3 now"),
        ("edit count=true", "count is 3 now"),
        ("edit hard=1", "hard is false now"),
    ],
)
def test_a_badly_written_edit_is_not_sent_and_costs_no_card(line: str, says: str) -> None:
    assert says in complained(line)


@pytest.mark.parametrize(
    "line", ["edit count=[1, 2]", "edit count={a: 1}", "edit count=.inf", "edit count=2026-11-22"]
)
def test_only_single_values_can_be_typed(line: str) -> None:
    assert "one plain value" in complained(line)


def test_an_edit_that_changes_nothing_is_not_sent() -> None:
    assert "nothing would change" in complained("edit tag=v1")
    assert "tag, message, count, hard" in complained("edit")


def test_without_an_open_card_edit_is_a_word_like_any_other() -> None:
    story = Story()
    story.message()
    assert isinstance(parse("edit tag=v2", story.thread, BOB, "x1"), MessageReceived)


def test_with_several_cards_open_an_edit_does_not_guess() -> None:
    story, (one, two) = working(gated("push_tag", tag="v1"), gated("roll_back", tag="v0"))
    for call in (one, two):
        story.previewed(call)
        story.delivered(f"{call}-v1")
    assert isinstance(parse("edit tag=v2", story.thread, BOB, "x1"), Complaint)
