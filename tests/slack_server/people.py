"""People: what someone does in Slack, and what the app is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from tests.slack_server import modals, show
from tests.slack_server.delivery import Delivery
from tests.slack_server.events import Events
from tests.slack_server.interactions import Interactions, button, state
from tests.slack_server.shapes import Json, as_object, as_objects
from tests.slack_server.workspace import Channel, Ephemeral, File, Message, Person, Workspace
from tests.slack_server.world import View, World


class NotOffered(Exception):
    """Slack would not let anybody do this, for the manifest does not ask for it or the person does not see it."""


class BadAnswer(Exception):
    """The app answered a submission in a way that Slack would call trouble connecting."""


class People:
    """The hands of everybody in this workspace; a deed is done at once, telling the app goes on by itself."""

    def __init__(self, world: World, workspace: Workspace) -> None:
        self._world = world
        self._workspace = workspace
        self._events = Events(world, workspace)
        self._payloads = Interactions(world, workspace)

    def say(
        self,
        user: Person,
        channel: Channel,
        text: str,
        thread: Message | None = None,
        files: Sequence[File] = (),
    ) -> Message:
        """Writes this, with mentions spelled `<@ID>` as Slack sends them."""
        if user.id not in channel.members:
            raise NotOffered(f"{user.name} is not in {channel.name or channel.id}.")
        said = Message(channel.id, self._workspace.next_ts(), user.id, text, bot_id=user.bot_id)
        said.thread_ts = (thread.thread_ts or thread.ts) if thread else None
        said.files = tuple(file.id for file in files)
        said.subtype = "file_share" if files else ""
        self._workspace.post(said)
        self._events.posted(said)
        return said

    def edit(self, message: Message, text: str) -> None:
        """Its author changes it."""
        before = message.edit(self._workspace.next_ts(), text, [])
        self._events.changed(message, before)

    def delete(self, message: Message) -> None:
        message.deleted = True
        self._events.deleted(message)

    def react(self, user: Person, message: Message, name: str) -> None:
        message.reactions.setdefault(name, []).append(user.id)
        self._events.reacted("reaction_added", message, user.id, name)

    def unreact(self, user: Person, message: Message, name: str) -> None:
        message.reactions[name].remove(user.id)
        self._events.reacted("reaction_removed", message, user.id, name)

    def press(
        self,
        user: Person,
        message: Message | Ephemeral,
        action_id: str,
        side: Literal["positive", "negative"] = "positive",
    ) -> Delivery:
        """Presses a button that is shown now, of a pair for feedback that `side`. Raises `LookupError` where it is not."""
        self._interactive()
        if isinstance(message, Ephemeral) and message.user != user.id:
            raise NotOffered(f"{user.name} does not see this.")
        action = button(message.blocks, action_id, side)
        payload = self._payloads.block_actions(user, message, action)
        return self._world.post.send("interactive", payload)

    def shortcut(self, user: Person, message: Message, callback_id: str) -> Delivery:
        """A message shortcut."""
        self._interactive()
        if callback_id not in self._world.app.shortcuts:
            raise NotOffered(f"The manifest has no shortcut {callback_id}.")
        payload = self._payloads.message_action(user, message, callback_id)
        return self._world.post.send("interactive", payload)

    def slash(self, user: Person, channel: Channel, command: str, text: str) -> Delivery:
        if command not in self._world.app.commands:
            raise NotOffered(f"The manifest has no command {command}.")
        payload = self._payloads.command(user, channel, command, text)
        return self._world.post.send("slash_commands", payload)

    def view(self, user: Person) -> View:
        """The modal on top of this person's screen. Raises `LookupError` where there is none."""
        homes = self._world.homes.values()
        for view in reversed(self._world.views.values()):
            if view.user == user.id and not view.closed and view not in homes:
                return view
        raise LookupError(f"{user.name} sees no modal.")

    async def submit(self, user: Person, view: View, values: Mapping[str, object]) -> Json:
        """Fills these fields in and submits; the app's answer, after it took effect on the screen.

        Raises `BadAnswer` for one that has none, `NotTaken` where none came in time.
        """
        self._interactive()
        filled = state(view, dict(values))
        payload = self._payloads.view_submission(user, view, filled)
        answer = await self._world.post.send("interactive", payload).reply()
        self._apply(view, answer)
        return answer

    def close(self, user: Person, view: View) -> Delivery | None:
        """Closes it; the app hears only where the view asks for it (`notify_on_close`)."""
        view.closed = True
        if view.body.get("notify_on_close") is not True:
            return None
        return self._world.post.send("interactive", self._payloads.view_closed(user, view))

    def open_home(self, user: Person, tab: str = "home") -> None:
        """`messages` is how an agent's view opens (docs: reference/events/app_home_opened)."""
        channel = self._workspace.direct(user, self._world.seat(self._workspace).bot)
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id}
        event |= {"tab": tab, "event_ts": self._workspace.next_ts()}
        if tab == "home" and user.id in self._world.homes:
            event["view"] = self._world.homes[user.id].shown()
        self._events.tell("app_home_opened", None, event)

    def stop_session(self, user: Person, thread: Message) -> None:
        """The stop button, which is there only while a session is processing and the app subscribed to it."""
        root = thread.thread_ts or thread.ts
        session = self._workspace.sessions.get((thread.channel, root), {})
        if session.get("status") != "processing" or not self._world.app.hears(
            "agent_session_stopped"
        ):
            raise NotOffered("No stop button is shown here.")
        event: Json = {"type": "agent_session_stopped", "user": user.id, "thread_ts": root}
        event |= {"channel": thread.channel, "streaming_message_ts": list[str]()}
        event |= {"event_ts": self._workspace.next_ts()}
        self._events.tell("agent_session_stopped", None, event)

    def tell(self, event: str, said: Json) -> None:
        """Any other event of the workspace."""
        self._events.tell(event, None, said)

    def _interactive(self) -> None:
        if not self._world.app.takes_interaction:
            raise NotOffered("The manifest does not enable interactivity.")

    def _apply(self, view: View, answer: Json) -> None:
        """docs: surfaces/modals#response_actions."""
        match answer.get("response_action"):
            case "errors":
                view.errors = _errors(view, answer)
            case "update":
                view.body, view.version = self._view(view.id, answer), view.version + 1
            case "push":
                name = self._workspace.new_id("V")
                above = View(name, view.user, view.workspace, self._view(name, answer))
                above.below, above.depth = view.id, view.depth + 1
                self._world.views[name] = above
            case "clear":
                for each in self._world.views.values():
                    each.closed = each.closed or each.user == view.user
            case None:
                view.closed = True
            case other:
                raise BadAnswer(f"There is no response_action {other!r}.")

    def _view(self, name: str, answer: Json) -> Json:
        given = as_object(answer.get("view"))
        if wrong := list(modals.complaints(given)):
            raise BadAnswer("; ".join(wrong))
        return show.view(name, given, self._workspace.team, self._world.seat(self._workspace).bot)


def _errors(view: View, answer: Json) -> Json:
    """What is shown under the fields, which must be there."""
    errors = as_object(answer.get("errors"))
    names = {each.get("block_id") for each in as_objects(view.body.get("blocks"))}
    if not errors or errors.keys() - names:
        raise BadAnswer(f"The errors {sorted(errors)} name no fields of this form.")
    return errors
