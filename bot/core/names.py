"""Names: how calls, their showings and their copies are called. A call is `T-4-0`, its showing `T-4-0-v2`, a copy `T-4-0-v2~1`.

What is said of a call that runs under a grant is `T-4-0~granted`, what goes to one person alone `T-4-0-v2~@dave`,
a reminder of it `T-4-0~remind1`, or `T-4-0~remind1~@dave`.
"""

from __future__ import annotations


def request_of(key: str) -> str:
    """The request that is shown under this delivery key, whichever copy it is of."""
    return key.partition("~")[0]


def call_id(name: str) -> str:
    """The call's own id in a request (`T-4-0-v2`) or delivery key (`T-4-0-v2~1`)."""
    bare = request_of(name)
    stem, mark, rest = bare.rpartition("-v")
    return stem if mark and _is_number(rest) else bare


def version_of(request: str) -> int | None:
    """The version that a request names; None where it names none."""
    stem, mark, rest = request_of(request).rpartition("-v")
    return int(rest) if stem and mark and _is_number(rest) else None


def copy_of(key: str) -> int:
    """Which of its addresses this delivery key goes to; the first is 0."""
    rest = key.partition("~")[2]
    return int(rest) if _is_number(rest) else 0


def for_person(request: str, person: str) -> str:
    """The delivery key of the copy that goes to this person alone."""
    return f"{request}~@{person}"


def person_of(key: str) -> str:
    """To whom alone goes what this delivery key names; empty: to nobody in particular."""
    return key.partition("~@")[2]


def _is_number(text: str) -> bool:
    """Whether this is a number as we write them; a name comes from outside and may hold other digits, or too many."""
    return text.isascii() and text.isdigit() and len(text) < 10
