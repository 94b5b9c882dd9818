"""Redact: an event without the secrets in its words, before it is stored. Names, digests and times are no words.

`WORDS` has every field in which somebody's words can stand: people's, the model's, a tool's or an error's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar, cast

from pydantic import BaseModel, JsonValue

from bot.core.events import Event, MessageReceived, Verdict
from bot.core.mask_kinds import KINDS
from bot.core.masked_names import is_secret
from bot.core.masks import OWN, Masks

WORDS: Mapping[str, tuple[str, ...]] = {
    "MessageReceived": ("text", "files", "original"),
    "MessageNoted": ("text", "files", "original"),
    "CronTicked": ("prompt",),
    "StepDecided": ("calls", "text"),
    "DecideFailed": ("reason",),
    "Previewed": ("card",),
    "PreviewRefused": ("reason",),
    "Verdict": ("text", "arguments", "original", "to"),
    "VerdictRefused": ("reason",),
    "ToolEnded": ("result", "error"),
    "CallVoided": ("reason",),
    "DeliveryFailed": ("reason",),
    "Bounced": ("reason",),
    "Paused": ("reason",),
    "Cancelled": ("reason",),
    "Halted": ("reason",),
    "DayReached": ("reason",),
    "SlotsSettled": ("slots",),
    "ScheduleSet": ("terms",),
    "ScheduleFared": ("text",),
    "Compacted": ("summary",),
}
TOO_DEEP = "[nested too deeply to be looked through]"
MOST_DEEP = 60  # What is nested deeper is looked at as one text, which stays JSON.
_WORDLESS = (bool, int, float)
_UNDER_A_NAME = "[secret: password]"
_MASKS = (OWN, *(kind.mask for kind in KINDS))
T = TypeVar("T")


def redacted(event: Event, masks: Masks) -> Event:
    """The event as it may be stored; the very same where there is nothing to cut out. Of what asks the bot, how much was cut."""
    fields = WORDS.get(event.type, ())
    before = {name: cast("object", getattr(event, name)) for name in fields}
    after = {name: cut(value, masks) for name, value in before.items()}
    changed = {name: value for name, value in after.items() if value is not before[name]}
    if not changed:
        return event
    if isinstance(event, Verdict) and _is_gone(event.to, event.text, str(after["text"])):
        changed["to"] = ""
    if isinstance(event, MessageReceived):
        changed["cut"] = {**masks.counted(event.text)[1], **event.cut}
    return event.model_copy(update=changed)


def _is_gone(name: str, before: str, after: str) -> bool:
    """Whether a name that was taken from these words, in small letters, is part of what was cut out of them."""
    return name in before.casefold() and name not in after.casefold()


def cut(value: T, masks: Masks, name: str = "", deep: int = 0) -> T:
    """The same value without secrets; itself where it has none. In a structure a name says what stands under it."""
    # Most of what events are made of is no words, and to see that by its class alone takes ten times as long.
    if not value or type(value) in _WORDLESS:
        return value
    return cast("T", _cut(value, masks, name, deep) if deep < MOST_DEEP else _flat(value, masks))


def _flat(value: object, masks: Masks) -> object:
    try:
        whole = json.dumps(value)
    except (RecursionError, TypeError, ValueError):
        return TOO_DEEP  # No event is made of such: nobody has looked whether it holds a secret.
    after = masks.cut(whole)
    return value if after == whole else json.loads(after)


def _cut(value: object, masks: Masks, name: str, deep: int) -> object:
    match value:
        case str():
            return _text(value, masks, name)
        case dict():
            fields = cast("dict[str, object]", value)
            names = _names(fields, masks)
            after = {names[key]: cut(each, masks, key, deep + 1) for key, each in fields.items()}
            is_same = all(after.get(key) is each for key, each in fields.items())
            return fields if is_same else after
        case list() | tuple():
            items = cast("list[object]", value)
            made = [cut(each, masks, name, deep + 1) for each in items]
            is_same = all(one is other for one, other in zip(made, items, strict=True))
            return items if is_same else type(items)(made)
        case BaseModel():
            changed = {
                field: after
                for field, before in value  # As pydantic iterates: over its fields.
                if (after := cut(before, masks, "", deep)) is not before
            }
            return value.model_copy(update=changed) if changed else value
        case _:
            return value


def _names(fields: Mapping[str, object], masks: Masks) -> Mapping[str, str]:
    """The keys without secrets. Two that are cut to the same text are told apart by a number: neither value takes the other's place."""
    names = {key: masks.cut(key) for key in fields}
    taken = {key for key, name in names.items() if key == name}
    for key, name in names.items():
        number = 1
        while names[key] != key and names[key] in taken:
            number += 1
            names[key] = f"{name} ({number})"
        taken.add(names[key])
    return names


def _text(text: str, masks: Masks, name: str) -> str:
    after = masks.cut(text)
    if after == text:
        return _UNDER_A_NAME if name and is_secret(name, text) else text
    return after


def missing(arguments: Mapping[str, JsonValue]) -> str | None:
    """The mask that stands in these arguments, if one does: what was there nobody has any more."""
    whole = json.dumps(arguments)
    return next((mask for mask in _MASKS if mask in whole), None)
