"""A shop with clocks: real Redis, and a time of the test's own in the place of the store's."""

from __future__ import annotations

from bot.core.codec import decode
from bot.core.events import CronTicked
from bot.core.slots import ScheduleFared, SlotsSettled
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.schedule import Schedule
from bot.setup.slots import Slots
from channels.cron.clock import Clock
from channels.cron.entry import Entry, minute
from channels.cron.watch import Watch

MINUTE = 60_000
NOON = 1_790_251_200_000
EVERY = Schedule(
    name="every", schedule="* * * * *", time_zone="UTC", prompt="Look.", address="screen"
)


class Timed(Slots):
    """A slotbook whose time is told."""

    def __init__(self, store: Store, at: int = NOON) -> None:
        super().__init__(store, Desk(store))
        self.at = at
        self.fails_to_begin = 0
        self.fails_to_tell = 0

    async def now(self) -> int:
        return self.at

    async def begin(self, tick: CronTicked) -> None:
        if self.fails_to_begin:
            self.fails_to_begin -= 1
            raise ConnectionError("the store is away")
        await super().begin(tick)

    async def tell(self, event: ScheduleFared) -> None:
        if self.fails_to_tell:
            self.fails_to_tell -= 1
            raise ConnectionError("the store is away")
        await super().tell(event)


def entry(**changed: object) -> Entry:
    return Entry("clerk", EVERY.model_copy(update=changed))


def where(written: str, schedule: str, slot: int) -> Address:
    return Address(channel=written, locator=f"{schedule}/{minute(slot)}")


async def reach(address: Address) -> str | None:
    return "the channel is archived" if address.channel == "gone" else None


def clock(book: Slots, *entries: Entry) -> Clock:
    return Clock(entries, book, where, reach, "alice")


def watch(book: Slots, *entries: Entry) -> Watch:
    return Watch(entries, book, where, reach, "alice")


def opened(url: str) -> RedisStore:
    return RedisStore(url, lease_seconds=30)


async def settled(book: Slots, schedule: str) -> list[SlotsSettled]:
    return [each for each in await book.history(schedule) if isinstance(each, SlotsSettled)]


async def outcomes(book: Slots, schedule: str = "clerk/every") -> list[tuple[int, str, str]]:
    """Each entry on record: minutes since noon, outcome, why."""
    slots = [slot for each in await settled(book, schedule) for slot in each.slots]
    return [((slot.at - NOON) // MINUTE, slot.outcome, slot.why) for slot in slots]


async def ticks(store: Store) -> list[CronTicked]:
    """What was begun, in whatever thread, as often as it is on a log."""
    found = list[CronTicked]()
    for name, _ in await store.threads():
        events = [decode(row.at, row.body) for row in await store.read(name)]
        found += [event for event in events if isinstance(event, CronTicked)]
    return found
