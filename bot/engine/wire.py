"""Wire: the connections to Redis, one server or a cluster, and the few ways the store speaks over them.

Commands and blocking reads have connections of their own, so that a worker that waits never keeps an
append from going out. Replies come as bytes.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as NoAnswer

from bot.engine.scripts import Script, Word
from bot.engine.store import WrongKey

CONNECTIONS = 16
COMMAND_SECONDS = 5
RETRIES = 8
"""About three seconds: a server that restarts is waited for. All that is sent may be sent again."""
WAIT_AT_MOST_SECONDS = 30
"""The longest single blocking read; a server that says nothing for longer is taken for dead."""

Reply = TypeVar("Reply")


class Pipeline(Protocol):
    def execute_command(self, *args: Word, **routing: object) -> object: ...

    async def execute(self, *, raise_on_error: bool) -> list[object]: ...


class Client(Protocol):
    """What is used of a Redis client, which types its own methods too loosely for us."""

    async def execute_command(self, *args: Word) -> object: ...

    def pipeline(self, *, transaction: bool) -> Pipeline: ...

    async def aclose(self) -> None: ...


class Wire:
    """One Redis server."""

    is_cluster = False

    def __init__(self, url: str) -> None:
        self._client = _connect(url)
        self._waiting = _connect(url)

    async def command(self, *words: Word) -> object:
        try:
            return await _within(COMMAND_SECONDS, self._client.execute_command(*words))
        except ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            names = ", ".join(str(word) for word in words if str(word).startswith("bot:{"))
            message = (
                f"one of these keys holds another type of value than the bot put there: {names}"
            )
            raise WrongKey(message) from error

    async def waiting(self, *words: Word) -> object:
        """A command that may block on the server."""
        seconds = WAIT_AT_MOST_SECONDS + COMMAND_SECONDS
        return await _within(seconds, self._waiting.execute_command(*words))

    async def run(self, script: Script, keys: Sequence[str], words: Sequence[Word]) -> object:
        try:
            return await self.command(*script.by_digest(keys, words))
        except NoScriptError:
            return await self.command(*script.whole(keys, words))

    async def run_and_wait(
        self, script: Script, keys: Sequence[str], words: Sequence[Word], *, replicas: int, ms: int
    ) -> tuple[object, int]:
        """The reply, and how many replicas confirmed it: on one connection, whose writes WAIT counts."""
        call = script.by_digest(keys, words)
        while True:
            pipe = self._client.pipeline(transaction=False)
            pipe.execute_command(*call)
            pipe.execute_command("WAIT", replicas, ms, **self._beside(keys[0]))
            sent = pipe.execute(raise_on_error=False)
            reply, reached = await _within(COMMAND_SECONDS + ms / 1000, sent)
            if isinstance(reply, NoScriptError) and call[0] == "EVALSHA":
                call = script.whole(keys, words)
                continue
            for each in (reply, reached):
                if isinstance(each, Exception):
                    raise each
            return reply, cast(int, reached)

    async def scan(self, pattern: str) -> list[str]:
        """Every key of that pattern, each once although the server may name it twice."""
        return sorted(await _scan(self._client, pattern))

    def _beside(self, _key: str) -> dict[str, object]:
        """How WAIT is routed to the server that holds the key; there is only one."""
        return {}

    async def close(self) -> None:
        await self._client.aclose()
        await self._waiting.aclose()


class ClusterWire(Wire):
    """A Redis Cluster: each command goes to the node that holds its keys."""

    is_cluster = True

    def __init__(self, url: str) -> None:
        self._cluster = RedisCluster.from_url(url, protocol=2, retry=_patience())
        self._client = self._waiting = cast(Client, self._cluster)

    def _beside(self, _key: str) -> dict[str, object]:
        return {"target_nodes": self._cluster.get_node_from_key(_key)}

    async def scan(self, pattern: str) -> list[str]:
        nodes = [cast(Client, node) for node in self._cluster.get_primaries()]
        return sorted({name for node in nodes for name in await _scan(node, pattern)})

    async def close(self) -> None:
        await self._cluster.aclose()


async def _within(seconds: float, reply: Awaitable[Reply]) -> Reply:
    """The reply, or the client's own error when it takes too long.

    The client's socket timeout is left off: it waits by `asyncio.wait_for`, which before Python 3.12 can lose a
    cancellation that arrives while it writes, and then nobody could stop us.
    """
    try:
        async with asyncio.timeout(seconds):
            return await reply
    except TimeoutError:
        message = f"Redis did not answer within {seconds:g} s"
        raise NoAnswer(message) from None


def _connect(url: str) -> Client:
    pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        url,
        protocol=2,
        socket_timeout=None,
        socket_connect_timeout=COMMAND_SECONDS,
        max_connections=CONNECTIONS,
        timeout=COMMAND_SECONDS,
        retry=_patience(),
    )
    return cast(Client, Redis.from_pool(pool))


def _patience() -> Retry:
    return Retry(ExponentialWithJitterBackoff(base=0.02, cap=1), RETRIES)


async def _scan(client: Client, pattern: str) -> set[str]:
    found: set[str] = set()
    cursor = 0
    while True:
        reply = await client.execute_command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
        cursor, names = cast(tuple[int, list[bytes]], reply)
        found |= {name.decode() for name in names}
        if cursor == 0:
            return found


async def connect(url: str) -> Wire:
    """A wire that fits the server behind the address, which is asked what it is."""
    wire = Wire(url)
    about = cast(Mapping[str, int], await wire.command("INFO", "cluster"))
    if not about.get("cluster_enabled"):
        return wire
    await wire.close()
    return ClusterWire(url)
