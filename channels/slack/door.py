"""Door: what comes in over HTTP. Nothing is parsed, and no more than a little is read, before Slack's signature was seen."""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/slack/events"
LONGEST = 1_000_000
# Of all that is being read at once and may be anybody's; Slack tells again what there is no room for.
MOST_UNSIGNED = 50_000_000
FRESH_SECONDS = 300
_TIME = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
# What Bolt's reading of a body that is no object may end in.
_NO_OBJECT = (ValueError, TypeError, AttributeError, LookupError, RecursionError)


class _TooLong(Exception):
    """More than Slack ever sends."""


class _Full(Exception):
    """More than is kept of those who have not shown yet who they are."""


class _Room:
    """What is being read before its signature was seen."""

    def __init__(self) -> None:
        self._taken = 0

    async def read(self, request: Request) -> bytes:
        """The body as it came. Raises `_TooLong`, `_Full`."""
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                self._taken += len(part)
                if len(body) > LONGEST:
                    raise _TooLong
                if self._taken > MOST_UNSIGNED:
                    raise _Full
            return bytes(body)
        finally:
            self._taken -= len(body)


def route(app: AsyncApp, secret: str) -> Route:
    """Events, presses and forms: 413 where it is too long, 401 where Slack did not sign it just now, 400 where it is no object, 503 where too much is being read."""
    room = _Room()

    async def heard(request: Request) -> Response:
        try:
            body = await _signed(request, secret, room)
        except _TooLong:
            return Response(status_code=413)
        except _Full:
            return Response(status_code=503)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=401) if body is None else await _answered(app, request, body)

    return Route(PATH, heard, methods=["POST"])


def pages(app: AsyncApp) -> list[Route]:
    """The way to install it, where there is one."""
    flow = app.oauth_flow
    return [_begin(flow), _back(flow)] if flow else []


def _begin(flow: AsyncOAuthFlow) -> Route:
    async def begin(request: Request) -> Response:
        asked = to_async_bolt_request(request, b"")
        return to_starlette_response(await flow.handle_installation(asked))

    return Route(flow.install_path, begin, methods=["GET"])


def _back(flow: AsyncOAuthFlow) -> Route:
    async def back(request: Request) -> Response:
        asked = to_async_bolt_request(request, b"")
        return to_starlette_response(await flow.handle_callback(asked))

    return Route(flow.redirect_uri_path, back, methods=["GET"])


async def _answered(app: AsyncApp, request: Request, body: bytes) -> Response:
    try:
        asked = to_async_bolt_request(request, body)
    except _NO_OBJECT:
        return Response(status_code=400)
    if not asked.body:
        return Response(status_code=400)
    return to_starlette_response(await app.async_dispatch(asked))


async def _signed(request: Request, secret: str, room: _Room) -> bytes | None:
    """The body as it came; None: it is not signed. Raises `_TooLong`, `_Full`."""
    declared = request.headers.get("content-length", "0")
    # The server has seen to it that it is a number; one of many digits need not be read as one.
    if len(declared) > len(str(LONGEST)) or int(declared) > LONGEST:
        raise _TooLong
    at = _once(request, "x-slack-request-timestamp", _TIME)
    signature = _once(request, "x-slack-signature", _SIGNATURE)
    if not at or not signature or abs(time.time() - int(at)) > FRESH_SECONDS:
        return None
    body = await room.read(request)
    signed = b"v0:" + at.encode() + b":" + body
    ours = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return body if hmac.compare_digest(ours, signature) else None


def _once(request: Request, name: str, form: re.Pattern[str]) -> str:
    """This header; empty where it is missing, there twice, or of another form."""
    found = request.headers.getlist(name)
    return found[0] if len(found) == 1 and form.fullmatch(found[0]) else ""
