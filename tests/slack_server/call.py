"""Call: one call of a Web API method, its arguments read strictly, its scopes and channels checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.slack_server.install import Seat
from tests.slack_server.shapes import Json, Refused, as_list, as_object, as_text, details
from tests.slack_server.workspace import FAMILY, Channel, Message, Person
from tests.slack_server.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """What a method gets to work with; `page` is the vendor's page of the method."""

    world: World
    seat: Seat
    method: str
    arguments: Json

    @property
    def page(self) -> str:
        return f"reference/methods/{self.method}"

    def refuse(self, error: str, *messages: str) -> Refused:
        return Refused(error, self.page, details(*messages) if messages else None)

    def text(self, name: str) -> str:
        """An argument as text; empty where it was not given."""
        value = self.arguments.get(name)
        return str(value) if isinstance(value, int | float) else as_text(value)

    def required(self, name: str) -> str:
        if value := self.text(name):
            return value
        raise self.refuse("invalid_arguments", f"missing required field: {name}")

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) in (True, "true", "True", "1", 1)

    def number(self, name: str, otherwise: int) -> int:
        value = self.text(name)
        if value and not value.isdigit():
            raise self.refuse("invalid_arguments", f"must be a number: {name}")
        return int(value) if value else otherwise

    def json(self, name: str, error: str = "invalid_arguments") -> object:
        """An argument that is JSON, in a form as text; None where it was not given."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as wrong:
            raise self.refuse(error, f"not JSON: {name}") from wrong

    def object(self, name: str, error: str = "invalid_arguments") -> Json:
        return as_object(self.json(name, error))

    def list(self, name: str, error: str = "invalid_arguments") -> list[object]:
        return as_list(self.json(name, error))

    def needs(self, scope: str) -> None:
        """Raises `missing_scope` unless one of these (`a|b`) was granted (docs: authentication/using-token-scopes)."""
        either = scope.split("|")
        if self.seat.scopes.isdisjoint(either):
            provided = ",".join(sorted(self.seat.scopes))
            needed = {"needed": either[0], "provided": provided}
            raise Refused("missing_scope", "reference/scopes", needed)

    def person(self, user: str) -> Person:
        found = self.seat.workspace.people.get(user)
        if found is None:
            raise self.refuse("user_not_found")
        return found

    def channel(self, name: str = "channel") -> Channel:
        """The channel named by its id; one that the bot cannot see is not found."""
        found = self.seat.workspace.channels.get(self.required(name))
        if found is None or (found.kind != "public" and not self.sits_in(found)):
            raise self.refuse("channel_not_found")
        return found

    def sits_in(self, channel: Channel) -> bool:
        return self.seat.bot.id in channel.members

    def readable(self, right: str) -> Channel:
        """The channel, when the scope of its kind (`channels:history` and so on) was granted."""
        found = self.channel()
        self.needs(f"{FAMILY[found.kind]}:{right}")
        return found

    def joined(self, channel: Channel) -> Channel:
        if not self.sits_in(channel):
            raise self.refuse("not_in_channel")
        return channel

    def message(
        self, channel: Channel, name: str = "ts", error: str = "message_not_found"
    ) -> Message:
        found = channel.messages.get(self.required(name))
        if found is None or found.deleted:
            raise self.refuse(error)
        return found


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, the scope it asks for, the kind of token it takes."""

    perform: Callable[[Call], Json]
    scope: str = ""
    token: Literal["bot", "app", "config", "none"] = "bot"
