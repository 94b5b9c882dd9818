"""Script: what a story consists of. The people and the model go by what they see, so that a death only delays them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import JsonValue

from bot.core.values import Word
from bot.engine.trouble import Patience
from bot.model.decide import CONTEXT_TOKENS
from bot.model.port import Answer, ModelFailed, ToolUse
from tests.simulation.world import Fault, Point

if TYPE_CHECKING:
    from tests.crashpoints.scene import Scene

How = Literal["well", "at once", "large", "picture", "broken", "refused", "unsure once", "slow"]
Use = tuple[str, Mapping[str, JsonValue]]
Line = tuple[str, Answer]
When = Callable[["Scene"], bool]


# ---- the model ---------------------------------------------------------------------------------------------------
def use(*uses: Use) -> Answer:
    """The answer that makes these calls."""
    return Answer(uses=tuple(ToolUse(name=name, arguments=dict(given)) for name, given in uses))


def job(tool: str, item: str, how: How = "well") -> Use:
    because: dict[str, JsonValue] = {"because": "asked"} if tool in ("ship", "launch") else {}
    return tool, {"item": item, "how": how, **because}


def done(words: str = "Done.") -> Answer:
    return use(("done_for_now", {"message": words}))


@dataclass(frozen=True)
class Trouble:
    """The model's provider fails like this until then; `of`: only where this model is asked."""

    failure: Callable[[], ModelFailed]
    until: When
    of: str = ""


# ---- people ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Beat:
    """Once this is so, somebody does that; the next beat waits for it."""

    when: When
    act: Callable[[Scene], None]


def always(_: Scene) -> bool:
    return True


def never(_: Scene) -> bool:
    return False


def says(
    text: str, when: When = always, by: str = "alice", thread: int = 0, agent: str = "porter"
) -> Beat:
    return Beat(when, lambda scene: scene.say(text, by, thread, agent))


def presses(word: Word, tool: str, by: str, version: int = 1, item: str | None = None) -> Beat:
    """A press on a card of this tool, once its showing of this number can be seen."""
    given: dict[str, JsonValue] = {"item": item} if item else {}
    return Beat(
        lambda scene: scene.card(tool, version) is not None,
        lambda scene: scene.press(word, tool, version, by, given),
    )


def answers(text: str, by: str = "bob") -> Beat:
    """An answer to a question, or to a hold, once it can be seen."""
    return Beat(lambda scene: scene.asked() is not None, lambda scene: scene.answer(text, by))


def does(act: Callable[[Scene], None], when: When) -> Beat:
    return Beat(when, act)


def started(tool: str) -> When:
    return lambda scene: any(start.tool == tool for start in scene.world.ledger.starts)


def shown(words: str) -> When:
    return lambda scene: any(words in str(each.message) for each in scene.world.ledger.shown)


@dataclass(frozen=True)
class Once:
    """A fault that belongs to the story: it befalls the first so many that come by since then, as long as it is not over."""

    fault: Fault
    port: str
    name: str
    phase: str
    times: int = 1
    until: When = never
    since: When = always

    def catches(self, point: Point) -> bool:
        return (point.port, point.phase) == (self.port, self.phase) and point.name.startswith(
            self.name
        )


SWIFT = Patience(first_seconds=1.0, longest_seconds=2.0)


@dataclass(frozen=True)
class Story:
    """One life of a thread or two. `model`: the last of these lines whose words it has read is what it does."""

    name: str
    model: tuple[Line, ...]
    beats: tuple[Beat, ...]
    trouble: Trouble | None = None
    faults: tuple[Once, ...] = ()
    unsure: Mapping[int, str] = field(default_factory=dict[int, str])
    """What is answered about an unknown outcome after so many starts; `happened` where nothing is said."""
    as_good: tuple[Story, ...] = ()
    """Stories whose end is as good: a death may keep somebody's words up, or take the story's own fault away."""
    question_seconds: int = 3_600
    context_tokens: int = CONTEXT_TOKENS
    patience: Patience = SWIFT
    second: str = ""
    """The model that is asked where the first cannot be."""
    agent: str = "porter"
    reads_on: bool = False
    """Whether its listener remembers how far it has read, and begins from there."""
