"""Auth: who a token belongs to, and the address of a socket."""

from __future__ import annotations

from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json


def test(call: Call) -> Json:
    bot = call.seat.bot
    return {
        "url": f"{call.world.url}/",
        "team": call.seat.workspace.name,
        "team_id": call.seat.workspace.team,
        "user": bot.name,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    if not call.world.app.in_socket_mode:
        raise call.refuse("socket_mode_not_enabled")
    ticket = call.world.sockets.ticket()
    return {"url": f"{call.world.url.replace('http', 'ws', 1)}/link?ticket={ticket}"}


def export(call: Call) -> Json:
    """docs: reference/methods/apps.manifest.export, by a token for app configurations alone."""
    app = call.world.app
    if call.required("app_id") != app.app_id:
        raise call.refuse("app_not_found")
    return {"manifest": app.manifest}


METHODS = {
    "apps.manifest.export": Method(export, token="config"),
    "auth.test": Method(test),
    "apps.connections.open": Method(open_connection, token="app"),
}
