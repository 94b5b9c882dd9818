"""Put off: a typed word by which somebody passes, postpones or ignores the one approval that is open where it was written."""

from __future__ import annotations

from typing import assert_never

from bot.core.events import Verdict
from bot.core.outbox import Approval, pending
from bot.core.thread import Thread
from bot.core.words import Ignore, Later, Pass, PutOff
from bot.kit.arrival import Words
from bot.kit.moments import moment_of
from bot.kit.people import People


def put_off(
    thread: Thread, said: PutOff, words: Words, person: str, now: int, people: People
) -> Verdict | None:
    """The verdict that these words are; None: they are words, since no approval or several are open there, or of somebody not asked."""
    found = [each for each in pending(thread) if isinstance(each, Approval)]
    if len(found) != 1 or person not in found[0].deciders(now):
        return None
    verdict = Verdict(
        id=words.id,
        actor=person,
        request=found[0].request,
        word="ignore",
        digest=found[0].digest,
        text=words.text,
        channel=words.address.channel,
        address=words.address,
        account=words.person,
    )
    match said:
        case Ignore():
            return verdict
        case Pass(to):
            return verdict.model_copy(update={"word": "pass", "to": to})
        case Later(when):
            until = _until(when, now, zone_of(people, person))
            return verdict.model_copy(update={"word": "later", "until": until}) if until else None
        case _:
            assert_never(said)


def zone_of(people: People, person: str) -> str:
    """Where this person's clock is."""
    known = people.people.get(person)
    return (known.time_zone if known else None) or "UTC"


def _until(when: str, now: int, zone: str) -> int | None:
    try:
        return moment_of(when, now, zone)
    except ValueError:
        return None
