"""Slack: mention it, talk to it, approve in the thread; from Slack's wire to the log and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from channels.slack.manifest import manifest
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.server import SlackServer


@pytest.fixture
async def office(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[SlackOffice]:
    async with SlackServer(manifest()) as slack:
        yield SlackOffice(slack, redis_server, tmp_path, free_port())


async def test_a_mention_is_seen_at_once_and_answered_in_its_thread(office: SlackOffice) -> None:
    async with office.listening() as app, office.working(["It is raining."]):
        said = office.mention("what is the weather?")
        await until(lambda: len(office.answers(said)) == 1, "the answer")
        await until(lambda: "eyes" in said.reactions, "the eyes")
        thread, events = await only_thread(app)
    assert office.answers(said)[0].text == "It is raining."
    assert thread.address is not None
    assert thread.address.locator == f"{office.slack.team.team}/{office.channel.id}/{said.ts}"
    assert thread.requester == "alice"
    assert [event.type for event in events].count("MessageReceived") == 1


async def test_a_question_is_put_in_the_thread_and_a_reply_there_answers_it(
    office: SlackOffice,
) -> None:
    ask: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]
    async with office.listening(), office.working([ask, "Understood."]):
        said = office.mention("ship it")
        await until(lambda: len(office.answers(said)) == 1, "the question")
        office.say("v1.2.3", thread=said)
        await until(lambda: len(office.answers(said)) == 2, "the answer")
    assert "Which tag?" in office.answers(said)[0].text
    assert office.answers(said)[1].text == "Understood."
    assert "v1.2.3" in office.model.asked[-1]
