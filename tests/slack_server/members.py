"""Members: people and their groups."""

from __future__ import annotations

from tests.slack_server import show
from tests.slack_server.call import Call, Method
from tests.slack_server.conversations import page
from tests.slack_server.shapes import Json, as_object
from tests.slack_server.workspace import Person


def info(call: Call) -> Json:
    return {"user": _shown(call, call.person(call.required("user")))}


def bot(call: Call) -> Json:
    """docs: reference/methods/bots.info: the bot, and the app that it is of."""
    asked = call.text("bot") or call.seat.bot.bot_id
    for person in call.seat.workspace.people.values():
        if person.bot_id == asked and person.standing == "bot":
            return {"bot": {"user_id": person.id, **show.bot(person)}}
    raise call.refuse("bot_not_found")


def listed(call: Call) -> Json:
    """docs: reference/methods/users.list calls them `members`."""
    people = [_shown(call, each) for each in call.seat.workspace.people.values()]
    return page(call, "members", people, 1000)


def in_group(call: Call) -> Json:
    group = call.seat.workspace.groups.get(call.required("usergroup"))
    if group is None:
        raise call.refuse("no_such_subteam")
    return {"users": group}


def _shown(call: Call, person: Person) -> Json:
    """The address is there only with `users:read.email` (docs: reference/scopes/users.read.email)."""
    shown = show.person(person) | {"is_stranger": _is_stranger(call, person)}
    if "users:read.email" in call.seat.scopes and person.standing != "bot":
        shown["profile"] = as_object(shown["profile"]) | {"email": person.email}
    if call.flag("include_locale"):
        shown["locale"] = person.locale
    return shown


def _is_stranger(call: Call, person: Person) -> bool:
    """From another workspace and in no channel that the app sees (docs: reference/objects/user-object)."""
    channels = call.seat.workspace.channels.values()
    met = any(person.id in each.members and call.sits_in(each) for each in channels)
    return person.standing == "outsider" and not met


METHODS = {
    "bots.info": Method(bot, "users:read"),
    "users.info": Method(info, "users:read"),
    "users.list": Method(listed, "users:read"),
    "usergroups.users.list": Method(in_group, "usergroups:read"),
}
