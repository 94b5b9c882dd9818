"""Hints: what one person alone is told, so that nothing they meant is lost on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.core.outbox import Approval, Waiting
from bot.kit.arrival import Remark
from channels.slack import blocks
from channels.slack.address import Place, is_apart_at, place
from channels.slack.api import Json, Web
from channels.slack.approval import how
from channels.slack.blocks import Look
from channels.slack.words import words

# As `bot.engine.fates` writes a time.
_TIME = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} UTC\b")


def decided_nothing(meant: Sequence[Approval], look: Look) -> str:
    """That what they wrote was no verdict, and how to give one; empty where it was meant for none."""
    if not meant:
        return ""
    if len(meant) > 1:
        return which_card(look)
    say = words(look.language)
    return f"{say.decided_nothing} {how(meant[0], say)}"


def which_card(look: Look) -> str:
    """That they have to say which of several they mean."""
    say = words(look.language)
    return f"{say.decided_nothing} {say.which_card}"


def copy_only(waiting: Waiting | None, link: str, look: Look) -> str:
    """What can be written under a copy of a card, and where everything else belongs."""
    say = words(look.language)
    decides = f" {how(waiting, say)}" if isinstance(waiting, Approval) else ""
    only = (
        say.a_copy_apart_only
        if not link or is_apart_at(link)
        else say.a_copy_only.format(link=link)
    )
    return f"{say.decided_nothing}{decides} {only}"


def to_you(person: str, text: str) -> str:
    """What is on record of this person, as it is said to them."""
    for verb, spoken in (("is", "You are"), ("has", "You have")):
        if text.startswith(f"{person} {verb} "):
            return f"{spoken} {text.removeprefix(f'{person} {verb} ')}"
    return text


def in_zone(text: str, look: Look) -> str:
    """The same with its times in the zone of whoever reads it."""

    def there(found: re.Match[str]) -> str:
        try:
            at = datetime.strptime(found[0], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
        except ValueError:
            return found[0]
        return blocks.moment(int(at.timestamp() * 1000), look)

    return _TIME.sub(there, text)


async def whisper(web: Web, where: Place, user: str, text: str) -> None:
    """A note in the thread that this person alone sees. Raises as `Web.call` does."""
    there: Json = {"channel": where.channel, "thread_ts": where.thread_ts}
    await web.call("chat.postEphemeral", {**there, "user": user, "text": text})


def from_outside(look: Look) -> str:
    """That they are not among those who can ask for anything."""
    return words(look.language).from_outside


async def changed_since(web: Web, remark: Remark, person: str, waiting: Sequence[Approval]) -> None:
    """Says beside the open cards that what was asked for has been changed or taken back; nobody is called."""
    say, where = words("en"), place(remark.address)
    sentence = say.deleted_since if remark.id.endswith("/deleted") else say.edited_since
    requests = blocks.names(each.request for each in waiting)
    text = sentence.format(person=blocks.name(person), requests=requests)
    note: Json = {"channel": where.channel, "thread_ts": where.thread_ts, "text": text}
    await web.post(note)


async def fall_silent(web: Web, where: Place) -> None:
    """Says in the thread that another bot is answered no more; nobody is named in it."""
    text = words("en").bots_alone
    note: Json = {"channel": where.channel, "thread_ts": where.root, "text": text}
    await web.post(note)
