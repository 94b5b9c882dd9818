"""Quotes: where in a reply somebody else's words begin, by the marks that clients set. Lines in, lines out; nothing is learned.

A line that only looks like a mark stays: better a quote too many than a word too few.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email.reading import tongues

LONGEST = 400
HEAD_LINES = 10
_COLON = re.compile(r"[:：]")
LONGEST_LABEL = 25
_RULE = re.compile(r"\s*(?:[_—–-]{5,}|[=*]{10,})\s*")
_DASHES = "-_—–"
_TIME = re.compile(r"\d{1,2}[:.h時时点]\s?\d{2}|\d{1,2}\s?(?:uur|uhr|h)\b", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
_END = (":", "：", ":*", "：*")
_WORDS = re.compile(r"\s+")


def _names(kind: Sequence[str]) -> frozenset[str]:
    return frozenset(each.casefold() for each in kind)


_KINDS = {
    "from": _names(tongues.FROM),
    "date": _names(tongues.DATE),
    "to": _names(tongues.TO),
    "subject": _names(tongues.SUBJECT),
    "other": _names(tongues.OTHER),
}
_WROTE = re.compile(
    "|".join(sorted((re.escape(each.casefold()) for each in tongues.WROTE), key=len, reverse=True))
)
_ORIGINAL = tuple(each.casefold() for each in tongues.ORIGINAL)
_PASSED_ON = tuple(each.casefold() for each in tongues.PASSED_ON)


def plain(line: str) -> str:
    """A line in small letters, one blank between words."""
    return (
        _WORDS.sub(
            " ",
            line.replace("\u200e", "")
            .replace("\u200f", "")
            .replace("\u202a", "")
            .replace("\u202c", ""),
        )
        .strip()
        .casefold()
    )


def depth(line: str) -> int:
    """How deeply a line is quoted by its marks; some clients set the initials of whoever wrote it before the first."""
    found = 0
    initials = _INITIALS.match(line)
    line = line[initials.end() - 1 :] if initials else line
    for sign in line[:100]:
        if sign == ">":
            found += 1
        elif sign not in " \u00a0":
            break
    return found if line[:1] == ">" else 0


def kinds(line: str) -> set[str]:
    """What the label of this line may name; by hand, as below."""
    said, *more = _COLON.split(line[:LONGEST], maxsplit=1)
    label = plain(said.strip(" \t\u00a0>*_"))
    if not more or not more[0] or len(label) > LONGEST_LABEL:
        return set()
    return {kind for kind, names in _KINDS.items() if label in names}


def head(lines: Sequence[str], at: int) -> int:
    """How many lines from here on are the head of a mail that is quoted (From, Sent, To, Subject); 0: there is none.

    A head has three kinds of lines, one of them a sender and one a date or an address: prose that begins so has not.
    """
    first = kinds(lines[at])
    if not first & {"from", "date", "subject"}:
        return 0
    found, end, has_fact = set[str](), at, False
    for number in range(at, min(at + HEAD_LINES, len(lines))):
        line = lines[number]
        if not line.strip(" >*\u00a0"):
            if number == at or len(found) >= 3:
                break
            continue
        told = kinds(line)
        if not told:
            # A long list of recipients goes on in the next line.
            if number > at and found and ("@" in line or line[:1] in " \t") and len(found) < 4:
                continue
            break
        found |= told if len(told) == 1 else told - found or told
        has_fact = (
            has_fact
            or "@" in line
            or bool(_YEAR.search(line[:LONGEST]))
            or bool(_TIME.search(line[:LONGEST]))
        )
        end = number + 1
    needed = {"from"} <= found and len(found & {"date", "to", "subject"}) >= 2
    return end - at if needed and has_fact else 0


def original(line: str) -> bool:
    """Whether this line says that a whole mail follows which is answered."""
    return _is_said(line, _ORIGINAL)


def passed_on(line: str) -> bool:
    """Whether this line says that a whole mail follows which is passed on."""
    said = plain(line[:LONGEST])
    if _is_said(line, _PASSED_ON):
        return True
    return said.rstrip(":： ") in _PASSED_ON and said.endswith((":", "："))


def _is_said(line: str, words: Sequence[str]) -> bool:
    """Whether these words stand between dashes; by hand: a pattern would try every way to part the blanks."""
    said = line.strip() if len(line) <= LONGEST else ""
    inner = said.lstrip(_DASHES)
    if not 2 <= len(said) - len(inner) <= 20:
        return False
    said = plain(inner.rstrip(f" \t:{_DASHES}"))
    return any(said.startswith(each) and len(said) <= len(each) + 40 for each in words)


def rule(line: str) -> bool:
    """Whether it is drawn across the page."""
    return len(line) <= LONGEST and _RULE.fullmatch(line) is not None


def wrote(text: str) -> bool:
    """Whether these words are what a client sets above a quote: who wrote when."""
    said = plain(text[: 2 * LONGEST])
    ends = said.rstrip("- ").endswith(_END) or said.endswith(("---", "----"))
    return ends and _WROTE.search(said) is not None


def dated(text: str) -> bool:
    """Whether an address or a day of a year is named."""
    text = text[: 2 * LONGEST]
    return _ADDRESS.search(text) is not None or (
        _YEAR.search(text) is not None and _TIME.search(text) is not None
    )


_INITIALS = re.compile(r" {0,2}[^\W\d_a-z]{1,3}>(?= |$)")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{2,}")


def attribution(lines: Sequence[str], end: int, *, is_marked: bool) -> int:
    """How many lines before `end` say who wrote what follows; 0: none. Where no marked quote follows, more is asked for."""
    for count in range(1, 5):
        start = end - count
        if start < 0 or not lines[start].strip() or depth(lines[start]):
            return 0
        text = " ".join(line.strip() for line in lines[start:end])
        if len(text) > 2 * LONGEST:
            return 0
        said = plain(text)
        if wrote(text) and (dated(text) or (is_marked and _YEAR.search(text))):
            return count + _above(lines, start)
        if (
            is_marked
            and said.endswith(_END)
            and _ADDRESS.search(text)
            and (_YEAR.search(text) or count == 1)
        ):
            return count + _above(lines, start)
        if is_marked and wrote(text) and count > 1:
            return count
        if (
            is_marked
            and count == 1
            and wrote(text)
            and (start == 0 or not lines[start - 1].strip())
        ):
            return count
    return 0


def _above(lines: Sequence[str], start: int) -> int:
    """A line of the date alone that stands above it."""
    if start == 0:
        return 0
    line = lines[start - 1].strip()
    is_date = (
        _YEAR.search(line) is not None and len(line) < 100 and not line.endswith((".", "!", "?"))
    )
    return (
        1
        if is_date
        and (line.endswith((",", "-", ":")) or _TIME.search(line) is not None)
        and len(line.split()) <= 10
        else 0
    )
