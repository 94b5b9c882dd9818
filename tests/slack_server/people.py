"""People: what someone does in Slack, and what the app is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.slack_server.events import Events
from tests.slack_server.workspace import Channel, File, Message, Person, Workspace
from tests.slack_server.world import World


class People:
    """The hands of everybody in this workspace; every deed is done at once, telling the app goes on by itself."""

    def __init__(self, world: World, workspace: Workspace) -> None:
        self._world = world
        self._workspace = workspace
        self._events = Events(world, workspace)

    def say(
        self,
        user: Person,
        channel: Channel,
        text: str,
        thread: Message | None = None,
        files: Sequence[File] = (),
    ) -> Message:
        """Writes this, with mentions spelled `<@ID>` as Slack sends them."""
        said = Message(channel.id, self._workspace.next_ts(), user.id, text, bot_id=user.bot_id)
        said.thread_ts = (thread.thread_ts or thread.ts) if thread else None
        said.files = tuple(file.id for file in files)
        said.subtype = "file_share" if files else "bot_message" if user.bot_id else ""
        self._workspace.post(said)
        self._events.posted(said)
        return said
