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


@dataclass(frozen=True, slots=True)
class Pass:
    """`pass to NAME`."""

    to: str


@dataclass(frozen=True, slots=True)
class Later:
    """`later 09:00` or `later 2h`; `when` as it was written."""

    when: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """`ignore`, alone."""


Said = Approve | Deny | Stop
PutOff = Pass | Later | Ignore

# One row a language. A word counts in every language: nobody approves by accident in a language they do not write.
APPROVE = {"en": ("approve",), "de": ("genehmigen",)}
DENY = {"en": ("deny",), "de": ("ablehnen",)}
STOP = {"en": ("stop",), "de": ("stopp",)}
PASS = {"en": ("pass to",), "de": ("weiter an",)}
LATER = {"en": ("later",), "de": ("später",)}
IGNORE = {"en": ("ignore",), "de": ("ignorieren",)}
# What people write in the place of a verdict. It decides nothing, and its author is told how to decide.
NEARLY_FOR = {
    "en": (
        *("yes", "yes please", "yep", "yeah", "yup", "y", "sure", "ok", "okay", "k", "fine", "agreed", "great", "please"),
        *("lgtm", "looks good", "looks good to me", "sounds good", "good to go", "ship it", "go", "go ahead", "go for it"),
        *("do it", "approved", "i approve", "i approve this", "approve it", "approve this", "approve that", "please approve"),
    ),
    "de": (
        *("ja", "ja bitte", "jo", "jep", "klar", "passt", "gut", "in ordnung", "einverstanden", "bitte", "los", "mach"),
        *("mach das", "sieht gut aus", "freigegeben", "genehmigt", "genehmige", "ich genehmige", "bitte genehmigen"),
    ),
}  # fmt: skip
NEARLY_AGAINST = {
    "en": ("no", "no thanks", "nope", "nah", "n", "don't", "do not", "denied", "i deny", "reject", "rejected"),
    "de": ("nein", "nein danke", "nee", "abgelehnt", "ich lehne ab", "bitte ablehnen"),
}  # fmt: skip
NEARLY = {language: (*row, *NEARLY_AGAINST[language]) for language, row in NEARLY_FOR.items()}

_APPROVE_WORDS = [word for row in APPROVE.values() for word in row]
_APPROVE = set(_APPROVE_WORDS)
_DENY = [word for row in DENY.values() for word in row]
_STOP = {word for row in STOP.values() for word in row}
_IGNORE = {word for row in IGNORE.values() for word in row}
_PASS = re.compile(rf"(?:{'|'.join(w for row in PASS.values() for w in row)}) @?(?P<to>[\w.'-]+)")
_LATER = re.compile(
    rf"(?:{'|'.join(w for row in LATER.values() for w in row)}) (?P<when>\d{{1,2}}:\d\d|\d{{1,4}} ?[mhdw])"
)
# `approve for 30 minutes`: what more than one word says is read where words come in, since no older log was folded by it.
_LASTING = re.compile(
    rf"(?:{'|'.join(w for row in APPROVE.values() for w in row)}) (?:for|für) (?P<many>\d{{1,4}}) ?"
    r"(?:(?P<minutes>m|min|minutes?|minuten?)|(?P<hours>h|hours?|stunden?))"
)
SIGN = "👍"
_NEARLY = {SIGN, *_APPROVE, *_DENY, *(word for row in NEARLY.values() for word in row)}
# A thumb, a tick, a rocket and their like, drawn or named, in any skin.
SIGNS = re.compile(
    r":(?:[+-]1|thumbs?_?(?:up|down)|(?:white|heavy)_check_mark|ballot_box_with_check|ok(?:_hand)?|rocket|ship(?:it)?|x)"
    r"(?:::skin-tone-\d)?:|[👍👎✅✔☑👌🆗🚀🚢❌]\ufe0f?[\U0001f3fb-\U0001f3ff]?"
)
_JOINTS = re.compile(r"[,.;!\n–—-]+|\b(?:and|und)\b", re.IGNORECASE)
_HELLO = r"(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe|lieber|guten (?:tag|morgen|abend))"
_NAMES = r"(?:[ \t]+(?:(?i:all|bot|everyone|team|there)|@?[^\W\d_a-z][\w.'’-]*)){0,3}[ \t]*[,.!:]?"
_ANYBODY = r"(?:[ \t]+@?\w[\w.'’-]*){1,2}[ \t]*[,.!:]"
# Nobody is called this: "Hello No" above the word is no greeting.
_NOBODY = r"(?i:no|nope|nah|not|never|don|cannot|can|won|wait|stop|hold|deny|nein|nicht|kein\w*|niemals|warte\w*)"
# A greeting line and no more: "Hello, I would rather not" above the word must not be taken for one.
_GREETING = re.compile(rf"\A{_HELLO}(?![^\n]*\b{_NOBODY}\b)(?:{_NAMES}|{_ANYBODY})[ \t\r]*\n\s*")
_DENIAL = re.compile(rf"\A(?:{'|'.join(_DENY)})\b(?P<reason>.*)\Z", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(
    rf"\A(?:(?P<approves>{'|'.join(_APPROVE_WORDS)})|{'|'.join(_DENY)}):?[ \t]+"
    r"`?(?P<name>[^\s`]+-v[0-9]{1,9})`?(?![\w-])(?P<rest>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
# Of every word and greeting above; `test_words` holds it.
_INITIALS = frozenset("adghls")
_LEAD = re.compile(r"\A[\s:,;.–—-]*(?:(?:because|since|weil)\b[\s:,]*)?", re.IGNORECASE)


def read(text: str) -> Said | None:
    """The one thing this message says, if it says one of ours. A question says nothing."""
    if text.lstrip()[:1].lower() not in _INITIALS:
        return None  # Most messages: every fold reads each of them anew, so that is seen at once.
    text = _ungreeted(text.strip())
    if text.endswith("?"):
        return None
    alone = plain(text)
    if alone in _APPROVE:
        return Approve()
    if alone in _STOP:
        return Stop()
    denial = _DENIAL.match(text)
    return Deny(_LEAD.sub("", denial["reason"]).strip()) if denial else None


def put_off(text: str) -> PutOff | None:
    """What this message does instead of deciding, if that is all it says; a name or a time that is missing says nothing."""
    alone = plain(_ungreeted(text.strip()))
    if alone in _IGNORE:
        return Ignore()
    if passed := _PASS.fullmatch(alone):
        return Pass(passed["to"])
    later = _LATER.fullmatch(alone)
    return Later(later["when"]) if later else None


def named(text: str) -> tuple[str, Approve | Deny] | None:
    """The request that the whole message names beside its verdict on it: `approve NAME`, `deny NAME REASON`."""
    if "-v" not in text:
        return None
    text = _ungreeted(text.strip())
    found = None if text.endswith("?") else _NAMED.match(text)
    if not found:
        return None
    if not found["approves"]:
        return found["name"], Deny(_LEAD.sub("", found["rest"]).strip())
    return None if plain(found["rest"]) else (found["name"], Approve())


def lasting(text: str) -> int | None:
    """For how many minutes this message approves, if that is all it says."""
    said = _LASTING.fullmatch(plain(_ungreeted(text.strip())))
    if said is None:
        return None
    return int(said["many"]) * (60 if said["hours"] else 1)


def to_request(text: str, request: str) -> str:
    """What is said to the request that these words begin with, whatever version they name; empty: they name another or none."""
    if request not in text:
        return ""
    said = re.match(rf"\s*{re.escape(request)}(?:-v\d+)?(?:\s*[:,]|\s)(.*)", text, re.DOTALL)
    return said[1].strip() if said else ""


def nearly(text: str) -> bool:
    """Whether the whole message is made of what people take for a verdict, and is none."""
    bare = SIGNS.sub(f",{SIGN},", _ungreeted(text.strip())).replace("’", "'")
    parts = [part for part in map(plain, _JOINTS.split(bare)) if part]
    return bool(parts) and all(part in _NEARLY for part in parts) and read(text) is None


def _ungreeted(text: str) -> str:
    """The text without a greeting line above it. Nobody greets at length, and a long line would take long to tell."""
    line, end, _ = text.partition("\n")
    return _GREETING.sub("", text, count=1).strip() if end and len(line) < 200 else text


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
