"""Oracle: whether a log holds a valid approval of a call, judged from the log alone and not by the core's own rules."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.events import Delivered, DeliveryFailed, Event, MessageReceived, Previewed, Verdict
from bot.core.values import Card


def once(log: Sequence[Event]) -> list[Event]:
    """The log without redeliveries: each event where it stood first."""
    first: dict[str, Event] = {}
    for event in log:
        first.setdefault(event.id, event)
    return list(first.values())


def is_approved(log: Sequence[Event], call: str, requester: str) -> bool:
    """Whether some card of this call got its quorum: distinct people allowed, this version and digest, in time."""
    return bool(approved_cards(log, call, requester))


def approved_cards(
    log: Sequence[Event], call: str, requester: str, *askers: str
) -> list[Previewed]:
    """The showings of this call that got their quorum, in the order in which they were made; of others than those who asked for it."""
    log = once(log)
    own = {requester, *askers, *_editors(log, call)}
    cards = [
        (at, event)
        for at, event in enumerate(log)
        if isinstance(event, Previewed) and event.call == call
    ]
    return [
        card for at, card in cards if len(_voters(log[at + 1 :], card, own)) >= card.card.quorum
    ]


def _voters(later: Sequence[Event], shown: Previewed, own: set[str]) -> set[str]:
    """Who approved this showing before a word or an edit replaced it."""
    card, request, voters = shown.card, f"{shown.call}-v{shown.version}", set[str]()
    until = None if card.deadline_seconds is None else shown.at + 1000 * card.deadline_seconds
    for event in later:
        match event:
            case MessageReceived(text=text) if text.lower().strip(" .!\n") == "approve":
                votes = card.typed
            case MessageReceived(text=text) if not text.startswith("deny"):
                return voters
            case Verdict(word="edit") if _edits(event, request, card):
                return voters
            case Verdict(word="approve"):
                votes = event.request.partition("~")[0] == request and event.digest == card.digest
            case _:
                votes = False
        if votes and (until is None or event.at < until) and _may(event.actor, card, own):
            voters.add(event.actor)
    return voters


def _edits(event: Verdict, request: str, card: Card) -> bool:
    named = event.request == request and event.digest == card.digest
    return named and event.actor in card.approvers


def _may(person: str, card: Card, own: set[str]) -> bool:
    return person in card.approvers and (card.self_approval or person not in own)


def _editors(log: Sequence[Event], call: str) -> set[str]:
    """Who certainly changed the arguments: an approver's edit is the first word on a card that had just been made."""
    editors = set[str]()
    for at, shown in enumerate(log):
        if isinstance(shown, Previewed) and shown.call == call:
            later = (e for e in log[at + 1 :] if not isinstance(e, Delivered | DeliveryFailed))
            first = next(later, None)
            request = f"{call}-v{shown.version}"
            if (
                isinstance(first, Verdict)
                and (first.word, first.request) == ("edit", request)
                and first.digest == shown.card.digest
                and first.at < shown.at + 1000 * (shown.card.deadline_seconds or 0)
            ):
                editors |= {first.actor} & set(shown.card.approvers)
    return editors
