"""Standing: what Slack's user object says of somebody."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from bot.kit.arrival import Remark, Standing, Words
from bot.kit.people import People
from channels.slack import standing as standings
from channels.slack.address import Place
from channels.slack.api import Web
from channels.slack.manifest import manifest
from channels.slack.parse import Us
from channels.slack.standing import Standings, standing_of
from tests.slack_server.faults import Fail
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Person


@pytest.mark.parametrize(
    ("user", "standing"),
    [
        ({"team_id": "T1"}, "member"),
        ({"team_id": "T1", "is_restricted": True}, "guest"),
        ({"team_id": "T1", "is_ultra_restricted": True}, "guest"),
        ({"team_id": "T1", "is_stranger": True}, "outsider"),
        ({"team_id": "T2"}, "outsider"),
        ({"team_id": "T2", "is_restricted": True}, "outsider"),
        ({}, "outsider"),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, "member"),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T3"]}}, "outsider"),
    ],
)
def test_a_person_is_a_member_a_guest_or_from_outside(
    user: dict[str, JsonValue], standing: str
) -> None:
    assert standing_of(user, "T1") == standing


# ---- as what words are noted -----------------------------------------------------------------------------
def of(slack: SlackServer) -> Standings:
    us = Us(slack.team.team, slack.bot.id, slack.bot.bot_id)
    return Standings(Web(slack.token, slack.api_url), us, People())


def said(person: Person, *before: Words, standing: Standing = "member") -> Words:
    address = Place("T1", "C1", "1.0").address
    return Words("w", address, person.id, "hi", "anybody", before=before, standing=standing)


async def test_of_many_people_the_last_are_asked_about_and_the_others_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standings, "MOST_ASKED", 2)
    async with SlackServer(manifest()) as slack:
        people = [slack.team.person(name, "guest") for name in ("ada", "bea", "cem", "dan")]
        mine, words = of(slack), said(people[-1], *map(said, people))
        first, second = await mine.judged(words), await mine.judged(words)
        assert [each.noted_as for each in first.before] == ["unknown", "unknown", "guest", "guest"]
        assert [each.noted_as for each in second.before] == ["guest"] * 4
        assert (first.standing, first.noted_as) == ("member", "guest")
        assert len(slack.ledger.calls("users.info")) == 4


async def test_who_could_not_be_looked_up_is_looked_up_anew() -> None:
    async with SlackServer(manifest()) as slack:
        gina, mine = slack.team.person("gina", "guest"), of(slack)
        slack.faults.plan("users.info", Fail(500))
        remark = Remark("m/deleted", "m", said(gina).address, gina.id, "deleted a message")
        assert (await mine.marked(remark)).standing == "unknown"
        assert not mine.is_at_hand(gina.id)
        assert (await mine.marked(remark)).standing == "guest"
        assert mine.is_at_hand(gina.id)


async def test_nobody_is_asked_about_a_bot_or_who_is_known_to_be_from_outside() -> None:
    async with SlackServer(manifest()) as slack:
        robot, zoe, mine = slack.team.person("robot", "bot"), slack.team.person("zoe"), of(slack)
        words = said(zoe, said(robot, standing="bot"), said(slack.bot), standing="outsider")
        judged = await mine.judged(words)
        assert (judged.standing, judged.noted_as) == ("outsider", None)
        assert [each.noted_as for each in judged.before] == [None, "member"]
        assert slack.ledger.calls("users.info") == []
