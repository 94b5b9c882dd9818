"""The judge of the storm excuses nothing but what nobody could have held back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.core.events import Delivered, Event
from tests.storm.crew import Fault
from tests.storm.judge import Evidence, nothing_is_excused, violations
from tests.storm.ledger import Line

AT = 1_000.0


def shown(at: float, pid: int) -> Line:
    return Line(what="show", thread="t", key="t-1-0", at=at, pid=pid, kind="Say")


def judged(ledger: list[Line], *faults: Fault, log: Sequence[Event] = ()) -> list[str]:
    return violations(
        Evidence(
            {"t": log}, {"t": ledger}, [], faults, nothing_is_excused, lambda _since, _until: 0
        )
    )


def test_a_message_that_stood_still_on_its_way_while_another_sent_it_is_no_second_one() -> None:
    ledger = [shown(AT + 5, 2), shown(AT, 1)]
    assert judged(ledger, Fault("stop", 1, AT + 0.01, AT + 7)) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("stop", 2, AT + 0.01, AT + 7),  # Another process.
        Fault("stop", 1, AT - 1, AT - 0.5),  # Before it began.
        Fault("stop", 1, AT + 6, AT + 7),  # Long after it was out.
        Fault("kill", 1, AT + 0.01, AT + 0.01),
    ],
    ids=["another", "before", "after", "kill"],
)
def test_a_message_shown_twice_is_broken_whatever_else_was_stopped(fault: Fault) -> None:
    ledger = [shown(AT + 5, 2), shown(AT, 1)]
    assert any("was shown 2 times" in each for each in judged(ledger, fault))


def test_a_message_that_is_sent_again_after_its_process_stood_still_is_broken() -> None:
    ledger = [shown(AT, 1), shown(AT + 7, 1)]
    assert any(
        "was shown 2 times" in each for each in judged(ledger, Fault("stop", 1, AT + 0.1, AT + 6))
    )


def test_a_message_that_was_stopped_as_it_began_may_have_come_first_all_the_same() -> None:
    """Another had looked for it, and found nothing, a moment before it was written."""
    ledger = [shown(AT, 1), shown(AT + 2.5, 2)]
    assert judged(ledger, Fault("stop", 1, AT + 0.01, AT + 2.49)) == []
    assert judged(ledger, Fault("stop", 1, AT + 0.5, AT + 2.49)) != []


def test_a_message_that_counts_as_delivered_and_was_never_shown_is_broken() -> None:
    sent = Delivered(id="sent:t-1-0", actor="engine", key="t-1-0", receipt="at 1")
    lost = "t: t-1-0 counts as delivered and nobody saw it"
    assert lost in judged([], log=[sent])
    assert lost not in judged([shown(AT, 1)], log=[sent])


def test_a_second_try_that_was_killed_is_told_of_anew() -> None:
    def pays(at: float, pid: int) -> Line:
        return Line(what="start", thread="t", key="t-1-0-abcd", at=at, pid=pid, tool="pay")

    asks = Line(
        what="show", thread="t", key="t-1-0-v2", at=AT + 6, pid=3, kind="UnknownOutcome", request="t-1-0-v2"
    )  # fmt: skip
    kills = [Fault("kill", 1, AT + 1, AT + 1), Fault("kill", 2, AT + 11, AT + 11)]
    broken = "t: pay t-1-0 was killed, and nobody was told"
    assert broken not in judged([pays(AT, 1), asks], *kills)
    assert broken in judged([pays(AT, 1), asks, pays(AT + 10, 2)], *kills)
