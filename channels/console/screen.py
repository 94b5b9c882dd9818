"""Screen: what is printed stays printed, and beneath it stands one line: what the bot is at, or a prompt."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.status import Status
from rich.text import Text

from channels.console.render import FANCY, PLAIN, Look

_TRANSCRIPT_COLUMNS = 100
_ERASE_LINE = "\r\x1b[2K"
PROMPT = "you> "
_DIGITS = re.compile(r"\d+")


class Screen:
    """A terminal, or a file that a transcript goes to. `plain`: no colour, nothing redrawn, our own signs in ASCII."""

    def __init__(self, out: TextIO, *, plain: bool) -> None:
        is_terminal = out.isatty()
        self.look: Look = PLAIN if plain or not is_terminal else FANCY
        self._redraws = is_terminal and not plain
        self._console = Console(
            file=out,
            color_system="auto" if self._redraws else None,
            force_terminal=None if self._redraws else False,
            width=None if is_terminal else _TRANSCRIPT_COLUMNS,
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._status: Status | None = None
        self._at: str | None = None
        self._prompted = False

    def show(self, *parts: RenderableType) -> None:
        """Print, above the last line."""
        self._clear()
        for part in parts:
            self._console.print(part)

    def progress(self, text: str) -> None:
        """What the bot is at, in the last line; without redrawing, a line of its own whenever it changes."""
        if text == self._at:
            return
        if not self._redraws:
            # A countdown is one line in a transcript.
            if self._at is None or _DIGITS.sub("", text) != _DIGITS.sub("", self._at):
                self.show(Text(f"{self.look.dot} {text}"))
        elif self._status is not None:
            self._status.update(Text(text, style="dim"))
        else:
            self._clear()
            status = self._console.status(Text(text, style="dim"), spinner=self.look.spinner)
            status.start()
            self._status = status
        self._at = text

    def prompt(self) -> None:
        """Invite a line."""
        if self._prompted:
            return
        self._clear()
        self._at = None
        self._console.print(Text(PROMPT, style="bold"), end="", soft_wrap=True)
        self._prompted = True

    def typed(self) -> None:
        """The person ended the line, so the prompt is no longer the last one."""
        self._prompted = False

    def close(self) -> None:
        """Nothing stands beneath any more; the cursor is at the start of a line."""
        self._clear()

    def _clear(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status, self._at = None, None
        if self._prompted:
            self._console.file.write(_ERASE_LINE if self._redraws else "\n")
            self._console.file.flush()
            self._prompted = False


@contextmanager
def lines(descriptor: int, into: Callable[[str | None], None]) -> Generator[None]:
    """Every line that arrives here, as it is ended; None once there will be no more. The loop is never held up."""
    loop = asyncio.get_running_loop()
    rest = bytearray()

    def read() -> None:
        try:
            chunk = os.read(descriptor, 65_536)
        except OSError:  # The terminal is gone.
            chunk = b""
        *whole, last = (bytes(rest) + chunk).split(b"\n")
        rest[:] = last if chunk else b""
        for line in [*whole, *([last] if last and not chunk else [])]:
            into(line.decode(errors="replace"))
        if not chunk:
            loop.remove_reader(descriptor)
            into(None)

    loop.add_reader(descriptor, read)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
