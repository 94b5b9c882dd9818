"""Letters: what the engine could not go on with, and why. Indexes beside the logs, no events: they say nothing of a conversation.

A letter about a thread counts the tries that failed since the thread last came to rest. While `again` is set the
thread is looked at then; without it the letter is dead, and the thread waits for a human or for something to arrive.
A letter of any other kind is a payload that a channel could not make an event of; its id is `kind:id at the source`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bot.core.masks import PLAIN, Masks

Stage = Literal["parse", "fold", "decide", "render", "send", "tool", "other"]
THREAD = "thread"
MOST_RAW_BYTES = 65_536
MOST_CAUSE_CHARACTERS = 500
MOST_ID_CHARACTERS = 300
LATEST = 10**14  # Of times in ms: beyond it no calendar goes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`seq` is the event that cannot be read, `head` how much of the log was read; both where they are known."""

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    at: Annotated[int, Field(ge=0, lt=LATEST)]
    tries: int
    stage: Stage
    cause: str
    seq: int | None = None
    head: int | None = None
    again: Annotated[int, Field(ge=0, lt=LATEST)] | None = None
    kind: str = THREAD
    raw: bytes = b""

    @property
    def is_dead(self) -> bool:
        return self.again is None

    @property
    def times(self) -> str:
        """How often it failed, in words."""
        return "once" if self.tries == 1 else f"{self.tries} times"

    @property
    def failure(self) -> str:
        """What failed, how often and why, in words."""
        return f"{self.stage} failed {self.times}: {self.cause}"


def payload(kind: str, id: str, raw: bytes, cause: str, at: int, masks: Masks = PLAIN) -> Letter:
    """The letter about a payload that came by this channel under this id and could not be parsed, without secrets."""
    kept = masks.cut(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return Letter(
        id=_text(f"{kind}:{id}", MOST_ID_CHARACTERS),
        at=at,
        tries=1,
        stage="parse",
        cause=_text(masks.cut(cause), MOST_CAUSE_CHARACTERS),
        kind=kind,
        raw=kept[:MOST_RAW_BYTES],
    )


def cause_of(error: BaseException, masks: Masks = PLAIN) -> str:
    """An error in one short text that can be stored."""
    return _text(masks.cut(f"{type(error).__name__}: {error}"), MOST_CAUSE_CHARACTERS)


def _text(text: str, most: int) -> str:
    """What can be written as UTF-8; half a character has no place there."""
    return text[:most].encode(errors="replace").decode()


def encode(letter: Letter) -> bytes:
    """The stored form: JSON, the payload in base64."""
    return _LETTER.dump_json(letter)


def decode(id: str, body: bytes) -> Letter:
    """The letter as it was stored, under its own id whatever it says of itself.

    Never raises: an index that somebody else wrote to must not hide the other letters.
    """
    try:
        return replace(_LETTER.validate_json(body), id=id)
    except ValidationError:
        kind, cause = id.partition(":")[0] if ":" in id else THREAD, "this letter cannot be read"
        return Letter(id=id, at=0, tries=0, stage="other", cause=cause, kind=kind)


_LETTER = TypeAdapter(Letter)
