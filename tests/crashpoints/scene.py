"""Scene: the outside of one story as its people see it, and what they do by the script and out of honesty."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from pydantic import JsonValue

from bot.core import events, outbox, values
from bot.core.house import HOUSE
from bot.core.names import version_of
from bot.core.thread import Thread
from bot.engine.commit import Row
from bot.engine.desk import Desk, thread_id
from bot.engine.rebuild import rebuild
from tests.crashpoints.cast import SPOILT, Crew, Release, end_of
from tests.crashpoints.fate import Fate
from tests.crashpoints.script import Story
from tests.simulation.ports import StorePort
from tests.simulation.process import Process
from tests.simulation.source import Listener, Source
from tests.simulation.world import Fault, Letter, Point, World, home, homes

NEWER = (
    b'{"type":"MessageNoted","v":3,"id":"newer","actor":"dave",'
    b'"address":{"channel":"screen","locator":"0"},"text":"nice"}'
)


class Clerk(Listener):
    """Takes messages as any listener does, and verdicts as whoever presses a button expects: judged at once."""

    def __init__(self, process: Process, desk: Desk, store: StorePort, *, reads_on: bool) -> None:
        super().__init__(process, store)
        self._own, self._reads_on = desk, reads_on

    async def store(self, letter: Letter) -> None:
        if isinstance(letter.event, events.Verdict):
            await self._own.judge(letter.event)
        else:
            await self._own.post(letter.thread, letter.event)
        if (
            self._reads_on
        ):  # How far, once it is stored: what lies before that is never asked for again.
            await self._own.move_cursors("screen", {letter.thread: letter.event.id})
            assert await self._own.cursors("screen")


class Scene:
    """World, crew and people of one run."""

    def __init__(
        self, story: Story, fate: Callable[[World, Callable[[Point], Fault | None]], Fate]
    ) -> None:
        self.story, self.world = story, World(0)
        self.crew = Crew(self.world, story, self._is_troubled)
        self.source = Source(self.world, self._listener)
        self.fate = self.world.fate = fate(self.world, self._fault)
        self.did = set[str]()
        self._threads = list(homes(range(3)).items())
        self._left = {fault: fault.times for fault in story.faults}
        self._beats = list(story.beats)
        self._pressed = set[str]()
        self._said = 0
        self._operator: asyncio.Task[None] | None = None

    def _listener(self, process: Process) -> Listener:
        store = StorePort(process, self.crew.store(process))
        return Clerk(process, Desk(store), store, reads_on=self.story.reads_on)

    def _is_troubled(self) -> bool:
        trouble = self.story.trouble
        return trouble is not None and not trouble.until(self)

    def _fault(self, point: Point) -> Fault | None:
        for fault, left in self._left.items():
            if left and fault.catches(point) and fault.since(self) and not fault.until(self):
                self._left[fault] -= 1
                self.world.tell(f"{fault.fault.kind} {point}")
                return fault.fault
        return None

    # ---- what people see -------------------------------------------------------------------------------------
    def shown(self) -> list[outbox.Outgoing]:
        return [each.message for each in self.world.ledger.shown]

    def card(self, tool: str, version: int) -> outbox.Approval | None:
        cards = (each for each in self.shown() if isinstance(each, outbox.Approval))
        return next((c for c in cards if (c.tool, version_of(c.request)) == (tool, version)), None)

    def asked(self) -> outbox.Question | outbox.Hold | None:
        """What is asked now and was not answered yet."""
        for each in self.shown():
            if (
                isinstance(each, outbox.Question | outbox.Hold)
                and each.request not in self._pressed
            ):
                return each
        return None

    # ---- what they do ----------------------------------------------------------------------------------------
    def say(self, text: str, by: str = "alice", thread: int = 0, agent: str = "porter") -> None:
        name, address = self._threads[thread]
        message = events.MessageReceived(
            id=self._name("m"), actor=by, address=address, text=text, agent=agent
        )
        self.source.offer(name, message)

    def press(
        self, word: values.Word, tool: str, version: int, by: str, given: dict[str, JsonValue]
    ) -> None:
        card = self.card(tool, version)
        assert card, "nobody presses what is not there"
        self.verdict(card.request, word, by, digest=card.digest, arguments=given)

    def answer(self, text: str, by: str) -> None:
        asked = self.asked()
        assert asked, "nobody answers what was not asked"
        self.verdict(asked.request, "answer", by, text=text)

    def verdict(
        self, request: str, word: values.Word, by: str, *, digest: str = "", text: str = "",
        arguments: dict[str, JsonValue] | None = None,
    ) -> None:  # fmt: skip
        self._pressed.add(request)
        self.did.add(text)
        verdict = events.Verdict(
            id=self._name("v"), actor=by, request=request, word=word, digest=digest, text=text,
            arguments=arguments or {}, channel="screen",
        )  # fmt: skip
        self.source.offer(request.partition("-")[0], verdict)

    def frame(self, kind: type[events.Paused | events.Resumed | events.Cancelled]) -> None:
        self.source.offer(self._threads[0][0], kind(id=self._name("f"), actor="alice"))

    def switch(self, kind: type[events.Halted | events.Lifted]) -> None:
        """The kill switch."""
        self.source.offer(HOUSE, kind(id=self._name("h"), actor="alice"))

    def spoil(self) -> None:
        """A timer comes due on what is no log."""
        self.world.server.timers[SPOILT, "deadline"] = self.world.now()

    def write_newer(self) -> None:
        """A worker of the next version writes what this one cannot read."""
        server, thread = self.world.server, thread_id(home(0))
        server.logs[thread].append(Row(server.clock(), NEWER))
        if thread not in server.wake:
            server.rouse(thread)

    def read_newer(self) -> None:
        """From here on what was written then can be read."""
        log = self.world.server.logs[thread_id(home(0))]
        place = next(at for at, row in enumerate(log) if row.body == NEWER)
        log[place] = Row(log[place].at, NEWER.replace(b'"v":3', b'"v":1'))
        self.world.read_anew()

    def restock(self) -> None:
        self.world.restock()

    def relieve(self, release: Release | None = None) -> None:
        self.crew.relieve(release)

    def _name(self, kind: str) -> str:
        self._said += 1
        return f"{kind}{self._said}"

    # ---- at the operator's terminal --------------------------------------------------------------------------
    def launch(self, text: str) -> None:
        """Begins a thread from a terminal; if that dies, the operator looks whether it was taken, and else types again."""
        thread = self._threads[0]

        async def launch(desk: Desk) -> None:
            if not self.world.log(thread[0]):
                await desk.launch("porter", text, "alice", thread[1])

        self._operator = asyncio.create_task(self._at_terminal(launch))

    def look(self) -> None:
        """Looks at one thread, lists every thread, and once more."""

        async def look(desk: Desk) -> None:
            assert (await desk.standing(self._threads[0][0])).thread
            assert await desk.threads() == await desk.threads()

        self._operator = asyncio.create_task(self._at_terminal(look))

    def bury(self) -> None:
        """Keeps a payload that no event can be made of."""

        async def bury(desk: Desk) -> None:
            await desk.bury("screen", "p1", b"\x00", "no JSON")

        self._operator = asyncio.create_task(self._at_terminal(bury))

    def revive(self) -> None:
        """What could not be gone on with is to be tried anew, now that its cause is gone."""
        self.did.add("revive")

        async def revive(desk: Desk) -> None:
            for letter in (await desk.letters()).values():
                await desk.revive(letter)

        self._operator = asyncio.create_task(self._at_terminal(revive))

    def fork(self, text: str) -> None:
        """A second thread goes on from where the first is now, with a word of its own."""
        (parent, _), (child, address) = self._threads[:2]
        head = len(self.world.log(parent))
        self.world.ledger.forks[child] = head
        forked = events.Forked(
            id=self._name("k"), actor="alice", parent=parent, head=head, address=address
        )
        said = events.MessageReceived(
            id=self._name("m"), actor="alice", address=address, text=text, agent="porter"
        )

        async def fork(desk: Desk) -> None:
            await desk.fork(parent, forked, said)

        self._operator = asyncio.create_task(self._at_terminal(fork))

    def rebuild(self) -> None:
        """Every index is made anew from the logs, beside whoever works."""
        self._operator = asyncio.create_task(self._at_desk(self._rebuild))

    def lose_indexes(self) -> None:
        """Everything but the logs and their blobs is gone, and made anew."""
        server = self.world.server
        for index in (server.ready, server.wake, server.timers, server.touched, server.letters):
            index.clear()
        self.rebuild()

    async def _rebuild(self, store: StorePort) -> None:
        assert not (await rebuild(store)).unread

    async def _at_terminal(self, do: Callable[[Desk], Coroutine[None, None, None]]) -> None:
        await self._at_desk(lambda store: do(Desk(store)))

    async def _typed(
        self, process: Process, do: Callable[[StorePort], Coroutine[None, None, None]]
    ) -> None:
        await do(StorePort(process, self.crew.store(process)))
        await process.point("source", "say", "before")

    async def _at_desk(self, do: Callable[[StorePort], Coroutine[None, None, None]]) -> None:
        for time in range(5):
            process = Process(self.world, f"o{self._said}.{time}")
            running = process.start(self._typed(process, do))
            await end_of(process, running)
            if not process.is_dead:
                return

    # ---- how it goes on --------------------------------------------------------------------------------------
    def go_on(self, threads: list[Thread]) -> None:
        """What is due by the script, and what honest people do about what a death has left."""
        self._settle(threads)
        if self._beats and self._beats[0].when(self):
            self._beats.pop(0).act(self)

    def is_over(self) -> bool:
        """Whether everybody has said and heard everything."""
        heard = all(letter.acknowledged is not None for letter in self.world.ledger.letters)
        return not self._beats and heard and (not self._operator or self._operator.done())

    def _settle(self, threads: list[Thread]) -> None:
        for message in self.shown():
            if isinstance(message, outbox.UnknownOutcome) and message.request not in self._pressed:
                self._resolve(message)
        for thread in threads:
            parked = [
                event for event in self.world.log(thread.id) if event.id.startswith("parked:")
            ]
            if thread.paused and parked and parked[-1].id not in self._pressed:
                self._pressed.add(parked[-1].id)
                self.frame(events.Resumed)

    def _resolve(self, asked: outbox.UnknownOutcome) -> None:
        """They look whether this very try began: if not it is tried again, once it cannot begin any more."""
        call, n = asked.request.rpartition("-v")[0], self._tries(asked)
        starts = [start for start in self.world.ledger.starts if start.call == call]
        began = any(start.n == n for start in starts)
        word = self.story.unsure.get(len(starts), "happened") if began else "retry"
        if word != "retry" or self.world.now() >= asked.may_retry_at:
            self.verdict(asked.request, "answer", "bob", text=word)

    def _tries(self, asked: outbox.UnknownOutcome) -> int:
        log = self.world.log(asked.request.partition("-")[0])
        call = asked.request.rpartition("-v")[0]
        claims = [e.n for e in log if isinstance(e, events.ToolStarted) and e.call == call]
        return max(claims)
