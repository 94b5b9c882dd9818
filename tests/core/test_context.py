"""Context: what the model reads of a log, block by block."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core.events import (
    CallVoided,
    Cancelled,
    Compacted,
    CronTicked,
    DecideFailed,
    Delivered,
    DeliveryFailed,
    Event,
    Forked,
    MessageNoted,
    MessageReceived,
    OutcomeUnknown,
    Paused,
    Previewed,
    PreviewRefused,
    Resumed,
    StepDecided,
    TimerFired,
    ToolEnded,
    ToolStarted,
    Unknown,
    Verdict,
    VerdictRefused,
)
from bot.core.log import blocks
from bot.core.values import Limits, Proposal
from tests.core.conversation import BEGAN, MINUTE, SLACK, Conversation, card, proposal

PUSH = proposal("gated", "push_tag", {"tag": "v1.5.0", "commit": "77c1e0a"}, "all checks are green")
LIST = proposal("read", "list_tags", {"limit": 3})
ASK = proposal(
    "question",
    "request_human_input",
    {"question": "Which one?", "options": {"choices": ["staging", "live"]}},
)
UNTIL = proposal("await", "await", {"seconds": 60})


def conversation(*steps: Proposal) -> Conversation:
    """Alice has asked, and the model has chosen this step if one is given."""
    it = Conversation()
    it.says("ship it")
    if steps:
        it.step(*steps)
    return it


def asked(quorum: int = 1) -> Conversation:
    """The push waits for its approval."""
    it = conversation(PUSH)
    it.asks_approval(of=card(quorum))
    return it


def started() -> Conversation:
    it = asked()
    it.verdict("approve", "bob")
    it.starts()
    return it


# ---- density ---------------------------------------------------------------------------------------------------------
Json = dict[str, JsonValue]
TAGS: Json = {
    "tags": [
        {"name": "v1.4.2", "commit": "4f2a91c", "date": "2026-11-20"},
        {"name": "v1.4.1", "commit": "9be03d7", "date": "2026-11-13"},
    ]
}
COMMITS: JsonValue = [
    {"commit": "77c1e0a", "by": "dana", "subject": "Round totals once, at the end"}
]
FAILED = "deploy failed: health check timed out after 60 s on staging-2"
DEPLOYED: Json = {"status": "deployed", "url": "https://staging.example.com", "took_seconds": 94}
ONCE: Json = {"tag": "v1.4.2", "environment": "staging"}
AGAIN: Json = {**ONCE, "timeout_seconds": 180}
WHY_ONCE, WHY_AGAIN = "the newest tag; staging only", "staging-2 was slow to start, so wait longer"
ASKS = "can you deploy the latest backend to staging?"
DONE: Json = {"message": "v1.4.2 is on staging: https://staging.example.com"}


def deployed() -> Conversation:
    """Twelve things happen that the model is told of."""
    it = Conversation("slack-9f2c41d07a")
    it.says(ASKS)
    it.step(LIST)
    it.returns(TAGS)
    it.step(proposal("read", "list_commits", {"since_tag": "v1.4.2", "limit": 20}))
    it.returns(COMMITS)
    for arguments, why in ((ONCE, WHY_ONCE), (AGAIN, WHY_AGAIN)):
        it.step(proposal("gated", "deploy_backend", arguments, why))
        it.asks_approval()
        it.verdict("approve", "bob")
        it.starts()
        if arguments is ONCE:
            it.errs(FAILED)
        else:
            it.returns(DEPLOYED)
    it.step(proposal("say", "done_for_now", DONE))
    return it


def deployed_as_messages() -> list[Json]:
    """The same as the Messages API's own turns. An approval stands in the result, the one place there is for it."""

    def use(number: int, name: str, arguments: Json) -> Json:
        block: Json = {"type": "tool_use", "id": _use_id(number), "name": name, "input": arguments}
        return {"role": "assistant", "content": [block]}

    def result(number: int, content: str) -> Json:
        block: Json = {"type": "tool_result", "tool_use_id": _use_id(number), "content": content}
        return {"role": "user", "content": [block]}

    def failure(number: int, content: str) -> Json:
        block: Json = {
            "type": "tool_result",
            "tool_use_id": _use_id(number),
            "content": content,
            "is_error": True,
        }
        return {"role": "user", "content": [block]}

    return [
        {"role": "user", "content": f"alice, 2026-10-26T07:33Z: {ASKS}"},
        use(1, "list_tags", {"limit": 3}),
        result(1, _compact(TAGS)),
        use(2, "list_commits", {"since_tag": "v1.4.2", "limit": 20}),
        result(2, _compact(COMMITS)),
        use(3, "deploy_backend", {**ONCE, "because": WHY_ONCE}),
        failure(3, f"Approved by bob. {FAILED}"),
        use(4, "deploy_backend", {**AGAIN, "because": WHY_AGAIN}),
        result(4, f"Approved by bob. {_compact(DEPLOYED)}"),
        use(5, "done_for_now", DONE),
    ]


def _use_id(number: int) -> str:
    """As long as the vendor's own."""
    return f"toolu_01A09q90qw90lq91781{number:04}"[:30]


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def test_the_deploy_thread_takes_at_most_six_tenths_of_the_same_messages() -> None:
    told = deployed().blocks
    assert len(told) == 12
    assert sum(map(len, told)) <= 0.60 * len(_compact(deployed_as_messages()))


# ---- what is said ----------------------------------------------------------------------------------------------------
def test_a_message_says_who_and_when() -> None:
    assert Conversation().says("ship <it> & go") == (
        '<message from="alice" at="2026-10-26T07:33Z">ship &lt;it&gt; &amp; go</message>'
    )


def test_words_of_somebody_without_an_alias_are_untrusted() -> None:
    assert Conversation().says("hello", "slack:U123").startswith('<message untrusted="slack:U123"')
    assert Conversation().says("hello", "U 1").startswith('<message untrusted="slack:U 1"')
    assert (
        Conversation()
        .says("hello", "\u0430lice")
        .startswith('<message untrusted="slack:\u0430lice"')
    )
    assert Conversation().says("hello", "").startswith('<message untrusted="slack:"')


def test_other_peoples_words_are_untrusted_whoever_they_are() -> None:
    it = Conversation()
    assert it.add(MessageNoted(id="", address=SLACK, text="me too", actor="bob")) == (
        '<noted untrusted="slack:bob">me too</noted>'
    )


def test_a_schedule_says_its_name_and_its_prompt() -> None:
    tick = CronTicked(id="", address=SLACK, prompt="Ship.", schedule="nightly", actor="clock")
    assert (
        Conversation().add(tick)
        == '<schedule name="nightly" at="2026-10-26T07:33Z">Ship.</schedule>'
    )


def test_a_message_far_too_long_is_cut_and_says_so() -> None:
    said = Conversation().says("x" * 60_000)
    assert said.endswith("x\n[50000 of 60000 characters shown]</message>")


def test_a_step_is_its_calls_without_its_intent() -> None:
    it = conversation()
    said = it.step(LIST, proposal("read", "status"), text=" I look first. ")
    assert said == "<note>I look first.</note>\n<list_tags>limit: 3</list_tags>\n<status/>"


def test_a_request_shows_its_id_and_its_reason() -> None:
    assert conversation().step(PUSH) == (
        '<push_tag request="T-1-0" because="all checks are green">tag: v1.5.0\ncommit: 77c1e0a</push_tag>'
    )


def test_a_step_that_came_too_late_says_that_nothing_ran() -> None:
    it = conversation()
    it.says("wait")
    said = it.step(PUSH, LIST, seen=1)
    assert (
        said == "<void_step>push_tag, list_tags: not run, something newer came first.</void_step>"
    )


def test_results_of_calls_alike_are_told_apart() -> None:
    it = conversation()
    said = it.step(LIST, proposal("read", "list_tags", {"limit": 9}))
    assert said == '<list_tags n="1">limit: 3</list_tags>\n<list_tags n="2">limit: 9</list_tags>'
    assert it.returns("v1") == '<result untrusted="tool list_tags" n="2">v1</result>'


def test_a_result_that_was_cut_says_how_the_rest_is_read() -> None:
    it = conversation(LIST, PUSH)
    calls = it.thread.calls
    cut = ToolEnded(
        id="", call=calls[0].id, n=1, outcome="returned", result="abc", ref="b7", size=900
    )
    assert it.add(cut) == (
        '<result untrusted="tool list_tags" cut="3 of 900 characters shown; read_more {ref: b7, page}">abc</result>'
    )
    it = conversation(LIST)
    cut = cut.model_copy(update={"result": {"a": [1]}})
    assert 'cut="6 of 900' in it.add(cut)


def test_a_second_end_of_the_same_call_says_nothing() -> None:
    it = conversation(LIST)
    ended = ToolEnded(id="", call=it.latest().id, n=1, outcome="returned", result="v1")
    assert it.add(ended)
    assert it.add(ended) == ""


def test_an_error_is_short_and_has_no_traceback() -> None:
    it = conversation(LIST)
    said = it.errs(
        'Traceback (most recent call last):\n  File "/secret.py"\nValueError: no such tag\n'
    )
    assert said == '<error untrusted="tool list_tags">ValueError: no such tag</error>'
    it = conversation(LIST)
    said = it.errs("x" * 9000)
    assert said == f'<error untrusted="tool list_tags">{"x" * 499}…</error>'


def test_a_malformed_step_says_what_was_wrong() -> None:
    it = conversation()
    assert it.fails("no such tool") == "<malformed>no such tool</malformed>"
    it.says("again")
    late = DecideFailed(id="", seen=1, kind="malformed", reason="late")
    assert it.add(late) == ""


# ---- what people decide ----------------------------------------------------------------------------------------------
def test_an_approval_names_who_gave_it() -> None:
    it = asked(quorum=2)
    assert it.verdict("approve", "bob") == '<vote by="bob">1 of 2</vote>'
    assert it.verdict("approve", "carol") == '<approved by="bob, carol"/>'
    assert it.starts() == ""
    assert it.returns({"pushed": True}) == '<result untrusted="tool push_tag">pushed: true</result>'


def test_a_typed_verdict_is_told_as_what_it_did() -> None:
    it = asked()
    assert it.says("approve", "bob") == '<approved by="bob"/>'
    it = asked()
    assert it.says("deny, it is Friday", "bob") == '<denied by="bob">it is Friday</denied>'


def test_a_typed_verdict_that_did_not_count_says_why() -> None:
    said = asked().says("approve", "alice")
    assert said.startswith('<message from="alice"')
    assert 'not_counted="alice is not among those who may decide this: bob, carol."' in said
    assert said.endswith(">approve</message>")


def test_a_pressed_verdict_that_did_not_count_says_nothing() -> None:
    it = asked()
    assert it.verdict("approve", "mallory") == ""
    assert (
        it.add(VerdictRefused(id="", verdict="e5", request="T-1-0-v1", reason="not allowed")) == ""
    )


def test_a_word_that_nobody_could_place_does_not_reach_the_model() -> None:
    it = asked()
    it.says("and the other?")
    it.step(proposal("gated", "push_tag", {"tag": "v2"}))
    it.add(Previewed(id="", call=it.thread.calls[0].id, version=2, card=card()))
    it.asks_approval()
    assert it.says("approve", "bob") == ""


def test_a_denial_gives_its_reason_and_the_requester_withdraws() -> None:
    assert (
        asked().verdict("deny", "bob", "not on a Friday")
        == '<denied by="bob">not on a Friday</denied>'
    )
    assert asked().verdict("deny", "alice") == '<withdrawn by="alice"/>'


def test_an_edit_shows_what_will_run() -> None:
    said = asked().verdict("edit", "bob", arguments={"tag": "v1.4.3"})
    assert said == '<edited by="bob">tag: v1.4.3\ncommit: 77c1e0a</edited>'


def test_an_answer_is_the_choice_that_it_named() -> None:
    it = conversation(ASK)
    it.delivers()
    assert it.says("2") == '<answer by="alice">live</answer>'


def test_a_call_is_named_where_several_could_be_meant() -> None:
    it = conversation(ASK, PUSH, proposal("gated", "push_tag", {"tag": "v2"}))
    first = it.thread.calls[1]
    it.add(Previewed(id="", call=first.id, version=1, card=card()))
    assert it.verdict("deny", "bob") == (
        '<denied by="bob" call="push_tag" request="T-1-1"/>\n'
        '<voided call="push_tag" request="T-1-2">an earlier call of this step did not come about</voided>'
    )


def test_a_message_says_what_it_voided_and_what_stays_open() -> None:
    it = conversation(LIST, PUSH)
    it.asks_approval()
    said = it.says("which commit is that?")
    assert said.endswith('open="T-1-1">which commit is that?</message>\n<voided call="list_tags"/>')


def test_a_request_nobody_answered_has_expired() -> None:
    it = conversation(PUSH)
    it.asks_approval(of=card(deadline_seconds=60))
    late = TimerFired(id="", at=BEGAN + 60 * MINUTE, name="T-1-0-v1", due=BEGAN)
    assert it.add(late) == "<expired>Nobody answered in time.</expired>"


def test_the_model_takes_a_request_back() -> None:
    it = asked()
    it.says("no, not that")
    said = it.step(proposal("withdraw", "withdraw", {"request": "T-1-0", "reason": "a wrong tag"}))
    assert said.splitlines() == [
        "<withdraw>request: T-1-0",
        "reason: a wrong tag</withdraw>",
        "<withdrawn/>",
    ]


# ---- trouble ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("happened", '<happened by="bob">A human says that it took effect.</happened>'),
        ("retry", '<try_again by="bob"/>'),
        (
            "give-up",
            '<given_up by="bob">Whether it happened stays unknown; nobody tries again.</given_up>',
        ),
    ],
)
def test_an_unknown_outcome_is_told_and_settled_by_a_human(word: str, said: str) -> None:
    it = started()
    call = it.latest()
    assert it.add(OutcomeUnknown(id="", call=call.id, n=1)) == (
        "<outcome_unknown>Started, and nobody knows whether it happened. "
        "A human is asked; do not propose it again.</outcome_unknown>"
    )
    assert it.verdict("answer", "bob", word) == said


def test_a_late_truth_settles_an_unknown_outcome() -> None:
    it = started()
    it.add(OutcomeUnknown(id="", call=it.latest().id, n=1))
    it.says("hm")
    assert it.returns("pushed") == '<result untrusted="tool push_tag">pushed</result>'


def test_a_try_that_words_stopped_is_unknown_again() -> None:
    it = started()
    it.add(OutcomeUnknown(id="", call=it.latest().id, n=1))
    it.verdict("answer", "bob", "retry")
    assert it.says("wait").splitlines()[1].startswith("<outcome_unknown>")


def test_an_approval_that_lost_its_ground_is_void() -> None:
    it = asked()
    it.verdict("approve", "bob")
    said = it.add(CallVoided(id="", call="T-1-0", version=1, reason="the tag exists by now"))
    assert said == (
        '<approval_void call="push_tag" request="T-1-0">the tag exists by now; asked anew</approval_void>'
    )
    assert it.add(CallVoided(id="", call="T-1-0", version=1, reason="again")) == ""


def test_a_call_that_is_gone_says_why() -> None:
    it = asked()
    gone = CallVoided(id="", call="T-1-0", version=1, reason="the tool is gone", then="close")
    assert it.add(gone) == "<voided>the tool is gone</voided>"


def test_a_refused_preview_goes_back_to_the_model() -> None:
    it = conversation(PUSH)
    said = it.add(PreviewRefused(id="", call="T-1-0", version=1, reason="the tag exists"))
    assert said == '<error untrusted="tool push_tag">the tag exists</error>'


def test_a_message_that_nobody_got_is_told() -> None:
    it = conversation(proposal("say", "done_for_now", {"message": "done"}))
    assert it.add(DeliveryFailed(id="", key=it.latest().id, reason="no such channel")) == (
        "<undelivered>no such channel</undelivered>"
    )


def test_a_message_that_arrived_says_nothing_more() -> None:
    it = conversation(proposal("say", "done_for_now", {"message": "done"}))
    assert it.delivers() == ""


def test_a_wait_that_is_over_is_told() -> None:
    it = conversation(UNTIL)
    over = TimerFired(id="", at=BEGAN + 9 * MINUTE, name="T-1-0", due=BEGAN)
    assert it.add(over) == "<elapsed/>"


def test_a_hold_that_a_human_ended_is_told() -> None:
    it = conversation()
    limits = Limits(steps=1)
    step = StepDecided(id="", seen=1, calls=(LIST,), actor="model", limits=limits, asked=("alice",))
    it.add(step)
    it.returns("v1")
    it.is_shown()
    assert it.says("Extend") == '<hold_answered by="alice" limit="steps">Extend</hold_answered>'
    it.step(proposal("read", "list_tags", {"limit": 4}))
    assert it.says("and hurry").startswith("<message")


def test_a_hold_that_other_words_ended_needs_no_words_of_its_own() -> None:
    it = conversation()
    it.fails("no such tool")
    it.fails("no such tool")
    assert it.says("try push_tag").endswith(">try push_tag</message>")


@pytest.mark.parametrize("typed", [True, False])
def test_a_cancellation_says_who_and_what_is_void(typed: bool) -> None:
    it = asked()
    said = it.says("stop") if typed else it.add(Cancelled(id="", actor="alice"))
    assert said == '<cancelled by="alice"/>\n<voided/>'


def test_a_copy_of_a_thread_leaves_to_the_first_what_it_has_under_way() -> None:
    said = started().add(Forked(id="", parent="T", head=6)).splitlines()
    assert said[0].startswith("<forked>")
    assert said[1] == "<elsewhere>The thread this one was copied from may still do it.</elsewhere>"


QUIET: list[Event] = [
    Delivered(id="x", key="nothing"),
    TimerFired(id="x", name="retry", due=0),
    Paused(id="x"),
    Resumed(id="x"),
    DecideFailed(id="x", seen=1, kind="transient", reason="overloaded", retry_in=5),
    DecideFailed(id="x", seen=1, kind="permanent", reason="no such model"),
    Unknown(id="x", type="Later", v=9, raw="{}"),
    ToolStarted(id="x", call="nothing", n=1),
    OutcomeUnknown(id="x", call="nothing", n=1),
    ToolEnded(id="x", call="nothing", n=1, outcome="returned"),
]


@pytest.mark.parametrize("event", QUIET, ids=lambda event: type(event).__name__)
def test_what_does_not_concern_the_model_gives_no_block(event: Event) -> None:
    assert conversation().add(event) == ""


def test_an_event_told_twice_is_told_once() -> None:
    it = conversation()
    assert it.add(it.log[0]) == ""


# ---- compaction ------------------------------------------------------------------------------------------------------
def test_a_compaction_puts_one_summary_in_the_place_of_what_it_covers() -> None:
    it = deployed()
    full = it.blocks
    log = [*it.log, Compacted(id="c1", upto=5, summary="Tags and <commits> were read.")]
    summary = '<summary events="1 to 5">Tags and &lt;commits&gt; were read.</summary>'
    assert blocks(log, it.id) == (summary, *full[5:])
    log.append(MessageReceived(id="m", at=BEGAN, address=SLACK, text="thanks", actor="alice"))
    assert blocks(log, it.id)[: len(full) - 4] == (summary, *full[5:])
    log += [
        Compacted(id="c2", upto=2, summary="older"),
        Compacted(id="c1", upto=9, summary="again"),
    ]
    assert blocks(log, it.id)[0] == summary
    log.append(Compacted(id="c3", upto=len(log) + 5, summary="more than there is"))
    assert blocks(log, it.id)[0] == summary
    log.append(Compacted(id="c4", upto=len(log), summary="all"))
    assert blocks(log, it.id) == (f'<summary events="1 to {len(log) - 1}">all</summary>',)


# ---- over any log ----------------------------------------------------------------------------------------------------
CALLS = [f"T-{seen}-{index}" for seen in range(8) for index in range(2)]
calls = st.sampled_from(CALLS)
proposals = st.sampled_from(
    [PUSH, LIST, ASK, UNTIL, proposal("withdraw", "withdraw", {"request": "T-1-0"})]
)
actors = st.sampled_from(["alice", "bob", "model", "slack:U1"])
words = st.sampled_from(["hello", "approve", "deny no", "stop", "1", "Extend"])
requests = st.sampled_from([f"{call}-v{version}" for call in CALLS for version in (1, 2, 3)])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(MessageReceived, id=st.just(""), address=st.just(SLACK), text=words, actor=actors),
    st.builds(MessageNoted, id=st.just(""), address=st.just(SLACK), text=words, actor=actors),
    st.builds(
        StepDecided,
        id=st.just(""),
        seen=st.integers(0, 8),
        calls=st.lists(proposals, max_size=2).map(tuple),
        asked=st.just(("alice",)),
    ),
    st.builds(
        Previewed, id=st.just(""), call=calls, version=st.integers(1, 2), card=st.just(card())
    ),
    st.builds(
        Verdict,
        id=st.just(""),
        request=requests,
        actor=actors,
        digest=st.just("d1"),
        word=st.sampled_from(["approve", "deny", "edit", "answer"]),
    ),
    st.builds(ToolStarted, id=st.just(""), call=calls, n=st.just(1)),
    st.builds(
        ToolEnded,
        id=st.just(""),
        call=calls,
        n=st.just(1),
        outcome=st.sampled_from(["returned", "failed"]),
    ),
    st.builds(OutcomeUnknown, id=st.just(""), call=calls, n=st.just(1)),
    st.builds(Delivered, id=st.just(""), key=st.one_of(requests, calls)),
    st.builds(TimerFired, id=st.just(""), name=st.one_of(requests, calls), due=st.just(0)),
    st.builds(
        DecideFailed,
        id=st.just(""),
        seen=st.integers(0, 8),
        kind=st.just("malformed"),
        reason=words,
    ),
    st.builds(Cancelled, id=st.just("")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=14))
def test_the_blocks_of_a_log_begin_with_the_blocks_of_any_shorter_log(log: list[Event]) -> None:
    it = Conversation()
    for event in log:
        # A step is chosen from the head at hand more often than not, or nothing would ever happen.
        fresh = {"seen": len(it.log)} if isinstance(event, StepDecided) and event.seen % 2 else {}
        it.add(event.model_copy(update=fresh))


def test_the_cost_of_an_event_does_not_grow_with_the_log() -> None:
    it = deployed()
    turns = [
        event.model_copy(update={"id": f"{event.id}-{turn}", **_moved(event, turn * len(it.log))})
        for turn in range(60)
        for event in it.log
    ]
    short, long = turns[: len(turns) // 4], turns
    assert len(blocks(long, it.id)) == 12 * 60
    costs = [min(_seconds(log, it.id) for _ in range(3)) / len(log) for log in (short, long)]
    assert costs[1] < 3 * costs[0]


def _moved(event: Event, by: int) -> dict[str, object]:
    """The same event, so many events later."""
    moved: dict[str, object] = {}
    if isinstance(event, StepDecided):
        moved["seen"] = event.seen + by
    for name in ("call", "key", "request"):
        value = getattr(event, name, "")
        if value:
            stem, seen, rest = _parts(value)
            moved[name] = f"{stem}-{seen + by}-{rest}"
    return moved


def _parts(name: str) -> tuple[str, int, str]:
    """`slack-9f-5-0-v1` -> `slack-9f`, 5, `0-v1`."""
    source, thread, seen, rest = name.split("-", 3)
    return f"{source}-{thread}", int(seen), rest


def _seconds(log: list[Event], thread_id: str) -> float:
    began = process_time()
    blocks(log, thread_id)
    return process_time() - began
