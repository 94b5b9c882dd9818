"""Tool: schema, policy and function as one unit; none of them exists without the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from hashlib import sha256
from inspect import cleandoc
from pathlib import Path
from types import FunctionType
from typing import TypeVar, cast

from pydantic import JsonValue
from pydantic.errors import PydanticInvalidForJsonSchema

from bot.kit import arguments as given
from bot.kit.arguments import Args, Json
from bot.kit.call import Call, Card
from bot.kit.declared import Allowance, Approving, Declared, Predicate, Quorum
from bot.kit.durations import seconds_of
from bot.kit.grant import Grant, unmet
from bot.kit.intents import BUILT_IN
from bot.kit.picture import Pictured
from bot.kit.plain import plain
from bot.kit.shape import Function, Shape, WrongTool, shape_of, wrong

BECAUSE: Json = {"type": "string", "minLength": 1, "maxLength": 1000}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CARD_LETTERS = 8_000
F = TypeVar("F", bound=Callable[..., object])


@dataclass(eq=False, slots=True)
class Tool:
    """One thing an agent can do. `arguments_schema` is the author's; `schema` is what the model fills in."""

    name: str
    description: str
    shape: Shape
    arguments_schema: Json
    approving: Approving
    reads: bool
    idempotent: bool
    reversible: bool
    seconds: int
    cache_seconds: int | None
    cap: int
    secrets: tuple[str, ...]
    env: tuple[str, ...]
    source_digest: str
    source: str
    _show: Shape | None = field(default=None)

    @property
    def schema(self) -> Json:
        """The JSON schema of its arguments, with `because` where a human may be asked."""
        return (
            self.arguments_schema
            if self.approving.approval == "never"
            else with_because(self.arguments_schema)
        )

    @property
    def defaults(self) -> Json:
        """What the arguments that may be left out are then, as far as the schema says it."""
        fields = cast("dict[str, Json]", self.arguments_schema.get("properties", {}))
        return {name: field["default"] for name, field in fields.items() if "default" in field}

    @property
    def can_be_stopped(self) -> bool:
        """Whether it ends when its time is over: a blocking function goes on in its thread."""
        return self.shape.is_async

    def parse(self, arguments: Json) -> Args:
        """The arguments as the author's own type; BadArguments where they do not fit."""
        return given.parse(self.shape.args, arguments)

    def spelled_out(self, arguments: Json) -> Json:
        """The arguments with every default written out; BadArguments where they do not fit."""
        return given.spelled_out(self.parse(arguments), arguments)

    def tells(self, arguments: Json, names: Collection[str]) -> bool:
        """Whether these names tell what the values are: each stands there, or what is left out has no other name."""
        if all(name in arguments for name in names):
            return True
        return given.form(self.parse(arguments)) is not None

    async def run(self, arguments: Json, call: Call) -> JsonValue | Pictured:
        """Does it. What the function raises is raised; time limits are the caller's."""
        result = await self.shape.invoke(self.parse(arguments), call)
        return result if isinstance(result, Pictured) else plain(result)

    async def show(self, arguments: Json, call: Call) -> Card:
        """The card of its preview, or one that says only what the tool does."""
        args = self.parse(arguments)
        if self._show is None:
            return Card(self.description.partition("\n\n")[0])
        card = await self._show.invoke(args, call)
        if not isinstance(card, Card):
            message = f"the preview of {self.name} must return a Card, not {type(card).__name__}"
            raise TypeError(message)
        return replace(card, text=_bounded(card.text), pins=cast("Json", plain(card.pins)))

    def preview(self, function: F) -> F:
        """Decorates the function that reads what this call would do and lays it out on a Card."""
        if self.reads:
            raise wrong(function, f"{self.name} only reads, so there is nothing to preview")
        if self._show is not None:
            raise wrong(function, f"{self.name} already has a preview")
        shape = shape_of(function)
        if "args" in shape.order and shape.args is not self.shape.args:
            raise wrong(
                function,
                f"the preview of {self.name} takes its arguments: {self.shape.args.__name__}",
            )
        self._show = shape
        return function


def tool(
    *,
    approval: str | Predicate | None = None,
    reads: bool = False,
    idempotent: bool = False,
    reversible: bool = True,
    seconds: int = 60,
    cache: str | None = None,
    secrets: tuple[str, ...] = (),
    env: tuple[str, ...] = (),
    cap: int = 20_000,
    quorum: Quorum | None = None,
    approvers: tuple[str, ...] = (),
    self_approval: Allowance | None = None,
    deadline: str | int | None = None,
    grant: Grant | None = None,
) -> Callable[[Function], Tool]:
    """Makes a tool of a function. One that neither reads nor says `approval` always asks a human."""
    declared = Declared(
        approval, reads, idempotent, reversible, seconds, cache, secrets, env, cap,
        quorum, approvers, self_approval, deadline, grant,
    )  # fmt: skip
    return lambda function: _made(function, declared)


def with_because(schema: Json, description: str = "") -> Json:
    """The schema with a required `because`: why this, for the human who is asked."""
    properties = cast("Json", schema.get("properties", {}))
    required = cast("list[JsonValue]", schema.get("required", []))
    because: Json = {**BECAUSE, "description": description} if description else BECAUSE
    return {
        **schema,
        "properties": {"because": because, **properties},
        "required": ["because", *required],
    }


def _made(function: Function, declared: Declared) -> Tool:
    shape = shape_of(function)
    if complaint := declared.complaint():
        raise wrong(function, complaint)
    author = cast("FunctionType", function)
    if not (author.__doc__ or "").strip():
        raise wrong(function, "its docstring is missing: it tells the model what the tool does")
    return Tool(
        name=_name(author),
        description=cleandoc(author.__doc__ or ""),
        shape=shape,
        arguments_schema=_schema(author, shape, declared),
        approving=declared.approving(),
        reads=declared.reads,
        idempotent=declared.idempotent,
        reversible=declared.reversible,
        seconds=declared.seconds,
        cache_seconds=None if declared.cache is None else seconds_of(declared.cache),
        cap=declared.cap,
        secrets=declared.secrets,
        env=declared.env,
        source_digest=_digest(author),
        source=_place(author),
    )


def _name(function: FunctionType) -> str:
    name = function.__name__
    if not _NAME.fullmatch(name):
        raise wrong(
            function, "a tool's name has small letters, digits and _, at most 64, a letter first"
        )
    if name in BUILT_IN:
        raise wrong(function, "this name belongs to a built-in intent")
    other = function.__globals__.get(name)
    if isinstance(other, Tool) and other.source != _place(function):
        raise wrong(function, f"there is a tool of this name already, at {other.source}")
    return name


def _schema(function: FunctionType, shape: Shape, declared: Declared) -> Json:
    try:
        schema = given.schema_of(shape.args)
    except PydanticInvalidForJsonSchema as error:
        text = str(error).partition("\n")[0]
        raise wrong(function, f"{shape.args.__name__} has no JSON schema: {text}") from error
    if not declared.reads and "because" in cast("Json", schema.get("properties", {})):
        raise wrong(
            function,
            "because is given to every tool a human may be asked about; name the field otherwise",
        )
    names = cast("Json", schema.get("properties", {}))
    grant = declared.grant
    if grant and (reason := unmet(grant, names, declared.quorum, function.__name__)):
        raise wrong(function, reason)
    return schema


def _place(function: FunctionType) -> str:
    return f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"


def _digest(function: FunctionType) -> str:
    try:
        source = Path(function.__code__.co_filename).read_bytes()
    except OSError:
        source = function.__code__.co_code
    return sha256(source).hexdigest()


def _bounded(text: str) -> str:
    left = len(text) - _CARD_LETTERS
    return text if left <= 0 else f"{text[:_CARD_LETTERS]}… ({left} more characters)"


__all__ = ["BECAUSE", "Tool", "WrongTool", "tool", "with_because"]
