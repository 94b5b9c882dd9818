"""What a demo stands on: all in its own folder, and one rule loosened in a copy, never in the agent itself."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import JsonValue

from bot.app import house
from bot.cli import demo_stage
from bot.cli.demo_stage import AGENT, REAL_AGENT, Stage, alias, set_up
from bot.kit.load import load_agents
from bot.kit.people import People

PUSH: dict[str, JsonValue] = {"tag": "v9.9.9", "commit": "0" * 40, "message": "Release"}


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DEPLOY_REPO", "set anew by the stage")
    monkeypatch.setattr(getpass, "getuser", lambda: "ana")
    return await set_up(None, fresh=False)


async def test_the_person_at_the_terminal_is_owner_and_may_approve_what_they_asked_for(
    stage: Stage,
) -> None:
    rule = house(stage.settings).agents[AGENT].rule("push_tag", PUSH)
    assert stage.settings.owner == "ana"
    assert (rule.kind, rule.approvers, rule.self_approval) == ("gated", ("ana",), True)


async def test_the_agent_itself_goes_on_denying_self_approval(stage: Stage) -> None:
    people = People.load(stage.home / "people.yaml")
    real = load_agents((REAL_AGENT.parent,), people)[AGENT]
    assert real.rule("push_tag", PUSH).self_approval is False
    assert real.body == house(stage.settings).agents[AGENT].body


async def test_set_up_twice_is_the_same(stage: Stage) -> None:
    again = await set_up(None, fresh=False)
    assert again == stage
    assert house(again.settings).agents[AGENT].digest == house(stage.settings).agents[AGENT].digest


async def test_a_store_named_for_the_bot_itself_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_DEPLOY_REPO", "set anew by the stage")
    monkeypatch.setenv("REDIS_URL", "redis://example.com")
    monkeypatch.setenv("BOT_HOME", str(tmp_path / "elsewhere"))
    stage = await set_up(None, fresh=False)
    assert stage.settings.redis_url is None
    assert stage.home == tmp_path / "elsewhere" / "demo"


async def test_every_repository_has_a_demo_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    theirs = await set_up(stage.repo, fresh=False)
    assert theirs.home != stage.home
    assert theirs.repo == stage.repo
    assert theirs.sample is None


def _nobody() -> str:
    raise OSError("no such user")


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (lambda: "Ana.Ruiz", "ana.ruiz"),
        (lambda: "EXAMPLE\\ana ruiz", "example-ana-ruiz"),
        (lambda: "engine", "engine-at-terminal"),
        (lambda: "releasers", "releasers-at-terminal"),
        (lambda: "名前", "you"),
        (_nobody, "you"),
    ],
)
def test_whatever_the_user_is_called_the_people_file_takes_it(
    monkeypatch: pytest.MonkeyPatch, user: Callable[[], str], name: str
) -> None:
    monkeypatch.setattr(getpass, "getuser", user)
    assert alias() == name


def test_the_copy_is_made_of_the_agent_that_is_shipped() -> None:
    assert (demo_stage.REAL_AGENT / "agent.md").is_file()
