"""Arrived: a mail as the parent gets it from the child that read it: checked JSON, never an object of the mail's."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core.masks import PLAIN
from bot.core.values import Original
from channels.email.reading.child import Said, Wanted
from channels.email.reading.mail import Unreadable
from channels.email.tokens import unsealed

# The limit is CPU; on a busy machine that takes longer.
SECONDS = 30.0
MOST_OUTPUT = 20_000_000
MOST_FILE_BYTES = 10_000_000
# Of a mail as it came, so many characters stay on the log: each answer quotes all that went before it.
MOST_ORIGINAL = 50_000
_ROOT = str(Path(__file__).resolve().parents[2])
_RUN = f"import sys; sys.path.insert(0, {_ROOT!r}); from channels.email.reading.child import main; main()"


class Attached(BaseModel):
    """A file of a mail: which part of it, its name, kind and size."""

    path: int
    name: str
    type: str
    size: int


class Decided(BaseModel):
    """What the whole mail decides."""

    word: Literal["approve", "deny", "edit", "pass", "later"]
    rest: str = ""


class Arrived(BaseModel):
    """What was read. `reason` says why it is not `accepted`; `silent` why it must not be answered, `doubt` why it decides nothing."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    decision: Decided | None = None
    sender: str
    name: str
    subject: str
    id: str
    parents: tuple[str, ...]
    answers: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    silent: str
    doubt: str
    is_forward: bool
    whole: str
    attached: tuple[Attached, ...]
    accepted: bool
    reason: str
    proven: str
    report: str = ""
    quoted: str = ""
    tags: tuple[str, ...] = ()

    @property
    def original(self) -> Original | None:
        """All of its text, where that is more than what was taken for its author's words."""
        whole = self.whole.strip()
        if whole == self.text.strip():
            return None
        return Original(text=whole[:MOST_ORIGINAL], size=len(whole))


@dataclass(frozen=True, slots=True)
class Part:
    """A file that was taken out of a mail; one that is too large without its content."""

    name: str
    type: str
    size: int
    content: bytes = field(repr=False)


async def arrived(raw: bytes, said: Said) -> Arrived:
    """Read in a child of our own. Raises `Unreadable`, and OSError where no child can be had."""
    told, _ = await _read(raw, said)
    try:
        found = Arrived.model_validate(told)
    except ValidationError as error:
        raise Unreadable(f"what was read of it makes no sense: {str(error)[:200]}") from error
    texts = ("text", "whole", "quoted")
    plain = {each: unsealed(getattr(found, each)) for each in texts}
    # What a conversation is called is kept beside its log, and stands over every answer.
    return found.model_copy(update={**plain, "subject": PLAIN.cut(found.subject)})


async def part(raw: bytes, path: int) -> Part | None:
    """The file of this number in a mail, taken out in a child. Raises `Unreadable` and OSError, as above."""
    told, content = await _read(raw, {"part": path, "most": MOST_FILE_BYTES})
    size = told.get("size")
    if not isinstance(size, int):
        return None
    return Part(str(told.get("name")), str(told.get("type")), size, content)


async def _read(raw: bytes, asked: Said | Wanted) -> tuple[dict[str, object], bytes]:
    """What the child says, and what it gives with that."""
    # What a mail may do to its reader it does to one that knows no password of ours.
    known = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _RUN, env=known,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await child.communicate(json.dumps(asked).encode() + b"\n" + raw)
    except TimeoutError:
        raise Unreadable(f"it takes more than {SECONDS:.0f} seconds to read") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or len(out) > MOST_OUTPUT:
        raise Unreadable(f"reading it takes too much (status {child.returncode})")
    line, _, content = out.partition(b"\n")
    told = cast("dict[str, object]", json.loads(line))
    if "unreadable" in told:
        raise Unreadable(str(told["unreadable"]))
    return told, content
