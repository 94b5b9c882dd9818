"""Server: routes on a port, until told to stop; what is being answered then is answered to its end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator, Sequence

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.patience import Patient

HOST = "0.0.0.0"  # noqa: S104 - in a container nobody could reach another; what is served is signed or harmless
DRAIN_SECONDS = 10


class _Server(uvicorn.Server):
    """Signals are the process's own affair."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def serve(
    routes: Sequence[Route], port: int, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """HTTP on this port. Raises OSError where it cannot be had."""
    app = Starlette(routes=[Route("/healthz", _health), *routes])
    config = uvicorn.Config(
        app,
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = _Server(config)
    with socket.create_server((HOST, port)) as listening:
        ending = asyncio.create_task(_stopped(server, stop))
        ready()
        try:
            await server.serve(sockets=[listening])
        finally:
            ending.cancel()


async def _stopped(server: uvicorn.Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True


async def _health(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")
