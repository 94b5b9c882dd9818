"""Flowed: paragraphs that a client broke by itself become one line again (RFC 3676)."""

from __future__ import annotations

SIGNATURE = "-- "


def unfolded(text: str, *, drops_space: bool) -> str:
    """The text with its soft breaks undone, each depth of quoting by itself."""
    found: list[tuple[int, list[str]]] = []
    is_open = False
    for line in text.split("\n"):
        depth, said = _marks(line)
        is_soft = said.endswith(" ") and said != SIGNATURE
        if is_open and found[-1][0] == depth and said != SIGNATURE:
            found[-1][1].append(_soft(said, drops=is_soft and drops_space))
        else:
            found.append((depth, [_soft(said, drops=is_soft and drops_space)]))
        is_open = is_soft
    return "\n".join(_line(depth, "".join(parts)) for depth, parts in found)


def _soft(said: str, *, drops: bool) -> str:
    return said[:-1] if drops else said


def _line(depth: int, said: str) -> str:
    return f"{'>' * depth} {said}".rstrip(" ") if depth else said


def _marks(line: str) -> tuple[int, str]:
    """How deeply it is quoted, and what it says without the blank that stuffs it."""
    said = line.lstrip(">")
    return len(line) - len(said), said if said == SIGNATURE else said.removeprefix(" ")
