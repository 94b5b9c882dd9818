"""Memory letters: the part of the store in memory that keeps what the engine could not go on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.commit import Lease, Timer
from bot.engine.letters import THREAD, Letter

if TYPE_CHECKING:
    from bot.engine.memory_store import MemoryServer

AT_ONCE = 0


class MemoryLetters:
    """What `Store` promises of letters."""

    _server: MemoryServer

    def _holds(self, lease: Lease | None) -> bool:
        raise NotImplementedError  # The store that this is a part of knows who holds what.

    async def park(self, lease: Lease, letter: Letter) -> bool:
        if not self._holds(lease):
            return False
        server, thread = self._server, lease.thread
        again = letter.again
        if again is None and letter.head is not None and server.head(thread) > letter.head:
            again = AT_ONCE
        server.timers.pop((thread, ""), None)
        if again is not None:
            server.timers[thread, ""] = again
        server.letters[thread] = letter
        del server.ready[server.wake.pop(thread)]
        return True

    async def bury(self, letter: Letter, timer: Timer | None = None) -> None:
        self._server.letters[letter.id] = letter
        if timer is not None:
            self._server.timers.pop((timer.thread, timer.name), None)

    async def letters(self) -> list[Letter]:
        return sorted(self._server.letters.values(), key=lambda letter: (-letter.at, letter.id))

    async def letter(self, id: str) -> Letter | None:
        return self._server.letters.get(id)

    async def revive(self, letter: Letter) -> None:
        server = self._server
        server.letters.pop(letter.id, None)
        if letter.kind != THREAD:
            return
        server.timers.pop((letter.id, ""), None)
        if letter.id in server.logs and letter.id not in server.wake:
            server.rouse(letter.id)
