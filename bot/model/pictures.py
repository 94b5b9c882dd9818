"""Pictures: which pictures of a log a request shows, and what stands in the place of one that it does not.

It follows from the log, the model's name and what the log keeps, so that a request can be made again as it was.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping

from bot.core import weight
from bot.core.events import DecideFailed, ToolEnded
from bot.core.log import Log
from bot.core.values import Picture
from bot.model.rehearsal import PREFIX

MOST = 20
"""With more in one request the vendor takes none of over 2,000 pixels a side."""
MOST_BYTES = 12_000_000
"""In base64 that is 16 MB, and Bedrock takes 20 MB a request, the vendor's own API 32."""
REFUSED = "The model's server did not take a picture, so it is asked without"

Json = dict[str, object]
Blob = Callable[[str, str], Awaitable[bytes | None]]
Blobs = Mapping[str, bytes | None]
NONE: Blobs = {}


async def nowhere(thread: str, ref: str) -> bytes | None:
    """No log keeps anything."""
    _ = thread, ref


def refs(log: Log) -> tuple[str, ...]:
    """The blobs that a request for this log may show."""
    found = (each.ref for _, each in _shown(log) if isinstance(each, Picture))
    return tuple(dict.fromkeys(found))


def weighed(log: Log) -> int:
    """What the pictures that this log still tells of weigh, as bytes of text."""
    return sum(weight.pictured(log[at]) for at, _, _ in _told(log))


def after(log: Log, model: str, blobs: Blobs) -> dict[int, Json]:
    """By the block that tells of a picture, what comes right after it: the picture, or why it is not shown."""
    return {block: _part(each, model, blobs) for block, each in _shown(log)}


def shows(body: bytes) -> bool:
    """Whether there is a picture in this request; words cannot look like one, for their quotes are escaped."""
    return b'{"type":"image","source":' in body


def _part(shown: Picture | str, model: str, blobs: Blobs) -> Json:
    # The vendor's models see, wherever they run and whatever stands around their names; of others nobody knows.
    if "claude" not in model or model.startswith(PREFIX):
        return _words("this model takes words alone")
    if isinstance(shown, str):
        return _words(shown)
    content = blobs.get(shown.ref)
    if content is None:
        return _words("it is no longer kept")
    data = b64encode(content).decode()
    source = {"type": "base64", "media_type": shown.type, "data": data}
    return {"type": "image", "source": source}


def _words(why: str) -> Json:
    return {"type": "text", "text": f"[The picture is not shown: {why}.]"}


def _shown(log: Log) -> Iterator[tuple[int, Picture | str]]:
    """The pictures, by the block that tells of each; of those that are not to be shown, why.

    Where they are too many or too large together all before go at once, so that the prompt cache is begun anew seldom.
    """
    refused, held = _refused(log), list[tuple[int, Picture]]()
    for at, block, picture in _told(log):
        if at < refused:
            yield block, "the model's server did not take it"
            continue
        size = sum(each.size for _, each in held) + picture.size
        if len(held) == MOST or size > MOST_BYTES:
            yield from ((before, "newer ones take its place") for before, _ in held)
            held = []
        held.append((block, picture))
    yield from held


def _told(log: Log) -> Iterator[tuple[int, int, Picture]]:
    """The pictures of which a block still tells, each with its event's place and the block's."""
    for at in log.pictured:
        event = log[at]
        if log.written[at] and isinstance(event, ToolEnded) and event.picture:
            yield at, sum(map(bool, log.written[:at])), event.picture


def _refused(log: Log) -> int:
    """How much of the log the server was asked with when it last did not take a picture."""
    if not log.pictured:
        return 0
    failed = (each for each in reversed(log) if isinstance(each, DecideFailed))
    return next((each.seen for each in failed if each.reason.startswith(REFUSED)), 0)
