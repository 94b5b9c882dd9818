"""An office in Slack: the strict stand-in, a real Redis, the bot's own listener and worker, a scripted model.

Everything between Slack's wire and the log is the real thing; only what the model says is written down beforehand.
"""

from __future__ import annotations

import asyncio
import sys
import textwrap
import time
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

from bot.app import App, House, channels, house, opened, run_slack, run_web
from bot.core.events import Delivered, Event
from bot.core.thread import Thread
from bot.engine.lamp import Lamp
from bot.engine.perform import Performer
from bot.engine.run import Runner
from bot.engine.toolbox import Toolbox
from bot.engine.trouble import Patience
from bot.engine.worker import Worker
from bot.kit import attached
from bot.kit.people import People
from bot.model.decide import Decider
from bot.settings import Settings
from bot.setup.known import known_masks
from tests.engine.office import Reply, ScriptedModel
from tests.scenarios.playing import surroundings
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message, Person

Mode = Literal["socket", "http"]
Run = Callable[[App, asyncio.Event, Callable[[], None]], Coroutine[None, None, None]]
PATIENCE_SECONDS = 60.0
LEASE_SECONDS = 2.0

AGENT = """---
description: ships what is asked for
approvers: [bob, carol{more}]
listen: thread
---
You ship.
"""
TOOLS = """
import os
from bot.kit import Args, Call, tool

class Ship(Args):
    tag: str
    notes: str = ""

@tool(approval="always", idempotent=False, env=("LEDGER",))
async def ship(r: Ship, call: Call):
    "Ship a tag."
    with open(call.env["LEDGER"], "a") as ledger:
        ledger.write(f"{r.tag}\\n")
    return {"shipped": r.tag}
"""
REHEARSAL = """
def rehearse(request):
    text = "\\n".join(block["text"] for block in request["messages"][0]["content"])
    if "<request_human_input" not in text:
        return [("request_human_input", {"question": "Which tag?", "options": {}})]
    if "<ship" not in text:
        return [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
    return [("done_for_now", {"message": "Shipped."})]
"""


class SlackOffice:
    """What a test says and sees; the people of the `crowd` may approve too."""

    def __init__(
        self, slack: SlackServer, url: str, folder: Path, port: int, crowd: Sequence[str] = ()
    ) -> None:
        self.slack = slack
        self.folder = folder
        self.model = ScriptedModel(())
        self.alice = slack.team.person("alice")
        self.bob = slack.team.person("bob")
        self.carol = slack.team.person("carol")
        self.eve = slack.team.person("eve")
        self.crowd = [slack.team.person(name) for name in crowd]
        everybody = [self.alice, self.bob, self.carol, self.eve, *self.crowd, slack.bot]
        self.channel = slack.team.channel("releases", everybody)
        self.environ = self._environ(url, port)
        self.settings = Settings.model_validate(self.environ)

    def set_up_anew(self) -> SlackOffice:
        """With the environment as it is now."""
        self.settings = Settings.model_validate(self.environ)
        return self

    def _environ(self, url: str, port: int) -> dict[str, str]:
        """What the bot's processes are set up with."""
        home = self.folder / "agents" / "shipper"
        home.mkdir(parents=True)
        more = "".join(f", {person.name}" for person in self.crowd)
        (home / "agent.md").write_text(AGENT.format(more=more))
        (home / "tools.py").write_text(textwrap.dedent(TOOLS))
        (home / "rehearsal.py").write_text(textwrap.dedent(REHEARSAL))
        people = self.folder / "people.yaml"
        known = (self.alice, self.bob, self.carol, *self.crowd)
        rows = [f"  {person.name}: {{slack: {person.id}}}" for person in known]
        self.robot = self.slack.team.person("robot", "bot")
        self.slack.team.join(self.robot, self.channel)
        bots = ["bots:", f"  robot: {{slack: {self.robot.bot_id}}}"]
        people.write_text("\n".join(["people:", *rows, *bots, ""]))
        return {
            "REDIS_URL": url,
            "BOT_AGENTS_PATH": str(self.folder / "agents"),
            "BOT_PEOPLE": str(people),
            "BOT_DEFAULT_AGENT": "shipper",
            "BOT_LEASE": f"{LEASE_SECONDS:.0f}s",
            "SLACK_BOT_TOKEN": self.slack.token,
            "SLACK_APP_TOKEN": self.slack.app.app_token,
            "SLACK_SIGNING_SECRET": self.slack.app.signing_secret,
            "SLACK_API_URL": self.slack.api_url,
            "PORT": str(port),
            "LEDGER": str(self.folder / "ledger"),
        }

    @property
    def url(self) -> str:
        """Where the web process takes events."""
        return f"http://127.0.0.1:{self.settings.port}/slack/events"

    # ---- the bot ---------------------------------------------------------------------------------
    @asynccontextmanager
    async def listening(self, mode: Mode = "socket") -> AsyncGenerator[App]:
        """A process that only listens."""
        async with self.serving(run_slack if mode == "socket" else run_web) as app:
            if mode == "http":
                await self.slack.over_http(self.url)
            yield app

    @asynccontextmanager
    async def serving(self, run: Run) -> AsyncGenerator[App]:
        """A process that runs this, once it says that it is ready."""
        stop, ready = asyncio.Event(), asyncio.Event()
        async with opened(self.settings, self._house()) as app:
            running = asyncio.create_task(run(app, stop, ready.set))
            await _first(running, ready)
            try:
                yield app
            finally:
                stop.set()
                await running

    @asynccontextmanager
    async def working(self, replies: Sequence[Reply] = ()) -> AsyncGenerator[App]:
        """A process that only works."""
        self.model.replies = [*self.model.replies, *replies]
        stop = asyncio.Event()
        async with opened(self.settings, self._house()) as app:
            running = asyncio.create_task(self._worker(app).run(stop))
            try:
                yield app
            finally:
                stop.set()
                await running

    @asynccontextmanager
    async def process(self, *words: str) -> AsyncGenerator[Process]:
        """A command in a process of its own, once it says that it is ready; killed in the end, if it has not ended by itself."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self.folder,
            env={**surroundings(), **self.environ},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    def _house(self) -> House:
        return house(self.settings)

    def _worker(self, app: App) -> Worker:
        agents = app.house.agents
        masks = known_masks(self.settings, agents, self.environ)
        media = channels(app)
        decider = Decider(
            agents,
            self.model,
            model_of=lambda _: "a-model",
            max_tokens=1_000,
            deadline_seconds=3_600,
            owner="alice",
            blob=app.store.blob,
            masks=masks,
            media=media,
        )
        toolbox = Toolbox(
            agents, self.environ, attached.tools(media), masks, media=frozenset(media)
        )
        runner = Runner(toolbox)
        return Worker(
            app.store,
            Lamp(Performer(decider, runner, media), media),
            lease_seconds=LEASE_SECONDS,
            patience=Patience(first_seconds=0.05, longest_seconds=0.1, tries=8, away_tries=100),
            masks=masks,
        )

    # ---- people ----------------------------------------------------------------------------------
    def mention(self, text: str, person: Person | None = None) -> Message:
        return self.say(f"{self.slack.mention} {text}", person)

    def say(
        self, text: str, person: Person | None = None, thread: Message | None = None
    ) -> Message:
        channel = self.slack.team.channels[thread.channel] if thread else self.channel
        return self.slack.people.say(person or self.alice, channel, text, thread)

    def whisper(self, text: str) -> Message:
        """Alice's words to the bot alone."""
        direct = self.slack.team.direct(self.alice, self.slack.bot)
        return self.slack.people.say(self.alice, direct, text)

    def elsewhere(self, text: str) -> Message:
        """A mention in a channel of its own."""
        members = [self.alice, *self.crowd, self.slack.bot]
        channel = self.slack.team.channel("another", members)
        return self.slack.people.say(self.alice, channel, f"{self.slack.mention} {text}")

    async def shown(self, root: Message, number: int) -> Message:
        """The bot's message of this number in the thread, once it is there and on record that it is."""
        await until(lambda: len(self.answers(root)) >= number, f"message {number}")
        message = self.answers(root)[number - 1]
        async with opened(self.settings, House({}, People())) as app:
            await _recorded(app, message)
        return message

    # ---- what came of it -------------------------------------------------------------------------
    def ledger(self) -> list[str]:
        """What the tool really did."""
        file = self.folder / "ledger"
        return file.read_text().split() if file.exists() else []

    def direct(self, person: Person) -> list[Message]:
        """What the bot wrote to this person alone."""
        channel = self.slack.team.direct(person, self.slack.bot)
        return [each for each in channel.standing() if each.user == self.slack.bot.id]

    def answers(self, root: Message) -> list[Message]:
        """What the bot said in this thread, oldest first."""
        replies = self.slack.team.channels[root.channel].thread(root.ts)
        return [each for each in replies if each.user == self.slack.bot.id]


async def _first(running: asyncio.Task[None], ready: asyncio.Event) -> None:
    """Ready, or whatever kept it from being so."""
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if running.done():
        running.result()


async def until(condition: Callable[[], bool], what: str = "it") -> None:
    """Returns once the condition holds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came"
        await asyncio.sleep(0.01)


async def _recorded(app: App, message: Message) -> None:
    """Returns once the log says that this was delivered: before that nobody can have read it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        logs = [await app.desk.events(thread.id) for thread in await app.desk.threads()]
        sent = [event.receipt for log in logs for event in log if isinstance(event, Delivered)]
        if any(receipt.partition(" ")[0].endswith(f"/{message.ts}") for receipt in sent):
            return
        assert time.monotonic() < deadline, f"{message.ts} was never delivered"
        await asyncio.sleep(0.01)


async def only_thread(app: App) -> tuple[Thread, list[Event]]:
    """The one thread there is, with its events."""
    threads = await app.desk.threads()
    assert len(threads) == 1, [thread.id for thread in threads]
    return threads[0], await app.desk.events(threads[0].id)
