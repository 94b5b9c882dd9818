"""Init Slack: the walk from nothing to a first message: the app, its tokens, its owner, who may decide."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from bot.cli.alone import Approvals
from bot.cli.asking import Asking
from bot.cli.errors import Failed, Wrong
from bot.cli.installer import Installer, installer
from bot.cli.parts import people
from bot.cli.tokens import APP, BOT, SECRET, Tokens
from bot.cli.writing import with_settings, write
from bot.kit.agent import Agent
from bot.kit.load import load_agents
from bot.settings import Settings, environment
from channels.slack import setup
from channels.slack.setup import Greeting, NotTaken, Seat
from channels.slack.words import words

ENV = Path(".env")
ALONE = (
    "{person} is the only one in Slack who may approve what {agents} asks for. Whoever asks for something may not approve it, "
    "so nobody could approve what {person} asks for. With `self_approval: allowed` in agent.md {person} may approve it alone."
)
UNDECIDABLE = "Nobody who is in Slack may approve what {agents} asks for: its cards could not be decided there."


@dataclass(frozen=True)
class Done:
    """What came of it: who is where, and what was written."""

    seat: Seat
    installer: Installer
    owner: str
    written: tuple[Path, ...]
    undecidable: tuple[str, ...]
    alone: tuple[str, ...]
    greeting: Greeting

    def text(self) -> str:
        files = ", ".join(map(str, self.written)) or "nothing, all of it stood there"
        said = "Said hello" if self.greeting.new else "Hello was said before"
        then = "Now: bot up; then /invite the bot to a channel and mention it. bot doctor looks at everything."
        return "\n".join((f"Written: {files}.", f"{said}: {self.greeting.link}", then))

    def json(self) -> dict[str, object]:
        seat, said = self.seat, self.greeting
        scopes = {"granted": seat.granted, "missing": seat.missing, "needless": seat.needless}
        return {
            "workspace": {"id": seat.team, "name": seat.name, "url": seat.url},
            "bot": {"user": seat.user, "app": seat.app or None},
            "scopes": {name: sorted(each) for name, each in scopes.items()},
            "person": {"name": self.installer.alias, "slack": self.installer.member.user},
            "owner": self.owner,
            "written": [str(file) for file in self.written],
            "nobody_decides": list(self.undecidable),
            "not_their_own": list(self.alone),
            "message": {"channel": said.channel, "ts": said.ts, "link": said.link, "new": said.new},
        }


@dataclass(frozen=True)
class Walk:
    """One walk. `url` is where Slack is to send events, where it is to be heard over HTTP; `channel` where hello is said."""

    settings: Settings
    asking: Asking
    over_http: bool
    url: str
    channel: str

    def through(self) -> Done:
        """All of it. Until the last question is answered nothing is written. Raises `AgentError` before the first."""
        load_agents(self.settings.agents_path, people(self.settings))
        values, seat = self._tokens()
        who = installer(self.settings, self.asking, seat)
        owner = self.settings.owner or who.alias
        if owner != who.alias:
            self.asking.says(f"BOT_OWNER stays {owner}, as it is set.")
        approvals = self._approvals(who)
        settings = self._settings({**values, "BOT_OWNER": owner})
        texts = {**settings, **who.texts, **approvals.texts}
        write(texts)
        greeting = self._hello(seat, who)
        left = tuple(approvals.undecidable()), tuple(approvals.alone())
        return Done(seat, who, owner, tuple(texts), *left, greeting)

    def _tokens(self) -> tuple[dict[str, str], Seat]:
        tokens = Tokens(self.asking, self.settings.slack_api_url, self.over_http, self.url)
        token, seat = tokens.seat(self.settings.slack_bot_token)
        if self.over_http:
            secret = tokens.secret(self.settings.slack_signing_secret)
            return {BOT.name: token, SECRET.name: secret}, seat
        heard = tokens.ear(seat, self.settings.slack_app_token)
        return {BOT.name: token, APP.name: heard}, seat

    # ---- who decides ---------------------------------------------------------------------------------
    def _approvals(self, who: Installer) -> Approvals:
        """Cards that nobody may decide, or nobody but the one who asked: said aloud, and mended where somebody says so."""
        agents: dict[str, Agent] = dict(load_agents(self.settings.agents_path, who.people))
        approvals = Approvals(agents, who.people, who.alias)
        if unreached := approvals.undecidable():
            names = ", ".join(unreached)
            question = f"{UNDECIDABLE.format(agents=names)} Shall {who.alias} be an approver?"
            if self.asking.agrees("--approver", question):
                approvals.name_approver(unreached)
        if lonely := approvals.alone():
            question = ALONE.format(person=who.alias, agents=", ".join(lonely))
            if self.asking.agrees("--self-approval", question):
                approvals.allow_self_approval(lonely)
        self._say_left(approvals)
        return approvals

    def _say_left(self, approvals: Approvals) -> None:
        for name, text in approvals.short():
            self.asking.says(f"{name}: {text}. bot approvers {name} --add NAME mends it.")
        for name in approvals.alone():
            self.asking.says(f"To allow it later: bot approvers {name} --self-approval allowed")

    # ---- what is written, what is said ---------------------------------------------------------------
    def _settings(self, values: dict[str, str]) -> dict[Path, str]:
        """`.env` with what is not so already."""
        now = environment()
        new = {name: value for name, value in values.items() if now.get(name) != value}
        hidden = sorted(name for name in new if os.environ.get(name))
        if hidden:
            raise Wrong(
                f"The environment sets {hidden[0]}, and would hide what .env says: unset it."
            )
        text = ENV.read_text("utf-8") if ENV.exists() else ""
        return {ENV: with_settings(text, new)} if new else {}

    def _hello(self, seat: Seat, who: Installer) -> Greeting:
        person = who.people.people[who.alias]
        text = words(person.language or "en").hello.format(name=person.name or who.alias)
        try:
            return asyncio.run(setup.greeting(seat, who.member, text, self.channel))
        except (NotTaken, OSError) as error:
            raise Failed(f"All is written, but hello could not be said: {error}") from None
        except KeyboardInterrupt:
            raise Failed("All is written; hello was interrupted.") from None
