"""Wish: what people's words ask for, as far as a script can tell; what it cannot tell it calls unclear."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from .story import Element

Goal = Literal["ship", "roll_back", "look", "stop", ""]
Bump = Literal["patch", "minor", "major", ""]

_WORDS = ("message", "schedule", "answer", "denied", "withdrawn")
_GOALS: tuple[tuple[Goal, re.Pattern[str]], ...] = (
    ("roll_back", re.compile(r"\broll(ing)?[ -]?back\b|\b(go|going) back to\b|\brevert to\b")),
    (
        "look",
        re.compile(
            r"^\W*(deploybot\W+)?(what|which|how many|list|show|is there|are there)\b"
            r".*\b(ship|shipped|unshipped|released?|unreleased|new|changed|commits?|tags?|deployed)\b"
        ),
    ),
    ("ship", re.compile(r"\b(ship|release|deploy|publish|push|tag|cut|roll[ -]?out)\b")),
)
# At the beginning these outrank whatever else is said; further in, only where nothing else is asked for.
_HALT = re.compile(
    r"\W*(please )?(wait|hold|stop|later|cancel|abort|never mind|(do not|don't) (ship|release|deploy|push|tag)"
    r"|not (now|today|yet|this week))\b"
)
_STOP = re.compile(
    r"\b(wait|hold|stop|later|cancel|abort|nothing|neither|never mind|no need"
    r"|(do not|don't) (ship|release|deploy|push|tag|do)"
    r"|not (now|today|yet|this week))\b|^\W*(no|none)\W*$"
)
_AGAIN = re.compile(r"\b(again|retry)\b")
# What stands above the words of a first mail, and above many a request.
_OPENING = re.compile(
    r"\A(?:subject: [^\n]*\n\s*)?(?:(?:hi|hello|hey|dear|good morning)\b[^\n]{0,60}\n\s*)?",
    re.IGNORECASE,
)
_BUMPS: tuple[Bump, ...] = ("patch", "minor", "major")
_BUMP = re.compile(r"\b(?P<word>patch|minor|major)\b")
_VERSION = re.compile(
    r"(?<![\w./-])(?P<word>(?:[a-z][\w/-]{0,60}[-/@_])?"
    r"(?:v\d{1,9}\.\d{1,9}(?:\.\d{1,9})?|\d{1,9}\.\d{1,9}\.\d{1,9})"
    r"(?:-[0-9a-z]{1,20}(?:\.[0-9a-z]{1,20}){0,3})?)(?![\w]|\.\d)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"(\b(not|no|isn't|instead of|rather than|than)|n't)( be| use)?( an?| the)?\s*$"
)
_LOOK_BACK = 40
_PARTS = re.compile(
    r"(?P<prefix>.*?)(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?:[-+].*)?"
)


@dataclass(frozen=True)
class Wish:
    """What is wanted; `version` or `bump` only if somebody named it; `unclear`: nobody could follow `words`."""

    goal: Goal = ""
    version: str = ""
    bump: Bump = ""
    by: str = ""
    words: str = ""
    unclear: bool = False


def wish_of(told: Iterable[Element]) -> Wish:
    """The wish that these words add up to; later ones outrank earlier ones."""
    wish = Wish()
    for each in told:
        if each.tag in _WORDS and each.by:
            wish = _after(wish, each)
    return wish


def _after(wish: Wish, each: Element) -> Wish:
    text = each.body.strip()
    goal, version, bump = _goal(text), _first(_VERSION, text), _bump(text)
    said = replace(wish, by=each.by, words=_OPENING.sub("", text), unclear=False)
    if version or (bump and goal != "stop"):
        return replace(said, goal=_going_on(goal, wish.goal), version=version, bump=bump)
    if goal in ("roll_back", "stop"):
        return replace(said, goal=goal, version="", bump="")
    if each.tag in ("message", "schedule"):
        return replace(said, goal=goal) if goal else wish
    if each.tag == "answer" and _AGAIN.search(text.lower()):
        return replace(wish, unclear=False)
    return replace(said, version="", bump="", unclear=True)


def _going_on(goal: Goal, before: Goal) -> Goal:
    """A version alone goes on with what was under way, and ships where nothing was."""
    if goal in ("ship", "roll_back", "look"):
        return goal
    return before if before in ("ship", "roll_back") else "ship"


def _goal(text: str) -> Goal:
    lowered = text.lower()
    opened = _OPENING.sub("", lowered)
    found: list[Goal] = [
        goal for goal, pattern in _GOALS if pattern.search(opened) or pattern.search(lowered)
    ]
    if _HALT.match(opened) or (not found and _STOP.search(lowered)):
        return "stop"
    return found[0] if found else ""


def _bump(text: str) -> Bump:
    word = _first(_BUMP, text.lower())
    found: list[Bump] = [bump for bump in _BUMPS if bump == word]
    return found[0] if found else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    """The first word of its kind that is not there to be ruled out."""
    for found in pattern.finditer(text):
        before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
        if not _NEGATED.search(before):
            return found["word"]
    return ""


# ---- versions --------------------------------------------------------------------------------------------------------
def bumped(base: str, bump: Bump) -> str:
    """The next version after this one, in the form it has; empty where there is nothing to go by."""
    found = _PARTS.fullmatch(base)
    if not found or not bump:
        return ""
    prefix, major, minor = found["prefix"], int(found["major"]), int(found["minor"])
    tail = ".0" if found["patch"] else ""
    match bump:
        case "major":
            return f"{prefix}{major + 1}.0{tail}"
        case "minor":
            return f"{prefix}{major}.{minor + 1}{tail}"
        case _:
            return f"{prefix}{major}.{minor}.{int(found['patch'] or 0) + 1}"


def spelled(version: str, base: str, tags: Iterable[str]) -> str:
    """A version as this repository writes it: an existing tag is that tag, bare digits get the usual prefix."""
    known = {tag.lower(): tag for tag in tags}
    found = _PARTS.fullmatch(base)
    prefix = found["prefix"] if found and version[:1].isdigit() else ""
    return known.get(version.lower()) or known.get(f"{prefix}{version}".lower()) or prefix + version


_FEATURE = re.compile(r"(feat|add|allow|introduce|support|implement|offer|create)\b", re.IGNORECASE)
_FIX = re.compile(
    r"(fix|fixes|bugfix|hotfix|correct|repair|prevent|avoid|handle|perf|refactor|docs?|test|chore|ci|style)\b",
    re.IGNORECASE,
)


def clear_bump(subjects: Iterable[str]) -> Bump:
    """The kind of release that these commits make beyond doubt; empty where they leave room for two."""
    kinds: set[Bump] = {_kind(subject) for subject in subjects}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind(subject: str) -> Bump:
    if re.match(r"\w+(\([^)]*\))?!:", subject) or "BREAKING" in subject:
        return ""
    if _FEATURE.match(subject):
        return "minor"
    return "patch" if _FIX.match(subject) else ""
