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
FRESH_SECONDS = 300
_TIME = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
# What Bolt's reading of a body that is no object may end in.
_NO_OBJECT = (ValueError, TypeError, AttributeError, LookupError, RecursionError)


class _TooLong(Exception):
    """More than Slack ever sends."""


def route(app: AsyncApp, secret: str) -> Route:
    """Events, presses and forms: 413 where it is too long, 401 where Slack did not sign it just now, 400 where it is no object."""

    async def heard(request: Request) -> Response:
        try:
            body = await _signed(request, secret)
        except _TooLong:
            return Response(status_code=413)
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


async def _signed(request: Request, secret: str) -> bytes | None:
    """The body as it came; None: it is not signed. Raises `_TooLong`."""
    declared = request.headers.get("content-length", "0")
    # The server has seen to it that it is a number; one of many digits need not be read as one.
    if len(declared) > len(str(LONGEST)) or int(declared) > LONGEST:
        raise _TooLong
    at = _once(request, "x-slack-request-timestamp", _TIME)
    signature = _once(request, "x-slack-signature", _SIGNATURE)
    if not at or not signature or abs(time.time() - int(at)) > FRESH_SECONDS:
        return None
    body = await _read(request)
    signed = b"v0:" + at.encode() + b":" + body
    ours = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return body if hmac.compare_digest(ours, signature) else None


def _once(request: Request, name: str, form: re.Pattern[str]) -> str:
    """This header; empty where it is missing, there twice, or of another form."""
    found = request.headers.getlist(name)
    return found[0] if len(found) == 1 and form.fullmatch(found[0]) else ""


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise _TooLong
    return bytes(body)
