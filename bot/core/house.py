"""House: the bot's own log beside those of the threads. What holds for all of them is a fact there, with who and when.

It is a thread as far as the store, a rebuild and the commands go; nobody works in it and no model is asked.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.core.values import Address, Base, Routed

HOUSE = "house"
"""The name of the log. No thread has it: theirs are functions of an address, and begin with a `t`."""


class Halted(Base):
    """Nothing new may begin for this agent, or for any where none is named. On a thread's own log: that it was told so."""

    type: Literal["Halted"] = "Halted"
    agent: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """By whom and why, in one phrase."""
        return f"{self.actor}: {self.reason}" if self.reason else self.actor


class Lifted(Base):
    """What was halted under this name goes on."""

    type: Literal["Lifted"] = "Lifted"
    agent: str = ""


class DayReached(Base):
    """A limit of a day or an hour is reached, of all, of an agent or of a person: those asked may extend it, once for everybody.

    `day` is that day, or that hour (`2026-01-31T14`); `used` is by measure how much of it was used when it was asked.
    `addresses` are where they are asked, each where the one before refuses it. On a thread's own log: that it was told there why it waits.
    """

    type: Literal["DayReached"] = "DayReached"
    day: str
    scope: str
    reason: str
    used: dict[str, int] = Field(default_factory=dict[str, int])
    asked: tuple[str, ...] = ()
    address: Address | None = None
    addresses: tuple[Routed, ...] = ()

    @property
    def text(self) -> str:
        """What is used up, and who was asked about it, in one phrase."""
        who = f"asked: {', '.join(self.asked)}" if self.asked else "nobody to ask: set BOT_OWNER"
        return f"{self.reason}; {who}"
