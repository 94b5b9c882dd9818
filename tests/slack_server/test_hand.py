"""By hand: lines become deeds, and the server says how to reach it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

import pytest
from aiohttp import web

from tests.slack_server.hand import Hand, Quit, told
from tests.slack_server.rig import ask, ear, on_socket
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json

CARD: Json = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "approve", "text": {"type": "plain_text", "text": "Yes"}}
    ],
}


async def test_lines_are_said_pressed_and_refused_in_one_line(slack: SlackServer) -> None:
    hand, listener = Hand(slack), ear(slack)
    async with on_socket(slack, listener):
        ts = await hand.do("say guest:greta @bot hello")
        assert (await listener.event())["text"] == f"{slack.mention} hello"
        await hand.do("reply greta go on")
        general = next(c for c in slack.team.channels.values() if c.name == "general")
        assert [each.text for each in general.thread(ts)][1:] == ["go on"]
        place = {"channel": general.id, "text": "Sure?", "blocks": [CARD]}
        await ask(slack, "chat.postMessage", place)
        assert await hand.do("press greta approve") == "greta pressed approve"
        assert await hand.do("press greta deny") == "No button 'deny' is shown anywhere."
        assert await hand.do("submit greta a=b") == "greta sees no modal."
        assert await hand.do("slash greta /ask what now?") == "sent"
        assert await hand.do("stop greta") == "No stop button is shown here."
        greta = next(each for each in slack.team.people.values() if each.name == "greta")
        assert await hand.do("who greta") == f"greta is {greta.id}, a guest"
    assert told(slack.ledger.calls("chat.postMessage")[0]) == "chat.postMessage ok  Sure? approve"
    assert (await hand.do("dance greta")).startswith("Try: say, reply")
    with pytest.raises(Quit):
        await hand.do("quit")


async def test_the_program_says_how_to_reach_it_and_quits() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.slack_server",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    async with asyncio.timeout(30):
        said, _ = await program.communicate(b"say alice hello\nquit\n")
    lines = said.decode().splitlines()
    assert program.returncode == 0
    assert [line.partition("=")[0] for line in lines if line.startswith("export")] == [
        "export SLACK_API_URL",
        "export SLACK_BOT_TOKEN",
        "export SLACK_APP_TOKEN",
        "export SLACK_SIGNING_SECRET",
    ]
    assert lines[-1].replace(".", "").isdigit()


async def test_the_address_that_events_go_to_may_answer_later(
    free_port: Callable[[], int],
) -> None:
    """The bot asks who it is before it listens: it cannot be there first."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/slack/events"
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.slack_server", "--request-url", url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    assert program.stdin
    assert program.stdout
    app = web.Application()
    app.router.add_post("/slack/events", _challenged)
    runner = web.AppRunner(app)
    async with asyncio.timeout(30):
        while not (await program.stdout.readline()).startswith(b"# Then"):
            pass
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        assert await program.stdout.readline() == f"# {url} answers: events go there.\n".encode()
        await program.communicate(b"quit\n")
    await runner.cleanup()
    assert program.returncode == 0


async def _challenged(request: web.Request) -> web.Response:
    return web.json_response({"challenge": (await request.json())["challenge"]})
