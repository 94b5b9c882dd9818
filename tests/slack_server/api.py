"""API: a request becomes a call; token, method and scope are judged, faults happen, the ledger is kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from aiohttp import web

from tests.slack_server import (
    auth,
    chat,
    conversations,
    files,
    members,
    oauth,
    reactions,
    sessions,
    views,
)
from tests.slack_server.call import Call, Method
from tests.slack_server.faults import Cut, Fail, Hold, Limit, LoseReply, Refuse
from tests.slack_server.install import Seat
from tests.slack_server.ledger import Entry
from tests.slack_server.shapes import Json, Refused, as_object, as_text
from tests.slack_server.world import World

METHODS: dict[str, Method] = {
    **auth.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **members.METHODS,
    **oauth.METHODS,
    **reactions.METHODS,
    **sessions.METHODS,
    **views.METHODS,
}

_TOKENS = "authentication/tokens"


class CutOff(Exception):
    """The connection goes, without an answer."""


class Api:
    """`/api/METHOD`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        arguments = await _arguments(request)
        if arguments is None:
            return web.json_response({"ok": False, "error": "invalid_json"})
        token = _token(request, arguments)
        method = request.match_info["method"]
        entry = Entry(self._world.clock.now(), token, method, arguments)
        self._world.ledger.entries.append(entry)
        try:
            answer = await self._answer(entry)
            answer.headers.update(self._granted(token))
            return answer
        except CutOff:
            entry.lost = True
            if request.transport:
                request.transport.abort()
            return web.Response()
        finally:
            self._world.happen()

    async def _answer(self, entry: Entry) -> web.Response:
        fault = self._world.faults.next(entry)
        match fault:
            case Cut():
                raise CutOff
            case Fail(status):
                entry.status = status
                return web.Response(status=status, text="upstream error")
            case Limit(seconds):
                return limited(entry, seconds)
            case Refuse(error):
                return _said(entry, {"ok": False, "error": error})
            case Hold(arrived, release):
                arrived.set()
                await release.wait()
            case LoseReply() | None:
                pass
        if seconds := self._world.rates.wait(entry):
            return limited(entry, seconds)
        answer = _said(entry, self._perform(entry))
        if isinstance(fault, LoseReply):
            raise CutOff
        return answer

    def _granted(self, token: str) -> Mapping[str, str]:
        """docs: authentication/using-token-scopes: every answer names the scopes of its token."""
        seat = self._world.seats.get(token)
        return {"x-oauth-scopes": ",".join(sorted(seat.scopes))} if seat else {}

    def _perform(self, entry: Entry) -> Json:
        try:
            answer: Json = {"ok": True, **self._judged(entry)}
        except Refused as refused:
            entry.page = refused.page
            return refused.answer
        entry.applied = True
        return answer

    def _judged(self, entry: Entry) -> Json:
        method = METHODS.get(entry.method)
        if method is None:
            raise Refused("unknown_method", "apis/web-api")
        seat = self._seat(entry.token, method)
        call = Call(self._world, seat, entry.method, entry.arguments)
        if method.scope:
            call.needs(method.scope)
        return method.perform(call)

    def _seat(self, token: str, method: Method) -> Seat:
        """Whose token this is; one for the app has no seat of its own, any will do."""
        anyone = next(iter(self._world.seats.values()))
        if method.token == "none":
            return anyone
        if not token:
            raise Refused("not_authed", _TOKENS)
        if token in self._world.revoked:
            raise Refused("account_inactive", _TOKENS)
        kinds = {self._world.app.app_token: "app", self._world.app.config_token: "config"}
        kind = kinds.get(token, "bot")
        if kind == "bot" and token not in self._world.seats:
            raise Refused("invalid_auth", _TOKENS)
        if kind != method.token:
            raise Refused("not_allowed_token_type", _TOKENS)
        return self._world.seats[token] if kind == "bot" else anyone


def limited(entry: Entry, seconds: int) -> web.Response:
    """429 with `Retry-After` (docs: apis/web-api/rate-limits)."""
    entry.status = 429
    entry.answer = {"ok": False, "error": "ratelimited"}
    return web.json_response(entry.answer, status=429, headers={"Retry-After": str(seconds)})


def _said(entry: Entry, answer: Json) -> web.Response:
    entry.status, entry.answer = 200, answer
    return web.json_response(answer)


async def _arguments(request: web.Request) -> Json | None:
    """Query, then form or JSON body; a later one wins. None: the body is no JSON."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            return found | as_object(json.loads(await request.read() or b"{}"))
        except ValueError:
            return None
    return found | dict((await request.post()).items())


def _token(request: web.Request, arguments: Json) -> str:
    """From the header or the body; HTTP Basic holds a client's id and secret instead."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    given = as_text(arguments.pop("token", ""))
    if kind == "Basic":
        client, _, secret = base64.b64decode(value).decode().partition(":")
        arguments |= {"client_id": client, "client_secret": secret}
        return ""
    return value or given
