"""Readback: every decision and effect of a thread, read from its log alone: who, when, where, exactly what, on which card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

from bot.cli import decisions
from bot.cli.grant import grant_row
from bot.core import outbox
from bot.core.codec import digest
from bot.core.events import (
    Bounced,
    CallVoided,
    Cancelled,
    Delivered,
    DeliveryFailed,
    Event,
    Halted,
    Lifted,
    MessageReceived,
    OutcomeUnknown,
    Paused,
    Previewed,
    Resumed,
    ToolEnded,
    ToolStarted,
    Unknown,
    Verdict,
)
from bot.core.grant import minutes
from bot.core.house import HOUSE
from bot.core.reducer import evolve
from bot.core.thread import Call, Thread
from bot.core.values import Address, Card

Json = dict[str, object]
Control = Cancelled | Paused | Resumed | Halted | Lifted
CONTROLS = {"Cancelled": "cancel", "Paused": "pause", "Resumed": "resume", "Halted": "halt", "Lifted": "lift"}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One showing: by which channel, where, under which of its receipts, and when, in milliseconds since the epoch."""

    channel: str
    locator: str
    receipt: str
    at: int


@dataclass(frozen=True)
class Row:
    """One decision, effect or message. `what` holds what belongs to that kind alone."""

    seq: int
    at: int
    kind: str
    who: str
    address: Address | None
    what: Json = field(default_factory=dict[str, object])


def readback(thread: str, log: Sequence[Event]) -> list[Row]:
    """Oldest first. A log that goes on changes no earlier row, but for how an effect ended."""
    return list(_Reading(thread).rows(log))


class _Reading:
    """What was shown and who approved, as far as the log has been read."""

    def __init__(self, thread: str) -> None:
        self._thread = Thread(thread)
        self._cards: dict[str, Card] = {}
        self._calls: dict[str, Call | None] = {}
        self._shown: dict[str, list[Shown]] = {}
        self._approvals: dict[str, dict[str, int]] = {}
        self._effects: dict[tuple[str, int, int], Json] = {}

    def rows(self, log: Sequence[Event]) -> Iterator[Row]:
        for seq, event in enumerate(log, start=1):
            before, self._thread = self._thread, evolve(self._thread, event)
            if event.id not in before.ids:
                yield from self._told(seq, before, event)

    def _told(self, seq: int, before: Thread, event: Event) -> Iterator[Row]:
        match event:
            case Verdict() | MessageReceived():
                yield from self._decision(seq, before, event)
            case Cancelled() | Paused() | Resumed():
                yield _control(seq, event)
            case Halted() | Lifted() if self._thread.id == HOUSE:  # Elsewhere it was told there.
                yield _control(seq, event)
            case Previewed(call=call, version=version, card=card):
                self._cards[f"{call}-v{version}"] = card
                self._calls[f"{call}-v{version}"] = before.call(call)
            case Delivered() | DeliveryFailed():
                yield from self._delivery(seq, before, event)
            case Bounced(key=key, person=person, reason=reason):
                gone: Json = {"key": key, "person": person or None, "reason": reason}
                yield Row(seq, event.at, "returned", event.actor, None, gone)
            case ToolStarted():
                yield from self._effect(seq, before, event)
            case ToolEnded(call=call, n=n, run=run, outcome=outcome, error=error):
                self._ended((call, n, run), seq, event, outcome, error)
            case OutcomeUnknown(call=call, n=n):
                for key in [each for each in self._effects if each[:2] == (call, n)]:
                    self._ended(key, seq, event, "unknown", "")
            case Unknown(type=kind):
                yield Row(seq, event.at, "unreadable", event.actor, None, {"type": kind})
            case _:
                yield from self._over(seq, before, event)

    # ---- decisions -----------------------------------------------------------------------------------------------
    def _decision(
        self, seq: int, before: Thread, event: Verdict | MessageReceived
    ) -> Iterator[Row]:
        """A verdict, or a message that decided, was to decide, or ended the work."""
        refused = next((r for r in self._thread.refusals if r.verdict == event.id), None)
        request = refused.request if refused else decisions.request(before, self._thread, event)
        call = before.call(request) if request else None
        if isinstance(event, MessageReceived) and self._thread.cancelled and not before.cancelled:
            yield _stop(seq, event)
        if request is None:
            return
        word = decisions.word(event)
        lasting = minutes(event) if isinstance(event, Verdict) else None
        if not refused and word == "approve" and call:
            self._approvals.setdefault(call.id, {})[event.actor] = seq
        yield Row(
            seq,
            event.at,
            "decision",
            event.actor,
            event.address or (_spot(event) if isinstance(event, Verdict) else None),
            {
                "account": event.account if isinstance(event, Verdict) else "",
                "word": word,
                "text": decisions.said(call, event.text),
                "request": request,
                **decisions.asked(before, self._calls.get(request, call)),
                "edited": event.arguments if isinstance(event, Verdict) else {},
                **({"minutes": lasting} if lasting else {}),
                **decisions.put_off(event),
                **decisions.in_place_of(call, event),
                "card": self._card(request),
                "counted": refused is None,
                "refused": refused.reason if refused else None,
                "came_to": None if refused else decisions.came_to(self._thread.call(request)),
            },
        )

    def _card(self, request: str) -> Json | None:
        """The card of this showing; its hash covers tool, arguments, text and pins, `terms` who decides and how."""
        card = self._cards.get(request)
        if card is None:
            return None
        return {
            "version": int(request.rpartition("-v")[2]),
            "hash": card.digest,
            "terms": digest(card.model_dump(mode="json", exclude_defaults=True)),
            "text": card.text,
            "approvers": list(card.approvers),
            "quorum": card.quorum,
            "shown": [asdict(each) for each in self._shown.get(request, [])],
        }

    # ---- effects -------------------------------------------------------------------------------------------------
    def _effect(self, seq: int, before: Thread, event: ToolStarted) -> Iterator[Row]:
        call = self._thread.call(event.call)
        if call is None or before.call(event.call) == call:
            return  # A claim that came too late: nothing ran by it.
        given = self._approvals.get(call.id, {})
        what: Json = {
            "request": call.request,
            **decisions.asked(before, call),
            "try": event.n,
            "run": event.run,
            "approved_by": list(call.approved),
            "approvals": [given[who] for who in call.approved if who in given],
            **({"grant": grant_row(call.granted.grant)} if call.granted else {}),
            "card": self._card(call.request),
            "ended": None,
        }
        self._effects[event.call, event.n, event.run] = what
        yield Row(seq, event.at, "effect", event.actor, None, what)

    def _ended(
        self, key: tuple[str, int, int], seq: int, event: Event, outcome: str, error: str
    ) -> None:
        if what := self._effects.get(key):
            what["ended"] = {"seq": seq, "at": event.at, "outcome": outcome, "error": error}

    def _delivery(
        self, seq: int, before: Thread, event: Delivered | DeliveryFailed
    ) -> Iterator[Row]:
        message = outbox.message(before, event.key)
        if message is None:
            return
        address, request = outbox.address(before, event.key), getattr(message, "request", "")
        receipt = event.receipt if isinstance(event, Delivered) else ""
        is_card = not isinstance(message, outbox.Reminder)
        if isinstance(event, Delivered) and is_card and request and address:
            shown = Shown(address.channel, address.locator, receipt, event.written or event.at)
            self._shown.setdefault(str(request), []).append(shown)
        what: Json = {
            "key": event.key,
            "message": type(message).__name__.lower(),
            "request": request or None,
            "text": getattr(message, "text", "") or getattr(message, "question", ""),
            "receipt": receipt,
            "failed": event.reason if isinstance(event, DeliveryFailed) else None,
            "card": self._card(str(request)) if request else None,
        }
        yield Row(seq, event.at, "message", event.actor, address, what)

    def _over(self, seq: int, before: Thread, event: Event) -> Iterator[Row]:
        """What was asked and is over, or asked anew, without a human's word: a deadline, a withdrawal, a change beneath it."""
        for call in before.calls:
            after = self._thread.call(call.id)
            void = isinstance(event, CallVoided) and event.call == call.id
            if after is None or after == call or not (void or decisions.is_over(call, after)):
                continue
            reason = event.reason if isinstance(event, CallVoided) else decisions.reason(after)
            what: Json = {
                "request": call.request,
                **decisions.asked(before, call),
                "reason": reason,
                "card": self._card(call.request),
                "came_to": decisions.came_to(after),
            }
            yield Row(seq, event.at, "ended", event.actor, None, what)


def _control(seq: int, event: Control) -> Row:
    reason = "" if isinstance(event, Resumed | Lifted) else event.reason
    what_of = f" {event.agent or 'everything'}" if isinstance(event, Halted | Lifted) else ""
    what: Json = {"word": f"{CONTROLS[event.type]}{what_of}", "text": reason, "counted": True}
    return Row(seq, event.at, "decision", event.actor, None, what)


def _stop(seq: int, event: MessageReceived) -> Row:
    what: Json = {"word": "stop", "text": event.text, "counted": True}
    return Row(seq, event.at, "decision", event.actor, event.address, what)


def _spot(event: Verdict) -> Address | None:
    """Rows from before a verdict said where it was given name its channel alone."""
    return Address(channel=event.channel, locator="") if event.channel else None
