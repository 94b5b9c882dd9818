"""Missed in Slack: what was said while nobody listened is heard on the next start, from where each channel was heard last."""

from __future__ import annotations

import pytest
from redis import Redis

from bot.app import App
from tests.scenarios.slack_office import SlackOffice, until

DAY = 24 * 3600


@pytest.fixture
def office(office: SlackOffice) -> SlackOffice:
    """Slack tells nothing a second time."""
    office.slack.post.pauses = ()
    return office


async def cursor(app: App, office: SlackOffice) -> str:
    found = await app.desk.cursors("slack")
    return found.get(f"{office.slack.team.team}/{office.channel.id}", "")


async def test_after_three_days_without_us_what_was_said_then_is_heard(office: SlackOffice) -> None:
    office.slack.clock.move(-3 * DAY)
    async with office.working(["One.", "Two.", "Three."]):
        async with office.listening():
            said = office.mention("first")
            await office.shown(said, 1)
        office.say("second", thread=said)
        later = office.mention("third")
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(said, 2)
            await office.shown(later, 1)
    assert len(office.model.asked) == 3


async def test_where_the_bot_was_only_in_the_room_a_missed_mention_is_heard_too(
    office: SlackOffice,
) -> None:
    async with office.working(["Here."]):
        async with office.listening():
            office.say("lunch?")
            await office.slack.post.settled()
        said = office.mention("hello")
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(said, 1)


async def test_cursors_that_were_lost_cost_what_is_older_than_a_day_and_nothing_else(
    office: SlackOffice, redis_server: str
) -> None:
    office.slack.clock.move(-3 * DAY)
    async with office.working(["One.", "Two."]):
        async with office.listening():
            said = office.mention("first")
            await office.shown(said, 1)
        old = office.mention("long ago")
        office.slack.clock.move(3 * DAY)
        new = office.mention("just now")
        await office.slack.post.settled()
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            server.delete(*[f"bot:{{p{number:02}}}:cursors:slack" for number in range(16)])
        async with office.listening():
            await office.shown(new, 1)
    assert office.answers(old) == []


async def test_no_cursor_moves_past_what_was_not_read_back_yet(office: SlackOffice) -> None:
    async with office.working(["One.", "Two."]):
        async with office.listening() as app:
            said = office.mention("first")
            await office.shown(said, 1)
        before = await _cursor_of(office)
        assert before == said.ts
        slow = office.slack.faults.hold("conversations.history")
        missed = office.say("missed")
        await office.slack.post.settled()
        async with office.listening() as app:
            await until(slow.arrived.is_set, "the reading back")
            heard = office.mention("heard now")
            await office.shown(heard, 1)
            assert await cursor(app, office) == before
            slow.release.set()
            await until(lambda: _is_read(office), "the end of the reading")
        assert await _cursor_of(office) > missed.ts


async def _cursor_of(office: SlackOffice) -> str:
    """As it is stored now that nobody listens."""
    async with office.working() as app:
        return await cursor(app, office)


def _is_read(office: SlackOffice) -> bool:
    return any(call.applied for call in office.slack.ledger.calls("conversations.replies"))
