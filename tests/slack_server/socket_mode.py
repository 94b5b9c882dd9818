"""Socket Mode: envelopes over WebSocket, each to one of at most ten connections (docs: apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from itertools import count

from aiohttp import WSMsgType, web

from tests.slack_server.clock import Clock
from tests.slack_server.delivery import Delivery, NotTaken, Try, by
from tests.slack_server.shapes import Json, as_object, as_text

# "Socket Mode allows your app to maintain up to 10 open WebSocket connections at the same time."
CONNECTIONS = 10


class Connection:
    """One socket; a deaf one stays open, answers pings, takes its share of envelopes and passes none on."""

    def __init__(self, wire: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.wire = wire
        self.transport = transport
        self.deaf = False
        self.leaving = False


class Sockets:
    """All connections of the app, and the road over them."""

    def __init__(self, clock: Clock, app_id: str, happen: Callable[[], None]) -> None:
        self.connections: list[Connection] = []
        self.opened = 0
        self._clock = clock
        self._happen = happen
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0

    def ticket(self) -> str:
        """What `apps.connections.open` puts into its URL; good for one connection."""
        made = f"ticket-{next(self._numbers)}"
        self._tickets.add(made)
        return made

    def deafen(self) -> None:
        """Every connection of now goes deaf; later ones hear."""
        for connection in self.connections:
            connection.deaf = True

    async def disconnect(self, reason: str) -> None:
        """Asks every connection to go: `warning`, `refresh_requested`, `link_disabled`, `too_many_websockets`."""
        for connection in list(self.connections):
            with contextlib.suppress(NotTaken):
                await self._dismiss(connection, reason)

    def drop(self) -> None:
        """Cuts every connection without a word."""
        for connection in self.connections:
            connection.leaving = True
            if connection.transport:
                connection.transport.abort()

    @property
    def standing(self) -> int:
        """How many connections envelopes can go to, deaf ones among them."""
        return len(self._usable())

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        connection = Connection(wire, request.transport)
        self.connections.append(connection)
        self.opened += 1
        try:
            await self._welcome(connection)
            async for message in wire:
                if message.type == WSMsgType.TEXT:
                    self._hear(as_object(json.loads(message.data)))
        except NotTaken:
            pass  # gone before it was greeted
        finally:
            self.connections.remove(connection)
            self._happen()
        return wire

    async def carry(self, delivery: Delivery, attempt: Try) -> Json:
        connection = self._next()
        envelope_id = f"envelope-{next(self._numbers)}"
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            if not connection.deaf:
                await _tell(connection, _envelope(delivery, envelope_id, attempt))
            return await by(self._clock, attempt.deadline, answer, "timeout")
        finally:
            del self._waiting[envelope_id]

    async def _welcome(self, connection: Connection) -> None:
        hello: Json = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "stand-in", "approximate_connection_time": 18060},
        }
        await _tell(connection, hello)
        if len(self.connections) > CONNECTIONS:
            await self._dismiss(connection, "too_many_websockets")
        self._happen()

    async def _dismiss(self, connection: Connection, reason: str) -> None:
        await _tell(connection, {"type": "disconnect", "reason": reason, "debug_info": {}})
        # After a warning the connection lasts a little longer; the other reasons mean now.
        if reason != "warning":
            connection.leaving = True
            await connection.wire.close()

    def _usable(self) -> list[Connection]:
        return [each for each in self.connections if not each.leaving and not each.wire.closed]

    def _next(self) -> Connection:
        usable = self._usable()
        if not usable:
            raise NotTaken("connection_failed")
        self._turn += 1
        return usable[self._turn % len(usable)]

    def _hear(self, said: Json) -> None:
        answer = self._waiting.get(as_text(said.get("envelope_id")))
        if answer and not answer.done():
            answer.set_result(as_object(said.get("payload")))


async def _tell(connection: Connection, said: Json) -> None:
    try:
        await connection.wire.send_str(json.dumps(said))
    except ConnectionError as error:
        raise NotTaken("connection_failed") from error


def _envelope(delivery: Delivery, envelope_id: str, attempt: Try) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": attempt.retry, "retry_reason": attempt.reason}
    return envelope
