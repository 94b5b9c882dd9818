"""World: all that the server knows, in one place: the app, its seats, the clock, the ledger, the post."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from tests.slack_server.clock import Clock
from tests.slack_server.delivery import PostOffice
from tests.slack_server.faults import Faults
from tests.slack_server.install import App, Seat, seat_in
from tests.slack_server.ledger import Ledger
from tests.slack_server.shapes import Json
from tests.slack_server.socket_mode import Sockets
from tests.slack_server.workspace import Workspace


@dataclass(slots=True)
class Trigger:
    """A `trigger_id`: good for 3 seconds and one exchange."""

    user: str
    workspace: Workspace
    at: float
    exchanged: bool = False


@dataclass(slots=True)
class World:
    app: App
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=Ledger)
    faults: Faults = field(default_factory=Faults)
    post: PostOffice = field(init=False)
    sockets: Sockets = field(init=False)
    url: str = ""
    workspaces: dict[str, Workspace] = field(default_factory=dict[str, Workspace])
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])
    triggers: dict[str, Trigger] = field(default_factory=dict[str, Trigger])
    views: dict[str, Json] = field(default_factory=dict[str, Json])
    codes: dict[str, Workspace] = field(default_factory=dict[str, Workspace])
    numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.post = PostOffice(self.clock)
        self.sockets = Sockets(self.clock, self.app.app_id)

    def workspace(self, team: str, name: str) -> Workspace:
        """A new workspace, in which the app is not installed yet."""
        made = Workspace(team, name, self.clock, self.numbers, self.url)
        self.workspaces[team] = made
        return made

    def install(self, workspace: Workspace) -> Seat:
        seat = seat_in(workspace, self.app)
        self.seats[seat.token] = seat
        return seat

    def seat(self, workspace: Workspace) -> Seat:
        """The app's seat there; a `KeyError` where it is not installed."""
        return self.seats[next(t for t, s in self.seats.items() if s.workspace is workspace)]
