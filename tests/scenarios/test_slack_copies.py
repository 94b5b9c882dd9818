"""Copies in Slack: what is written at one decides on the card that it shows, as it shows it, or is heard as any other words."""

from __future__ import annotations

from redis import Redis

from bot.core.events import Verdict
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import SHIP
from tests.slack_server.workspace import Message

DONE: Reply = "Shipped."


async def asked(office: SlackOffice) -> tuple[Message, Message]:
    """A thread with a card in it, and Bob's copy of the card."""
    said = office.mention("ship it")
    await office.shown(said, 1)
    (copy,) = office.direct(office.bob)
    return said, copy


async def test_an_approval_at_a_copy_of_a_call_that_the_store_lost_runs_no_other(
    office: SlackOffice, redis_server: str
) -> None:
    other: Reply = [("ship", {"tag": "v9", "because": "it was asked for"})]
    async with office.listening(), office.working([SHIP]):
        said, old = await asked(office)
    with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
        server.flushall()  # pyright: ignore[reportUnknownMemberType]
    async with office.listening() as app, office.working([other, DONE]):
        for told in office.slack.post.sent[:2]:
            await office.slack.post.again(told)
        await office.shown(said, 2)
        assert len(office.direct(office.bob)) == 2
        alone = office.slack.team.channels[old.channel]
        office.slack.people.say(office.bob, alone, "approve", old)
        await until(lambda: len(office.slack.team.whispers(office.bob)) == 2, "the notes")
        assert office.ledger() == []
        office.slack.people.say(office.bob, alone, "approve", office.direct(office.bob)[1])
        await until(lambda: office.ledger() == ["v9"], "the call as it was shown")
        await office.shown(said, 3)
        _, events = await only_thread(app)
    assert [event.digest == "" for event in events if isinstance(event, Verdict)] == [True, False]
