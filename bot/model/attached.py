"""Attached: which files that came with messages are to be read before the model is asked. Pure.

Those of the messages since the model's last step are read, the newest few, each once: what was read is on the log.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.events import Event, MessageNoted, MessageReceived, StepDecided, ToolEnded, Unknown
from bot.core.reducer import evolve
from bot.core.thread import Closed, Thinking, Thread
from bot.core.values import Proposal
from bot.kit.attached import SECONDS
from bot.kit.intents import ATTACHMENT

MOST_AT_ONCE = 8

File = tuple[str, str]


def reads(thread: str, events: Sequence[Event]) -> tuple[Proposal, ...]:
    """A read for each file that the model has not been shown yet."""
    if not any(_files(event) for event in events):
        return ()
    asked, read = _folded(thread, events)
    new = [
        (event.address.channel, file)
        for event in events[asked:]
        if isinstance(event, MessageReceived | MessageNoted)
        for file in event.files
    ]
    return tuple(
        Proposal(
            kind="read",
            tool=ATTACHMENT,
            arguments={"channel": channel, "file": file.id, "name": file.name},
            time_limit_seconds=SECONDS,
        )
        for channel, file in dict.fromkeys(new[-MOST_AT_ONCE:])
        if (channel, file.id) not in read
    )


def _files(event: Event) -> bool:
    """Whether files came with this: told by its tag, since most events fail here and a check of their class is slow."""
    match event.type:
        case "MessageReceived" | "MessageNoted" if not isinstance(event, Unknown):
            return bool(event.files)
        case _:
            return False


def _folded(name: str, events: Sequence[Event]) -> tuple[int, set[File]]:
    """The head from which the model chose last, and the files whose reading came to an end that counted."""
    thread, asked = Thread(name), 0
    read: set[File] = set()
    for event in events:
        after = evolve(thread, event)
        if isinstance(event, StepDecided) and event.actor == "model" and _counted(thread, event):
            asked = event.seen
        if isinstance(event, ToolEnded):
            read |= _ended(thread, after, event.call)
        thread = after
    return asked, read


def _counted(before: Thread, event: StepDecided) -> bool:
    return isinstance(before.turn, Thinking) and event.seen >= before.heard


def _ended(before: Thread, after: Thread, id: str) -> set[File]:
    """The file whose read this ended; one that was void by then was shown to nobody."""
    old, new = before.call(id), after.call(id)
    if old is None or new is None or old.proposal.tool != ATTACHMENT:
        return set()
    if isinstance(old.phase, Closed) or not isinstance(new.phase, Closed):
        return set()
    given = old.proposal.arguments
    return {(str(given["channel"]), str(given["file"]))}
