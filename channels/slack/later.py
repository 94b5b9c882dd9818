"""Later: words that could not be stored yet are tried again beside the listening, for longer than Slack tells of them.

They come by the same way as all else: told by Slack as well, or read back, they are one event. What is said under words to us that are
not stored yet has to come after them: the thread is nobody's until then. What is edited meanwhile is heard as it stands then, what is
taken back not at all, as it would be read back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

import structlog

from bot.kit.arrival import Remark
from bot.kit.latest import Latest
from channels.slack.parse import EDITED, Said

# After each of these: for close to two hours, whereas Slack stops after six minutes.
PAUSES = (30.0, 120.0, 480.0, 1_800.0, 3_600.0)
MOST = 1_000
log = structlog.get_logger()


class TooEarly(ConnectionError):
    """What these words were said under is not stored yet."""


class Later:
    """What waits in this process; after its end the same words are read back."""

    def __init__(self, hear: Callable[[Said], Awaitable[None]]) -> None:
        self._hear = hear
        self._waiting: dict[str, tuple[Said, asyncio.Task[None]]] = {}
        self._coming: dict[int, tuple[Said, asyncio.Event]] = {}
        self._changed = Latest[Remark]()

    def again(self, said: Said) -> None:
        """Has these words heard once that can be."""
        name = said.words.id
        if name in self._waiting:
            return
        if len(self._waiting) >= MOST:
            log.warning("not put off", words=name, waiting=MOST)
            return
        task = asyncio.create_task(self._keep_trying(said))
        self._waiting[name] = (said, task)
        task.add_done_callback(lambda _: self._waiting.pop(name, None))

    def end(self) -> None:
        for _, task in list(self._waiting.values()):
            task.cancel()

    # ---- what becomes of them meanwhile ----------------------------------------------------------
    async def takes(self, remark: Remark) -> bool:
        """Whether this is about words that wait here: then they are heard as it leaves them. Those on their way are waited for."""
        for said, done in list(self._coming.values()):
            if said.words.id == remark.about:
                await done.wait()
        _, task = self._waiting.get(remark.about, (None, None))
        if task is None or task.done():
            return False
        known = self._changed.get(remark.about)
        # Told again, an older edit comes after a newer one.
        if known is None or _is_gone(remark) or not (_is_gone(known) or known.id > remark.id):
            self._changed[remark.about] = remark
        if _is_gone(remark):
            task.cancel()
        return True

    def as_it_stands(self, said: Said) -> Said | None:
        """These words as they were changed while they waited; None: they were taken back. Slack may tell of them as they were."""
        remark = self._changed.get(said.words.id)
        if remark is None:
            return said
        text = remark.text.removeprefix(EDITED)
        return None if _is_gone(remark) else replace(said, words=replace(said.words, text=text))

    # ---- one thing after the other ---------------------------------------------------------------
    @contextmanager
    def coming(self, said: Said) -> Generator[None]:
        """While this lasts, these words are on their way to be stored."""
        done = asyncio.Event()
        self._coming[id(done)] = (said, done)
        try:
            yield
        finally:
            del self._coming[id(done)]
            done.set()

    async def waits_for(self, said: Said) -> bool:
        """Whether words to us that were said before these in their thread could not be stored yet; those on their way are waited for."""
        for earlier, done in list(self._coming.values()):
            if _is_before(earlier, said):
                await done.wait()
        return any(_is_before(earlier, said) for earlier, _ in self._waiting.values())

    async def _keep_trying(self, said: Said) -> None:
        for pause in PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._hear(said)
            except Exception as error:  # noqa: BLE001 - Slack or the store is away, or it is no matter of the others
                log.warning("not heard yet", words=said.words.id, error=str(error)[:300])
                continue
            return
        log.warning("not heard", words=said.words.id)


def _is_gone(remark: Remark) -> bool:
    return remark.id.endswith("/deleted")


def _is_before(earlier: Said, said: Said) -> bool:
    is_to_us = earlier.words.aim == "bot"
    return is_to_us and earlier.place == said.place and float(earlier.ts) < float(said.ts)
