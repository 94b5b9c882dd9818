"""Tags: the line of a card that names its request where a reply address cannot, and finding it again in what an answer quotes.

Clients wrap it, set marks before it, and put other blanks and signs that nobody sees into it: what stands between its letters does not count.
It begins with another letter than reply addresses do, so neither passes for the other.
"""

from __future__ import annotations

import re

SIGN, ID, SEAL = "t", 16, 24
LABEL = "Keep in your answer:"
# So many are looked up; our own stands high up in what is quoted.
MOST = 8
_GAP = r"[\s>|\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]{0,40}"
_LETTERS = rf"(?:{_GAP}[A-Za-z2-7])"
_BODY = rf"{_GAP}[{SIGN}{SIGN.upper()}]{_GAP}\.(?P<id>{_LETTERS}{{{ID}}}){_GAP}\.(?P<seal>{_LETTERS}{{{SEAL}}})"
_TAG = re.compile(rf"\[{_BODY}{_GAP}\]")
_LINE = re.compile(
    rf"(?:{_GAP.join(map(re.escape, LABEL.split()))}{_GAP})?{_TAG.pattern}", re.IGNORECASE
)
_SEALED = re.compile(rf"(?P<open>\[|%5[Bb]){_BODY}")
_OTHERS = re.compile(r"[^a-z2-7]")


def line(tag: str) -> str:
    """The line that an answer has to quote."""
    return f"{LABEL} [{tag}]"


def found(*texts: str) -> tuple[str, ...]:
    """The tags that can be seen in these, each once, as they were made."""
    tags = (
        f"{SIGN}.{_letters(each['id'])}.{_letters(each['seal'])}"
        for text in texts
        for each in _TAG.finditer(text)
    )
    return tuple(dict.fromkeys(tags))[:MOST]


def without(text: str) -> str:
    """The text without these lines: whoever copies one, or lets a link fill it in, says nothing by it."""
    return _LINE.sub("", text).strip() if _TAG.search(text) else text


def unsealed(text: str) -> str:
    """The text with tags that open nothing, those in links too."""
    return _SEALED.sub(lambda each: f"{each['open']}{SIGN}.{_letters(each['id'])}.…", text)


def _letters(spread: str) -> str:
    return _OTHERS.sub("", spread.lower())
