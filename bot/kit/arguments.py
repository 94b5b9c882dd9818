"""Arguments: what a tool takes, checked before anything is asked, shown or run."""

from __future__ import annotations

from typing import TypeVar, cast

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import PydanticSerializationError

from bot.core.redact import MOST_DEEP
from bot.kit.complaint import complaints

Json = dict[str, JsonValue]


class Args(BaseModel):
    """The arguments of a tool: frozen, and nothing may be in them that the tool does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NoArguments(Args):
    """For a tool that takes none."""


class BadArguments(Exception):
    """Arguments that do not fit; the text is one sentence that names every wrong field."""


A = TypeVar("A", bound=Args)

_COMPLAINTS = 6
_LETTERS = 400


def parse(model: type[A], arguments: Json) -> A:
    """The arguments as the tool's own type."""
    if _is_too_deep(arguments):
        raise BadArguments(f"its arguments are nested too deeply, in more than {MOST_DEEP} levels")
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        found = complaints(error, model)
    sentence = "; ".join(text for _, text in found[:_COMPLAINTS])
    if len(found) > _COMPLAINTS:
        sentence += f"; and {len(found) - _COMPLAINTS} more"
    raise BadArguments(sentence if len(sentence) <= _LETTERS else f"{sentence[: _LETTERS - 1]}…")


def _is_too_deep(arguments: Json) -> bool:
    """Whether they are nested so deeply that a log with them could one day not be read, and its thread would stand still."""
    level: list[Json | list[JsonValue]] = [arguments]
    for _ in range(MOST_DEEP):
        members = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for some in members for each in some if isinstance(each, dict | list)]
    return bool(level)


def schema_of(model: type[Args]) -> Json:
    """The JSON schema of these arguments; a title would only repeat a name, in every request."""
    schema = cast("Json", model.model_json_schema())
    for node in (schema, *cast("dict[str, Json]", schema.get("$defs", {})).values()):
        node.pop("title", None)
        for field in cast("dict[str, Json]", node.get("properties", {})).values():
            field.pop("title", None)
    return schema


def spelled_out(parsed: Args, arguments: Json) -> Json:
    """The arguments with defaults filled in and values in one form, so that a card shows what would run.

    Where a type does not come back the same from its JSON form (a secret, say), they stay as they were given.
    """
    full = form(parsed)
    return arguments if full is None else full


def form(parsed: Args) -> Json | None:
    """The one JSON form of these arguments; None: they have none that comes back the same."""
    try:
        full = parsed.model_dump(mode="json", by_alias=True, exclude_none=True)
        same = type(parsed).model_validate(full) == parsed
    except (ValidationError, PydanticSerializationError):
        return None
    return cast("Json", full) if same else None
