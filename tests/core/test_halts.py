"""Halts: what is halted, by the house's log alone, and what a thread may still do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core import halts, outbox
from bot.core.codec import decode, encode
from bot.core.effects import Announce, Decide, Doubt, Effect, Send
from bot.core.events import Event, Halted, Lifted, Unknown
from bot.core.halts import Halt
from bot.core.house import HOUSE
from bot.core.reducer import evolve, replay
from bot.core.thread import Thread
from tests.core.build import Story, begun, gated, read, working, write

HALT = Halt("h1", "", "alice", 5, "it misbehaves")


def halted(agent: str = "", id: str = "h1", at: int = 1) -> Halted:
    return Halted(id=id, at=at, actor="alice", agent=agent, reason="it misbehaves")


def lifted(agent: str = "", id: str = "l1") -> Lifted:
    return Lifted(id=id, actor="bob", agent=agent)


def left(story: Story, halt: Halt = HALT) -> tuple[Effect, ...]:
    return halts.allowed(story.thread, story.log, halt, story.effects)


def test_a_halt_of_everything_halts_every_agent() -> None:
    now = halts.told_by([halted()])
    assert halts.of(now, "clerk") == Halt("h1", "", "alice", 1, "it misbehaves")


def test_a_halt_of_one_agent_leaves_the_others() -> None:
    now = halts.told_by([halted("clerk")])
    assert halts.of(now, "clerk")
    assert halts.of(now, "usher") is None


def test_lifting_one_halt_leaves_the_other() -> None:
    both = [halted(), halted("clerk", "h2")]
    assert set(halts.told_by([*both, lifted()])) == {"clerk"}
    assert set(halts.told_by([*both, lifted("clerk")])) == {""}
    assert not halts.told_by([*both, lifted(), lifted("clerk", "l2")])


def test_the_first_to_halt_is_the_one_who_halted() -> None:
    now = halts.told_by([halted(), halted(id="h2"), lifted("nobody")])
    assert [each.id for each in now.values()] == ["h1"]


def test_a_row_that_cannot_be_read_halts_everything_until_a_human_lifts_it() -> None:
    for body in (b"{", b'{"type":"Halted","v":2,"id":"x"}', b'{"type":"Lifted","v":1}'):
        event = decode(3, body)
        assert isinstance(event, Unknown)
        assert halts.of(halts.told_by([event]), "clerk")
        assert not halts.told_by([event, lifted()])


def test_whatever_halts_ends_what_was_granted_before_be_all_halted_already() -> None:
    log = [halted(at=1), halted(id="h2", at=5), lifted()]
    assert halts.latest(log) == {"": 5}
    assert halts.latest([*log, decode(7, b"{")]) == {"": 7}


def test_a_kind_of_event_that_is_new_halts_nothing() -> None:
    assert not halts.told_by([decode(3, b'{"type":"Danced","v":1,"id":"x"}')])


def test_a_halt_that_is_delivered_again_after_it_was_lifted_halts_nothing() -> None:
    assert not halts.told_by([halted(), lifted(), halted(), lifted()])
    assert halts.told_by([halted(), lifted(), halted(id="h2"), lifted()])


def test_halts_survive_the_store() -> None:
    log = [halted("clerk"), lifted("clerk"), halted(id="h3")]
    kept = [decode(event.at, encode(event)) for event in log]
    assert halts.told_by(kept) == halts.told_by(log)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "clerk", "usher"]))))
def test_what_is_halted_is_what_was_halted_last(moves: list[tuple[bool, str]]) -> None:
    log: list[Event] = [
        halted(agent, f"e{n}") if on else lifted(agent, f"e{n}")
        for n, (on, agent) in enumerate(moves)
    ]
    last = {agent: on for on, agent in moves}
    assert set(halts.told_by(log)) == {agent for agent, on in last.items() if on}


LATER = Halt("h1", "", "alice", 10**15)


def test_a_halted_thread_decides_nothing_and_begins_nothing() -> None:
    assert left(begun(), LATER) == ()
    for proposal in (read(), write(), gated()):
        story, _ = working(proposal)
        assert story.effects
        assert left(story, LATER) == ()


def test_what_was_found_started_is_still_doubted() -> None:
    story, (call,) = working(write())
    story.started(call)
    assert left(story, LATER) == (Doubt(call, 1),)


def test_whoever_writes_while_it_is_halted_is_told_once() -> None:
    story = begun()
    halt = Halt("h1", "", "alice", story.now, "it misbehaves")
    assert left(story, halt) == (Announce("h1", "", "alice", "it misbehaves"),)
    told = Halted(id=halts.told_id("h1"), at=story.now, actor="alice", reason="it misbehaves")
    story.tell(told)
    [send] = left(story, halt)
    assert isinstance(send, Send)
    notice = outbox.message(story.thread, send.key)
    assert isinstance(notice, outbox.Notice)
    assert "alice: it misbehaves" in notice.text
    story.delivered(send.key)
    assert left(story, halt) == ()
    story.message("and now?")
    assert left(story, halt) == ()


def test_nobody_is_told_who_wrote_before_the_halt() -> None:
    story = begun()
    assert left(story, Halt("h1", "", "alice", story.now + 1)) == ()


def test_only_people_are_told() -> None:
    story, (call,) = working(gated())
    at = story.now + 1
    story.previewed(call)
    story.noted("nice")
    assert left(story, Halt("h1", "", "alice", at)) == ()
    assert left(begun(), Halt("h1", "", "alice", 0)) != ()


def test_a_thread_without_a_place_is_told_nothing() -> None:
    assert halts.allowed(Thread("T"), [halted()], HALT, (Decide(0),)) == ()


def test_a_log_of_nobody_s_words_owes_nothing() -> None:
    story = Story()
    story.ticked()
    assert left(story, Halt("h1", "", "alice", 0)) == ()


def test_the_house_says_nothing_of_its_own_halts() -> None:
    thread = replay(HOUSE, [halted(), lifted(), halted("clerk", "h2")])
    assert (thread.notices, thread.calls) == ((), ())


def test_a_halt_that_was_told_changes_nothing_else() -> None:
    story, _ = working(gated())
    before = story.thread
    after = evolve(before, halted(at=story.now))
    assert (after.calls, after.turn, after.heard) == (before.calls, before.turn, before.heard)
    assert evolve(before, lifted()).notices == ()


def test_a_halt_is_said_in_words() -> None:
    assert (HALT.what, HALT.words) == ("everything", "alice: it misbehaves")
    alone = Halt("h", "clerk", "bob", 1)
    assert (alone.what, alone.words) == ("clerk", "bob")
    assert Halted(id="h", actor="bob").text == "bob"


def test_when_each_was_halted_last_is_known_also_of_what_was_lifted_since() -> None:
    log = [halted(at=1), halted("clerk", "h2", at=2), lifted("clerk"), halted("clerk", "h3", at=5)]
    assert halts.latest(log) == {"": 1, "clerk": 5}
    assert halts.latest([]) == {}
