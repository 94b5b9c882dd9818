"""How a reading is compared with what a corpus file says. The rules are in tests/corpus/README.md."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict, cast

REPLIES = Path(__file__).parents[2] / "corpus" / "replies"

# Marks that nobody sees and that clients add or drop: byte order mark, soft hyphen, zero width, direction.
_UNSEEN = re.compile("[\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069]")
_QUOTE = re.compile(r"^(?:>\s?)+")
_BULLET = re.compile(r"^[*•‣·–-]\s+(?=\S)")
_FINAL = " \t\r\n.!?…。！？"
# Words between a verdict and its reason; a reader may keep or drop them.
_LINK = re.compile(
    r"^(?:[\s:,;.–—-]|，|：|、|because\b|as\b|since\b|weil\b|da\b|denn\b|parce que\b|car\b|porque\b|pois\b|bo\b|ponieważ\b"
    r"|omdat\b|perché\b|потому что\b|eftersom\b|för att\b|理由|因为|to\b|an\b)+",
    re.IGNORECASE,
)
Verdict = dict[str, str]


class Case(TypedDict):
    """What a corpus file says of its mail."""

    reply: str
    subject: str
    client: str
    language: str
    kind: str
    verdict: Verdict | None
    answerable: bool
    why: str
    layout: str
    also: NotRequired[list[str]]
    signoff: NotRequired[str]
    verdict_ok: NotRequired[list[Verdict | None]]
    near_miss: NotRequired[bool]
    doubtful: NotRequired[bool]


def cases() -> Iterator[tuple[str, Path, Case]]:
    """(name, .eml, the .json's content) of every mail, in order."""
    for path in sorted(REPLIES.glob("*.eml")):
        yield (
            path.stem,
            path,
            cast("Case", json.loads(path.with_suffix(".json").read_text("utf-8"))),
        )


def sender(case: Case) -> str:
    """The address that it is from; `from` is no name in Python."""
    return cast("dict[str, str]", case)["from"]


def lines_of(text: str) -> list[str]:
    """A text's lines as they are compared."""
    lines = list[str]()
    for each in _seen(text).split("\n"):
        line = " ".join(each.split())
        marks = _QUOTE.match(line)
        if marks:
            line = ">" * marks.group().count(">") + " " + line[marks.end() :]
        line = _BULLET.sub("- ", line).strip()
        if line and line.strip(">"):
            lines.append(line)
    return lines


def words_of(text: str) -> list[str]:
    """A text's words as they are compared."""
    return re.findall(r"\w+", _seen(text).casefold())


def same(one: str, other: str, layout: str = "flow") -> bool:
    """Whether two texts are the same under this layout."""
    if layout == "words":
        return words_of(one) == words_of(other)
    first, second = lines_of(one), lines_of(other)
    return first == second if layout == "lines" else " ".join(first) == " ".join(second)


def accepted(case: Case) -> list[str]:
    """Every text that counts as exact: `reply`, what `also` lists, each with or without the sign-off."""
    texts = [case["reply"], *case.get("also", [])]
    signoff = case.get("signoff")
    return texts + [f"{each}\n\n{signoff}" for each in texts] if signoff else texts


def exact(got: str, case: Case) -> bool:
    return any(same(got, each, case.get("layout", "flow")) for each in accepted(case))


def lost(got: str, case: Case) -> list[str]:
    """Words the person wrote that the reading has not (an exact reading has lost none)."""
    if exact(got, case):
        return []
    have, gone = words_of(got), list[str]()
    for word in words_of(case["reply"]):
        if word in have:
            have.remove(word)
        else:
            gone.append(word)
    return gone


def verdict_right(got: Verdict | None, case: Case) -> bool:
    """`got` is None or {"word", "rest"}."""
    for want in [case["verdict"], *case.get("verdict_ok", [])]:
        if want is None or got is None:
            if want is got:
                return True
        elif got["word"] == want["word"] and (
            _rest(got["rest"]) == _rest(want["rest"]) or want["word"] == "edit"
        ):
            return True
    return False


def verdict_false(got: Verdict | None, case: Case) -> bool:
    """The grave mistake: a verdict is read that the mail does not give (reading none is not this)."""
    fine = [each["word"] for each in [case["verdict"], *case.get("verdict_ok", [])] if each]
    return got is not None and got["word"] not in fine


def _seen(text: str) -> str:
    return (
        _UNSEEN.sub("", unicodedata.normalize("NFC", text))
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )


def _rest(text: str) -> str:
    return _LINK.sub("", " ".join(lines_of(text)).casefold()).strip(_FINAL)
