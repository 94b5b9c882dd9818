"""People in Slack: those asked notice, and what they write in private is never lost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest

from bot.core.events import Verdict
from channels.slack.manifest import manifest
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import ASK, SHIP, action_ids
from tests.scenarios.test_slack_trouble import quiet
from tests.slack_server.faults import Fault, LoseReply
from tests.slack_server.ledger import Entry
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message


@pytest.fixture
async def office(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[SlackOffice]:
    async with SlackServer(manifest()) as slack:
        yield SlackOffice(slack, redis_server, tmp_path, free_port())


def verdicts(events: list[object]) -> list[tuple[str, str]]:
    return [(event.word, event.actor) for event in events if isinstance(event, Verdict)]


async def asked(office: SlackOffice) -> tuple[Message, Message]:
    """A thread with a card in it, and Bob's copy of the card."""
    said = office.mention("ship it")
    await office.shown(said, 1)
    (copy,) = office.direct(office.bob)
    return said, copy


async def test_a_button_on_a_copy_decides_and_every_copy_closes(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        said, copy = await asked(office)
        card, (other,) = office.answers(said)[0], office.direct(office.carol)
        assert office.direct(office.alice) == office.direct(office.eve) == []
        await office.slack.people.press(office.bob, copy, "approve").reply()
        await office.shown(said, 2)
        for each in (card, copy, other):
            await until(lambda each=each: action_ids(each) == [] and "Done" in each.text, "an end")
            assert "Approved by bob" in each.text
        _, events = await only_thread(app)
    assert verdicts([*events]) == [("approve", "bob")]
    assert office.ledger() == ["v1.2.3"]


async def test_a_change_made_on_a_copy_makes_new_cards_everywhere(office: SlackOffice) -> None:
    async with office.listening(), office.working([SHIP, "Shipped."]):
        said, copy = await asked(office)
        await office.slack.people.press(office.bob, copy, "edit").reply()
        view = office.slack.people.view(office.bob)
        await office.slack.people.submit(office.bob, view, {"tag": "v2"})
        await office.shown(said, 2)
        # Bob's own word on his change would not count, so that he is not asked again.
        assert (len(office.direct(office.bob)), len(office.direct(office.carol))) == (1, 2)
        await until(lambda: action_ids(copy) == [], "the old copy without its buttons")
        fresh = office.direct(office.carol)[1]
        await office.slack.people.press(office.carol, fresh, "approve").reply()
        await office.shown(said, 3)
    assert office.ledger() == ["v2"]


@pytest.mark.parametrize("under", [True, False], ids=["under it", "below it"])
async def test_words_at_a_copy_decide_on_its_card(office: SlackOffice, under: bool) -> None:
    async with office.listening() as app, office.working([SHIP, "I leave it."]):
        said, copy = await asked(office)
        channel = office.slack.team.channels[copy.channel]
        root = copy if under else None
        office.slack.people.say(office.bob, channel, "deny not on a Friday", root)
        await office.shown(said, 2)
        _, events = await only_thread(app)
    assert verdicts([*events]) == [("deny", "bob")]
    assert "not on a Friday" in office.model.asked[-1]


@pytest.mark.parametrize("under", [True, False], ids=["under it", "below it"])
async def test_words_at_a_copy_that_decide_nothing_are_told_where_they_belong(
    office: SlackOffice, under: bool
) -> None:
    async with office.listening() as app, office.working([SHIP]):
        said, copy = await asked(office)
        channel = office.slack.team.channels[copy.channel]
        office.slack.people.say(office.bob, channel, "yes", copy if under else None)
        await until(lambda: len(office.slack.team.whispers(office.bob)) == 1, "the note")
        await office.slack.post.settled()
        _, events = await only_thread(app)
    (note,) = office.slack.team.whispers(office.bob)
    assert note.channel == copy.channel
    assert "exactly `approve`" in note.text
    assert f"/archives/{said.channel}/p{said.ts.replace('.', '')}" in note.text
    assert verdicts([*events]) == []
    assert len(office.model.asked) == 1


async def test_an_answer_under_a_copy_of_a_question_is_the_answer(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([ASK, "So be it."]):
        said, copy = await asked(office)
        channel = office.slack.team.channels[copy.channel]
        office.slack.people.say(office.bob, channel, "v7 please", copy)
        await office.shown(said, 2)
        await until(lambda: "Answered by bob" in copy.text, "the closed copy")
        _, events = await only_thread(app)
    assert verdicts([*events]) == [("answer", "bob")]
    assert "v7 please" in office.model.asked[-1]


async def test_words_under_a_copy_that_is_closed_are_refused_in_private(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        said, copy = await asked(office)
        office.say("approve", office.carol, thread=said)
        await office.shown(said, 2)
        channel = office.slack.team.channels[copy.channel]
        office.slack.people.say(office.bob, channel, "approve", copy)
        await until(lambda: len(office.slack.team.whispers(office.bob)) == 1, "the note")
        _, events = await only_thread(app)
    assert "already" in office.slack.team.whispers(office.bob)[0].text
    assert [event.type for event in events].count("VerdictRefused") == 1
    assert office.ledger() == ["v1.2.3"]


async def test_a_verdict_below_two_open_copies_asks_which(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP, SHIP]):
        first = office.mention("ship it")
        await office.shown(first, 1)
        await office.shown(office.mention("ship it too"), 1)
        channel = office.slack.team.channels[office.direct(office.bob)[0].channel]
        office.slack.people.say(office.bob, channel, "approve")
        await until(lambda: len(office.slack.team.whispers(office.bob)) == 1, "the note")
        assert len(await app.desk.threads()) == 2
    assert "Several approvals" in office.slack.team.whispers(office.bob)[0].text
    assert office.ledger() == []


async def test_words_in_private_that_are_for_no_copy_begin_a_thread(office: SlackOffice) -> None:
    async with office.listening(), office.working(["Hello."]):
        channel = office.slack.team.direct(office.bob, office.slack.bot)
        said = office.slack.people.say(office.bob, channel, "yes")
        await office.shown(said, 1)
        office.model.replies = ["Again."]
        office.slack.people.say(office.bob, channel, "ok", said)
        await office.shown(said, 2)


async def test_with_half_of_all_replies_lost_each_has_one_copy(office: SlackOffice) -> None:
    calls = count()

    def every_other(entry: Entry) -> Fault | None:
        lost = entry.method == "chat.postMessage" and next(calls) % 2 == 0
        return LoseReply() if lost else None

    office.slack.faults.rule = every_other
    async with AsyncExitStack() as stack:
        for each in (office.listening(), office.working([SHIP, SHIP, SHIP]), quiet()):
            await stack.enter_async_context(each)
        roots = [office.elsewhere(f"ship {number}") for number in range(3)]
        for root in roots:
            await office.shown(root, 1)
    lost = [call for call in office.slack.ledger.calls("chat.postMessage") if call.lost]
    assert len(lost) >= 3
    assert [len(office.direct(each)) for each in (office.bob, office.carol)] == [3, 3]
    assert [len(office.answers(root)) for root in roots] == [1, 1, 1]
