"""Later: words that could not be stored yet are tried again beside the listening, for longer than Slack tells of them.

They come by the same way as all else: told by Slack as well, or read back, they are one event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from channels.slack.parse import Said

# After each of these: for close to two hours, whereas Slack stops after six minutes.
PAUSES = (30.0, 120.0, 480.0, 1_800.0, 3_600.0)
MOST = 1_000
log = structlog.get_logger()


class Later:
    """What waits in this process; after its end the same words are read back."""

    def __init__(self, hear: Callable[[Said], Awaitable[None]]) -> None:
        self._hear = hear
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def again(self, said: Said) -> None:
        """Has these words heard once that can be."""
        name = said.words.id
        if name not in self._waiting and len(self._waiting) < MOST:
            task = self._waiting[name] = asyncio.create_task(self._keep_trying(said))
            task.add_done_callback(lambda _: self._waiting.pop(name, None))

    def end(self) -> None:
        for task in list(self._waiting.values()):
            task.cancel()

    async def _keep_trying(self, said: Said) -> None:
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._hear(said)
            except OSError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no matter of the others
                log.warning("not heard", words=said.words.id, error=str(error)[:300])
            return
        log.warning("not heard", words=said.words.id, error="it could not be looked up")
