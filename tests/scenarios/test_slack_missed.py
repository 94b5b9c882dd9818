"""Missed in Slack: what was said while nobody listened is heard on the next start, from where each channel was heard last."""

from __future__ import annotations

import asyncio

import pytest
from redis import Redis

from bot.app import App
from bot.core.events import MessageReceived
from channels.slack import later
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import SHIP
from tests.scenarios.test_slack_deputies import stand_in
from tests.scenarios.test_slack_trouble import quiet
from tests.slack_server.faults import Fail, Refuse

DAY = 24 * 3600


@pytest.fixture
def office(office: SlackOffice) -> SlackOffice:
    """Slack tells nothing a second time."""
    office.slack.post.pauses = ()
    return office


async def cursor(app: App, office: SlackOffice) -> str:
    found = await app.desk.cursors("slack")
    return found.get(f"{office.slack.team.team}/{office.channel.id}", "")


def forget_cursors(url: str) -> None:
    with Redis.from_url(url) as server:  # pyright: ignore[reportUnknownMemberType]
        server.delete(*[f"bot:{{p{number:02}}}:cursors:slack" for number in range(16)])


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
        forget_cursors(redis_server)
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


# ---- notes that one person alone sees -----------------------------------------------------------------
async def test_a_guest_who_was_told_is_not_told_again_when_their_words_are_read_back(
    office: SlackOffice,
) -> None:
    gina = office.slack.team.person("gina", "guest")
    office.slack.team.join(gina, office.channel)
    notes = office.slack.team.ephemerals
    async with office.working(["One."]):
        async with office.listening():
            office.mention("ship it", gina)
            await until(lambda: len(notes) == 1, "the note")
        missed = office.mention("first")
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(missed, 1)
            assert len(notes) == 1
            office.mention("ship it!", gina)
            await until(lambda: len(notes) == 2, "a note on new words")


async def test_a_guest_whose_words_were_missed_is_told(office: SlackOffice) -> None:
    gina = office.slack.team.person("gina", "guest")
    office.slack.team.join(gina, office.channel)
    async with office.listening():
        office.say("lunch?")
        await office.slack.post.settled()
    office.mention("ship it", gina)
    await office.slack.post.settled()
    async with office.listening():
        await until(lambda: len(office.slack.team.ephemerals) == 1, "the note")


async def test_what_was_said_to_words_at_a_copy_is_not_said_again_when_they_are_read_back(
    office: SlackOffice,
) -> None:
    notes = office.slack.team.ephemerals
    async with office.working([SHIP, "Shipped."]):
        async with office.listening():
            said = office.mention("ship it")
            await office.shown(said, 1)
            (copy,) = office.direct(office.bob)
            alone = office.slack.team.channels[copy.channel]
            office.slack.people.say(office.bob, alone, "LGTM")
            await until(lambda: len(notes) == 1, "the note")
        office.slack.people.say(office.bob, alone, "approve")
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(said, 2)
    assert (len(notes), office.ledger()) == (1, ["v1.2.3"])


async def test_a_private_note_that_slack_refuses_keeps_nothing_else_from_being_heard(
    office: SlackOffice,
) -> None:
    async with office.working([SHIP, "Hello.", "Rolled back."]):
        async with office.listening():
            said = office.mention("ship it")
            await office.shown(said, 1)
            (copy,) = office.direct(office.bob)
            alone = office.slack.team.channels[copy.channel]
            await office.shown(office.slack.people.say(office.bob, alone, "hello"), 1)
        office.slack.people.say(office.bob, alone, "LGTM", copy)
        office.slack.people.say(office.bob, alone, "LGTM")
        asks = office.slack.people.say(office.bob, alone, "please roll back payments now")
        await office.slack.post.settled()
        office.slack.faults.rule = lambda entry: (
            Refuse("restricted_action") if entry.method == "chat.postEphemeral" else None
        )
        async with office.listening(), quiet():
            await office.shown(asks, 1)


async def test_what_was_said_under_a_mention_that_was_missed_is_heard_with_it(
    office: SlackOffice,
) -> None:
    async with office.listening():
        office.say("lunch?")
        await office.slack.post.settled()
    said = office.mention("ship v1 to production")
    office.say("wait", thread=said)
    office.mention("something else")
    office.say("stop", thread=said)
    await office.slack.post.settled()
    async with office.listening() as app:
        async with asyncio.timeout(20):
            while len(threads := await app.desk.threads()) < 2:
                await asyncio.sleep(0.05)
        logs = [await app.desk.events(thread.id) for thread in threads]
    texts = [[e.text for e in log if isinstance(e, MessageReceived)] for log in logs]
    assert sorted(texts) == [["ship v1 to production", "wait", "stop"], ["something else"]]


# ---- copies of cards in direct messages ------------------------------------------------------------------
@pytest.mark.parametrize("under", [True, False], ids=["under it", "below it"])
@pytest.mark.parametrize("days", [0, 3])
async def test_a_verdict_at_a_copy_that_was_missed_counts_though_nobody_wrote_there_before(
    office: SlackOffice, redis_server: str, under: bool, days: int
) -> None:
    office.slack.clock.move(-days * DAY)
    async with office.working([SHIP, "Shipped."]):
        async with office.listening():
            said = office.mention("ship it")
            await office.shown(said, 1)
        (copy,) = office.direct(office.bob)
        alone = office.slack.team.channels[copy.channel]
        office.slack.clock.move(60)
        office.slack.people.say(office.bob, alone, "approve", copy if under else None)
        await office.slack.post.settled()
        assert office.ledger() == []
        office.slack.clock.move(days * DAY)
        forget_cursors(redis_server)
        async with office.listening():
            await office.shown(said, 2)
    assert office.ledger() == ["v1.2.3"]


async def test_a_reply_to_a_copy_that_is_older_than_what_was_heard_there_last_is_not_missed(
    office: SlackOffice,
) -> None:
    async with office.working([SHIP, "Hello.", "Shipped."]):
        async with office.listening():
            office.slack.clock.move(-3 * DAY)
            said = office.mention("ship it")
            await office.shown(said, 1)
            (copy,) = office.direct(office.bob)
            alone = office.slack.team.channels[copy.channel]
            office.slack.clock.move(3 * DAY)
            await office.shown(office.slack.people.say(office.bob, alone, "hello"), 1)
        office.slack.people.say(office.bob, alone, "approve", copy)
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(said, 2)
    assert office.ledger() == ["v1.2.3"]


async def test_a_verdict_at_the_copy_of_whom_no_card_reaches_is_not_missed_either(
    office: SlackOffice,
) -> None:
    stand_in(office)
    async with office.working([SHIP, "Shipped."]):
        async with office.listening():
            said = office.mention("ship it")
            await office.shown(said, 1)
            await until(lambda: bool(office.direct(office.eve)), "a copy for eve")
        (copy,) = office.direct(office.eve)
        alone = office.slack.team.channels[copy.channel]
        office.slack.people.say(office.eve, alone, "approve", copy)
        await office.slack.post.settled()
        async with office.listening():
            await office.shown(said, 2)
    assert office.ledger() == ["v1.2.3"]


# ---- words whose author Slack cannot tell for now ------------------------------------------------------
async def test_words_that_slack_no_longer_tells_are_heard_once_their_author_can_be_looked_up(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "PAUSES", (0.05,) * 5)
    office.slack.faults.plan("users.info", *[Fail(500)] * 3)
    async with office.listening() as app, office.working(["Hi."]), quiet():
        said = office.mention("hello", office.eve)
        await office.slack.post.settled()
        await office.shown(said, 1)
        _, events = await only_thread(app)
    assert [type(event) for event in events].count(MessageReceived) == 1
    assert len(office.slack.ledger.calls("users.info")) == 4


async def test_words_that_wait_for_their_author_hold_up_no_end(office: SlackOffice) -> None:
    office.slack.faults.rule = lambda entry: Fail(500) if entry.method == "users.info" else None
    async with office.listening(), quiet():
        office.mention("hello", office.eve)
        await office.slack.post.settled()
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 4


async def _cursor_of(office: SlackOffice) -> str:
    """As it is stored now that nobody listens."""
    async with office.working() as app:
        return await cursor(app, office)


def _is_read(office: SlackOffice) -> bool:
    return any(call.applied for call in office.slack.ledger.calls("conversations.replies"))
