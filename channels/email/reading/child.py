"""Child: one mail read and judged in a process of its own, which is given little memory and little time.

On standard input a line of JSON that says who we are and whom we let in, then the mail. On standard output JSON: what was read, or why nothing was.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from dataclasses import asdict, fields
from typing import TypedDict, cast

from channels.email.judge import Gate
from channels.email.reading.mail import Unreadable, parsed
from channels.email.reading.read import Reading, read

MEMORY_BYTES = 256_000_000
CPU_SECONDS = 2
# The system looks at its limit in whole seconds and late; by then a timer of our own has ended it.
STOP_SECONDS = 1.8
_LEFT_OUT = frozenset({"mail", "files"})


class Said(TypedDict):
    """Who we are, and whom we let in."""

    ours: list[str]
    domain: str
    server: str
    allowed: list[str]


class Wanted(TypedDict):
    """A file alone: the part of this number, unless it has more than so many bytes."""

    part: int
    most: int


def main() -> None:
    """Limits first: what is read next may have been made to exhaust whoever reads it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    signal.setitimer(signal.ITIMER_PROF, max(0.1, STOP_SECONDS - time.process_time()))
    said = cast("Said | Wanted", json.loads(sys.stdin.buffer.readline()))
    raw, content = sys.stdin.buffer.read(), b""
    try:
        if "part" in said:
            told, content = part(raw, said)
        else:
            told = summary(raw, said)
    except Unreadable as error:
        told = {"unreadable": str(error)}
    except (MemoryError, RecursionError) as error:
        told = {"unreadable": f"it is too much to be read: {type(error).__name__}"}
    # Half a letter, as a broken charset leaves it, is none: nobody could store it.
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode(errors="replace"))
    sys.stdout.buffer.write(b"\n" + content)


def part(raw: bytes, wanted: Wanted) -> tuple[dict[str, object], bytes]:
    """A file of this mail, and what is in it; nothing where there is none of that number. Raises `Unreadable`."""
    for file in parsed(raw).files:
        if file.path == wanted["part"]:
            size = len(file.content)
            told: dict[str, object] = {"name": file.name, "type": file.type, "size": size}
            return told, file.content if size <= wanted["most"] else b""
    return {}, b""


def summary(raw: bytes, said: Said) -> dict[str, object]:
    """What the parent is told of this mail. Raises `Unreadable`."""
    found = read(raw, said["ours"], said["domain"])
    gate = Gate(said["server"], tuple(said["allowed"]))
    judged = gate.judge(found.mail)
    return {
        **{
            field.name: getattr(found, field.name)
            for field in fields(Reading)
            if field.name not in _LEFT_OUT
        },
        "decision": asdict(found.decision) if found.decision else None,
        "attached": [
            {"path": each.path, "name": each.name, "type": each.type, "size": len(each.content)}
            for each in found.files
        ],
        "accepted": judged.accepted,
        "reason": judged.reason,
        "proven": judged.sender.address if judged.sender else "",
        "report": found.mail.report,
    }


if __name__ == "__main__":
    main()
