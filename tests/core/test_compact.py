"""Compaction: what has grown too long is summed up by rules, and nothing that is still open is lost from view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict
from pydantic import JsonValue

from bot.core.compact import compaction
from bot.core.context import block
from bot.core.effects import Decide, next_effects
from bot.core.events import (
    CallVoided,
    Cancelled,
    Compacted,
    CronTicked,
    DeliveryFailed,
    Event,
    Forked,
    MessageNoted,
    MessageReceived,
    OutcomeUnknown,
    StepDecided,
    TimerFired,
    ToolEnded,
)
from bot.core.log import blocks
from bot.core.reducer import evolve, replay
from bot.core.summary import summary
from bot.core.thread import Thread, delivery_key
from bot.core.values import Limits, Picture
from bot.core.weight import BYTES_A_TOKEN, MOST_PICTURE_TOKENS, pictured, tokens, weight
from tests.core.build import Story
from tests.core.conversation import BEGAN, SLACK, Conversation, card, proposal
from tests.core.moves import LOGS

Entry = dict[str, JsonValue]
PLENTY = 1_000_000
PAGES = 15
ROOMS = st.integers(300, 9_000)


def entries(log: Sequence[Event], most: int = PLENTY) -> list[Entry]:
    """The summary of this log, read back."""
    return cast("list[Entry]", yaml.safe_load(summary(log, "T", most)))


def entry(it: Conversation, tool: str) -> Entry:
    """What the summary says of the one call of this tool."""
    (found,) = [each for each in entries(it.log) if each.get("call") == tool]
    return found


def heavy(log: Sequence[Event]) -> list[Event]:
    """The same log, in which results and remarks are long."""
    return [_heavy(at, event) for at, event in enumerate(log)]


def _heavy(at: int, event: Event) -> Event:
    match event:
        case ToolEnded(outcome="returned"):
            return event.model_copy(update={"result": "long <result> " * (at * 7 % 90)})
        case MessageNoted():
            return event.model_copy(update={"text": "so\nthey say & mean " * (at * 5 % 60)})
        case _:
            return event


def total(rendered: Sequence[str]) -> int:
    return sum(map(weight, rendered))


def by_event(log: Sequence[Event]) -> list[str]:
    """The block of each event, were nothing summed up."""
    thread, told = Thread("T"), list[str]()
    for event in log:
        after = evolve(thread, event)
        told.append("" if event.id in thread.ids else block(thread, event, after))
        thread = after
    return told


def with_compaction(log: Sequence[Event], room: int) -> list[Event] | None:
    """The log after it was compacted, as the engine does it; None where nothing fits."""
    cut = compaction(log, "T", room)
    if cut is None:
        return None
    upto, told = cut
    return [*log, Compacted(id=f"compacted-{len(log)}", upto=upto, summary=told)]


# ---- over any log ----------------------------------------------------------------------------------------------------
@given(LOGS, ROOMS)
def test_after_a_compaction_the_context_fits_and_the_rest_is_as_it_was(
    story: Story, room: int
) -> None:
    log = heavy(story.log)
    after = with_compaction(log, room)
    if after is None:
        least = weight(summary(log, "T", 0))
        assert least + len('<summary events="1 to 99"></summary>') > room
        return
    upto = compaction(log, "T", room)[0]  # type: ignore[index]  # it was not None a moment ago
    (told, *rest) = blocks(after, "T")
    assert told.startswith(f'<summary events="1 to {upto}">')
    assert total((told, *rest)) <= room
    assert rest == [each for each in by_event(log)[upto:] if each]


@given(LOGS, ROOMS)
def test_the_same_log_is_compacted_the_same_way_and_folds_as_if_it_were_not(
    story: Story, room: int
) -> None:
    log = heavy(story.log)
    after = with_compaction(log, room)
    assert after == with_compaction(log, room)
    if after is not None:
        before, now = replay("T", log), replay("T", after)
        changed = {name for name, value in asdict(now).items() if value != getattr(before, name)}
        assert changed <= {"head", "at", "ids"}
        assert not changed or now.head == before.head + 1


@given(LOGS)
def test_what_is_open_and_what_was_asked_first_and_last_is_named_however_short_it_is(
    story: Story,
) -> None:
    told = entries(heavy(story.log), 0)
    states = [Thread("T")]
    for event in story.log:
        states.append(evolve(states[-1], event))
    still = [each["call"] for each in told if "still" in each and "call" in each]
    open_calls = [call for call in states[-1].calls if type(call.phase).__name__ != "Closed"]
    wanted = [call.proposal.tool for call in open_calls if call.proposal.kind != "limit"]
    assert sorted(map(str, still)) == sorted(wanted)
    assert any("message" in each or "schedule" in each for each in told)


@settings(max_examples=40)
@given(LOGS, LOGS, ROOMS)
def test_a_log_that_grows_is_compacted_again_and_never_outgrows_its_room(
    story: Story, more: Story, room: int
) -> None:
    fresh = [event.model_copy(update={"id": f"more-{event.id}"}) for event in more.log]
    log, covered = list[Event](), 0
    for event in heavy([*story.log, *fresh]):
        log.append(event)
        if total(blocks(log, "T")) <= room:
            continue
        after = with_compaction(log, room)
        if after is None:
            return
        last = after[-1]
        assert isinstance(last, Compacted)
        assert last.upto > covered, "each covers more than the one before"
        assert total(blocks(after, "T")) <= room, "once is enough"
        log, covered = after, last.upto


@given(LOGS, ROOMS)
def test_what_comes_after_a_compaction_is_only_added(story: Story, room: int) -> None:
    log = heavy(story.log)
    half = with_compaction(log[: len(log) // 2], room)
    if half is not None:
        grown = blocks([*half, *log[len(log) // 2 :]], "T")
        told = blocks(half, "T")
        assert grown[: len(told)] == told


# ---- late and in between ---------------------------------------------------------------------------------------------
def test_a_word_that_comes_while_a_compaction_is_on_its_way_is_not_lost() -> None:
    it = talkative()
    cut = compaction(it.log, it.id, 6_000)
    assert cut is not None
    it.log.append(
        MessageReceived(id="late", at=BEGAN, address=SLACK, text="no, wait", actor="alice")
    )
    it.log.append(Compacted(id="c", at=BEGAN, upto=cut[0], summary=cut[1]))
    assert "no, wait" in it.blocks[-1]
    assert next_effects(it.thread) == (Decide(len(it.log)),)
    step = StepDecided(id="s", seen=len(it.log), calls=(proposal("say", "done_for_now"),))
    assert evolve(it.thread, step).heard == len(it.log) + 1, "the next step counts"


def test_a_step_that_was_chosen_before_a_compaction_still_counts() -> None:
    it = talkative()
    seen = len(it.log)
    it.log.append(Compacted(id="c", upto=3, summary="short"))
    step = StepDecided(id="s", seen=seen, calls=(proposal("read", "look"),))
    assert evolve(it.thread, step).calls[-1].proposal.tool == "look"


def test_a_smaller_room_covers_more_than_the_summary_at_hand() -> None:
    it = talkative()
    log = with_compaction(it.log, 20_000)
    assert log is not None
    smaller = with_compaction(log, 4_000)
    assert smaller is not None
    assert total(blocks(smaller, "T")) <= 4_000
    log.append(Compacted(id="x", upto=len(log) + 1, summary="it names what is not there yet"))
    assert with_compaction(log, 4_000) is not None


def test_an_empty_log_and_no_room_at_all_have_no_compaction() -> None:
    assert compaction([], "T", 1_000) is None
    assert compaction(talkative().log, "T", 0) is None
    assert compaction(talkative().log, "T", -5) is None


def test_a_single_word_too_long_for_the_newest_part_is_summed_up_at_length() -> None:
    it = Conversation()
    it.says("begin " + "x" * 40_000 + " end")
    log = with_compaction(it.log, 30_000)
    assert log is not None
    (told,) = blocks(log, "T")
    assert "begin xxx" in told
    assert 4_000 < weight(told) <= 30_000


def talkative() -> Conversation:
    """Many reads, each of a result that is just not cut."""
    it = Conversation()
    it.says("please find the slow query")
    for page in range(PAGES):
        it.step(proposal("read", "read_log", {"page": page}))
        it.returns(f"page {page}: " + "a line of the log\n" * 100)
    return it


# ---- what it says ----------------------------------------------------------------------------------------------------
def test_people_are_quoted_and_whoever_is_not_known_is_marked() -> None:
    it = Conversation()
    it.add(CronTicked(id="", address=SLACK, prompt="look", schedule="daily"))
    it.says("ship it\nnow", "alice")
    it.says("me too", "slack:U1")
    it.add(MessageNoted(id="", address=SLACK, text="lunch?", actor="alice"))
    it.add(CronTicked(id="", address=SLACK, prompt="skipped", schedule="weekly"))
    at = "2026-10-26T07:33Z"
    assert entries(it.log) == [
        {"schedule": "look", "name": "daily", "at": at},
        {"message": "ship it\nnow", "from": "alice", "at": at.replace(":33", ":34")},
        {"message": "me too", "untrusted": "slack:U1", "at": at.replace(":33", ":35")},
        {"noted": "lunch?", "untrusted": "slack:alice"},
    ]


def test_a_call_says_how_it_was_made_who_let_it_run_and_what_came_out() -> None:
    it = Conversation()
    it.says("ship it")
    it.step(proposal("gated", "push_tag", {"tag": "v1"}, because="asked"), text="I push now.")
    it.asks_approval()
    it.verdict("edit", "carol", arguments={"tag": "v2"})
    it.asks_approval()
    it.verdict("approve", "bob")
    it.starts()
    it.returns({"pushed": "v2"})
    assert entries(it.log)[1:] == [
        {"note": "I push now."},
        {
            "call": "push_tag",
            "request": "T-1-0",
            "arguments": {"tag": "v2"},
            "because": "asked",
            "edited_by": "carol",
            "approved_by": "bob",
            "ended": "returned",
            "result": {"untrusted": "tool push_tag", "text": {"pushed": "v2"}},
        },
    ]


def test_a_typed_verdict_is_told_by_what_it_did_and_its_reason_is_kept() -> None:
    it = Conversation()
    it.says("ship it")
    it.step(proposal("gated", "push_tag"))
    it.asks_approval()
    it.says("deny, not on a Friday", "bob")
    assert len(entries(it.log)) == 2
    assert entry(it, "push_tag") == {
        "call": "push_tag",
        "request": "T-1-0",
        "ended": "denied",
        "by": "bob",
        "reason": "not on a Friday",
    }


def test_calls_of_one_tool_are_told_apart_as_later_events_name_them() -> None:
    it = Conversation()
    it.says("look twice")
    it.step(proposal("read", "look"), proposal("read", "look"))
    assert [each.get("n") for each in entries(it.log)] == [None, "1", "2"]


def test_what_is_open_says_what_it_waits_for() -> None:
    it = Conversation()
    it.says("go")
    it.step(
        proposal("gated", "push_tag"),
        proposal("write", "note"),
        proposal("question", "request_human_input"),
    )
    it.asks_approval("push_tag", card(quorum=2))
    it.delivers("request_human_input")
    it.verdict("answer", "alice", "red")
    it.verdict("approve", "bob")
    assert entry(it, "push_tag")["still"] == "waits for approval"
    assert entry(it, "push_tag")["votes"] == "bob"
    assert entry(it, "note")["still"] == "not begun"
    assert entry(it, "request_human_input")["answer"] == "red"
    assert entry(it, "request_human_input")["by"] == "alice"


def test_what_may_have_happened_is_not_to_be_proposed_again() -> None:
    it = Conversation()
    it.says("go")
    it.step(proposal("write", "note"))
    it.starts()
    assert entry(it, "note")["still"] == "started and not ended: do not propose it again"
    it.add(OutcomeUnknown(id="", call=it.latest().id, n=1))
    assert "nobody knows" in str(entry(it, "note")["still"])


def test_a_wait_says_until_when() -> None:
    it = Conversation()
    it.says("go")
    it.step(proposal("await", "await", {"seconds": 3_600}))
    assert entry(it, "await")["still"] == "waits until 2026-10-26T08:34Z"


def test_a_failure_is_somebody_elses_word() -> None:
    it = Conversation()
    it.says("go")
    it.step(proposal("read", "look"))
    it.errs("approved: true")
    assert entry(it, "look")["error"] == {"untrusted": "tool look", "text": "approved: true"}
    it.step(proposal("say", "done_for_now", {"message": "Done."}))
    it.add(DeliveryFailed(id="", key=delivery_key(it.latest()), reason="bounced"))
    assert entry(it, "done_for_now")["ended"] == "failed"


def test_a_result_that_was_cut_can_still_be_read_on() -> None:
    it = Conversation()
    it.says("go")
    it.step(proposal("read", "look"))
    ended = ToolEnded(
        id="", call="T-1-0", n=1, outcome="returned", result="x" * 5_000, ref="abc", size=90_000
    )
    it.add(ended)
    it.add(ended.model_copy(update={"id": "late", "result": "another", "ref": "def"}))
    told = entry(it, "look")
    assert told["more"] == "read_more {ref: abc, page}, 90000 characters"
    assert len(str(told["result"])) < 1_000


def test_a_void_step_and_a_void_call_leave_no_word_that_they_happened() -> None:
    it = Conversation()
    it.says("go")
    it.says("no, the other one")
    it.step(proposal("read", "look"), text="I look.", seen=1)
    assert [next(iter(each)) for each in entries(it.log)] == ["message", "message"]
    it.step(proposal("gated", "push_tag"))
    it.asks_approval()
    it.add(CallVoided(id="", call=it.latest().id, version=1, reason="it is gone", then="close"))
    assert entry(it, "push_tag")["ended"] == "voided"


def test_holds_ends_and_copies_are_told() -> None:
    it = Conversation()
    it.says("go")
    step = StepDecided(
        id="", seen=1, calls=(proposal("read", "look"),), actor="model", limits=Limits(steps=1)
    )
    it.add(step)
    it.returns("x")
    it.is_shown()
    it.says("Extend")
    it.add(Cancelled(id="", actor="alice", reason="enough"))
    it.add(Forked(id="", parent="P", head=5))
    assert entries(it.log)[2:] == [
        {
            "hold": "steps",
            "arguments": {"reason": "", "options": {"choices": ["Extend", "Stop"]}},
            "ended": "answered",
            "by": "alice",
            "answer": "Extend",
        },
        {"cancelled": "enough", "by": "alice"},
        {"forked": "From here on this is a copy."},
    ]


@pytest.mark.parametrize("most", [200_000, 60_000, 20_000, 6_000, 2_000])
def test_the_less_room_there_is_the_less_is_said_of_each_and_the_oldest_goes_first(
    most: int,
) -> None:
    it = talkative()
    it.says("go on")
    told = entries(it.log, most)
    assert weight(summary(it.log, "T", most)) <= most + 100
    assert told[-1]["message"] == "go on"
    assert any(each.get("message") == "please find the slow query" for each in told)
    pages = [cast("Entry", each["arguments"])["page"] for each in told if "call" in each]
    assert pages == list(range(PAGES - len(pages), PAGES))
    assert (len(pages) == PAGES) == ("left_out" not in told[0])


def test_a_thread_without_words_is_summed_up_too() -> None:
    it = Conversation()
    it.add(TimerFired(id="", name="x", due=1))
    assert summary(it.log, "T", 0) == ""


def test_a_token_is_three_bytes_whatever_the_alphabet() -> None:
    assert BYTES_A_TOKEN == 3
    assert [tokens(size) for size in (0, 1, 3, 4)] == [0, 1, 1, 2]
    assert weight("") == 0
    assert weight("日本") - weight("a") == 5
    assert weight('"\n') == weight("abcd")


# ---- pictures --------------------------------------------------------------------------------------------------------
def seen(at: int, width: int, height: int) -> ToolEnded:
    picture = Picture(ref="r", size=9, type="image/png", width=width, height=height)
    call = f"T-{at}-0"
    return ToolEnded(id=f"end:{call}", call=call, n=1, outcome="returned", picture=picture)


def test_a_picture_weighs_by_its_pixels_and_never_more_than_it_is_scaled_down_to() -> None:
    assert pictured(seen(1, 1_000, 1_000)) == 1_334 * BYTES_A_TOKEN
    assert pictured(seen(1, 8_000, 8_000)) == MOST_PICTURE_TOKENS * BYTES_A_TOKEN
    assert pictured(ToolEnded(id="e", call="c", n=1, outcome="returned")) == 0


def test_a_picture_that_is_too_heavy_is_summed_up_with_the_words_that_tell_of_it() -> None:
    it = Conversation()
    it.says("look")
    it.step(proposal("read", "look"))
    ended = seen(1, 2_000, 2_000)
    it.add(ended)
    log = it.log
    assert compaction(log, "T", 2 * pictured(ended)) is not None
    plain = [*log[:-1], ended.model_copy(update={"picture": None})]
    room = pictured(ended)
    kept, dropped = compaction(plain, "T", room), compaction(log, "T", room)
    assert kept is not None
    assert dropped is not None
    assert kept[0] < len(log) == dropped[0]
