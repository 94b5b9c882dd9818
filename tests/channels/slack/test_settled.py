"""A card after its decision: who and when, then running, then how it ended; only the fold moves it."""

from __future__ import annotations

import pytest

from bot.core.thread import Thread
from bot.kit.channel import Changed, Fate
from channels.slack.cards import Look, Post
from channels.slack.settled import settled
from tests.channels.slack.limits import broken, read
from tests.core.build import (
    Story,
    asking,
    begun,
    card,
    doubtful,
    gated,
    question,
    withdraw,
    working,
)

EN, DE = Look(), Look(language="de", time_zone="Europe/Berlin")
LINE_OF_A_TIME = "<!date^1000"
DECIDED = 900_000_000


def look_of(
    story: Story | Thread, request: str, look: Look = EN, then: Thread | None = None
) -> Post:
    thread = story.thread if isinstance(story, Story) else story
    post = settled(Fate(thread, thread.at, then or thread, DECIDED), request, look)
    assert post is not None, request
    assert broken(post) == []
    return post


def said(story: Story, request: str, look: Look = EN) -> str:
    return read(look_of(story, request, look))


def buttons(post: Post) -> list[object]:
    return [block for block in post.blocks if block["type"] == "actions"]


def test_an_approved_card_says_who_and_when_and_has_no_buttons() -> None:
    story, request = asking()
    story.approve(request)
    post = look_of(story, request)
    assert "Approved by bob, <!date^900000^" in read(post)
    assert "Not started yet" in read(post)
    assert buttons(post) == []


def test_a_running_card_says_so_and_still_by_whom_it_was_approved() -> None:
    story, request = asking()
    story.approve(request)
    story.started("T-1-0")
    shown = said(story, request)
    assert "Approved by bob, <!date^900000^" in shown
    assert f"Running since {LINE_OF_A_TIME}" in shown


@pytest.mark.parametrize(("outcome", "word"), [("returned", "Done"), ("failed", "Failed")])
def test_a_card_that_ran_says_how_it_ended(outcome: str, word: str) -> None:
    story, request = asking()
    story.approve(request)
    story.ran("T-1-0", outcome)
    shown = said(story, request)
    assert "Approved by bob, <!date^900000^" in shown
    assert f"{word}, {LINE_OF_A_TIME}" in shown


def test_an_open_card_says_by_whom_what_was_asked_was_edited_or_deleted_since() -> None:
    story, request = asking()
    since = (Changed("alice", False), Changed("<!here>", False), Changed("bob", True))
    post = settled(Fate(story.thread, 0, story.thread, changed=since), request, EN)
    assert post is not None
    assert broken(post) == []
    assert post.text.startswith("*Edited since, by alice, ")
    assert "Deleted since, by bob" in read(post)
    assert "<!here>" not in post.text
    assert len(buttons(post)) == 1
    plain = look_of(story, request)
    assert "since, by" not in read(plain)
    assert {str(each["block_id"]) for each in plain.blocks}.isdisjoint(
        str(each["block_id"]) for each in post.blocks
    )


def test_a_denied_card_says_by_whom_and_why() -> None:
    story, request = asking()
    story.deny(request, reason="wrong <!channel> tag\u202e")
    shown = said(story, request)
    assert f"Denied by bob, {LINE_OF_A_TIME}" in shown
    assert "wrong <!channel> tag\\u202e" in shown


def test_an_expired_card_says_that_nobody_decided() -> None:
    story, request = asking()
    story.wait(700)
    story.fired(request)
    assert f"Expired: nobody decided in time, {LINE_OF_A_TIME}" in said(story, request)


def test_a_card_that_was_edited_away_names_the_one_that_counts() -> None:
    story, request = asking()
    story.edit(request, tag="v2")
    where = "Out of date. The card that counts now is T-1-0-v2. It stands further down here"
    assert where in said(story, request)
    assert "Sie steht hier weiter unten" in said(story, request, DE)
    story.previewed("T-1-0")
    assert "Out of date. The card that counts now is T-1-0-v2." in said(story, request)


def test_a_card_that_was_voided_says_why_there_is_another() -> None:
    story, request = asking()
    story.approve(request)
    story.voided("T-1-0")
    shown = said(story, request)
    assert "The card that counts now is T-1-0-v2." in shown
    assert "Asked anew, because:\n> pin changed" in shown
    story.previewed("T-1-0")
    fresh = look_of(story, "T-1-0-v2")
    assert "Asked anew, because\n> pin changed" in read(fresh)
    assert "Asked anew, because: pin changed" in fresh.text
    assert "Erneut gefragt, weil: pin changed" in look_of(story, "T-1-0-v2", DE).text
    story.approve("T-1-0-v2")
    assert "Asked anew" not in said(story, request)


def test_a_question_whether_it_happened_that_is_asked_again_says_why() -> None:
    story, request = doubtful()
    story.wait(60)
    story.answer(request, "retry")
    story.voided("T-1-0")
    story.refused_preview("T-1-0")
    post = look_of(story, story.call("T-1-0").request)
    assert "Asked anew, because\n> it could not be tried again: only 3 left" in read(post)
    assert "Asked anew, because: it could not be tried again: only 3 left" in post.text


def test_a_card_still_open_keeps_its_buttons_and_counts_the_votes() -> None:
    story, request = asking(card(quorum=2))
    before = look_of(story, request)
    story.approve(request)
    after = look_of(story, request)
    assert "Approvals: 1 of 2 (bob)" in read(after)
    assert buttons(after)
    ids = {str(block["block_id"]) for block in before.blocks}
    assert not ids & {str(block["block_id"]) for block in after.blocks}


def test_a_card_whose_outcome_is_unknown_names_the_question_about_it() -> None:
    story, request = asking()
    story.approve(request)
    story.started("T-1-0")
    then = story.thread
    story.unknown("T-1-0")
    shown = read(look_of(story, request, then=then))
    assert "Approved by bob" in shown
    assert "nobody knows whether it happened: see T-1-0-v2" in shown


@pytest.mark.parametrize(
    ("answer", "told"), [("happened", "it happened"), ("give-up", "Given up by alice")]
)
def test_a_settled_unknown_says_by_whom(answer: str, told: str) -> None:
    story, request = doubtful()
    story.answer(request, answer)
    assert told in said(story, request)


def test_an_answered_question_shows_the_answer_and_by_whom() -> None:
    story, (call,) = working(question("Patch", "Minor"))
    story.delivered(f"{call}-v1")
    story.answer(f"{call}-v1", "2")
    shown = said(story, f"{call}-v1")
    assert "Which?" in shown
    assert "Answered by alice" in shown
    assert "Minor" in shown


def test_a_hold_that_was_answered_says_so() -> None:
    story = begun()
    story.undecided("refusal")
    (hold,) = story.thread.calls
    assert "How to go on?" in said(story, hold.request)
    story.answer(hold.request, "1")
    assert "Answered by" in said(story, hold.request)


def test_what_the_model_withdrew_says_so() -> None:
    story, _ = asking()
    story.message("wait")
    story.previewed("T-1-0")
    (call,) = (each for each in story.thread.calls if each.id == "T-1-0")
    story.step(withdraw(call.request))
    assert "Withdrawn by the model" in said(story, call.request)
    assert "Zurückgezogen von dem Modell" in said(story, call.request, DE)


def test_a_card_that_was_replaced_keeps_what_it_showed_and_takes_no_decision_from_the_other() -> (
    None
):
    story, (call,) = working(gated(tag="v1.6.0"))
    request = f"{call}-v1"
    story.previewed(call)
    story.delivered(request)
    then = story.thread
    story.edit(request, tag="v1.9.0")
    story.previewed("T-1-0")
    now = story.call("T-1-0").request
    story.deny(now)
    shown = read(look_of(story, request, then=then))
    assert f"The card that counts now is {now}" in shown
    assert ("v1.6.0" in shown, "v1.9.0" in shown, "Denied" in shown) == (True, False, False)
    latest = said(story, now)
    assert ("v1.9.0" in latest, "Denied by bob" in latest) == (True, True)


def test_a_request_that_nobody_remembers_has_no_card() -> None:
    story, _ = working(gated())
    assert settled(Fate(story.thread, 0, story.thread), "T-99-0-v1", EN) is None


def test_without_a_time_the_card_leaves_it_out() -> None:
    story, request = asking()
    story.deny(request)
    post = settled(Fate(story.thread, 0, story.thread), request, EN)
    assert post is not None
    assert "<!date" not in post.text
