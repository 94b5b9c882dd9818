"""Chooser: stands for the model. It reads what it is shown and chooses anything that a model might, sense or nonsense."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from pydantic import JsonValue

from bot.core.values import Usage
from bot.model.port import Answer, ModelFailed, ToolUse

TOOLS = ("look", "note", "store", "ship", "ship", "launch", "pay")
ENDS = ("done_for_now", "done_for_now", "nothing_to_do", "stand_by")
REQUEST = re.compile(r'request="([^"]+)"')
GRANTED = re.compile(r"<(ship|pay) ")
_STEP = re.compile(r"<(done_for_now|stand_by)")
USAGE = Usage(input=100, output=10)


def choose(text: str, chance: Random, *, is_calm: bool) -> Answer:
    """The next step for this rendered thread. Raises `ModelFailed`."""
    if is_calm:
        return _end(text)
    roll = chance.random()
    if roll < 0.06:
        raise ModelFailed("transient", "529", retry_seconds=chance.choice((None, 3.0)))
    if roll < 0.08:
        raise ModelFailed(chance.choice(("refusal", "permanent", "malformed")), "no")
    return _answer(*_CHOICES[int(chance.random() * len(_CHOICES))](text, chance))


def _end(text: str) -> Answer:
    """Calm: the work ends, and where that was malformed because something is open, it stands by."""
    last = text.rpartition("<malformed")[2]
    is_open = "ends the work, but" in last and not _STEP.search(last)
    return _answer(("stand_by", {}) if is_open else ("done_for_now", {"message": "Done."}))


Use = tuple[str, dict[str, JsonValue]]


def _answer(*uses: Use) -> Answer:
    return Answer(
        uses=tuple(ToolUse(name=name, arguments=given) for name, given in uses), usage=USAGE
    )


def _work(text: str, chance: Random) -> list[Use]:
    names = chance.choices(TOOLS, k=chance.choice((1, 1, 2, 3)))
    if (before := GRANTED.findall(text)) and chance.random() < 0.8:
        names[0] = before[-1]  # More of the same, as a grant is for.
    return [_use(name, chance.randint(1, 9)) for name in names]


def _use(name: str, size: int) -> Use:
    because: dict[str, JsonValue] = (
        {"because": "asked"} if name in ("ship", "launch", "pay") else {}
    )
    return name, {"size": size, **because}


def _question(text: str, chance: Random) -> list[Use]:
    return [("request_human_input", {"question": "Which?", "options": {"ask": ["bob"]}})]


def _wait(text: str, chance: Random) -> list[Use]:
    return [("await", {"seconds": chance.randint(1, 30), "reason": "later"})]


def _rest(text: str, chance: Random) -> list[Use]:
    given: dict[str, dict[str, JsonValue]] = {
        "done_for_now": {"message": "Done."},
        "nothing_to_do": {"reason": "Nothing."},
        "stand_by": {"message": "I wait."} if chance.random() < 0.5 else {},
    }
    name = chance.choice(ENDS)
    return [(name, given[name])]


def _withdrawal(text: str, chance: Random) -> list[Use]:
    """Takes back something that was asked, and asks for something else in its place."""
    requests = REQUEST.findall(text)
    if not requests:
        return _work(text, chance)
    withdraw: Use = ("withdraw", {"request": chance.choice(requests[-4:]), "reason": "better so"})
    return [withdraw, _use("ship", chance.randint(1, 9))]


def _nonsense(text: str, chance: Random) -> list[Use]:
    return [chance.choice((("fly", {}), ("ship", {"size": 0}), ("await", {"reason": "?"})))]


Choice = Callable[[str, Random], list[Use]]
_CHOICES: tuple[Choice, ...] = (
    *[_work] * 10,
    _question,
    _wait,
    *[_rest] * 2,
    _withdrawal,
    _nonsense,
)
