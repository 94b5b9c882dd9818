"""Races: ten who decide at once are one decision, the other nine are told, each alone, and every copy says so in the end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.events import Verdict, VerdictRefused
from tests.channels.slack.races import CROWD, Race, closed, crowded, judged, races
from tests.slack_server.workspace import Message, Person

RACES = 15


async def test_ten_who_decide_at_once_are_one_decision_and_nine_are_told(
    redis_server: str, tmp_path: Path
) -> None:
    with capture_logs():
        async with crowded(redis_server, tmp_path) as (office, app):
            found = await races(office, app, RACES, random.Random(7))
    assert [race.complaints for race in found if race.complaints] == []
    assert {race.word for race in found} == {"approve", "deny"}


def test_the_judge_sees_a_second_decision_a_second_run_and_somebody_who_was_not_told() -> None:
    people = [Person(f"U{name}", name, "T1") for name in CROWD[:3]]
    verdicts = [
        Verdict(id=person.id, actor=person.name, request="t-1-0-v1", word="approve")
        for person in people
    ]
    refused = [
        VerdictRefused(id=f"r{person.id}", verdict=person.id, request="t-1-0-v1", reason="decided")
        for person in people[1:]
    ]
    told = [person.id for person in people[1:]]
    assert judged(people, [*verdicts, *refused], told, 1).complaints == ()
    assert judged(people, [*verdicts, *refused[1:]], told[1:], 1).complaints == ("2 decisions",)
    assert judged(people, [*verdicts, *refused], told, 2).complaints == ("2 runs after 'approve'",)
    assert len(judged(people, [*verdicts, *refused], told[1:], 1).complaints) == 1
    assert len(judged(people, [*verdicts[:2], refused[0]], told[:1], 1).complaints) == 1


@pytest.mark.parametrize(
    ("word", "text", "blocks", "is_closed"),
    [
        ("approve", "ship Approved by ann Done", [], True),
        ("approve", "ship Approved by ann Not started yet", [], False),
        ("approve", "ship Approved by ben Done", [], False),
        ("approve", "ann may decide", [{"type": "actions"}], False),
        ("deny", "ship Denied by ann", [], True),
        ("deny", "ship Denied by ann", [{"type": "actions"}], False),
        ("deny", "ship Approved by ann Done", [], False),
    ],
)
def test_the_judge_sees_a_copy_that_does_not_say_what_was_decided(
    word: str, text: str, blocks: list[dict[str, object]], is_closed: bool
) -> None:
    card = Message("D1", "1.0", "U1", text, blocks=blocks)
    assert closed(card, Race(word, "ann", ())) is is_closed
