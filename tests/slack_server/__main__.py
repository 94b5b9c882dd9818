"""`python -m tests.slack_server`: the stand-in by hand; prints how to point a bot at it, takes deeds as lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _how_to(slack: SlackServer) -> str:
    return "\n".join(
        [
            f"export SLACK_API_URL={slack.api_url}",
            f"export SLACK_BOT_TOKEN={slack.token}",
            f"export SLACK_APP_TOKEN={slack.app.app_token}",
            f"export SLACK_SIGNING_SECRET={slack.app.signing_secret}",
        ]
    )


async def run(manifest: Path | None, port: int) -> None:
    chosen = as_object(json.loads(manifest.read_text())) if manifest else MANIFEST
    async with SlackServer(chosen, port) as slack:
        _say(_how_to(slack))
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--manifest", type=Path, help="a JSON file; default: one that asks for all")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    try:
        asyncio.run(run(given.manifest, given.port))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
