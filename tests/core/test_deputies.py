"""Deputies: one decides in another's place once that one is away, in their own name, and around no rule."""

from __future__ import annotations

from bot.core.effects import Send, timers
from bot.core.outbox import Approval, UnknownOutcome, address, message, pending
from bot.core.values import Address, Card, Deputy, Word
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


def test_a_deputy_of_whoever_asked_is_told_whose_place_they_could_take() -> None:
    both = (Deputy(person="dave", of=of, since=LATER) for of in ("alice", "carol"))
    story, request = asking(card().model_copy(update={"deputies": (*both,)}))
    story.approve(request, "dave")
    assert "in the place of carol only once carol is away" in story.refusal()


def waiting_in(story: Story) -> Approval:
    [waiting] = pending(story.thread)
    assert isinstance(waiting, Approval)
    return waiting


def test_whoever_stands_in_is_heard_and_shown_from_their_time_on() -> None:
    story, _ = asking(standing_in(since=LATER))
    waiting = waiting_in(story)
    assert waiting.deciders(LATER - 1) == ("bob", "carol")
    assert waiting.deciders(LATER) == ("bob", "carol", "dave")
    assert [(each.person, each.of, each.since) for each in waiting.in_place] == [
        ("dave", "bob", LATER)
    ]


def test_a_deputy_who_could_take_no_place_is_heard_and_not_shown() -> None:
    """Their denial counts; their approval would not."""
    own = card(approvers=("alice", "bob")).model_copy(
        update={"deputies": (Deputy(person="dave", of="alice", since=LONG_AGO),)}
    )
    waiting = waiting_in(asking(own)[0])
    assert waiting.in_place == ()
    assert "dave" in waiting.deciders(1)


# ---- a copy of their own once their time has come ------------------------------------------------------------------
DAVE = Address(channel="slack", locator="T/U4")


def reached(since: int, *others: Deputy) -> Card:
    """Dave can be told of it."""
    dave = Deputy(person="dave", of="bob", since=since, address=DAVE)
    return card().model_copy(update={"deputies": (dave, *others)})


def keys(story: Story) -> list[str]:
    return [each.key for each in story.effects if isinstance(each, Send)]


def test_whose_time_has_come_when_the_card_is_made_has_a_copy_with_it() -> None:
    story, request = asking(reached(LONG_AGO))
    assert waiting_in(story).told == ("dave",)
    assert keys(story) == []
    assert list(timers(story.thread)) == [request]


def test_whose_time_comes_later_is_told_then_and_once() -> None:
    """A timer wakes the thread; what it fires changes nothing but the time."""
    since = Story().now + 60_000
    story, request = asking(reached(since))
    assert keys(story) == []
    assert waiting_in(story).told == ()
    [(name, due)] = [each for each in timers(story.thread).items() if each[0] != request]
    assert due == since
    story.wait(60)
    story.fired(name)
    assert name not in timers(story.thread)
    [key] = keys(story)
    shown = message(story.thread, key)
    assert isinstance(shown, Approval)
    assert (shown.key, shown.request) == (key, request)
    assert address(story.thread, key) == DAVE
    story.delivered(key)
    assert keys(story) == []
    story.approve(request, "dave")
    assert outcome(story, request) == "Ready"
    assert message(story.thread, key) is None
    assert address(story.thread, key) == DAVE  # Where it stands, so that it can be changed there.
    story.delivered(key)
    assert outcome(story, request) == "Ready"


def test_a_copy_that_cannot_be_sent_is_told_of_and_not_sent_again() -> None:
    story, request = asking(reached(Story().now + 60_000))
    story.wait(60)
    story.noted("hm")
    [key] = keys(story)
    story.undelivered(key)
    [notice] = keys(story)
    assert notice.endswith("notice")
    assert outcome(story, request) == "Asked"


def test_nobody_is_told_late_who_voted_or_cannot_be_reached_or_is_decided_on() -> None:
    erin = Deputy(person="erin", of="carol", since=Story().now + 60_000)
    story, request = asking(reached(Story().now + 60_000, erin))
    assert len(timers(story.thread)) == 2
    story.wait(60)
    story.noted("hm")
    assert keys(story) == [f"{request}~@dave"]
    story.message("wait")
    assert not any("~@" in key for key in keys(story))
    assert message(story.thread, f"{request}~@dave") is None
    story.undelivered(f"{request}~@dave")
    assert message(story.thread, "T-9-9-v1~@dave") is None


def put_off(since: int, word: Word, by: str, to: str = "") -> tuple[Story, tuple[str, ...]]:
    story, request = asking(standing_in(since))
    story.verdict(request, word, by, to=to, until=story.now + 60_000)
    return story, tuple(each.by for each in story.call(request).asides)


def test_whoever_stands_in_may_put_it_off_and_it_may_be_passed_to_them() -> None:
    said: tuple[tuple[Word, str, str], ...] = (
        ("pass", "dave", "carol"),
        ("later", "dave", ""),
        ("ignore", "dave", ""),
    )
    for word, by, to in said:
        assert put_off(LONG_AGO, word, by, to)[1] == ("dave",), word
    assert put_off(LONG_AGO, "pass", "bob", to="dave")[1] == ("bob",)


def test_before_their_time_a_deputy_puts_nothing_off_and_nothing_is_passed_to_them() -> None:
    """Passing gives no right: who may not decide yet is told from when on."""
    early: tuple[tuple[Word, str, str], ...] = (("later", "dave", ""), ("pass", "bob", "dave"))
    for word, by, to in early:
        story, said = put_off(LATER, word, by, to)
        assert said == ()
        assert "only once bob is away" in story.refusal()


def test_whoever_stands_in_may_say_what_became_of_a_call_and_order_it_again() -> None:
    for word, outcome_of in (("happened", "happened"), ("give-up", "gave_up"), ("retry", "Ready")):
        story, request = asking(standing_in())
        story.approve(request, "carol")
        story.started(story.call(request).id)
        story.unknown(story.call(request).id)
        [waiting] = pending(story.thread)
        assert isinstance(waiting, UnknownOutcome)
        assert waiting.asked[-1] == "dave"
        story.now += 60_000
        story.answer(waiting.request, word, by="dave")
        assert story.outcome(story.call(request).id) == outcome_of
