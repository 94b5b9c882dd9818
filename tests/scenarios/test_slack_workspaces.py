"""Slack in several workspaces: each installs the app by itself, and each is answered by its own token and by no other."""

from __future__ import annotations

import asyncio
import html
import logging
import re
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiohttp
import pytest
from redis import Redis

from bot.app import opened, run_web
from bot.kit.channel import Undeliverable
from bot.setup.workspaces import offices
from channels.slack.connect import NotWelcome
from channels.slack.installs import MOST_TRIES
from channels.slack.manifest import manifest
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, until
from tests.scenarios.test_slack_processes import ended, ready
from tests.slack_server.people import People
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object
from tests.slack_server.workspace import Channel, File, Message, Person, Workspace

SECOND = "T00000002"


@dataclass
class Place:
    """A workspace, somebody in it and a channel where the bot is."""

    slack: SlackServer
    team: Workspace
    people: People
    person: Person
    channel: Channel

    def mention(self, text: str, *files: File) -> Message:
        bot = self.slack.world.seat(self.team).bot
        self.team.join(bot, self.channel)
        return self.people.say(self.person, self.channel, f"<@{bot.id}> {text}", None, files)

    def answers(self, root: Message) -> list[Message]:
        bot = self.slack.world.seat(self.team).bot
        return [each for each in self.channel.thread(root.ts) if each.user == bot.id]

    @property
    def token(self) -> str:
        return self.slack.world.seat(self.team).token


@dataclass
class Two:
    """The office, and a second workspace."""

    office: SlackOffice
    first: Place
    second: Place

    async def install(self, place: Place) -> int:
        """Somebody goes from /slack/install through the consent page and back; how that ended."""
        state, cookie = await self.begin(place)
        return await self.back(await self.agree(place, state), cookie)

    async def begin(self, place: Place) -> tuple[str, str]:
        """The link on the install page, and the cookie that it set."""
        async with self._get("/slack/install", {}) as answer:
            found = re.search(r'href="([^"]*/oauth/v2/authorize[^"]*)"', await answer.text())
            assert found is not None
            link, cookie = html.unescape(found[1]), answer.headers["Set-Cookie"].partition(";")[0]
        assert link.startswith(f"{self.office.slack.world.url}/oauth/v2/authorize?")
        return link, cookie

    async def agree(self, place: Place, link: str) -> str:
        """Where the consent page sends the person."""
        self.office.slack.visit(place.team, place.person)
        async with (
            aiohttp.ClientSession() as session,
            session.get(link, allow_redirects=False) as answer,
        ):
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def back(self, address: str, cookie: str) -> int:
        async with self._get(address, {"Cookie": cookie}) as answer:
            return answer.status

    @asynccontextmanager
    async def _get(
        self, address: str, headers: dict[str, str]
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        base = self.office.url.removesuffix("/slack/events")
        url = address if address.startswith("http") else f"{base}{address}"
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(url, headers=headers) as answer,
        ):
            yield answer

    async def kept(self) -> list[str]:
        async with opened(self.office.settings) as app:
            return list(await offices(app.settings, app.store).installs.teams())


def two(slack: SlackServer, url: str, folder: Path, port: int) -> Two:
    office = SlackOffice(slack, url, folder, port)
    office.environ |= {
        "SLACK_CLIENT_ID": slack.app.client_id,
        "SLACK_CLIENT_SECRET": slack.app.client_secret,
    }
    del office.environ["SLACK_BOT_TOKEN"]
    office.set_up_anew()
    team, people = slack.another_team(SECOND, "second")
    zoe = team.person("zoe")
    second = Place(slack, team, people, zoe, team.channel("general", [zoe]))
    first = Place(slack, slack.team, slack.people, office.alice, office.channel)
    return Two(office, first, second)


@pytest.fixture
async def places(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[Two]:
    port = free_port()
    async with SlackServer(manifest(f"http://127.0.0.1:{port}/slack/events")) as slack:
        yield two(slack, redis_server, tmp_path, port)


def tokens_used(slack: SlackServer, channel: Channel) -> set[str]:
    """By which tokens anything was done in this channel."""
    entries = slack.ledger.entries
    return {each.token for each in entries if each.arguments.get("channel") == channel.id}


def everywhere(url: str) -> dict[str, str]:
    """All that Redis holds, as text, by key."""
    with Redis.from_url(url, decode_responses=True) as raw:  # pyright: ignore[reportUnknownMemberType]
        names = cast("list[str]", list(raw.scan_iter()))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        return {name: _text_of(raw, name) for name in names}


def _text_of(raw: Redis, name: str) -> str:
    match str(raw.type(name)):
        case "hash":
            return str(raw.hgetall(name))
        case "list":
            return str(raw.lrange(name, 0, -1))
        case "string":
            return str(raw.get(name))
        case "stream":
            return str(raw.xrange(name))
        case _:
            return str(raw.zrange(name, 0, -1))  # pyright: ignore[reportUnknownMemberType]


DONE: list[Reply] = [[("done_for_now", {"message": "Here."})]]


async def test_each_workspace_is_answered_by_its_own_token(
    places: Two, redis_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    office, first, second = places.office, places.first, places.second
    with caplog.at_level(logging.INFO):
        async with office.listening("http"), office.working(DONE * 2):
            assert await places.install(first) == 200
            assert await places.install(second) == 200
            for place in (first, second):
                await answered(place, place.mention("are you there?"))
    assert await places.kept() == [first.team.team, SECOND]
    assert first.token != second.token
    assert tokens_used(office.slack, first.channel) == {first.token}
    assert tokens_used(office.slack, second.channel) == {second.token}
    assert "xoxb-" not in caplog.text
    holding = [name for name, text in everywhere(redis_server).items() if "xoxb-" in text]
    assert holding == ["bot:{safe}:kept"]
    assert "xoxb-" not in str(office.model.asked)


async def test_a_file_is_read_by_the_token_of_its_own_workspace(places: Two) -> None:
    office, second = places.office, places.second
    async with office.listening("http"), office.working(DONE):
        await places.install(second)
        notes = second.team.file("notes.txt", second.person, b"ship on Friday")
        await answered(second, second.mention("read this", notes))
    assert "ship on Friday" in office.model.asked[0]
    assert {call.token for call in office.slack.ledger.calls("files.info")} == {second.token}


async def answered(place: Place, root: Message) -> None:
    await until(lambda: bool(place.answers(root)), "an answer")
    stamps = ("reactions.add", "reactions.remove")
    calls = place.slack.ledger.calls
    await until(
        lambda: all(any(c.arguments["timestamp"] == root.ts for c in calls(m)) for m in stamps),
        "eyes that came and went",
    )
    assert [each.text for each in place.answers(root)] == ["Here."]


async def test_all_of_them_are_heard_on_one_socket(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    back = manifest(f"http://127.0.0.1:{port}/slack/events")["oauth_config"]
    async with SlackServer({**manifest(), "oauth_config": back}) as slack:
        places = two(slack, redis_server, tmp_path, port)
        del places.office.environ["SLACK_SIGNING_SECRET"]
        office = places.office.set_up_anew()
        async with office.serving(run_web):
            assert await places.install(places.second) == 200
            async with aiohttp.ClientSession() as session, session.post(office.url) as answer:
                assert answer.status == 404
        async with office.listening("socket"), office.working(DONE * 2):
            await answered(places.second, places.second.mention("hello"))
            # Nobody installed it there by the page, and no token is set.
            silent = places.first.mention("hello?")
            await slack.post.settled()
        assert places.first.answers(silent) == []
        assert tokens_used(slack, places.second.channel) == {places.second.token}


async def test_the_workspace_whose_token_is_set_is_one_of_them(places: Two) -> None:
    office, first, second = places.office, places.first, places.second
    office.environ["SLACK_BOT_TOKEN"] = first.token
    office.set_up_anew()
    async with office.listening("http"), office.working(DONE * 2):
        assert await places.install(second) == 200
        for place in (first, second):
            await answered(place, place.mention("are you there?"))
    assert tokens_used(office.slack, first.channel) == {first.token}
    assert tokens_used(office.slack, second.channel) == {second.token}
    assert await places.kept() == [SECOND]


async def test_buttons_and_forms_go_back_to_where_they_were_pressed(places: Two) -> None:
    office, second = places.office, places.second
    ship: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
    async with office.listening("http"), office.working([ship, *DONE]):
        assert await places.install(second) == 200
        root = second.mention("ship it")
        await until(lambda: bool(second.answers(root)), "the card")
        await second.people.press(second.person, second.answers(root)[0], "deny").reply()
        form = second.people.view(second.person)
        await second.people.submit(second.person, form, {"reason": "not today"})
        await until(lambda: len(second.answers(root)) == 2, "the end")
    assert office.ledger() == []
    opened = [each for each in office.slack.ledger.entries if each.method == "views.open"]
    assert {each.token for each in opened} == {second.token}


async def test_a_token_that_is_set_and_wrong_is_said_at_once(places: Two) -> None:
    places.office.environ["SLACK_BOT_TOKEN"] = "xoxb-wrong"
    places.office.set_up_anew()
    with pytest.raises(NotWelcome, match="SLACK_BOT_TOKEN: Slack does not know this token"):
        async with places.office.serving(run_web):
            raise AssertionError("it stands")


async def test_a_workspace_that_takes_the_app_away_takes_its_tokens_along(
    places: Two, redis_server: str
) -> None:
    office, first, second = places.office, places.first, places.second
    async with office.listening("http") as app:
        for place in (first, second):
            assert await places.install(place) == 200
        office.slack.uninstall(second.team)
        await office.slack.post.settled()
        assert await places.kept() == [first.team.team]
        with pytest.raises(Undeliverable, match="not installed in the workspace T00000002"):
            await offices(app.settings, app.store).web(SECOND)
    assert second.token not in str(everywhere(redis_server))
    events = [as_object(each.payload.get("event")).get("type") for each in office.slack.post.sent]
    # Either alone ends it here, and Slack may tell of one without the other.
    assert events == ["tokens_revoked", "app_uninstalled"]


async def test_told_late_of_an_earlier_end_a_new_installation_stays(places: Two) -> None:
    office, second = places.office, places.second
    async with office.listening("http"):
        assert await places.install(second) == 200
        office.slack.uninstall(second.team)
        await office.slack.post.settled()
        told = [each for each in office.slack.post.sent if "app_uninstalled" in str(each.payload)]
        assert await places.kept() == []
        assert await places.install(second) == 200
        for each in told:
            each.payload["event_time"] = int(office.slack.clock.now()) - 60
            assert await office.slack.post.again(each)
        assert await places.kept() == [SECOND]


async def test_a_ticket_is_good_once_and_only_in_the_browser_that_has_it(places: Two) -> None:
    async with places.office.listening("http"):
        link, cookie = await places.begin(places.second)
        address = await places.agree(places.second, link)
        assert await places.back(address, "") == 400
        assert await places.back(address, cookie) == 200
        assert await places.back(await places.agree(places.second, link), cookie) == 401
        forged = "slack-app-oauth-state=guess"
        assert await places.back("/slack/oauth_redirect?code=1&state=guess", forged) == 401


async def test_of_two_codes_that_come_with_one_ticket_at_once_the_second_has_a_page(
    places: Two,
) -> None:
    async with places.office.listening("http"):
        link, cookie = await places.begin(places.second)
        codes = [await places.agree(places.second, link) for _ in range(2)]
        became = await asyncio.gather(*(places.back(code, cookie) for code in codes))
    assert sorted(became) == [200, 401]


async def test_a_ticket_is_good_for_a_few_tries_at_a_code(places: Two) -> None:
    office = places.office
    async with office.listening("http"):
        _, cookie = await places.begin(places.second)
        state = cookie.partition("=")[2]
        for number in range(20):
            address = f"/slack/oauth_redirect?code={number}&state={state}"
            assert await places.back(address, cookie) == 401
    assert len(office.slack.ledger.calls("oauth.v2.access")) == MOST_TRIES


async def test_nothing_is_stored_for_those_who_come_without_slacks_consent(
    places: Two, redis_server: str
) -> None:
    async with places.office.listening("http"):
        before = set(everywhere(redis_server))
        for number in range(5):
            _, cookie = await places.begin(places.second)
            state = cookie.partition("=")[2]
            address = f"/slack/oauth_redirect?code={number}&state={state}"
            assert await places.back(address, cookie) == 401
        assert set(everywhere(redis_server)) == before


async def test_the_pages_of_installing_read_no_body(places: Two) -> None:
    async with places.office.listening("http"), aiohttp.ClientSession() as session:
        for path, status in (("install", 200), ("oauth_redirect", 400)):
            page = places.office.url.replace("events", path)
            async with session.get(page, data=b"[" * 100_000) as answer:
                assert answer.status == status


async def test_only_workspaces_that_may_can_install_it(places: Two) -> None:
    office = places.office
    office.environ["BOT_SLACK_TEAMS"] = f"{places.first.team.team}, T0OTHER"
    office.set_up_anew()
    async with office.listening("http"):
        assert await places.install(places.first) == 200
        assert await places.install(places.second) == 500
    assert await places.kept() == [places.first.team.team]


async def test_a_workspace_that_is_no_longer_named_is_neither_heard_nor_spoken_to(
    places: Two, redis_server: str
) -> None:
    office, first, second = places.office, places.first, places.second
    async with office.listening("http"), office.working(DONE * 2):
        for place in (first, second):
            assert await places.install(place) == 200
            await answered(place, place.mention("are you there?"))
    office.environ |= {"BOT_SLACK_TEAMS": "T0OTHER", "SLACK_BOT_TOKEN": first.token}
    office.set_up_anew()
    silent, calls = second.mention("missed?"), len(called_by(office.slack, second.token))
    async with office.listening("http") as app, office.working(DONE * 2):
        told = second.mention("and now?")
        heard = [each for each in office.slack.post.sent if told.ts in str(each.payload)]
        # The one whose token is set is heard whatever is named.
        await answered(first, first.mention("and you?"))
        await until(lambda: all(each.over.is_set() for each in heard), "an end to that")
        with pytest.raises(Undeliverable, match="in the workspace T00000002, or may not be"):
            await offices(app.settings, app.store).web(SECOND)
        assert second.answers(silent) == second.answers(told) == []
        assert len(called_by(office.slack, second.token)) == calls
        assert await places.kept() == []
        office.slack.uninstall(second.team)
        await until(lambda: second.token not in str(everywhere(redis_server)), "a dropped token")


def called_by(slack: SlackServer, token: str) -> list[str]:
    """What was called by this token."""
    return [each.method for each in slack.ledger.entries if each.token == token]


async def test_what_was_missed_is_read_back_in_each_of_them(places: Two) -> None:
    office = places.office
    async with office.listening("http"), office.working(DONE * 2):
        for place in (places.first, places.second):
            assert await places.install(place) == 200
            await answered(place, place.mention("are you there?"))
    missed = [place.mention("and now?") for place in (places.first, places.second)]
    async with office.listening("http"), office.working(DONE * 2):
        for place, root in zip((places.first, places.second), missed, strict=True):
            await answered(place, root)


async def test_the_commands_do_it_with_no_token_set_and_none_in_their_logs(places: Two) -> None:
    office, second = places.office, places.second
    async with office.process("web") as web, office.process("worker") as worker:
        for process, name in ((web, "web"), (worker, "worker")):
            await ready(process, name)
        await office.slack.over_http(office.url)
        assert await places.install(second) == 200
        root = second.mention("ship it")
        await until(lambda: bool(second.answers(root)), "the question")
        office.slack.uninstall(second.team)
        await office.slack.post.settled()
        told = [await ended(each) for each in (stopped(web), stopped(worker))]
    assert [status for status, _, _ in told] == [0, 0], told
    assert all(second.token not in out + err for _, out, err in told)
    assert await places.kept() == []


def stopped(process: Process) -> Process:
    process.send_signal(signal.SIGTERM)
    return process
