"""Arrived: a mail as the parent gets it from the child that read it: checked JSON, never an object of the mail's."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from channels.email.reading.child import Said
from channels.email.reading.mail import Unreadable

# The limit is CPU; on a busy machine that takes longer.
SECONDS = 30.0
MOST_OUTPUT = 20_000_000
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


async def arrived(raw: bytes, said: Said) -> Arrived:
    """Read in a child of our own. Raises `Unreadable`, and OSError where no child can be had."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _RUN,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await child.communicate(json.dumps(said).encode() + b"\n" + raw)
    except TimeoutError:
        raise Unreadable(f"it takes more than {SECONDS:.0f} seconds to read") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode or len(out) > MOST_OUTPUT:
        raise Unreadable(f"reading it takes too much (status {child.returncode})")
    told = cast("dict[str, object]", json.loads(out))
    if "unreadable" in told:
        raise Unreadable(str(told["unreadable"]))
    try:
        return Arrived.model_validate(told)
    except ValidationError as error:
        raise Unreadable(f"what was read of it makes no sense: {str(error)[:200]}") from error
