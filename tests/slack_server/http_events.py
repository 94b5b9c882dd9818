"""HTTP: signed posts to the app's request URL (docs: authentication/verifying-requests-from-slack, apis/events-api)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode

import aiohttp

from tests.slack_server.clock import Clock
from tests.slack_server.delivery import Delivery, NotTaken, Try, by
from tests.slack_server.shapes import Json, as_object, as_text


class BadRequestUrl(Exception):
    """Slack would not save this URL: it did not answer the challenge."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """`v0=` and the HMAC-SHA256 of `v0:TIMESTAMP:BODY`."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class HttpRoad:
    """The road over HTTP. It signs with the machine's time, as the app checks it against that."""

    def __init__(self, clock: Clock, url: str, secret: str) -> None:
        self._posted: set[asyncio.Task[Json]] = set()
        self._clock = clock
        self._url = url
        self._secret = secret
        self._session = aiohttp.ClientSession()

    async def close(self) -> None:
        for posted in self._posted:
            posted.cancel()
        await asyncio.gather(*self._posted, return_exceptions=True)
        await self._session.close()

    async def challenge(self) -> None:
        """Asks what Slack asks when the URL is saved. Raises `BadRequestUrl`."""
        asked: Json = {"type": "url_verification", "token": "verification-token", "challenge": "c1"}
        try:
            answer = await self._post(json.dumps(asked).encode(), "application/json", {})
        except NotTaken as error:
            raise BadRequestUrl(error.reason) from error
        if "c1" not in (answer.get("challenge"), answer.get("text")):
            raise BadRequestUrl("the challenge did not come back")

    async def carry(self, delivery: Delivery, attempt: Try) -> Json:
        told = {"X-Slack-Retry-Num": str(attempt.retry), "X-Slack-Retry-Reason": attempt.reason}
        kind, body = _body(delivery)
        posted = asyncio.create_task(self._post(body, kind, told if attempt.retry else {}))
        # A request that is late stays open, as Slack's does; only its answer counts no more.
        self._posted.add(posted)
        posted.add_done_callback(self._forget)
        return await by(self._clock, attempt.deadline, posted, "http_timeout")

    def _forget(self, posted: asyncio.Task[Json]) -> None:
        self._posted.discard(posted)
        if not posted.cancelled():
            posted.exception()

    async def _post(self, body: bytes, kind: str, headers: Mapping[str, str]) -> Json:
        timestamp = str(int(time.time()))
        signed = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        try:
            async with self._session.post(
                self._url, data=body, headers={**headers, **signed}, allow_redirects=False
            ) as response:
                text = await response.text()
                if not 200 <= response.status < 300:
                    final = response.headers.get("X-Slack-No-Retry") == "1"
                    raise NotTaken("http_error", final=final)
                return _answer(text)
        except (aiohttp.ClientError, OSError) as error:
            raise NotTaken("connection_failed") from error


def _answer(text: str) -> Json:
    try:
        return as_object(json.loads(text)) if text else {}
    except ValueError:
        return {"text": text}


def _body(delivery: Delivery) -> tuple[str, bytes]:
    """Events as JSON, interactions as a form's `payload`, commands as a form."""
    if delivery.kind == "events_api":
        return "application/json", json.dumps(delivery.payload).encode()
    form = {name: as_text(value) for name, value in delivery.payload.items()}
    if delivery.kind == "interactive":
        form = {"payload": json.dumps(delivery.payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()
