"""Files: the three steps of an upload, and the download (docs: messaging/working-with-files)."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from aiohttp.web_request import FileField

from tests.slack_server import show
from tests.slack_server.call import Call, Method
from tests.slack_server.chat import writable
from tests.slack_server.events import Events
from tests.slack_server.shapes import Json, as_objects, as_text
from tests.slack_server.workspace import Channel, File, Message
from tests.slack_server.world import World


def upload_url(call: Call) -> Json:
    length = call.number("length", 0)
    if not length:
        raise call.refuse("invalid_arguments", "missing required field: length")
    team = call.seat.workspace
    file = File(team.new_id("F"), call.required("filename"), call.seat.bot.id, length=length)
    team.files[file.id] = file
    return {"upload_url": f"{call.world.url}/upload/{file.id}", "file_id": file.id}


def complete(call: Call) -> Json:
    """Shares what was uploaded; without a channel it stays private."""
    files = [_uploaded(call, as_text(each.get("id"))) for each in as_objects(call.list("files"))]
    if not files:
        raise call.refuse("invalid_arguments", "missing required field: files")
    if call.text("channel_id"):
        _share(call, files, writable(call, "channel_id"))
    return {"files": [show.file(call.seat.workspace, file) for file in files]}


def _uploaded(call: Call, name: str) -> File:
    file = call.seat.workspace.files.get(name)
    if file is None or not file.uploaded:
        raise call.refuse("file_not_found")
    return file


def _share(call: Call, files: Sequence[File], channel: Channel) -> None:
    team, bot = call.seat.workspace, call.seat.bot
    thread = call.text("thread_ts") or None
    if thread and thread not in channel.messages:
        raise call.refuse("invalid_thread_ts")
    said = call.text("initial_comment")
    message = Message(channel.id, team.next_ts(), bot.id, said, thread, bot_id=bot.bot_id)
    message.subtype, message.files = "file_share", tuple(file.id for file in files)
    team.post(message)
    Events(call.world, team).posted(message)


def info(call: Call) -> Json:
    """docs: reference/methods/files.info; a file in a channel that the bot is not in is not found either."""
    team = call.seat.workspace
    file = team.files.get(call.required("file"))
    if file is None or not _is_seen(call, file):
        raise call.refuse("file_not_found")
    if file.mode == "tombstone":
        raise call.refuse("file_deleted")
    return {"file": show.file(team, file), "comments": list[object]()}


def _is_seen(call: Call, file: File) -> bool:
    """Whether it is the bot's own or stands in a channel that the bot is in."""
    shared = (
        channel
        for channel in call.seat.workspace.channels.values()
        if any(file.id in message.files for message in channel.standing())
    )
    return file.user == call.seat.bot.id or any(map(call.sits_in, shared))


class FileDesk:
    """The addresses outside `/api`: where content goes in and out."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def take(self, request: web.Request) -> web.Response:
        """Raw bytes or a form; the size must be the one announced."""
        file = self._find(request)
        content = await _content(request)
        if file is None or file.uploaded or len(content) != file.length:
            return web.Response(status=400, text="upload refused")
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def give(self, request: web.Request) -> web.Response:
        """Without a token that may, Slack leads to its sign-in page, which is a page and not an error."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        seat = self._world.seats.get(token)
        file = self._find(request)
        if seat is None or "files:read" not in seat.scopes:
            return web.Response(status=302, headers={"Location": f"{self._world.url}/signin"})
        if file is None or file.id not in seat.workspace.files:
            return web.Response(status=404)
        if file.moved_to:
            return web.Response(status=302, headers={"Location": file.moved_to})
        return web.Response(body=file.content, content_type=file.mimetype)

    async def sign_in(self, request: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")

    def _find(self, request: web.Request) -> File | None:
        name = request.match_info["file"]
        teams = self._world.workspaces.values()
        return next((team.files[name] for team in teams if name in team.files), None)


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    parts = [each for each in (await request.post()).values() if isinstance(each, FileField)]
    return parts[0].file.read() if parts else b""


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, "files:write"),
    "files.completeUploadExternal": Method(complete, "files:write"),
    "files.info": Method(info, "files:read"),
}
