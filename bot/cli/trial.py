"""Trial: a thread that lives in memory alone, worked on by the real engine until it would wait, rest, or change the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.app import App, House, decider
from bot.core.effects import Run, next_effects
from bot.core.events import Event
from bot.core.outbox import Outgoing
from bot.core.thread import Call, Thread
from bot.core.values import Address
from bot.engine.desk import Desk
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.perform import Performer
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.toolbox import Toolbox
from bot.settings import Settings
from bot.setup.known import environ, known_masks

LEASE_SECONDS = 86_400.0


@dataclass
class Paper:
    """A channel that keeps what it is given and sends nothing."""

    sent: list[Outgoing] = field(default_factory=list[Outgoing])

    async def find(self, address: Address, key: str) -> str | None:
        _ = address, key
        return None

    async def send(self, address: Address, message: Outgoing) -> str:
        self.sent.append(message)
        return f"paper/{address.locator}/{len(self.sent)}"

    async def tell(self, address: Address, person: str, text: str) -> None:
        _ = address, person, text


class Reader(Runner):
    """Runs reads and previews; whatever changes the world stays as it is, about to start."""

    async def write(self, session: Session, run: Run, begun: Callable[[], None]) -> None:
        _ = session, run, begun


@dataclass(frozen=True)
class Tried:
    """How far it went: the log, the messages that would have gone out, and the call that would be run next."""

    thread: Thread
    log: list[Event]
    sent: list[Outgoing]
    about_to_run: Call | None


def in_memory(settings: Settings, at_home: House) -> App:
    """The app on a store that nobody else sees, and that ends with this process."""
    store = MemoryStore(MemoryServer(), lease_seconds=LEASE_SECONDS, consumer="trial")
    masks = known_masks(settings, at_home.agents, environ(at_home.agents))
    return App(settings, at_home, store, Desk(store, masks), masks)


async def tried(app: App, medium: str) -> Tried:
    """Works on the one thread there is."""
    paper = Paper()
    channels: Mapping[str, Paper] = {medium: paper}
    toolbox = Toolbox(app.house.agents, environ(app.house.agents), masks=app.masks)
    perform = Performer(decider(app), Reader(toolbox), channels)
    [lease] = await app.store.take(1, 0)
    session = Session(app.store, lease, LEASE_SECONDS, masks=app.masks)
    await session.load()
    while _harmless(session.thread):
        await perform(session)
    log = await app.desk.events(lease.thread)
    return Tried(session.thread, log, paper.sent, _about_to_run(session.thread))


def _harmless(thread: Thread) -> bool:
    """Whether there is anything to do that changes nothing."""
    return any(not (isinstance(each, Run) and each.claim) for each in next_effects(thread))


def _about_to_run(thread: Thread) -> Call | None:
    runs = (each for each in next_effects(thread) if isinstance(each, Run))
    return next((thread.call(run.call) for run in runs), None)
