"""Interactions: the payloads of buttons, modals, shortcuts and commands (docs: reference/interaction-payloads)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.slack_server import show
from tests.slack_server.shapes import Json, as_list, as_object, as_objects, as_text
from tests.slack_server.workspace import Channel, Ephemeral, Message, Person, Workspace
from tests.slack_server.world import View, World


@dataclass(frozen=True, slots=True)
class Interactions:
    """Makes payloads in one workspace."""

    world: World
    workspace: Workspace

    def block_actions(self, user: Person, message: Message | Ephemeral, action: Json) -> Json:
        channel = self.workspace.channels[message.channel]
        hidden = isinstance(message, Ephemeral)
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container |= {"is_ephemeral": hidden}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        pressed = action | {"action_ts": self.workspace.next_ts()}
        body = self._common("block_actions", user) | {"container": container, "actions": [pressed]}
        body |= self._reached(channel, user, message.thread_ts or message.ts)
        if isinstance(message, Message):
            body["message"] = show.message(self.workspace, message, metadata=True)
        return body | {"state": {"values": dict[str, object]()}}

    def view_submission(self, user: Person, view: View, values: Json) -> Json:
        shown = view.shown() | {"state": {"values": values}}
        body = self._common("view_submission", user, view.id)
        return body | {"view": shown, "response_urls": list[object]()}

    def view_closed(self, user: Person, view: View) -> Json:
        body = self._common("view_closed", user, view.id) | {"is_cleared": False}
        return body | {"view": view.shown()}

    def message_action(self, user: Person, message: Message, callback_id: str) -> Json:
        body = self._common("message_action", user) | {"callback_id": callback_id}
        body |= {"action_ts": self.workspace.next_ts(), "message_ts": message.ts}
        channel = self.workspace.channels[message.channel]
        body |= self._reached(channel, user, message.thread_ts or message.ts)
        return body | {"message": show.message(self.workspace, message)}

    def command(self, user: Person, channel: Channel, command: str, text: str) -> Json:
        """Every value is text, as in the form that it is."""
        return {
            "token": "verification-token",
            "team_id": self.workspace.team,
            "team_domain": self.workspace.name,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": self.world.app.app_id,
            "is_enterprise_install": "false",
            "response_url": self.world.respond.url(channel, user, None),
            "trigger_id": self.world.trigger(user.id, self.workspace),
        }

    def _reached(self, channel: Channel, user: Person, thread: str | None) -> Json:
        shown = {"id": channel.id, "name": channel.name or "directmessage"}
        return {"channel": shown, "response_url": self.world.respond.url(channel, user, thread)}

    def _common(self, kind: str, user: Person, view: str = "") -> Json:
        person = {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team}
        return {
            "type": kind,
            "token": "verification-token",
            "api_app_id": self.world.app.app_id,
            "team": {"id": self.workspace.team, "domain": self.workspace.name},
            "user": person,
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.world.trigger(user.id, self.workspace, view),
        }


def button(blocks: list[Json], action_id: str, side: str = "positive") -> Json:
    """What is sent of the button with this id, of a pair for feedback the `side`. Raises `LookupError` where none is shown."""
    for number, block in enumerate(blocks):
        shown = [*as_list(block.get("elements")), *as_list(block.get("actions"))]
        for part in as_objects([*shown, block.get("accessory")]):
            if part.get("action_id") != action_id:
                continue
            place = as_text(block.get("block_id")) or f"block-{number}"
            pressed = as_object(part.get(f"{side}_button")) or part
            kept = {name: pressed[name] for name in ("text", "value", "style") if name in pressed}
            return {"type": part["type"], "action_id": action_id, "block_id": place, **kept}
    raise LookupError(f"No button {action_id!r} is shown here.")


def state(view: View, values: Json) -> Json:
    """What a form holds when these fields are filled in and the rest is left as it was shown.

    Raises `LookupError` for a field that is not there, `ValueError` for one that Slack would not let be empty.
    """
    inputs = [each for each in as_objects(view.body.get("blocks")) if each.get("type") == "input"]
    names = [as_text(each.get("block_id")) for each in inputs]
    if strange := values.keys() - set(names):
        raise LookupError(f"No field {min(strange)!r} is shown here.")
    held: Json = {}
    for name, block in zip(names, inputs, strict=True):
        element = as_object(block.get("element"))
        where, found = _filled(element, values.get(name))
        if not found and block.get("optional") is not True:
            raise ValueError(f"The field {name!r} must be filled in.")
        filled: Json = {"type": as_text(element.get("type")), where: found or None}
        held[name] = {as_text(element.get("action_id")): filled}
    return held


def _filled(element: Json, value: object) -> tuple[str, object]:
    """The name and the content of an element's value; without a new one, what it was shown with."""
    options = {as_text(each.get("value")): each for each in as_objects(element.get("options"))}
    match element.get("type"):
        case "static_select" | "radio_buttons":
            chosen = options[as_text(value)] if value else element.get("initial_option")
            return "selected_option", chosen
        case "checkboxes" | "multi_static_select":
            ticked = [options[as_text(each)] for each in as_list(value)]
            shown = as_list(element.get("initial_options"))
            return "selected_options", shown if value is None else ticked
        case "datepicker":
            return "selected_date", value or element.get("initial_date")
        case "users_select":
            return "selected_user", value or element.get("initial_user")
        case _:
            return "value", element.get("initial_value") if value is None else value
