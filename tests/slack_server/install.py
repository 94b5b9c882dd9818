"""Install: an app as its manifest describes it, and its standing in a workspace. What the manifest leaves out is not granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.slack_server.shapes import Json, as_list, as_object, as_objects, as_text
from tests.slack_server.workspace import Person, Workspace

# Which scope an event asks for, as its page under reference/events says; an event without it is never delivered.
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "agent_session_stopped": "chat:write",
    "assistant_thread_started": "assistant:write",
    "assistant_thread_context_changed": "assistant:write",
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
    "agent_session_title_changed": "chat:write",
    "channel_archive": "channels:read",
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}


class BadManifest(ValueError):
    """Slack would not take this manifest, in one sentence."""


@dataclass(frozen=True, slots=True)
class App:
    """What a manifest says, with the credentials that Slack would show on the app's pages."""

    manifest: Json
    app_id: str = "A00000001"
    app_token: str = "xapp-1-A00000001-test"
    config_token: str = "xoxe.xoxp-1-test"
    signing_secret: str = "signing-secret-of-the-stand-in"
    client_id: str = "1000.2000"
    client_secret: str = "client-secret-of-the-stand-in"

    @property
    def scopes(self) -> frozenset[str]:
        oauth = as_object(self.manifest.get("oauth_config"))
        granted = as_list(as_object(oauth.get("scopes")).get("bot"))
        # "Declaring an app as an agent adds the assistant:write scope to it" (docs: ai/agent-sessions).
        declared = ["assistant:write"] if self.is_agent else []
        return frozenset([*map(as_text, granted), *declared])

    @property
    def redirect_urls(self) -> tuple[str, ...]:
        oauth = as_object(self.manifest.get("oauth_config"))
        return tuple(map(as_text, as_list(oauth.get("redirect_urls"))))

    @property
    def is_agent(self) -> bool:
        return bool({"agent_view", "assistant_view"} & self._features.keys())

    @property
    def name(self) -> str:
        user = as_object(self._features.get("bot_user"))
        return as_text(user.get("display_name")) or "bot"

    @property
    def events(self) -> frozenset[str]:
        subscribed = as_object(self._settings.get("event_subscriptions")).get("bot_events")
        return frozenset(map(as_text, as_list(subscribed)))

    @property
    def has_home(self) -> bool:
        return as_object(self._features.get("app_home")).get("home_tab_enabled") is True

    @property
    def takes_interaction(self) -> bool:
        return as_object(self._settings.get("interactivity")).get("is_enabled") is True

    @property
    def in_socket_mode(self) -> bool:
        return self._settings.get("socket_mode_enabled") is True

    @property
    def commands(self) -> frozenset[str]:
        found = as_objects(self._features.get("slash_commands"))
        return frozenset(as_text(each.get("command")) for each in found)

    @property
    def shortcuts(self) -> frozenset[str]:
        found = as_objects(self._features.get("shortcuts"))
        return frozenset(as_text(each.get("callback_id")) for each in found)

    def hears(self, event: str) -> bool:
        """Whether it subscribed to this event and was granted the scope that goes with it."""
        scope = EVENT_SCOPES[event]
        return event in self.events and (not scope or scope in self.scopes)

    @property
    def _features(self) -> Json:
        return as_object(self.manifest.get("features"))

    @property
    def _settings(self) -> Json:
        return as_object(self.manifest.get("settings"))


@dataclass(frozen=True, slots=True)
class Seat:
    """The app's place in one workspace: its token and its bot user."""

    workspace: Workspace = field(repr=False)
    token: str
    bot: Person
    scopes: frozenset[str]


def app_of(manifest: Mapping[str, object]) -> App:
    """The app that this manifest makes. Raises `BadManifest`."""
    app = App(dict(manifest))
    if not as_text(as_object(app.manifest.get("display_information")).get("name")):
        raise BadManifest("A manifest needs display_information.name.")
    if unknown := app.events - EVENT_SCOPES.keys():
        raise BadManifest(f"There is no event {min(unknown)}.")
    if len(app.commands) > 50 or len(app.shortcuts) > 10:
        raise BadManifest("An app has at most 50 slash commands and 10 shortcuts.")
    return app


def seat_in(workspace: Workspace, app: App) -> Seat:
    """Installs the app there."""
    bot = workspace.person(app.name, "bot")
    bot.app_id = app.app_id
    return Seat(workspace, f"xoxb-{workspace.team}-test", bot, app.scopes)
