"""Redis away from Slack's buttons: nothing that was pressed is lost without a word, and nothing looks decided."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.events import MessageNoted, Verdict
from bot.engine.server import ensure_server, stop_server
from channels.slack.manifest import manifest
from tests.engine.test_server import pid_of
from tests.scenarios.slack_office import Mode, SlackOffice, only_thread, until
from tests.scenarios.test_slack import SHIP, action_ids
from tests.scenarios.test_slack_trouble import quiet
from tests.scenarios.test_slack_workspaces import two
from tests.slack_server.delivery import Delivery, NotTaken
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Ephemeral, Message, Person


@pytest.fixture
def redis_server(short_home: Path) -> Iterator[str]:
    """One of the test's own, which it may kill."""
    yield ensure_server(short_home)
    stop_server(short_home)


@asynccontextmanager
async def away(url: str, home: Path) -> AsyncGenerator[None]:
    """Redis is killed, and comes back with what it had stored."""
    os.kill(pid_of(url), signal.SIGKILL)
    async with quiet():
        yield
    assert ensure_server(home) == url


async def waiting(office: SlackOffice) -> tuple[Message, Message]:
    """A thread and the card that waits in it."""
    async with office.working([SHIP]):
        said = office.mention("ship it")
        return said, await office.shown(said, 1)


async def told(office: SlackOffice, person: Person, delivery: Delivery) -> Ephemeral:
    """What this person is told; Slack itself is not told that it was taken."""
    before = len(office.slack.team.whispers(person))
    await until(lambda: len(office.slack.team.whispers(person)) > before, "the note")
    with pytest.raises(NotTaken):
        await delivery.reply()
    return office.slack.team.whispers(person)[-1]


@pytest.mark.parametrize("button", ["approve", "deny", "edit"])
async def test_a_press_while_redis_is_away_is_said_at_once_not_to_count_and_does_not(
    either: SlackOffice, mode: Mode, button: str, redis_server: str, short_home: Path
) -> None:
    async with either.listening(mode) as app:
        said, card = await waiting(either)
        async with away(redis_server, short_home):
            pressed = either.slack.people.press(either.bob, card, button)
            note = await told(either, either.bob, pressed)
            assert (note.text[:13], note.thread_ts) == ("Not recorded:", said.ts)
            assert action_ids(card) == ["approve", "deny", "edit", "more"]
        _, events = await only_thread(app)
        assert [event for event in events if isinstance(event, Verdict)] == []
        await either.slack.people.press(either.bob, card, button).reply()
        if button == "approve":
            async with either.working(["Shipped."]):
                await until(lambda: either.ledger() == ["v1.2.3"], "the release")
        else:
            assert either.slack.people.view(either.bob)


@pytest.mark.parametrize(("button", "field"), [("deny", "reason"), ("edit", "tag")])
async def test_a_form_that_cannot_be_stored_stays_open_and_says_so(
    either: SlackOffice, mode: Mode, button: str, field: str, redis_server: str, short_home: Path
) -> None:
    async with either.listening(mode) as app:
        _, card = await waiting(either)
        await either.slack.people.press(either.bob, card, button).reply()
        view = either.slack.people.view(either.bob)
        async with away(redis_server, short_home):
            await either.slack.people.submit(either.bob, view, {field: "v2"})
            assert (list(view.errors), view.closed) == ([field], False)
            assert str(view.errors[field]).startswith("Not recorded")
        await either.slack.people.submit(either.bob, view, {field: "v2"})
        _, events = await only_thread(app)
    assert view.closed
    (verdict,) = [event for event in events if isinstance(event, Verdict)]
    assert verdict.word == button


async def test_a_rating_while_redis_is_away_is_said_not_to_be_recorded(
    office: SlackOffice, redis_server: str, short_home: Path
) -> None:
    async with office.listening() as app:
        async with office.working(["It is raining."]):
            answer = await office.shown(office.mention("what is the weather?"), 1)
        async with away(redis_server, short_home):
            pressed = office.slack.people.press(office.alice, answer, "feedback")
            await told(office, office.alice, pressed)
        await office.slack.people.press(office.alice, answer, "feedback").reply()
        _, events = await only_thread(app)
    assert len([event for event in events if isinstance(event, MessageNoted)]) == 1


async def test_where_not_even_the_token_can_be_looked_up_it_is_said_all_the_same(
    redis_server: str, short_home: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    async with SlackServer(manifest(f"http://127.0.0.1:{port}/slack/events")) as slack:
        places = two(slack, redis_server, tmp_path, port)
        office = places.office
        async with office.listening("http") as app:
            await places.install(places.first)
            async with office.working([SHIP]):
                card = await office.shown(places.first.mention("ship it"), 1)
            async with away(redis_server, short_home):
                pressed = slack.people.press(office.bob, card, "approve")
                with pytest.raises(NotTaken):
                    await pressed.reply()
                (note, _) = slack.world.respond.said[0]
                assert (note.text[:13], note.user) == ("Not recorded:", office.bob.id)
            _, events = await only_thread(app)
    assert [event for event in events if isinstance(event, Verdict)] == []


async def test_a_press_that_a_silent_redis_takes_late_is_said_to_be_unsure_and_counts_once(
    office: SlackOffice, redis_server: str
) -> None:
    process = pid_of(redis_server)
    async with office.listening() as app:
        _, card = await waiting(office)
        os.kill(process, signal.SIGSTOP)
        try:
            async with quiet():
                pressed = office.slack.people.press(office.bob, card, "approve")
                note = await told(office, office.bob, pressed)
        finally:
            os.kill(process, signal.SIGCONT)
        assert "Unless the card changes" in note.text
        await office.slack.people.press(office.bob, card, "approve").reply()
        async with office.working(["Shipped."]):
            await until(lambda: office.ledger() == ["v1.2.3"], "the release")
        thread, _ = await only_thread(app)
    assert thread.calls or thread.past


async def test_a_stop_while_redis_is_away_is_said_at_once_not_to_be_recorded(
    either: SlackOffice, mode: Mode, redis_server: str, short_home: Path
) -> None:
    slack, alice = either.slack, either.alice
    either.model.gate.clear()
    slack.post.pauses = (0.0, 0.0, 0.0)
    async with either.listening(mode) as app, either.working(["Too late."]):
        said = either.whisper("ship it")
        await until(lambda: bool(slack.team.statuses), "work")
        async with away(redis_server, short_home):
            slack.people.stop_session(alice, said)
            await until(lambda: bool(slack.team.whispers(alice)), "the note")
            await slack.post.settled()
        (note,) = slack.team.whispers(alice)
        assert (note.text[:17], note.thread_ts) == ("Not recorded yet:", said.ts)
        thread, _ = await only_thread(app)
        assert not thread.cancelled
        slack.people.stop_session(alice, said)
        stopped = await either.shown(said, 1)
        either.model.gate.set()
    assert "Stopped" in stopped.text


async def test_a_stop_is_said_not_to_be_recorded_where_not_even_the_token_can_be_looked_up(
    redis_server: str, short_home: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    async with SlackServer(manifest(f"http://127.0.0.1:{port}/slack/events")) as slack:
        places = two(slack, redis_server, tmp_path, port)
        office, team = places.office, places.first.team
        office.model.gate.clear()
        slack.post.pauses = (0.0, 0.0, 0.0)
        async with office.listening("http"):
            await places.install(places.first)
            async with office.working(["Too late."]):
                said = places.first.mention("ship it")
                await until(lambda: bool(office.model.bodies), "work")
                where: Json = {
                    "channel": said.channel,
                    "thread_ts": said.ts,
                    "user": office.alice.id,
                }
                async with away(redis_server, short_home):
                    stop: Json = {"type": "agent_session_stopped", "event_ts": team.next_ts()}
                    places.first.people.tell("agent_session_stopped", {**where, **stop})
                    await slack.post.settled()
                office.model.gate.set()
    (note,) = team.whispers(office.alice)
    assert (note.text[:17], note.thread_ts) == ("Not recorded yet:", said.ts)
