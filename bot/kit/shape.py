"""Shape: how an author's function wants to be called, found from its annotations alone."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from types import FunctionType
from typing import Literal, cast, get_type_hints

from bot.kit.arguments import Args, NoArguments
from bot.kit.call import Call

Function = Callable[..., object]
_THREADS = ThreadPoolExecutor(1_000, "tool")
"""Of their own, and more than there are calls: the loop's are few, and what waited for one of them would begin long after its claim."""


class WrongTool(Exception):
    """A tool is declared in a way that cannot be meant; the text names file and line."""


def wrong(function: object, expected: str) -> WrongTool:
    """The error for this function, where it stands."""
    if not isinstance(function, FunctionType):
        return WrongTool(f"{function!r}: {expected}")
    code = function.__code__
    return WrongTool(f"{code.co_filename}:{code.co_firstlineno}: {function.__name__}: {expected}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A function with the type of its arguments; `order` is what it is given, from the left."""

    function: Function
    args: type[Args]
    order: tuple[Literal["args", "call"], ...]

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    async def invoke(self, args: Args, call: Call) -> object:
        """Calls it; one that blocks gets a thread, so that nobody else waits."""
        given = [args if what == "args" else call for what in self.order]
        if self.is_async:
            return await _guarded(cast("Awaitable[object]", self.function(*given)))
        context = copy_context()
        result = await asyncio.get_running_loop().run_in_executor(
            _THREADS, lambda: context.run(_blocking, self.function, given)
        )
        return await _guarded(result) if inspect.isawaitable(result) else result


async def _guarded(result: Awaitable[object]) -> object:
    try:
        return await result
    except SystemExit as error:
        raise _ended(error) from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        # Nobody cancelled us: the tool let one of its own cancellations out.
        raise _ended(error) from error


def _blocking(function: Function, given: list[Args | Call]) -> object:
    """A StopIteration cannot leave a thread: nobody would ever hear that it ended."""
    try:
        return function(*given)
    except (StopIteration, SystemExit, asyncio.CancelledError) as error:
        raise _ended(error) from error


def _ended(error: BaseException) -> RuntimeError:
    return RuntimeError(f"the tool ended with {type(error).__name__} instead of returning")


def shape_of(function: object) -> Shape:
    """What the annotations say: an Args class, a Call, both or neither."""
    if not isinstance(function, FunctionType):
        raise wrong(function, "a tool is a function, written with def or async def")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise wrong(function, "a tool returns one result; it cannot yield")
    hints = _hints(function)
    found = [
        _taken(function, each, hints) for each in inspect.signature(function).parameters.values()
    ]
    kinds: tuple[Literal["args", "call"], ...] = tuple(
        "call" if each is Call else "args" for each in found
    )
    if len(set(kinds)) != len(kinds):
        raise wrong(function, "a tool takes its arguments once and its call once")
    args = next((each for each in found if each is not Call), NoArguments)
    return Shape(function, cast("type[Args]", args), kinds)


def _hints(function: FunctionType) -> dict[str, object]:
    try:
        return get_type_hints(function)
    except (NameError, TypeError, AttributeError) as error:
        raise wrong(function, f"its annotations cannot be read: {error}") from error


def _taken(
    function: FunctionType, parameter: inspect.Parameter, hints: dict[str, object]
) -> type[Args] | type[Call]:
    hint = hints.get(parameter.name)
    if hint is Call:
        return Call
    positional = parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    if positional and isinstance(hint, type) and issubclass(hint, Args):
        return hint
    expected = "must be annotated with a class made from Args, or with Call"
    raise wrong(function, f"its parameter {parameter.name} {expected}")
