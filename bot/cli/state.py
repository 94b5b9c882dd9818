"""State: a thread as one canonical text, so that two folds can be compared by their hash."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from pydantic import BaseModel

from bot.core.codec import digest
from bot.core.ids import Ids
from bot.core.thread import Thread


def state_hash(thread: Thread) -> str:
    """The same for equal threads, whoever folded them."""
    return digest(_plain(thread))


def _plain(value: object) -> object:
    """The value as JSON would have it, with the names of its types: an idle thread is not an empty one."""
    match value:
        case Ids():
            return sorted(value)
        case BaseModel():
            return {"": type(value).__name__, **value.model_dump(mode="json")}
        case tuple() | list():
            return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case _ if is_dataclass(value):
            named = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {"": type(value).__name__, **named}
        case _:
            return value
