"""Line: one connection of the client library on which any number of commands are under way; replies come in their order.

What is asked in one turn of the event loop goes out in one piece. A pool gives a connection to one command at a time, under a
lock and through a packer in Python, which costs twice as much a command.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, cast

import hiredis
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError, ResponseError

from bot.engine.scripts import Word

CONNECT_SECONDS = 5
Words = Sequence[Word]
# The library's own type says that a command is one word.
_packed = cast(Callable[[tuple[Word, ...]], bytes], hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]


class Connection(Protocol):
    """What is used of the client library's connection, which types its own methods too loosely for us."""

    @property
    def is_connected(self) -> bool: ...

    async def connect(self) -> None: ...

    async def send_packed_command(self, command: bytes, check_health: bool) -> None: ...  # noqa: FBT001 - theirs

    async def read_response(
        self, *, disable_decoding: bool, disconnect_on_error: bool
    ) -> object: ...

    async def disconnect(self, *, nowait: bool) -> None: ...


class Line:
    """The connection. Who stops waiting for a reply leaves the others theirs."""

    def __init__(self, connection: Connection) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._asked: deque[asyncio.Future[object]] = deque()
        self._unsent: list[bytes] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._reading = self._loop.create_task(self._read())
        self.is_lost = False

    def ask(self, words: Words) -> asyncio.Future[object]:
        """The reply to come. Raises the client library's `ConnectionError` where there is no connection any more."""
        if self.is_lost:
            raise NoConnection("Redis closed the connection")
        packed = _packed(tuple(words))
        if not self._unsent:
            # It begins in the next turn of the loop, and takes all that was asked in this one.
            sending = self._loop.create_task(self._send())
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)
        self._unsent.append(packed)
        reply: asyncio.Future[object] = self._loop.create_future()
        self._asked.append(reply)
        return reply

    def drop(self) -> None:
        """Ends the connection; whoever waits hears at once that it is lost."""
        self._lose(NoConnection("the connection to Redis was given up"))
        for task in (self._reading, *self._sending):
            task.cancel()

    async def close(self) -> None:
        """Ends the connection, and returns once it is gone."""
        self.drop()
        await asyncio.wait({self._reading, *self._sending})

    async def _send(self) -> None:
        # Tasks begin in their order, and a write is done before its first await: so commands keep their order too.
        packed, self._unsent = b"".join(self._unsent), []
        # The library would connect anew and say nothing; a write that fails ends the connection, which the reader hears.
        if self._connection.is_connected:
            with suppress(RedisError):
                await self._connection.send_packed_command(packed, check_health=False)

    async def _read(self) -> None:
        try:
            while True:
                self._hear(await self._reply())
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody hears anything on this line any more
            self._lose(error)
        finally:
            await self._connection.disconnect(nowait=True)

    async def _reply(self) -> object:
        try:
            return await self._connection.read_response(
                disable_decoding=True, disconnect_on_error=False
            )
        except ResponseError as refused:
            return refused

    def _hear(self, reply: object) -> None:
        waiting = self._asked.popleft()
        if waiting.done():
            return
        if isinstance(reply, ResponseError):
            waiting.set_exception(reply)
        else:
            waiting.set_result(reply)

    def _lose(self, error: Exception) -> None:
        """A refusal of the connection as a whole, as while the server loads its log, is told as it is."""
        self.is_lost = True
        lost = error if isinstance(error, NoConnection) else NoConnection(str(error))
        for waiting in self._asked:
            if not waiting.done():
                waiting.set_exception(lost)
        self._asked.clear()


async def connected(url: str) -> Line:
    """A line to the server at this address, as the user and in the database that it names."""
    pool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        url,
        protocol=2,
        driver_info=None,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    connection = cast(Connection, pool.make_connection())
    try:
        await connection.connect()
        line = Line(connection)
        await asyncio.sleep(
            0
        )  # Its reader has begun by then, and ends the connection whenever it ends itself.
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    return line
