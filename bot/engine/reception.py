"""Reception: what channels hear is judged by the thread's fold and put on its log; then it may be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from time import time

from bot.core import meanings
from bot.core import words as typed
from bot.core.approvals import choices, refusal
from bot.core.events import CronTicked, Event, MessageNoted, MessageReceived, ScheduleFared, Verdict
from bot.core.grant import granting, left
from bot.core.names import call_id, version_of
from bot.core.outbox import Approval, pending
from bot.core.thread import Call, Thread
from bot.core.values import Address, Word
from bot.engine.afterwards import Afterwards, as_noted
from bot.engine.bots import Begun, Bots
from bot.engine.desk import Desk, thread_of
from bot.engine.put_off import put_off
from bot.engine.showing import shown
from bot.engine.standing import NoSuchThread
from bot.kit.agent import Agent
from bot.kit.arrival import Became, Press, Remark, Words
from bot.kit.people import People


class Reception(Afterwards):
    """Where channels hand in what they hear. By `begun` is counted which threads bots began."""

    def __init__(
        self,
        desk: Desk,
        agents: Mapping[str, Agent],
        people: People,
        default_agent: str,
        begun: Begun | None = None,
    ) -> None:
        super().__init__(desk, agents, people, default_agent)
        self._bots = Bots(begun)

    async def words(self, words: Words) -> Became:
        """A mention asks, unless it comes from outside; other words count only in a thread of ours."""
        name = await self._at(words.address)
        if words.standing == "bot":
            stopped = await self._stopped(name, words)
            if stopped:
                return stopped
        before = tuple(self._noted(each) for each in words.before)
        if words.aim == "bot" and not self.is_outside(words):
            return await self._asked(name, words, *before)
        thread = await self._thread(name)
        if thread is None or thread.address is None or words.id in thread.ids:
            return "ignored"
        asks = words.aim == "anybody" and await self._is_addressed(thread, words)
        if asks and not self.is_outside(as_noted(words)):
            return await self._asked(name, words)
        await self._desk.post(name, self._noted(words))
        return "outside" if asks else "noted"

    async def _asked(self, name: str, words: Words, *before: MessageNoted) -> Became:
        if not await self._desk.post(name, *before, await self._said(name, words)):
            return "ignored"
        await self._bots.heard(words)
        return "asked"

    async def _stopped(self, name: str, words: Words) -> Became | None:
        """What becomes of a bot's words where bots have had their say; None: they are heard as any others."""
        try:
            events = await self._desk.events(name)
        except NoSuchThread:
            events = []
        stopped = await self._bots.stops(words, events)
        if stopped and not await self._desk.post(name, self._noted(words)):
            return "ignored"
        return stopped

    async def remark(self, remark: Remark) -> Sequence[Approval]:
        """What changed about a message is one more thing said about it, if we have that message."""
        name = await self._at(remark.address)
        thread = await self._thread(name)
        if thread is None or remark.about not in thread.ids:
            return ()
        # What a bot does to its words is no word of its own.
        by = replace(remark, standing="member") if remark.standing == "bot" else remark
        actor = self._speaker(by)
        said = MessageNoted(id=remark.id, actor=actor, address=remark.address, text=remark.text)
        is_new = await self._desk.post(name, said)
        asked = (each for each in await self._desk.events(name) if each.id == remark.about)
        if not is_new or not isinstance(next(asked, None), MessageReceived):
            return ()
        return await self._approvals(name)

    async def press(self, press: Press) -> None:
        """A press carries the version that was shown: what stood on that version's card is what was decided on."""
        thread = await self._thread(thread_of(press.request))
        if thread is None:
            return
        call = thread.call(press.request)
        await self._desk.post(thread.id, self._verdict(press, call))

    async def objection(self, press: Press) -> str | None:
        thread = await self._thread(thread_of(press.request))
        if thread is None:
            return None
        call = thread.call(press.request)
        # By this process's own clock: what is sent off is judged by the one that dates events.
        verdict = self._verdict(press, call).model_copy(update={"at": int(time() * 1000)})
        return refusal(thread, call, verdict)

    async def unheard(self, words: Words) -> str | None:
        name, said = typed.named(words.text) or ("", typed.read(words.text))
        lasts = typed.lasting(words.text) is not None
        if not (lasts or isinstance(said, typed.Approve | typed.Deny)) or words.standing == "bot":
            return None
        waiting = await self._approvals(await self._at(words.address))
        named = (each for each in waiting if call_id(name) in ("", call_id(each.request)))
        asked = next(named, None)
        if asked is None or self.is_outside(words):
            return None
        if lasts and self._speaker(words) in asked.deciders(words.written or int(time() * 1000)):
            return None  # A verdict, of which the fold says what it thinks.
        word: Word = "deny" if isinstance(said, typed.Deny) else "approve"
        channel, spot = words.address.channel, words.address.locator
        press = Press(words.id, channel, words.person, asked.request, word, digest=asked.digest)
        return await self.objection(replace(press, spot=spot))

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        await self._desk.move_cursors(channel, cursors)

    async def bury(self, channel: str, raw: bytes, cause: str) -> None:
        await self._desk.bury(channel, sha256(raw).hexdigest()[:16], raw, cause)

    async def _is_addressed(self, thread: Thread, words: Words) -> bool:
        """Whether these words, that name nobody, are for the bot: from whoever may decide here, as the agent listens.

        In a thread that others began, what people say to each other is theirs: there only an answer and a verdict are for the bot.
        """
        person, at = self._speaker(words), words.written or int(time() * 1000)
        first = (await self._desk.events(thread.id))[0]
        if person not in self._deciders(thread, at) and not self._may_ask_a_schedule(first, words):
            return False
        text = words.text
        if typed.read(text) or typed.lasting(text) or meanings.named(thread, text):
            return True
        if isinstance(first, MessageNoted):  # Others spoke there before anybody spoke to the bot.
            return any(not isinstance(each, Approval) for each in pending(thread))
        agent = self._agents.get(thread.agent)
        return agent is None or agent.listen == "thread" or bool(pending(thread))

    def _may_ask_a_schedule(self, first: Event, words: Words) -> bool:
        """Whether a schedule began the thread: then whoever may ask there stands for the person who else would have."""
        may_ask = words.standing != "bot" and not self.is_outside(words)
        return may_ask and isinstance(first, CronTicked | ScheduleFared)

    def _deciders(self, thread: Thread, at: int) -> set[str]:
        """The requester and all who may approve something here at this time."""
        agent = self._agents.get(thread.agent)
        found = {thread.requester, *(agent.approvers if agent else ())}
        for each in pending(thread):
            found.update(each.deciders(at) if isinstance(each, Approval) else each.asked)
        return found

    async def _said(self, name: str, words: Words) -> MessageReceived | Verdict:
        """The message; where it only puts off the one approval that is open, or approves it for a while, that."""
        said, minutes = typed.put_off(words.text), typed.lasting(words.text)
        thread = await self._thread(name) if said or minutes else None
        if thread is None:
            return self._received(words)
        if said is None:
            return self._lasting(thread, words, minutes or 0) or self._received(words)
        person = self._speaker(words)
        now = words.written or int(time() * 1000)  # In its author's zone.
        return put_off(thread, said, words, person, now, self._people) or self._received(words)

    def _lasting(self, thread: Thread, words: Words, minutes: int) -> Verdict | None:
        """The approval for a while that these words are; None: they are words, as of somebody not asked, or where no one card takes typed ones."""
        found = [each for each in pending(thread) if isinstance(each, Approval)]
        person, address = self._speaker(words), words.address
        if len(found) != 1 or not found[0].typed:
            return None
        if person not in found[0].deciders(words.written or int(time() * 1000)):
            return None
        call = thread.call(found[0].request)
        is_seen = call is not None and meanings.unseen(call, self._received(words)) is None
        press = Press(
            words.id,
            address.channel,
            words.person,
            found[0].request,
            "approve",
            text=words.text,
            digest=found[0].digest if is_seen else "",
            minutes=left(minutes, int(time() * 1000) - words.written if words.written else 0),
        )
        verdict = self._verdict(press, call)
        return verdict.model_copy(update={"actor": person, "address": address})

    def _received(self, words: Words) -> MessageReceived:
        return MessageReceived(
            id=words.id,
            actor=self._speaker(words),
            address=words.address,
            text=words.text,
            agent=words.agent if words.agent in self._agents else self._default_agent,
            written=words.written,
            files=words.files,
            original=words.original,
        )

    def _verdict(self, press: Press, call: Call | None) -> Verdict:
        current = call is not None and version_of(press.request) == call.version
        offered = choices(call) if call else ()
        chosen = press.choice is not None and press.choice < len(offered)
        actor = self._marked(press.channel, press.person, press.spot, press.standing)
        verdict = Verdict(
            id=press.id,
            actor=actor,
            request=press.request,
            word=press.word,
            digest=shown(call, press, actor) if call and current else "",
            text=offered[press.choice or 0] if chosen else press.text,
            arguments=dict(press.arguments),
            to=press.to,
            until=press.until,
            channel=press.channel,
            address=Address(channel=press.channel, locator=press.spot) if press.spot else None,
            account=press.person,
            original=press.original,
        )
        return verdict if press.minutes is None else granting(verdict, press.minutes)
