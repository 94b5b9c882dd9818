"""Declared: what an author says about a tool, checked as a whole before the tool can exist."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from bot.kit import grant
from bot.kit.durations import seconds_of
from bot.kit.grant import Grant

Approval = Literal["never", "always", "when"]
Allowance = Literal["allowed", "denied"]
# An author's lambda is not annotated; with Any the type checker lets it read the fields of its arguments.
Predicate = Callable[[Any], bool]
Quorum = int | Callable[[Any], int]

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_LONGEST_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Approving:
    """Who decides on a call and how, as the tool itself says; None is left to the policy."""

    approval: Approval
    predicate: Predicate | None = None
    quorum: Quorum | None = None
    approvers: tuple[str, ...] = ()
    self_approval: Allowance | None = None
    deadline_seconds: int | None = None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """The words of one `@tool(...)`, as they were written."""

    approval: object
    reads: bool
    idempotent: bool
    reversible: bool
    seconds: int
    cache: str | None
    secrets: tuple[str, ...]
    env: tuple[str, ...]
    cap: int
    quorum: Quorum | None
    approvers: tuple[str, ...]
    self_approval: Allowance | None
    deadline: str | int | None
    grant: Grant | None = None

    def complaint(self) -> str | None:
        """What cannot be meant; None: all is well."""
        return self._values() or (self._as_read() if self.reads else self._as_act())

    def approving(self) -> Approving:
        """Who decides, once nothing is wrong. What neither reads nor says is decided by a human."""
        given = self.approval or ("never" if self.reads else "always")
        predicate = cast("Predicate", given) if callable(given) else None
        approval: Approval = "when" if predicate else "never" if given == "never" else "always"
        deadline = None if self.deadline is None else seconds_of(self.deadline)
        return Approving(
            approval,
            predicate,
            self.quorum,
            self.approvers,
            self.self_approval,
            deadline,
            self.grant,
        )

    def _as_read(self) -> str | None:
        if self.approval not in (None, "never"):
            return "a tool that reads needs no approval"
        if self.idempotent or not self.reversible:
            return "reads=True says it all: idempotent and reversible are for tools that change something"
        return (
            "a tool that reads needs no approval, so nobody can decide on it"
            if self._decides()
            else None
        )

    def _as_act(self) -> str | None:
        if self.cache is not None:
            return "only a tool that reads can have a cache"
        if self.approval == "never" and self._decides():
            return 'approval="never" asks nobody: leave out quorum, approvers, self_approval, deadline and grant'
        return None

    def _decides(self) -> bool:
        given = (self.quorum, self.approvers or None, self.self_approval, self.deadline, self.grant)
        return any(each is not None for each in given)

    def _values(self) -> str | None:
        return (
            _approval(self.approval)
            or _quorum(self.quorum)
            or self._numbers()
            or self._names()
            or grant.complaint(self.grant)
        )

    def _numbers(self) -> str | None:
        if not _is_whole(self.seconds) or self.seconds > _LONGEST_SECONDS:
            return f"seconds is a whole number from 1 to {_LONGEST_SECONDS}"
        if not _is_whole(self.cap):
            return "cap is a whole number of characters, at least 1"
        if self.self_approval not in (None, "allowed", "denied"):
            return 'self_approval is "allowed" or "denied"'
        return _duration("cache", self.cache) or _duration("deadline", self.deadline)

    def _names(self) -> str | None:
        for word, names in (
            ("secrets", self.secrets),
            ("env", self.env),
            ("approvers", self.approvers),
        ):
            if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):  # pyright: ignore[reportUnnecessaryIsInstance]
                return f'{word} is a tuple of names: ("one",) with the comma'
        odd = next(
            (name for name in (*self.secrets, *self.env) if not _VARIABLE.fullmatch(name)), None
        )
        return f"{odd!r} is no name of an environment variable" if odd is not None else None


def _approval(given: object) -> str | None:
    if inspect.iscoroutinefunction(given):
        return "approval is decided at once, by a function that is not async"
    if given in (None, "never", "always") or callable(given):
        return None
    return f'approval is "never", "always" or a function of the arguments, not {str(given)[:40]!r}'


def _quorum(given: object) -> str | None:
    if inspect.iscoroutinefunction(given):
        return "quorum is counted at once, by a function that is not async"
    if given is None or callable(given) or _is_whole(given):
        return None
    return "quorum is a whole number of people, at least 1, or a function of the arguments"


def _duration(word: str, given: object) -> str | None:
    try:
        seconds_of(1 if given is None else given)
    except ValueError as error:
        return f"{word}: {error}"
    return None


def _is_whole(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given >= 1
