"""Display: what was sent is shown as it stands now, where a channel can change its messages. Only the log moves a card.

Best effort: a card whose change could not be shown is shown right the next time that its thread does anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import structlog

from bot.core import addresses, deputies, outbox
from bot.core.events import Delivered, Event
from bot.core.halts import Ruling
from bot.core.names import call_id, version_of
from bot.core.thread import Asked, Call, Ready, Thread
from bot.core.values import Address
from bot.engine.fates import changed, fate
from bot.kit.channel import Changed, Changing, Channel
from bot.kit.latest import Latest

SHOW_SECONDS = 10.0
log = structlog.get_logger()


class Display:
    """Remembers how each card was shown last."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        # Asked once: Python 3.11 takes thirty microseconds to see whether something is of a protocol.
        self._changing = {
            name: channel for name, channel in channels.items() if isinstance(channel, Changing)
        }
        self._shown = Latest[str]()

    def begin(
        self,
        thread: Thread,
        events: Sequence[Event],
        earlier: asyncio.Task[bool] | None = None,
        ruling: Ruling | None = None,
    ) -> asyncio.Task[bool] | None:
        """Begins to bring every card of the thread's calls to what is so, after what an earlier call began; None: its channel cannot change what it sent.

        False in the end: some open card could not be made to show a halt, or its end, and it may be tried again.
        """
        if not any(each.channel in self._changing for each in _places(thread)):
            return None
        return asyncio.create_task(self._show(thread, tuple(events), earlier, ruling))

    async def _show(
        self,
        thread: Thread,
        events: Sequence[Event],
        earlier: asyncio.Task[bool] | None,
        ruling: Ruling | None,
    ) -> bool:
        if earlier:
            await earlier  # Else what was so might be shown over what is.
        halt, are_shown = ruling.halt if ruling else None, True
        for sent, call, since in _changed(thread, events, ruling):
            how = _how(sent, call, since, ruling)
            # What is past was shown when it came to be so, unless it is known to have failed.
            before = self._shown.get(sent.key, how if call in thread.past else None)
            if before == how:
                continue
            try:
                async with asyncio.timeout(SHOW_SECONDS):
                    what = fate(thread, sent.key, events)
                    what = replace(what, halted=halt.words) if halt else what
                    there = outbox.address(what.then, sent.key)
                    if there and (channel := self._changing.get(there.channel)):
                        await channel.change(sent.receipt, sent.key, what)
            except Exception as error:  # noqa: BLE001 - what is so is on the log
                log.warning("card not changed", key=sent.key, error=str(error)[:300])
                how = ""
                may_do = isinstance(error, OSError) and _is_ruled(sent, call, ruling)
                are_shown = are_shown and not may_do
            self._shown[sent.key] = how
        return are_shown


def _places(thread: Thread) -> tuple[Address, ...]:
    """Where anything of the thread may stand."""
    calls = (*thread.past, *thread.calls)
    put = (each for call in calls for each in addresses.of(thread, call))
    return (*thread.addresses, *put, *(each for call in calls for each in deputies.addresses(call)))


def _changed(
    thread: Thread, events: Sequence[Event], ruling: Ruling | None
) -> Iterator[tuple[Delivered, Call, tuple[Changed, ...]]]:
    """The cards that were delivered and no longer stand as they were sent, with what became of the messages that asked."""
    calls = {call.id: call for call in (*thread.past, *thread.calls)}
    for event in events:
        if not isinstance(event, Delivered) or version_of(event.key) is None:
            continue
        call = calls.get(call_id(event.key))
        since = changed(call, events) if call else ()
        is_as_sent = not since and call is not None and _stands(event.key, call)
        if call and not (is_as_sent and not _is_ruled(event, call, ruling)):
            yield event, call, since


def _stands(key: str, call: Call) -> bool:
    as_sent = isinstance(call.phase, Asked) and not call.phase.votes
    return as_sent and version_of(key) == call.version


def _is_ruled(sent: Delivered, call: Call, ruling: Ruling | None) -> bool:
    """Whether this card is open and has to show a halt, or that one ended since it was sent."""
    is_open = isinstance(call.phase, Asked) and version_of(sent.key) == call.version
    return is_open and ruling is not None and (ruling.halt is not None or ruling.at >= sent.at)


def _how(sent: Delivered, call: Call, since: tuple[Changed, ...], ruling: Ruling | None) -> str:
    """Changes whenever the card has to."""
    if ruling and ruling.halt and isinstance(call.phase, Ready):
        return f"halted {ruling.halt.id} {sent.key} {call.n}"
    if version_of(sent.key) != call.version:
        return "old"
    halted = ruling if _is_ruled(sent, call, ruling) else None
    return repr((call.n, call.phase, since, halted))
