"""Parse: a Slack payload becomes what arrived. Pure: who is asked and what it leads to is decided elsewhere.

One post can come as `message` and as `app_mention`; its identity is workspace, channel and timestamp, never the event's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from bot.core.values import Attachment
from bot.kit.arrival import Aim, Press, Remark, Standing, Words
from channels.slack.address import CHANNEL, Place, message_id, moment
from channels.slack.payload import Action, Body, Message, View

NameOf = Callable[[str], str]

# A message of one of these kinds is a person's own words; every other kind is Slack's, a copy, or another program's.
SPOKEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
SLACKBOT = "USLACKBOT"
BOT = "bot_message"
EDITED, DELETED = "edited to: ", "deleted a message"
_NUMBERED = re.compile(r"answer:(\d{1,3})|grant:(\d{1,4})")
_MARK = re.compile(r"<(?P<sign>[@#!]?)(?P<target>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
_ONE_OF = re.compile(r"<(?:@[UW][A-Z0-9]+|!subteam\^[A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are in this workspace, which other bots may speak to us, and where a browser finds the workspace."""

    team: str
    user: str
    bot: str = ""
    bots: frozenset[str] = frozenset()
    url: str = ""


def us_of(said: Mapping[str, JsonValue]) -> Us:
    """Who the token makes us, as Slack says it (docs: reference/methods/auth.test)."""
    team, user, bot, url = (str(said.get(n) or "") for n in ("team_id", "user_id", "bot_id", "url"))
    return Us(team, user, bot, url=url)


@dataclass(frozen=True, slots=True)
class Wish:
    """A button that opens a form; `trigger` lives three seconds."""

    press: Press
    trigger: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form that was sent off; which verdict its press is, `callback` says."""

    press: Press
    callback: str
    values: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True)
class Said:
    """A message where it stands; of a reply, who wrote what it replies to, where Slack says so. `again`: heard before, to be sure."""

    words: Words
    place: Place
    ts: str
    parent: str = ""
    again: bool = False

    @property
    def is_reply(self) -> bool:
        return self.place.root != self.ts


Arrived = Said | Remark | Press | Wish | Submitted


def parse(payload: Mapping[str, object], us: Us, name_of: NameOf) -> Arrived | None:
    """What arrived; None: nothing of ours."""
    body = Body.model_validate(payload)
    match body.type:
        case "event_callback" if body.event is not None:
            return _event(body.event, us, name_of)
        case "block_actions" if len(body.actions) == 1:
            return _action(body, body.actions[0], us)
        case "view_submission" if body.view is not None:
            return _submission(body, body.view, us)
        case _:
            return None


def _event(event: Message, us: Us, name_of: NameOf) -> Said | Remark | None:
    match event.type, event.subtype:
        case "message", "message_changed" | "message_deleted":
            return _changed(event, us, name_of)
        case "message" | "app_mention", _ if is_heard(event, us):
            return said(event, event.channel, us, name_of)
        case _:
            return None


def is_heard(event: Message, us: Us) -> bool:
    """Whether these are a person's own words, of whatever workspace, or those of another bot that may speak to us."""
    if event.hidden or event.user in (us.user, SLACKBOT):
        return False
    if event.bot_id:
        listed = not us.bots.isdisjoint((event.bot_id, event.user))
        return listed and event.bot_id != us.bot and event.subtype in (*SPOKEN, BOT)
    return bool(event.user) and event.subtype in SPOKEN


def _standing(event: Message, us: Us) -> Standing:
    member = "member" if event.user_team in ("", us.team) else "outsider"
    return "bot" if event.bot_id else member


def said(event: Message, channel: str, us: Us, name_of: NameOf) -> Said:
    """A message of a person, as it stands in this channel."""
    place = Place(us.team, channel, event.thread_ts or event.ts)
    words = Words(
        id=message_id(us.team, channel, event.ts),
        address=place.address,
        person=event.user or event.bot_id,
        text=_with_files(spoken(event.text, us, name_of), event),
        aim=_aim(event, place, us),
        written=moment(event.ts),
        files=tuple(
            Attachment(id=f"{us.team}/{file.id}", name=file.name) for file in event.files if file.id
        ),
        standing=_standing(event, us),
    )
    return Said(words, place, event.ts, event.parent_user_id)


def _aim(event: Message, place: Place, us: Us) -> Aim:
    mentioned = _ONE_OF.findall(event.text)
    if place.is_direct or any(_id(each) == f"@{us.user}" for each in mentioned):
        return "bot"
    return "others" if mentioned else "anybody"


def _id(mention: str) -> str:
    return mention.strip("<>").partition("|")[0]


def _with_files(text: str, event: Message) -> str:
    names = [f"[attached: {file.name or file.id}]" for file in event.files]
    return "\n".join([text, *names] if text else names)


def _changed(event: Message, us: Us, name_of: NameOf) -> Remark | None:
    """An edit, or a message taken back. Slack unfurls links by an edit that leaves the text as it was."""
    before, now = event.previous_message, event.message
    if before is None or not is_heard(before, us):
        return None
    place = Place(us.team, event.channel, before.thread_ts or before.ts)
    about, person = message_id(us.team, event.channel, before.ts), before.user or before.bot_id
    gone = Remark(f"{about}/deleted", about, place.address, person, DELETED, _standing(before, us))
    if event.subtype == "message_deleted":
        return gone
    if now is None or now.text == before.text or now.subtype == "tombstone":
        return None
    mark = f"{about}/edited/{now.edited.ts if now.edited else event.ts}"
    return replace(gone, id=mark, text=f"{EDITED}{spoken(now.text, us, name_of)}")


def _action(body: Body, action: Action, us: Us) -> Press | Wish | None:
    if (press := press_of(body, action, us)) is None:
        return None
    numbered = _NUMBERED.fullmatch(action.action_id)
    match action.action_id:
        case "approve":
            return press
        case "deny" | "edit" as word:
            return Wish(replace(press, word=word), body.trigger_id)
        case _ if numbered and numbered[2]:
            return replace(press, minutes=int(numbered[2]))
        case _ if numbered:
            return replace(press, word="answer", choice=int(numbered[1]))
        case _:
            return None


def press_of(body: Body, action: Action, us: Us) -> Press | None:
    """One press is one identity, however often Slack tells of it."""
    channel = body.channel.id if body.channel else body.container.channel_id
    ts = body.message.ts if body.message else body.container.message_ts
    if not (channel and ts and action.value and body.user.id):
        return None
    request, _, digest = action.value.partition(" ")
    return Press(
        id=f"{message_id(us.team, channel, ts)}/{action.action_ts}/{body.user.id}",
        channel=CHANNEL,
        person=body.user.id,
        request=request,
        word="approve",
        spot=f"{us.team}/{channel}/{ts}",
        digest=digest,
    )


def is_ours(body: Body, us: Us) -> bool:
    """Whether whoever did this is at home in this workspace."""
    return bool(body.user.id) and body.user.team_id in ("", us.team)


def _submission(body: Body, view: View, us: Us) -> Submitted | None:
    if not body.user.id:
        return None
    request, _, digest = view.private_metadata.partition(" ")
    press = Press(
        id=f"{CHANNEL}:{us.team}/{view.id}/{body.user.id}",
        channel=CHANNEL,
        person=body.user.id,
        request=request,
        word="edit",
        spot=f"{us.team}/{view.id}",
        digest=digest,
    )
    return Submitted(press, view.callback_id, view.state.values)


# ---- text ------------------------------------------------------------------------------------------------------------
def spoken(text: str, us: Us, name_of: NameOf) -> str:
    """Slack's text as people read it: names, links and signs as they stand on the screen, our own mention left out."""
    own = rf"<@{re.escape(us.user)}(?:\|[^<>]*)?>"
    # Each looked for where the text begins and ends alone: else a run of spaces is gone through from each of them.
    text = re.sub(rf"\A{own}[\s,:]*", "", text.strip())
    text = re.sub(rf"{own}\Z", "", text)
    return html.unescape(_MARK.sub(lambda found: _read(found, us, name_of), text)).strip()


def _read(found: re.Match[str], us: Us, name_of: NameOf) -> str:
    target, label = found["target"], found["label"]
    match found["sign"]:
        case "@":
            return "@bot" if target == us.user else f"@{name_of(target)}"
        case "#":
            return f"#{label or target}"
        case "!":
            return label or f"@{target.partition('^')[0]}"
        case _:
            return f"{label} ({target})" if label and label not in target else target
