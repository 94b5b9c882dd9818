"""Redis rebuild: the part of the Redis store that changes indexes without a commit: makes them anew, brings timers forward."""

from __future__ import annotations

from typing import cast

from bot.engine import keys, scripts
from bot.engine.scripts import Word
from bot.engine.store import Entry
from bot.engine.wire import Wire


class RedisRebuild:
    """What `Store` promises to a rebuild."""

    _wire: Wire

    async def logged(self) -> list[str]:
        return [keys.thread_of_log(name) for name in await self._wire.scan(keys.LOGS)]

    async def restore(self, entry: Entry) -> bool:
        names = keys.of_thread(entry.thread)
        touched = (names.log, names.ready, names.wake, names.timers, names.threads)
        words: list[Word] = [entry.thread, entry.head, int(entry.has_work)]
        for name, at in entry.timers.items():
            words += [at, f"{entry.thread}\0{name}"]
        return await self._wire.run(scripts.RESTORE, touched, words) == 1

    async def hasten(self, name: str, at_once: int = 0, each_ms: int = 0) -> None:
        count = 0
        for partition in keys.partitions() if each_ms else ():
            words: list[Word] = [name, at_once - count, each_ms]
            count += int(
                cast("int", await self._wire.run(scripts.HASTEN, [partition.timers], words))
            )
        if not each_ms:
            calls = [([partition.timers], [name, 0, 0]) for partition in keys.partitions()]
            await self._wire.run_all(scripts.HASTEN, calls)

    async def sound(self) -> list[str]:
        deleted: list[bytes] = []
        for partition in keys.partitions():
            names = [getattr(partition, name) for name in keys.TYPES]
            gone = await self._wire.run(scripts.SOUND, names, list(keys.TYPES.values()))
            deleted += cast("list[bytes]", gone)
        return [name.decode() for name in deleted]
