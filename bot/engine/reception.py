"""Reception: what channels hear is judged by the thread's fold and put on its log; then it may be acknowledged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from bot.core import words as typed
from bot.core.approvals import choices
from bot.core.events import Delivered, MessageNoted, MessageReceived, Verdict
from bot.core.names import call_id, version_of
from bot.core.outbox import Approval, Waiting, pending
from bot.core.thread import Call, Thread
from bot.core.values import Address
from bot.engine.bots import MOST_TURNS, turns
from bot.engine.desk import Desk, judged, thread_id, thread_of
from bot.engine.standing import NoSuchThread
from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.arrival import Became, Form, Json, Open, Press, Rating, Remark, Words
from bot.kit.people import People

MOST_LATELY = 50
MOST_LOOKED_AT = 500


class Reception:
    """Where channels hand in what they hear."""

    def __init__(
        self, desk: Desk, agents: Mapping[str, Agent], people: People, default_agent: str
    ) -> None:
        self._desk = desk
        self._agents = agents
        self._people = people
        self._default_agent = default_agent

    async def words(self, words: Words) -> Became:
        """A mention asks, unless it comes from outside; other words count only in a thread of ours."""
        name = thread_id(words.address)
        if words.standing == "bot":
            stopped = await self._stopped(name, words)
            if stopped:
                return stopped
        before = tuple(self._noted(each) for each in words.before)
        if words.aim == "bot" and not self.is_outside(words):
            is_new = await self._desk.post(name, *before, self._received(words))
            return "asked" if is_new else "ignored"
        thread = await self._thread(name)
        if thread is None or thread.address is None or words.id in thread.ids:
            return "ignored"
        if words.aim == "anybody" and self._is_addressed(thread, words):
            is_new = await self._desk.post(name, self._received(words))
            return "asked" if is_new else "ignored"
        await self._desk.post(name, self._noted(words))
        return "noted"

    async def _stopped(self, name: str, words: Words) -> Became | None:
        """What becomes of a bot's words where bots have had their say; None: they are heard as any others."""
        try:
            asked, noted = turns(await self._desk.events(name))
        except NoSuchThread:
            return None
        if asked < MOST_TURNS:
            return None
        if not await self._desk.post(name, self._noted(words)):
            return "ignored"
        return "noted" if noted else "enough"

    def is_outside(self, words: Words) -> bool:
        known = self._people.alias_of(words.address.channel, words.person)
        return words.standing in ("guest", "outsider") and known is None

    async def meant(self, words: Words) -> Sequence[Approval]:
        if not typed.nearly(words.text):
            return ()
        thread = await self._thread(thread_id(words.address))
        waiting = pending(thread) if thread else ()
        found = [each for each in waiting if isinstance(each, Approval)]
        person = self._speaker(words)
        may = any(person in each.approvers and person not in each.barred for each in found)
        return found if may else ()

    async def lately(self, channel: str) -> Sequence[Address]:
        found = [
            each.thread.address for each in await self._desk.standings(MOST_LATELY) if each.thread
        ]
        return [each for each in found if each is not None and each.channel == channel]

    async def cursors(self, channel: str) -> Mapping[str, str]:
        return await self._desk.cursors(channel)

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        await self._desk.move_cursors(channel, cursors)

    async def remark(self, remark: Remark) -> None:
        """What changed about a message is one more thing said about it, if we have that message."""
        name = thread_id(remark.address)
        thread = await self._thread(name)
        if thread is None or remark.about not in thread.ids:
            return
        actor = self._actor(remark.address.channel, remark.person)
        said = MessageNoted(id=remark.id, actor=actor, address=remark.address, text=remark.text)
        await self._desk.post(name, said)

    async def press(self, press: Press) -> None:
        """A press carries the version that was shown: what stood on that version's card is what was decided on."""
        thread = await self._thread(thread_of(press.request))
        if thread is None:
            return
        call = thread.call(press.request)
        await self._desk.post(thread.id, self._verdict(press, call))

    async def rate(self, rating: Rating) -> None:
        """One more thing said in the thread, if it is about something that was sent there."""
        thread = await self._thread(thread_of(rating.key))
        if thread is None or thread.address is None or f"sent:{rating.key}" not in thread.ids:
            return
        actor = self._actor(rating.channel, rating.person)
        said = MessageNoted(id=rating.id, actor=actor, address=thread.address, text=rating.text)
        await self._desk.post(thread.id, said)

    async def refusal(self, press: Press) -> str | None:
        name = thread_of(press.request)
        try:
            events = await self._desk.events(name)
        except NoSuchThread:
            return None
        taken = any(event.id == press.id for event in events)
        return judged(name, events, press.id).refusal if taken else None

    async def bury(self, channel: str, raw: bytes, cause: str) -> None:
        await self._desk.bury(channel, sha256(raw).hexdigest()[:16], raw, cause)

    async def asked(self, request: str) -> Waiting | None:
        thread = await self._thread(thread_of(request))
        return _open(thread, request) if thread else None

    async def form(self, request: str) -> Form | None:
        thread = await self._thread(thread_of(request))
        found = _open(thread, request) if thread else None
        if thread is None or not isinstance(found, Approval):
            return None
        agent = self._agents.get(thread.agent)
        tool = agent.tools.get(found.tool) if agent else None
        return Form(found, tool.arguments_schema if tool else {})

    async def complaints(self, request: str, arguments: Json) -> str | None:
        thread = await self._thread(thread_of(request))
        call = thread.call(request) if thread else None
        agent = self._agents.get(thread.agent) if thread else None
        tool = agent.tools.get(call.proposal.tool) if agent and call else None
        if call is None or tool is None:
            return None
        try:
            after = tool.spelled_out({**call.proposal.arguments, **arguments})
        except BadArguments as error:
            return f"{error}."
        return "Nothing was changed." if after == call.proposal.arguments else None

    async def knows(self, address: Address) -> bool:
        return await self._thread(thread_id(address)) is not None

    async def waiting(self, channel: str, person: str) -> Sequence[Open]:
        """The threads that moved last come first."""
        actor, found = self._actor(channel, person), list[Open]()
        for each in await self._desk.standings(MOST_LOOKED_AT):
            if each.thread is None or each.thread.is_closed_to_us:
                continue
            asked = [waiting for waiting in pending(each.thread) if _is_asked(actor, waiting)]
            receipts = await self._receipts(each.thread, channel) if asked else {}
            found += [Open(one, receipts.get(one.request, "")) for one in asked]
        return found

    async def _receipts(self, thread: Thread, channel: str) -> dict[str, str]:
        """By its request, where each card stands on this channel; the first copy, which is the thread's own."""
        if thread.address is None or thread.address.channel != channel:
            return {}
        sent = [each for each in await self._desk.events(thread.id) if isinstance(each, Delivered)]
        return {each.key.partition("~")[0]: each.receipt for each in reversed(sent)}

    async def _thread(self, name: str) -> Thread | None:
        try:
            return await self._desk.thread(name)
        except NoSuchThread:
            return None

    # ---- who, and what it means ----------------------------------------------------------------------
    def _is_addressed(self, thread: Thread, words: Words) -> bool:
        """Whether these words, that name nobody, are for the bot: from whoever may decide here, as the agent listens."""
        person = self._speaker(words)
        if person not in self._deciders(thread):
            return False
        agent = self._agents.get(thread.agent)
        if agent is None or agent.listen == "thread":
            return True
        return bool(pending(thread)) or typed.read(words.text) is not None

    def _deciders(self, thread: Thread) -> set[str]:
        """The requester and all who may approve something here."""
        agent = self._agents.get(thread.agent)
        found = {thread.requester, *(agent.approvers if agent else ())}
        for each in pending(thread):
            found.update(each.approvers if isinstance(each, Approval) else each.asked)
        return found

    def _actor(self, channel: str, person: str) -> str:
        return self._people.alias_of(channel, person) or f"{channel}:{person}"

    def _speaker(self, words: Words) -> str:
        """Who wrote these words; the log marks bots, and who is from outside and not in the people file."""
        is_marked = words.standing == "bot" or self.is_outside(words)
        mark = f"@{words.standing}" if is_marked else ""
        return self._actor(words.address.channel, words.person) + mark

    def _received(self, words: Words) -> MessageReceived:
        return MessageReceived(
            id=words.id,
            actor=self._speaker(words),
            address=words.address,
            text=words.text,
            agent=self._default_agent,
            written=words.written,
            files=words.files,
        )

    def _noted(self, words: Words) -> MessageNoted:
        return MessageNoted(
            id=words.id,
            actor=self._speaker(words),
            address=words.address,
            text=words.text,
            files=words.files,
        )

    def _verdict(self, press: Press, call: Call | None) -> Verdict:
        current = call is not None and version_of(press.request) == call.version
        offered = choices(call) if call else ()
        chosen = press.choice is not None and press.choice < len(offered)
        return Verdict(
            id=press.id,
            actor=self._actor(press.channel, press.person),
            request=press.request,
            word=press.word,
            digest=_shown(call, press) if call and current else "",
            text=offered[press.choice or 0] if chosen else press.text,
            arguments=dict(press.arguments),
            channel=press.channel,
        )


def _shown(call: Call, press: Press) -> str:
    """The digest of the card that was pressed: empty where another one has its name, since the log lost its end."""
    digest = call.card.digest if call.card else ""
    return digest if digest.startswith(press.digest) else ""


def _open(thread: Thread, request: str) -> Waiting | None:
    """What is open under this request, be it another showing."""
    same = (each for each in pending(thread) if call_id(each.request) == call_id(request))
    return next(same, None)


def _is_asked(person: str, waiting: Waiting) -> bool:
    """Whether this waits for that person: whoever has voted, or may not, is not waited for."""
    if isinstance(waiting, Approval):
        return person in waiting.approvers and person not in (*waiting.barred, *waiting.votes)
    return person in waiting.asked
