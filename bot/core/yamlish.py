"""Yamlish: a JSON value as compact YAML. Deterministic, bounded, and it loads back as the very same value.

The text is for a reader who pays by the character: one line a field, quotes only where a reader of YAML 1.1 or 1.2
could take the text for something else. Whatever is doubtful is a double-quoted JSON string on one line, in which
everything that hides is written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from pydantic import JsonValue

from bot.core.visible import HIDDEN_RANGES, visible

MOST_CHARACTERS = 100_000  # Far above the cap of a tool's result: a guard, not a budget.
MOST_BLOCK_LEVELS = 12  # Deeper values go on one line, or their indentation would outweigh them.
MOST_LEVELS = 60
CUT = "# cut here: the value is longer"
TOO_DEEP = '"[too deep to be shown]"'
FLOW_LIST_CHARACTERS = 80
# A YAML reader looks for the colon of a plain entry within 1,024 characters.
MOST_KEY_CHARACTERS = 500

# Begins with a letter, digit, slash or parenthesis; holds no ": ", no " #" and no white space but single spaces inside.
_PLAIN_BUT_FOR = r"[\w/(](?:[^\s:#{}]++|:(?=\S)|(?<=\S)#| (?=\S))*"
_PLAIN = re.compile(_PLAIN_BUT_FOR.format(HIDDEN_RANGES))
# Nothing hides in what can be printed, and looking for it is most of the work.
_PLAIN_IF_PRINTABLE = re.compile(_PLAIN_BUT_FOR.format(""))
_FLOW_MARKS = re.compile(r"[,\[\]{}?:]")
# Read as something other than text by one reader of YAML or another: numbers, base sixty, dates, and the words below.
_NOT_TEXT = re.compile(
    r"[\d_][\d_.,]*(?:e[-+]?\d+)?|0[xob][\da-f_]+|[\d_]+(?::\d+)+(?:\.\d*)?|\d{4}-\d\d?-.*",
    re.IGNORECASE,
)
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"))
# A literal block begins with something that is not white space and holds nothing that hides.
_LITERAL = re.compile(rf"[^\s{HIDDEN_RANGES}][^{HIDDEN_RANGES}]*[^\n{HIDDEN_RANGES}]\n?")


def dump(value: JsonValue, *, most: int = MOST_CHARACTERS) -> str:
    """The value as YAML without a final line feed.

    Beyond `most` characters it is for the eye alone: the line is cut there and a comment says that the rest is missing.
    """
    kept: list[str] = []
    for line in _lines(value, 0):
        if len(line) > most:
            return "\n".join((*kept, line[: max(most, 0)], CUT))
        most -= len(line) + 1
        kept.append(line)
    return "\n".join(kept)


def _lines(value: JsonValue, level: int) -> Iterator[str]:
    """The lines of a value, as if it stood at the left margin."""
    inline = _inline(value, level)
    if inline is not None:
        yield inline
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(key, item, level + 1)
    elif isinstance(value, list):
        yield from chain.from_iterable(_hung("- ", _lines(item, level + 1)) for item in value)
    else:
        yield from _literal(str(value))


def _inline(value: JsonValue, level: int) -> str | None:
    """The value on one line, where it belongs on one."""
    match value:
        case str():
            return None if "\n" in value and _LITERAL.fullmatch(value) else _string(value)
        case dict() if value and level < MOST_BLOCK_LEVELS:
            return None
        case list() if value and level < MOST_BLOCK_LEVELS:
            return _short_list(value)
        case _:
            return _flow(value, level)


def _short_list(items: list[JsonValue]) -> str | None:
    """A list of a few scalars fits on one line."""
    if len(items) > FLOW_LIST_CHARACTERS or any(isinstance(item, dict | list) for item in items):
        return None
    text = _flow(items, 0)
    return text if len(text) <= FLOW_LIST_CHARACTERS else None


def _entry(key: str, value: JsonValue, level: int) -> Iterable[str]:
    """One entry of a mapping. A list hangs at the margin of its key, a mapping two spaces in."""
    name, inline = _string(key), _inline(value, level)
    if len(name) > MOST_KEY_CHARACTERS:
        lines = _lines(value, level) if inline is None else (inline,)
        return chain((f"? {name}",), _hung(": ", lines))
    if inline is not None:
        return (f"{name}: {inline}",)
    lines = _lines(value, level)
    if isinstance(value, str):
        return chain((f"{name}: {next(lines)}",), lines)
    return chain((f"{name}:",), lines if isinstance(value, list) else _hung("  ", lines))


def _hung(mark: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines behind a mark of two characters."""
    for line in lines:
        yield f"{mark}{line}" if line else line
        mark = "  "


def _literal(text: str) -> Iterator[str]:
    """A text of several lines, as it reads; the caller's margin is its own."""
    yield "|" if text.endswith("\n") else "|-"
    # A text's own last line feed becomes an empty line, so that it is there even at the end of everything.
    yield from (f"  {line}" if line else "" for line in text.split("\n"))


def _string(text: str) -> str:
    return text if _is_plain(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    if text.isidentifier() and text.isascii() and not text.startswith("_"):
        return text.lower() not in _WORDS
    pattern = _PLAIN_IF_PRINTABLE if text.isascii() and text.isprintable() else _PLAIN
    return (
        pattern.fullmatch(text) is not None
        and _NOT_TEXT.fullmatch(text) is None
        and text.lower() not in _WORDS
    )


def _quoted(text: str) -> str:
    return visible(json.dumps(text, ensure_ascii=False))


def _flow(value: JsonValue, level: int) -> str:
    """The value on one line, whatever it is."""
    match value:
        case str():
            return value if _is_plain(value) and not _FLOW_MARKS.search(value) else _quoted(value)
        case float():
            return _float(value)
        case dict() | list() if value and level >= MOST_LEVELS:
            return TOO_DEEP
        case dict():
            return (
                f"{{{', '.join(_flow_entry(key, item, level + 1) for key, item in value.items())}}}"
            )
        case list():
            return f"[{', '.join(_flow(item, level + 1) for item in value)}]"
        case int() if value.bit_length() > 4_000:
            # Python refuses to write out huge decimals; in hexadecimal they are cheap.
            return hex(value)
        case _:
            return json.dumps(value)


def _flow_entry(key: str, value: JsonValue, level: int) -> str:
    mark = "? " if len(key) > MOST_KEY_CHARACTERS else ""
    return f"{mark}{_quoted(key)}: {_flow(value, level)}"


def _float(value: float) -> str:
    """A point is always there: `1e20` is text to a reader of YAML 1.1."""
    text = repr(value)
    if text in ("inf", "-inf", "nan"):
        return text.replace("inf", ".inf").replace("nan", ".nan")
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if mark and "." not in mantissa else text
