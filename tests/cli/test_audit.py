"""Audit: every decision and effect of a thread can be read back from its log alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from bot.cli.audit import lines
from bot.cli.readback import Row, readback
from bot.core import events
from bot.core.codec import decode, digest
from bot.core.house import HOUSE
from bot.core.ladder import keys, timer
from bot.core.values import Address, Deputy, Rung
from tests.cli.office import Json, Office, eventually, furnish, running
from tests.core.build import HERE, Story, asking, card, doubtful, gated, question, working

BUTTON = Address(channel="slack", locator="T1/C1/17.000100")


def told(story: Story, kind: str) -> list[Row]:
    return [row for row in readback(story.thread.id, story.log) if row.kind == kind]


def test_a_decision_names_person_place_time_request_arguments_and_the_card_that_was_shown() -> None:
    story, request = asking()
    story.verdict(request, "approve", channel="slack", address=BUTTON, account="U0BOB")
    [row] = told(story, "decision")
    assert (row.who, row.at, row.address) == ("bob", story.now, BUTTON)
    what, seen = row.what, cast("Json", row.what["card"])
    assert (what["account"], what["word"], what["request"]) == ("U0BOB", "approve", request)
    assert (what["tool"], what["arguments_digest"]) == ("deploy", digest({}))
    assert (what["counted"], what["refused"], what["came_to"]) == (True, None, "approved")
    assert (seen["version"], seen["hash"]) == (1, "digest-1")
    [shown] = cast("list[Json]", seen["shown"])
    assert (shown["channel"], shown["locator"]) == (HERE.channel, HERE.locator)
    assert shown["at"] == story.log[-2].at


def test_an_effect_names_the_approvals_that_it_ran_on_and_how_it_ended() -> None:
    story, request = asking(card(quorum=2))
    story.approve(request, "bob")
    story.approve(request, "carol")
    story.ran(request.removesuffix("-v1"))
    one, two = told(story, "decision")
    assert (one.what["came_to"], two.what["came_to"]) == ("1 of 2", "approved")
    [effect] = told(story, "effect")
    assert effect.what["approvals"] == [one.seq, two.seq]
    assert effect.what["approved_by"] == ["bob", "carol"]
    assert cast("Json", effect.what["ended"])["outcome"] == "returned"


def test_approvals_of_a_card_that_is_void_are_not_those_that_a_call_ran_on() -> None:
    story, request = asking()
    call = request.removesuffix("-v1")
    story.approve(request, "bob")
    story.voided(call)
    story.previewed(call)
    story.delivered(f"{call}-v2")
    story.approve(f"{call}-v2", "carol")
    story.started(call)
    [void] = told(story, "ended")
    assert (void.what["request"], void.what["reason"]) == (request, "pin changed")
    assert void.what["came_to"] == "asked anew"
    [effect] = told(story, "effect")
    assert (effect.what["approved_by"], effect.what["ended"]) == (["carol"], None)
    assert cast("Json", effect.what["card"])["version"] == 2


def test_what_did_not_count_is_told_with_its_reason_on_record_or_not() -> None:
    story, request = asking()
    story.approve(request, "eve")
    story.approve(f"{request[:-1]}9")
    eve, stale = told(story, "decision")
    assert (eve.what["counted"], eve.what["came_to"]) == (False, None)
    assert "eve is not among those who may decide" in str(eve.what["refused"])
    assert "out of date" in str(stale.what["refused"])


@pytest.mark.parametrize(
    ("text", "word", "came_to"),
    [
        ("approve", "approve", "approved"),
        ("approve T-1-0-v1", "approve", "approved"),
        ("deny too late", "deny", "denied"),
        ("deny T-1-0-v1 too late", "deny", "denied"),
    ],
)
def test_words_that_decided_are_a_decision_at_the_address_of_the_thread(
    text: str, word: str, came_to: str
) -> None:
    story, request = asking()
    story.message(text, by="bob")
    [row] = told(story, "decision")
    assert (row.who, row.address) == ("bob", HERE)
    assert (row.what["word"], row.what["request"], row.what["text"]) == (word, request, text)
    assert row.what["came_to"] == came_to


def test_words_that_were_to_decide_and_did_not_count_are_told_as_what_they_say() -> None:
    story, request = asking()
    story.message("deny it", by="eve")
    [row] = told(story, "decision")
    assert (row.what["word"], row.what["request"]) == ("deny", request)
    assert row.what["counted"] is False


def test_an_answer_is_a_decision_and_a_remark_is_none() -> None:
    story, (asked,) = working(question("v1", "v2"))
    story.message("2")
    story.message("and now?")
    [row] = told(story, "decision")
    assert (row.what["request"], row.what["came_to"]) == (f"{asked}-v1", "answered")


def test_a_choice_that_was_given_by_its_number_is_told_in_its_words() -> None:
    story = Story("house")
    story.tell(events.DayReached(id="d", at=story.now, day="1970-01-12", scope="all", reason="all: 1.00 USD", asked=("olivia",)))  # fmt: skip
    story.verdict(f"{story.thread.calls[0].id}-v1", "answer", "olivia", text="1")
    [row] = told(story, "decision")
    assert (row.what["text"], row.what["refused"]) == ("Extend", None)


def test_a_stop_is_told_by_whom() -> None:
    story, _ = asking()
    story.message("stop", by="carol")
    [row] = told(story, "decision")
    assert (row.who, row.what["word"], row.address) == ("carol", "stop", HERE)


def test_a_deadline_that_passed_is_told_beside_the_decisions() -> None:
    story, request = asking()
    story.wait(600)
    story.fired(request)
    [row] = told(story, "ended")
    assert (row.what["request"], row.what["came_to"]) == (request, "expired")
    assert cast("Json", row.what["card"])["hash"] == "digest-1"


def test_what_was_passed_on_or_put_off_says_to_whom_and_till_when() -> None:
    story, request = asking()
    until = story.now + 60_000
    story.verdict(request, "pass", "bob", to="carol")
    story.verdict(request, "later", "bob", until=until)
    story.verdict(request, "ignore", "bob")
    passed, later, ignored = told(story, "decision")
    assert all(row.what["counted"] for row in (passed, later, ignored))
    assert (passed.what.get("to"), later.what.get("until")) == ("carol", until)
    assert not {"to", "until"} & set(ignored.what)
    # It is no approval, and is not told as one of so many.
    assert all(next(lines(row)).endswith(": counted") for row in (passed, later, ignored))


def test_whoever_edited_a_call_has_asked_for_it_too() -> None:
    story, request = asking()
    story.edit(request, tag="v2")
    story.previewed(request[:-3], card(2))
    story.delivered(f"{request[:-3]}-v2")
    story.verdict(f"{request[:-3]}-v2", "approve", "bob")
    edit, refused = told(story, "decision")
    assert edit.what["asked_by"] == ["alice"]
    assert (refused.what["counted"], refused.what["asked_by"]) == (False, ["alice", "bob"])


def test_whoever_answers_a_question_as_a_deputy_is_told_with_whose_place_that_is() -> None:
    dave = Deputy(person="dave", of="alice", since=0)
    story, (call,) = working(question("red").model_copy(update={"apart": (dave,)}))
    story.answer(f"{call}-v1", "red", "dave")
    [row] = told(story, "decision")
    assert (row.what["counted"], row.what["in_place_of"]) == (True, ["alice"])


def test_whoever_decides_as_a_deputy_is_told_with_whose_place_that_is() -> None:
    dave = Deputy(person="dave", of="bob", since=0)
    story, request = asking(card().model_copy(update={"deputies": (dave,)}))
    story.verdict(request, "approve", "dave")
    story.verdict(request, "approve", "carol")
    first, second = told(story, "decision")
    assert (first.what["counted"], first.what["in_place_of"]) == (True, ["bob"])
    assert "in_place_of" not in second.what
    assert "dave in the place of bob" in next(lines(first))


def test_a_reminder_that_came_due_ends_nothing_and_is_no_showing_of_the_card() -> None:
    story, request = asking(card().model_copy(update={"ladder": (Rung(after_seconds=60),)}))
    story.wait(60)
    story.fired(timer(story.call(request)))
    assert not told(story, "ended")
    [key] = keys(story.call(request))
    story.delivered(key)
    story.approve(request, "bob")
    [row] = told(story, "decision")
    [shown] = cast("list[Json]", cast("Json", row.what["card"])["shown"])
    assert shown["at"] == told(story, "message")[0].at, "the reminder does not show it"


def test_a_time_that_no_calendar_has_is_read_back_all_the_same() -> None:
    story, request = asking()
    story.verdict(request, "later", "bob", until=-62_135_600_000_000)
    [row] = told(story, "decision")
    assert "until 1970-01-01" in next(lines(row))


def test_an_unknown_outcome_and_who_settled_it_are_told() -> None:
    story, request = doubtful()
    story.answer(request, "happened")
    [effect] = told(story, "effect")
    assert cast("Json", effect.what["ended"])["outcome"] == "unknown"
    [settled] = told(story, "decision")
    assert (settled.who, settled.what["came_to"]) == ("alice", "happened")


def test_a_claim_that_came_too_late_is_no_effect() -> None:
    story, request = asking()
    story.started(request.removesuffix("-v1"))
    assert told(story, "effect") == []


def test_an_edit_tells_what_was_asked_and_what_it_was_changed_to() -> None:
    story, (call,) = working(gated(tag="v1"))
    story.previewed(call)
    story.edit(f"{call}-v1", tag="v2")
    [row] = told(story, "decision")
    assert (row.what["arguments"], row.what["edited"]) == ({"tag": "v1"}, {"tag": "v2"})
    assert row.what["came_to"] == "asked anew"


def test_a_press_on_an_older_card_names_what_stood_on_that_one() -> None:
    story, (call,) = working(gated(tag="v1"))
    story.previewed(call)
    story.edit(f"{call}-v1", tag="v2")
    story.previewed(call)
    story.approve(f"{call}-v1", "carol")
    stale = told(story, "decision")[-1]
    assert (stale.what["counted"], stale.what["arguments"]) == (False, {"tag": "v1"})


def test_pauses_and_messages_that_were_not_delivered_are_told() -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    story.undelivered(f"{call}-v1")
    story.happens(events.Paused)
    story.happens(events.Resumed)
    [sent] = told(story, "message")
    assert (sent.what["request"], sent.what["failed"]) == (f"{call}-v1", "bounced")
    assert [row.what["word"] for row in told(story, "decision")] == ["pause", "resume"]


def test_a_halt_is_read_back_in_the_house_with_whoever_halted_and_lifted_it() -> None:
    halted = events.Halted(id="h", at=1, actor="carol", agent="desk", reason="smoke")
    lifted = events.Lifted(id="l", at=2, actor="bob", agent="desk")
    rows = readback(HOUSE, [halted, lifted])
    assert [(row.who, row.what["word"], row.what["text"]) for row in rows] == [
        ("carol", "halt desk", "smoke"),
        ("bob", "lift desk", ""),
    ]


def test_a_verdict_from_before_places_were_kept_still_names_its_channel() -> None:
    story, request = asking()
    old = b'{"v":1,"type":"Verdict","id":"x","actor":"bob","request":"%s","word":"approve","digest":"digest-1","channel":"slack"}'
    story.tell(decode(story.now, old.replace(b"%s", request.encode())))
    [row] = told(story, "decision")
    assert row.address == Address(channel="slack", locator="")
    assert row.what["counted"] is True


def test_a_row_that_cannot_be_read_is_told_as_such() -> None:
    story, _ = asking()
    story.tell(decode(story.now, b'{"v":9,"type":"Verdict","id":"new"}'))
    assert told(story, "unreadable")[0].what == {"type": "Verdict"}


# ---- from a bot that runs --------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    with running(furnish(tmp_path_factory.mktemp("office")), short_folder / "audit") as here:
        yield here


def test_a_refund_is_read_back_after_it_ran(office: Office) -> None:
    thread = office.run("launch", "desk", "refund it", "--as", "alice").out.strip()
    eventually(lambda: office.run("pending", "--json").json)
    request = str(office.run("pending", "--json").json[0]["request"])
    assert office.run("approve", request, "--as", "alice").status == 1
    assert office.run("approve", request, "--as", "bob").status == 0
    eventually(lambda: office.run("status", thread, "--json").json[0]["phase"] == "resting")
    rows = office.run("audit", thread, "--json").json
    kinds = [row["kind"] for row in rows]
    assert kinds == ["message", "decision", "decision", "effect", "message"]
    shown, refused, approved, effect, _ = rows
    assert "cannot approve it too" in str(refused["refused"])
    assert (approved["who"], cast("Json", approved["address"])["channel"]) == ("bob", "console")
    assert effect["approvals"] == [approved["seq"]]
    assert effect["arguments"] == {"charge": "ch_1", "cents": 5}
    assert effect["arguments_digest"] == approved["arguments_digest"]
    hashes = {cast("Json", row["card"])["hash"] for row in (shown, approved, effect)}
    assert len(hashes) == 1
    text = office.run("audit", thread).out
    assert f"approve {request}: counted, approved" in text
    assert f"approved by bob (event {approved['seq']}): returned" in text


def test_a_thread_that_is_not_there_is_said_in_one_sentence(office: Office) -> None:
    said = office.run("audit", "tnowhere")
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
