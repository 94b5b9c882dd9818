"""Secrets: planted wherever one can come in, in a whole run with processes of their own, and then found nowhere.

Each stands behind a mark of its own, so that the test can tell that it really came by: what is left of it stands there.
"""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import redis

from tests.messages_api import MessagesApi, Reply
from tests.scenarios.slack_office import SlackOffice, until
from tests.scenarios.test_slack_processes import ended, ready

PEM = "-----BEGIN PRIVATE KEY-----\nMIICANARY0canary0canary0canary\n-----END PRIVATE KEY-----"
# Where a secret comes in, and how it looks there. Nothing of it that is in small letters after `canary` may be found again.
PLACES = {
    "slack message": "xoxb-1234567890-canary01",
    "words before": "AKIACANARY2CANARY22A",
    "link": "https://bot:canary03@example.com/x",
    "file": "password=canary04",
    "file name": "ghp_canary05canary05canary05canary05abcd",
    "terminal": "sk-ant-canary06canary06",
    "result": "glpat-canary07canary07canary07",
    "result under a name": "canary08",
    "error": "postgres://bot:canary09@db/x",
    "argument": "xapp-1-canary10canary10",
    "model's words": "sk-proj-canary11canary11canary11",
    "denial": "Authorization: Bearer canary12canary12",
    "edit": "AIzaSycanary13canary13canary13canary13c",
    "answer": "eyJcanary14canary14.eyJcanary14canary14.canary14",
    "agent.md": "xoxp-canary15canary15",
    "description": "hf_canary16canary16canary16canary16",
    "card": PEM.replace("CANARY", "canary17"),
    "dead letter": "xoxb-canary18-canary18",
    "note": "token=canary19canary19",
    "label": "bob, pw: canary26",
    "command": "mysql -u root -pcanary27 shop",
    "putty": "Private-Lines: 1\ncanary28canary28canary28\nPrivate-MAC: 00",
    "unseen": "xoxb-12345\u200b67890-canary29",
    "pair": "ASIA" + "Q" * 16 + ",canary30/canary30+canary30/canary30+abcd",
    "user": "https://canary31canary31canary31@example.com/x",
    "bold": "**Password:** canary32",
    "encoded": b64encode(PEM.replace("CANARY", "canary33").encode()).decode(),
}
# Secrets that we hold ourselves, by the name of the environment: they look like anything.
OWN = {
    "ANTHROPIC_API_KEY": "canary20 in no form",
    "SLACK_CLIENT_SECRET": "canary21 in no form",
    "PAY_KEY": "canary22 in no form",
    "SLACK_CONFIG_TOKEN": "canary23 in no form",
}
PLANTED = ("agent.md", "tools.py", "ledger")
CHILDS = "ghp_canary24canary24canary24canary24abcd"
REDIS = "canary25canary25"
CANARY = re.compile(rb"(?i)canary\d\d|canary2canary")

AGENT = """---
description: pays and ships
approvers: [bob]
listen: thread
---
You ship. agent.md: {agent}
"""
TOOLS = '''
import os, subprocess
from base64 import b64encode
from urllib.parse import quote
from bot.kit import Args, Call, Card, tool

class Ship(Args):
    tag: str
    notes: str = ""

@tool(reads=True)
def look():
    """Look around. description: {description}"""
    return {{"text": {result!r}, "password": {named!r}}}

@tool(reads=True)
def blow():
    """Fail."""
    raise ValueError("error: " + {error!r})

@tool(approval="never", idempotent=False, secrets=("PAY_KEY",), env=("LEDGER",))
def pay(r: Ship, call: Call):
    """Pay."""
    child = subprocess.run(["/bin/sh", "-c", "echo $CHILDS"], capture_output=True, text=True).stdout
    with open(call.env["LEDGER"], "a") as ledger:
        ledger.write(call.secrets["PAY_KEY"] + child)
    address = "https://example.com/?key=" + quote(call.secrets["PAY_KEY"])
    coded = b64encode(("bot:" + call.secrets["PAY_KEY"]).encode()).decode()
    own = "own: " + call.secrets["PAY_KEY"] + " child: " + child
    return own + " address: " + address + " coded: " + coded

@tool(approval="always", idempotent=False, env=("LEDGER",))
def ship(r: Ship, call: Call):
    """Ship a tag."""
    with open(call.env["LEDGER"], "a") as ledger:
        ledger.write("shipped " + r.tag)

@ship.preview
def show(r: Ship):
    return Card("card: " + {card!r})
'''


def said(place: str) -> str:
    """The secret of this place behind its mark."""
    return f"{place}: {PLACES[place]}"


def tag(name: str, notes: str = "") -> dict[str, object]:
    return {"tag": name, "notes": notes, "because": "asked"}


REPLIES = [
    Reply(uses=[("look", {}), ("blow", {}), ("pay", {"tag": "v0", "notes": said("argument")})]),
    Reply(text=said("note"), uses=[("pay", {"tag": "v0", "notes": ""})]),
    Reply(uses=[("ship", tag("v1"))]),
    Reply(uses=[("ship", tag("v2"))]),
    Reply(uses=[("request_human_input", {"question": "And now?", "context": "", "options": None})]),
    Reply(text=said("model's words")),
    Reply(text="Heard."),
]


@dataclass
class Seen:
    """All that was kept, said or logged, by where."""

    found: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def whole(self) -> str:
        return b"\n".join(self.found.values()).decode(errors="replace")


@asynccontextmanager
async def at_work(office: SlackOffice, api: MessagesApi, seen: Seen) -> AsyncGenerator[None]:
    """The listener and the worker, as processes; what they logged is seen in the end."""
    office.environ |= {
        "ANTHROPIC_BASE_URL": api.url,
        "CHILDS": CHILDS,
        **OWN,
        "BOT_LOG_LEVEL": "debug",
    }
    async with office.process("slack") as listener, office.process("worker") as worker:
        await ready(listener, "slack")
        await ready(worker, "worker")
        yield
        for name, process in (("listener", listener), ("worker", worker)):
            process.terminate()
            status, out, err = await ended(process)
            assert status == 0, err
            seen.found[name] = f"{out}\n{err}".encode()


async def command(office: SlackOffice, *words: str) -> str:
    """What a command of the bot says."""
    async with office.process(*words) as process:
        status, out, err = await ended(process)
    assert status in (0, 1), err
    return out + err


async def the_run(office: SlackOffice) -> None:
    """A story that every planted secret comes into."""
    people = office.slack.people
    notes = "\n".join(
        map(
            said, ("file", "label", "command", "putty", "unseen", "pair", "user", "bold", "encoded")
        )
    ).encode()
    root = office.say(said("words before"), office.bob)
    file = office.slack.team.file(said("file name"), office.alice, notes)
    asked = f"{office.slack.mention} {said('slack message')} and link: {PLACES['link']}"
    people.say(office.alice, office.channel, asked, root, [file])
    await approval(office, 1)
    office.say(f"deny {said('denial')}", office.bob, root)
    request = await approval(office, 2)
    changes = json.dumps({"notes": said("edit")})
    await command(office, "edit", request, "--arguments", changes, "--as", "bob")
    await until(lambda: any("And now?" in each.text for each in office.answers(root)), "question")
    office.say(said("answer"), thread=root)
    await until(lambda: any("model's words" in each.text for each in office.answers(root)), "end")
    await command(office, "launch", "shipper", said("terminal"))
    said_badly: dict[str, object] = {
        "type": "app_mention",
        "user": ["U"],
        "text": {"it": said("dead letter")},
    }
    people.tell("app_mention", said_badly)
    await office.slack.post.settled()


async def approval(office: SlackOffice, number: int) -> str:
    """The name of the card of this number, once it is shown."""
    async with asyncio.timeout(60):
        while True:
            rows = json.loads(await command(office, "pending", "--json"))
            for row in rows:
                if row["kind"] == "approval" and row["arguments"]["tag"] == f"v{number}":
                    return str(row["request"])
            await asyncio.sleep(0.1)


async def look_around(office: SlackOffice, api: MessagesApi, url: str, seen: Seen) -> None:
    """Everything that can be read of a run, but what people themselves wrote into Slack."""
    seen.found["prompts"] = b"\n".join(entry.raw for entry in api.ledger)
    told = [json.dumps(each.arguments, ensure_ascii=False) for each in office.slack.ledger.entries]
    seen.found["slack"] = "\n".join(told).encode()
    seen.found["dead letters"] = (await command(office, "dead", "list", "--json")).encode()
    for row in json.loads(await command(office, "status", "--json")):
        shown, about = ("show", row["thread"], "--events", "--json"), row["thread"]
        for words in (shown, ("prompt", about), ("audit", about), ("why", about)):
            seen.found[" ".join(words)] = (await command(office, *words)).encode()
    seen.found["pending"] = (await command(office, "pending", "--json")).encode()
    seen.found["redis"] = everything_in(url)
    seen.found["files"] = b"\n".join(
        file.read_bytes()
        for file in office.folder.rglob("*")
        if file.is_file() and file.name not in PLANTED and file.suffix != ".pyc"
    )


READ: dict[bytes, tuple[str, ...]] = {
    b"string": ("GET", "{}"),
    b"hash": ("HGETALL", "{}"),
    b"list": ("LRANGE", "{}", "0", "-1"),
    b"set": ("SMEMBERS", "{}"),
    b"zset": ("ZRANGE", "{}", "0", "-1"),
    b"stream": ("XRANGE", "{}", "-", "+"),
}


def everything_in(url: str) -> bytes:
    """Every key and value of this Redis, whatever it is."""
    found: list[bytes] = []
    with redis.Redis.from_url(url) as store:  # pyright: ignore[reportUnknownMemberType]
        ask = cast("Callable[..., object]", store.execute_command)  # pyright: ignore[reportUnknownMemberType]
        for key in cast("list[bytes]", ask("KEYS", "*")):
            words = READ[cast("bytes", ask("TYPE", key))]
            found += [key, repr(ask(*(key if word == "{}" else word for word in words))).encode()]
    return b"\n".join(found)


async def test_secrets_are_planted_everywhere_and_found_nowhere(
    office: SlackOffice, redis_server: str
) -> None:
    plant(office, redis_server)
    seen = Seen()
    with MessagesApi(REPLIES, keys=(OWN["ANTHROPIC_API_KEY"],)) as api:
        async with at_work(office, api, seen):
            await the_run(office)
            await look_around(office, api, redis_server, seen)
    assert [entry.refusal for entry in api.ledger if entry.refusal] == []
    whole = seen.whole
    missing = [place for place in PLACES if not came_by(place, whole)]
    assert missing == [], "these were never planted"
    assert {entry.headers.get("x-api-key") for entry in api.ledger} == {OWN["ANTHROPIC_API_KEY"]}
    assert (office.folder / "ledger").read_text() == f"{OWN['PAY_KEY']}{CHILDS}\n"
    assert "own: [secret] child: [secret: GitHub token]" in whole
    for where, text in [*seen.found.items()]:  # As Base64 writes it, too: dead letters are kept so.
        coded = re.findall(rb"(?:[A-Za-z0-9+/]{4}){10,}", text)
        seen.found[f"{where} in base64"] = b"\n".join(map(b64decode, coded))
    found = {where: sorted(set(CANARY.findall(text))) for where, text in seen.found.items()}
    assert {where: canaries for where, canaries in found.items() if canaries} == {}
    assert re.search(r"coded: Ym90O.?\[secret\]", whole)
    assert office.slack.token.encode() not in b"".join(seen.found.values())
    assert "I cut out what looks like a secret" in whole


def came_by(place: str, whole: str) -> bool:
    """Whether what is left of the secret stands behind its mark somewhere."""
    left = {
        "link": r"https://bot:\[secret",
        "user": r"user: https://\[secret",
        "bold": r"\*\*Password:\*\* \[secret",
        "result under a name": r"\"?password\"?: '?\"?\[secret",
    }
    return (
        re.search(left.get(place, rf"{re.escape(place)}: [^\n]{{0,60}}?\[secret"), whole)
        is not None
    )


def plant(office: SlackOffice, url: str) -> None:
    """The agent with secrets in all it is made of, and a Redis that takes a password."""
    home = office.folder / "agents" / "shipper"
    (home / "agent.md").write_text(AGENT.format(agent=PLACES["agent.md"]))
    fill = {"description": PLACES["description"], "result": said("result"), "card": PLACES["card"]}
    fill |= {"named": PLACES["result under a name"], "error": PLACES["error"]}
    (home / "tools.py").write_text(TOOLS.format(**fill))
    rights = ("reset", "on", f">{REDIS}", "~*", "&*", "+@all")
    with redis.Redis.from_url(url) as store:  # pyright: ignore[reportUnknownMemberType]
        store.execute_command("ACL", "SETUSER", "canary", *rights)  # pyright: ignore[reportUnknownMemberType]
    office.environ["REDIS_URL"] = f"{url}?username=canary&password={REDIS}"
