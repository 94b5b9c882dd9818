"""Deputies: one decides in another's place once that one is away, in their own name, and around no rule."""

from __future__ import annotations

from bot.core.outbox import Approval, pending
from bot.core.values import Card, Deputy
from tests.core.build import Story, asking, card

LONG_AGO, LATER = 0, 1_000_000_000_000


def standing_in(since: int = LONG_AGO, quorum: int = 1, *others: Deputy) -> Card:
    """Bob and Carol approve; Dave stands in for Bob."""
    dave = Deputy(person="dave", of="bob", since=since)
    return card(quorum=quorum).model_copy(update={"deputies": (dave, *others)})


def outcome(story: Story, request: str) -> str:
    return story.outcome(request.removesuffix("-v1"))


def test_a_deputy_approves_in_their_own_name_once_the_other_is_away() -> None:
    story, request = asking(standing_in())
    story.approve(request, "dave")
    assert outcome(story, request) == "Ready"
    assert story.call(request).approved == ("dave",)


def test_a_deputy_whose_time_has_not_come_is_refused_and_told_so() -> None:
    story, request = asking(standing_in(since=LATER))
    story.approve(request, "dave")
    assert outcome(story, request) == "Asked"
    assert "only once bob is away" in story.refusal()


def test_a_deputy_may_deny_and_edit_as_the_other_could() -> None:
    story, request = asking(standing_in())
    story.deny(request, "dave", "not today")
    assert outcome(story, request) == "denied"
    story, request = asking(standing_in())
    story.edit(request, "dave", tag="v2")
    assert outcome(story, request) == "Previewing"
    story, request = asking(standing_in(since=LATER))
    story.deny(request, "dave")
    assert "dave is not among those" in story.refusal()


def test_a_person_and_their_deputy_are_not_two_approvals() -> None:
    for first, second in (("bob", "dave"), ("dave", "bob")):
        story, request = asking(standing_in(quorum=2))
        story.approve(request, first)
        story.approve(request, second)
        assert "This place is taken" in story.refusal()
        story.approve(request, "carol")
        assert outcome(story, request) == "Ready"


def test_a_deputy_of_two_fills_one_place_and_leaves_the_other() -> None:
    both = standing_in(LONG_AGO, 2, Deputy(person="dave", of="carol", since=LONG_AGO))
    story, request = asking(both)
    story.approve(request, "dave")
    story.approve(request, "dave")
    assert "already approved" in story.refusal()
    story.approve(request, "carol")
    assert outcome(story, request) == "Ready"


def test_a_deputy_of_whoever_asked_approves_nothing_for_them() -> None:
    """Alice asked and is an approver; that her deputy approves would be her own approval by another hand."""
    own = card(approvers=("alice", "bob")).model_copy(
        update={"deputies": (Deputy(person="dave", of="alice", since=LONG_AGO),)}
    )
    story, request = asking(own)
    story.approve(request, "dave")
    assert "cannot approve it too" in story.refusal()
    allowed = own.model_copy(update={"self_approval": True})
    story, request = asking(allowed)
    story.approve(request, "dave")
    assert outcome(story, request) == "Ready"


def test_whoever_asked_is_no_deputy_either() -> None:
    hers = card().model_copy(update={"deputies": (Deputy(person="alice", of="bob", since=0),)})
    story, request = asking(hers)
    story.approve(request, "alice")
    assert "cannot approve it too" in story.refusal()


def test_those_who_stand_in_by_now_are_shown_as_asked() -> None:
    for since, expected in ((LONG_AGO, ("dave",)), (LATER, ())):
        story, _ = asking(standing_in(since))
        [waiting] = pending(story.thread)
        assert isinstance(waiting, Approval)
        assert waiting.standing_in == expected
