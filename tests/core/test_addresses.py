"""Addresses: a card goes to the first of its places that takes it, in the order of precedence; all else goes to its thread."""

from __future__ import annotations

import pytest

from bot.core import addresses
from bot.core.addresses import in_order, is_in
from bot.core.effects import Send
from bot.core.outbox import Notice, address, message
from bot.core.values import Address, By, Card, Deputy, Routed
from tests.core.build import HERE, Story, asking, card, gated, question, working


def place(by: By, channel: str = "C1", name: str = "") -> Routed:
    return Routed(by=by, address=Address(channel="slack", locator=f"T/{channel}"), name=name or by)


def put(*named: Routed) -> Card:
    return card().model_copy(update={"addresses": in_order((HERE,), named)})


def test_the_call_comes_before_the_thread_and_that_before_its_agent_and_the_default() -> None:
    found = in_order((HERE,), (place("default", "C3"), place("agent", "C2"), place("call", "C1")))
    assert [each.by for each in found] == ["call", "thread", "agent", "default"]
    assert [each.by for each in in_order((), (place("agent", "C2"),))] == ["agent"]


def test_no_place_is_tried_twice() -> None:
    found = in_order((HERE,), (place("call", "C1"), place("agent", "C1"), place("default", "C2")))
    assert [each.by for each in found] == ["call", "thread", "default"]


def test_a_place_that_the_thread_stands_in_is_the_thread_itself() -> None:
    home = Address(channel="slack", locator="T/C1/17.5")
    assert [each.by for each in in_order((home,), (place("call"), place("agent")))] == ["thread"]


@pytest.mark.parametrize(
    ("channel", "locator", "expected"),
    [("slack", "T/C1/1", True), ("slack", "T/C1", True), ("slack", "T/C12/1", False), ("mail", "T/C1/1", False)],
)  # fmt: skip
def test_a_locator_begins_with_the_place_it_is_in(
    channel: str, locator: str, expected: bool
) -> None:
    there = Address(channel=channel, locator=locator)
    assert is_in(there, Address(channel="slack", locator="T/C1")) is expected


def test_a_card_goes_to_the_next_place_where_one_refuses_it() -> None:
    story, (call,) = working(gated())
    story.previewed(call, put(place("call", "C1"), place("agent", "C2")))
    request, tried = f"{call}-v1", list[str]()
    for key in (request, f"{request}~1", f"{request}~2"):
        assert Send(key) in story.effects
        there = address(story.thread, key)
        assert there is not None
        tried.append(there.locator)
        story.undelivered(key)
    assert tried == ["T/C1", HERE.locator, "T/C2"]
    assert not any(isinstance(each, Send) and "-v1" in each.key for each in story.effects)
    assert address(story.thread, f"{request}~3") is None


def test_what_was_sent_is_found_where_it_was_sent_once_it_is_decided() -> None:
    story, request = asking(put(place("call")))
    story.approve(request)
    there = address(story.thread, request)
    assert there is not None
    assert there.locator == "T/C1"


def told(story: Story) -> list[str]:
    found = (message(story.thread, each.key) for each in story.effects if isinstance(each, Send))
    return [each.text for each in found if isinstance(each, Notice)]


def test_the_thread_is_told_once_that_it_is_asked_elsewhere() -> None:
    story, (call,) = working(gated())
    story.previewed(call, put(place("call", name="releases")))
    [said] = told(story)
    assert said.endswith("elsewhere: deploy, releases")
    taken = addresses.taken(story.call(call))
    assert taken is not None
    assert taken.by == "call"
    story.shown()
    story.message("any news?")
    story.previewed(call, put(place("call", name="releases")))
    assert told(story) == []


def test_a_card_in_its_own_thread_says_nothing_of_places() -> None:
    story, (call,) = working(gated())
    assert addresses.taken(story.call(call)) is None
    story.previewed(call, put(place("agent")))
    assert told(story) == []
    assert addresses.taken(story.call(call)) is None
    assert address(story.thread, f"{call}-v1") == HERE
    assert address(story.thread, "T-9-notice") == HERE


def test_a_question_has_places_as_a_card_has_and_its_thread_is_told() -> None:
    places = in_order((HERE,), (place("call", "C1", "board"), place("default", "C3")))
    asked = question().model_copy(update={"addresses": places})
    story, (one, two) = working(asked, asked)
    assert [address(story.thread, f"{each}-v1") for each in (one, two)] == [places[0].address] * 2
    told = [message(story.thread, each.key) for each in story.thread.notices]
    assert len({each.key for each in story.thread.notices}) == 2
    assert all(isinstance(each, Notice) and "Which?), board" in each.text for each in told)
    story.undelivered(f"{one}-v1")
    assert address(story.thread, f"{one}-v1~1") == HERE


def test_whom_the_place_of_a_card_does_not_reach_has_a_copy_of_their_own() -> None:
    mail = Address(channel="email", locator="@carol")
    apart = (
        Deputy(person="carol", of="carol", since=0, address=mail),
        Deputy(person="dave", of="bob", since=0, address=mail),
    )
    deputies = (Deputy(person="dave", of="bob", since=0),)
    shown = card().model_copy(update={"apart": apart, "deputies": deputies})
    story, request = asking(shown)
    for name in ("carol", "dave"):
        key = f"{request}~@{name}"
        assert Send(key) in story.effects
        assert address(story.thread, key) == mail
        story.delivered(key)
    assert story.effects == ()
