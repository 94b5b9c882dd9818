"""Desk: threads from outside: what people and programs put into them, stored before it is answered, and where they stand."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from bot.core.codec import decode, encode
from bot.core.events import Event, Forked, MessageReceived, ToolEnded, Verdict
from bot.core.house import HOUSE
from bot.core.lineage import copied
from bot.core.masks import PLAIN, Masks
from bot.core.redact import redacted
from bot.core.reducer import evolve, replay
from bot.core.slots import PREFIX
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine import letters
from bot.engine.commit import Append, Appended, Row
from bot.engine.letters import Letter
from bot.engine.standing import CannotRead, HouseFacts, NoSuchThread, Standing, reading
from bot.engine.store import Store, WrongKey


def thread_id(address: Address) -> str:
    """A thread's name is a function of its first address, so that nobody has to agree on it."""
    mark = sha256(f"{address.channel}:{address.locator}".encode()).digest()
    return "t" + b32encode(mark)[:11].decode().lower()


def thread_of(request: str) -> str:
    """The thread that a request belongs to."""
    return request.partition("-")[0]


@dataclass(frozen=True)
class Judged:
    """A verdict and what the fold made of it: `refusal` says why it did not count."""

    before: Thread
    after: Thread
    refusal: str | None


class Desk:
    """Threads as seen from outside."""

    def __init__(self, store: Store, masks: Masks = PLAIN) -> None:
        self._store = store
        self.masks = masks

    async def launch(self, agent: str, text: str, person: str, address: Address) -> str:
        """Begin a thread, or speak in the one that lives at this address; returns when the message is durable."""
        thread = thread_id(address)
        message = MessageReceived(
            id=f"{address.channel}:{address.locator}:{uuid4().hex}",
            actor=person,
            address=address,
            text=text,
            agent=agent,
        )
        await self.post(thread, message)
        return thread

    async def fork(self, parent: str, forked: Forked, *said: Event) -> str:
        """Begin a thread with a copy of another's first events, in one commit; where it is begun already, nothing is written.

        Its name follows from the address in `forked`, as that of every thread from its first one.
        """
        assert forked.address is not None, "a child lives in a place of its own"
        child = thread_id(forked.address)
        rows = (await self._store.read(parent))[: forked.head]
        events = copied((decode(row.at, row.body) for row in rows), parent, child)
        ends = [event for event in events if isinstance(event, ToolEnded)]
        refs = {end.ref for end in ends if end.ref}
        refs |= {end.picture.ref for end in ends if end.picture}
        blobs = {ref: await self._store.blob(parent, ref) for ref in refs}
        commit = Append(
            thread=child,
            kind="arrival",
            id=forked.id,
            copied=tuple(Row(event.at, encode(event)) for event in events),
            events=tuple(encode(redacted(event, self.masks)) for event in (forked, *said)),
            blobs={ref: blob for ref, blob in blobs.items() if blob is not None},
        )
        await self._store.append(commit)
        return child

    async def post(self, thread: str, *events: Event) -> bool:
        """Append an arrival, named by the last of these, and wake the thread. A known id changes nothing; whether it was new.

        What looks like a secret is cut out here, whatever it came by.
        """
        written = tuple(encode(redacted(event, self.masks)) for event in events)
        commit = Append(thread=thread, kind="arrival", id=events[-1].id, events=written)
        return isinstance(await self._store.append(commit), Appended)

    async def events(self, thread: str) -> list[Event]:
        """The log, oldest first. Raises `NoSuchThread`."""
        try:
            rows = await self._store.read(thread)
        except ValueError:
            rows = []
        except WrongKey as error:
            raise CannotRead(thread, error) from error
        if not rows:
            raise NoSuchThread(thread)
        return [decode(row.at, row.body) for row in rows]

    async def thread(self, thread: str) -> Thread:
        """The thread as it is now. Raises `NoSuchThread` and `CannotRead`."""
        events = await self.events(thread)
        with reading(thread):
            return replay(thread, events)

    async def house(self) -> list[Event]:
        """What is on record for all threads."""
        return [decode(row.at, row.body) for row in await self._store.read(HOUSE)]

    async def threads(self) -> list[Thread]:
        """Every thread that can be read, the one that changed last first."""
        return [each.thread for each in await self.standings() if each.thread]

    async def standings(self, most: int | None = None) -> list[Standing]:
        """Where every thread stands, or so many at most, the one that changed last first. No thread hides another."""
        letters, house = await self.letters(), HouseFacts(await self.house())
        listed = await self._store.threads()
        threads = [pair for pair in listed if not pair[0].startswith(PREFIX)][:most]
        found = [await self._standing(name, at, letters.get(name)) for name, at in threads]
        return [each.under(house) for each in found]

    async def standing(self, thread: str) -> Standing:
        """Where this thread stands. Raises `NoSuchThread`."""
        standing = await self._standing(thread, 0, await self._store.letter(thread))
        if standing.thread is None and standing.letter is None and not standing.trouble:
            raise NoSuchThread(thread)
        return standing.under(HouseFacts(await self.house()))

    async def _standing(self, thread: str, at: int, letter: Letter | None) -> Standing:
        try:
            return Standing(thread, at, await self.thread(thread), letter=letter)
        except NoSuchThread:
            return Standing(thread, at, None, letter=letter)
        except CannotRead as error:
            return Standing(thread, at, None, str(error), letter)

    async def letters(self) -> dict[str, Letter]:
        """What could not be gone on with, by the thread or the payload that it is about."""
        return {letter.id: letter for letter in await self._store.letters()}

    async def revive(self, letter: Letter) -> None:
        """Take the letter away; its thread is tried anew."""
        await self._store.revive(letter)

    async def bury(self, kind: str, id: str, raw: bytes, cause: str) -> None:
        """Keep a payload that no event can be made of, under its id at the source, for a human to look at."""
        at = await self._store.now()
        await self._store.bury(letters.payload(kind, id, raw, cause, at, self.masks))

    async def cursors(self, channel: str) -> dict[str, str]:
        """How far each place of this channel was read; nothing where that was lost."""
        return await self._store.cursors(channel)

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        """Remember that these were read so far."""
        await self._store.move_cursors(channel, cursors)

    async def judge(self, verdict: Verdict) -> Judged:
        """Hand in a verdict and say at once whether it counted: the fold is the same for everybody."""
        thread = thread_of(verdict.request)
        await self.thread(thread)
        await self.post(thread, verdict)
        events = await self.events(thread)
        return judged(thread, events, verdict.id)


def judged(thread: str, events: Sequence[Event], verdict: str) -> Judged:
    """What became of a verdict that is among these events."""
    position = next(index for index, event in enumerate(events) if event.id == verdict)
    before = replay(thread, events[:position])
    after = evolve(before, events[position])
    refusals = [refusal.reason for refusal in after.refusals if refusal.verdict == verdict]
    return Judged(before, after, refusals[0] if refusals else None)
