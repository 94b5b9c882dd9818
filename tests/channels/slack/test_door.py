"""The door: over HTTP nothing is parsed, and not much is read, before Slack's signature has been seen."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import aiohttp
import pytest
from multidict import CIMultiDict

from bot.kit.people import People
from bot.web.server import serve
from channels.slack import door as door_module
from channels.slack.api import Web
from channels.slack.door import LONGEST, route
from channels.slack.listen import Listener
from channels.slack.parse import Us
from tests.channels.slack.porch import Chest, Porch
from tests.slack_server.http_events import sign

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
ASKED = b'{"type": "url_verification", "challenge": "c1"}'


class Door:
    """A web process with this one route."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def knock(
        self, body: bytes | AsyncIterator[bytes], headers: CIMultiDict[str], kind: str = JSON
    ) -> int:
        told = CIMultiDict(headers)
        told["Content-Type"] = kind
        async with self._session.post(self._url, data=body, headers=told) as answer:
            await answer.read()
            return answer.status

    async def signed(self, body: bytes, kind: str = JSON) -> int:
        return await self.knock(body, headers(body), kind)


def headers(body: bytes, at: str = "") -> CIMultiDict[str]:
    at = at or str(int(time.time()))
    return CIMultiDict(
        {"X-Slack-Signature": sign(SECRET, at, body), "X-Slack-Request-Timestamp": at}
    )


@pytest.fixture
async def door(free_port: Callable[[], int]) -> AsyncGenerator[Door]:
    port, stop, ready = free_port(), asyncio.Event(), asyncio.Event()
    web = Web("xoxb-1", f"http://127.0.0.1:{port}/api/")
    app = Listener(web, Us("T1", "U1"), People(), Porch(), Chest()).app(SECRET)
    running = asyncio.create_task(serve([route(app, SECRET)], port, stop, ready.set))
    await ready.wait()
    async with aiohttp.ClientSession() as session:
        yield Door(f"http://127.0.0.1:{port}/slack/events", session)
    stop.set()
    await running


async def test_what_slack_signed_comes_in(door: Door) -> None:
    assert await door.signed(ASKED) == 200
    assert await door.signed(b"ssl_check=1&token=t", FORM) == 200


@pytest.mark.parametrize(
    "at",
    ["NaN", "", "-5", "+{now}", "{now}.5", "1e9", "9" * 5000, "\u0966", "{now}\u0966", "{late}"],
)
async def test_a_time_that_is_none_or_another_is_refused(door: Door, at: str) -> None:
    now = int(time.time())
    at = at.replace("{now}", str(now)).replace("{late}", str(now - 310))
    told = headers(ASKED, at or "0")
    told["X-Slack-Request-Timestamp"] = at
    assert await door.knock(ASKED, told) == 401


@pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "v0=" + "0" * 64, "v1=" + "0" * 64])
async def test_another_signature_is_refused(door: Door, signature: str) -> None:
    told = headers(ASKED)
    told["X-Slack-Signature"] = signature
    assert await door.knock(ASKED, told) == 401


@pytest.mark.parametrize("name", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_each_header_is_there_once(door: Door, name: str) -> None:
    twice, never = headers(ASKED), headers(ASKED)
    twice.add(name, twice[name])
    del never[name]
    assert await door.knock(ASKED, twice) == 401
    assert await door.knock(ASKED, never) == 401
    assert await door.knock(ASKED, CIMultiDict()) == 401


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (ASKED, JSON),
        (b"{", JSON),
        (b"\xff\xfe{", JSON),
        (b"[" * 200_000, JSON),
        (b"ssl_check=1&payload=%7B%7D", FORM),
        (b'{"ssl_check": "1"}', JSON),
    ],
)
async def test_nothing_is_looked_at_that_is_not_signed(door: Door, body: bytes, kind: str) -> None:
    assert await door.knock(body, CIMultiDict(), kind) == 401
    assert await door.knock(body, headers(b"another"), kind) == 401


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[1]", JSON),
        (b"null", JSON),
        (b'"words"', JSON),
        (b"\xff\xfe{", JSON),
        (b"\xff", FORM),
        (b"[" * 200_000, JSON),
        (b'{"a":' * 150_000, JSON),
        (b'{"a": ' + b"9" * 5000 + b"}", JSON),
        (b"payload=[1]", FORM),
        (b"payload=null", FORM),
        (b"payload={", FORM),
        (b'{"type": "event_callback", "authorizations": 1}', JSON),
    ],
)
async def test_what_is_signed_and_no_object_is_a_bad_request(
    door: Door, body: bytes, kind: str
) -> None:
    assert await door.signed(body, kind) == 400


async def test_the_longest_that_is_taken(door: Door) -> None:
    filled = json.dumps({"type": "url_verification", "challenge": "c", "fill": ""})
    most = filled.replace('"fill": "', '"fill": "' + "x" * (LONGEST - len(filled))).encode()
    assert len(most) == LONGEST
    assert await door.signed(most) == 200
    assert await door.signed(most + b" ") == 413
    assert await door.knock(most + b" ", CIMultiDict()) == 413


async def test_a_length_that_is_not_declared_is_counted(door: Door) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 50_000
            yield b"[]," * 16_666 + b"[]"

    assert await door.knock(parts(), headers(b"whatever")) == 413
    assert await door.knock(parts(), CIMultiDict()) == 401


async def test_what_nobody_has_signed_yet_is_read_up_to_a_bound_and_slack_is_heard_after_it(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "MOST_UNSIGNED", 100_000)
    sent, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * 90_000
        sent.set()
        await go_on.wait()
        yield b"x"

    signed = json.dumps({"type": "url_verification", "challenge": "c" * 50_000}).encode()
    holding = asyncio.create_task(door.knock(slow(), headers(b"whatever")))
    await sent.wait()
    async with asyncio.timeout(10):
        while await door.signed(signed) != 503:
            await asyncio.sleep(0.02)
    assert await door.signed(ASKED) == 200
    go_on.set()
    assert await holding == 401
    assert await door.signed(signed) == 200
