"""Floor: the least that the approval loop costs. No engine: one pipelined round trip a step, our own event JSON.

Each event goes to an explicit position of the thread's stream, so that a second writer is refused; the log is read once,
in the round trip that appends the answer. No lease, timers, delivery, index, folding or checking.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self, cast
from uuid import uuid4

from pydantic import JsonValue
from redis.asyncio import Redis

from bot.engine.desk import thread_id
from tests.bench import work

Json = dict[str, Any]
Ask = Callable[[Json], Awaitable[work.Chosen]]


class Floor:
    """A script of redis-py, for as long as the block lasts. `events` are one round of a real log of ours, by type."""

    def __init__(
        self, url: str, events: Sequence[Json], frame: Mapping[str, Any], ask: Ask
    ) -> None:
        said, act, ended, question = events
        self._said, self._act, self._ended, self._question = said, act, ended, question
        self._frame, self._ask = frame, ask
        self._redis = Redis.from_url(url, protocol=2)  # pyright: ignore[reportUnknownMemberType]
        self._heads: dict[str, int] = {}
        self.asked_at: float | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._redis.aclose()

    async def bodies(self, name: str) -> list[bytes]:
        """The thread's events as stored."""
        return _bodies(await self._redis.xrange(self.key(name)))

    @staticmethod
    def key(name: str) -> str:
        """Where the thread of this name is kept."""
        return f"floor:{thread_id(work.address(name))}"

    async def speak(self, name: str) -> float:
        """A message; returns once the next question is stored: when that was."""
        key, head = self.key(name), self._heads.get(name, 0)
        log = await self._append(key, head, [self._event(self._said)], read=True)
        blocks = [_block(json.loads(body)) for body in log]
        _, chosen = await self._asked(blocks)
        act = self._event(self._act, chosen, seen=head + 1)
        ended = self._event(self._ended, call=f"{key[6:]}-{head + 1}-0", result=work.RESULT)
        await self._append(key, head + 1, [act, ended])
        blocks += [_block(act), _block(ended)]
        _, chosen = await self._asked(blocks)
        await self._append(key, head + 3, [self._event(self._question, chosen, seen=head + 3)])
        self._heads[name] = head + 4
        return time.perf_counter()

    async def _asked(self, blocks: Sequence[str]) -> work.Chosen:
        content = [{"type": "text", "text": block} for block in blocks]
        body = {**self._frame, "messages": [{"role": "user", "content": content}]}
        return await self._ask(body)

    def _event(
        self, like: Json, arguments: Mapping[str, JsonValue] | None = None, **fields: object
    ) -> Json:
        event: Json = {**like, "id": f"{like['id'][:-8]}{uuid4().hex[:8]}", **fields}
        if arguments is not None:
            event["calls"] = [{**event["calls"][0], "arguments": arguments}]
        return event

    async def _append(
        self, key: str, head: int, events: Sequence[Json], *, read: bool = False
    ) -> list[bytes]:
        pipe = self._redis.pipeline(transaction=False)
        for place, event in enumerate(events, head + 1):
            body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
            pipe.xadd(key, {"e": body}, id=f"0-{place}")
        if read:
            pipe.xrange(key)
        replies = await pipe.execute()
        return _bodies(replies[-1]) if read else []


def _bodies(entries: object) -> list[bytes]:
    return [fields[b"e"] for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", entries)]


def _block(event: Json) -> str:
    match event["type"]:
        case "MessageReceived":
            return f'<message from="{event["actor"]}">{event["text"]}</message>'
        case "ToolEnded":
            return f'<result untrusted="tool">{event["result"]}</result>'
        case _:
            call = event["calls"][0]
            given = "\n".join(f"{name}: {value}" for name, value in call["arguments"].items())
            return f"<{call['tool']}>{given}</{call['tool']}>"
