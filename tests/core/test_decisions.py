"""Who may decide what: generated histories, told to the core and to a slow oracle that has not seen it.

No gated call starts without a valid decision, none twice, and none is refused wrongly. `make decisions` takes all of them, and says
when a choice is kept that nothing needs.
"""

from __future__ import annotations

import ast
import sys
from itertools import chain
from pathlib import Path

import pytest

from tests.decisions.compare import compare
from tests.oracle import cases
from tests.oracle.generate import RINGS, SIDES, exhaustive

STEP = 47
"""A share of the 86,697: each run of the suite takes the same."""
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
async def test_oracle_and_core_part_only_where_the_design_says_so(part: int) -> None:
    parted, count = 0, 0
    for case in exhaustive(STEP * PARTS, STEP * part + 3):
        choices, found = await compare(case)
        assert found is None, str(found)
        parted, count = parted + bool(choices), count + 1
    assert parted < count / 5, "most of what is compared is compared to its end"


def test_every_ring_has_a_share() -> None:
    names = {case.name.split()[0] for case in exhaustive(STEP, 3)}
    assert names == {*RINGS, *SIDES}


def test_the_oracle_imports_nothing_of_what_it_judges() -> None:
    files = sorted(Path(cases.__file__).parent.glob("*.py"))
    trees = [ast.walk(ast.parse(file.read_text())) for file in files]
    named: set[str] = set()
    for node in chain.from_iterable(trees):
        if isinstance(node, ast.Import):
            named |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "named in full"
            named.add(node.module or "")
    foreign = {name for name in named if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("tests.oracle")} <= {"pytest"}
    assert foreign
