"""Simulate: the steps a message would lead to, by the real way from arrival to cards; nothing is sent, changed or stored."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from bot.app import House, house
from bot.cli import logs, parts, wording
from bot.cli.errors import DONE, Wrong
from bot.cli.foretold import Foretold
from bot.cli.output import say, say_json
from bot.cli.parts import AsJson
from bot.cli.trial import in_memory, tried
from bot.engine.reception import Reception
from bot.kit.people import People
from bot.settings import Settings
from bot.setup.known import environ, secret_values
from channels.slack.address import CHANNEL
from channels.slack.parse import Said, Us, parse

Json = dict[str, object]
Medium = Annotated[Literal["slack", "email"], Parameter(help="Where it would be written.")]
Written = Annotated[
    str, Parameter("--text", help="The message; @bot mentions it.", allow_leading_hyphen=True)
]
Eml = Annotated[
    Path | None, Parameter("--eml", help="With email: the file of a mail, to be judged.")
]
AgentName = Annotated[str, Parameter("--agent", help="Who takes it; default BOT_DEFAULT_AGENT.")]
User = Annotated[
    str, Parameter("--user", help="Who writes: a person or a member ID; default BOT_OWNER.")
]
Channel = Annotated[str, Parameter("--channel", help="A channel's ID; default a direct message.")]

TEAM, BOT, SOMEBODY, PRIVATE = "T0SIMULATED", "U0SIMULATEDBOT", "U0SIMULATED", "D0SIMULATED"
NOTHING: Json = {
    "agent": None,
    "steps": [],
    "messages": [],
    "would_run": None,
    "phase": None,
    "waiting_for": "",
}
_MENTION = re.compile(r"\A\s*<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_ID = re.compile(r"[A-Z0-9]{2,30}")
WHY = {
    "others": "it speaks to somebody else: only a mention of the bot asks it here",
    "anybody": "it mentions nobody: in a channel only a mention asks the bot, as in `@bot …`; a direct message needs none",
}


async def simulate(
    medium: Medium,
    /,
    *,
    text: Written = "",
    eml: Eml = None,
    agent: AgentName = "",
    user: User = "",
    channel: Channel = PRIVATE,
    as_json: AsJson = False,
) -> int:
    if medium == "email":
        return _mail(eml, as_json=as_json)
    settings = parts.read()
    found = house(settings)
    logs.start(settings, secret_values(settings, found.agents, environ(found.agents)))
    name = agent or settings.default_agent
    if name not in found.agents:
        raise wording.wrong("agent", name, found.agents)
    if parts.says_nothing(text):
        raise Wrong('What would be said? bot simulate slack --text "ship it"')
    if not _ID.fullmatch(channel):
        raise Wrong("--channel takes the ID of a channel, as in C0123456789.")
    people, writer = _writer(settings, found.people, user)
    said = _said(text, people, writer, channel)
    app = in_memory(settings, House(found.agents, people))
    arrivals = Reception(app.desk, found.agents, people, name)
    heard = await arrivals.words(said.words)
    trial = await tried(app, CHANNEL) if heard == "asked" else None
    foretold = Foretold(trial, people) if trial else None
    if as_json:
        say_json({**_heard(said, people), **(foretold.json() if foretold else NOTHING)})
    elif foretold:
        say("\n".join(foretold.lines()))
    else:
        say(f"Nobody would be asked: {WHY[said.words.aim]}.")
    return foretold.status if foretold else DONE


def _mail(file: Path | None, *, as_json: bool) -> int:
    from bot.cli.simulate_mail import simulate_mail

    if file is None:
        raise Wrong("bot simulate email needs --eml FILE.")
    return simulate_mail(file, as_json=as_json)


def _heard(said: Said, people: People) -> Json:
    """The message as it is heard, and whether it asks the bot."""
    words = said.words
    return {
        "accepted": words.aim == "bot",
        "reason": WHY.get(words.aim),
        "text": words.text,
        "sender": people.alias_of(CHANNEL, words.person) or f"{CHANNEL}:{words.person}",
    }


def _writer(settings: Settings, people: People, named: str) -> tuple[People, str]:
    """Who writes, by their ID in Slack; one whose ID nobody wrote down is given one here."""
    name = named or settings.owner or SOMEBODY
    person = people.people.get(name)
    if person is None:
        if not _ID.fullmatch(name):
            raise wording.wrong("person", name, people.people)
        return people, name
    if person.slack:
        return people, person.slack.rpartition("/")[2]
    known = {**people.people, name: person.model_copy(update={"slack": SOMEBODY})}
    return People(known, people.groups, people.places), SOMEBODY


def _said(text: str, people: People, writer: str, channel: str) -> Said:
    """The message as Slack would tell of it, and as it is heard."""
    mention = _MENTION.match(text)
    stranger = mention is not None and people.alias_of(CHANNEL, mention[1]) is None
    us = Us(TEAM, mention[1] if mention and stranger else BOT)
    moment = f"{time.time():.6f}"
    event = {
        "type": "message",
        "channel": channel,
        "user": writer,
        "text": re.sub(r"(?<![\w@])@bot\b", f"<@{us.user}>", text),
        "ts": moment,
        "event_ts": moment,
    }
    body = {"type": "event_callback", "team_id": TEAM, "event": event}
    found = parse(body, us, lambda user: people.alias_of(CHANNEL, user) or user)
    assert isinstance(found, Said), "it is a person's message"
    return found
