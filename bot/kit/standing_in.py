"""Standing in: from when on a deputy may decide and who is told when, by office hours, days away and reminders; frozen into the card."""

from __future__ import annotations

from bot.core.ladder import DEPUTY
from bot.core.owed import Insistence
from bot.core.values import Deputy, Rung
from bot.kit.people import People

OWNER = "owner"
KEYWORDS = (DEPUTY, OWNER)


def pairs(people: People, approvers: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Each deputy with the approver whose place they may take; an approver has a place of their own."""
    named = ((people.people[each].deputy, each) for each in approvers if each in people.people)
    return tuple((deputy, of) for deputy, of in named if deputy and deputy not in approvers)


def named(people: People, ladder: tuple[Rung, ...]) -> tuple[Rung, ...]:
    """The ladder with groups resolved; `deputy` and `owner` stay as they are."""
    return tuple(
        rung.model_copy(
            update={"to": tuple(each for name in rung.to for each in _persons(people, name))}
        )
        for rung in ladder
    )


def _persons(people: People, name: str) -> tuple[str, ...]:
    return (name,) if name in KEYWORDS else people.expand((name,))


def by_person(
    people: People,
    ladder: tuple[Rung, ...],
    asked: tuple[str, ...],
    at: int,
    owner: str = "",
    stand_ins: tuple[tuple[str, str], ...] = (),
) -> tuple[Rung, ...]:
    """The ladder of what is asked at this time, with each step at the first moment of the hours of whoever is told.

    Steps that come together are one, so that nobody finds two reminders in the morning. Where a reminder has to wait for somebody, whoever
    stands in for them has it, if that is sooner.
    """
    deputies = tuple(dict.fromkeys(deputy for deputy, _ in stand_ins))
    meant = {DEPUTY: deputies, OWNER: (owner,) if owner else ()}
    found: dict[tuple[int, Insistence], dict[str, None]] = {}
    for rung in ladder:
        names = asked if rung.kind == "remind" else rung.to
        for person in (each for name in names for each in meant.get(name, (name,))):
            own = _in_hours(people, person, at, rung.after_seconds)
            times = {person: own}
            if rung.kind == "remind" and own > rung.after_seconds:
                for deputy in (deputy for deputy, of in stand_ins if of == person):
                    times[deputy] = _in_hours(people, deputy, at, rung.after_seconds)
            for who, seconds in times.items():
                if who == person or seconds < own:
                    found.setdefault((seconds, rung.kind), {})[who] = None
    return tuple(
        Rung(after_seconds=seconds, kind=kind, to=tuple(to))
        for (seconds, kind), to in sorted(found.items())
    )


def _in_hours(people: People, person: str, at: int, seconds: int) -> int:
    """So long after this time, or as much longer as it takes until they are there."""
    if person not in people.people:
        return seconds
    there = people.people[person].presence.in_from(at + seconds * 1000)
    return -(-(there - at) // 1000)


def deputies(
    people: People,
    stand_ins: tuple[tuple[str, str], ...],
    ladder: tuple[Rung, ...],
    deadline_seconds: int | None,
    at: int,
) -> tuple[Deputy, ...]:
    """Each deputy's time: as soon as the other is out of hours or away, and at the latest when no answer came for long enough.

    That is the first reminder, or what an escalation to deputies says, or else half the deadline. They are told in their own hours, and where
    there is such an escalation and the other is there, not before it.
    """
    told = [rung.after_seconds for rung in ladder if rung.kind == "remind" or DEPUTY in rung.to]
    half = [deadline_seconds // 2] if deadline_seconds and not told else []
    late = min((at + seconds * 1000 for seconds in (*told, *half)), default=None)
    named = next((at + rung.after_seconds * 1000 for rung in ladder if DEPUTY in rung.to), late)
    found: list[Deputy] = []
    for deputy, of in stand_ins:
        out = people.people[of].presence.out_from(at)
        since = min((each for each in (late, out) if each is not None), default=None)
        if since is not None:
            first = min(each for each in (named, out) if each is not None)
            # Whoever stands in already is asked with everybody else.
            tell = people.people[deputy].presence.in_from(first) if since > at else 0
            found.append(Deputy(person=deputy, of=of, since=since, tell=tell))
    return tuple(found)
