"""Workspace: one team's people, channels, messages, files and groups. It keeps them and judges nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Literal

from tests.slack_server.clock import Clock
from tests.slack_server.shapes import Json, as_object

Kind = Literal["public", "private", "im", "mpim"]
Standing = Literal["member", "guest", "outsider", "bot"]

# Spelled as events spell it (`channel_type`), as `message.*` does, and as the scopes do.
CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
_INITIAL = {"public": "C", "private": "C", "im": "D", "mpim": "C"}


@dataclass(slots=True)
class Person:
    """A member, a guest, someone from a connected organisation, or a bot; `team` is where they are at home."""

    id: str
    name: str
    team: str
    standing: Standing = "member"
    time_zone: str = "Europe/Berlin"
    locale: str = "en-US"
    bot_id: str = ""
    app_id: str = ""
    disabled: bool = False

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"


@dataclass(slots=True)
class Message:
    """One message as it stands; `earlier` holds how it stood before each edit."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    blocks: list[Json] = field(default_factory=list[Json])
    metadata: Json | None = None
    files: tuple[str, ...] = ()
    subtype: str = ""
    bot_id: str = ""
    unfurls: bool = True
    edited: str = ""
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    earlier: list[Message] = field(default_factory=list["Message"])

    def edit(self, ts: str, text: str, blocks: list[Json]) -> Message:
        """Changes it and returns how it stood before."""
        before = replace(self, earlier=[])
        self.earlier.append(before)
        self.text, self.blocks, self.edited = text, blocks, ts
        return before


@dataclass(slots=True)
class Ephemeral:
    """Shown to one person, kept by nobody but this ledger."""

    channel: str
    user: str
    ts: str
    text: str
    thread_ts: str | None
    blocks: list[Json]


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: Kind
    members: set[str]
    shared: bool = False
    archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    replies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def standing(self) -> list[Message]:
        """What can be read here, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]

    def thread(self, root: str) -> list[Message]:
        """The root and its replies, oldest first."""
        found = [
            self.messages[ts] for ts in (root, *self.replies.get(root, ())) if ts in self.messages
        ]
        return [message for message in found if not message.deleted]


@dataclass(slots=True)
class File:
    """A file; `claims` is a size that it only says it has, `address` and `moved_to` are where a lying one is said to be."""

    id: str
    name: str
    user: str
    content: bytes = b""
    mimetype: str = "text/plain"
    uploaded: bool = False
    length: int = 0
    mode: str = "hosted"
    claims: int | None = None
    address: str = ""
    moved_to: str = ""


class Workspace:
    """A team, with makers of what is in it; ids are made up in order."""

    def __init__(
        self, team: str, name: str, clock: Clock, numbers: count[int], url: str = ""
    ) -> None:
        self.team = team
        self.name = name
        self.url = url
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, list[str]] = {}
        self.files: dict[str, File] = {}
        self.ephemerals: list[Ephemeral] = []
        self.statuses: list[Json] = []
        self.sessions: dict[tuple[str, str], dict[str, str]] = {}
        self._clock = clock
        self._numbers = numbers
        self._last = 0

    def new_id(self, initial: str) -> str:
        return f"{initial}{next(self._numbers):08}"

    def next_ts(self) -> str:
        """Unique and increasing, as a message's `ts` is."""
        self._last = max(int(self._clock.now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06}"

    def person(self, name: str, standing: Standing = "member", team: str = "") -> Person:
        """Someone new; an outsider is at home in another team."""
        home = team or (self.team if standing != "outsider" else "T0ELSEWHERE")
        made = Person(self.new_id("U"), name, home, standing)
        if standing == "bot":
            made.bot_id, made.app_id = self.new_id("B"), self.new_id("A")
        self.people[made.id] = made
        return made

    def channel(self, name: str, members: Iterable[Person] = (), kind: Kind = "public") -> Channel:
        made = Channel(self.new_id(_INITIAL[kind]), name, kind, set())
        self.channels[made.id] = made
        for person in members:
            self.join(person, made)
        return made

    def join(self, person: Person, channel: Channel) -> None:
        """An outsider in it makes a channel a shared one."""
        channel.members.add(person.id)
        channel.shared = channel.shared or person.standing == "outsider"

    def group(self, members: Iterable[Person]) -> str:
        """A user group; returns its id."""
        name = self.new_id("S")
        self.groups[name] = [person.id for person in members]
        return name

    def direct(self, *members: Person) -> Channel:
        """The conversation of exactly these, made when there is none."""
        ids = {person.id for person in members}
        kind: Kind = "im" if len(ids) <= 2 else "mpim"
        for channel in self.channels.values():
            if channel.kind == kind and channel.members == ids:
                return channel
        return self.channel("", members, kind)

    def file(self, name: str, user: Person, content: bytes, mimetype: str = "text/plain") -> File:
        made = File(self.new_id("F"), name, user.id, content, mimetype, uploaded=True)
        self.files[made.id] = made
        return made

    def post(self, message: Message) -> Message:
        channel = self.channels[message.channel]
        channel.messages[message.ts] = message
        if message.thread_ts:
            channel.replies.setdefault(message.thread_ts, []).append(message.ts)
        return message

    def with_key(self, key: str) -> list[Message]:
        """The messages whose metadata carries this key."""
        return [each for each in self.everything() if _key(each) == key]

    def whispers(self, user: Person) -> list[Ephemeral]:
        """What was shown to this person alone."""
        return [each for each in self.ephemerals if each.user == user.id]

    def everything(self) -> list[Message]:
        """Every message of the team that still stands, oldest first."""
        found = [each for channel in self.channels.values() for each in channel.standing()]
        return sorted(found, key=lambda message: message.ts)


def _key(message: Message) -> object:
    return as_object((message.metadata or {}).get("event_payload")).get("key")
