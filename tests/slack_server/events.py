"""Events: what happened in a workspace, told to the app that subscribed to it, is allowed to hear it, and sits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.slack_server import show
from tests.slack_server.delivery import Delivery
from tests.slack_server.install import Seat
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import CHANNEL_TYPE, FAMILY, Channel, Message, Workspace
from tests.slack_server.world import World


@dataclass(frozen=True, slots=True)
class Events:
    """Tells the app what happened in this workspace."""

    world: World
    workspace: Workspace

    def posted(self, message: Message) -> list[Delivery]:
        """A new message: `app_mention` and `message.*`, each with its own event_id (docs: reference/events/app_mention)."""
        channel = self.workspace.channels[message.channel]
        body = show.message(self.workspace, message) | self._home(message)
        body |= {"channel": channel.id, "event_ts": message.ts}
        told: list[Delivery] = []
        if self._mentions(channel, message):
            told += self.tell("app_mention", channel, body | {"type": "app_mention"})
        return told + self._tell_message(channel, body)

    def changed(self, message: Message, before: Message) -> list[Delivery]:
        """docs: reference/events/message/message_changed."""
        now = show.message(self.workspace, message) | self._home(message)
        shown = {"message": now, "previous_message": show.message(self.workspace, before)}
        return self._hidden(message, "message_changed", shown)

    def deleted(self, message: Message) -> list[Delivery]:
        """docs: reference/events/message/message_deleted."""
        before = show.message(self.workspace, message)
        shown = {"previous_message": before, "deleted_ts": message.ts}
        return self._hidden(message, "message_deleted", shown)

    def reacted(self, word: str, message: Message, user: str, name: str) -> list[Delivery]:
        """`reaction_added` or `reaction_removed`."""
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event: Json = {"type": word, "user": user, "reaction": name, "item": item}
        event |= {"item_user": message.user, "event_ts": self.workspace.next_ts()}
        return self.tell(word, self.workspace.channels[message.channel], event)

    def tell(
        self, subscription: str, channel: Channel | None, event: Mapping[str, object]
    ) -> list[Delivery]:
        """The delivery, or none where the app does not hear of this: not subscribed, no scope, not a member."""
        app = self.world.app
        seat = next((s for s in self.world.seats.values() if s.workspace is self.workspace), None)
        if seat is None or not app.hears(subscription):
            return []
        if channel and seat.bot.id not in channel.members:
            return []
        return [self.world.post.send("events_api", self._envelope(seat, channel, event))]

    def _envelope(self, seat: Seat, channel: Channel | None, event: Mapping[str, object]) -> Json:
        place = {"team_id": self.workspace.team, "enterprise_id": None}
        standing = {"user_id": seat.bot.id, "is_bot": True, "is_enterprise_install": False}
        return {
            "token": "verification-token",
            "type": "event_callback",
            "team_id": self.workspace.team,
            "context_team_id": self.workspace.team,
            "context_enterprise_id": None,
            "api_app_id": self.world.app.app_id,
            "event_id": self.workspace.new_id("Ev"),
            "event_time": int(self.world.clock.now()),
            "event": event,
            "authorizations": [place | standing],
            "is_ext_shared_channel": bool(channel and channel.shared),
        }

    def _tell_message(self, channel: Channel, event: Json) -> list[Delivery]:
        event = event | {"channel_type": CHANNEL_TYPE[channel.kind]}
        return self.tell(f"message.{FAMILY[channel.kind]}", channel, event)

    def _hidden(
        self, message: Message, subtype: str, shown: Mapping[str, object]
    ) -> list[Delivery]:
        ts = self.workspace.next_ts()
        event: Json = {"type": "message", "subtype": subtype, "hidden": True, "ts": ts}
        event |= {"channel": message.channel, "event_ts": ts, **shown}
        return self._tell_message(self.workspace.channels[message.channel], event)

    def _mentions(self, channel: Channel, message: Message) -> bool:
        """Never in a direct message, "even when the app is mentioned there"."""
        bots = [s.bot.id for s in self.world.seats.values() if s.workspace is self.workspace]
        return channel.kind != "im" and any(f"<@{bot}>" in message.text for bot in bots)

    def _home(self, message: Message) -> Json:
        """Whoever writes from a connected organisation carries their own team (docs: apis/slack-connect)."""
        team = self.workspace.people[message.user].team
        return {"user_team": team, "source_team": team} if team != self.workspace.team else {}
