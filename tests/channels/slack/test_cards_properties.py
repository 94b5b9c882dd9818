"""Whatever goes in: every message keeps Slack's limits, calls nobody but those asked, and hides nothing."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

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
from bot.core.thread import (
    PREVIEWING,
    READY,
    Asked,
    Call,
    Closed,
    Outcome,
    Phase,
    Started,
    Thread,
)
from bot.core.values import Card, Kind, Proposal
from bot.core.visible import visible
from bot.kit.channel import Fate
from channels.slack.cards import Look, Post, plain, render
from channels.slack.settled import settled
from tests.channels.slack.limits import broken, calls, texts

NASTY = (
    "<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1>", "<@U1>", "<@W1|x>", "@channel", "@here", "@everyone",
    "<https://a.example|https://b.example>", "[https://a.example](https://b.example)", "```", "````", "~~~", "`", "*", "_",
    "|a|b|\n|-|-|\n|1|2|\n", "\n", "\n\n", "\r\n", "\u202e", "\u200b", "\x00", "\x1b[2J", "&", "&lt;", "&amp;lt;", "<", ">", "#", "- ",
    "  - ", "> ", " ", "{", "{people}", "…", "ä", "🙂", "\U000e0001", "a" * 3_100, "word " * 900, "| cell " * 700,
)  # fmt: skip
words = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=12)), max_size=8).map("".join)
names = st.lists(st.one_of(st.sampled_from(("ana", "bo", "<!here>")), words), max_size=6).map(tuple)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=5,
)
arguments = st.dictionaries(words, values, max_size=12)
moments = st.integers(0, 4_000_000_000_000)
keys = st.from_regex(r"[A-Za-z0-9-]{1,60}-[0-9]-[0-9]-v[1-9]", fullmatch=True)
MESSAGES: tuple[st.SearchStrategy[Outgoing], ...] = (
    st.builds(Say, keys, words, st.booleans()),
    st.builds(Notice, keys, st.just("gone"), words),
    st.builds(Reminder, keys, keys, words.map("This still waits: {}".format), st.tuples(words)),
    st.builds(
        Question,
        key=keys, request=keys, question=words, context=words, urgency=words, format=st.sampled_from(("yes_no", "free_text")),
        choices=st.lists(words, max_size=60).map(tuple), until=st.none() | moments, asked=names, quote=words,
    ),
    st.builds(
        Approval,
        key=keys, request=keys, tool=words, arguments=arguments, because=words, text=words, approvers=names,
        quorum=st.integers(1, 3), votes=names, self_approval=st.booleans(), typed=st.booleans(), until=st.none() | moments,
        digest=words, quote=words, editors=names,
    ),
    st.builds(
        UnknownOutcome,
        key=keys, request=keys, tool=words, arguments=arguments, text=words, started_at=moments, may_retry_at=moments,
        choices=st.just(("It happened", "Try again", "Give up")), asked=names, quote=words,
    ),
    st.builds(
        Hold, keys, keys, st.sampled_from(("steps", "model")), words, words, st.just(("Extend", "Stop")), names
    ),
)  # fmt: skip
messages = st.one_of(*MESSAGES)
looks = st.builds(
    Look,
    language=st.sampled_from(("en", "de", "de-AT", "xx", "")),
    time_zone=st.sampled_from(("UTC", "Europe/Berlin", "Nowhere/At_All", "")),
)


def bodies(message: Outgoing, look: Look) -> tuple[Post, Post]:
    return render(message, look), plain(message, look)


@given(messages, looks)
def test_every_message_keeps_the_limits(message: Outgoing, look: Look) -> None:
    assert [broken(post) for post in bodies(message, look)] == [[], []]


@given(messages)
def test_a_message_to_very_many_keeps_the_limits_and_calls_each_once(message: Outgoing) -> None:
    called = [f"U{number:010d}" for number in range(80)]
    post = render(message, Look(mentions=(*called, "U1> <!channel", "")))
    assert broken(post) == []
    found = calls(post)
    assert set(found) <= {f"<@{id}>" for id in called}
    assert len(found) in (0, 2 * 50)


@given(
    st.sampled_from(("question", "limit", "gated", "write")),
    st.sampled_from((READY, PREVIEWING, Started(), Asked("unknown"), Asked("approval"), None)),
    st.sampled_from(get_args(Outcome)),
    st.tuples(arguments, words, words, names, words),
    looks,
)
def test_every_settled_card_keeps_the_limits_calls_nobody_and_hides_nothing(
    kind: Kind,
    phase: Phase | None,
    outcome: Outcome,
    parts: tuple[dict[str, JsonValue], str, str, tuple[str, ...], str],
    look: Look,
) -> None:
    given_arguments, tool, text, people, by = parts
    proposal = Proposal(
        kind=kind, tool=tool, arguments={**given_arguments, "question": text}, because=text
    )
    over = Closed(outcome, text, by)
    card = Card(text=text, digest="d", approvers=people)
    call = Call("T-4-0", 4, 0, proposal, phase or over, version=2, card=card, approved=people)
    now = Thread("T", calls=(call,))
    post = settled(Fate(now, 1_795_000_000_000, now), "T-4-0-v1", look)
    assert post is not None
    assert broken(post) == []
    assert calls(post) == []
    assert [text for block in post.blocks for text in texts(block) if visible(text) != text] == []


@given(messages, looks)
def test_no_message_calls_anybody_by_what_others_wrote(message: Outgoing, look: Look) -> None:
    assert [calls(post) for post in bodies(message, look)] == [[], []]


@given(messages, looks)
def test_nothing_hides_in_a_message(message: Outgoing, look: Look) -> None:
    for post in bodies(message, look):
        shown = [post.text, *(text for block in post.blocks for text in texts(block))]
        assert [text for text in shown if visible(text) != text] == []
        assert [file for file in post.files if visible(file.content) != file.content] == []
