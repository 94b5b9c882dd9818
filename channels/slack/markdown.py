"""Markdown: what a model wrote, as Slack takes it: nobody is pinged by it, nothing hides in it, and it fits.

Slack reads its own `<…>` marks inside a markdown block too, code included. It shows `&lt;` as the sign itself and does
not read it again, so that an escaped mark is only text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.visible import visible

# A block takes 12,000 characters, all markdown blocks of a message together too, and a message about 13,200 in all:
# this leaves room for what the frame adds.
MOST_CHARACTERS = 11_000

_BROADCAST = re.compile(r"(?<!\w)@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_MARK = re.compile(r"<(?=[!@#]|[a-z][\w+.-]*:)", re.IGNORECASE)
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)")
_LINK = re.compile(r"\[(?P<label>[^\[\]\n]*)\]\((?P<address>[^()\s]++)[^()\n]*\)")
_HALF_ESCAPED = re.compile(r"&[a-z]{0,3}\Z")


@dataclass(frozen=True, slots=True)
class _Part:
    """A paragraph, a table or a block of code. Where it is cut, each piece begins with `head` and ends with `tail`."""

    lines: list[str]
    head: str = ""
    tail: str = ""


def inert(text: str) -> str:
    """The text as a markdown block takes it, with every ping taken out and all that hides written out."""
    lines = visible(text.replace("\r\n", "\n")).split("\n")
    parts = (_inert(part) for part in _parts(lines))
    return _BROADCAST.sub("@ ", "\n".join("\n".join(part) for part in parts))


def pieces(text: str, most: int = MOST_CHARACTERS) -> tuple[str, ...]:
    """The inert text in pieces of at most so many characters, cut between paragraphs where that can be."""
    packed = [""]
    for part in _parts(inert(text).split("\n")):
        for chunk in _chunks(part, most):
            longer = f"{packed[-1]}\n{chunk}" if packed[-1] else chunk
            if len(longer) > most:
                packed.append(chunk)
            else:
                packed[-1] = longer
    return tuple(piece.strip("\n") for piece in packed if piece.strip())


def mrkdwn(text: str, most: int) -> str:
    """The text as it is, for a place where Slack reads its older markup; at most so many characters."""
    text = _BROADCAST.sub("@ ", visible(text.replace("\r\n", "\n")))
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= most:
        return escaped
    return _HALF_ESCAPED.sub("", escaped[: most - 1]) + "…"


def would_ping(text: str) -> bool:
    """Whether a sign is put into this text to keep it from calling everybody."""
    return _BROADCAST.search(text) is not None


# ---- no pings --------------------------------------------------------------------------------------------------------
def _inert(part: _Part) -> Iterator[str]:
    """In code only what Slack would read is escaped; elsewhere a tag would vanish, so that all is."""
    is_code = bool(part.tail)
    for line in _all_lines(part):
        yield _MARK.sub("&lt;", line) if is_code else _undisguised(line.replace("<", "&lt;"))


def _undisguised(line: str) -> str:
    return _LINK.sub(_written_out, line)


def _written_out(link: re.Match[str]) -> str:
    """A link that reads as one address and leads to another shows both; any other stays a link."""
    label, address = link["label"].strip(), link["address"]
    reads_as_address = "://" in label or label.startswith("www.")
    return f"{label} ({address})" if reads_as_address and label != address else link[0]


# ---- parts -----------------------------------------------------------------------------------------------------------
def _parts(lines: list[str]) -> Iterator[_Part]:
    """The text in its parts; a blank line belongs to the paragraph above it."""
    at = 0
    while at < len(lines):
        end, part = _code(lines, at) or _table(lines, at) or _paragraph(lines, at)
        yield part
        at = end


def _code(lines: list[str], start: int) -> tuple[int, _Part] | None:
    """A fenced block; one that is never closed is closed at the end."""
    opening = _FENCE.fullmatch(lines[start])
    if opening is None:
        return None
    fence = opening["fence"]
    for end in range(start + 1, len(lines)):
        line = lines[end].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return end + 1, _Part(lines[start + 1 : end], lines[start], lines[end])
    return len(lines), _Part(lines[start + 1 :], lines[start], fence)


def _table(lines: list[str], start: int) -> tuple[int, _Part] | None:
    if start + 1 >= len(lines) or "|" not in lines[start] or "|" not in lines[start + 1]:
        return None
    if not _is_rule(lines[start + 1]):
        return None
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end, _Part(lines[start + 2 : end], "\n".join(lines[start : start + 2]))


def _is_rule(line: str) -> bool:
    """Whether this is the line below a table's header: `|---|:-:|`."""
    cells = line.strip().strip("|").split("|")
    return all("-" in cell and not cell.strip().strip(":").strip("-") for cell in cells)


def _paragraph(lines: list[str], start: int) -> tuple[int, _Part]:
    end = start + 1
    while end < len(lines) and not _begins_anew(lines, end):
        end += 1
    return end, _Part(lines[start:end])


def _begins_anew(lines: list[str], at: int) -> bool:
    after_blank = not lines[at - 1].strip() and bool(lines[at].strip())
    return after_blank or _FENCE.fullmatch(lines[at]) is not None or _table(lines, at) is not None


def _all_lines(part: _Part) -> list[str]:
    around = [part.head] if part.head else []
    return [*around, *part.lines, *([part.tail] if part.tail else [])]


# ---- cutting ---------------------------------------------------------------------------------------------------------
def _chunks(part: _Part, most: int) -> Iterable[str]:
    """The part whole if it fits, else in chunks that each stand alone."""
    whole = "\n".join(_all_lines(part))
    if len(whole) <= most:
        return (whole,)
    room = most - len(part.head) - len(part.tail) - 2
    if room < most // 2:  # Such a head is no head.
        return _packed(_all_lines(part), most)
    return (
        "\n".join(_all_lines(_Part([chunk], part.head, part.tail)))
        for chunk in _packed(part.lines, room)
    )


def _packed(lines: list[str], most: int) -> Iterator[str]:
    """The lines in as few chunks as their order allows; a line that is too long is cut at a space."""
    chunk: str | None = None
    for line in (short for whole in lines for short in _short(whole, most)):
        longer = line if chunk is None else f"{chunk}\n{line}"
        if len(longer) <= most:
            chunk = longer
            continue
        yield chunk or ""
        chunk = line
    yield chunk or ""


def _short(line: str, most: int) -> Iterator[str]:
    while len(line) > most:
        space = line.rfind(" ", most // 2, most)
        end = space if space > 0 else most - len(_half_escaped(line[:most]))
        yield line[:end]
        line = line[end:].removeprefix(" ") if space > 0 else line[end:]
    yield line


def _half_escaped(text: str) -> str:
    found = _HALF_ESCAPED.search(text)
    return found[0] if found else ""
