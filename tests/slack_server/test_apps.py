"""The app's standing: tokens, scopes, sessions, rates, a second workspace."""

# slack_sdk leaves its arguments half typed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import cast

import aiohttp
import pytest

from tests.slack_server.install import BadManifest, app_of
from tests.slack_server.manifests import MANIFEST, without
from tests.slack_server.rates import VENDOR
from tests.slack_server.rig import ask, by_form, client, error
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_list, as_object
from tests.slack_server.workspace import Channel


@pytest.mark.parametrize(
    ("token", "method", "code"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-forged", "auth.test", "invalid_auth"),
        ("app", "auth.test", "not_allowed_token_type"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("bot", "chat.shout", "unknown_method"),
    ],
)
async def test_a_wrong_token_is_refused(
    slack: SlackServer, token: str, method: str, code: str
) -> None:
    tokens = {"app": slack.app.app_token, "bot": slack.token}
    assert await error(slack, method, {}, tokens.get(token, token)) == code


async def test_an_uninstalled_app_is_told_and_locked_out(slack: SlackServer) -> None:
    slack.uninstall()
    assert await error(slack, "auth.test", {}) == "account_inactive"


@pytest.mark.parametrize(
    ("scope", "method"),
    [
        ("chat:write", "chat.postMessage"),
        ("reactions:write", "reactions.add"),
        ("channels:history", "conversations.replies"),
        ("channels:read", "conversations.info"),
        ("users:read", "users.info"),
        ("usergroups:read", "usergroups.users.list"),
        ("files:write", "files.getUploadURLExternal"),
    ],
)
async def test_a_scope_that_the_manifest_forgot_is_missed(scope: str, method: str) -> None:
    async with SlackServer(without(scope)) as slack:
        channel = slack.team.channel("releases", [slack.bot])
        answer = await ask(slack, method, {"channel": channel.id})
        assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
        assert scope not in str(answer["provided"]).split(",")


async def test_an_agent_that_nobody_can_stop_is_warned() -> None:
    async with SlackServer(without("agent_session_stopped")) as bare:
        room = bare.team.channel("releases", [bare.bot])
        posted = await ask(bare, "chat.postMessage", {"channel": room.id, "text": "x"})
        place = {"channel_id": room.id, "thread_ts": posted["ts"], "status": "processing"}
        answer = await ask(bare, "agents.sessions.setStatus", place)
        assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
        assert (
            await error(bare, "agents.sessions.setStatus", {**place, "status": "busy"})
            == "invalid_arguments"
        )


async def test_an_app_that_is_no_agent_has_no_sessions() -> None:
    features = as_object(MANIFEST["features"])
    plain = MANIFEST | {"features": {k: v for k, v in features.items() if k != "agent_view"}}
    async with SlackServer(plain) as slack:
        room = slack.team.channel("releases", [slack.bot])
        posted = await ask(slack, "chat.postMessage", {"channel": room.id, "text": "x"})
        place = {"channel_id": room.id, "thread_ts": posted["ts"], "status": "processing"}
        assert await error(slack, "agents.sessions.setStatus", place) == "not_allowed"


async def test_a_method_called_too_often_is_limited_until_time_has_passed(
    slack: SlackServer, channel: Channel
) -> None:
    slack.rates.limits = VENDOR
    said = {"channel": channel.id, "text": "x"}
    answers = [await error(slack, "chat.postMessage", said) for _ in range(5)]
    assert answers == ["", "", "", "", "ratelimited"]
    slack.clock.move(4)
    assert await error(slack, "chat.postMessage", said) == ""


async def test_a_code_becomes_the_token_of_another_workspace_once(slack: SlackServer) -> None:
    team, _ = slack.another_team("T00000002", "second")
    code = slack.consent(team, team.person("carol"))
    credentials = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    answer = await ask(slack, "oauth.v2.access", {**credentials, "code": code})
    token = str(answer["access_token"])
    assert as_object(answer["team"])["id"] == team.team
    assert (await ask(slack, "auth.test", {}, token))["team_id"] == team.team
    for wrong, error_code in (
        ({"code": code}, "code_already_used"),
        ({"code": "none"}, "invalid_code"),
        ({"client_secret": "guess"}, "bad_client_secret"),
        ({"client_id": "guess"}, "invalid_client_id"),
    ):
        asked = {**credentials, "code": code, **wrong}
        assert await error(slack, "oauth.v2.access", asked) == error_code


async def test_a_form_with_the_token_in_it_is_as_good_as_json(
    slack: SlackServer, channel: Channel
) -> None:
    form = {"token": slack.token, "channel": channel.id, "blocks": '[{"type": "divider"}]'}
    answer = await by_form(slack, "chat.postMessage", form)
    shown = as_object(answer["message"])
    assert as_list(shown["blocks"]) == [{"type": "divider"}]


async def test_sockets_are_for_apps_in_socket_mode() -> None:
    settings = as_object(MANIFEST["settings"]) | {"socket_mode_enabled": False}
    async with SlackServer(MANIFEST | {"settings": settings}) as slack:
        code = await error(slack, "apps.connections.open", {}, slack.app.app_token)
        assert code == "socket_mode_not_enabled"


async def test_every_answer_names_the_scopes_of_its_token(slack: SlackServer) -> None:
    answer = await client(slack, slack.token).auth_test()
    headers = cast("dict[str, str]", answer.headers)
    granted = headers["x-oauth-scopes"].split(",")
    assert set(granted) == set(slack.app.scopes)


async def test_a_body_that_is_no_json_is_told_so(slack: SlackServer) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + "auth.test", data=b"{", headers=headers) as answer,
    ):
        assert await answer.json() == {"ok": False, "error": "invalid_json"}


NOTHING: Json = {}
SLASH: Json = {"command": "/ask", "description": "Ask."}
SHORTCUT: Json = {"type": "message", "name": "Ask", "callback_id": "ask", "description": "Ask."}


@pytest.mark.parametrize(
    ("features", "says"),
    [
        ({"slash_commands": [SLASH]}, "need the scope commands"),
        ({"shortcuts": [SHORTCUT]}, "need the scope commands"),
        ({"slash_commands": [SLASH | {"command": "ask"}]}, "a slash and at most 31"),
        ({"slash_commands": [SLASH | {"description": ""}]}, "has a description"),
        ({"slash_commands": [SLASH]}, "needs a url"),
        ({"shortcuts": [SHORTCUT | {"type": "other"}]}, "message or global"),
        ({"shortcuts": [SHORTCUT | {"name": "A" * 25}]}, "name has 1 to 24"),
        ({"agent_view": NOTHING}, "needs an agent_description"),
        ({"agent_view": {"agent_description": "A", "suggested_prompts": [NOTHING] * 5}}, "most 4"),
    ],
)
def test_features_that_slack_would_not_take_are_no_manifest(features: Json, says: str) -> None:
    scopes = [] if "need the scope" in says else ["commands"]
    made: Json = {
        "display_information": {"name": "App"},
        "features": features,
        "oauth_config": {"scopes": {"bot": scopes}},
        "settings": {"socket_mode_enabled": "url" not in says},
    }
    with pytest.raises(BadManifest, match=says):
        app_of(made)
