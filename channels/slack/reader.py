"""Reader: for whom a message is: their language and time zone, and who is named so that they notice."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.outbox import Approval, Notice, Outgoing, Reminder, Say
from bot.core.thread import Call
from bot.kit.people import People
from channels.slack.address import CHANNEL
from channels.slack.blocks import Look


def look(message: Outgoing, people: People, team: str = "") -> Look:
    """For whom this is: their language and time zone, and who is named so that they notice."""
    return reader_of(_asked(message), people, team)


def look_at(call: Call | None, people: People, team: str = "") -> Look:
    """The same for what has become of a call."""
    if call is None:
        return reader_of((), people, team)
    return reader_of(call.card.approvers if call.card else call.proposal.asked, people, team)


def look_of(user: str, people: People) -> Look:
    """How it looks to this user of Slack."""
    alias = people.alias_of(CHANNEL, user)
    return reader_of([alias] if alias else [], people)


def reader_of(asked: Sequence[str], people: People, team: str = "") -> Look:
    """How it looks to those who are asked."""
    known = next((people.people[each] for each in asked if each in people.people), None)
    users = {each: user_of(each, people, team) for each in asked}
    return Look(
        language=(known.language if known else None) or "en",
        time_zone=(known.time_zone if known else None) or "UTC",
        mentions=tuple(user for user in users.values() if user),
        absent=tuple(each for each, user in users.items() if not user),
    )


def _asked(message: Outgoing) -> tuple[str, ...]:
    match message:
        case Approval(approvers=approvers):
            return approvers
        case Say() | Notice():
            return ()
        case Reminder(to=to):
            return to
        case _:
            return message.asked


def user_of(person: str, people: People, team: str = "") -> str | None:
    """This person's id in Slack, in this workspace where they have several: one whom the people file does not know acts under their id, with what they are behind it."""
    if person in people.people:
        accounts = people.people[person].accounts(CHANNEL)
        here = (each for each in accounts if not team or each.startswith(f"{team}/"))
        everywhere = (each for each in accounts if "/" not in each)
        return next((each.rpartition("/")[2] for each in (*here, *everywhere)), None)
    channel, _, user = person.partition(":")
    user, _, standing = user.partition("@")
    # Another bot is never called: it might answer.
    return user if user and channel == CHANNEL and standing != "bot" else None
