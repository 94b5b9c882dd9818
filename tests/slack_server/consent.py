"""Consent: the page on which somebody agrees that the app is installed (docs: authentication/installing-with-oauth)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from tests.slack_server.shapes import DOCS
from tests.slack_server.world import World

PAGE = f"{DOCS}authentication/installing-with-oauth"


class Consent:
    """`/oauth/v2/authorize`: the visitor agrees at once, where what is asked can be agreed to."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.Response:
        app, visitor, asked = self._world.app, self._world.visitor, request.query
        scopes = set(asked.get("scope", "").split(",")) - {""}
        back = asked.get("redirect_uri") or next(iter(app.redirect_urls), "")
        if visitor is None:
            return _refused("nobody is signed in")
        if asked.get("client_id") != app.client_id:
            return _refused("invalid_client_id")
        if not scopes or scopes - app.scopes:
            return _refused("invalid_scope")
        # "The redirect_uri must match or be a subdirectory of a Redirect URL configured under Redirect URLs".
        if not any(back.startswith(url) for url in app.redirect_urls):
            return _refused("bad_redirect_uri")
        code = f"code-{next(self._world.numbers)}"
        self._world.codes[code] = replace(visitor, redirect_uri=asked.get("redirect_uri", ""))
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        raise web.HTTPFound(f"{back}?{answer}")


def _refused(why: str) -> web.Response:
    return web.Response(status=400, text=f"{why} ({PAGE})")
