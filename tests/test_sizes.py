"""Sizes: a module fits in one reading, a function on one screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULE_LINES = 250
FUNCTION_LINES = 40
MODULES = sorted(
    path for folder in ("bot", "channels", "agents") for path in (ROOT / folder).rglob("*.py")
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_are_modules_to_measure() -> None:
    assert len(MODULES) > 10


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_under_250_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) < MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_function_is_under_40_lines(path: Path) -> None:
    sizes = {
        each.name: (each.end_lineno or 0) - each.lineno for each in functions(path.read_text())
    }
    assert {name: size for name, size in sizes.items() if size >= FUNCTION_LINES} == {}
