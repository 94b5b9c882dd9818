"""Address: where a Slack conversation lives. Its locator is `TEAM/CHANNEL/ROOT_TS`, from its first message on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.values import Address
from bot.kit.channel import Undeliverable

CHANNEL = "slack"
_LOCATOR = re.compile(
    r"(?P<team>[A-Z0-9]+)/(?P<channel>[A-Z0-9]+)/(?P<root>\d+\.\d+|new-\d+-[a-z0-9]+)"
)
# What a card that is put into a channel of its own carries in the place of whose thread stands under it.
BESIDE = "beside"
_HERE = re.compile(r"[TE][A-Z0-9]+/[CDG][A-Z0-9]+")
# Without a workspace it is the one that the app is in, if it is in one alone.
_SOMEBODY = re.compile(r"(?:[TE][A-Z0-9]+/)?[UW][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A thread in a channel of a workspace; `root` is the timestamp of the message it hangs under.

    One that was begun elsewhere is named by when it was `born` until its first message stands, and by that name ever after. Without a
    root it is the channel itself, or somebody's conversation with us, where cards of threads that live elsewhere are put.
    """

    team: str
    channel: str
    root: str

    @property
    def address(self) -> Address:
        parts = (self.team, self.channel, self.root)
        return Address(channel=CHANNEL, locator="/".join(part for part in parts if part))

    @property
    def born(self) -> int | None:
        """When this was begun elsewhere, in milliseconds since the epoch; None: it hangs under a message."""
        word, _, rest = self.root.partition("-")
        return int(rest.partition("-")[0]) if word == "new" else None

    @property
    def person(self) -> str:
        """Whose conversation with us this is; empty: it is a channel."""
        return self.channel if _SOMEBODY.fullmatch(self.channel) else ""

    @property
    def is_direct(self) -> bool:
        """Whether somebody is alone with us there."""
        return self.channel.startswith("D")

    @property
    def thread_ts(self) -> str | None:
        """The thread as Slack's methods take it; None: nothing stands there yet that it could hang under."""
        return (self.root or None) if self.born is None else None


def begun(where: str, at_ms: int, mark: str) -> Address | None:
    """The address of a thread that is begun elsewhere and is to stand in the channel TEAM/CHANNEL; None: that is none."""
    if _HERE.fullmatch(where) is None:
        return None
    return Address(channel=CHANNEL, locator=f"{where}/new-{at_ms}-{mark}")


def place(address: Address) -> Place:
    """The parts of an address. Raises `Undeliverable` where it is none of Slack's."""
    if _HERE.fullmatch(address.locator) or _SOMEBODY.fullmatch(address.locator):
        team, _, channel = address.locator.rpartition("/")
        return Place(team, channel, "")
    found = _LOCATOR.fullmatch(address.locator)
    if found is None:
        raise Undeliverable(
            f"{address.locator[:100]} is no place in Slack: TEAM/CHANNEL/TIMESTAMP."
        )
    return Place(**found.groupdict())


def is_apart(given: Address, thread: Address) -> bool:
    """Whether this is given in another conversation of Slack than the thread is in: at a copy of a card, or a card put elsewhere."""
    spot = _LOCATOR.fullmatch(given.locator) if given.channel == CHANNEL else None
    home = _LOCATOR.fullmatch(thread.locator) if thread.channel == CHANNEL else None
    return spot is not None and (home is None or spot["channel"] != home["channel"])


def is_beside(address: Address) -> bool:
    """Whether what is said there hangs under a card of a thread that lives elsewhere."""
    return address.locator.endswith(f"/{BESIDE}")


def link(url: str, where: Place) -> str:
    """Where a browser finds the thread, by the address of its workspace (docs: reference/methods/chat.getPermalink)."""
    channel = f"{url}archives/{where.channel}"
    return channel if where.thread_ts is None else f"{channel}/p{where.root.replace('.', '')}"


def is_apart_at(link: str) -> bool:
    """Whether this leads into somebody's own conversation, where nobody else can follow."""
    return "/archives/D" in link


def message_id(team: str, channel: str, ts: str) -> str:
    """The identity of a message: the same post has it, by whichever event it comes and however often."""
    return f"{CHANNEL}:{team}/{channel}/{ts}"


def moment(ts: str) -> int:
    """When a message was written, in milliseconds since the epoch."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1000 + int(fraction[:3].ljust(3, "0"))
