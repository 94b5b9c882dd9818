"""Home: within Slack's limits, whatever waits, and in the reader's words."""

from __future__ import annotations

import pytest

from bot.core.outbox import Approval, Hold, Question, UnknownOutcome
from bot.kit.arrival import Open
from channels.slack.blocks import Json, Look
from channels.slack.home import MOST_SHOWN, view
from tests.slack_server import modals
from tests.slack_server.shapes import Json as Shown
from tests.slack_server.shapes import as_objects

NOW = 1_700_000_000_000
APPROVAL = Approval(
    "t1-4-0-v1", "t1-4-0-v1", "ship <!here>", {}, "b" * 5_000, "", ("bob",), 1, (), False, True,
    NOW + 3_600_000, "", "", (),
)  # fmt: skip
QUESTION = Question(
    "t2-4-0-v1", "t2-4-0-v1", "Which <@U1>?\n" * 500, "", "low", "free_text", (), None, ("bob",), ""
)
UNKNOWN = UnknownOutcome(
    "t3-4-0-v2", "t3-4-0-v2", "ship", {}, "Did it?", NOW, NOW, ("It happened",), ("bob",), ""
)
HOLD = Hold("t4-4-hold-v1", "t4-4-hold-v1", "money", "", "", ("Extend", "Stop"), ("bob",))


def shown(home: Json) -> Shown:
    return {**home}


@pytest.mark.parametrize("count", [0, 1, MOST_SHOWN, MOST_SHOWN + 1, 500])
@pytest.mark.parametrize("language", ["en", "de"])
def test_whatever_waits_the_home_keeps_slacks_limits(count: int, language: str) -> None:
    kinds = [APPROVAL, QUESTION, UNKNOWN, HOLD]
    waiting = [Open(kinds[number % 4]) for number in range(count)]
    links = ["https://example.com/archives/C1/p1?thread_ts=1.2&cid=C1"] * min(count, MOST_SHOWN)
    made = shown(view(waiting, links, Look(language), NOW))
    assert list(modals.complaints(made)) == []
    assert len(as_objects(made["blocks"])) <= 100
    assert not modals.too_large(made)
    left = count - MOST_SHOWN
    assert ("`bot pending`" in str(made)) == (left > 0)


def test_nothing_is_said_to_be_nothing() -> None:
    assert "Nothing waits for you." in str(view([], [], Look(), NOW))
    assert "Nichts wartet auf dich." in str(view([], [], Look("de"), NOW))


def test_each_says_until_when_in_the_readers_zone_and_leads_to_its_card() -> None:
    link = "https://example.com/archives/C1/p1?thread_ts=1.2&cid=C1"
    made = str(view([Open(APPROVAL), Open(QUESTION)], [link, ""], Look(), NOW))
    assert f"<!date^{(NOW + 3_600_000) // 1000}^" in made
    assert "<https://example.com/archives/C1/p1?thread_ts=1.2&amp;cid=C1|Open the card>" in made
    assert "No deadline" in made
    assert made.count("Open the card") == 1
    assert "<!here>" not in made
