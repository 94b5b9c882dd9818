"""Payload: as much of what Slack sends as is read here, checked; whatever else is in it is left alone."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue

Json = dict[str, JsonValue]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class File(_Part):
    id: Text = ""
    name: Text = ""
    user: Text = ""
    mimetype: Text = ""
    size: int = 0
    mode: Text = ""
    is_external: bool = False
    url_private_download: Text = ""


class Edited(_Part):
    ts: Text = ""


class Message(_Part):
    """A message, or the event that tells of one."""

    type: Text = ""
    subtype: Text = ""
    hidden: bool = False
    user: Text = ""
    user_team: Text = ""
    bot_id: Text = ""
    text: Text = ""
    ts: Text = ""
    thread_ts: Text = ""
    event_ts: Text = ""
    parent_user_id: Text = ""
    channel: Text = ""
    tab: Text = ""
    files: tuple[File, ...] = ()
    edited: Edited | None = None
    message: Message | None = None
    previous_message: Message | None = None


class Action(_Part):
    """A button that was pressed."""

    action_id: Text = ""
    action_ts: Text = ""
    value: Text = ""


class User(_Part):
    id: Text = ""
    team_id: Text = ""


class Channel(_Part):
    id: Text = ""


class Container(_Part):
    channel_id: Text = ""
    message_ts: Text = ""


class State(_Part):
    values: dict[str, JsonValue] = {}


class View(_Part):
    """A form that was sent off."""

    id: Text = ""
    callback_id: Text = ""
    private_metadata: Text = ""
    state: State = State()


class Body(_Part):
    """What came in one delivery."""

    type: Text = ""
    event: Message | None = None
    user: User = User()
    channel: Channel | None = None
    message: Message | None = None
    container: Container = Container()
    actions: tuple[Action, ...] = ()
    trigger_id: Text = ""
    view: View | None = None
    callback_id: Text = ""
    action_ts: Text = ""
    response_url: Text = ""


class _Party(_Part):
    user_id: Text = ""


class _Told(_Part):
    event: Message | None = None
    authorizations: tuple[_Party, ...] = ()


class Envelope(_Part):
    """What comes over a socket."""

    type: Text = ""
    payload: _Told = _Told()

    @property
    def is_echo(self) -> bool:
        """Whether it tells of what the app itself wrote or changed."""
        event = self.payload.event
        author = (event.message or event).user if event else ""
        return author != "" and author in {each.user_id for each in self.payload.authorizations}


class Slash(_Part):
    """A slash command: a form of its own, without a type."""

    command: Text = ""
    text: Text = ""
    team_id: Text = ""
    channel_id: Text = ""
    user_id: Text = ""
    trigger_id: Text = ""
