"""Names: which words may name a tag or a commit, and which version is newer."""

import re
from collections.abc import Iterable

from .command import GitFailed

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/@-]{0,199}")
_UNSOUND = re.compile(r"\.\.|//|/\.|@\{|\.lock(/|$)|\./|[./]$")
_HEX = re.compile(r"[0-9a-f]{7,64}")
_ROLLBACK = re.compile(r"(?P<base>.+)-rollback\.(?P<number>[1-9]\d{0,8})")
_VERSION = re.compile(
    r"(?:[A-Za-z][\w/@-]*?[-/@_])?[vV]?(?P<major>\d{1,9})\.(?P<minor>\d{1,9})"
    r"(?:\.(?P<patch>\d{1,9}))?(?:-(?P<early>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)

VersionKey = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def check_name(name: str) -> str:
    """The name itself, if it is safe as the last part of `refs/tags/` and as an argument."""
    sound = _NAME.fullmatch(name) and not _UNSOUND.search(name)
    if not sound or name.startswith("refs/") or name == "HEAD":
        raise GitFailed(f"{name[:80]!r} is not a name a tag or branch may have here")
    return name


def check_new_tag(name: str) -> str:
    """As `check_name`; a new tag must also not be mistakable for a commit."""
    if is_hex(check_name(name)):
        raise GitFailed(f"{name!r} reads like a commit, so it cannot name a tag")
    return name


def is_hex(name: str) -> bool:
    return _HEX.fullmatch(name) is not None


def version(name: str) -> VersionKey | None:
    """A key by which versions sort as semantic versioning says; None where the name is no version."""
    found = _VERSION.fullmatch(name)
    if not found:
        return None
    early = found["early"] or ""
    words = tuple(_word(word) for word in early.split(".")) if early else ()
    return int(found["major"]), int(found["minor"]), int(found["patch"] or 0), not early, words


def _word(word: str) -> tuple[bool, int, str]:
    if word.isdecimal():
        return False, int(word[:18]), ""
    return True, 0, word


def next_rollback(to_tag: str, existing: Iterable[str]) -> str:
    """The first free `<tag>-rollback.N`; rolling back to a roll-back counts on from its release."""
    found = _ROLLBACK.fullmatch(to_tag)
    base = found["base"] if found else to_tag
    matches = (_ROLLBACK.fullmatch(name) for name in existing)
    numbers = [int(match["number"]) for match in matches if match and match["base"] == base]
    return f"{base}-rollback.{max(numbers, default=0) + 1}"
