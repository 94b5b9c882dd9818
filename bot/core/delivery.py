"""Delivery: what became of the messages that a thread owes."""

from __future__ import annotations

from bot.core import addresses, asides, calls, deputies, grants, ladder, turn
from bot.core.events import Bounced, Delivered, DeliveryFailed
from bot.core.frozen import replace
from bot.core.names import person_of, request_of, version_of
from bot.core.owed import Notice
from bot.core.thread import Asked, Call, Ready, Saying, Thread, delivery_key


def delivered(thread: Thread, event: Delivered) -> Thread:
    """The channel took it: a message is said, a card is shown, the thread is told what runs under a grant."""
    if thread.notices and any(notice.key == event.key for notice in thread.notices):
        return turn.told(thread, event.key)
    call = thread.call(event.key)
    if call and (reminded := ladder.told(call, event.key)):
        return turn.put(thread, reminded)
    if call is None:
        return thread
    if delivery_key(call) != event.key:
        return _told(thread, call, event) if _is_theirs(call, event.key) else thread
    match call.phase:
        case Saying():
            return turn.changed(thread, call, calls.close(call, "said"), event.at)
        case Asked() as phase:
            since = _since(event) if phase.stood is None else phase.shown
            return turn.put(thread, replace(call, phase=replace(phase, shown=since, stood=None)))
        case Ready() if call.granted:
            return turn.put(thread, replace(call, granted=replace(call.granted, told=True)))
        case _:
            return thread


def lost(thread: Thread, event: DeliveryFailed | Bounced) -> Thread:
    """It did not arrive: it was not taken, or it came back."""
    return _bounced(thread, event) if event.type == "Bounced" else _failed(thread, event)


def _failed(thread: Thread, event: DeliveryFailed) -> Thread:
    """The channel refused it for good: it tries the next address; where there is none, a message is closed and the thread told.

    What it took before it stays taken: of two workers that sent the same, one may have been refused.
    """
    for notice in thread.notices:
        if notice.key == event.key:
            return _elsewhere(thread, notice)
    call = thread.call(event.key)
    if call and (untold := ladder.told(call, event.key)):
        return turn.put(_warned(thread, call, event), untold)
    if call is None:
        return thread
    if delivery_key(call) != event.key:
        is_theirs = _is_theirs(call, event.key)
        return _warned(_told(thread, call, event), call, event) if is_theirs else thread
    match call.phase:
        case Saying(copy) if copy + 1 < len(thread.addresses):
            elsewhere = replace(call, phase=Saying(copy + 1))
            # Whoever goes on talking at the fallback is not told with each answer.
            warned = thread if thread.refusing == event.reason else _warned(thread, call, event)
            return turn.put(replace(warned, refusing=event.reason), elsewhere)
        case Saying():
            over = calls.close(call, "failed", event.reason)
            return turn.changed(_warned(thread, call, event), call, over, event.at)
        case Asked() as phase if addresses.is_owed(phase):
            elsewhere = replace(call, phase=_further(thread, call, phase))
            is_asked_apart = deputies.have_copies(call, asides.asked(call), event.at)
            warned = thread if is_asked_apart else _warned(thread, call, event)
            return turn.put(warned, elsewhere)
        case Ready() if call.granted and not call.granted.told:
            return turn.put(_warned(thread, call, event), calls.anew(call, grants.UNTOLD))
        case _:
            return thread


def _bounced(thread: Thread, event: Bounced) -> Thread:
    """What was taken came back: once for each person, whoever else can do something about it is told. It goes to the next address where nobody is left who has it."""
    call = thread.call(event.key)
    if call is None or version_of(event.key) is None or event.person in ("", *call.unreached):
        return thread
    phase = call.phase
    if not isinstance(phase, Asked):
        return thread
    call = ladder.unreached(thread, call, event.person, event.at)
    is_last = phase.tried or phase.copy + 1 >= len(addresses.of(thread, call))
    if not (is_last or ladder.has_anybody(call, event.at)):
        call = replace(call, phase=_beside(phase, event))
    return turn.put(thread, call)


def _beside(phase: Asked, event: Bounced) -> Asked:
    """Asked at the next address, too. Anybody can make up a report: what stands goes on counting as shown."""
    further = replace(phase, copy=phase.copy + 1)
    if event.v == 1 or phase.shown is None:
        return replace(further, shown=None, stood=None)
    return phase if phase.stood is not None else replace(further, stood=phase.copy)


def _further(thread: Thread, call: Call, phase: Asked) -> Asked:
    """Asked at the next address; where there is none, it is where it stood, and those behind that are not tried again: a key is sent once."""
    if phase.stood is not None and phase.copy + 1 >= len(addresses.of(thread, call)):
        return replace(phase, copy=phase.stood, stood=None, tried=True)
    return replace(phase, copy=phase.copy + 1)


def _is_theirs(call: Call, key: str) -> bool:
    """Whether this went to a deputy alone, of the card that counts."""
    is_open = isinstance(call.phase, Asked) and request_of(key) == call.request
    return is_open and deputies.of_key(call, key) is not None


def _told(thread: Thread, call: Call, event: Delivered | DeliveryFailed) -> Thread:
    """What went to somebody alone is not sent again, whatever became of it."""
    phase = call.phase
    assert isinstance(phase, Asked), "nobody is told of what is not asked"
    who = person_of(event.key)
    phase = replace(phase, told=(*phase.told, who))
    if event.type == "Delivered":
        phase = replace(phase, copied=(*phase.copied, (who, _since(event))))
    return turn.put(thread, replace(call, phase=phase))


def _since(event: Delivered) -> int:
    """By the clock that dates the words which will be said to it."""
    return event.at if event.written is None else event.written


def _warned(thread: Thread, call: Call, event: DeliveryFailed) -> Thread:
    return turn.noticed(thread, "undelivered", f"{call.proposal.tool}: {event.reason}")


def _elsewhere(thread: Thread, notice: Notice) -> Thread:
    """The notice, for the next address; where there is none, nobody hears of it."""
    if notice.copy + 1 >= len(thread.addresses):
        return turn.told(thread, notice.key)
    copy = notice.copy + 1
    moved = replace(notice, key=f"{request_of(notice.key)}~{copy}", copy=copy)
    notices = tuple(moved if each is notice else each for each in thread.notices)
    return replace(thread, notices=notices)
