"""The comparison proves itself on bugs that are planted in the core: each of them is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice, zip_longest

import pytest

from bot.core import approvals, askers, calls, verdicts
from bot.core.events import Event
from bot.core.frozen import replace
from bot.core.ids import Ids
from bot.core.thread import READY, Asked, Call, Thread
from bot.engine import recheck
from tests.decisions.compare import compare
from tests.oracle.cases import Case
from tests.oracle.further import FURTHER
from tests.oracle.generate import lives, ring, sampled
from tests.oracle.lives import life
from tests.oracle.sides import asking


def _one_vote_is_enough(call: Call, votes: tuple[str, ...]) -> Call:
    return replace(call, phase=READY, open=False, approved=votes)


def _an_edit_keeps_the_votes(call: Call, verdict: verdicts.Verdict) -> Call:
    arguments = {**call.proposal.arguments, **verdict.arguments}
    return replace(call, proposal=call.proposal.model_copy(update={"arguments": arguments}))


async def _nothing_is_looked_at_again(*_: object) -> None:
    return None


def _nobody_is_named(thread: Thread, step: Event) -> Event:
    return step


def _the_same(thread: Thread) -> Thread:
    return thread


def _nothing(*_: object) -> None:
    return None


def _always(*_: object) -> bool:
    return True


def _never(*_: object) -> bool:
    return False


def _a_void_keeps_the_version(call: Call, event: calls.CallVoided) -> Call:
    return call if event.then == "preview" else calls.end(call, "voided", event.reason)


Bug = tuple[object, str, Callable[..., object]]
BUGS: dict[str, Bug] = {
    "one vote is enough": (verdicts, "_vote", _one_vote_is_enough),
    "who asked for it approves it": (approvals, "may_approve", _always),
    "a deadline is none": (approvals, "_in_time", _always),
    "every channel will do": (approvals, "_misplaced", _nothing),
    "an edit keeps its card": (verdicts, "_edited", _an_edit_keeps_the_votes),
    "nothing is looked at before the claim": (recheck, "void", _nothing_is_looked_at_again),
    "anybody orders a retry": (approvals, "_on_retry", _nothing),
    "who asks in another's thread approves it": (askers, "naming", _nobody_is_named),
    "what is void stays ready": (calls, "_voided", _a_void_keeps_the_version),
    "what was done is asked for by whom it was asked for first": (askers, "_is_undecided", _always),
    "a stop is forgotten": (askers, "dropped", _the_same),
    "a second try that is denied ends what may have happened": (calls, "end", calls.close),
}


def _any_card_will_do(
    thread: Thread, call: Call, phase: Asked, verdict: verdicts.Verdict
) -> object:
    assert call.card is not None, "a call is asked about only after its preview"
    shown = verdict.model_copy(update={"digest": call.card.digest})
    return _ON_APPROVAL(thread, call, phase, shown)


_ON_APPROVAL = approvals._on_approval  # pyright: ignore[reportPrivateUsage] - the bug is planted there
BY_CHANCE: dict[str, Bug] = {
    "a forged card is as good as any": (approvals, "_on_approval", _any_card_will_do),
    "what is told again is new": (Ids, "__contains__", _never),
}


# What each of them showed is in tests/decisions/choices.py, or was an error of the rig or of the oracle.
PARTED_ONCE = (
    7000156, 7000600, 7000807, 7001335, 7003560, 7004425, 7004677, 7005485, 7006047, 7012977, 7015318,
    7015804, 7016943, 7021863, 7023581, 7030898, 7034237, 7038675, 7039086, 11000161, 11000283, 9005482, 9008958, 11003991, 11005820, 11009092, 11018848, 11022813, 11025251, 11028941,
    11029311, 11033514, 11036818, 11037637, 7003984, 7005776, 7007765, 7017748, 7020946, 7026903, 11009830, 11018914, 7036136, 7037266, 11027743, 11033727,
)  # fmt: skip


def cases() -> Iterator[Case]:
    """A part of each ring about one request, of who asks in whose thread and of what was added since, in turns."""
    rings = (ring(name, 17, 2) for name in ("click", "change", "retry", "state"))
    further = (islice(each(), 2, None, 5) for each in FURTHER.values())
    turns = zip_longest(*rings, asking(), *further)
    return (case for turn in turns for case in turn if case)


@pytest.mark.parametrize("bug", BUGS)
async def test_a_planted_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, planted = BUGS[bug]
    monkeypatch.setattr(place, name, planted)
    for case in cases():
        if (await compare(case))[1]:
            return
    pytest.fail(f"nobody noticed that {bug}")


async def test_histories_by_chance_with_replays_and_forged_cards_agree() -> None:
    for case in chain(lives(1, 60), sampled(1, 60)):
        assert (await compare(case))[1] is None


@pytest.mark.parametrize("seed", PARTED_ONCE)
async def test_lives_in_which_both_parted_once_agree(seed: int) -> None:
    assert (await compare(life(seed, 20)))[1] is None


@pytest.mark.parametrize("bug", BY_CHANCE)
async def test_a_planted_bug_is_found_by_chance(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place, name, planted = BY_CHANCE[bug]
    monkeypatch.setattr(place, name, planted)
    for case in lives(1, 400):
        if (await compare(case))[1]:
            return
    pytest.fail(f"nobody noticed that {bug}")
