"""Frozen: a changed copy of a frozen value.

`dataclasses.replace` runs the whole constructor: some twenty fields, several times an event, which was nine tenths of
the cost of a fold. Copying the instance's dictionary does the same for values that have no `__post_init__`.
"""

from __future__ import annotations

from typing import TypeVar

Frozen = TypeVar("Frozen")


def replace(value: Frozen, **changes: object) -> Frozen:
    """A copy of this dataclass value in which these fields are changed."""
    copy = object.__new__(value.__class__)
    object.__setattr__(copy, "__dict__", value.__dict__ | changes)
    return copy
