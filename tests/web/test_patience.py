"""Patience: over a real socket, whoever does not send a whole request in time is let go, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web import patience
from bot.web.server import serve

HEAD = b"POST /read HTTP/1.1\r\nHost: bot\r\nContent-Length: 10000\r\n\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"


class Served:
    """What is served: one that reads all there is, one that refuses at once, one that takes its time to answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._opened: list[asyncio.StreamWriter] = []
        self.release = asyncio.Event()
        self.asked = asyncio.Event()
        self.routes = [
            Route("/read", self._read, methods=["POST"]),
            Route("/refuse", self._refuse, methods=["POST"]),
            Route("/slow", self._slow),
        ]

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        down, up = await asyncio.open_connection("127.0.0.1", self.port)
        self._opened.append(up)
        return down, up

    async def leave(self) -> None:
        """Closes whatever is open."""
        for up in self._opened:
            up.close()
        await asyncio.gather(*(up.wait_closed() for up in self._opened), return_exceptions=True)

    async def drip(self, first: bytes) -> bytes:
        """Sends this, then a byte at a time for as long as it is let; all that was answered."""
        down, up = await self.open()
        up.write(first)
        dripping = asyncio.create_task(_drip(up))
        try:
            async with asyncio.timeout(10):
                return await _all(down)
        finally:
            dripping.cancel()
            up.close()

    async def _read(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    async def _refuse(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse("no", status_code=413)

    async def _slow(self, _: Request) -> PlainTextResponse:
        self.asked.set()
        await self.release.wait()
        return PlainTextResponse("at last")


async def _drip(up: asyncio.StreamWriter) -> None:
    while True:
        up.write(b"x")
        await asyncio.sleep(0.02)


async def _all(down: asyncio.StreamReader) -> bytes:
    try:
        return await down.read()
    except ConnectionError:
        return b""


@pytest.fixture
async def served(
    free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Served]:
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 0.3)
    found, stop, ready = Served(free_port()), asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(found.routes, found.port, stop, ready.set))
    await ready.wait()
    yield found
    await found.leave()
    stop.set()
    await running


async def test_whoever_says_nothing_is_let_go(served: Served) -> None:
    down, up = await served.open()
    async with asyncio.timeout(10):
        assert await _all(down) == b""
    up.close()


@pytest.mark.parametrize("first", [b"", b"POST /read HTTP/1.1\r\nX-Long: ", HEAD])
async def test_whoever_drips_a_request_is_let_go(served: Served, first: bytes) -> None:
    assert await served.drip(first) == b""


async def test_whoever_drips_on_after_the_answer_is_let_go(served: Served) -> None:
    assert b"413" in await served.drip(HEAD.replace(b"/read", b"/refuse"))


async def test_a_second_request_is_to_come_in_time_as_well(served: Served) -> None:
    assert (await served.drip(GET + HEAD)).count(b"200 OK") == 1


async def test_an_answer_may_take_longer(served: Served) -> None:
    down, up = await served.open()
    up.write(GET.replace(b"/healthz", b"/slow"))
    await served.asked.wait()
    await asyncio.sleep(2 * patience.REQUEST_SECONDS)
    served.release.set()
    async with asyncio.timeout(10):
        assert b"200 OK" in await down.readline()
    up.close()


async def test_requests_that_come_in_time_are_answered_one_after_the_other(served: Served) -> None:
    down, up = await served.open()
    for _ in range(3):
        up.write(HEAD + b"y" * 10_000)
        async with asyncio.timeout(10):
            await down.readuntil(b"10000")
    up.close()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 3)
    monkeypatch.setattr(patience, "REQUEST_SECONDS", 60.0)
    return 3


async def test_beyond_so_many_whoever_was_waited_for_longest_makes_room(
    served: Served, few: int
) -> None:
    idle = [await served.open() for _ in range(few)]
    for _ in range(2):
        down, up = await served.open()
        up.write(GET)
        async with asyncio.timeout(10):
            assert b"200 OK" in await down.readline()
    async with asyncio.timeout(10):
        assert [await _all(down) for down, _ in idle[:2]] == [b"", b""]
        idle[2][1].write(GET)
        assert b"200 OK" in await idle[2][0].readline()


async def test_where_all_are_being_answered_the_next_is_refused_and_then_none_is(
    served: Served, few: int
) -> None:
    answered = [await served.open() for _ in range(few)]
    for _, up in answered:
        served.asked.clear()
        up.write(GET.replace(b"/healthz", b"/slow"))
        await served.asked.wait()
    down, up = await served.open()
    async with asyncio.timeout(10):
        assert await _all(down) == b""
        served.release.set()
        for down, up in answered:
            assert b"200 OK" in await down.readline()
            up.close()
        down, up = await served.open()
        up.write(GET)
        assert b"200 OK" in await down.readline()
