"""Afterwards: what is heard of messages of ours once they went out: what people think of them, what nearly decides on them, and that they came back."""

from __future__ import annotations

from dataclasses import replace

from bot.core import asides, human, meanings
from bot.core.events import Bounced, MessageNoted
from bot.core.thread import Call
from bot.engine.desk import thread_of
from bot.engine.lookup import Lookup
from bot.kit.arrival import Bounce, Rating, Words

OUTSIDER = "@outsider"


class Afterwards(Lookup):
    """The part of `Arrivals` that is about what was sent."""

    async def rate(self, rating: Rating) -> None:
        """One more thing said in the thread, if it is about something that was sent there."""
        thread = await self._thread(thread_of(rating.key))
        if thread is None or thread.address is None or f"sent:{rating.key}" not in thread.ids:
            return
        actor = self._actor(rating.channel, rating.person, thread.address.locator)
        said = MessageNoted(id=rating.id, actor=actor, address=thread.address, text=rating.text)
        await self._desk.post(thread.id, said)

    async def bounced(self, bounce: Bounce) -> bool:
        """A fact on the thread that sent it, under the name by which whoever did not get it was asked."""
        thread = await self._thread(thread_of(bounce.key))
        if thread is None:
            return False
        who = bounce.person and self._actor(bounce.channel, bounce.person)
        who = _asked_as(thread.call(bounce.key), who)
        fact = Bounced(
            v=2,
            id=bounce.id,
            actor=bounce.channel,
            key=bounce.key,
            person=who,
            reason=bounce.reason,
        )
        await self._desk.post(thread.id, fact)
        return True

    async def nearly(self, words: Words, request: str, *, against: bool) -> bool:
        thread = await self._thread(thread_of(request))
        call = thread.call(request) if thread else None
        if thread is None or call is None:
            return False
        if words.id in thread.ids:
            return True
        if not meanings.is_open_approval(call) or (against and human.goes_on(thread, [call])):
            return False
        doubts = {"doubts": call.id, "v": 2} if against else {}
        await self._desk.post(thread.id, self._noted(words).model_copy(update=doubts))
        return True

    def _noted(self, words: Words) -> MessageNoted:
        return MessageNoted(
            id=words.id,
            actor=self._speaker(as_noted(words)),
            address=words.address,
            text=words.text,
            files=words.files,
            original=words.original,
        )


def as_noted(words: Words) -> Words:
    """The words of somebody as what they are on record as."""
    return replace(words, standing=words.noted_as or words.standing)


def _asked_as(call: Call | None, person: str) -> str:
    """The name that stands on the card: the log marks some of those who are not in the people file."""
    marked = f"{person}{OUTSIDER}"
    return marked if call and marked in asides.asked(call) else person
