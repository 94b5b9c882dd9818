"""Missed: read page by page, oldest first, from a little before where a channel was heard last; what cannot be read is passed over."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest

from bot.core.values import Address
from channels.slack import missed, pace
from channels.slack.address import Place
from channels.slack.api import Refused, Web
from channels.slack.cursors import Cursors
from channels.slack.manifest import manifest
from channels.slack.marks import Copy, Receipt
from channels.slack.missed import AGE_SECONDS, MOST_AGE_SECONDS, OVERLAP_SECONDS, Missed
from channels.slack.parse import Said, Us
from tests.channels.slack.porch import Porch
from tests.scenarios.slack_office import until
from tests.slack_server.faults import Fail
from tests.slack_server.rates import Rate
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Channel


class Reader:
    """Keeps what is heard."""

    def __init__(self, slack: SlackServer, since: dict[str, str]) -> None:
        us = Us(slack.team.team, slack.bot.id, slack.bot.bot_id)
        web = Web(slack.token, slack.api_url)
        self.heard: list[str] = []
        self.unread: set[str] = set()
        self.missed = Missed(web, us, str, since, self._hear)
        self.slack = slack

    async def _hear(self, said: Said) -> None:
        self.heard.append(said.words.text)

    async def read(self, *channels: Channel) -> list[str]:
        read, self.unread = await self.missed.read_back([self.address(each) for each in channels])
        return read

    def address(self, channel: Channel) -> Address:
        root = next(iter(channel.messages))
        return Place(self.slack.team.team, channel.id, root).address


async def test_all_pages_of_a_channel_are_heard_oldest_first() -> None:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        said = [slack.people.say(alice, channel, f"{number}") for number in range(450)]
        reader = Reader(slack, {})
        assert await reader.read(channel) == [channel.id]
        expected = [message.text for message in said]
        assert reader.heard[:450] == expected
        assert len(slack.ledger.calls("conversations.history")) == 3


async def test_it_begins_a_little_before_the_cursor_and_never_before_a_week() -> None:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channels = [slack.team.channel(name, [alice, slack.bot]) for name in ("new", "old", "none")]
        for channel in channels:
            slack.people.say(alice, channel, "hi")
        now = time.time()
        since = {channels[0].id: f"{now:.6f}", channels[1].id: f"{now - 30 * 24 * 3600:.6f}"}
        reader = Reader(slack, since)
        await reader.read(*channels)
        calls = slack.ledger.calls("conversations.history")
        oldest = {str(call.arguments["channel"]): call.arguments["oldest"] for call in calls}
        ages = [round((now - float(str(oldest[channel.id]))) / 60) for channel in channels]
        assert ages == [OVERLAP_SECONDS // 60, MOST_AGE_SECONDS // 60, AGE_SECONDS // 60]


async def test_a_reading_back_that_is_ended_while_it_waits_its_turn_leaves_nothing_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "SECONDS_EACH", 60.0)
    monkeypatch.setattr(pace, "BURST", 0)
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        slack.people.say(alice, channel, "hi")
        reader = Reader(slack, {})
        reading = asyncio.create_task(reader.read(channel))
        await until(lambda: reader.heard == ["hi"])
        reading.cancel()
        # What was begun and is never waited for is an error of the test's, once it is collected.
        with pytest.raises(asyncio.CancelledError):
            await reading
        gc.collect()


async def test_copies_are_read_back_to_the_first_that_waits_and_never_before_a_week(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "MOST_THREADS", 2)
    monkeypatch.setattr(missed, "SECONDS_EACH", 0.0)
    now = int(time.time())
    days = {"D1": (2, 1), "D2": (30,), "D3": (3, 4, 5)}
    copies = [
        Copy("U1", channel, f"{now - age * AGE_SECONDS}.000001")
        for channel, ages in days.items()
        for age in ages
    ]
    cards = [Receipt("T00000001", "C1", "1.0", (copy,)) for copy in copies]
    strange = Receipt("T2", "C1", "1.0", (Copy("U1", "D4", f"{now}.000001"),))
    async with SlackServer(manifest()) as slack:
        reader = Reader(slack, {"D3": f"{now}.000000"})
        await reader.missed.read_back([], [*map(str, (*cards, strange)), "<mail@example.com>"])
        calls = slack.ledger.calls("conversations.history")
        ages = {call.arguments["channel"]: _hours(now, call.arguments["oldest"]) for call in calls}
        assert ages == {"D1": 2 * 24 + 1, "D2": 7 * 24, "D3": 1}
        # In D1 all stand in what is read back; of those that do not, the newest are read.
        threads = slack.ledger.calls("conversations.replies")
        read = [(call.arguments["channel"], _hours(now, call.arguments["ts"])) for call in threads]
        assert read == [("D3", 3 * 24), ("D3", 4 * 24)]


def _hours(now: float, ts: object) -> int:
    return round((now - float(str(ts))) / 3600)


async def test_a_channel_that_we_left_is_passed_over_and_its_cursor_stays() -> None:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        left = slack.team.channel("left", [alice])
        here = slack.team.channel("here", [alice, slack.bot])
        for channel in (left, here):
            slack.people.say(alice, channel, "hi")
        reader = Reader(slack, {left.id: "1.0"})
        assert await reader.read(here) == [here.id]
        assert reader.heard == ["hi", "hi"]


async def test_many_channels_are_read_within_slacks_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "SECONDS_EACH", 0.1)
    async with SlackServer(manifest()) as slack:
        # Ten a second, as many at once as the pace lets through, and what a busy machine pushes together.
        slack.rates.limits = {"conversations.history": Rate(20, 1.0)}
        alice = slack.team.person("alice")
        channels = [slack.team.channel(f"c{number}", [alice, slack.bot]) for number in range(30)]
        reader = Reader(slack, {channel.id: f"{time.time():.6f}" for channel in channels})
        assert len(await reader.read()) == 30
        assert [call.status for call in slack.ledger.calls("conversations.history")] == [200] * 30


async def test_a_newer_gap_keeps_the_cursors_where_they_are() -> None:
    porch = Porch()
    cursors = Cursors(Us("T1", "U1"), porch)
    assert not cursors.heard("C1", "5.0")
    first = cursors.gap()
    second = cursors.gap()
    await cursors.closed(first, ["C1"])
    await cursors.store()
    assert porch.moved == []
    await cursors.closed(second, ["C1", "C2"])
    assert porch.moved == [{"T1/C1": "5.0", "T1/C2": second.until}]


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
async def test_what_cannot_be_read_once_is_tried_again_after_the_others(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(missed, "PAUSES", (0.01, 0.01))
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channels = [slack.team.channel(name, [alice, slack.bot]) for name in ("one", "two")]
        for channel in channels:
            slack.people.say(alice, channel, channel.name)
        slack.faults.plan(method, Fail(500), None, Fail(503))
        reader = Reader(slack, {})
        assert sorted(await reader.read(*channels)) == sorted(each.id for each in channels)
        assert (set(reader.heard), reader.unread) == ({"one", "two"}, set())
        assert len(slack.ledger.calls(method)) == 4


async def test_a_channel_of_which_something_stays_unread_keeps_its_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "PAUSES", (0.01, 0.01))
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        one, two, three = (slack.team.channel(n, [alice, slack.bot]) for n in ("1", "2", "3"))
        for channel in (one, two, three):
            slack.people.say(alice, channel, channel.name)
        away = {("conversations.history", one.id), ("conversations.replies", two.id)}
        slack.faults.rule = lambda entry: (
            Fail(500) if (entry.method, entry.arguments.get("channel")) in away else None
        )
        reader = Reader(slack, {})
        assert await reader.read(one, two, three) == [three.id]
        assert reader.unread == {one.id, two.id}


async def test_a_cursor_does_not_move_past_what_stayed_unread_until_that_was_read() -> None:
    porch = Porch()
    cursors = Cursors(Us("T1", "U1"), porch)
    await cursors.closed(cursors.gap(), [], {"C1"})
    cursors.heard("C1", "5.0")
    cursors.heard("C2", "6.0")
    await cursors.store()
    assert porch.moved == [{}, {"T1/C2": "6.0"}]
    await cursors.closed(cursors.gap(), [])
    cursors.heard("C1", "7.0")
    await cursors.store()
    assert porch.moved[-1] == {"T1/C1": "7.0"}


async def test_replies_are_heard_in_time_and_those_under_words_to_us_first_of_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "MOST_THREADS", 1)
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        asks = slack.people.say(alice, channel, f"{slack.mention} ship it")
        talk = slack.people.say(alice, channel, "lunch?")
        slack.people.say(alice, channel, "stop", asks)
        slack.people.say(alice, channel, "yes", talk)
        reader = Reader(slack, {channel.id: "1.0"})
        assert await reader.read() == [channel.id]
        assert reader.heard == ["ship it", "lunch?", "stop"]


async def test_a_message_that_fails_keeps_no_other_from_being_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "PAUSES", (0.01,))
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        for text in ("refused", "away", "hi"):
            slack.people.say(alice, channel, text)
        heard = list[str]()

        async def hear(said: Said) -> None:
            heard.append(said.words.text)
            errors = {"refused": Refused("new"), "away": OSError("for now")}
            if said.words.text in errors and heard.count(said.words.text) == 1:
                raise errors[said.words.text]

        us = Us(slack.team.team, slack.bot.id, slack.bot.bot_id)
        web = Web(slack.token, slack.api_url)
        reading = Missed(web, us, str, {channel.id: "1.0"}, hear)
        assert await reading.read_back([]) == ([channel.id], set())
        assert heard == ["refused", "away", "hi"] * 2
