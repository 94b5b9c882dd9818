"""Payload: as much of what Slack sends as is read here, checked; whatever else is in it is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

Json = dict[str, JsonValue]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, given: object) -> object:
        """Slack writes null where it has nothing to say."""
        if not isinstance(given, Mapping):
            return given
        parts = cast("Mapping[str, object]", given)
        return {name: part for name, part in parts.items() if part is not None}


class File(_Part):
    id: str = ""
    name: str = ""
    user: str = ""
    mimetype: str = ""
    size: int = 0
    mode: str = ""
    is_external: bool = False
    url_private_download: str = ""


class Edited(_Part):
    ts: str = ""


class Message(_Part):
    """A message, or the event that tells of one."""

    type: str = ""
    subtype: str = ""
    hidden: bool = False
    user: str = ""
    user_team: str = ""
    bot_id: str = ""
    text: str = ""
    ts: str = ""
    thread_ts: str = ""
    event_ts: str = ""
    parent_user_id: str = ""
    channel: str = ""
    tab: str = ""
    files: tuple[File, ...] = ()
    edited: Edited | None = None
    message: Message | None = None
    previous_message: Message | None = None


class Action(_Part):
    """A button that was pressed."""

    action_id: str = ""
    action_ts: str = ""
    value: str = ""


class User(_Part):
    id: str = ""
    team_id: str = ""


class Channel(_Part):
    id: str = ""


class Container(_Part):
    channel_id: str = ""
    message_ts: str = ""


class State(_Part):
    values: dict[str, JsonValue] = {}


class View(_Part):
    """A form that was sent off."""

    id: str = ""
    callback_id: str = ""
    private_metadata: str = ""
    state: State = State()


class Body(_Part):
    """What came in one delivery."""

    type: str = ""
    event: Message | None = None
    user: User = User()
    channel: Channel | None = None
    message: Message | None = None
    container: Container = Container()
    actions: tuple[Action, ...] = ()
    trigger_id: str = ""
    view: View | None = None
    callback_id: str = ""
    action_ts: str = ""
    response_url: str = ""


class _Party(_Part):
    user_id: str = ""


class _Told(_Part):
    event: Message | None = None
    authorizations: tuple[_Party, ...] = ()


class Envelope(_Part):
    """What comes over a socket."""

    type: str = ""
    payload: _Told = _Told()

    @property
    def is_echo(self) -> bool:
        """Whether it tells of what the app itself wrote or changed."""
        event = self.payload.event
        author = (event.message or event).user if event else ""
        return author != "" and author in {each.user_id for each in self.payload.authorizations}


class Slash(_Part):
    """A slash command: a form of its own, without a type."""

    command: str = ""
    text: str = ""
    team_id: str = ""
    channel_id: str = ""
    user_id: str = ""
    trigger_id: str = ""
