"""Who asked for a call: whoever began its thread, and everybody whose words led the model to it."""

from tests.oracle.facts import ArgumentsChanged, Decision, Proposed, Withdrawn, WordTyped
from tests.oracle.past import Past, Ruled, arguments, call_of, effects_on, phase, requests
from tests.oracle.people import Address
from tests.oracle.rules import Arguments
from tests.oracle.typed import Said, read
from tests.oracle.words import AFTER, BEGINS, Effect, Obstacle, Phase, Refusal

YES_AND_NO = ("yes", "no", "ok", "lgtm", "go ahead", "ship it")
"""What is said in the place of a decision, and asks for nothing more."""


def askers(past: Past, request: str) -> set[Address]:
    """The addresses of all who asked for what the model chose last under this request, or edited it since."""
    place = choices(past, request)[-1]
    return {beginner(past, request)} | led_to(past, place, request) | editors(past, place, request)


def beginner(past: Past, request: str) -> Address:
    """Who began the thread of a request."""
    thread = call_of(past, request).thread
    return next(
        ruled.fact.call.requester
        for ruled in past
        if isinstance(ruled.fact, Proposed) and ruled.fact.call.thread == thread
    )


def choices(past: Past, request: str) -> list[int]:
    """Where the model chose this request's call, or other arguments for it."""
    return [
        place
        for place, effect in effects_on(past, request)
        if effect in BEGINS and isinstance(past[place].fact, Proposed | ArgumentsChanged)
    ]


def editors(past: Past, place: int, request: str) -> set[Address]:
    """Who edited what the model chose at a place."""
    return {
        ruled.fact.by
        for ruled in past[place : lasted(past, place, request)]
        if isinstance(ruled.fact, Decision) and ruled.ruling.on(request) is Effect.EDITED
    }


def lasted(past: Past, place: int, request: str) -> int:
    """Until where what the model chose at a place was what it wanted."""
    return min([each for each in choices(past, request) if each > place], default=len(past))


def led_to(past: Past, place: int, request: str) -> set[Address]:
    """Who asked for the very same before, if nobody decided it; else, and where that is in doubt, all who asked for something until the model chose."""
    before, thread = past[:place], call_of(past, request).thread
    same = the_same(before, thread, request, arguments(past[: place + 1], request))
    if same is None:
        return spoke(past[: place + 1], thread)
    now = (
        spoke(past[: place + 1], thread)
        if is_in_doubt(past[: place + 1], *same)
        else set[Address]()
    )
    return led_to(before, *same) | editors(before, *same) | now


def the_same(past: Past, thread: str, request: str, wanted: Arguments) -> tuple[int, str] | None:
    """The last choice of these arguments in a thread, if it was not decided and the work not stopped since."""
    found = [
        (place, name)
        for name in requests(past)
        if call_of(past, name).thread == thread
        for place in choices(past, name)
        if arguments(past[: lasted(past, place, name)], name) == wanted
    ]
    if not found:
        return None
    place, name = max(found)
    gone = any(is_stop(ruled, thread) for ruled in past[place:])
    return None if gone or is_decided(past, place, name, request) else (place, name)


def is_in_doubt(past: Past, place: int, name: str) -> bool:
    """Whether somebody who had asked for what the model chose at a place asked for something since: perhaps for the contrary."""
    thread = call_of(past, name).thread
    return any(
        asks(ruled, thread)
        and speaker(ruled)
        in {beginner(past, name)} | led_to(past, place, name) | editors(past[:later], place, name)
        for later, ruled in enumerate(past)
        if later > place
    )


def is_decided(past: Past, place: int, name: str, request: str) -> bool:
    """Whether people decided what the model chose at a place, or it began; what the model replaces or takes back is undecided."""
    until = lasted(past, place, name)
    if until < len(past) or name == request:
        return False
    last, effect = [each for each in effects_on(past, name) if each[1] in AFTER][-1]
    if effect is Effect.WITHDRAWN:
        return not isinstance(past[last].fact, Withdrawn)
    return effect not in (*BEGINS, Effect.EXPIRED, Effect.VOIDED)


def spoke(past: Past, thread: str) -> set[Address]:
    """Who asked for something in a thread since it was last at rest with nothing open, or stopped."""
    found: set[Address] = set()
    for place, ruled in enumerate(past):
        if at_rest(past[:place], thread) or is_stop(ruled, thread):
            found = set()
        if asks(ruled, thread):
            found.add(speaker(ruled))
    return found


def speaker(ruled: Ruled) -> Address:
    """Who asks."""
    assert isinstance(ruled.fact, Proposed | WordTyped)
    return ruled.fact.call.requester if isinstance(ruled.fact, Proposed) else ruled.fact.by


def asks(ruled: Ruled, thread: str) -> bool:
    """Whether somebody asks for something: not who decides, nor who says yes or no instead."""
    fact, why = ruled.fact, ruled.ruling.refusals
    if Refusal.REPLAYED in why:
        return False
    if isinstance(fact, Proposed):
        return fact.call.thread == thread
    if not isinstance(fact, WordTyped) or fact.thread != thread:
        return False
    if read(fact.text).said is Said.DENY:
        return Refusal.NOTHING_OPEN in why or Refusal.NOT_APPROVER in why
    is_remark = read(fact.text).said is Said.REMARK
    return is_remark and fact.addressed and fact.text not in YES_AND_NO


def at_rest(past: Past, thread: str) -> bool:
    """Whether nothing is open in a thread."""
    return all(
        phase(past, name) is Phase.CLOSED
        for name in requests(past)
        if call_of(past, name).thread == thread
    )


def is_stop(ruled: Ruled, thread: str) -> bool:
    """Whether somebody ended the work of a thread."""
    is_here = isinstance(ruled.fact, WordTyped) and ruled.fact.thread == thread
    return is_here and Obstacle.CANCELLED in ruled.ruling.obstacles
