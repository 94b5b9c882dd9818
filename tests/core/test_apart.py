"""Apart: whoever is asked and not reached by the place of a request is asked, told and reminded in a place of their own."""

from __future__ import annotations

import pytest

from bot.core.deputies import addresses
from bot.core.effects import Send, timers
from bot.core.events import StepDecided
from bot.core.ladder import timer
from bot.core.outbox import Hold, Question, Reminder, UnknownOutcome, address, message
from bot.core.thread import Asked
from bot.core.values import Address, Card, Deputy, Limits, Proposal, Routed, Rung, Word
from tests.core.build import (
    HERE,
    PEOPLE,
    Story,
    asking,
    begun,
    card,
    gated,
    question,
    working,
    write,
)

MAIL = Address(channel="email", locator="@carol")
CAROL = Deputy(person="carol", of="carol", since=0, address=MAIL)
HOUR = 3_600
LADDER = (Rung(after_seconds=HOUR, to=("bob", "carol")),)


def owes(story: Story) -> list[str]:
    return [effect.key for effect in story.effects if isinstance(effect, Send)]


def put() -> Proposal:
    asked = question("v1", asked=("bob", "carol"), deadline_seconds=10 * HOUR)
    more = {"apart": (CAROL,), "reached": {"carol": MAIL}, "ladder": LADDER}
    return asked.model_copy(update=more)


def test_a_question_has_a_copy_for_whom_its_place_does_not_reach_and_each_showing_has_its_own() -> (
    None
):
    story, (asked,) = working(put())
    story.delivered(f"{asked}-v1")
    copy = f"{asked}-v1~@carol"
    assert owes(story) == [copy]
    assert address(story.thread, copy) == MAIL
    said = message(story.thread, copy)
    assert isinstance(said, Question)
    assert (said.key, said.request) == (copy, f"{asked}-v1")
    story.delivered(copy)
    assert owes(story) == []
    story.message("a word", by="zoe")
    story.shown()
    assert f"{asked}-v2~@carol" in owes(story)
    story.answer(f"{asked}-v2", "v1", by="carol")
    assert story.outcome(asked) == "answered"


def test_a_copy_that_is_refused_is_told_of_and_not_sent_again() -> None:
    story, (asked,) = working(put())
    story.delivered(f"{asked}-v1")
    story.undelivered(f"{asked}-v1~@carol")
    assert [notice.code for notice in story.thread.notices] == ["undelivered"]
    story.shown()
    assert owes(story) == []


def alone() -> Card:
    """For Bob and Carol, whom the place of the card does not reach."""
    bob = Deputy(person="bob", of="bob", since=0, address=Address(channel="slack", locator="@bob"))
    return card().model_copy(update={"apart": (bob, CAROL)})


def test_where_all_who_are_asked_have_copies_nobody_hears_that_no_place_took_the_card() -> None:
    story, (call,) = working(gated())
    story.previewed(call, alone())
    request = f"{call}-v1"
    story.undelivered(request)
    assert story.thread.notices == ()
    assert owes(story) == [f"{request}~@bob", f"{request}~@carol"]
    story.undelivered(f"{request}~@bob")
    assert [notice.code for notice in story.thread.notices] == ["undelivered"]


def test_of_each_who_is_asked_alone_it_is_known_since_when_they_have_it() -> None:
    story, request = asking(alone())
    for person, written in (("bob", 7), ("carol", 5)):
        story.delivered(f"{request}~@{person}", written=written)
    phase = story.phase(request)
    assert isinstance(phase, Asked)
    assert phase.copied == (("bob", 7), ("carol", 5))


def test_what_holds_a_thread_is_asked_of_them_too() -> None:
    story = begun()
    step = StepDecided(
        id="s", at=story.now + 1, actor="model", seen=1, limits=Limits(steps=1), asked=PEOPLE,
        apart=(CAROL,), calls=(write(),),
    )  # fmt: skip
    story.tell(step)
    story.ran("T-1-0")
    [hold] = [call for call in story.thread.calls if call.proposal.kind == "limit"]
    story.delivered(hold.request)
    [key] = owes(story)
    assert (address(story.thread, key), key) == (MAIL, f"{hold.request}~@carol")
    assert isinstance(message(story.thread, key), Hold)


def deputies() -> Card:
    dave = Deputy(
        person="dave", of="bob", since=0, address=Address(channel="email", locator="@dave")
    )
    own = Deputy(person="bob", of="bob", since=0, address=Address(channel="email", locator="@bob"))
    shown = card(approvers=("bob",)).model_copy(update={"apart": (own, dave)})
    return shown.model_copy(update={"deputies": (dave.model_copy(update={"address": None}),)})


@pytest.mark.parametrize(
    ("shown", "to"), [(None, ["carol"]), (deputies(), ["carol", "dave"])], ids=["write", "gated"]
)
def test_what_became_of_a_call_is_asked_of_whoever_is_asked_apart_and_of_deputies(
    shown: Card | None, to: list[str]
) -> None:
    proposal = (gated() if shown else write()).model_copy(update={"apart": (CAROL,)})
    story, (call,) = working(proposal)
    if shown:
        story.previewed(call, shown)
        story.shown()
        story.approve(f"{call}-v1")
    story.started(call)
    story.unknown(call)
    story.delivered(story.call(call).request)
    assert owes(story) == [f"{story.call(call).request}~@{who}" for who in to]
    assert all(isinstance(message(story.thread, key), UnknownOutcome) for key in owes(story))


# ---- reminders -------------------------------------------------------------------------------------------------------
def climbed(story: Story, request: str) -> None:
    phase = story.phase(request)
    assert isinstance(phase, Asked)
    assert phase.until is not None
    story.now = phase.until - 9 * HOUR * 1000
    story.fired(timer(story.call(request)))


def test_they_are_reminded_where_they_are_asked_beside_the_others() -> None:
    story, (asked,) = working(put())
    story.shown()
    story.shown()
    climbed(story, asked)
    keys = list[str]()
    while owes(story):
        [key] = owes(story)
        said = message(story.thread, key)
        assert isinstance(said, Reminder)
        keys.append(f"{key} {','.join(said.to)} {said.apart} {address(story.thread, key)}")
        story.delivered(key)
    assert keys == [
        f"{asked}~remind1 bob,carol False {HERE}",
        f"{asked}~remind1~@carol carol True {MAIL}",
    ]


@pytest.mark.parametrize("by_word", [True, False], ids=["word", "verdict"])
def test_who_stands_in_for_one_whom_a_question_is_put_to_answers_it_from_their_time_on(
    *, by_word: bool
) -> None:
    asked = question(asked=("bob",), deadline_seconds=10 * HOUR)
    dora = Deputy(person="dora", of="bob", since=1_001_800_000, address=MAIL)
    story, (call,) = working(asked.model_copy(update={"apart": (dora,)}))
    story.delivered(f"{call}-v1")
    story.answer(f"{call}-v1", "v1", by="dora")
    assert isinstance(story.phase(call), Asked)
    story.now = 1_001_801_000
    if by_word:
        story.message("v1", by="dora")
    else:
        story.answer(f"{call}-v1", "v1", by="dora")
    assert story.outcome(call) == "answered"


def test_a_reminder_that_is_refused_there_is_told_of_and_over() -> None:
    story, (asked,) = working(put())
    story.shown()
    story.shown()
    climbed(story, asked)
    story.delivered(f"{asked}~remind1")
    story.undelivered(f"{asked}~remind1~@carol")
    assert [notice.code for notice in story.thread.notices] == ["undelivered"]


def asked_later(since: int, tell: int = 0) -> Card:
    late = CAROL.model_copy(update={"since": since, "tell": tell})
    named = {"apart": (late,), "ladder": LADDER, "reached": {"carol": MAIL}}
    return card(deadline_seconds=10 * HOUR).model_copy(update=named)


def test_whoever_was_asked_since_the_last_reminder_is_not_reminded_besides() -> None:
    story, request = asking(asked_later(1_000_000_000 + HOUR * 1000))
    climbed(story, request)
    assert set(owes(story)) == {f"{request.removesuffix('-v1')}~remind1", f"{request}~@carol"}
    story.shown()
    assert owes(story) == []


@pytest.mark.parametrize(("since", "tell"), [(1_001_800_000, 0), (0, 1_001_800_000)])
def test_a_copy_waits_for_its_time(since: int, tell: int) -> None:
    story, request = asking(asked_later(since, tell))
    assert timers(story.thread)[f"{request}~@"] == 1_001_800_000
    assert owes(story) == []
    story.now = 1_001_799_000
    story.fired(f"{request}~@")
    assert owes(story) == [f"{request}~@carol"]


def test_whoever_left_it_to_others_has_no_copy_and_whoever_put_it_off_has_it_then() -> None:
    story, request = asking(asked_later(1_001_800_000))
    until = 1_005_000_000
    story.verdict(request, "later", "carol", until=until)
    story.now = 1_001_800_000
    story.fired(f"{request}~@")
    assert owes(story) == []
    story.now = until
    story.fired(timer(story.call(request)))
    assert f"{request}~@carol" in owes(story)
    story.verdict(request, "ignore", "carol")
    assert f"{request}~@carol" not in owes(story)


def test_what_became_of_a_call_whose_card_was_put_elsewhere_is_asked_of_whom_that_place_does_not_reach() -> (
    None
):
    """Carol is reached by the card's place and not by the thread, alice the other way round."""
    there = Routed(by="call", address=Address(channel="slack", locator="T1/C1"), name="releases")
    mail = Address(channel="email", locator="@alice")
    shown = card(approvers=("bob", "carol")).model_copy(
        update={"addresses": (there, Routed(by="thread", address=HERE)), "reached": {"alice": mail}}
    )
    story, (call,) = working(gated().model_copy(update={"apart": (CAROL,)}))
    story.previewed(call, shown)
    story.shown()
    story.approve(f"{call}-v1")
    story.started(call)
    story.unknown(call)
    story.delivered(f"{call}-v2")
    assert owes(story) == [f"{call}-v2~@alice"]
    assert address(story.thread, f"{call}-v2~@alice") == mail
    story.delivered(f"{call}-v2~@alice")
    assert owes(story) == []
    story.answer(f"{call}-v2", "happened", by="alice")
    assert address(story.thread, f"{call}-v2~@alice") == mail


@pytest.mark.parametrize("word", ["ignore", "later"])
def test_who_left_the_decision_to_others_is_asked_all_the_same_what_became_of_the_call(
    word: Word,
) -> None:
    own = CAROL.model_copy(update={"person": "bob", "of": "bob"})
    story, (call,) = working(gated().model_copy(update={"apart": (own,)}))
    story.previewed(call, card(approvers=("bob", "carol")))
    story.shown()
    story.verdict(f"{call}-v1", word, by="bob", until=story.now + HOUR * 1000)
    story.approve(f"{call}-v1", by="carol")
    story.started(call)
    story.unknown(call)
    story.delivered(f"{call}-v2")
    assert owes(story) == [f"{call}-v2~@bob"]


def test_they_are_reminded_though_its_place_reaches_nobody_who_is_asked() -> None:
    """By mail somebody began it, and all who are asked are in Slack alone: no mail of it goes out."""
    story, (asked,) = working(put())
    story.undelivered(f"{asked}-v1")
    story.delivered(f"{asked}-v1~@carol")
    climbed(story, asked)
    assert f"{asked}~remind1~@carol" in owes(story)
    assert address(story.thread, f"{asked}~remind1~@carol") == MAIL
    story.delivered(f"{asked}~remind1~@carol")
    assert not any("remind" in key for key in owes(story))


def test_all_places_are_known_where_anybody_has_a_copy_or_is_reminded() -> None:
    story, (asked,) = working(put())
    assert addresses(story.call(asked)) == (MAIL,)
    other = Address(channel="slack", locator="T1/U1")
    story, request = asking(deputies().model_copy(update={"reached": {"eve": other}}))
    assert [each.locator for each in addresses(story.call(request))] == ["@bob", "@dave", "T1/U1"]
