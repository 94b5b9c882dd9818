"""Hand: lines typed beside a running server become deeds, and what the app does is told in lines.

    say alice @bot release, please     write in #general (@bot mentions the app)
    reply alice main                   write in the thread written in last
    dm alice hello                     write to the app in private
    press alice approve                press the newest button of that id
    submit alice reason="not today"    fill in and submit the form on Alice's screen
    ask alice                          the first message shortcut on the message written last
    slash alice /ask what now?         a slash command
    home alice                         open the app's home
    stop alice                         the stop button of the thread written in last
    who alice                          the member ID that the bot's people file wants
    wait 3600                          move the clock
    quit

Whoever is named first comes into being as a member; guest:NAME and outsider:NAME as a guest or an outsider.
"""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from typing import cast, get_args

from tests.slack_server.ledger import Entry
from tests.slack_server.people import NotOffered
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_object, as_objects, as_text
from tests.slack_server.workspace import Channel, Message, Person, Standing


class Quit(Exception):
    """The line said so."""


class Hand:
    """Does what the lines say."""

    def __init__(self, slack: SlackServer) -> None:
        self._slack = slack
        self._general = slack.team.channel("general", [slack.bot])
        self._last: Message | None = None
        self._deeds: dict[str, Callable[[Person, str], Awaitable[str]]] = {
            "say": self._say,
            "reply": self._reply,
            "dm": self._dm,
            "press": self._press,
            "submit": self._submit,
            "ask": self._ask,
            "slash": self._slash,
            "home": self._home,
            "stop": self._stop,
            "who": self._who,
        }

    async def do(self, line: str) -> str:
        """What came of it, in one line. Raises `Quit`."""
        word, _, rest = line.strip().partition(" ")
        who, _, rest = rest.strip().partition(" ")
        if word in ("", "help"):
            return str(__doc__)
        if word == "quit":
            raise Quit
        if word == "wait" and who.isdigit():
            self._slack.clock.move(int(who))
            return f"{who} s later"
        if word not in self._deeds or not who:
            return "Try: " + ", ".join(self._deeds)
        try:
            return await self._deeds[word](self._person(who), rest.strip())
        except (LookupError, ValueError, NotOffered) as no:
            return str(no)

    def _person(self, name: str) -> Person:
        standing, _, name = name.rpartition(":")
        for person in self._slack.team.people.values():
            if person.name == name:
                return person
        known = get_args(Standing)
        kind = cast("Standing", standing) if standing in known else "member"
        made = self._slack.team.person(name, kind)
        self._slack.team.join(made, self._general)
        return made

    async def _say(self, person: Person, text: str) -> str:
        return self._write(person, self._general, text, None)

    async def _reply(self, person: Person, text: str) -> str:
        thread = self._thread()
        return self._write(person, self._slack.team.channels[thread.channel], text, thread)

    async def _dm(self, person: Person, text: str) -> str:
        return self._write(person, self._slack.team.direct(person, self._slack.bot), text, None)

    def _write(self, person: Person, channel: Channel, text: str, thread: Message | None) -> str:
        spelled = text.replace("@bot", self._slack.mention)
        self._last = self._slack.people.say(person, channel, spelled, thread)
        return f"{self._last.ts}"

    async def _press(self, person: Person, action_id: str) -> str:
        whispers = self._slack.team.whispers(person)
        for shown in reversed([*self._slack.team.everything(), *whispers]):
            if f"'action_id': '{action_id}'" in str(shown.blocks):
                await self._slack.people.press(person, shown, action_id).reply()
                return f"{person.name} pressed {action_id}"
        raise LookupError(f"No button {action_id!r} is shown anywhere.")

    async def _submit(self, person: Person, text: str) -> str:
        pairs = [word.partition("=") for word in shlex.split(text)]
        view = self._slack.people.view(person)
        answer = await self._slack.people.submit(person, view, {name: to for name, _, to in pairs})
        return f"submitted: {answer or 'closed'}"

    async def _ask(self, person: Person, _: str) -> str:
        shortcut = min(self._slack.app.shortcuts, default="")
        await self._slack.people.shortcut(person, self._thread(), shortcut).reply()
        return f"{person.name} chose {shortcut}"

    async def _slash(self, person: Person, text: str) -> str:
        command, _, rest = text.partition(" ")
        answer = await self._slack.people.slash(person, self._general, command, rest).reply()
        return as_text(answer.get("text")) or "sent"

    async def _home(self, person: Person, _: str) -> str:
        self._slack.people.open_home(person)
        return "opened"

    async def _stop(self, person: Person, _: str) -> str:
        self._slack.people.stop_session(person, self._thread())
        return "pressed"

    async def _who(self, person: Person, _: str) -> str:
        return f"{person.name} is {person.id}, a {person.standing}"

    def _thread(self) -> Message:
        if self._last is None:
            raise LookupError("Nobody wrote anything yet.")
        return self._last


def told(entry: Entry) -> str:
    """One call of the app, for people."""
    arguments = entry.arguments
    view = as_object(arguments.get("view"))
    title = as_text(as_object(view.get("title")).get("text"))
    buttons = [
        as_text(part.get("action_id"))
        for block in as_objects(arguments.get("blocks"))
        for part in as_objects(block.get("elements"))
    ]
    said = as_text(arguments.get("text")) or as_text(arguments.get("name"))
    shown = " ".join(filter(None, [said or title or as_text(arguments.get("status")), *buttons]))
    return f"{entry.method} {entry.error or 'ok'}  {shown}".rstrip()
