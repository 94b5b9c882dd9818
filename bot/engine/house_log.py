"""House log: what is on record for all threads, as far as one process has read it; each look reads on from there."""

from __future__ import annotations

from bot.core.codec import decode
from bot.core.events import Event
from bot.core.house import HOUSE
from bot.engine.commit import Row
from bot.engine.store import Store


class HouseLog:
    """For one reader at a time, who holds a lock meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._head, self._last = 0, list[Row]()

    def ends_with(self, row: tuple[Row, ...]) -> bool:
        """Whether all of it was read, now that this is its last row; no row: it is empty."""
        return (*self._last,) == row

    async def read_on(self) -> tuple[bool, list[Event]]:
        """The events that are new, and whether they are all there are: at first, and after a power loss that took the end of the log.

        So the last row is read once more each time, and must be the same.
        """
        while True:
            rows = await self._store.read(HOUSE, self._head - len(self._last))
            if rows[: len(self._last)] == self._last:
                break
            self._head, self._last = 0, []
        is_anew, new = not self._last, rows[len(self._last) :]
        self._head, self._last = self._head + len(new), rows[-1:]
        return is_anew, [decode(row.at, row.body) for row in new]
