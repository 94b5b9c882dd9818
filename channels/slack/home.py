"""Home: what waits for the person who looks, in every thread: each request with its deadline and the way to its card."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bot.core.outbox import Approval, Hold, Question, UnknownOutcome, Waiting
from bot.core.phrases import hold
from bot.kit.arrival import Arrivals, Open
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from channels.slack import blocks
from channels.slack.address import CHANNEL
from channels.slack.api import Refused, Web
from channels.slack.blocks import Look
from channels.slack.marks import Receipt
from channels.slack.parse import Us
from channels.slack.payload import Json
from channels.slack.reader import look_of
from channels.slack.vocabulary import Words
from channels.slack.words import words

MOST_SHOWN = 30  # Three blocks each, of the hundred that a home may have.
MOST_QUOTED_CHARACTERS = 300


class Home:
    """The app's home in one workspace, for everybody who looks at it."""

    def __init__(self, web: Web, us: Us, people: People, arrivals: Arrivals) -> None:
        self._web = web
        self._hasty = web.impatient()
        self._us = us
        self._people = people
        self._arrivals = arrivals
        self._looking: set[str] = set()

    async def publish(self, person: str) -> None:
        """Shows this person what waits for them now; whoever looks again meanwhile is shown the same."""
        if person in self._looking:
            return
        self._looking.add(person)
        try:
            waiting = await self._arrivals.waiting(CHANNEL, person)
            links = await asyncio.gather(*map(self._link, waiting[:MOST_SHOWN]))
            look = look_of(person, self._people)
            shown = view(waiting, links, look, int(time.time() * 1000))
            await self._web.call("views.publish", {"user_id": person, "view": shown})
        finally:
            self._looking.discard(person)

    async def _link(self, waiting: Open) -> str:
        """Where the card stands; empty where it stands nowhere here, or Slack does not say."""
        card = Receipt.read(waiting.receipt) if waiting.receipt else None
        if card is None or card.team != self._us.team:
            return ""
        try:
            asked: Json = {"channel": card.channel, "message_ts": card.ts}
            return str((await self._hasty.call("chat.getPermalink", asked))["permalink"])
        except (Undeliverable, Refused, OSError):
            return ""


def view(waiting: Sequence[Open], links: Sequence[str], look: Look, now: int) -> Json:
    """The home: as many requests as there is room for, and how many more there are."""
    say = words(look.language)
    body = [blocks.section(f"*{say.home}*")]
    if not waiting:
        body.append(blocks.section(say.nothing_waits))
    for each, link in zip(waiting[:MOST_SHOWN], links, strict=True):
        body += _item(each.asked, link, look, say)
    if len(waiting) > MOST_SHOWN:
        body.append(blocks.section(say.many_more.format(count=len(waiting) - MOST_SHOWN)))
    body.append(blocks.context(say.as_of.format(moment=blocks.moment(now, look))))
    return {"type": "home", "blocks": [*body]}


def _item(asked: Waiting, link: str, look: Look, say: Words) -> list[Json]:
    title, text = _told(asked, say)
    way = f" · <{link.replace('&', '&amp;')}|{say.open_card}>" if link else ""
    quote = blocks.rich(blocks.quoted(text, MOST_QUOTED_CHARACTERS)) if text.strip() else None
    until = asked.until if isinstance(asked, Question | Approval) else None
    terms = (
        blocks.deadline(until, look, say),
        say.request.format(request=blocks.name(asked.request, 250)),
    )
    found = (blocks.section(f"*{title}*{way}"), quote, blocks.context(*terms))
    return [each for each in found if each is not None]


def _told(asked: Waiting, say: Words) -> tuple[str, str]:
    match asked:
        case Approval(tool=tool, because=because):
            return say.approval.format(tool=blocks.name(tool)), because
        case Question(question=question):
            return say.question, question
        case UnknownOutcome(tool=tool, text=text):
            return say.unknown.format(tool=blocks.name(tool)), text
        case Hold(why=why, reason=reason):
            return say.hold, hold(why, reason, say.language)
