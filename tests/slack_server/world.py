"""World: all that the server knows, in one place: the app, its seats, the clock, the ledger, the post."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.slack_server.clock import Clock
from tests.slack_server.delivery import PostOffice
from tests.slack_server.faults import Faults
from tests.slack_server.install import App, Seat, seat_in
from tests.slack_server.ledger import Ledger
from tests.slack_server.rates import Rates
from tests.slack_server.respond import Respond
from tests.slack_server.shapes import Json
from tests.slack_server.socket_mode import Sockets
from tests.slack_server.workspace import Workspace


@dataclass(slots=True)
class Trigger:
    """A `trigger_id`: good for 3 seconds and one exchange."""

    user: str
    workspace: Workspace
    at: float
    view: str = ""
    exchanged: bool = False


@dataclass(slots=True)
class View:
    """A modal or a home, as one person sees it."""

    id: str
    user: str
    workspace: Workspace
    body: Json
    version: int = 1
    below: str = ""
    depth: int = 1
    closed: bool = False
    errors: Json = field(default_factory=dict[str, object])

    @property
    def hash(self) -> str:
        return f"{self.id}-{self.version}"

    def is_named(self, name: str, external: str) -> bool:
        return name == self.id or (external != "" and external == self.body.get("external_id"))

    def shown(self) -> Json:
        return self.body | {"hash": self.hash, "previous_view_id": self.below or None}


@dataclass(slots=True)
class Code:
    """What the consent page sends back, good for one exchange."""

    workspace: Workspace
    user: str
    redirect_uri: str = ""
    used: bool = False


@dataclass(slots=True)
class World:
    """One Slack; `happen` is called whenever something was called, told or connected."""

    app: App
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    post: PostOffice = field(init=False)
    sockets: Sockets = field(init=False)
    rates: Rates = field(init=False)
    respond: Respond = field(init=False)
    url: str = ""
    workspaces: dict[str, Workspace] = field(default_factory=dict[str, Workspace])
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])
    triggers: dict[str, Trigger] = field(default_factory=dict[str, Trigger])
    views: dict[str, View] = field(default_factory=dict[str, View])
    homes: dict[str, View] = field(default_factory=dict[str, View])
    codes: dict[str, Code] = field(default_factory=dict[str, "Code"])
    visitor: Code | None = None
    revoked: set[str] = field(default_factory=set[str])
    numbers: count[int] = field(default_factory=lambda: count(1))
    _happened: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.post = PostOffice(self.clock, self.happen)
        self.sockets = Sockets(self.clock, self.app.app_id, self.happen)
        self.rates = Rates(self.clock)
        self.respond = Respond(self.clock)

    def happen(self) -> None:
        """Wakes whoever waits for something to have happened."""
        self._happened.set()
        self._happened = asyncio.Event()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Returns once this holds, looking after every call and every delivery."""
        while not holds():
            await self._happened.wait()

    def workspace(self, team: str, name: str) -> Workspace:
        """A new workspace, in which the app is not installed yet."""
        made = Workspace(team, name, self.clock, self.numbers, self.url)
        self.workspaces[team] = made
        return made

    def install(self, workspace: Workspace) -> Seat:
        """The app's seat there; installed again, it is the one it had."""
        for seat in self.seats.values():
            if seat.workspace is workspace:
                self.revoked.discard(seat.token)
                return seat
        seat = seat_in(workspace, self.app)
        self.seats[seat.token] = seat
        return seat

    def trigger(self, user: str, workspace: Workspace, view: str = "") -> str:
        """A new `trigger_id`."""
        number = next(self.numbers)
        name = f"{number}.{workspace.team[1:]}.{number:032x}"
        self.triggers[name] = Trigger(user, workspace, self.clock.now(), view)
        return name

    def seat(self, workspace: Workspace) -> Seat:
        """The app's seat there. Raises `LookupError` where it is not installed."""
        for seat in self.seats.values():
            if seat.workspace is workspace:
                return seat
        raise LookupError(f"The app is not installed in {workspace.name}.")
