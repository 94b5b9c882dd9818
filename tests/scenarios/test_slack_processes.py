"""Slack in processes of their own: what they say when they start, how they end, and that a kill at any pause changes nothing."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process

import pytest

from tests.scenarios.slack_office import Mode, SlackOffice, until
from tests.slack_server.shapes import as_object
from tests.slack_server.workspace import Message

READY_SECONDS = 60


@pytest.fixture
def office(either: SlackOffice) -> SlackOffice:
    return either


async def ready(process: Process, name: str) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(READY_SECONDS):
        line = (await process.stdout.readline()).decode()
    if line != f"ready {name}\n":
        _, err = await process.communicate()
        raise AssertionError(f"{line!r}\n{err.decode()}")


async def ended(process: Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(READY_SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_story_goes_on_whichever_pause_the_worker_is_killed_at(
    office: SlackOffice, mode: Mode
) -> None:
    people = office.slack.people
    listener = "slack" if mode == "socket" else "web"
    async with office.process(listener) as listening:
        await ready(listening, listener)
        if mode == "http":
            await office.slack.over_http(office.url)
        async with office.process("worker") as first:
            await ready(first, "worker")
            said = office.mention("ship it")
            question = await office.shown(said, 1)
            assert "Which tag?" in question.text
        office.say("v1.2.3", thread=said)
        async with office.process("worker"):
            card = await office.shown(said, 2)
        opened = people.press(office.bob, card, "edit")
        await opened.reply()
        await people.submit(office.bob, people.view(office.bob), {"tag": "v1.3.0"})
        async with office.process("worker"):
            fresh = await office.shown(said, 3)
        await people.press(office.carol, fresh, "approve").reply()
        assert office.ledger() == []
        async with office.process("worker") as last:
            done = await office.shown(said, 4)
            assert done.text == "Shipped."
            last.send_signal(signal.SIGTERM)
            assert (await ended(last))[0] == 0
        listening.send_signal(signal.SIGTERM)
        status, out, err = await ended(listening)
    assert (status, out) == (0, ""), err
    assert office.ledger() == ["v1.3.0"]
    assert len(office.answers(said)) == 4
    assert office.slack.token not in err


# So many seconds after the first time the same is told again: once, twice, three and four times in all.
TOLD_AGAIN = ((), (1,), (1, 360), (1, 3_600, 25 * 3_600))


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
async def test_what_two_processes_are_told_again_and_again_is_one_event_and_one_answer(
    office: SlackOffice,
) -> None:
    async with office.process("slack") as one, office.process("slack") as other:
        await ready(one, "slack")
        await ready(other, "slack")
        assert office.slack.sockets.standing == 2
        async with office.working(["Once."] * len(TOLD_AGAIN)) as app:
            said = [await told_again(office, after) for after in TOLD_AGAIN]
            # What is said next is answered next: an answer to what was told again would have come before.
            for root in said:
                office.say("stop", thread=root)
                await office.shown(root, 2)
            logs = [await app.desk.events(thread.id) for thread in await app.desk.threads()]
    assert [office.answers(root)[0].text for root in said] == ["Once."] * len(said)
    assert len(office.model.asked) == len(said)
    assert [[event.type for event in log].count("MessageReceived") for log in logs] == [2] * 4


async def told_again(office: SlackOffice, after: tuple[int, ...]) -> Message:
    """A mention, answered, then told again as `message` and as `app_mention`, by one process or the other."""
    post = office.slack.post
    first = len(post.sent)
    said = office.elsewhere("hello")
    told = post.sent[first:]
    assert [as_object(each.payload["event"])["type"] for each in told] == ["app_mention", "message"]
    await office.shown(said, 1)
    for gone, seconds in zip((0, *after), after, strict=False):
        office.slack.clock.move(seconds - gone)
        told.reverse()  # The processes take turns, so that one hears what the other did.
        assert [await post.again(delivery) for delivery in told] == [True, True]
    return said


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
async def test_up_runs_what_is_set_up(office: SlackOffice) -> None:
    async with office.process("up") as process:
        await ready(process, "up")
        said = office.mention("ship it")
        await office.shown(said, 1)
        await until(lambda: "eyes" in said.reactions, "the eyes")
        process.send_signal(signal.SIGTERM)
        status, out, err = await ended(process)
    assert (status, out) == (0, ""), err


WRONG: dict[str, dict[str, str]] = {
    "SLACK_BOT_TOKEN: Slack does not know this token": {"SLACK_BOT_TOKEN": "xoxb-wrong"},
    "SLACK_APP_TOKEN: Slack does not know this token": {"SLACK_APP_TOKEN": "xapp-wrong"},
    "bot slack needs SLACK_APP_TOKEN": {"SLACK_APP_TOKEN": ""},
    "BOT_DEFAULT_AGENT: there is no agent shiper (did you mean shipper?)": {
        "BOT_DEFAULT_AGENT": "shiper"
    },
}


@pytest.mark.parametrize("mode", ["socket"], indirect=True)
@pytest.mark.parametrize("sentence", WRONG)
async def test_what_is_wrong_is_said_in_one_sentence(office: SlackOffice, sentence: str) -> None:
    office.environ |= WRONG[sentence]
    async with office.process("slack") as process:
        status, out, err = await ended(process)
    assert (status, out) == (2, "")
    said = [line for line in err.splitlines() if not line.startswith("{")]
    assert len(said) == 1, err
    assert said[0].startswith(sentence)
