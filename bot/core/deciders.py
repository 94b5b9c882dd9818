"""Deciders: who can still approve a request, who cannot and why, whether that is enough. Every channel tells it from here."""

from __future__ import annotations

from bot.core import phrases
from bot.core.outbox import Approval


def able(asked: Approval) -> tuple[str, ...]:
    """The approvers whose approval counts, or would."""
    return tuple(person for person in asked.approvers if person not in asked.barred)


def left(asked: Approval) -> tuple[str, ...]:
    """Who can still approve: without those who have."""
    return tuple(person for person in able(asked) if person not in asked.votes)


def missing(asked: Approval) -> int:
    """How many approvals it still needs."""
    return asked.quorum - len(asked.votes)


def suffices(asked: Approval) -> bool:
    """Whether those who can still approve are as many as it needs."""
    return len(left(asked)) >= missing(asked)


def excuses(asked: Approval, language: phrases.Language = "en") -> tuple[tuple[str, str], ...]:
    """The approvers who may only deny, each with the reason in words."""
    bars = phrases.LANGUAGES[language].bars
    return tuple((name, bars[name in asked.editors]) for name in asked.barred)


def asked_by(asked: Approval) -> str:
    """Who asked for it, where that is not only whoever began its thread, which everybody sees; else empty."""
    return "" if asked.askers == (asked.requester,) else ", ".join(asked.askers)


def by_whom(asked: Approval) -> str:
    """Who can still approve, in one phrase; and how many of them it takes, where that is more than one."""
    people = left(asked)
    if missing(asked) > 1 and people:
        return f"{missing(asked)} of {', '.join(people)}"
    return " or ".join(people) or "nobody"


def after_edit(asked: Approval, editor: str) -> tuple[str, ...]:
    """Who could approve the call once this person has changed it: an edit clears the votes and bars its author."""
    barred = () if asked.self_approval else (*asked.barred, editor)
    return tuple(person for person in asked.approvers if person not in barred)
