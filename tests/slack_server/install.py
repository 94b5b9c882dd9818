"""Install: an app as its manifest describes it, and its standing in a workspace. What the manifest leaves out is not granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    def takes_messages(self) -> bool:
        """Whether people may be written to in private: the messages tab of the app's home."""
        return as_object(self._features.get("app_home")).get("messages_tab_enabled") is True

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
    if wrong := next(_wrong_features(app), ""):
        raise BadManifest(f"{wrong} (https://docs.slack.dev/reference/app-manifest)")
    return app


def _wrong_features(app: App) -> Iterator[str]:
    """docs: reference/app-manifest#features; `commands` is docs: reference/scopes/commands."""
    features = as_object(app.manifest.get("features"))
    if (app.commands or app.shortcuts) and "commands" not in app.scopes:
        yield "Slash commands and shortcuts need the scope commands."
    for each in as_objects(features.get("slash_commands")):
        name, about = as_text(each.get("command")), as_text(each.get("description"))
        if not (name.startswith("/") and 1 < len(name) <= 32 and about):
            yield "A command is a slash and at most 31 characters, and has a description."
        if not app.in_socket_mode and not as_text(each.get("url")):
            yield "A command without Socket Mode needs a url."
    for each in as_objects(features.get("shortcuts")):
        if each.get("type") not in ("message", "global"):
            yield "A shortcut is of type message or global."
        for part, most in (("name", 24), ("callback_id", 255), ("description", 150)):
            if not 0 < len(as_text(each.get(part))) <= most:
                yield f"A shortcut's {part} has 1 to {most} characters."
    if "agent_view" in features:
        view = as_object(features["agent_view"])
        if not as_text(view.get("agent_description")):
            yield "An agent_view needs an agent_description."
        if len(as_list(view.get("suggested_prompts"))) > 4:
            yield "An agent suggests at most 4 prompts."


def seat_in(workspace: Workspace, app: App) -> Seat:
    """Installs the app there."""
    bot = workspace.person(app.name, "bot")
    bot.app_id = app.app_id
    return Seat(workspace, f"xoxb-{workspace.team}-test", bot, app.scopes)
