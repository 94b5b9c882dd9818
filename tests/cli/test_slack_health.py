"""Slack health: doctor compares the app scope by scope and event by event with what is called and read."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest

from bot.app import opened
from bot.cli.finding import Finding
from bot.cli.health import findings
from bot.cli.slack_health import ears_finding, everywhere_findings, home_findings
from bot.core.values import Address
from bot.settings import Settings
from bot.setup.workspaces import offices, pulse
from channels.slack.manifest import EVENTS, SCOPES, Json, manifest
from tests.channels.slack.test_installs import installed
from tests.cli.office import furnish
from tests.slack_server.manifests import MANIFEST
from tests.slack_server.server import SlackServer


def without(word: str) -> Json:
    """The manifest with this scope or event left out."""
    name = json.dumps(word)
    text = re.sub(rf"{re.escape(name)}, |, {re.escape(name)}", "", json.dumps(manifest()), count=1)
    found: Json = json.loads(text)
    assert found != manifest()
    return found


class Setter:
    """Sets the environment up for an app."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(self, slack: SlackServer, **others: str) -> Settings:
        given = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app.app_token,
            **others,
        }
        for name, value in given.items():
            self._monkeypatch.setenv(name, value)
        return Settings()


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Setter:
    return Setter(monkeypatch)


async def found(settings: Settings) -> list[Finding]:
    return [each async for each in home_findings(settings)]


async def one(settings: Settings, about: str) -> Finding:
    [finding] = [each for each in await found(settings) if each.about == about]
    return finding


async def test_without_a_token_there_is_nothing_to_say() -> None:
    assert await found(Settings()) == []


async def test_an_app_that_speaks_and_hears_nothing_is_a_warning(set_up: Setter) -> None:
    async with SlackServer(manifest()) as slack:
        finding = await one(set_up(slack, SLACK_APP_TOKEN=""), "slack")
    assert (finding.state, "SLACK_APP_TOKEN" in finding.mend) == ("warning", True)


async def test_an_app_that_was_installed_from_the_manifest_is_well(set_up: Setter) -> None:
    async with SlackServer(manifest()) as slack:
        told = await found(set_up(slack, SLACK_CONFIG_TOKEN=slack.app.config_token))
    assert [each.about for each in told] == [
        "slack",
        "slack scopes",
        "slack socket",
        "slack events",
    ]
    assert [(each.state, each.mend) for each in told] == [("ok", "")] * 4
    assert "Socket Mode" in told[0].found
    assert all(scope in told[1].found for scope in SCOPES)
    assert all(event in told[3].found for event in EVENTS)


@pytest.mark.parametrize("scope", ["files:write", "groups:history"])
async def test_a_scope_that_is_missing_is_named_with_what_it_is_for(
    set_up: Setter, scope: str
) -> None:
    async with SlackServer(without(scope)) as slack:
        told = await found(set_up(slack))
    broken = {each.about: each for each in told if each.state == "broken"}
    assert broken["slack scope"].found.startswith(f"{scope} was not granted; it is for ")
    assert "bot slack manifest" in broken["slack scope"].mend
    lost = [event for event, needed in EVENTS.items() if needed == scope]
    assert [event in broken["slack event"].found for event in lost] == [True] * len(lost)
    assert ("slack event" in broken) == bool(lost)


async def test_an_agents_scope_that_is_missing_is_a_warning(set_up: Setter) -> None:
    made = without("assistant:write")
    del cast("Json", made["features"])["agent_view"]
    async with SlackServer(made) as slack:
        finding = await one(set_up(slack), "slack scope")
    assert (finding.state, finding.found.partition(" ")[0]) == ("warning", "assistant:write")
    assert "bot slack manifest" in finding.mend


async def test_scopes_that_nothing_needs_are_told(set_up: Setter) -> None:
    async with SlackServer(MANIFEST) as slack:
        finding = await one(set_up(slack), "slack scopes")
    assert (finding.state, "users:read.email" in finding.found.partition("not needed")[2]) == (
        "ok",
        True,
    )


async def test_without_the_owners_token_it_says_what_cannot_be_known(set_up: Setter) -> None:
    async with SlackServer(manifest()) as slack:
        finding = await one(set_up(slack), "slack events")
    assert "Slack tells a bot not which events it is sent" in finding.found
    assert all(event in finding.found for event in EVENTS)


@pytest.mark.parametrize("event", sorted(EVENTS))
async def test_an_event_that_was_not_subscribed_to_is_named(set_up: Setter, event: str) -> None:
    async with SlackServer(without(event)) as slack:
        finding = await one(set_up(slack, SLACK_CONFIG_TOKEN=slack.app.config_token), "slack event")
    assert (finding.state, finding.found) == ("broken", f"{event} is not subscribed to")


async def test_an_app_that_sends_events_elsewhere_is_told(set_up: Setter) -> None:
    over_http = manifest("https://bot.example.com/slack/events")
    async with SlackServer(over_http) as slack:
        settings = set_up(slack, SLACK_CONFIG_TOKEN=slack.app.config_token)
        told = [each.found for each in await found(settings) if each.state == "broken"]
    assert any("Socket Mode is off, and SLACK_SIGNING_SECRET is not set" in each for each in told)
    assert any("SLACK_APP_TOKEN: The app has Socket Mode off" in each for each in told)


async def test_an_owners_token_that_is_dead_is_a_warning(set_up: Setter) -> None:
    async with SlackServer(manifest()) as slack:
        finding = await one(set_up(slack, SLACK_CONFIG_TOKEN="xoxe.xoxp-old"), "slack events")
    assert (finding.state, "12 hours" in finding.mend) == ("warning", True)
    assert finding.found == "SLACK_CONFIG_TOKEN: Slack refuses it (invalid_auth)"


async def test_a_server_that_is_not_there_is_one_sentence(set_up: Setter) -> None:
    async with SlackServer(manifest()) as slack:
        pass
    [finding] = await found(set_up(slack))
    assert (finding.state, "SLACK_API_URL" in finding.mend) == ("broken", True)


@pytest.fixture
async def slack() -> AsyncGenerator[SlackServer]:
    async with SlackServer(manifest()) as server:
        yield server


async def test_doctor_tells_where_it_was_heard_and_who_cannot_decide_there(
    slack: SlackServer,
    set_up: Setter,
    tmp_path: Path,
    redis_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(furnish(tmp_path))
    settings = set_up(slack, REDIS_URL=redis_server, BOT_DEFAULT_AGENT="desk")
    async with opened(settings) as app:
        place = Address(channel="slack", locator="T00000001/D1/1.000001")
        await app.desk.launch("desk", "settle", "alice", place)
    told = {
        each.about: each
        for each in await findings(mail=False)
        if "Slack" in each.found or "slack" in each.about
    }
    assert "in channels never" in told["slack threads"].found
    assert "in direct messages 20" in told["slack threads"].found
    assert "nobody who is in Slack may approve" in told["agents"].found
    assert told["agents"].mend == "bot approvers desk --add NAME --slack U…"


async def test_doctor_tells_how_many_listen_and_how_many_sockets_slack_counts(
    slack: SlackServer, set_up: Setter, redis_server: str
) -> None:
    settings = set_up(slack, REDIS_URL=redis_server)
    assert (await ears_finding(settings)).found == "0 told within a minute that they listen"
    async with opened(settings) as app:
        await pulse(app.store).turns("one", 0, 1)
        await pulse(app.store).turns("two", 0, 3)
    told = (await ears_finding(settings)).found
    assert (
        told
        == "2 told within a minute that they listen; Slack counted 3 when the last one was opened"
    )


async def test_each_workspace_that_installed_the_app_is_looked_at(
    slack: SlackServer, set_up: Setter, redis_server: str
) -> None:
    settings = set_up(
        slack,
        REDIS_URL=redis_server,
        SLACK_BOT_TOKEN="",
        SLACK_CLIENT_ID=slack.app.client_id,
        SLACK_CLIENT_SECRET=slack.app.client_secret,
    )
    async with opened(settings) as app:
        installs = offices(settings, app.store).installs
        await installs.async_save(installed(slack.team.team, "U1", slack.token))
        await installs.async_save(installed("T0GONE", "U1", "xoxb-dead"))
    told = [each async for each in everywhere_findings(settings)]
    assert told[0].found == f"{slack.team.team}, T0GONE; may install it: any"
    assert [each.state for each in told if each.about == "slack"] == ["ok", "broken"]
    assert "xoxb" not in str(told)
