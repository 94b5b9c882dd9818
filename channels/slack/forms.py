"""Forms: the windows that **Deny…** and **Edit…** open, and what was sent in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from bot.core.legible import legible, legible_name
from bot.core.visible import on_one_line, shortened, visible
from channels.slack import blocks
from channels.slack.blocks import Json, Look
from channels.slack.bounds import hint
from channels.slack.fields import (
    LONG_LINE_CHARACTERS,
    Field,
    Mistake,
    fields,
    is_same,
    read,
    shown,
    written,
)
from channels.slack.vocabulary import Words
from channels.slack.window import entry, plain, window
from channels.slack.words import words

REASON = "reason"
_MOST_INPUTS = 80
_MOST_INPUT_CHARACTERS = 3_000
_MOST_NAME_CHARACTERS = 255
_MOST_OPTION_CHARACTERS = 75
_MOST_SHOWN_CHARACTERS = 500
_MOST_SHOWN_NAME_CHARACTERS = 100
_MOST_ERROR_CHARACTERS = 150
_MOST_SEEMING_CHARACTERS = 1_200  # Slack takes hints of 2,000.
_MOST_LEFT = 8
_MOST_VIEW_CHARACTERS = 150_000  # Slack takes 250 kB; beside the inputs stands what has none.

Values = Mapping[str, JsonValue]
"""What a submission holds under `view.state.values`: by block id, then by action id."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What cannot be taken, by block id, as `response_action: errors` wants it."""

    errors: dict[str, str]


def deny(request: str, tool: str, look: Look) -> Json:
    """The window that asks for the reason of a denial."""
    say = words(look.language)
    element: Json = {"type": "plain_text_input", "multiline": True, "focus_on_load": True}
    asked = entry(REASON, say.reason, {**element, "max_length": _MOST_INPUT_CHARACTERS})
    return window("deny", say.deny_title, request, [_subject(tool, request, say), asked], say)


def reason(values: Values) -> str:
    """Why it was denied; empty where nobody said why."""
    return given(values, REASON).strip()


def edit(
    request: str,
    tool: str,
    arguments: Mapping[str, JsonValue],
    schema: Json,
    look: Look,
    warning: str = "",
) -> Json:
    """The window with the arguments of a call, each in an input of its own as its schema has it; above them what to beware of."""
    say = words(look.language)
    asked, left = _parted(fields(arguments, schema), say)
    body = [
        _subject(tool, request, say),
        blocks.context(say.edit_makes_a_card),
        *([blocks.section(warning)] if warning else []),
        *(_question(field, say) for field in asked),
        *_left(left, say),
    ]
    return window("edit", say.edit_title, request, body, say)


def changes(
    values: Values, arguments: Mapping[str, JsonValue], schema: Json, look: Look
) -> dict[str, JsonValue] | Mistakes:
    """The arguments that were changed, with their new values; or why the form cannot be taken as it is."""
    say = words(look.language)
    asked, _ = _parted(fields(arguments, schema), say)
    changed: dict[str, JsonValue] = {}
    errors: dict[str, str] = {}
    for field in asked:
        entered = given(values, field.name)
        if field.name not in values or _is_unchanged(field, entered):
            continue
        try:
            value = read(field, entered, say)
        except Mistake as mistake:
            errors[field.name] = shortened(str(mistake), _MOST_ERROR_CHARACTERS)
            continue
        if not (field.is_there and is_same(field, value)):
            changed[field.name] = value
    if errors:
        return Mistakes(errors)
    return changed or Mistakes({field.name: say.nothing_changed for field in asked[:1]})


# ---- the window ------------------------------------------------------------------------------------------------------
def _subject(tool: str, request: str, say: Words) -> Json:
    name, request = blocks.name(tool), blocks.name(request, 250)
    return blocks.section(f"*{name}*\n{say.request.format(request=request)}")


def _question(field: Field, say: Words) -> Json:
    seeming = say.seeming.format(words=field.seeming) if field.seeming else ""
    as_json = say.as_json if field.kind == "json" else ""
    about = "; ".join(filter(None, [seeming, hint(field.schema, say), as_json]))
    return {
        **entry(field.name, field.name, _element(field, say)),
        "optional": field.may_be_empty,
        **({"hint": plain(about)} if about else {}),
    }


def _element(field: Field, say: Words) -> Json:
    if field.kind == "choice":
        return _select(field, say)
    initial = field.initial
    is_long = "\n" in initial or len(initial) > LONG_LINE_CHARACTERS or field.kind == "json"
    return {
        "type": "plain_text_input",
        "multiline": is_long,
        "max_length": _MOST_INPUT_CHARACTERS,
        **({"initial_value": initial} if initial else {}),
    }


def _select(field: Field, say: Words) -> Json:
    """A choice carries its place: whatever comes back is looked up in the schema."""
    options: list[JsonValue] = [
        {"text": plain(_option(value, say)), "value": str(place)}
        for place, value in enumerate(field.options)
    ]
    names = [written(value) for value in field.options]
    now = written(field.value)
    initial = (
        {"initial_option": options[names.index(now)]} if field.is_there and now in names else {}
    )
    return {"type": "static_select", "options": options, **initial}


def _option(value: JsonValue, say: Words) -> str:
    if isinstance(value, bool):
        return say.yes if value else say.no
    text = value if isinstance(value, str) and value.strip() else written(value)
    return shortened(on_one_line(shown(text)), _MOST_OPTION_CHARACTERS)


# ---- what has no input -----------------------------------------------------------------------------------------------
def _parted(found: Iterable[Field], say: Words) -> tuple[list[Field], list[Field]]:
    """The fields that can be edited here, and those of the card that cannot."""
    asked: list[Field] = []
    left: list[Field] = []
    room = _MOST_VIEW_CHARACTERS
    for field in found:
        size = len(json.dumps(_question(field, say))) if _can_be_asked(field) else room + 1
        if size <= room and len(asked) < _MOST_INPUTS:
            asked.append(field)
            room -= size
        elif field.is_there:
            left.append(field)
    return asked, left


def _can_be_asked(field: Field) -> bool:
    is_named = 1 <= len(field.name) <= _MOST_NAME_CHARACTERS and field.name.strip()
    fits = len(field.initial) <= _MOST_INPUT_CHARACTERS
    return bool(is_named) and shown(field.name) == field.name and fits and not _hides(field)


def _hides(field: Field) -> bool:
    """Whether it holds what cannot be seen, or more look-alikes than can be named: nobody could edit that knowingly."""
    hidden = visible(field.initial) != field.initial
    return hidden or len(field.seeming) > _MOST_SEEMING_CHARACTERS


def _left(left: list[Field], say: Words) -> list[Json]:
    """Those that stay as they are, and why; beyond the first few by name alone."""
    parts = [part for field in left[:_MOST_LEFT] for part in _as_it_is(field, say)]
    more = left[_MOST_LEFT:]
    names = blocks.names(legible_name(field.name) for field in more)
    rest = [blocks.section(say.no_room.format(count=len(more), names=names))] if more else []
    return [*([blocks.rich(*parts)] if parts else []), *rest]


def _as_it_is(field: Field, say: Words) -> list[Json]:
    size = len(field.initial)
    why = say.left_hidden if _hides(field) else say.left_long
    why = why if size > _MOST_INPUT_CHARACTERS or _hides(field) else say.left_over
    name = shortened(legible_name(field.name), _MOST_SHOWN_NAME_CHARACTERS)
    value = shortened(legible(field.value), _MOST_SHOWN_CHARACTERS) if field.initial else ""
    sentence = why.format(name=name, size=f"{size:,}")
    return [blocks.lines((sentence, "")), *([blocks.preformatted(value)] if value else [])]


# ---- what was sent ---------------------------------------------------------------------------------------------------
def given(values: Values, name: str) -> str:
    """What was chosen or written in the one input of this block."""
    for element in cast("Mapping[str, Json]", values.get(name) or {}).values():
        chosen = element.get("selected_option")
        value = chosen.get("value") if isinstance(chosen, dict) else element.get("value")
        return value if isinstance(value, str) else ""
    return ""


def _is_unchanged(field: Field, given: str) -> bool:
    """A window may take white space away at either end: that alone is no edit."""
    if not given.strip():
        return not field.initial.strip()
    return field.kind != "choice" and given.replace("\r\n", "\n").strip() == field.initial.strip()
