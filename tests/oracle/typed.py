"""Whether a typed message is a verdict, a stop, or only words."""

from dataclasses import dataclass
from enum import Enum

GREETINGS = ("hi", "hello", "hey", "dear")
MENTIONS = ("@bot", "bot")
FINAL = ".!"


class Said(Enum):
    """What a whole message amounts to."""

    APPROVE = "approve"
    DENY = "deny"
    STOP = "stop"
    REMARK = "remark"


@dataclass(frozen=True)
class Typed:
    """What was said, and the reason given for a denial."""

    said: Said
    reason: str = ""


def read(text: str) -> Typed:
    """Read a message as a verdict only when it is nothing but one."""
    words = _stripped(text.split())
    if _is_only(words, "approve"):
        return Typed(Said.APPROVE)
    if _is_only(words, "stop"):
        return Typed(Said.STOP)
    if words and _plain(words[0]) == "deny":
        return Typed(Said.DENY, " ".join(words[1:]))
    return Typed(Said.REMARK)


def _stripped(words: list[str]) -> list[str]:
    """The words without a greeting and mention before them."""
    while words and _plain(words[0]) in GREETINGS + MENTIONS:
        words = words[1:]
    return words


def _is_only(words: list[str], word: str) -> bool:
    """Whether the words are that one word."""
    return len(words) == 1 and _plain(words[0]) == word


def _plain(word: str) -> str:
    """A word in small letters without punctuation after it."""
    return word.lower().rstrip(FINAL + ",:")
