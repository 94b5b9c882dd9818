"""The rules of typed verdicts: a reply can approve, a remark cannot."""

from __future__ import annotations

import pytest

from bot.core.thread import Closed, Idle, Previewing, Ready, Started, Thinking
from bot.core.values import Card
from tests.core.build import Story, asking, begun, card, gated, question, stand_by, working, write


@pytest.mark.parametrize(
    "text", ["approve", "Approve.", "  APPROVE! ", "Hi bot,\n\napprove", "genehmigen"]
)
def test_the_word_alone_by_someone_allowed_approves(text: str) -> None:
    story, request = asking()
    story.message(text, by="bob")
    assert story.phase(request) == Ready()


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "LGTM",
        "ship it",
        "👍",
        "approve?",
        "approve it",
        "I approve",
        "don't approve",
        "deny?",
        ":approve:",
    ],
)
def test_a_remark_never_approves_nor_denies(text: str) -> None:
    story, request = asking()
    story.message(text, by="bob")
    assert story.phase(request) == Previewing()
    assert story.call(request).version == 2
    assert story.turn == Thinking()


def test_the_word_by_somebody_else_does_not_count() -> None:
    story, request = asking()
    story.message("approve", by="mallory")
    assert story.outcome(request) == "Asked"
    assert "mallory" in story.refusal()


def test_the_word_of_the_requester_does_not_approve_their_own_wish() -> None:
    story, request = asking(card(approvers=("alice", "bob")))
    story.message("approve", by="alice")
    assert story.outcome(request) == "Asked"


def test_a_typed_denial_carries_its_reason() -> None:
    story, request = asking()
    story.message("deny, because it is Friday", by="bob")
    assert story.phase(request) == Closed("denied", "it is Friday", "bob")


def test_with_several_approvals_open_the_bot_asks_which() -> None:
    story, calls = working(gated(), gated())
    for call in calls:
        story.previewed(call)
        story.delivered(f"{call}-v1")
    story.message("approve", by="bob")
    story.message("deny", by="bob")
    assert [story.outcome(call) for call in calls] == ["Asked", "Asked"]
    assert [notice.code for notice in story.thread.notices] == [
        "which_card",
        "which_card",
    ]
    assert story.thread.notices[0].text == "T-1-0-v1 (deploy), T-1-1-v1 (deploy)"


def two_asked(shown: Card | None = None) -> tuple[Story, tuple[str, ...]]:
    """Two approvals that are open side by side."""
    story, calls = working(gated(), gated())
    for call in calls:
        story.previewed(call, shown)
        story.delivered(f"{call}-v1")
    return story, calls


@pytest.mark.parametrize(
    "text", ["approve {}-v1", "Hi bot,\n\nApprove  {}-v1.", "genehmigen {}-v1!", "approve: {}-v1"]
)
def test_of_several_a_word_with_the_name_approves_the_one_that_it_names(text: str) -> None:
    story, (first, second) = two_asked()
    story.message(text.format(second), by="bob")
    assert story.outcome(first) == "Asked"
    assert story.phase(second) == Ready()
    assert story.thread.notices == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("deny {}-v1", ""),
        ("deny {}-v1 because it is Friday", "it is Friday"),
        ("Ablehnen: {}-v1, weil Freitag ist", "Freitag ist"),
    ],
)
def test_of_several_a_word_with_the_name_denies_the_one_that_it_names(
    text: str, reason: str
) -> None:
    story, (first, second) = two_asked()
    story.message(text.format(second), by="bob")
    assert story.phase(second) == Closed("denied", reason, "bob")
    assert story.outcome(first) == "Asked"


@pytest.mark.parametrize(
    "text",
    [
        *("approve {}-v1 please", "approve {}-v1?", "please approve {}-v1", "approve the {}-v1"),
        *("approve {}", "approve {}-v1 and T-1-1-v1", "approve\n{}-v1", "approve{}-v1", "{}-v1 approve"),
    ],
)  # fmt: skip
def test_a_name_in_a_remark_decides_nothing(text: str) -> None:
    story, calls = two_asked()
    story.message(text.format(calls[0]), by="bob")
    assert [story.phase(call) for call in calls] == [Previewing(), Previewing()]
    assert [story.call(call).version for call in calls] == [2, 2]


def test_a_named_word_by_somebody_else_or_of_the_requester_does_not_approve() -> None:
    story, (call, _) = two_asked(card(approvers=("alice", "bob")))
    for by in ("mallory", "alice"):
        story.message(f"approve {call}-v1", by=by)
        assert story.outcome(call) == "Asked"
    assert ["mallory" in told.reason for told in story.thread.refusals] == [True, False]


def test_a_named_word_counts_on_the_version_that_it_names_and_that_was_shown() -> None:
    story, (call, _) = two_asked()
    story.message(f"approve {call}-v1", by="bob", written=1)
    assert "newer card" in story.refusal()
    story.edit(f"{call}-v1", by="carol", size="huge")
    story.previewed(call)
    story.delivered(f"{call}-v2")
    story.message(f"approve {call}-v1", by="bob")
    assert "out of date" in story.refusal()
    assert story.outcome(call) == "Asked"
    story.message(f"deny {call}-v1 too big", by="bob")
    assert story.phase(call) == Closed("denied", "too big", "bob")


def test_a_policy_that_demands_the_button_demands_it_of_named_words_too() -> None:
    story, (call, _) = two_asked(card(typed=False))
    story.message(f"approve {call}-v1", by="bob")
    assert story.outcome(call) == "Asked"
    assert "button" in story.refusal()


def test_a_name_counts_where_one_approval_alone_is_open_too() -> None:
    story, request = asking()
    story.message(f"approve {request}", by="bob")
    assert story.phase(request) == Ready()


def test_a_named_word_on_what_is_decided_decides_nothing_else() -> None:
    story, (first, second) = two_asked()
    story.message(f"approve {first}-v1", by="bob")
    story.message(f"approve {first}-v1", by="carol")
    assert story.phase(first) == Ready()
    assert story.refusal() == "This was already approved by bob."
    story.message(f"deny {first}-v1 too late", by="carol")
    assert story.outcome(first) == "voided"
    assert story.phase(second) == Previewing()


def test_a_named_word_on_a_question_is_no_answer_to_it() -> None:
    story, (ask, call) = working(question(), gated())
    story.delivered(f"{ask}-v1")
    story.previewed(call)
    story.delivered(f"{call}-v1")
    story.message(f"deny {ask}-v1 not now", by="bob")
    assert "takes an answer" in story.refusal()
    assert [story.outcome(each) for each in (ask, call)] == ["Asked", "Asked"]


def test_a_name_that_nobody_knows_leaves_the_words_what_they_are() -> None:
    story, request = asking()
    story.message("deny T-9-9-v1 is what I would choose", by="bob")
    assert story.phase(request) == Closed("denied", "T-9-9-v1 is what I would choose", "bob")


def test_a_question_beside_the_one_approval_does_not_make_it_two() -> None:
    story, request = asking(None, question())
    story.message("approve", by="bob")
    assert story.phase(request) == Ready()


def test_a_word_written_before_the_card_was_shown_does_not_approve_it() -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    story.message("approve", by="bob")
    assert story.outcome(call) == "Asked"
    story.delivered(f"{call}-v1")
    shown = story.now
    story.message("approve", by="bob", written=shown - 1)
    assert story.outcome(call) == "Asked"
    story.message("approve", by="bob", written=shown)
    assert story.phase(call) == Ready()


@pytest.mark.parametrize("apart", [-90_000, 90_000])
def test_where_the_channel_dates_its_card_words_are_compared_by_that_clock(apart: int) -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    card = story.now + apart
    story.delivered(f"{call}-v1", card)
    story.message("approve", by="bob", written=card - 1)
    assert "newer card" in story.refusal()
    story.message("approve", by="bob", written=card)
    assert story.phase(call) == Ready()


def test_a_word_meant_for_the_old_card_does_not_approve_the_new_one() -> None:
    story, request = asking()
    shown = story.now
    story.edit(request, by="carol", size="huge")
    story.message("approve", by="bob", written=shown + 1)
    assert story.phase(request) == Previewing()
    assert "newer card" in story.refusal()
    story.previewed(request)
    story.delivered("T-1-0-v2")
    story.message("approve", by="bob", written=shown + 1)
    assert story.outcome(request) == "Asked"


def test_a_typed_denial_counts_while_the_card_is_made_anew() -> None:
    story, request = asking()
    story.edit(request, by="carol", size="huge")
    story.message("deny", by="bob")
    assert story.outcome(request) == "denied"


def test_a_typed_denial_closes_a_free_call_that_is_asked_about_since_it_was_voided() -> None:
    story, (call,) = working(write())
    story.voided(call)
    story.message("deny", by="alice")
    assert story.outcome(call) == "withdrawn"


def test_a_policy_can_demand_the_button() -> None:
    story, request = asking(card(typed=False))
    story.message("approve", by="bob")
    assert story.outcome(request) == "Asked"
    assert "button" in story.refusal()
    story.approve(request)
    assert story.phase(request) == Ready()


def test_a_typed_vote_is_one_vote() -> None:
    story, request = asking(card(quorum=2))
    story.message("approve", by="bob")
    story.message("approve", by="bob")
    assert story.outcome(request) == "Asked"
    story.message("approve", by="carol")
    assert story.phase(request) == Ready()


def test_a_typed_verdict_counts_at_rest() -> None:
    story, request = asking()
    story.message("who decides?")
    story.step(stand_by())
    story.previewed(request)
    story.delivered("T-1-0-v2")
    assert story.turn == Idle()
    story.message("approve", by="bob")
    assert story.phase(request) == Ready()


def test_the_word_where_nothing_awaits_approval_is_a_message() -> None:
    story = begun()
    story.step(stand_by())
    story.message("approve", by="bob")
    assert story.turn == Thinking()


def test_an_approval_that_comes_after_the_quorum_holds_nothing_back() -> None:
    story, request = asking()
    story.message("approve", by="bob")
    story.message("approve", by="carol")
    assert story.phase(request) == Ready()
    assert story.refusal() == "This was already approved by bob."


def test_an_approval_that_is_typed_before_the_card_is_made_holds_nothing_back() -> None:
    story, (call,) = working(gated())
    story.message("approve", by="bob")
    assert story.phase(call) == Previewing()
    assert story.refusal() == "The card is being made anew; please look at the new one."


def test_a_denial_that_comes_after_the_quorum_holds_back_what_has_not_begun() -> None:
    story, request = asking()
    story.approve(request)
    story.message("deny, not today", by="carol")
    assert story.outcome(request) == "voided"


def test_a_typed_verdict_in_flight_voids_the_step_that_had_not_seen_it() -> None:
    story, request = asking()
    story.message("hm")
    story.previewed(request)
    story.delivered("T-1-0-v2")
    head = story.thread.head
    story.message("approve", by="bob")
    story.step(write(), seen=head)
    assert [call.id for call in story.thread.calls] == ["T-1-0"]


@pytest.mark.parametrize("text", ["stop", "Stop!", "Hallo,\nstopp"])
def test_stop_alone_cancels_without_the_model_and_says_so(text: str) -> None:
    story, calls = working(write(), write(), gated())
    story.started(calls[0])
    story.message(text)
    assert story.phase(calls[0]) == Started()
    assert [story.outcome(call) for call in calls[1:]] == ["voided", "voided"]
    story.ended(calls[0])
    assert story.turn == Idle()
    assert [notice.code for notice in story.thread.notices] == ["stopped"]


def test_a_word_after_stop_wakes_the_thread() -> None:
    story: Story = begun()
    story.message("stop")
    assert story.turn == Idle()
    story.message("go on")
    assert story.turn == Thinking()


def test_an_approval_by_a_channel_that_the_policy_does_not_name_does_not_count() -> None:
    story, request = asking(card().model_copy(update={"channels": ("slack",)}))
    story.verdict(request, "approve", channel="console")
    assert story.refusal() == "This is decided by slack alone."
    story.verdict(request, "approve", channel="slack")
    assert story.phase(request) == Ready()


def test_a_reply_after_the_deadline_answers_nothing_and_its_author_is_told() -> None:
    story, _ = working(question(deadline_seconds=10))
    story.shown()
    story.wait(60)
    story.message("the blue one")
    assert story.outcome("T-1-0") == "Asked"
    assert story.refusal() == "The deadline for this has passed."
