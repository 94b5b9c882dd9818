"""Signs: what Slack shows beside messages: eyes on those that are being seen to, a status in direct messages.

All of it is best effort. The worker alone sets a status, so that no two processes disagree about it for a thread;
and the status is no longer `processing` when a card goes out, for it locks the box that people write in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.core.events import Event, MessageReceived, StepDecided
from bot.core.outbox import Notice, Outgoing, Say, pending
from bot.core.status import phase
from bot.core.thread import Idle, Thinking, Thread
from bot.kit.latest import Latest
from channels.slack.address import Place, message_id, place
from channels.slack.api import Refused, Web
from channels.slack.lane import Lane

EYES = "eyes"
LATER_SECONDS = 5.0
CLEAR_SECONDS = 2.0
SETTLE_SECONDS = 5.0
SURE_SECONDS = 30.0  # After so long another worker may have had the thread, and died.
MOST_EYES = 20
Status = Literal["processing", "suspended", "active"]
_ENDS = ("say", "stand_by", "nothing")


class Signs:
    """The signs of one workspace."""

    def __init__(self, web: Web) -> None:
        hasty = web.impatient()
        self._status = Lane(hasty, "agents.sessions.setStatus", self._forget)
        self._eyes = Lane(hasty, "reactions.add")
        self._no_eyes = Lane(hasty, "reactions.remove", _is_on_its_way)
        self._shown = Latest[tuple[Status, float]]()
        self._over = Latest[None]()

    def seen(self, channel: str, ts: str) -> None:
        """Eyes on the message: it was seen, and something is being done."""
        self._eyes.wish(f"{channel}/{ts}", {"channel": channel, "timestamp": ts, "name": EYES})

    def show(self, thread: Thread, events: Sequence[Event]) -> None:
        """The thread's status as it is now; and no eyes on what has been seen to."""
        if thread.address is None:
            return
        where = place(thread.address)
        self.status(where, status(thread))
        if isinstance(thread.turn, Idle) and phase(thread) != "running":
            self._seen_to(where, events)

    def status(self, where: Place, now: Status) -> None:
        """In the agent's view and direct messages, which are the same place; elsewhere the box is everybody's."""
        locator, at = where.address.locator, asyncio.get_running_loop().time()
        before, since = self._shown.get(locator, ("", at))
        is_shown = before == now and at - since < SURE_SECONDS
        if is_shown or where.thread_ts is None or not where.is_direct:
            return
        self._shown[locator] = (now, at)
        told = {"channel_id": where.channel, "thread_ts": where.root, "status": now}
        self._status.wish(locator, {**told})

    def stopped(self, where: Place) -> None:
        """Somebody pressed Stop: Slack leaves it to us to say so, whatever was shown before."""
        self._shown.pop(where.address.locator, None)
        self.status(where, "active")

    async def cleared(self, where: Place, message: Outgoing) -> None:
        """Returns once nothing keeps people from writing an answer to this, or after two seconds at most."""
        if isinstance(message, Say | Notice) or not where.is_direct:
            return
        self.status(where, "suspended")
        await self._status.done(where.address.locator, CLEAR_SECONDS)

    async def settled(self) -> None:
        """Ends what is under way; what does not end in time is lost."""
        lanes = (self._status, self._no_eyes, self._eyes)
        await asyncio.gather(*(lane.settled(SETTLE_SECONDS) for lane in lanes))

    def _forget(self, locator: str, error: Exception) -> None:
        """What got lost on its way is not what is shown; what Slack refuses it would refuse again."""
        if isinstance(error, OSError):
            self._shown.pop(locator, None)

    def _seen_to(self, where: Place, events: Sequence[Event]) -> None:
        for name, ts in _asking(where, events):
            if name not in self._over:
                self._over[name] = None
                eyes = {"channel": where.channel, "timestamp": ts, "name": EYES}
                self._no_eyes.wish(f"{where.channel}/{ts}", {**eyes})


def status(thread: Thread) -> Status:
    """What a thread is doing. People must be able to write while it waits for them, or for a better hour of the model."""
    if pending(thread):
        return "suspended"
    if isinstance(thread.turn, Thinking) and thread.turn.retry_at is not None:
        return "active"
    return "processing" if phase(thread) in ("thinking", "running") else "active"


def _asking(where: Place, events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """What asked in the turn that ended last, newest first, each with the message that it stands on."""
    prefix, found = message_id(where.team, where.channel, ""), 0
    for event in reversed(events):
        if isinstance(event, MessageReceived) and event.id.startswith(prefix):
            found += 1
            yield event.id, event.id.removeprefix(prefix).partition("/")[0]
        elif found and isinstance(event, StepDecided) and _is_end(event):
            return
        if found >= MOST_EYES:
            return


def _is_end(step: StepDecided) -> bool:
    return any(call.kind in _ENDS for call in step.calls)


def _is_on_its_way(_: str, error: Exception) -> float | None:
    """Eyes that are not there may be about to come: the listener that saw the message is another process."""
    missing = isinstance(error, Refused) and str(error) == "no_reaction"
    return LATER_SECONDS if missing else None
