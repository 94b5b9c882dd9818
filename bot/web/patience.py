"""Patience: a request is to be there as a whole soon after it was begun; whoever drips it is let go, and so many stand at once."""

from __future__ import annotations

import asyncio
from math import inf
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# From the connection, or from the last answer on it, to the last byte of the body. Slack itself takes a fraction of a second.
REQUEST_SECONDS = 15.0
# Fewer than the files that a process may commonly have open.
MOST_CONNECTIONS = 500
_WHOLE = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR})


class Patient(H11Protocol):
    """HTTP as uvicorn speaks it, which has no such bound. How long an answer takes is no matter of it."""

    _ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._look()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Begins to wait where something is still to come, and no longer where all is there."""
        if self.conn.their_state in _WHOLE or self.transport.is_closing():
            self._forget()
        elif self._ending is None:
            self._ending = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _make_room(self) -> None:
        """Whoever has been waited for longest goes; where nobody is waited for, since all are being answered, this one."""
        patient = cast("set[Patient]", self.connections)  # There are no WebSockets.
        standing = [each for each in patient if not each.transport.is_closing()]
        if len(standing) > MOST_CONNECTIONS:
            longest = min((each for each in standing if each is not self), key=Patient.until)
            (self if longest.until() == inf else longest).transport.abort()

    def until(self) -> float:
        """How long it is waited for, by the loop's clock."""
        return self._ending.when() if self._ending else inf

    def _forget(self) -> None:
        if self._ending:
            self._ending.cancel()
            self._ending = None
