"""What a thread waits for, in every phase: from whom, until when, and by which words it moves on."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.cli.asks import Wait
from bot.cli.output import clock
from bot.cli.waits import NO_WORKER, Scene, waits
from bot.core.codec import decode
from bot.core.events import Cancelled, DayReached, MessageReceived, Paused, Resumed
from bot.core.house import HOUSE
from bot.core.measures import end_of
from bot.core.reducer import replay
from bot.core.thread import Thread
from bot.core.values import Address, Deputy, Limits, Routed
from bot.engine.letters import Letter
from bot.engine.standing import HouseFacts, Standing
from tests.core import build
from tests.core.build import Story
from tests.core.moves import LOGS

MEND = "bot approvers T --add NAME"
SPEAK = ("bot launch  TEXT --address 1",)


def found(story: Story, letter: Letter | None = None) -> tuple[Wait, ...]:
    thread = story.thread
    standing = Standing(thread.id, thread.at, thread, letter=letter)
    return waits(Scene(standing, story.log, "agents/desk/agent.md"))


def only(story: Story, letter: Letter | None = None) -> Wait:
    (wait,) = found(story, letter)
    return wait


def failed(tries: int, again: int | None = None) -> Letter:
    """What the engine writes of a thread that it could not go on with."""
    cause = "TypeError: a bug in the channel"
    return Letter(id="T", at=1_000, tries=tries, stage="send", cause=cause, again=again)


@given(LOGS)
def test_every_thread_waits_for_something_that_is_said(story: Story) -> None:
    assert all(wait.what and wait.text for wait in found(story))
    assert found(story)


@given(LOGS)
def test_every_open_request_is_told_with_the_words_that_decide_it(story: Story) -> None:
    told = {wait.request: wait for wait in found(story) if wait.request}
    for call in build.open_calls(story):
        assert told[call.request].version == call.version
        # Where nobody may decide there is a word beside these, which is the thread's.
        words = {each for each in told[call.request].commands if each != MEND}
        assert words
        assert all(call.id in each for each in words)


def test_a_thread_in_thought_says_since_when() -> None:
    story = build.begun()
    wait = only(story)
    assert (wait.what, wait.since, wait.commands) == ("model", story.now, ("bot cancel T",))


def test_a_thread_that_waits_for_a_day_s_limit_says_whom_was_asked_and_till_when() -> None:
    story = build.begun()
    reached = DayReached(
        id="d", actor="engine", at=story.now, day="1970-01-12", scope="all", reason="all: 1.00 USD", asked=("alice",)
    )  # fmt: skip
    story.tell(reached)
    standing = Standing("T", story.now, story.thread).under(HouseFacts([reached]))
    (wait,) = waits(Scene(standing, story.log, ""))
    assert (wait.what, wait.of, wait.until) == ("day", ("alice",), end_of("1970-01-12"))
    assert "all: 1.00 USD; asked: alice" in wait.text
    assert "bot answer house-1-hold-v1 1" in wait.notes[0]
    assert standing.phase == "waiting_for_human"
    assert standing.waiting_for == "held, all: 1.00 USD: word from alice (house-1-hold-v1)"
    house = Standing(HOUSE, story.now, replay(HOUSE, [reached]))
    (asked,) = waits(Scene(house, [reached], ""))
    assert "Stop leaves what it is for waiting until that day or hour is over" in asked.notes
    assert not any("cancels" in note or "today" in note for note in asked.notes)
    story.step()
    assert (
        Standing("T", story.now, story.thread).under(HouseFacts([reached])).phase
        != "waiting_for_human"
    )


@pytest.mark.parametrize(("said", "phase"), [("Extend", "thinking"), ("Stop", "waiting_for_time")])
def test_a_thread_that_waited_for_a_day_s_limit_goes_on_or_waits_for_its_end(
    said: str, phase: str
) -> None:
    story = build.begun()
    house = Story(HOUSE)
    for each in (story, house):
        each.tell(DayReached(id="d", at=story.now, day="1970-01-12", scope="all", reason="all: 1.00 USD", asked=("alice",)))  # fmt: skip
    house.answer("house-1-hold-v1", said, by="alice")
    standing = Standing("T", story.now, story.thread).under(HouseFacts(house.log))
    assert standing.phase == phase
    assert ("to be over" in standing.waiting_for) is (said == "Stop")


def test_a_model_that_failed_is_asked_again_at_a_time_for_a_reason() -> None:
    story = build.begun()
    story.undecided(retry_in=5_000)
    wait = only(story)
    assert wait.until == story.now + 5_000
    assert wait.text.endswith(", because: 529")
    assert wait.notes == ("tries so far: 1",)
    assert wait.commands == SPEAK


def test_a_call_at_work_says_since_when_and_how_long_it_may_take() -> None:
    story, (call,) = build.working(build.write(time_limit_seconds=30))
    assert only(story).text == "note is about to start."
    story.started(call)
    wait = only(story)
    assert (wait.what, wait.tool, wait.call) == ("tool", "note", call)
    assert (wait.since, wait.until) == (story.now, story.now + 30_000)


def test_reads_run_and_changes_wait_their_turn() -> None:
    story, _ = build.working(build.read(), build.write("one"), build.write("two"))
    assert [wait.text for wait in found(story)] == [
        "look, which only reads, is being run.",
        "one is about to start.",
        "two waits until the earlier calls of its step are over.",
    ]


def test_an_approval_says_who_may_and_who_may_not_and_why() -> None:
    story, request = build.asking(build.card(approvers=("alice", "bob", "carol"), quorum=2))
    story.approve(request, "bob")
    wait = only(story)
    assert (wait.what, wait.of, wait.votes, wait.missing) == ("approval", ("carol",), ("bob",), 1)
    assert wait.barred == (("alice", "asked for it, and self_approval is denied"),)
    assert wait.until is not None
    assert wait.commands == (
        f"bot approve {request}",
        f"bot deny {request} --reason TEXT",
        f"bot edit {request} --arguments JSON",
    )
    assert wait.text == "deploy waits for approval (version 1 of its card): 1 of 2 so far."


def test_an_approval_says_through_which_group_nobody_decides() -> None:
    unread = {"slack:S1": "no_such_subteam"}
    story, _ = build.asking(build.card(approvers=()).model_copy(update={"unread": unread}))
    assert "nobody decides through slack:S1: no_such_subteam" in only(story).notes


def test_an_approval_says_who_stands_in_for_whom_from_when_until_when() -> None:
    """By the clock of whoever looks, not by that of the last event."""
    long_ago, far_off = 0, 4_000_000_000_000
    deputies = (
        Deputy(person="dave", of="bob", since=long_ago),
        Deputy(person="erin", of="carol", since=far_off),
    )
    story, _ = build.asking(build.card().model_copy(update={"deputies": deputies}))
    wait = only(story)
    assert wait.of == ("bob", "carol", "dave")
    assert wait.until is not None
    until = clock(wait.until)
    assert f"dave decides in the place of bob, since {clock(long_ago)}, until {until}" in wait.notes
    later = f"erin will decide in the place of carol, from {clock(far_off)} on, until {until}"
    assert later in wait.notes


def test_who_edited_a_call_is_barred_from_approving_it() -> None:
    story, request = build.asking()
    story.edit(request, "bob", size=2)
    assert only(story).what == "card"
    story.previewed("T-1-0")
    wait = only(story)
    assert wait.barred == (("bob", "changed its arguments, and self_approval is denied"),)
    assert (wait.of, wait.version, wait.request) == (("carol",), 2, "T-1-0-v2")


def test_words_that_do_not_count_and_a_card_on_its_way_are_said() -> None:
    story, (call,) = build.working(build.gated())
    story.previewed(call, build.card(typed=False))
    notes = only(story).notes
    assert notes[0] == "its card is still on its way"
    assert notes[1] == "asked for by alice"
    assert "(words: denied)" in notes[2]
    story.undelivered(f"{call}-v1")
    assert only(story).notes[0] == "its card could not be delivered; bot pending shows it"


def test_a_card_that_is_put_elsewhere_says_where_and_by_whose_word() -> None:
    there = Routed(by="agent", address=Address(channel="slack", locator="T/C1"), name="releases")
    story, _ = build.asking(build.card().model_copy(update={"addresses": (there,)}))
    wait = only(story)
    assert "its card is put in releases (slack T/C1), the address of its agent" in wait.notes


def test_an_approval_that_another_channel_decides_is_not_offered_here() -> None:
    card = build.card().model_copy(update={"channels": ("slack",)})
    story, _ = build.asking(card)
    wait = only(story)
    assert "approvals count from slack alone" in wait.notes
    assert not any(command.startswith("bot approve") for command in wait.commands)


@pytest.mark.parametrize(
    ("approvers", "mend"),
    [
        ((), "nobody may approve it as it stands: name approvers in agents/desk/agent.md"),
        (("alice",), "nobody may approve it as it stands: name more approvers or allow"),
        (("alice", "bob"), "only bob may approve it as it stands: name more approvers or allow"),
    ],
)
def test_a_request_that_nobody_may_decide_says_what_mends_it(
    approvers: tuple[str, ...], mend: str
) -> None:
    story, request = build.asking(build.card(approvers=approvers, quorum=2))
    wait = only(story)
    assert wait.notes[-1].startswith(mend)
    assert f"bot approve {request}" not in wait.commands


def test_a_question_offers_the_number_of_a_choice() -> None:
    story, (call,) = build.working(build.question("red", "blue", deadline_seconds=60))
    wait = only(story)
    assert (wait.of, wait.until) == (("alice",), story.now + 60_000)
    assert wait.notes == ("1. red", "2. blue")
    assert wait.commands == (f"bot answer {call}-v1 1",)


def test_a_question_says_who_stands_in_for_whom_from_when_on() -> None:
    long_ago, far_off = 0, 4_000_000_000_000
    apart = (
        Deputy(person="alice", of="alice", since=long_ago),
        Deputy(person="dave", of="alice", since=long_ago),
        Deputy(person="erin", of="alice", since=far_off),
    )
    story, _ = build.working(build.question().model_copy(update={"apart": apart}))
    wait = only(story)
    assert wait.of == ("alice", "dave")
    assert wait.notes == (
        f"dave answers in the place of alice, since {clock(long_ago)}",
        f"erin will answer in the place of alice, from {clock(far_off)} on",
    )


def test_a_question_put_to_nobody_says_what_mends_it() -> None:
    story, _ = build.working(build.question(asked=()))
    assert only(story).notes == (
        "nobody may answer it: set BOT_OWNER or name approvers in agents/desk/agent.md; bot cancel lets it go",
    )


def test_an_unknown_outcome_says_from_when_it_may_be_retried() -> None:
    story, request = build.doubtful(build.write(time_limit_seconds=60))
    wait = only(story)
    assert (wait.what, wait.request, wait.of) == ("outcome", request, build.PEOPLE)
    assert wait.notes == ("it may be retried from 1970-01-12 13:47:43Z",)
    assert wait.commands == ("bot resolve T T-1-0 happened|retry|give-up",)


HOLDS = [
    (Limits(steps=1), "steps", "1 of 1 steps are taken", "Extend lets it take 1 more steps"),
    (Limits(failures=1), "failures", "1 of 1 calls in a row failed.", "Extend counts failures"),
    (Limits(micro_usd=50), "money", "0.0001 of 0.0001 USD are spent.", "Extend lets it spend"),
    (Limits(tokens=50), "tokens", "50 of 50 tokens are used.", "Extend lets it use 50 more tokens"),
    (Limits(calls=1), "calls", "1 of 1 calls are made", "Extend lets it make 1 more calls"),
    (Limits(wall_seconds=1), "time", "it works since 1970-01-12", "Extend lets it work for 1 s"),
]  # fmt: skip


@pytest.mark.parametrize(("limits", "why", "used", "extend"), HOLDS)
def test_a_limit_says_which_how_much_is_used_and_what_extend_means(
    limits: Limits, why: str, used: str, extend: str
) -> None:
    story = build.begun()
    (call,) = story.step(build.write(), limits=limits, micro_usd=50, tokens=50)
    story.ran(call, "failed" if why == "failures" else "returned")
    wait = only(story)
    assert (wait.what, wait.tool) == ("limit", why)
    assert used in wait.text
    assert any(note.startswith(extend) for note in wait.notes)
    assert wait.commands == (f"bot answer {wait.request} 1", f"bot answer {wait.request} 2")


def test_a_dead_end_says_what_try_again_means() -> None:
    story = build.begun()
    story.undecided("permanent")
    wait = only(story)
    assert wait.text == "It is held at a limit (model): 529"
    assert "Try again asks the model once more" in wait.notes


def test_a_sleeping_thread_says_until_when() -> None:
    story, _ = build.working(build.sleep(60))
    wait = only(story)
    assert (wait.what, wait.until, wait.commands) == ("time", story.now + 60_000, SPEAK)


def test_a_message_on_its_way_and_rest_after_it() -> None:
    story, (call,) = build.working(build.say())
    assert only(story).what == "delivery"
    story.delivered(call)
    assert (only(story).what, only(story).commands) == ("message", SPEAK)


def test_a_paused_thread_says_by_whom_why_and_since_when() -> None:
    story = build.begun()
    story.happens(Paused)
    story.happens(Resumed)
    story.tell(Paused(id="p2", at=story.now + 1, actor="engine", reason="it failed 5 times"))
    story.tell(Paused(id="p3", at=story.now + 2, actor="bob", reason="too late to count"))
    first, second = found(story)
    assert first.text == "It is paused by engine: it failed 5 times."
    assert (first.since, first.commands) == (story.now + 1, ("bot resume T",))
    assert second.what == "model"


def test_a_cancelled_thread_says_by_whom_and_what_wakes_it() -> None:
    story = build.begun()
    story.tell(Cancelled(id="c", at=story.now, actor="bob", reason="moot"))
    wait = only(story)
    assert (wait.text, wait.commands) == ("It was cancelled by bob: moot.", SPEAK)


def test_a_thread_that_was_given_up_says_why_since_when_and_what_tries_it_again() -> None:
    wait = only(build.begun(), failed(8))
    assert (wait.what, wait.since, wait.until) == ("replay", 1_000, None)
    assert wait.text == (
        "The engine has given it up: send failed 8 times: TypeError: a bug in the channel"
    )
    assert wait.notes == ("tries so far: 8",)
    assert wait.commands == ("bot dead replay T",)


def test_a_thread_that_is_tried_again_says_when_and_no_model_is_asked_meanwhile() -> None:
    wait = only(build.begun(), failed(3, again=9_000))
    assert (wait.what, wait.since, wait.until) == ("retry", 1_000, 9_000)
    assert wait.text == (
        "It is tried again at 1970-01-01 00:00:09Z, because"
        " send failed 3 times: TypeError: a bug in the channel"
    )
    assert wait.notes == ("tries so far: 3", NO_WORKER)
    assert wait.commands == SPEAK


@pytest.mark.parametrize("again", [None, 9_000])
def test_what_is_asked_of_people_stays_open_though_the_engine_cannot_go_on(
    again: int | None,
) -> None:
    story, request = build.asking()
    first, second = found(story, failed(2, again))
    assert first.what == ("replay" if again is None else "retry")
    assert (second.what, second.request) == ("approval", request)


def test_nothing_is_said_to_run_where_the_engine_has_given_up() -> None:
    story, (call,) = build.working(build.write())
    assert only(story, failed(8)).what == "replay"
    story.started(call)
    assert only(story, failed(8)).what == "replay"


@pytest.mark.parametrize(
    ("letter", "since", "tries", "commands"),
    [
        (None, 7_000, (), ()),
        (failed(1, again=9_000), 1_000, ("tries so far: 1",), ()),
        (failed(8), 1_000, ("tries so far: 8",), ("bot dead replay T",)),
    ],
)
def test_an_event_that_nobody_can_read_is_named_and_may_have_been_a_denial(
    letter: Letter | None, since: int, tries: tuple[str, ...], commands: tuple[str, ...]
) -> None:
    story = build.begun()
    story.tell(decode(7_000, b"garbage"))
    wait = only(story, letter)
    assert wait.text.startswith("Event 2 cannot be read, and may have been a denial")
    assert (wait.what, wait.since, wait.commands) == ("replay", since, commands)
    assert wait.notes == (*tries, "to look at it: bot show T --events")


def test_what_a_newer_version_wrote_is_named() -> None:
    story = build.begun()
    story.tell(decode(story.now, b'{"type":"ToolStarted","v":2,"id":"x","call":"T-1-0"}'))
    waits = found(story)
    assert waits[0].text.startswith("Event 2 was written by a newer version of the bot")
    assert [wait.what for wait in waits] == ["upgrade"], "no model is asked meanwhile"


def test_a_thread_in_another_place_says_where_to_speak() -> None:
    place = Address(channel="slack", locator="C1:1.2")
    said = MessageReceived(id="m", at=1, actor="alice", address=place, text="stop")
    story = Story()
    story.tell(said)
    for notice in story.thread.notices:
        story.delivered(notice.key)
    assert only(story).commands == ()
    assert only(story).notes == ("a message in its place wakes it: slack C1:1.2",)


def test_a_model_that_fails_can_be_asked_at_once_from_where_the_thread_lives() -> None:
    place = Address(channel="slack", locator="C1:1.2")
    story = Story()
    story.tell(MessageReceived(id="m", at=1, actor="alice", address=place, text="go"))
    story.undecided()
    assert only(story).notes == (
        "tries so far: 1",
        "a message in its place asks it at once: slack C1:1.2",
    )


def test_an_empty_thread_waits_for_a_first_word() -> None:
    assert only(Story()).text == "Nobody has said anything in it yet."
    assert Story().thread == Thread("T")
