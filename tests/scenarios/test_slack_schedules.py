"""A schedule that speaks in Slack: from its slot to the reply of a person, where it is made, and where nobody would hear."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial

from bot.app import App
from bot.kit.slotbook import Fate
from bot.setup.clock import address, entries, reach
from bot.setup.outcomes import fates
from channels.cron.clock import Clock
from tests.channels.cron.shop import MINUTE, NOON, Timed
from tests.engine.office import Reply
from tests.scenarios.slack_office import AGENT, TOOLS, SlackOffice, until

LATEST = """

@tool(reads=True)
async def latest():
    "The latest tag."
    return "v1.2.2"
"""
NOTHING: Reply = [("nothing_to_do", {"reason": "all is shipped"})]
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it is not shipped"})]


def scheduled(office: SlackOffice, **changed: str) -> None:
    """The agent, with a schedule that speaks in the channel."""
    home = office.folder / "agents" / "shipper"
    said = {"name": "daily", "schedule": "'* * * * *'", "time_zone": "UTC", "prompt": "Ship."}
    said |= {"address": f"slack:{office.slack.team.team}/{office.channel.id}"} | changed
    lines = ", ".join(f"{name}: {value}" for name, value in said.items())
    front = f"prefetch: [latest]\nschedules:\n  - {{{lines}}}\nlisten: thread"
    (home / "agent.md").write_text(AGENT.format(more="").replace("listen: thread", front))
    (home / "tools.py").write_text(TOOLS + LATEST)


class Hours:
    """A clock of the app whose hour is told."""

    def __init__(self, app: App) -> None:
        settings, house = app.settings, app.house
        self._app, self.book = app, Timed(app.store)
        where, reached = partial(address, house.people), reach(settings, app.store, house.people)
        self._clock = Clock(entries(house.agents), self.book, where, reached, "alice")

    async def at(self, minutes: int) -> list[Fate]:
        """It looks, so many minutes after noon; what has become of each slot, the latest first."""
        self.book.at = NOON + minutes * MINUTE
        await self._clock.look()
        return await self.fates()

    async def fates(self) -> list[Fate]:
        history = await self.book.history("shipper/daily")
        return [fate for _, fate in await fates(self._app.desk, history, 9)]


@asynccontextmanager
async def hours(office: SlackOffice, *replies: Reply) -> AsyncGenerator[Hours]:
    """Listener, worker and clock, and it is noon."""
    async with office.listening(), office.working(replies) as app:
        found = Hours(app)
        await found.at(0)
        yield found


async def test_a_slot_speaks_in_the_channel_where_it_has_work_and_goes_on_with_who_replies(
    office: SlackOffice,
) -> None:
    scheduled(office)
    async with hours(office, NOTHING, SHIP, "Shipped.", "You are welcome.") as clock:
        await clock.at(1)
        await until(lambda: len(office.model.asked) == 1, "the first question")
        assert office.channel.standing() == []
        assert office.slack.ledger.calls("conversations.history") == []
        await clock.at(2)
        await until(lambda: bool(office.channel.standing()), "the card")
        root = office.channel.standing()[0]
        card = await office.shown(root, 1)
        await office.slack.people.press(office.bob, card, "approve").reply()
        assert (await office.shown(root, 2)).text == "Shipped."
        office.say("thank you", office.carol, thread=root)
        await office.shown(root, 3)
        assert [each.outcome for each in await clock.fates()] == ["ran", "ran"]
    assert "v1.2.2" in office.model.asked[0], "it was read before the model was asked"
    assert office.ledger() == ["v1.2.3"]


async def test_a_slot_speaks_at_its_fallback_where_its_channel_is_archived(
    office: SlackOffice,
) -> None:
    team = office.slack.team
    other = team.channel("others", [office.bob, office.slack.bot])
    scheduled(office, fallback=f"slack:{team.team}/{other.id}")
    async with hours(office, "Nothing to ship.") as clock:
        office.channel.archived = True
        [fate] = await clock.at(1)
        assert "The channel is archived." in fate.why
        await until(lambda: bool(other.standing()), "the word at the fallback")
