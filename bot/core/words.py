"""Words: what a whole message says when it says one thing alone. Closed lists; everything else is a message."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Approve:
    """`approve`, alone."""


@dataclass(frozen=True, slots=True)
class Deny:
    """`deny`, with or without a reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """`stop`, alone."""


Said = Approve | Deny | Stop

# One row a language. A word counts in every language: nobody approves by accident in a language they do not write.
APPROVE = {"en": ("approve",), "de": ("genehmigen",)}
DENY = {"en": ("deny",), "de": ("ablehnen",)}
STOP = {"en": ("stop",), "de": ("stopp",)}

_APPROVE = {word for row in APPROVE.values() for word in row}
_DENY = [word for row in DENY.values() for word in row]
_STOP = {word for row in STOP.values() for word in row}
_HELLO = r"(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe|lieber|guten (?:tag|morgen|abend))"
_NAMES = r"(?:[ \t]+(?:(?i:all|bot|everyone|team|there)|@?[^\W\d_a-z][\w.'’-]*)){0,3}[ \t]*[,.!:]?"
_ANYBODY = r"(?:[ \t]+@?\w[\w.'’-]*){1,2}[ \t]*[,.!:]"
# Nobody is called this: "Hello No" above the word is no greeting.
_NOBODY = r"(?i:no|nope|nah|not|never|don|cannot|can|won|wait|stop|hold|deny|nein|nicht|kein\w*|niemals|warte\w*)"
# A greeting line and no more: "Hello, I would rather not" above the word must not be taken for one.
_GREETING = re.compile(rf"\A{_HELLO}(?![^\n]*\b{_NOBODY}\b)(?:{_NAMES}|{_ANYBODY})[ \t\r]*\n\s*")
_DENIAL = re.compile(rf"\A(?:{'|'.join(_DENY)})\b(?P<reason>.*)\Z", re.IGNORECASE | re.DOTALL)
# Of every word and greeting above; `test_words` holds it.
_INITIALS = frozenset("adghls")
_LEAD = re.compile(r"\A[\s:,;.–—-]*(?:(?:because|since|weil)\b[\s:,]*)?", re.IGNORECASE)


def read(text: str) -> Said | None:
    """The one thing this message says, if it says one of ours. A question says nothing."""
    if text.lstrip()[:1].lower() not in _INITIALS:
        return None  # Most messages: every fold reads each of them anew, so that is seen at once.
    text = _GREETING.sub("", text.strip(), count=1).strip()
    if text.endswith("?"):
        return None
    alone = plain(text)
    if alone in _APPROVE:
        return Approve()
    if alone in _STOP:
        return Stop()
    denial = _DENIAL.match(text)
    return Deny(_LEAD.sub("", denial["reason"]).strip()) if denial else None


def plain(text: str) -> str:
    """Case, spacing and final punctuation taken away."""
    return " ".join(text.split()).rstrip(".! ").casefold()


def choose(text: str, choices: tuple[str, ...]) -> str | None:
    """The choice that this text names, by its number (from 1) or its own words; None: it names none."""
    said = plain(text)
    by_name = {plain(choice): choice for choice in choices}
    if said in by_name:
        return by_name[said]
    if said.isascii() and said.isdigit() and len(said) < 4 and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    return None
