"""The script that plays the person: it denies once, approves what comes then, and looks before it says what happened."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from pydantic import JsonValue

from bot.cli.demo_script import Script, answer, denial
from bot.core.events import Event
from bot.core.outbox import Approval, Question, UnknownOutcome, pending
from bot.core.thread import Thread
from tests.core.build import Story, asking, card, doubtful, gated, question, working

SHA = "538568d55641c2b95846a1ea694ccabac1deee73"


class Outside:
    """The log and the remote as a script finds them; the remote changes from look to look."""

    def __init__(self, story: Story, *looks: Mapping[str, str]) -> None:
        self._story = story
        self._looks = list(looks)
        self.extended: list[float] = []

    async def log(self) -> Sequence[Event]:
        return self._story.log

    async def tags(self) -> Mapping[str, str]:
        return self._looks.pop(0) if len(self._looks) > 1 else self._looks[0]

    def script(self) -> Script:
        return Script("Ship it.", self.log, self.tags, self.extended.append)


def open_approval(tag: str) -> Approval:
    story, _ = asking()
    (request,) = pending(story.thread)
    assert isinstance(request, Approval)
    return replace(request, arguments={"tag": tag})


def unknown_push(now: float) -> tuple[Story, UnknownOutcome]:
    arguments: dict[str, JsonValue] = {"tag": "v1.5.0", "commit": SHA}
    story, _ = doubtful(gated("push_tag", **arguments).model_copy(update={"kind": "write"}))
    (request,) = pending(story.thread)
    assert isinstance(request, UnknownOutcome)
    return story, replace(request, may_retry_at=int(now * 1000))


async def test_it_begins_with_the_proposal() -> None:
    assert await Outside(Story(), {}).script()(Thread("T")) == "Ship it."


async def test_it_denies_the_first_proposal_and_approves_the_second() -> None:
    story, request = asking()
    script = Outside(story, {}).script()
    assert str(await script(story.thread)).startswith("deny ")
    story.deny(request)
    (call,) = story.step(gated())
    story.previewed(call, card())
    story.delivered(f"{call}-v1")
    assert await script(story.thread) == "approve"


@pytest.mark.parametrize(
    ("tag", "wanted"), [("v1.4.3", "v1.5.0"), ("v1.5.0", "v1.5.1"), ("2.0.9", "2.1.0")]
)
def test_a_denial_names_another_version(tag: str, wanted: str) -> None:
    assert denial(open_approval(tag)).endswith(wanted)


def test_a_tag_that_is_no_version_is_denied_for_its_message() -> None:
    assert (
        denial(open_approval("nightly")) == "deny the message should name every commit that ships"
    )


def test_it_takes_the_first_choice_and_has_words_where_there_is_none() -> None:
    chosen, _ = working(question("Patch", "Minor"))
    free, _ = working(question())
    (one,), (other,) = pending(chosen.thread), pending(free.thread)
    assert isinstance(one, Question)
    assert isinstance(other, Question)
    assert answer(one) == "Patch"
    assert "not released" in answer(other)


async def test_it_stops_what_goes_on_asking() -> None:
    story = Story()
    story.message()
    script = Outside(story, {}).script()
    said: list[str | None] = []
    for _ in range(5):
        (call,) = story.step(question("Patch", asked=("alice",)))
        story.delivered(f"{call}-v1")
        said.append(await script(story.thread))
        story.answer(f"{call}-v1", "Patch")
    assert said == ["Patch", "Patch", "Patch", "Patch", "stop"]


async def test_what_is_on_the_remote_happened_however_late_it_came() -> None:
    story, unknown = unknown_push(now=time.time() + 60)
    outside = Outside(story, {}, {"v1.5.0": SHA})
    assert await outside.script().look(unknown) == "It happened"
    assert outside.extended[0] > 0


async def test_another_commit_under_the_tag_is_not_what_happened() -> None:
    story, unknown = unknown_push(now=time.time() - 60)
    assert await Outside(story, {"v1.5.0": "0" * 40}).script().look(unknown) == "Try again"


async def test_it_tries_again_only_when_the_first_try_can_no_longer_be_running() -> None:
    now = time.time()
    story, unknown = unknown_push(now=now)
    assert await Outside(story, {}).script().look(unknown) == "Try again"
    assert time.time() > unknown.may_retry_at / 1000


async def test_it_extends_a_hold_but_not_for_ever() -> None:
    story = Story()
    story.message()
    script = Outside(story, {}).script()
    said: list[str | None] = []
    for _ in range(5):
        story.undecided("permanent")
        said.append(await script(story.thread))
        (hold,) = pending(story.thread)
        story.answer(hold.request, "Try again")
    assert said == ["Try again", "Try again", "Try again", "Stop", "Stop"]
