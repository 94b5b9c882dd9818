"""`python -m tests.slack_server`: the stand-in by hand; prints how to point a bot at it, then takes deeds as lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import threading
from pathlib import Path

from tests.slack_server.delivery import NotTaken
from tests.slack_server.hand import Hand, Quit, told
from tests.slack_server.http_events import BadRequestUrl
from tests.slack_server.manifests import MANIFEST
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object

AGAIN_SECONDS = 0.5


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _how_to(slack: SlackServer) -> str:
    names = {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.token,
        "SLACK_APP_TOKEN": slack.app.app_token,
        "SLACK_SIGNING_SECRET": slack.app.signing_secret,
    }
    lines = [f"export {name}={value}" for name, value in names.items()]
    return "\n".join(["# Start the bot with:", *lines, "# Then type here; `help` says what."])


def _lines() -> asyncio.Queue[str]:
    """What is typed, from a thread that nobody has to wait for."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    return lines


async def _tell(slack: SlackServer) -> None:
    shown = 0
    while True:
        await slack.world.until(lambda before=shown: len(slack.ledger.entries) > before)
        for entry in slack.ledger.entries[shown:]:
            _say(f"  < {told(entry)}")
        shown = len(slack.ledger.entries)


async def _obey(slack: SlackServer) -> None:
    hand, lines = Hand(slack), _lines()
    while True:
        line = await lines.get()
        try:
            _say(await hand.do(line))
        except NotTaken as error:
            _say(f"The app did not answer: {error}")


async def _over_http(slack: SlackServer, url: str) -> None:
    """Events go there as soon as it answers: the bot asks here who it is before it listens."""
    while True:
        try:
            await slack.over_http(url)
        except BadRequestUrl:
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            _say(f"# {url} answers: events go there.")
            return


async def run(manifest: Path | None, port: int, request_url: str) -> None:
    chosen = as_object(json.loads(manifest.read_text())) if manifest else MANIFEST
    async with SlackServer(chosen, port) as slack:
        _say(_how_to(slack))
        beside = [asyncio.create_task(_tell(slack))]
        if request_url:
            beside.append(asyncio.create_task(_over_http(slack, request_url)))
        obeying = asyncio.create_task(_obey(slack))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, obeying.cancel)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, obeying.cancel)
        await asyncio.wait({obeying})
        for task in beside:
            task.cancel()
        if not obeying.cancelled() and not isinstance(obeying.exception(), Quit):
            obeying.result()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--manifest", type=Path, help="a JSON file; default: one that asks for all")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--request-url", default="", help="tell the app over HTTP, not a socket")
    given = parser.parse_args()
    asyncio.run(run(given.manifest, given.port, given.request_url))


if __name__ == "__main__":
    main()
