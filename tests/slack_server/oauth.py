"""OAuth: a code from the consent page becomes a token (docs: authentication/installing-with-oauth)."""

from __future__ import annotations

from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json


def access(call: Call) -> Json:
    app, world = call.world.app, call.world
    if call.text("client_id") != app.client_id:
        raise call.refuse("invalid_client_id")
    if call.text("client_secret") != app.client_secret:
        raise call.refuse("bad_client_secret")
    code = world.codes.get(call.text("code"))
    if code is None:
        raise call.refuse("invalid_code")
    if code.used:
        raise call.refuse("code_already_used")
    # It has to be the one that the consent page was sent, "if one was sent".
    if call.text("redirect_uri") != code.redirect_uri:
        raise call.refuse("bad_redirect_uri")
    code.used = True
    seat = world.install(code.workspace)
    return {
        "access_token": seat.token,
        "token_type": "bot",
        "scope": ",".join(sorted(seat.scopes)),
        "bot_user_id": seat.bot.id,
        "app_id": app.app_id,
        "team": {"id": code.workspace.team, "name": code.workspace.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": code.user},
    }


METHODS = {"oauth.v2.access": Method(access, token="none")}
