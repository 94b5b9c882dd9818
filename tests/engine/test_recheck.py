"""The last look before a claim, without a worker: what it compares, and with whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from bot.core.events import MessageReceived
from bot.engine import recheck
from bot.engine.toolbox import Toolbox
from bot.kit.load import load_agents
from bot.kit.people import People
from tests.core.build import HERE, Story, gated

TOOLS = """
import json
from pathlib import Path
from bot.kit import Card, tool

PIN = Path(__file__).parents[2] / "pin"

@tool(approval="always")
async def sign():
    "Sign a paper."

@sign.preview
async def show() -> Card:
    return Card("Signs.", pins=json.loads(PIN.read_text()))
"""
Open = Callable[[str], Toolbox]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """The toolbox of a worker that starts with this people file."""
    home = tmp_path / "agents" / "clerk"
    home.mkdir(parents=True)
    (home / "agent.md").write_text("---\napprovers: [alice, bob]\n---\nYou are a clerk.\n")
    (home / "tools.py").write_text(TOOLS)
    (tmp_path / "pin").write_text("{}")

    def toolbox(people: str) -> Toolbox:
        file = tmp_path / "people.yaml"
        file.write_text(people)
        return Toolbox(load_agents([tmp_path / "agents"], People.load(file)), {})

    return toolbox


async def asked(toolbox: Toolbox, by: str = "alice") -> tuple[Story, str]:
    """What this person asks for, its card made."""
    story = Story()
    story.tell(MessageReceived(id="m", at=1, actor=by, address=HERE, text="sign", agent="clerk"))
    (call,) = story.step(gated("sign"))
    story.previewed(call, await toolbox.card(story.thread, story.call(call)))
    return story, f"{call}-v1"


@pytest.mark.parametrize(("before", "after"), [(1, True), (1, "1"), (0, False), ([1, 2], [2, 1])])
async def test_a_pin_of_another_kind_has_moved(
    opened: Open, tmp_path: Path, before: JsonValue, after: JsonValue
) -> None:
    toolbox, pin = opened("people: {alice: {}, bob: {}}\n"), tmp_path / "pin"
    pin.write_text(json.dumps({"left": before}))
    story, request = await asked(toolbox)
    story.approve(request)
    assert await recheck.void(toolbox, story.thread, story.call(request)) is None
    pin.write_text(json.dumps({"left": after}))
    void = await recheck.void(toolbox, story.thread, story.call(request))
    assert void is not None
    assert void.reason == "what it was approved on has changed: left"


@pytest.mark.parametrize("account", ["slack:U2", "slack:U2@guest", "email:bob@example.com"])
async def test_whoever_asked_before_the_people_file_knew_them_does_not_approve_that(
    opened: Open, account: str
) -> None:
    """Bob is named as an approver, by this account too, after he asked: he is one person all the same."""
    story, request = await asked(opened("people: {alice: {}, bob: {}}\n"), by=account)
    known = opened("people: {alice: {}, bob: {slack: T1/U2, email: Bob@example.com}}\n")
    [outdated] = await recheck.stale(known, story.thread)
    assert outdated.then == "preview"
    story.approve(request)
    void = await recheck.void(known, story.thread, story.call(request))
    assert void is not None
    assert void.reason == "somebody who approved this may no longer do so"
    anew = await known.card(story.thread, story.call(request))
    assert anew.approvers == ("alice",)
    assert f"bob asked for this as {account}, and so does not approve it." in anew.text


async def test_nobody_stands_in_for_whoever_asked_before_the_people_file_knew_them(
    opened: Open,
) -> None:
    known = opened(
        "people: {alice: {}, bob: {slack: U2, away: 2999-01-01, deputy: dave}, dave: {}}\n"
    )
    story, request = await asked(known, by="slack:U2")
    shown = story.call(request).card
    assert shown is not None
    assert shown.deputies == ()
