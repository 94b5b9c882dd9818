"""Clock health: the finding about the store's clock, which all schedules and deadlines follow, and about what it has left asleep."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

from bot.app import App, House, opened
from bot.cli.finding import Finding
from bot.cli.output import clock
from bot.engine.store import WrongKey
from bot.settings import Settings
from bot.setup.clock import BadAddress, address, asleep, everything, reach
from bot.setup.slots import Slots
from channels.cron.entry import Entry
from channels.cron.plan import MISSED_MS

Here = Callable[[], float]


async def clock_findings(
    settings: Settings, found: House, here: Here = time.time
) -> AsyncIterator[Finding]:
    """Nothing where the store's clock goes as this machine's, in seconds since the epoch, and no schedule waits for it to catch up."""
    async with opened(settings, found) as app:
        book = Slots(app.store, app.desk)
        ahead = await book.now() - round(here() * 1000)
        if abs(ahead) >= MISSED_MS:
            said = f"{round(abs(ahead) / 1000):,} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
            text = f"the store's clock is {said}, and schedules and deadlines follow the store's"
            yield Finding("clock", "warning", text, "set the one right that is wrong (NTP)")
        try:
            for entry in await everything(found.agents, book):
                if until := await asleep(book, entry):
                    yield Finding("clock", "warning", *sleep_words(entry.id, until))
                async for text, mend in _unheard(settings, app, entry):
                    yield Finding("schedules", "warning", text, mend)
        except WrongKey as error:
            yield Finding("clock", "broken", str(error), "bot rebuild makes indexes anew")


async def _unheard(settings: Settings, app: App, entry: Entry) -> AsyncIterator[tuple[str, str]]:
    """Where it cannot speak, as far as can be told now."""
    people = app.house.people
    reached = reach(settings, app.store, people)
    for written in filter(None, (entry.schedule.address, entry.schedule.fallback)):
        try:
            reason = await reached(address(people, written, entry.id, 0))
        except BadAddress as error:
            reason = str(error)
        if reason:
            mend = "set that right, or write another address" + " in agent.md" * (not entry.creator)
            yield f"{entry.id} cannot speak at {written}: {reason}", mend


def sleep_words(schedule: str, until: int) -> tuple[str, str]:
    """What is so, and the way out."""
    text = f"{schedule} comes no more before {clock(until)}: until then it was settled while the store's clock was ahead"
    return text, "give it another name, and it begins anew at once"
