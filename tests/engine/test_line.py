"""Lines to a real Redis: many commands on one, callers that give up, servers that fall silent or close."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as NoAnswer

from bot.engine import wire
from bot.engine.line import connected
from bot.engine.wire import Wire


async def test_replies_come_in_the_order_of_the_commands(redis_server: str) -> None:
    line = await connected(redis_server)
    asked = [line.ask(("ECHO", number)) for number in range(100)]
    assert await asyncio.gather(*asked) == [b"%d" % number for number in range(100)]
    await line.close()


async def test_who_gives_up_leaves_the_others_their_replies(redis_server: str) -> None:
    line = await connected(redis_server)
    given_up, kept = line.ask(("ECHO", "first")), line.ask(("ECHO", "second"))
    given_up.cancel()
    assert await kept == b"second"
    await line.close()


async def test_a_refusal_is_its_callers_alone(redis_server: str) -> None:
    line = await connected(redis_server)
    refused, fine = line.ask(("LLEN",)), line.ask(("ECHO", "fine"))
    assert await fine == b"fine"
    with pytest.raises(ResponseError, match="wrong number of arguments"):
        await refused
    await line.close()


async def test_whoever_waits_on_a_line_that_ends_hears_of_it(redis_server: str) -> None:
    line = await connected(redis_server)
    waiting = line.ask(("BLPOP", "nothing", 0))
    await asyncio.sleep(0)
    line.drop()
    with pytest.raises(NoConnection):
        await waiting
    with pytest.raises(NoConnection):
        line.ask(("PING",))
    await line.close()


@asynccontextmanager
async def silent_at_first(path: str, folder: Path) -> AsyncGenerator[str]:
    """Before the server at this path: the first connection is never answered, the others are."""
    streams: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        streams.append(writer)
        if len(streams) == 1:
            await reader.read()
            return
        there, back = await asyncio.open_unix_connection(path)
        streams.append(back)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    address = folder / "silent"
    async with await asyncio.start_unix_server(serve, address):
        yield f"unix://{address}"
        for stream in streams:
            stream.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
    writer.close()


async def test_a_silent_connection_is_given_up_and_the_next_command_has_another(
    redis_server: str, short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent_at_first(redis_server.removeprefix("unix://"), short_home) as url:
        here = Wire(url)
        monkeypatch.setattr(wire, "COMMAND_SECONDS", 0.1)
        with pytest.raises(NoAnswer):
            await here.command("PING")
        monkeypatch.undo()
        assert await here.command("PING") == b"PONG"
        await here.close()


async def test_giving_up_while_a_connection_is_made_leaves_none_behind(redis_server: str) -> None:
    for turns in range(12):
        making = asyncio.create_task(connected(redis_server))
        for _ in range(turns):
            await asyncio.sleep(0)
        making.cancel()
        with suppress(asyncio.CancelledError):
            await (await making).close()
        del making
        gc.collect()
