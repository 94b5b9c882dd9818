"""Socket Mode: envelopes over WebSocket, each to one of at most ten connections (docs: apis/events-api/using-socket-mode)."""

from __future__ import annotations

import asyncio
import json
from itertools import count

from aiohttp import WSMsgType, web

from tests.slack_server.clock import Clock
from tests.slack_server.delivery import ACK_SECONDS, Delivery, NotTaken, within
from tests.slack_server.shapes import Json, as_object, as_text

# "Socket Mode allows your app to maintain up to 10 open WebSocket connections at the same time."
CONNECTIONS = 10


class Connection:
    """One socket; a deaf one stays open, answers pings, takes its share of envelopes and passes none on."""

    def __init__(self, wire: web.WebSocketResponse) -> None:
        self.wire = wire
        self.deaf = False
        self.leaving = False


class Sockets:
    """All connections of the app, and the road over them."""

    def __init__(self, clock: Clock, app_id: str) -> None:
        self.connections: list[Connection] = []
        self.acknowledged_after: list[float] = []
        self.opened = 0
        self._clock = clock
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0
        self._changed = asyncio.Event()

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
            await self._dismiss(connection, reason)

    async def drop(self) -> None:
        """Cuts every connection without a word."""
        for connection in list(self.connections):
            connection.leaving = True
            await connection.wire.close()

    async def connected(self, number: int = 1) -> None:
        """Returns once that many sockets stand."""
        while len(self._usable()) < number:
            await self._changed.wait()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        connection = Connection(wire)
        await self._welcome(connection)
        try:
            async for message in wire:
                if message.type == WSMsgType.TEXT:
                    self._hear(as_object(json.loads(message.data)))
        finally:
            self.connections.remove(connection)
            self._change()
        return wire

    async def carry(self, delivery: Delivery, retry: int, reason: str) -> Json:
        connection = self._next()
        envelope_id = f"envelope-{next(self._numbers)}"
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        sent = self._clock.now()
        try:
            if not connection.deaf:
                await _tell(connection, _envelope(delivery, envelope_id, retry, reason))
            reply = await within(self._clock, ACK_SECONDS, answer, "timeout")
        finally:
            del self._waiting[envelope_id]
        self.acknowledged_after.append(self._clock.now() - sent)
        return reply

    async def _welcome(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.opened += 1
        hello: Json = {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "stand-in", "approximate_connection_time": 18060},
        }
        await _tell(connection, hello)
        if len(self.connections) > CONNECTIONS:
            await self._dismiss(connection, "too_many_websockets")
        self._change()

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

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


async def _tell(connection: Connection, said: Json) -> None:
    try:
        await connection.wire.send_str(json.dumps(said))
    except ConnectionError as error:
        raise NotTaken("connection_failed") from error


def _envelope(delivery: Delivery, envelope_id: str, retry: int, reason: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": retry, "retry_reason": reason}
    return envelope
