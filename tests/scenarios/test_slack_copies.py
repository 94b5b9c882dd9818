"""Copies in Slack: what is written at one decides on the card that it shows, as it shows it, or is heard as any other words."""

from __future__ import annotations

import pytest
from redis import Redis

from bot.core.events import MessageReceived, Previewed, Verdict
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import ASK, SHIP
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
        await until(lambda: len(office.slack.team.whispers(office.bob)) == 1, "the notes")
        assert office.ledger() == []
        office.slack.people.say(office.bob, alone, "approve", office.direct(office.bob)[1])
        await until(lambda: office.ledger() == ["v9"], "the call as it was shown")
        await office.shown(said, 3)
        _, events = await only_thread(app)
    assert [event.digest == "" for event in events if isinstance(event, Verdict)] == [True, False]


@pytest.mark.parametrize("how", ["under it", "below it", "by its button"])
async def test_a_denial_at_a_copy_names_the_card_as_it_was_shown_there(
    office: SlackOffice, how: str
) -> None:
    async with office.listening() as app, office.working([SHIP, "I leave it."]):
        said, copy = await asked(office)
        alone = office.slack.team.channels[copy.channel]
        if how == "by its button":
            await office.slack.people.press(office.bob, copy, "deny").reply()
            view = office.slack.people.view(office.bob)
            await office.slack.people.submit(office.bob, view, {"reason": "not today"})
        else:
            under = copy if how == "under it" else None
            office.slack.people.say(office.bob, alone, "deny not today", under)
        await office.shown(said, 2)
        _, events = await only_thread(app)
    (shown,) = [event.card for event in events if isinstance(event, Previewed)]
    (verdict,) = [event for event in events if isinstance(event, Verdict)]
    assert (verdict.word, verdict.text) == ("deny", "not today")
    assert verdict.digest == shown.digest


async def test_words_below_a_copy_of_a_question_answer_nothing_and_are_told_where_they_would(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([ASK]):
        _, copy = await asked(office)
        alone = office.slack.team.channels[copy.channel]
        for told, text in enumerate(("yes", "approve", "deny"), start=1):
            office.slack.people.say(office.bob, alone, text)
            await until(lambda told=told: len(notes(office)) == told, "the note")
        await office.slack.post.settled()
        _, events = await only_thread(app)
    assert all("Under a copy" in note for note in notes(office))
    assert not [event for event in events if isinstance(event, Verdict)]


def notes(office: SlackOffice) -> list[str]:
    return [each.text for each in office.slack.team.whispers(office.bob)]


@pytest.mark.parametrize("text", ["deny access to eve in the firewall, please", "ok"])
@pytest.mark.parametrize("copies", [1, 2])
async def test_words_below_copies_that_are_over_are_words_like_any_others(
    office: SlackOffice, text: str, copies: int
) -> None:
    replies: list[Reply] = [SHIP, DONE] * copies
    async with office.listening(), office.working([*replies, "Denied."]):
        for number in range(copies):
            said = office.mention("ship it")
            await office.shown(said, 1)
            copy = office.direct(office.bob)[number]
            await office.slack.people.press(office.bob, copy, "approve").reply()
            await office.shown(said, 2)
        alone = office.slack.team.direct(office.bob, office.slack.bot)
        asks = office.slack.people.say(office.bob, alone, text)
        await office.shown(asks, 1)


async def test_a_reason_below_a_copy_counts_once_though_it_is_told_again_when_all_is_over(
    office: SlackOffice,
) -> None:
    async with office.working([SHIP, "I leave it."]):
        async with office.listening():
            said, copy = await asked(office)
            alone = office.slack.team.channels[copy.channel]
            office.slack.people.say(office.bob, alone, "deny not on a Friday")
            await office.shown(said, 2)
            await office.slack.post.settled()
        async with office.listening() as app:
            for told in office.slack.post.sent:
                await office.slack.post.again(told)
            _, events = await only_thread(app)
    assert [event.text for event in events if isinstance(event, MessageReceived)] == ["ship it"]
    assert [event.word for event in events if isinstance(event, Verdict)] == ["deny"]
