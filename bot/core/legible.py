"""Legible: a value and its name as whoever decides on it reads them. No two different values read the same.

What stands on one line is YAML. A text of several lines stands as it is, but for what the eye would miss: a space at the
end of a line is written ␠, a tab has ␉ before it, a last line feed is ␊, a look-alike has its code point behind it. A structure is
set two spaces in, where no such text begins. What could still pass for something else is JSON on one line.
"""

from __future__ import annotations

import json
import re

from pydantic import JsonValue

from bot.core.look_alikes import MARK, marked, spelled
from bot.core.visible import exact, is_exact, visible
from bot.core.yamlish import TOO_DEEP, dump

_NEVER_CUT_CHARACTERS = 1_000_000_000
_SPACE, _TAB, _END = "␠", "␉", "␊"
_SIGNS = re.compile(f"[{_SPACE}{_TAB}{_END}]")
_PLAIN_NAME = re.compile(r"\w[\w.-]*(?: [\w.-]+)*")


def legible(value: JsonValue) -> str:
    """A value in full, however long."""
    text = in_full(value)
    if MARK in text:
        return _as_json(value)
    if "\n" not in text:
        return exact(marked(text))
    if _SIGNS.search(text) or not is_exact(text):
        return _as_json(value)
    if not isinstance(value, str):
        return "\n".join(f"  {_marked(line)}" if line else "" for line in text.split("\n"))
    lines = "\n".join(map(_marked, value.removesuffix("\n").split("\n")))
    if "\n" not in lines:
        return _as_json(value)
    return lines + _END * value.endswith("\n")


def legible_name(name: str) -> str:
    """A name on one line: as it is where it is plain, else as JSON."""
    is_plain = _PLAIN_NAME.fullmatch(name) and is_exact(name) and marked(name) == name
    return name if is_plain else _as_json(name)


def in_full(value: JsonValue) -> str:
    """A value as YAML that loads back as the very same; as JSON where it is too deep for that."""
    text = dump(value, most=_NEVER_CUT_CHARACTERS)
    return visible(json.dumps(value, ensure_ascii=False)) if TOO_DEEP in text else text


def _as_json(value: JsonValue) -> str:
    return spelled(exact(json.dumps(value, ensure_ascii=False)))


def _marked(line: str) -> str:
    kept = line.rstrip(" ")
    spaced = marked(kept) + _SPACE * (len(line) - len(kept))
    return spaced.replace("\t", f"{_TAB}\t")
