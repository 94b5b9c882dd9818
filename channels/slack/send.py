"""Send: Slack as a channel. Each message carries its key as metadata, by which the thread is asked whether it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from pydantic import JsonValue

from bot.core.outbox import Approval, Notice, Outgoing, Say
from bot.core.values import Address
from bot.kit.people import People
from channels.slack.address import CHANNEL, Place, place
from channels.slack.api import NotAsItStands, Web
from channels.slack.blocks import File, Look, Post
from channels.slack.cards import plain, render
from channels.slack.pace import Pace
from channels.slack.replies import replies

Json = dict[str, JsonValue]
EVENT_TYPE = "outer_loop_bot"
log = structlog.get_logger()


class Slack:
    """The Slack channel of one workspace."""

    def __init__(self, web: Web, people: People) -> None:
        self._web = web
        self._people = people
        self._pace = Pace()

    async def find(self, address: Address, key: str) -> str | None:
        """The message with this key in the thread, if it is there."""
        where = place(address)
        async for message in replies(self._web, where):
            if _key(message) == key:
                return _receipt(where, message)
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        """Posts in the thread; what Slack refuses for its form goes out in a plainer one."""
        where, reader = place(address), look(message, self._people)
        async with self._pace.turn(where.channel):
            post = render(message, reader)
            await self._upload(where, post.files)
            try:
                return await self._post(where, message.key, post)
            except NotAsItStands as error:
                log.warning("sent plain", key=message.key, reason=str(error))
            simple = plain(message, reader)
            await self._upload(where, [file for file in simple.files if file not in post.files])
            try:
                return await self._post(where, message.key, simple)
            except NotAsItStands:
                return await self._post(where, message.key, Post(simple.text))

    async def tell(self, address: Address, person: str, text: str) -> None:
        """A note that this person alone sees, in the thread."""
        where, user = place(address), user_of(person, self._people)
        if user is None:
            return
        note: Json = {"channel": where.channel, "thread_ts": where.root, "user": user, "text": text}
        await self._web.call("chat.postEphemeral", note)

    async def _post(self, where: Place, key: str, post: Post) -> str:
        sent = await self._web.call(
            "chat.postMessage",
            {
                "channel": where.channel,
                "thread_ts": where.root,
                "text": post.text,
                "blocks": list(post.blocks) or None,
                "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )
        return _receipt(where, sent)

    async def _upload(self, where: Place, files: Sequence[File]) -> None:
        """Before the card: nobody is to decide on what they cannot see."""
        if files:
            await self._web.upload(where.channel, where.root, files)


def look(message: Outgoing, people: People) -> Look:
    """For whom this is: their language and time zone, and who is named so that they notice."""
    asked = _asked(message)
    known = next((people.people[each] for each in asked if each in people.people), None)
    users = (user_of(each, people) for each in asked)
    return Look(
        language=(known.language if known else None) or "en",
        time_zone=(known.time_zone if known else None) or "UTC",
        mentions=tuple(user for user in users if user),
    )


def _asked(message: Outgoing) -> tuple[str, ...]:
    match message:
        case Approval(approvers=approvers):
            return approvers
        case Say() | Notice():
            return ()
        case _:
            return message.asked


def user_of(person: str, people: People) -> str | None:
    """This person's id in Slack: one whom the people file does not know acts under their id."""
    if person in people.people:
        return people.people[person].slack
    channel, mark, user = person.partition(":")
    return user if mark and channel == CHANNEL else None


def _key(message: Mapping[str, JsonValue]) -> str | None:
    """The key a message carries. Anybody may write such metadata, so it counts on a bot's message alone."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) and message.get("bot_id") else None


def _receipt(where: Place, message: Mapping[str, JsonValue]) -> str:
    return f"{where.team}/{where.channel}/{message.get('ts', '')}"
