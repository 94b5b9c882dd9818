"""Show: what is in a workspace as the Web API and the events spell it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Channel, File, Message, Person, Workspace


def message(workspace: Workspace, shown: Message, *, metadata: bool = False) -> Json:
    """A message; its metadata only where the caller asked for it."""
    author = workspace.people[shown.user]
    body: Json = {"type": "message", "user": shown.user, "text": shown.text, "ts": shown.ts}
    body |= {"team": author.team, "blocks": shown.blocks or [_rich_text(shown.text)]}
    if shown.bot_id:
        body |= {"bot_id": shown.bot_id, "app_id": author.app_id, "bot_profile": bot(author)}
    else:
        body["client_msg_id"] = f"client-{shown.ts}"
    if shown.subtype:
        body["subtype"] = shown.subtype
    if shown.files:
        body["files"] = [file(workspace, workspace.files[each]) for each in shown.files]
    if shown.edited:
        body["edited"] = {"user": shown.user, "ts": shown.edited}
    if metadata and shown.metadata:
        body["metadata"] = shown.metadata
    if shown.reactions:
        body["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in shown.reactions.items()
        ]
    return body | _place(workspace, shown)


def _place(workspace: Workspace, shown: Message) -> Json:
    channel = workspace.channels[shown.channel]
    if shown.thread_ts:
        root = channel.messages.get(shown.thread_ts)
        parent: Json = {"parent_user_id": root.user} if root else {}
        return {"thread_ts": shown.thread_ts} | parent
    replies = [each for each in channel.thread(shown.ts) if each.ts != shown.ts]
    if not replies:
        return {}
    users = list(dict.fromkeys(each.user for each in replies))
    place: Json = {"thread_ts": shown.ts, "reply_count": len(replies), "reply_users": users}
    return place | {"latest_reply": replies[-1].ts, "reply_users_count": len(users)}


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "b1", "elements": [section]}


def bot(author: Person) -> Json:
    """A bot, as `bot_profile` of a message and `bots.info` have it."""
    return {"id": author.bot_id, "app_id": author.app_id, "name": author.name, "deleted": False}


def file(workspace: Workspace, shown: File) -> Json:
    kind = shown.name.rpartition(".")[2] or "text"
    return {
        "id": shown.id,
        "name": shown.name,
        "title": shown.name,
        "user": shown.user,
        "mimetype": shown.mimetype,
        "filetype": kind,
        "size": len(shown.content) if shown.claims is None else shown.claims,
        "mode": shown.mode,
        "is_external": shown.mode == "external",
        "url_private": f"{workspace.url}/files/{shown.id}/{shown.name}",
        "url_private_download": shown.address
        or f"{workspace.url}/files/{shown.id}/download/{shown.name}",
    }


def person(shown: Person) -> Json:
    return {
        "id": shown.id,
        "team_id": shown.team,
        "name": shown.name,
        "real_name": shown.name.title(),
        "tz": shown.time_zone,
        "deleted": shown.disabled,
        "is_bot": shown.standing == "bot",
        "is_restricted": shown.standing == "guest",
        "is_ultra_restricted": False,
        "profile": {"real_name": shown.name.title(), "display_name": shown.name},
    }


def channel(shown: Channel, bot: Person) -> Json:
    body: Json = {"id": shown.id, "is_archived": shown.archived, "is_ext_shared": shown.shared}
    if shown.kind == "im":
        other = next((each for each in sorted(shown.members) if each != bot.id), bot.id)
        return body | {"is_im": True, "user": other}
    body |= {"name": shown.name, "is_im": False, "is_mpim": shown.kind == "mpim"}
    body |= {"is_channel": shown.kind == "public", "is_group": shown.kind == "private"}
    body |= {"is_private": shown.kind != "public", "num_members": len(shown.members)}
    return body | {"is_member": bot.id in shown.members}


def view(name: str, given: Mapping[str, object], team: str, bot: Person) -> Json:
    """A view as it stands after `views.open` and its kin took it."""
    kept: Json = {"private_metadata": "", "callback_id": "", "external_id": "", **given}
    kept |= {"id": name, "team_id": team, "app_id": bot.app_id, "bot_id": bot.bot_id}
    return kept | {"state": {"values": dict[str, object]()}, "root_view_id": name}
