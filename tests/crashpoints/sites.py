"""Sites: every await of the engine that leads to a store, a tool, a channel or the model, numbered as it is written.

What exists is read from the source. What is passed is read from the stack of whoever just touched the outside: each
frame of it stands in one of these awaits.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import currentframe
from itertools import islice
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
FILES = (
    *(f"bot/engine/{name}.py" for name in ("worker", "session", "perform", "speak", "run", "reads", "recheck", "toolbox", "desk")),
    *(f"bot/engine/{name}.py" for name in ("trouble", "rebuild", "curb", "house_log")),
    "bot/model/decide.py",
)  # fmt: skip
PARTS = ("bot/core", "bot/engine", "bot/model")
BEYOND = frozenset(
    {
        *(f"bot/engine/{name}.py" for name in ("memory_store", "redis_store", "redis_take", "redis_letters", "redis_rebuild", "redis_safe", "redis_pulse", "redis_lease", "redis_cursors", "redis_ledger", "redis_begun", "purse")),
        *(f"bot/engine/{name}.py" for name in ("wire", "line", "display", "lamp", "lookup", "reception", "bots", "afterwards")),
        "bot/model/claude.py",
    }
)  # fmt: skip
"""What lies on the far side of a port. It awaits a wire, and a death in there is one before or after the effect.
A card that is changed and a lamp are best effort, and a listener appends once: neither is part of what a worker goes on from."""
PORTS = frozenset(
    {
        *("append", "read", "blob", "take", "reclaim", "renew", "release", "due", "fire", "prune"),
        *("close", "threads", "logged", "alias", "resolve", "now"),
        *("park", "bury", "letters", "letter", "revive", "restore", "sound", "hasten"),
        *("find", "send", "tell", "run", "show", "ask", "cursors", "move_cursors"),
    }
)
HANDED_IN = frozenset({"step", "_perform", "_blob"})
"""Awaited under the name of a parameter or a field: the duties of the worker, the performer, and where pictures are kept."""
TASKS = frozenset({"heart", "question.answer", "session.showing"})
"""Tasks of their own, whose awaits are numbered where they stand; whoever awaits them is on no stack of theirs."""
UNCALLED = "(no call)"
PLAIN = ("asyncio.timeout(", "self._lock")
"""What may be entered with `async with`: it leads nowhere."""

Place = tuple[int, int, int, int]


@dataclass(frozen=True, order=True)
class Site:
    """One await: its number among all, and where it stands."""

    number: int
    file: str
    function: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.number:3} {self.file}:{self.line} {self.function}: {self.text}"


@cache
def existing() -> tuple[Site, ...]:
    """All of them, in the order of the source."""
    return tuple(site for site, _ in _numbered())


def passed() -> tuple[int, ...]:
    """The sites in which the caller's task stands now, outermost first. Raises where one is not known."""
    found = list[int]()
    frame = currentframe()
    while frame is not None:
        number = _site(frame.f_code, frame.f_lasti)
        if number is not None:
            found.append(number)
        frame = frame.f_back
    return tuple(reversed(found))


# ---- what is written ---------------------------------------------------------------------------------------------
@cache
def _numbered() -> tuple[tuple[Site, Place], ...]:
    leading = _leading()
    found = [each for file in FILES for each in _awaits(file) if each[3] in leading]
    return tuple(
        (Site(number, file, function, node.lineno, ast.unparse(node.value)[:60]), _place(node))
        for number, (file, function, node, _) in enumerate(found, 1)
    )


@cache
def _awaits(file: str) -> tuple[tuple[str, str, ast.Await, str], ...]:
    """The awaited calls of a file with the names of the function they stand in and of what they call."""
    found = [
        (file, function.name, node, name)
        for function in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(function, ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Await) and (name := _called(node))
    ]
    return tuple(sorted(found, key=lambda each: _place(each[2])))


def _called(node: ast.Await) -> str:
    match node.value:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
        case task if ast.unparse(task) in TASKS:
            return ""
        case _:
            return UNCALLED


@cache
def _leading() -> frozenset[str]:
    """The names whose await ends at a port: the ports' own, and of whatever awaits one of these."""
    leading = set(PORTS | HANDED_IN | {UNCALLED})
    while True:
        more = {
            function for file in FILES for _, function, _, name in _awaits(file) if name in leading
        }
        if more <= leading:
            return frozenset(leading)
        leading |= more


def _place(node: ast.expr) -> Place:
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0


# ---- where a task stands -----------------------------------------------------------------------------------------
@cache
def _site(code: CodeType, instruction: int) -> int | None:
    file = _file(code.co_filename)
    if file is None:
        return None
    place = next(islice(code.co_positions(), instruction // 2, None))
    known = {at: site.number for site, at in _numbered() if site.file == file}
    if place not in known and place not in set(_comprehensions(file)):
        raise AssertionError(f"{file}:{place[0]} leads to the outside and is not numbered")
    return known.get(place)  # pyright: ignore[reportArgumentType]  # positions are there unless stripped


@cache
def _file(path: str) -> str | None:
    return next((file for file in FILES if path == str(ROOT / file)), None)


def _comprehensions(file: str) -> Iterator[Place]:
    """One that awaits is a frame of its own, and stands in an await that is numbered."""
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp):
            yield _place(node)


# ---- what nobody could number ------------------------------------------------------------------------------------
def overlooked() -> Iterator[str]:
    """Modules that await and are on neither list, and awaits in a form that is not numbered."""
    paths = (path for part in PARTS for path in sorted((ROOT / part).glob("*.py")))
    for path in paths:
        file = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())) if file not in BEYOND else ():
            if isinstance(node, ast.Await) and file not in FILES:
                yield f"{file}:{node.lineno} awaits, and the file is on no list"
            elif isinstance(node, ast.Await) and _is_of_the_store(node):
                yield f"{file}:{node.lineno} awaits the store, and is not numbered"
            elif _is_hidden(node):
                yield f"{file} awaits in {ast.unparse(node)[:60]}"


def _is_of_the_store(node: ast.Await) -> bool:
    """A word of the store's that is not among its ports."""
    return ast.unparse(node.value).startswith("self._store.") and _called(node) not in _leading()


def _is_hidden(node: ast.AST) -> bool:
    """An await that has no `await`, or one whose frame is begun by somebody else's."""
    match node:
        case ast.AsyncFor() | ast.comprehension(is_async=1):
            return True
        case ast.AsyncWith(items=items):
            entered = (ast.unparse(item.context_expr) for item in items)
            return not all(each.startswith(PLAIN) for each in entered)
        case ast.GeneratorExp():
            return any(isinstance(inner, ast.Await) for inner in ast.walk(node))
        case _:
            return False
