"""Sense: a step that cannot be meant is sent back with one sentence that says what to do instead."""

from __future__ import annotations

import pytest

from bot.core.events import OutcomeUnknown, Previewed
from bot.core.sense import malformed
from bot.core.values import Kind, Proposal
from tests.core.conversation import Arguments, Conversation, card, proposal

PUSH = proposal("gated", "push_tag", {"tag": "v1"})
OTHER = proposal("gated", "push_tag", {"tag": "v2"})
READ = proposal("read", "list_tags")
DONE = proposal("say", "done_for_now", {"message": "done"})
NOTHING = proposal("nothing", "nothing_to_do", {"reason": "none"})
STAND_BY = proposal("stand_by", "stand_by")
AWAIT = proposal("await", "await", {"seconds": 1})


def withdraw(request: str) -> Proposal:
    return proposal("withdraw", "withdraw", {"request": request, "reason": "no"})


def at_first() -> Conversation:
    it = Conversation()
    it.says("ship it")
    return it


def with_open_request() -> Conversation:
    """Alice asked something while the push was waiting."""
    it = at_first()
    it.step(PUSH)
    it.asks_approval()
    it.says("which commit?")
    return it


def with_unknown_outcome() -> Conversation:
    it = at_first()
    it.step(PUSH)
    it.asks_approval()
    it.verdict("approve", "bob")
    it.starts()
    it.add(OutcomeUnknown(id="", call="T-1-0", n=1))
    it.says("and now?")
    return it


@pytest.mark.parametrize("step", [[READ, READ], [PUSH, READ], [DONE], [NOTHING], [AWAIT], [PUSH]])
def test_a_step_that_can_be_taken_is_not_malformed(step: list[Proposal]) -> None:
    assert malformed(at_first().thread, step) is None


@pytest.mark.parametrize(
    "step",
    [[STAND_BY], [READ], [withdraw("T-1-0")], [withdraw("T-1-0-v1"), OTHER], [PUSH], [AWAIT]],
)
def test_with_an_open_request_one_can_stand_by_withdraw_replace_or_go_on(
    step: list[Proposal],
) -> None:
    assert malformed(with_open_request().thread, step) is None


def test_an_empty_step_is_malformed() -> None:
    assert malformed(at_first().thread, []) == (
        "The step is empty: choose a tool, or end with done_for_now or nothing_to_do."
    )


@pytest.mark.parametrize("alone", [DONE, NOTHING, AWAIT])
@pytest.mark.parametrize("first", [True, False])
def test_some_intents_stand_alone(alone: Proposal, first: bool) -> None:
    reason = malformed(at_first().thread, [alone, READ] if first else [READ, alone])
    assert (
        reason
        == f"{alone.tool} stands alone in a step: take the other calls first, or leave them out."
    )


def test_standing_by_stands_alone() -> None:
    reason = malformed(with_open_request().thread, [STAND_BY, withdraw("T-1-0")])
    assert reason is not None
    assert reason.startswith("stand_by stands alone")


@pytest.mark.parametrize("end", [DONE, NOTHING])
def test_the_work_does_not_end_with_a_request_open(end: Proposal) -> None:
    assert malformed(with_open_request().thread, [end]) == (
        f"{end.tool} ends the work, but push_tag T-1-0 is still open: "
        "choose stand_by to leave it open, or withdraw it first."
    )


def test_standing_by_needs_something_open() -> None:
    reason = malformed(at_first().thread, [STAND_BY])
    assert (
        reason
        == "stand_by needs an open request and there is none: choose done_for_now or another call."
    )


def test_what_may_have_happened_is_not_proposed_again() -> None:
    it = with_unknown_outcome()
    reason = malformed(it.thread, [READ, PUSH])
    assert reason is not None
    assert reason.startswith("push_tag with these very arguments was started")
    assert malformed(it.thread, [OTHER]) is None
    assert malformed(it.thread, [STAND_BY]) is None


def test_nothing_that_changes_the_world_stands_in_a_step_twice() -> None:
    it = at_first()
    assert malformed(it.thread, [READ, READ]) is None
    assert malformed(it.thread, [PUSH, OTHER]) is None
    reason = malformed(it.thread, [PUSH, PUSH])
    assert reason is not None
    assert reason.endswith("twice with the same arguments: propose it once.")


def test_what_is_under_way_is_not_proposed_again() -> None:
    it = at_first()
    it.step(PUSH)
    it.asks_approval()
    it.verdict("approve", "bob")
    it.starts()
    assert malformed(it.thread, [PUSH]) is not None
    it.returns("pushed")
    assert malformed(it.thread, [PUSH]) is None


def test_only_an_open_request_is_withdrawn() -> None:
    assert malformed(at_first().thread, [withdraw("T-9-0")]) == (
        "There is no open request T-9-0 to withdraw: nothing is open that could be withdrawn."
    )
    assert malformed(with_open_request().thread, [withdraw("T-9-0")]) == (
        "There is no open request T-9-0 to withdraw: open are push_tag T-1-0."
    )
    assert malformed(with_unknown_outcome().thread, [withdraw("T-1-0")]) is not None


def test_many_open_requests_are_not_all_listed() -> None:
    it = at_first()
    it.step(*(proposal("gated", "push_tag", {"tag": f"v{number}"}) for number in range(5)))
    for call in it.thread.calls:
        it.add(Previewed(id="", call=call.id, version=1, card=card()))
    it.says("hm")
    assert malformed(it.thread, [DONE]) == (
        "done_for_now ends the work, but push_tag T-1-0, push_tag T-1-1, push_tag T-1-2, 2 more is still open: "
        "choose stand_by to leave it open, or withdraw it first."
    )


@pytest.mark.parametrize("kind", ["withdraw", "say"])
def test_the_sentence_is_short_and_inert_whatever_the_model_wrote(kind: Kind) -> None:
    hostile: Arguments = {"request": "x\n\u202e" * 400}
    reason = malformed(with_open_request().thread, [proposal(kind, "\n\u200b" * 300, hostile)])
    assert reason is not None
    assert len(reason) <= 500
    assert reason.isprintable()


def test_a_hold_is_no_request_of_the_models() -> None:
    it = at_first()
    it.fails("no such tool")
    it.fails("no such tool")
    it.says("try again in other words")
    assert malformed(it.thread, [DONE]) is None
