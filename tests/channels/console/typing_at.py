"""A person at a terminal: the other end of a pty, where keys go in and everything shown comes out."""

from __future__ import annotations

import asyncio
import os
import re
from types import TracebackType
from typing import Self

PATIENCE_SECONDS = 60.0
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Keys:
    """A pty. `far` is the end that a program takes for its terminal."""

    def __init__(self) -> None:
        self._near, self.far = os.openpty()
        self.raw = ""
        """All that was shown so far, codes included."""
        self._mark = 0
        self._news = asyncio.Event()

    def __enter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._near, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._near)
        os.close(self._near)

    @property
    def seen(self) -> str:
        """All that was shown so far, without the codes for colour and cursor."""
        return _CONTROL.sub("", self.raw)

    def type(self, keys: str) -> None:
        """Press these keys; what is shown from here on is new."""
        self._mark = len(self.seen)
        os.write(self._near, keys.encode())

    async def see(self, text: str) -> None:
        """Wait until this is shown, since the last keys were pressed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while text not in self.seen[self._mark :]:
                self._news.clear()
                await self._news.wait()

    def _read(self) -> None:
        try:
            chunk = os.read(self._near, 65_536)
        except OSError:  # The program at the far end is gone.
            chunk = b""
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._near)
        self.raw += chunk.decode(errors="replace")
        self._news.set()
