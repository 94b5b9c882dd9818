"""Line: one connection to a Redis server on which any number of commands are under way; replies come in their order.

What is asked in one turn of the event loop goes out in one piece. The client library's own way, a pool of connections with
one command at a time on each, costs three times as much a command, and that was half of what a thread costs.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import cast

import hiredis
from redis.asyncio import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as NoConnection

from bot.engine.scripts import Word

Words = Sequence[Word]

_NO_REPLY = object()
_ERRORS: dict[str, type[RedisError]] = {
    "NOSCRIPT": NoScriptError,
    "LOADING": BusyLoadingError,
    "READONLY": ReadOnlyError,
    "WRONGPASS": AuthenticationError,
    "NOAUTH": AuthenticationError,
}


# The library's own type says that a command is one word.
_packed = cast(Callable[[tuple[Word, ...]], bytes], hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]


def _error(text: str) -> RedisError:
    """A refusal as the client library names it; one that is still loading counts as not connected."""
    return _ERRORS.get(text.partition(" ")[0], ResponseError)(text)


class Line(asyncio.Protocol):
    """The connection. Who stops waiting for a reply leaves the others theirs."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=_error, notEnoughData=_NO_REPLY)
        self._asked: deque[asyncio.Future[object]] = deque()
        self._unsent: list[bytes] = []
        self.is_lost = False

    def ask(self, words: Words) -> asyncio.Future[object]:
        """The reply to come. Raises the client library's `ConnectionError` where there is no connection any more."""
        if self.is_lost:
            raise NoConnection("Redis closed the connection")
        packed = _packed(tuple(words))
        if not self._unsent:
            self._loop.call_soon(self._send)
        self._unsent.append(packed)
        reply: asyncio.Future[object] = self._loop.create_future()
        self._asked.append(reply)
        return reply

    def _send(self) -> None:
        packed, self._unsent = b"".join(self._unsent), []
        if not self.is_lost:
            self._transport.write(packed)

    def drop(self) -> None:
        """Ends the connection at once; whoever waits hears that it is lost."""
        self.is_lost = True
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := cast(object, self._reader.gets())) is not _NO_REPLY:
            waiting = self._asked.popleft()
            if waiting.done():
                continue
            if isinstance(reply, RedisError):
                waiting.set_exception(reply)
            else:
                waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        lost = NoConnection(f"Redis closed the connection: {exc or 'it ended'}")
        for waiting in self._asked:
            if not waiting.done():
                waiting.set_exception(lost)
        self._asked.clear()


async def connected(url: str) -> Line:
    """A line to the server at this address, as the user and in the database that it names."""
    # The client library reads the address; its own connection is never opened.
    place = ConnectionPool.from_url(url).make_connection()  # pyright: ignore[reportUnknownMemberType]
    try:
        line = await _opened(place)
    except ssl.SSLCertVerificationError as error:
        raise AuthenticationError(f"Redis shows a certificate not trusted here: {error}") from error
    except OSError as error:
        raise NoConnection(f"Redis cannot be reached: {error}") from error
    try:
        if place.password:
            await line.ask(("AUTH", *filter(None, (place.username, place.password))))
        if place.db:
            await line.ask(("SELECT", int(place.db)))
    except BaseException:
        line.drop()
        raise
    return line


async def _opened(place: object) -> Line:
    loop = asyncio.get_running_loop()
    if isinstance(place, UnixDomainSocketConnection):
        return (await loop.create_unix_connection(Line, place.path))[1]
    assert isinstance(place, Connection), "addresses are unix, redis or rediss"
    context = _trust(place) if isinstance(place, SSLConnection) else None
    name = place.host if context else None
    made = loop.create_connection(Line, place.host, place.port, ssl=context, server_hostname=name)
    return (await made)[1]


def _trust(place: SSLConnection) -> ssl.SSLContext:
    return cast(ssl.SSLContext, place.ssl_context.get())  # pyright: ignore[reportUnknownMemberType]
