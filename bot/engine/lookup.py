"""Lookup: what channels may read of threads before they hand anything in; nothing here changes anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from time import time

from bot.core import halts
from bot.core import words as typed
from bot.core.events import Delivered
from bot.core.house import HOUSE
from bot.core.names import call_id, person_of, request_of
from bot.core.outbox import Approval, Question, Waiting, address, pending
from bot.core.redact import cut, missing
from bot.core.slots import SlotsSettled, place_of
from bot.core.thread import Started, Thread
from bot.core.values import Address
from bot.engine.desk import Desk, judged, thread_id, thread_of
from bot.engine.fates import told
from bot.engine.standing import NoSuchThread
from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.arrival import Form, Json, Open, Press, Remark, Standing, Words
from bot.kit.people import People

MOST_LATELY = 50
MOST_LOOKED_AT = 500


class Lookup:
    """The half of `Arrivals` that only reads."""

    def __init__(
        self, desk: Desk, agents: Mapping[str, Agent], people: People, default_agent: str
    ) -> None:
        self._desk = desk
        self._agents = agents
        self._people = people
        self._default_agent = default_agent

    def is_outside(self, words: Words) -> bool:
        known = self._people.alias_of(words.address.channel, words.person, words.address.locator)
        return words.standing in ("guest", "outsider") and known is None

    async def meant(self, words: Words) -> Sequence[Approval]:
        if not typed.nearly(words.text):
            return ()
        found = await self._approvals(await self._at(words.address))
        person = self._speaker(words)
        at = words.written or int(time() * 1000)
        may = any(person in each.deciders(at) and person not in each.barred for each in found)
        return found if may else ()

    async def _approvals(self, name: str) -> list[Approval]:
        """Those that are open in this thread."""
        thread = await self._thread(name)
        return [each for each in pending(thread) if isinstance(each, Approval)] if thread else []

    async def lately(self, channel: str) -> Sequence[Address]:
        found = [
            each.thread.address for each in await self._desk.standings(MOST_LATELY) if each.thread
        ]
        return [each for each in found if each is not None and each.channel == channel]

    async def cursors(self, channel: str) -> Mapping[str, str]:
        return await self._desk.cursors(channel)

    async def refusal(self, press: Press) -> str | None:
        name = thread_of(press.request)
        try:
            events = await self._desk.events(name)
        except NoSuchThread:
            return None
        taken = any(event.id == press.id for event in events)
        reason = judged(name, events, press.id).refusal if taken else None
        return told(reason, press.request, events, press.id) if reason else None

    async def halted(self, request: str) -> str | None:
        thread = await self._thread(thread_of(request))
        halted = halts.told_by(await self._desk.house()) if thread else halts.NOTHING
        halt = halts.of(halted, thread.agent) if thread and thread.id != HOUSE else None
        return halt.words if halt else None

    async def took(self, request: str, id: str) -> bool:
        thread = await self._thread(thread_of(request))
        return thread is not None and id in thread.ids

    async def asked(self, request: str) -> Waiting | None:
        thread = await self._thread(thread_of(request))
        return _open(thread, request) if thread else None

    async def form(self, request: str) -> Form | None:
        thread = await self._thread(thread_of(request))
        found = _open(thread, request) if thread else None
        if thread is None or not isinstance(found, Approval | Question):
            return None
        if isinstance(found, Question):
            return Form(found, {}, thread.address)
        agent = self._agents.get(thread.agent)
        tool = agent.tools.get(found.tool) if agent else None
        return Form(found, tool.arguments_schema if tool else {}, thread.address)

    async def stopping(self, address: Address) -> Sequence[str] | None:
        thread = await self._thread(await self._at(address))
        if thread is None or all(each.code != "stopped" for each in thread.notices):
            return None
        return [call.proposal.tool for call in thread.calls if isinstance(call.phase, Started)]

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
            return f"{self._desk.masks.cut(str(error))}."
        if mask := missing(cut(dict(arguments), self._desk.masks)):
            return f"That holds {mask}, which is kept nowhere: let the tool declare the secret that it needs."
        return "Nothing was changed." if after == call.proposal.arguments else None

    async def has_heard(self, address: Address, id: str) -> bool:
        thread = await self._thread(thread_id(address))
        return thread is not None and id in thread.ids

    async def knows(self, address: Address) -> bool:
        thread = await self._thread(await self._at(address))
        # Where nothing was ever asked, a bot's words alone are on record: what was said there is still to be read.
        return thread is not None and thread.address is not None

    async def open(self, address: Address) -> Sequence[Waiting]:
        thread = await self._thread(thread_id(address))
        return pending(thread) if thread else ()

    async def waiting(self, channel: str, person: str) -> Sequence[Open]:
        """The threads that moved last come first."""
        actor, found = self._actor(channel, person), list[Open]()
        async for thread, asked in self._open(lambda asked: _is_asked(actor, asked)):
            # The first one is the thread's own; what somebody else has alone is not theirs to see.
            there = {
                request_of(each.key): each.receipt
                for each in reversed(await self._delivered(thread, channel))
                if person_of(each.key) in ("", actor)
            }
            found += [Open(one, there.get(one.request, "")) for one in asked]
        return found

    async def shown(self, channel: str) -> Sequence[str]:
        found = list[str]()
        async for thread, asked in self._open(lambda _: True):
            requests = {one.request for one in asked}
            sent = await self._delivered(thread, channel)
            found += [each.receipt for each in sent if request_of(each.key) in requests]
        return found

    async def _open(
        self, wanted: Callable[[Waiting], bool]
    ) -> AsyncIterator[tuple[Thread, list[Waiting]]]:
        """Threads with what waits in them of what is wanted."""
        for each in await self._desk.standings(MOST_LOOKED_AT):
            if each.thread is None or each.thread.is_closed_to_us:
                continue
            if asked := [waiting for waiting in pending(each.thread) if wanted(waiting)]:
                yield each.thread, asked

    async def _delivered(self, thread: Thread, channel: str) -> list[Delivered]:
        """What was sent by this channel, be it to one person alone."""
        sent = [each for each in await self._desk.events(thread.id) if isinstance(each, Delivered)]
        there = ((each, address(thread, each.key)) for each in sent)
        return [each for each, where in there if where is not None and where.channel == channel]

    async def _at(self, address: Address) -> str:
        """The name of the thread that lives there; of one that lives elsewhere, where that is its schedule's fallback."""
        own = thread_id(address)
        try:
            led = (await self._desk.events(place_of(own)))[0]
        except NoSuchThread:
            return own
        return led.thread if isinstance(led, SlotsSettled) else own

    async def _thread(self, name: str) -> Thread | None:
        try:
            return await self._desk.thread(name)
        except NoSuchThread:
            return None

    # ---- who, and what it means ----------------------------------------------------------------------

    def _actor(self, channel: str, person: str, place: str = "") -> str:
        return self._people.alias_of(channel, person, place) or f"{channel}:{person}"

    def _speaker(self, words: Words | Remark) -> str:
        """Who wrote these words; the log marks bots, and whoever is not in the people file and no member, as far as anybody knows."""
        place = words.address
        return self._marked(place.channel, words.person, place.locator, words.standing)

    def _marked(self, channel: str, person: str, place: str, standing: Standing) -> str:
        known = self._people.alias_of(channel, person, place)
        is_marked = standing == "bot" or (known is None and standing != "member")
        return (known or f"{channel}:{person}") + (f"@{standing}" if is_marked else "")


def _open(thread: Thread, request: str) -> Waiting | None:
    """What is open under this request, be it another showing."""
    same = (each for each in pending(thread) if call_id(each.request) == call_id(request))
    return next(same, None)


def _is_asked(person: str, waiting: Waiting) -> bool:
    """Whether this waits for that person: whoever has voted, or may not, is not waited for."""
    if isinstance(waiting, Approval):
        deciders = waiting.deciders(int(time() * 1000))
        return person in deciders and person not in (*waiting.barred, *waiting.votes)
    return person in waiting.asked
