"""Speak: sends what a thread owes, each once, and tells whoever gave a verdict why it does not count."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.core import ladder, outbox
from bot.core.effects import Send, next_effects
from bot.core.events import Delivered, DeliveryFailed, Verdict, VerdictRefused
from bot.core.frozen import replace
from bot.core.owed import Refusal
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.fates import told
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost, during
from bot.kit.channel import Channel, Dated, Explaining, Undeliverable

log = structlog.get_logger()


class Speaker:
    """The channels that one worker speaks through."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._dated = {name: each for name, each in channels.items() if isinstance(each, Dated)}

    async def deliver_all(self, session: Session, keys: list[str]) -> None:
        for key in keys:
            await self.deliver(session, key)

    async def deliver(self, session: Session, key: str) -> None:
        """A message found owed after a load may have gone out before a crash: look before sending it again."""
        with during("render"):
            message = outbox.message(session.thread, key)
            address = outbox.address(session.thread, key)
            if message is None or address is None:
                # Something came in between; else the round would be done again without end.
                assert Send(key) not in session.due(), f"{key} is owed, and cannot be said"
                return
        try:
            channel = self._channel(session.thread, address)
            with during("send"):
                receipt = await channel.find(address, key) if key in session.owed_before else None
                # Whoever has the thread now may be sending it.
                if receipt is None and not session.is_held():
                    raise LeaseLost(session.thread.id)
                receipt = receipt or await channel.send(address, message)
        except Undeliverable as error:
            reason = str(error)[:500]
            failed = DeliveryFailed(id=f"unsent:{key}", actor="engine", key=key, reason=reason)
            await session.record(failed)
            return
        dated = self._dated.get(address.channel)
        written = dated.written(receipt) if dated else None
        sent = Delivered(
            id=f"sent:{key}", actor="engine", key=key, receipt=receipt, written=written
        )
        await session.record(sent)

    def _channel(self, thread: Thread, address: Address) -> Channel:
        """Raises `Undeliverable` where its channel is not set up and there is another place to go, the thread's own or a fallback."""
        if address.channel not in self._channels and thread.addresses != (address,):
            message = f"{address.channel} is not set up here"
            raise Undeliverable(message)
        return self._channels[address.channel]

    async def explain(self, session: Session, refusal: Refusal) -> None:
        """Told once: facts are taken from whoever overslept the lease too, and whoever has it now finds the same refusal due."""
        if not session.is_held():
            raise LeaseLost(session.thread.id)
        fact = VerdictRefused(
            id=f"refused:{refusal.verdict}",
            actor="engine",
            verdict=refusal.verdict,
            request=refusal.request,
            reason=refusal.reason,
        )
        await session.record(fact)
        address = session.thread.address
        try:
            if address is not None and not self._is_explained(session, refusal.verdict, address):
                why = told(refusal.reason, refusal.request, session.events, refusal.verdict)
                await self._channels[address.channel].tell(address, refusal.by, why)
        except Exception as error:  # noqa: BLE001 - telling is best effort, the fact is what counts
            log.warning("not told", person=refusal.by, error=str(error)[:300])

    def _is_explained(self, session: Session, verdict: str, address: Address) -> bool:
        """Whether its channel says where the verdict was given why it does not count: nobody is told twice."""
        given = next((each for each in session.events if each.id == verdict), None)
        if not (isinstance(given, Verdict) and given.address):
            return False
        there = (self._channels.get(each) for each in (address.channel, given.address.channel))
        return any(
            isinstance(each, Explaining) and each.explains(given.address, address) for each in there
        )


def owed(thread: Thread) -> frozenset[str]:
    """The messages owed, also those that a pause or a new card holds back: somebody may have sent them before."""
    awake = next_effects(replace(thread, paused=False))
    sends = (effect.key for effect in awake if isinstance(effect, Send))
    return frozenset((*sends, *(key for call in thread.calls for key in ladder.keys(call))))
