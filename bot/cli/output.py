"""Output: how a command speaks. People get columns, scripts get JSON; what nobody could see in a text is written out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime

from bot.core.visible import on_one_line, visible

LAST_MS = 253_402_300_799_999  # The end of the year 9999.

_plain: ContextVar[str] = ContextVar("plain", default="")


def without_plain(arguments: Sequence[str]) -> list[str]:
    """The words without `--plain`, which is for every command; what stands after `--` is left alone."""
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    _plain.set("--plain" if "--plain" in words[:end] else "")
    return [word for word in words[:end] if word != "--plain"] + words[end:]


def wants_plain() -> bool:
    """Whether somebody said `--plain`."""
    return bool(_plain.get())


def is_plain() -> bool:
    """Whether colours and boxes are unwanted: somebody said so, or nobody looks."""
    return wants_plain() or not sys.stdout.isatty()


def wants_no_color() -> bool:
    """Whether no escape sequences are wanted: https://no-color.org, or `--plain`."""
    return wants_plain() or bool(os.environ.get("NO_COLOR"))


def say(text: str) -> None:
    """A line or several to stdout, with nothing hidden in them."""
    sys.stdout.write(f"{visible(text)}\n")


def note(text: str) -> None:
    """A line for people, on stderr, beside what a script reads from stdout."""
    sys.stderr.write(f"{visible(text)}\n")


def say_json(value: object) -> None:
    """JSON to stdout: indented for people, on one line for a pipe; in ASCII, so that nothing hides in it."""
    sys.stdout.write(f"{json.dumps(value, indent=2 if sys.stdout.isatty() else None)}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; in plain form its columns are only spaced, and nothing is cut."""
    shown = [[on_one_line(cell) for cell in row] for row in rows]
    if is_plain():
        _columns([[name.upper() for name in columns], *shown])
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=box.SIMPLE_HEAD, header_style="" if wants_no_color() else "bold")
    for row in shown:
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def _columns(rows: list[list[str]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def moment(at: int | None) -> str | None:
    """Milliseconds since the epoch as ISO 8601 in UTC."""
    if at is None:
        return None
    stamp = _shown(at).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")


def clock(at: int) -> str:
    """The same for people, to the second."""
    return f"{_shown(at):%Y-%m-%d %H:%M:%SZ}"


def _shown(at: int) -> datetime:
    """The nearest that a calendar has: what people once wrote stays on the log, and its thread is to be read all the same."""
    return datetime.fromtimestamp(min(max(at, 0), LAST_MS) / 1000, UTC)
