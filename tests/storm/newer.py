"""Newer: a copy of the code as a later release of it could be: one kind of event more, and one in a second form.

The copy is made from the tree that is tested, so that it needs neither a network nor the history, and is always one step
ahead of it. Each change names the text that it takes the place of, and fails where that is gone.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHANGES = {
    # A note before each step, of a kind that the older code has never heard of.
    "bot/core/events.py": [
        (
            "@final\nclass Unknown(",
            'class Breathed(Base):\n    type: Literal["Breathed"] = "Breathed"\n\n\n@final\nclass Unknown(',
        ),
        ("| Compacted | Forked\n)", "| Compacted | Forked | Breathed\n)"),
        # Cards come in a second form, whose fields the older code cannot be sure to understand.
        (
            '    type: Literal["Previewed"] = "Previewed"\n',
            '    type: Literal["Previewed"] = "Previewed"\n    v: Literal[1, 2] = 2\n',
        ),
    ],
    "bot/core/reducer.py": [
        (
            "def _fold(thread: Thread, event: Known) -> Thread:",
            "def _fold(thread: Thread, event) -> Thread:",
        ),
        (
            '    match event.type:\n        case "StepDecided":',
            '    match event.type:\n        case "Breathed":\n            return thread\n        case "StepDecided":',
        ),
    ],
    "bot/engine/perform.py": [
        (
            "        await self._reads.decided(session, answer)\n",
            '        from bot.core.events import Breathed\n        await session.record(Breathed(id=f"breath:{answer.id}", actor="engine"))\n        await self._reads.decided(session, answer)\n',
        ),
    ],
}


def newer(folder: Path) -> Path:
    """The tree of the newer code, in this folder."""
    tree = folder / "newer"
    for part in ("bot", "channels", "agents"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in CHANGES.items():
        text = (tree / name).read_text()
        for old, new in changes:
            assert text.count(old) == 1, f"{name} no longer has {old!r} once"
            text = text.replace(old, new)
        (tree / name).write_text(text)
    return tree
