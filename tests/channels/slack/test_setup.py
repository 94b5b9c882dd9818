"""Setup: the link that makes the app, and what is said where Slack refuses."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.slack import setup
from channels.slack.en import EN
from channels.slack.manifest import manifest
from channels.slack.setup import NotTaken
from tests.slack_server.faults import Refuse
from tests.slack_server.manifests import MANIFEST
from tests.slack_server.server import SlackServer


def test_the_link_holds_the_whole_manifest() -> None:
    made = setup.link("https://bot.example.com/slack/events")
    assert made is not None
    asked = parse_qs(urlsplit(made).query)
    assert json.loads(asked["manifest_json"][0]) == manifest("https://bot.example.com/slack/events")
    assert asked["new_app"] == ["1"]


def test_a_manifest_that_is_too_long_has_no_link() -> None:
    assert setup.link(f"https://bot.example.com/{'x' * setup.MOST_LINK_CHARACTERS}") is None


async def test_what_was_granted_needlessly_is_told() -> None:
    async with SlackServer(MANIFEST) as slack:
        found = await setup.seat(slack.token, slack.api_url)
    assert (found.missing, "users:read.email" in found.needless) == ((), True)
    assert found.app == slack.app.app_id


async def test_a_refusal_that_nobody_foresaw_is_named_by_its_code() -> None:
    async with SlackServer(manifest()) as slack:
        slack.faults.plan("auth.test", Refuse("org_login_required"))
        with pytest.raises(NotTaken, match=r"Slack refuses: org_login_required\."):
            await setup.seat(slack.token, slack.api_url)


async def test_nobody_is_called_by_the_name_in_the_first_message() -> None:
    async with SlackServer(manifest()) as slack:
        dana = slack.team.person("dana")
        channel = slack.team.channel("general", [dana, slack.bot])
        seat = await setup.seat(slack.token, slack.api_url)
        member = await setup.member(dana.id, seat)
        said = EN.hello.format(name="<!channel> & @here")
        first = await setup.greeting(seat, member, said, channel.id)
        assert not (await setup.greeting(seat, member, said, channel.id)).new
    text = channel.messages[first.ts].text
    assert text.startswith("Hello &lt;!channel&gt; &amp; @ here. I am set up here")
