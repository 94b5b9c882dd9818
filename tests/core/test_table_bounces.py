"""What came back: a mark on the request, told once to whoever can do something about it; nothing is decided by it."""

from __future__ import annotations

from bot.core.effects import Send
from bot.core.outbox import Reminder, address, message
from bot.core.thread import Asked
from bot.core.values import Address, Card, Deputy, Routed, Rung
from tests.core.build import HERE, Story, asking, card, gated, question, working

HOUR = 3_600
DAVES = Address(channel="slack", locator="T/D1")


def owes(story: Story) -> list[str]:
    return [effect.key for effect in story.effects if isinstance(effect, Send)]


def said(story: Story, key: str) -> Reminder:
    found = message(story.thread, key)
    assert isinstance(found, Reminder)
    return found


def shown(asked: Card | None = None) -> tuple[Story, str]:
    story, request = asking(asked)
    story.shown()
    return story, request


def test_what_came_back_is_told_once_to_who_asked_to_who_else_decides_and_whom_it_would_reach_at_last() -> (
    None
):
    rungs = (Rung(after_seconds=HOUR), Rung(after_seconds=2 * HOUR, kind="escalate", to=("erin",)))
    story, request = shown(card().model_copy(update={"ladder": rungs}))
    turn, heard = story.turn, story.thread.heard
    story.bounced(request)
    [key] = owes(story)
    told = said(story, key)
    assert (told.to, told.apart) == (("alice", "carol"), True)
    assert "bob" in told.text
    assert "tool: deploy" in told.text
    story.delivered(key)
    [key] = owes(story)
    raised = said(story, key)
    assert (raised.to, "bob" in raised.text, "tool:" in raised.text) == (("erin",), True, False)
    story.delivered(key)
    story.bounced(request)
    assert owes(story) == []
    assert story.call(request).unreached == ("bob",)
    assert (story.turn, story.thread.heard) == (turn, heard), "nobody said or decided anything"


def test_it_is_told_though_the_request_is_put_anew_meanwhile_and_marked_for_all_its_showings() -> (
    None
):
    story, request = shown()
    story.bounced(request)
    story.message("a word", by="zoe")
    call = story.call(request)
    story.previewed(call.id)
    assert not any("remind" in key for key in owes(story)), "nothing before the card is there"
    story.delivered(story.call(request).request)
    [key] = [each for each in owes(story) if "remind" in each]
    assert said(story, key).to == ("alice", "carol")
    story.delivered(key)
    story.bounced(request)
    assert not any("remind" in each for each in owes(story))


def test_whom_the_place_does_not_reach_is_told_alone_and_their_deputy_waits_for_no_hour() -> None:
    soon = asking()[0].now + HOUR * 1000
    dave = Deputy(person="dave", of="bob", since=soon, tell=10**13, address=DAVES)
    bob = Deputy(person="bob", of="bob", since=10**13, address=DAVES)
    reached = {"carol": DAVES}
    story, request = shown(
        card().model_copy(update={"deputies": (dave,), "apart": (bob,), "reached": reached})
    )
    story.now = soon
    story.wait(1)
    assert owes(story) == []
    story.bounced(request)
    first = owes(story)[0]
    assert said(story, first).to == ("alice", "carol", "dave")
    copies = [each for each in owes(story) if "~@" in each]
    assert copies == [f"{request}~@bob", f"{request}~@dave"]
    story.delivered(first)
    [alone] = [each for each in owes(story) if "remind" in each]
    assert (said(story, alone).to, address(story.thread, alone)) == (("carol",), DAVES)


def test_where_nobody_is_left_it_goes_to_the_next_address_and_stays_where_there_is_none() -> None:
    here, there = (Address(channel="slack", locator=each) for each in ("T/C1", "T/C2"))
    places = (Routed(by="call", address=here), Routed(by="default", address=there))
    story, request = shown(card(approvers=("bob",)).model_copy(update={"addresses": places}))
    story.bounced(request)
    assert owes(story) == [f"{request}~1"]
    story.delivered(f"{request}~1")
    assert [said(story, key).to for key in owes(story)] == [("alice",)]
    alone, request = shown(card(approvers=("alice",), self_approval=True))
    alone.bounced(request, "alice")
    assert owes(alone) == []
    assert isinstance(alone.phase(request), Asked)
    assert alone.call(request).unreached == ("alice",)


def test_a_question_that_came_back_is_told_and_can_be_answered() -> None:
    story, (asked,) = working(question("v1", asked=("alice", "bob")))
    story.shown()
    story.bounced(f"{asked}-v1")
    [key] = owes(story)
    assert "tool:" not in said(story, key).text
    story.answer(f"{asked}-v1", "v1", "bob")
    assert story.outcome(asked) == "answered"


def test_what_is_over_or_names_no_request_or_nobody_changes_nothing() -> None:
    story, request = shown()
    before = story.thread.calls
    for key, person in (("T-9-9-v1", "bob"), (story.call(request).id, "bob"), (request, "")):
        story.bounced(key, person)
    assert story.thread.calls == before
    story.deny(request)
    before = story.thread.calls
    story.bounced(request)
    assert (story.thread.calls, owes(story)) == (before, [])


def test_a_call_that_came_back_is_approved_by_the_rules_it_had() -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    story.shown()
    story.bounced(f"{call}-v1")
    story.approve(f"{call}-v1", "zoe")
    assert story.outcome(call) == "Asked"
    story.approve(f"{call}-v1", "bob")
    assert story.outcome(call) == "Ready"
    assert address(story.thread, f"{call}-v1") == HERE


def two_places(typed: bool = True, more: tuple[str, ...] = ()) -> tuple[Story, str]:
    """A card for one approver alone that stands at the first of two places, or of more."""
    here, *others = (Address(channel="slack", locator=each) for each in ("T/C1", "T/C2", *more))
    there = (Routed(by="default", address=each) for each in others)
    places = (Routed(by="call", address=here), *there)
    return shown(card(approvers=("bob",), typed=typed).model_copy(update={"addresses": places}))


def test_a_report_that_somebody_made_up_closes_no_way_of_approving() -> None:
    for next_one in ("on its way", "refuses", "takes it"):
        story, request = two_places()
        story.bounced(request)
        assert owes(story)[:1] == [f"{request}~1"]
        if next_one == "refuses":
            story.undelivered(f"{request}~1")
            assert not any("~1" in key for key in owes(story)), "it is owed no more"
            story.bounced(request)
        if next_one == "takes it":
            story.delivered(f"{request}~1")
        story.message("approve", by="bob")
        assert story.outcome(request) == "Ready", next_one


def test_a_report_of_an_earlier_form_folds_as_it_did() -> None:
    story, request = two_places()
    story.bounced(request, v=1)
    story.undelivered(f"{request}~1")
    story.message("approve", by="bob")
    assert story.outcome(request) == "Asked"


def test_what_every_further_address_refused_is_not_sent_there_once_more() -> None:
    story, request = two_places()
    story.bounced(request)
    story.undelivered(f"{request}~1")
    story.bounced(request, "dave")
    assert not any("~1" in key for key in owes(story)), "it would be sent and refused without end"
    asked = story.phase(request)
    assert isinstance(asked, Asked)
    assert (asked.copy, asked.shown is None) == (0, False)


def test_a_report_of_an_earlier_form_after_one_of_this_is_owed_once() -> None:
    story, request = two_places(more=("T/C3",))
    story.bounced(request)
    story.bounced(request, "dave", v=1)
    story.delivered(f"{request}~2")
    assert not any("~2" in key for key in owes(story)), "it was taken"
    story.message("approve", by="bob")
    assert story.outcome(request) == "Ready"
