"""Stop in Slack: whoever stops the work knows at once that it was heard, be a tool under way that nothing can take back."""

from __future__ import annotations

import textwrap

import pytest

from channels.slack import stops
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.workspace import Message

SLOW = """
import asyncio
import os
from bot.kit import Args, Call, tool

class Ship(Args):
    tag: str

async def end(call):
    with open(call.env["LEDGER"], "a") as ledger:
        ledger.write("begun\\n")
    while not os.path.exists(call.env["LEDGER"] + ".end"):
        await asyncio.sleep(0.02)

@tool(approval="always", idempotent=False, env=("LEDGER",))
async def ship(r: Ship, call: Call):
    "Ship a tag."
    await end(call)
    return {"shipped": r.tag}

@tool(reads=True, env=("LEDGER",))
async def look(r: Ship, call: Call):
    "Look at a tag."
    await end(call)
    return {"tag": r.tag}
"""
SHIP: Reply = [("ship", {"tag": "v1", "because": "it was asked for"})]
LOOK: Reply = [("look", {"tag": "v1"})]


@pytest.fixture
def slow(office: SlackOffice) -> SlackOffice:
    """One whose tools take until they are told to end."""
    tools = office.folder / "agents" / "shipper" / "tools.py"
    tools.write_text(textwrap.dedent(SLOW))
    return office


def end(office: SlackOffice) -> None:
    (office.folder / "ledger.end").touch()


async def begun(office: SlackOffice) -> None:
    await until(lambda: office.ledger() == ["begun"], "the tool")


async def shipping(office: SlackOffice, said: Message) -> Message:
    """The thread's card, once what it asked has begun."""
    card = await office.shown(said, 1)
    await office.slack.people.press(office.bob, card, "approve").reply()
    await begun(office)
    return card


@pytest.mark.parametrize("way", ["word", "button"])
async def test_a_stop_while_a_tool_runs_is_told_at_once_and_its_end_when_it_ends(
    slow: SlackOffice, way: str
) -> None:
    async with slow.listening() as app, slow.working([SHIP]):
        said = slow.whisper("ship it")
        await shipping(slow, said)
        slow.slack.post.copies = 3
        if way == "word":
            slow.say("stop", thread=said)
        else:
            slow.slack.people.stop_session(slow.alice, said)
        await until(lambda: bool(slow.slack.team.whispers(slow.alice)), "that it was heard")
        thread, _ = await only_thread(app)
        assert (thread.cancelled, len(slow.answers(said))) == (True, 1)
        await slow.slack.post.settled()
        end(slow)
        stopped = await slow.shown(said, 2)
    (note,) = slow.slack.team.whispers(slow.alice)
    assert note.thread_ts == said.ts
    assert note.text.startswith("Stop heard: nothing else will start.")
    assert "ship has begun" in note.text
    assert "Stopped" in stopped.text


async def test_a_stop_while_a_tool_reads_cuts_that_short_and_is_told(slow: SlackOffice) -> None:
    async with slow.listening(), slow.working([LOOK]):
        said = slow.mention("look at it")
        await begun(slow)
        slow.say("stop", thread=said)
        await slow.shown(said, 1)
        (stopped,) = slow.answers(said)
        end(slow)
    assert "Stopped" in stopped.text


async def test_a_stop_that_everybody_is_told_of_at_once_is_told_nobody_in_private(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        stops, "SOON_SECONDS", 4.0
    )  # However slow this machine is, and before the listener has ended.
    async with office.listening(), office.working([SHIP]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        office.say("stop", thread=said)
        await office.shown(said, 2)
    assert office.slack.team.whispers(office.alice) == []
