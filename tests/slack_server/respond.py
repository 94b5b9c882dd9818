"""Respond: a `response_url` takes 5 answers within 30 minutes (docs: interactivity/handling-user-interaction)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count

from aiohttp import web

from tests.slack_server.clock import Clock
from tests.slack_server.shapes import Json, as_object, as_objects, as_text
from tests.slack_server.workspace import Channel, Ephemeral, Person

USES, SECONDS = 5, 30 * 60.0


@dataclass(slots=True)
class _Url:
    channel: Channel
    user: Person
    thread: str | None
    at: float
    used: int = 0


class Respond:
    """All response URLs; what came to them is in `said`, and shown to the person as an ephemeral message is."""

    def __init__(self, clock: Clock) -> None:
        self.base = ""
        self.said: list[tuple[Ephemeral, Json]] = []
        self._clock = clock
        self._urls: dict[str, _Url] = {}
        self._numbers = count(1)

    def url(self, channel: Channel, user: Person, thread: str | None) -> str:
        name = f"r{next(self._numbers)}"
        self._urls[name] = _Url(channel, user, thread, self._clock.now())
        return f"{self.base}/respond/{name}"

    async def serve(self, request: web.Request) -> web.Response:
        url = self._urls.get(request.match_info["name"])
        if url is None or url.used >= USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        if self._clock.now() - url.at > SECONDS:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        url.used += 1
        body = as_object(json.loads(await request.read()))
        text, blocks = as_text(body.get("text")), as_objects(body.get("blocks"))
        ts = f"{self._clock.now():.6f}"
        shown = Ephemeral(url.channel.id, url.user.id, ts, text, url.thread, blocks)
        self.said.append((shown, body))
        return web.Response(text="ok")
