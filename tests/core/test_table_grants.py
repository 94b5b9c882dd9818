"""The table, row by row: leave given for a while. What runs under a grant, what ends it, and what is asked about all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import JsonValue

from bot.core import outbox
from bot.core.effects import Preview, Run, Send
from bot.core.events import Cancelled, Compacted, MessageReceived, Paused, Resumed, Verdict
from bot.core.frozen import replace
from bot.core.grant import MINUTE_MS, granting, left
from bot.core.grant_words import offer, under
from bot.core.lineage import copied
from bot.core.log import blocks
from bot.core.outbox import Approval, Notice
from bot.core.reducer import replay
from bot.core.thread import IDLE, Asked, Call, Previewing, Ready, Started
from bot.core.values import Card, Deputy, Kind
from tests.core.build import (
    HERE,
    Story,
    asking,
    begun,
    card,
    gated,
    grantable,
    read,
    working,
    write,
)

STAGING = gated(environment="staging", tag="v1")
MINUTE = 60


def granted(minutes: int = 30, by: str = "bob", shown: Card | None = None) -> Story:
    """A deploy to staging ran, and more of it was granted with its approval; the model is asked again."""
    story, (call,) = working(STAGING)
    story.previewed(call, shown or grantable())
    story.delivered(f"{call}-v1")
    story.grant(f"{call}-v1", minutes, by)
    assert story.outcome(call) == "Ready", story.refusal()
    story.ran(call)
    return story


def later(story: Story, shown: Card | None = None, environment: JsonValue = "staging") -> str:
    """One more deploy, previewed. Gives its name."""
    (call,) = story.step(gated(environment=environment, tag="v2"))
    story.previewed(call, shown or grantable())
    return call


def told(story: Story, call: str) -> Notice:
    """What is owed to the thread before the call may begin."""
    assert story.effects == (Send(f"{call}~granted"),)
    notice = outbox.message(story.thread, f"{call}~granted")
    assert isinstance(notice, Notice)
    return notice


def is_asked(story: Story, call: str) -> bool:
    return isinstance(story.phase(call), Asked) and not story.call(call).granted


def is_asked_anew(story: Story, call: str) -> bool:
    return Preview(call, 2) in story.effects and not story.call(call).approved


# ---- giving one ----------------------------------------------------------------------------------------------------
def test_the_card_says_what_a_grant_would_cover() -> None:
    story, (call,) = working(STAGING)
    story.previewed(call, grantable())
    (waiting,) = outbox.pending(story.thread)
    assert isinstance(waiting, Approval)
    assert waiting.grant == outbox.Offer(60, {"environment": "staging"})
    assert offer(waiting.tool, outbox.Offer(60, {"environment": "staging"})) == (
        "Approve for up to 60 minutes: every deploy in this thread, whoever else asks for it "
        'and whatever arguments I choose, as long as environment = "staging".'
    )
    assert "jedes deploy in diesem Thread, wer" in offer("deploy", outbox.Offer(5, {}), "de")


def test_the_offer_shows_what_passes_for_another_and_says_what_may_differ_however_long_it_is() -> (
    None
):
    offered = offer("deploy", outbox.Offer(60, {"environment": "st\u0430ging"}))
    assert 'environment = "st\\u0430ging"' in offered
    long: dict[str, JsonValue] = {f"name{n}": "x" * 1_000 for n in range(20)}
    assert "whatever arguments I choose" in offer("deploy", outbox.Offer(60, long))[:200]


def test_an_approval_for_a_while_approves_its_own_call_too() -> None:
    story = granted()
    (found,) = story.thread.grants
    assert (found.by, found.until - found.at) == ("bob", 30 * MINUTE * 1000)
    assert story.call("T-1-0").approved == ("bob",)
    assert story.call("T-1-0").granted is None
    assert under(found).startswith("bob's grant of 1970-01-12T13:46Z, until 1970-01-12T14:16Z, env")


@pytest.mark.parametrize("minutes", [61, 0, -1])
def test_what_is_above_the_limit_is_refused_whole_and_the_limit_named(minutes: int) -> None:
    story, request = asking(grantable())
    story.grant(request, minutes)
    assert "1 to 60 minutes" in story.refusal()
    assert isinstance(story.phase(request), Asked)
    assert story.thread.grants == ()


@pytest.mark.parametrize("shown", [card(), grantable(shown=card(quorum=2))])
def test_nothing_is_granted_where_the_policy_does_not_say_so_or_takes_several_people(
    shown: Card,
) -> None:
    story, request = asking(shown)
    (waiting,) = outbox.pending(story.thread)
    assert isinstance(waiting, Approval)
    assert waiting.grant is None
    story.grant(request)
    assert "one by one" in story.refusal()
    assert story.thread.grants == ()


def test_who_asked_grants_nothing_to_themselves() -> None:
    story, request = asking(grantable(shown=card(approvers=("alice", "bob"))))
    story.grant(request, by="alice")
    assert "needs somebody else" in story.refusal()
    assert story.thread.grants == ()


def test_a_stranger_grants_nothing_and_a_channel_that_carries_no_approval_no_grant() -> None:
    story, request = asking(grantable().model_copy(update={"channels": ("slack",)}))
    story.grant(request, by="mallory")
    assert "not among those" in story.refusal()
    story.verdict(request, "approve", minutes=5, v=2, channel="email")
    assert "by slack alone" in story.refusal()
    assert story.thread.grants == ()


def test_a_grant_in_the_first_form_is_an_approval_and_no_more() -> None:
    """Older code reads it so, and both must fold the same."""
    story, request = asking(grantable())
    story.verdict(request, "approve", minutes=5)
    assert story.outcome(request.removesuffix("-v1")) == "Ready"
    assert story.thread.grants == ()


def test_the_form_of_a_grant_is_one_that_older_code_cannot_read() -> None:
    plain = Verdict(id="v", request="T-1-0-v1", word="approve")
    assert (plain.v, granting(plain, 5).v, granting(plain, 5).minutes) == (1, 2, 5)


def test_a_grant_that_comes_again_is_one_grant() -> None:
    story = granted()
    before = story.thread.grants
    story.tell(next(event for event in story.log if isinstance(event, Verdict)))
    assert story.thread.grants == before


@pytest.mark.parametrize(("by", "whose"), [("bob", [5]), ("carol", [30, 5])])
def test_a_later_grant_of_the_same_person_takes_the_place_of_the_first(
    by: str, whose: list[int]
) -> None:
    story, (one, other) = working(STAGING, STAGING)
    story.previewed(one, grantable())
    story.previewed(other, grantable())
    story.grant(f"{one}-v1", 30)
    story.grant(f"{other}-v1", 5, by)
    found = [(grant.until - grant.at) // MINUTE // 1000 for grant in story.thread.grants]
    assert found == whose


def test_what_was_ready_under_the_first_does_not_begin_under_it_any_more() -> None:
    """Who gives less time the second time does not mean the first."""
    story = granted(60)
    prod, ready, copies = story.step(gated(environment="production"), STAGING, STAGING)
    story.previewed(prod, grantable())
    story.previewed(ready, grantable())
    story.previewed(copies, grantable().model_copy(update={"outside": {"tag": "look"}}))
    assert isinstance(story.phase(ready), Ready)
    story.grant(f"{copies}-v1", 1)
    assert is_asked_anew(story, ready)


# ---- what runs under it --------------------------------------------------------------------------------------------
def test_a_call_that_it_covers_is_told_of_in_full_and_then_runs_without_being_asked_about() -> None:
    story = granted()
    call = later(story)
    assert isinstance(story.phase(call), Ready)
    notice = told(story, call)
    for part in ("deploy", "bob", 'environment = "staging"', "tag: v2", "Deploy?"):
        assert part in notice.text
    story.delivered(notice.key)
    assert story.effects == (Run(call, 1, 1, claim=True),)
    story.started(call)
    assert isinstance(story.phase(call), Started)
    assert story.call(call).approved == ("bob",)
    story.ended(call)
    assert story.outcome(call) == "returned"


def test_no_value_and_no_finding_can_pass_for_another_argument_where_it_is_told() -> None:
    def said(found: str = "", **arguments: JsonValue) -> str:
        story = granted()
        (call,) = story.step(gated("deploy", environment="staging", **arguments))
        story.previewed(call, grantable().model_copy(update={"text": found}))
        return told(story, call).text

    assert said(note="p\nq\ntag: v1") != said(note="p\nq", tag="v1")
    assert said(note="p\n> q") != said(note="p\nq")
    assert said("tag: v1") != said(tag="v1")
    assert said("r", note="p\nq") != said(note="p\nq\nr")
    assert "\ntag: v1" not in said("tag: v1", note="p\ntag: v1")


@pytest.mark.parametrize(
    ("late_minutes", "expected"), [(0, 30), (-5, 30), (29, 1), (30, None), (600, None)]
)
def test_words_that_are_heard_late_give_what_is_left_of_their_while(
    late_minutes: int, expected: int | None
) -> None:
    assert left(30, late_minutes * MINUTE_MS) == expected


def test_nothing_begins_before_the_thread_is_told() -> None:
    story = granted()
    call = later(story)
    story.started(call)
    assert isinstance(story.phase(call), Ready)


def test_what_nobody_can_be_told_of_is_asked_about() -> None:
    story = granted()
    call = later(story)
    story.undelivered(f"{call}~granted")
    assert Preview(call, 2) in story.effects
    assert "could not be told" in story.call(call).anew
    story.previewed(call, grantable())
    assert is_asked(story, call)


def test_what_the_thread_was_told_of_is_not_refused_any_more() -> None:
    story = granted()
    call = later(story)
    story.delivered(f"{call}~granted")
    story.undelivered(f"{call}~granted")
    assert Run(call, 1, 1, claim=True) in story.effects


def test_it_is_told_when_its_turn_comes() -> None:
    story = granted()
    _, call = story.step(write(), STAGING)
    story.previewed(call, grantable())
    assert story.effects == (Run("T-7-0", 1, 1, claim=True),)
    story.ran("T-7-0")
    told(story, call)


def test_two_that_it_covers_run_one_after_the_other() -> None:
    story = granted()
    one, other = story.step(STAGING, STAGING)
    story.previewed(one, grantable())
    story.previewed(other, grantable())
    story.delivered(told(story, one).key)
    story.ran(one)
    told(story, other)


def test_reads_and_the_other_calls_of_the_step_are_as_ever() -> None:
    story = granted()
    look, call, other = story.step(read(), STAGING, gated("refund", environment="staging"))
    story.previewed(call, grantable())
    story.previewed(other, grantable())
    assert isinstance(story.phase(call), Ready)
    assert is_asked(story, other)
    assert Run(look, 1, 1, claim=False) in story.effects


def test_the_model_reads_under_whose_grant_it_ran() -> None:
    story = granted()
    later(story)
    assert 'by="bob" granted_until=' in blocks(story.log, "T")[-1]


def test_a_summary_in_the_place_of_the_verdict_takes_nothing_from_it() -> None:
    story = granted()
    story.tell(Compacted(id="c", at=story.now, upto=len(story.log), summary="much"))
    assert isinstance(story.phase(later(story)), Ready)


# ---- what it does not cover ----------------------------------------------------------------------------------------
LOOK_ALIKES: tuple[tuple[JsonValue, JsonValue], ...] = (
    ("staging", "production"),
    ("staging", "Staging"),
    ("staging", "staging "),
    ("staging", "\u0455taging"),
    ("caf\u00e9", "cafe\u0301"),
    (1, True),
    (1, "1"),
    (1, 1.0),
    (0, False),
    (0, None),
    ([1], [True]),
    ({"a": 1}, {"a": 1.0}),
)


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES)
def test_only_the_very_same_value_is_the_same(one: JsonValue, other: JsonValue) -> None:
    for given, asked in ((one, other), (other, one)):
        story, (call,) = working(gated(environment=given))
        story.previewed(call, grantable())
        story.grant(f"{call}-v1")
        story.ran(call)
        assert isinstance(story.phase(later(story, environment=given)), Ready)
        story, (call,) = working(gated(environment=given))
        story.previewed(call, grantable())
        story.grant(f"{call}-v1")
        story.ran(call)
        assert is_asked(story, later(story, environment=asked))


def test_an_argument_left_out_is_another_than_one_that_is_null() -> None:
    story, (call,) = working(gated(tag="v1"))
    story.previewed(call, grantable())
    story.grant(f"{call}-v1")
    story.ran(call)
    (other,) = story.step(gated(tag="v2", environment=None))
    story.previewed(other, grantable())
    assert is_asked(story, other)
    story.deny(f"{other}-v1")
    assert story.thread.grants == ()


def test_the_order_of_names_in_a_value_is_no_difference() -> None:
    story, (call,) = working(gated(environment={"a": 1, "b": 2}))
    story.previewed(call, grantable())
    story.grant(f"{call}-v1")
    story.ran(call)
    assert isinstance(story.phase(later(story, environment={"b": 2, "a": 1})), Ready)


def test_another_tool_or_one_that_changed_is_asked_about() -> None:
    story = granted()
    (call,) = story.step(gated("refund", environment="staging"))
    story.previewed(call, grantable())
    assert is_asked(story, call)
    story = granted()
    changed = grantable().model_copy(update={"agent": "as it is now"})
    assert is_asked(story, later(story, changed))
    story = granted()
    assert is_asked(story, later(story, card().model_copy(update={"agent": "as it is"})))


def test_a_call_that_takes_more_people_is_asked_about() -> None:
    story = granted()
    assert is_asked(story, later(story, grantable(shown=card(quorum=2))))


def test_a_card_that_was_open_when_it_was_given_is_asked_about() -> None:
    story, (one, other) = working(STAGING, STAGING)
    story.previewed(one, grantable())
    story.previewed(other, grantable())
    story.grant(f"{one}-v1")
    assert is_asked(story, other)
    story.message("and?", by="alice")
    story.previewed(other, grantable())
    assert is_asked(story, other)


def test_a_card_that_was_being_made_when_it_was_given_is_asked_about() -> None:
    story, (one, other) = working(STAGING, STAGING)
    story.previewed(one, grantable())
    story.grant(f"{one}-v1")
    story.previewed(other, grantable())
    assert is_asked(story, other)


def test_what_was_void_or_changed_is_asked_about() -> None:
    story = granted()
    call = later(story)
    story.voided(call)
    story.previewed(call, grantable())
    assert is_asked(story, call)
    assert story.call(call).approved == ()


def test_what_repeats_words_from_outside_is_asked_about_unless_it_is_what_was_granted() -> None:
    def copying(*names: str, outside: bool = False) -> Card:
        shown = grantable(outside=outside)
        return shown.model_copy(update={"outside": dict.fromkeys(names, "look")})

    story = granted()
    assert is_asked(story, later(story, copying("tag")))
    story = granted()
    assert not is_asked(story, later(story, copying("environment")))
    story = granted()
    assert not is_asked(story, later(story, copying("tag", outside=True)))


def test_whoever_gave_it_must_still_be_able_to_approve() -> None:
    story = granted()
    assert is_asked(story, later(story, grantable(shown=card(approvers=("carol",)))))
    story = granted()
    gone = Deputy(person="bob", of="carol", since=story.now + 10**9)
    early = grantable(shown=card(approvers=("carol",))).model_copy(update={"deputies": (gone,)})
    assert is_asked(story, later(story, early))
    here = early.model_copy(update={"deputies": (gone.model_copy(update={"since": 0}),)})
    story = granted()
    assert not is_asked(story, later(story, here))


def test_a_place_that_nothing_can_be_said_in_has_no_grants() -> None:
    story = granted()
    story.thread = replace(story.thread, address=None)
    assert is_asked(story, later(story))


# ---- time ----------------------------------------------------------------------------------------------------------
def test_its_last_moment_is_over() -> None:
    for early, expected in ((1, "Ready"), (0, "Asked")):
        story = granted(1)
        story.now = story.thread.grants[0].until - 2_000 - early
        assert story.outcome(later(story)) == expected


def test_what_was_ready_in_time_and_is_claimed_too_late_does_not_begin() -> None:
    story = granted(1)
    call = later(story)
    story.delivered(told(story, call).key)
    story.now = story.thread.grants[0].until - 1_000
    story.started(call)
    assert is_asked_anew(story, call)
    assert "is over" in story.call(call).anew
    assert story.call(call).begun == 0
    assert "is over; asked anew" in blocks(story.log, "T")[-1]


def test_a_claim_of_another_try_is_none() -> None:
    story = granted(1)
    call = later(story)
    story.now = story.thread.grants[0].until
    story.started(call, n=2)
    assert isinstance(story.phase(call), Ready)


def test_what_is_over_is_forgotten_when_the_next_is_given() -> None:
    story = granted(1)
    story.wait(2 * MINUTE)
    call = later(story)
    story.grant(f"{call}-v1", 5, "carol")
    assert [grant.by for grant in story.thread.grants] == ["carol"]


def test_the_one_that_lasts_longest_counts() -> None:
    story = granted(1)
    _ask_prod = later(story, environment="production")
    story.grant(f"{_ask_prod}-v1", 60, "carol")
    story.ran(_ask_prod)
    call = later(story, environment="production")
    assert story.call(call).approved == ("carol",)


# ---- second tries --------------------------------------------------------------------------------------------------
def running(idempotent: bool = False) -> tuple[Story, str]:
    story = granted()
    again = STAGING.model_copy(update={"idempotent": idempotent, "time_limit_seconds": 1})
    (call,) = story.step(again)
    story.previewed(call, grantable())
    story.delivered(told(story, call).key)
    story.started(call)
    return story, call


def test_a_second_try_runs_by_the_word_of_whoever_orders_it() -> None:
    story, call = running()
    story.unknown(call)
    assert isinstance(story.phase(call), Asked)
    story.wait(5)
    story.answer(f"{call}-v2", "retry", "carol")
    assert isinstance(story.phase(call), Ready)
    assert story.call(call).approved == ("carol",)
    assert story.call(call).granted is None
    assert story.effects == (Run(call, 2, 1, claim=True),)


def test_a_second_try_that_is_asked_about_is_not_covered() -> None:
    story, call = running()
    story.unknown(call)
    story.wait(5)
    story.answer(f"{call}-v2", "retry", "carol")
    story.voided(call)
    story.previewed(call, grantable())
    assert is_asked(story, call)


def test_an_idempotent_call_goes_on_under_its_key_though_the_grant_is_over() -> None:
    story, call = running(idempotent=True)
    story.wait(60 * MINUTE)
    story.started(call, run=2)
    assert story.phase(call) == Started(2)


# ---- what ends it --------------------------------------------------------------------------------------------------
ENDS: dict[str, Callable[[Story, str], None]] = {
    "denied": lambda s, c: s.deny(f"{c}-v1"),
    "denied by who may not": lambda s, c: s.deny(f"{c}-v1", by="mallory"),
    "denied late": lambda s, c: s.deny("T-1-0-v1"),
    "changed": lambda s, c: s.edit(f"{c}-v1", tag="v9"),
    "typed": lambda s, c: s.message("deny, no more of this", by="alice"),
    "stopped": lambda s, c: s.message("stop"),
    "cancelled": lambda s, c: s.happens(Cancelled),
    "paused": lambda s, c: s.happens(Paused),
    "its giver speaks": lambda s, c: s.message("deploy v3 as well", by="bob"),
    "its giver is overheard": lambda s, c: s.noted("deploy v3 as well", by="bob"),
    "forked": lambda s, c: s.forked(),
}


@pytest.mark.parametrize("how", ENDS)
def test_it_is_over_at_once(how: str) -> None:
    story = granted()
    call = later(story, environment="production")
    ENDS[how](story, call)
    assert story.thread.grants == ()
    story.happens(Resumed)
    story.message("and again", by="alice")
    assert is_asked(story, later(story))


@pytest.mark.parametrize("how", [how for how in ENDS if how != "forked"])
def test_what_has_not_begun_is_not_begun_under_it(how: str) -> None:
    story = granted()
    call = later(story)
    story.delivered(told(story, call).key)
    ENDS[how](story, call)
    assert not isinstance(story.phase(call), Ready | Started)
    assert not any(isinstance(effect, Run) for effect in story.effects)


def test_a_denial_of_what_is_about_to_run_closes_it() -> None:
    story = granted()
    call = later(story)
    story.deny(f"{call}-v1")
    assert story.outcome(call) == "denied"


def test_what_has_begun_ends() -> None:
    story, call = running()
    story.deny(f"{call}-v1")
    assert story.thread.grants == ()
    assert isinstance(story.phase(call), Started)
    story.ended(call)
    assert story.outcome(call) == "returned"


def test_words_of_others_leave_it_and_so_does_an_approval_of_its_giver() -> None:
    story = granted()
    call = later(story, environment="production")
    story.delivered(f"{call}-v1")
    story.message("approve", by="bob")
    assert story.call(call).approved == ("bob",)
    story.ran(call)
    story.message("one more, please", by="alice")
    story.noted("fine")
    assert len(story.thread.grants) == 1
    assert isinstance(story.phase(later(story)), Ready)


def test_an_answer_of_its_giver_is_words_too() -> None:
    story = granted()
    story.message("go on", by="alice")
    ask = gated().model_copy(update={"kind": "question", "asked": ("bob",)})
    (call,) = story.step(ask)
    story.answer(f"{call}-v1", "production", "bob")
    assert story.thread.grants == ()


@pytest.mark.parametrize("ask", ["question", "say"])
def test_approve_is_an_answer_where_there_is_nothing_to_approve(ask: Kind) -> None:
    """What the model asked in its own words is then asked for by whoever granted."""
    story = granted()
    story.message("go on", by="alice")
    wants = {"question": "v3 as well?", "message": "v3 as well?"}
    asks = gated("ask", **wants).model_copy(update={"kind": ask, "asked": ("bob",)})
    (call,) = story.step(asks)
    story.delivered(call if ask == "say" else f"{call}-v1")
    story.message("approve", by="bob")
    assert story.thread.grants == ()
    assert is_asked(story, later(story))


def test_an_approval_that_names_its_request_leaves_it_too() -> None:
    story = granted()
    call = later(story, environment="production")
    story.delivered(f"{call}-v1")
    story.message(f"approve {call}-v1", by="bob")
    assert story.call(call).approved == ("bob",)
    assert len(story.thread.grants) == 1


def test_what_its_giver_asks_for_as_if_approving_it_does_not_run_under_it() -> None:
    story = granted()
    call = later(story, environment="production")
    story.delivered(f"{call}-v1")
    story.message("approve deploy-v4", by="bob")
    assert is_asked(story, later(story))


def test_where_who_asks_may_approve_their_words_end_nothing() -> None:
    own = grantable(shown=card(self_approval=True, approvers=("alice", "bob")))
    story = granted(by="alice", shown=own)
    story.message("one more", by="alice")
    assert isinstance(story.phase(later(story, own)), Ready)


def test_the_words_of_one_leave_the_grant_of_another() -> None:
    story = granted()
    call = later(story, environment="production")
    story.grant(f"{call}-v1", 60, "carol")
    story.ran(call)
    ready = later(story)
    story.noted("well done", by="carol")
    assert [grant.by for grant in story.thread.grants] == ["bob"]
    assert isinstance(story.phase(ready), Ready)


def test_a_child_has_none_of_it() -> None:
    story = granted()
    child = copied(story.log, "T", "U")
    thread = replay("U", child)
    assert len(thread.grants) == 1
    other = Story("U")
    for event in child:
        other.tell(event)
    other.forked()
    assert other.thread.grants == ()
    assert other.turn == IDLE


def test_another_thread_has_none_of_it() -> None:
    granted()
    story = begun("U")
    assert is_asked(story, later(story))


def test_a_thread_without_grants_shares_one_empty_tuple() -> None:
    story = begun()
    assert story.thread.grants is Story().thread.grants
    assert HERE in story.thread.addresses
    assert isinstance(story.log[0], MessageReceived)


def test_what_is_about_to_run_is_void_by_words_as_ever() -> None:
    story = granted()
    call = later(story)
    story.message("wait", by="alice")
    assert story.outcome(call) == "voided"
    assert outbox.message(story.thread, f"{call}~granted") is None
    story.delivered(f"{call}~granted")
    story.undelivered(f"{call}~granted")
    assert story.outcome(call) == "voided"


def test_calls_are_named_by_what_is_said_of_them() -> None:
    story = granted()
    call = later(story)
    found = story.thread.call(f"{call}~granted")
    assert isinstance(found, Call)
    assert found.id == call
    assert not isinstance(found.phase, Previewing)
