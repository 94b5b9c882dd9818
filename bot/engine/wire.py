"""Wire: the connections to Redis, one server or a cluster, and the few ways the store speaks over them.

Commands share one connection and go out together; blocking reads have connections of their own, so that a worker that
waits never keeps an append from going out. Replies come as bytes. All that is sent may be sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar, cast

from redis.asyncio import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import AuthenticationError, NoScriptError, ResponseError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from bot.engine.line import Line, Words, connected
from bot.engine.scripts import Script, Word
from bot.engine.store import WrongKey

COMMAND_SECONDS = 5
RETRIES = 8
"""About three seconds: a server that restarts is waited for."""
WAIT_AT_MOST_SECONDS = 30
"""The longest single blocking read; a server that says nothing for longer is taken for dead."""

Reply = TypeVar("Reply")
Call = tuple[Sequence[str], Sequence[Word]]
_BACKOFF = ExponentialWithJitterBackoff(base=0.02, cap=1)


class Pipeline(Protocol):
    """Several commands in one piece."""

    def execute_command(self, *args: Word, **routing: object) -> object: ...

    async def execute(self, *, raise_on_error: bool) -> list[object]: ...


class Client(Protocol):
    """What is used of a client of a cluster, which types its own methods too loosely for us."""

    async def execute_command(self, *args: Word) -> object: ...

    def pipeline(self, *, transaction: bool) -> Pipeline: ...


class Wire:
    """One Redis server."""

    is_cluster = False

    def __init__(self, url: str) -> None:
        self._url = url
        self._shared: Line | None = None
        self._own: list[Line] = []
        self._connecting = asyncio.Lock()

    async def command(self, *words: Word) -> object:
        """The reply to one command; what is asked at the same time goes out together."""
        return (await self._together([words]))[0]

    async def waiting(self, *words: Word) -> object:
        """A command that may block on the server, and so has a connection to itself."""
        seconds = WAIT_AT_MOST_SECONDS + COMMAND_SECONDS
        return (await _patient(seconds, lambda: self._ask_alone([words])))[0]

    async def run(self, script: Script, keys: Sequence[str], words: Sequence[Word]) -> object:
        return (await self.run_all(script, [(keys, words)]))[0]

    async def run_all(self, script: Script, calls: Sequence[Call], *after: Words) -> list[object]:
        """The replies to one script over several partitions, and to what is asked after it, in one round trip."""
        try:
            return await self._together([*(script.by_digest(*call) for call in calls), *after])
        except NoScriptError:
            return await self._together([*(script.whole(*call) for call in calls), *after])

    async def run_and_wait(
        self, script: Script, keys: Sequence[str], words: Sequence[Word], *, replicas: int, ms: int
    ) -> tuple[object, int]:
        """The reply, and how many replicas confirmed it: on one connection, whose writes WAIT counts."""
        wait, seconds = ("WAIT", replicas, ms), COMMAND_SECONDS + ms / 1000
        for call in (script.by_digest, script.whole):
            both = [call(keys, words), wait]
            with suppress(NoScriptError):
                reply, reached = await _patient(seconds, lambda both=both: self._ask_alone(both))
                return reply, cast(int, reached)
        raise AssertionError("a script that was sent whole is there")

    async def about(self, section: str) -> Mapping[str, object]:
        """What the server says of itself."""
        lines = cast(bytes, await self.command("INFO", section)).decode().splitlines()
        pairs = (line.partition(":") for line in lines if ":" in line)
        return {name: int(value) if value.isdigit() else value for name, _, value in pairs}

    async def scan(self, pattern: str) -> list[str]:
        """Every key of that pattern, each once although the server may name it twice."""
        return sorted(await _scan(self.command, pattern))

    async def close(self) -> None:
        for line in filter(None, (self._shared, *self._own)):
            await line.close()
        self._shared, self._own = None, []

    async def _together(self, calls: Sequence[Words]) -> list[object]:
        try:
            return await _patient(COMMAND_SECONDS, lambda: self._ask(calls))
        except NoAnswer:
            # A connection that is silent may be dead: the next command opens another.
            if self._shared is not None:
                self._shared.drop()
            raise
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            raise WrongKey(_wrong_type(calls)) from error

    async def _ask(self, calls: Sequence[Words]) -> list[object]:
        return await _replies(await self._line(), calls)

    async def _line(self) -> Line:
        async with self._connecting:
            if self._shared is None or self._shared.is_lost:
                self._shared = await connected(self._url)
            return self._shared

    async def _ask_alone(self, calls: Sequence[Words]) -> list[object]:
        """On a line that is nobody else's meanwhile; given up half-way it is dropped, for its reply may still come."""
        self._own = [line for line in self._own if not line.is_lost]
        line = self._own.pop() if self._own else await connected(self._url)
        try:
            replies = await _replies(line, calls)
        except BaseException:
            line.drop()
            raise
        self._own.append(line)
        return replies


class ClusterWire(Wire):
    """A Redis Cluster: each command goes to the node that holds its keys, by the client library."""

    is_cluster = True

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._cluster = RedisCluster.from_url(url, protocol=2, retry=Retry(_BACKOFF, RETRIES))
        self._client = cast(Client, self._cluster)

    async def run_and_wait(
        self, script: Script, keys: Sequence[str], words: Sequence[Word], *, replicas: int, ms: int
    ) -> tuple[object, int]:
        node = self._cluster.get_node_from_key(keys[0])
        for call in (script.by_digest, script.whole):
            pipe = self._client.pipeline(transaction=False)
            pipe.execute_command(*call(keys, words))
            pipe.execute_command("WAIT", replicas, ms, target_nodes=node)
            sent = pipe.execute(raise_on_error=False)
            replies = await _within(COMMAND_SECONDS + ms / 1000, sent)
            with suppress(NoScriptError):
                reply, reached = _unless_refused(replies)
                return reply, cast(int, reached)
        raise AssertionError("a script that was sent whole is there")

    async def about(self, section: str) -> Mapping[str, object]:
        return cast(Mapping[str, object], await self.command("INFO", section))

    async def scan(self, pattern: str) -> list[str]:
        nodes = [cast(Client, node) for node in self._cluster.get_primaries()]
        found = [await _scan(node.execute_command, pattern) for node in nodes]
        return sorted(set[str]().union(*found))

    async def close(self) -> None:
        await self._cluster.aclose()

    async def _ask(self, calls: Sequence[Words]) -> list[object]:
        return [await self._client.execute_command(*words) for words in calls]


def _wrong_type(calls: Sequence[Words]) -> str:
    names = (str(word) for words in calls for word in words if str(word).startswith("bot:{"))
    return f"a value that is not the bot's lies under one of these keys (bot rebuild makes all but a log anew): {', '.join(names)}"


async def _replies(line: Line, calls: Sequence[Words]) -> list[object]:
    if len(calls) == 1:
        return [await line.ask(calls[0])]
    asked = [line.ask(words) for words in calls]
    return _unless_refused(await asyncio.gather(*asked, return_exceptions=True))


def _unless_refused(replies: Sequence[object]) -> list[object]:
    for reply in replies:
        if isinstance(reply, BaseException):
            raise reply
    return [*replies]


async def _patient(seconds: float, act: Callable[[], Awaitable[Reply]]) -> Reply:
    """What comes of it, tried again over a new connection where one is lost; all of it within this time."""

    async def tried() -> Reply:
        for failures in range(1, RETRIES + 1):
            try:
                return await act()
            except AuthenticationError:
                raise
            except NoConnection:
                await asyncio.sleep(_BACKOFF.compute(failures))
        return await act()

    return await _within(seconds, tried())


async def _within(seconds: float, reply: Awaitable[Reply]) -> Reply:
    """The reply, or the client library's own error when it takes too long."""
    try:
        async with asyncio.timeout(seconds):
            return await reply
    except TimeoutError:
        raise NoAnswer(f"Redis did not answer within {seconds:g} s") from None


async def _scan(ask: Callable[..., Awaitable[object]], pattern: str) -> set[str]:
    found: set[str] = set()
    cursor = 0
    while True:
        reply = await ask("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
        after, names = cast(tuple[bytes | int, list[bytes]], reply)
        found |= {name.decode() for name in names}
        cursor = int(after)
        if cursor == 0:
            return found


async def connect(url: str) -> Wire:
    """A wire that fits the server behind the address, which is asked what it is."""
    wire = Wire(url)
    about = await wire.about("cluster")
    if not about.get("cluster_enabled"):
        return wire
    await wire.close()
    return ClusterWire(url)
