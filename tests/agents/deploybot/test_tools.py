"""deploybot's tools on a real repository: what a card says is what is pushed, and what cannot be done disturbs nobody."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import JsonValue

from bot.kit import Call, Card, Refused
from bot.kit.agent import Agent
from bot.kit.call import Unsure, call_for
from bot.kit.house import load_house
from bot.kit.lint import lint
from bot.kit.load import load_agent, load_agents
from bot.kit.people import People
from bot.kit.picture import Pictured

AGENTS = Path(__file__).parents[3] / "agents"
HEAD = "538568d55641c2b95846a1ea694ccabac1deee73"
BEFORE = "d4e704c69e744c0b4da7fe222416571da561e205"
V141 = "7de2ff2f7d666e6d4e894ff2c59384d319dd6eec"

Json = dict[str, JsonValue]
PUSH: Json = {"tag": "v1.5.0", "commit": HEAD, "message": "Release v1.5.0\n\n- CSV export"}
BACK: Json = {"to_tag": "v1.4.1", "reason": "totals are wrong"}


def plain(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def agent() -> Agent:
    return load_agent(AGENTS / "deploybot", load_house(), People())


class Bench:
    """The agent's tools with this clone as their repository, called as the engine calls them."""

    def __init__(self, agent: Agent, environ: Mapping[str, str]) -> None:
        self._agent, self._environ = agent, environ

    def _call(self, name: str) -> Call:
        tool = self._agent.tool(name)
        return call_for(tool, key="k", thread="T", requester="alice", environ=self._environ)

    async def run(self, name: str, arguments: Json | None = None) -> JsonValue:
        result = await self._agent.tool(name).run(arguments or {}, self._call(name))
        assert not isinstance(result, Pictured)
        return result

    async def show(self, name: str, arguments: Json) -> Card:
        return await self._agent.tool(name).show(arguments, self._call(name))


@pytest.fixture
def bench(agent: Agent, clone: Path) -> Bench:
    return Bench(agent, {"BOT_DEPLOY_REPO": str(clone), "HOME": "elsewhere"})


def fields(result: JsonValue) -> Json:
    assert isinstance(result, dict)
    return result


# ---- the agent as it is declared -------------------------------------------------------------------------------------
def test_the_agent_loads_with_the_people_of_the_house_and_has_nothing_to_mend() -> None:
    people = People.load(AGENTS / "_house" / "people.yaml")
    agents = load_agents([AGENTS], people)
    assert [finding for finding in lint(agents) if finding.agent == "deploybot"] == []
    assert agents["deploybot"].approvers == ("alice", "bob")


def test_reading_is_free_and_every_release_is_decided_by_a_human(agent: Agent) -> None:
    kinds = {name: agent.approval(name) for name in agent.tools}
    assert kinds == {
        **dict.fromkeys(("list_tags", "list_commits", "show_commit"), "never"),
        **dict.fromkeys(("push_tag", "roll_back"), "always"),
    }


@pytest.mark.parametrize("name", ["push_tag", "roll_back"])
def test_a_release_is_never_repeated_and_its_approval_never_loosened(
    agent: Agent, name: str
) -> None:
    assert not agent.tool(name).idempotent
    assert not agent.tool(name).reversible


async def test_without_a_repository_one_sentence_says_what_is_missing(agent: Agent) -> None:
    with pytest.raises(Refused, match="BOT_DEPLOY_REPO must name a local clone"):
        await Bench(agent, {}).run("list_tags")


# ---- reads -----------------------------------------------------------------------------------------------------------
async def test_tags_come_with_the_commits_they_stand_for(bench: Bench) -> None:
    assert await bench.run("list_tags", {"limit": 2}) == [
        {
            "tag": "v1.4.2",
            "commit": "752b75d8f30929715d8529455779356f4bccbef3",
            "date": "2026-11-08",
            "subject": "Release v1.4.2",
        },
        {"tag": "v1.4.1", "commit": V141, "date": "2026-11-06", "subject": "Release v1.4.1"},
    ]


async def test_commits_are_counted_since_the_newest_release_unless_said_otherwise(
    bench: Bench, remote: Path
) -> None:
    for name in ("v2.0.0-rc.1", "v1.4.2-rollback.1", "nightly"):
        plain(remote, "tag", name, "main")
    found = fields(await bench.run("list_commits"))
    assert (found["since_tag"], found["total"], found["head"]) == ("v1.4.2", 2, HEAD)
    earlier = fields(await bench.run("list_commits", {"since_tag": "v1.4.0", "limit": 1}))
    assert earlier["total"] == 5
    assert earlier["commits"] == [
        {
            "commit": "538568d",
            "date": "2026-11-10",
            "author": "Bo Lind",
            "subject": "Add CSV export of a day's orders",
        }
    ]


async def test_where_nothing_was_released_every_commit_is_listed(
    bench: Bench, remote: Path
) -> None:
    plain(remote, "tag", "-d", "v1.4.0", "v1.4.1", "v1.4.2")
    found = fields(await bench.run("list_commits"))
    assert (found["since_tag"], found["total"]) == (None, 8)


async def test_a_commit_is_shown_with_its_full_id(bench: Bench) -> None:
    assert str(await bench.run("show_commit", {"commit": "538568d"})).startswith(f"commit {HEAD}")


async def test_a_failed_read_is_one_plain_sentence(bench: Bench, remote: Path) -> None:
    remote.rename(remote.with_name("gone"))
    with pytest.raises(Refused, match="the remote is not a git repository, or is gone"):
        await bench.run("list_commits")


# ---- pushing ---------------------------------------------------------------------------------------------------------
async def test_the_card_says_what_ships_where_and_which_commit(bench: Bench) -> None:
    card = await bench.show("push_tag", PUSH)
    assert card.text == (
        "Push tag v1.5.0 to ../remote.git\n"
        f"Commit {HEAD}\n"
        "Ships 2 commits since v1.4.2:\n"
        "- 538568d Add CSV export of a day's orders (Bo Lind)\n"
        "- d4e704c Fix totals a cent short after a discount (Chi Okafor)"
    )


async def test_an_older_commit_ships_only_what_it_holds(bench: Bench) -> None:
    card = await bench.show("push_tag", {**PUSH, "commit": BEFORE})
    assert "Ships 1 commit since v1.4.2:\n- d4e704c" in card.text
    assert "CSV" not in card.text


async def test_a_branch_beside_the_default_one_ships_what_it_holds(
    bench: Bench, clone: Path
) -> None:
    plain(clone, "checkout", "-q", "-b", "hotfix", "v1.4.1")
    plain(clone, "commit", "-q", "--allow-empty", "-m", "Fix it there")
    plain(clone, "push", "-q", "origin", "hotfix")
    sha = plain(clone, "rev-parse", "HEAD")
    card = await bench.show("push_tag", {**PUSH, "tag": "v1.4.1.1", "commit": sha})
    assert "v1.4.1.1 is no version number" in card.text
    card = await bench.show("push_tag", {**PUSH, "tag": "v1.4.2-hotfix", "commit": sha})
    assert "lower than the newest release, v1.4.2" in card.text
    assert "Ships 1 commit since v1.4.1:" in card.text


async def test_the_url_on_the_card_holds_no_password(bench: Bench, clone: Path) -> None:
    plain(clone, "config", "remote.origin.url", "https://bob:hunter2@127.0.0.1:9/backend.git")
    with pytest.raises(Refused) as refused:
        await bench.show("push_tag", PUSH)
    assert "hunter2" not in str(refused.value)


async def test_a_card_names_the_commits_it_has_no_room_for(bench: Bench, clone: Path) -> None:
    for number in range(20):
        plain(clone, "commit", "-q", "--allow-empty", "-m", f"Fix number {number}")
    plain(clone, "push", "-q", "origin", "main")
    card = await bench.show("push_tag", {**PUSH, "commit": plain(clone, "rev-parse", "HEAD")})
    assert "Ships 22 commits since v1.4.2:" in card.text
    assert card.text.endswith("… and 7 more")


async def test_the_pins_hold_until_the_remotes_tags_change(bench: Bench, remote: Path) -> None:
    before = (await bench.show("push_tag", PUSH)).pins
    assert before["commit"] == HEAD
    assert (await bench.show("push_tag", PUSH)).pins == before
    plain(remote, "tag", "somebody-elses", "main")
    assert (await bench.show("push_tag", PUSH)).pins != before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tag": "v1.4.2"}, "v1.4.2 is already on the remote, at 752b75d8.*; tags never move"),
        ({"tag": "--force"}, "is not a name"),
        ({"tag": "../../heads/main"}, "is not a name"),
        ({"tag": "538568d5"}, "reads like a commit"),
        ({"commit": "main"}, f"main is {HEAD} now; propose push_tag with that full id"),
        ({"commit": HEAD[:12]}, f"{HEAD[:12]} is {HEAD} now"),
        ({"commit": "v1.4.1"}, f"v1.4.1 is {V141} now"),
        ({"commit": "f" * 40}, "is not known on the remote"),
        ({"commit": "--all"}, "is not a name"),
        ({"message": " \n "}, "message is empty"),
    ],
)
async def test_what_cannot_be_pushed_is_refused_before_anybody_is_asked(
    bench: Bench, change: Json, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        await bench.show("push_tag", {**PUSH, **change})


async def test_a_commit_that_is_only_in_the_clone_is_refused(bench: Bench, clone: Path) -> None:
    plain(clone, "commit", "-q", "--allow-empty", "-m", "Not pushed")
    with pytest.raises(Refused, match="is on no branch of the remote"):
        await bench.show("push_tag", {**PUSH, "commit": plain(clone, "rev-parse", "HEAD")})


async def test_what_is_pushed_is_the_commit_on_the_card_and_it_was_read_back(
    bench: Bench, remote: Path
) -> None:
    assert await bench.run("push_tag", PUSH) == {
        "tag": "v1.5.0",
        "commit": HEAD,
        "on_remote": "../remote.git",
    }
    assert plain(remote, "rev-parse", "v1.5.0^{commit}") == HEAD
    assert plain(remote, "tag", "-l", "--format=%(contents)", "v1.5.0") == PUSH["message"]


async def test_a_second_push_of_the_same_tag_is_refused_and_moves_nothing(
    bench: Bench, remote: Path
) -> None:
    await bench.run("push_tag", PUSH)
    for again in (PUSH, {**PUSH, "commit": BEFORE}):
        with pytest.raises(Refused, match=r"v1\.5\.0 is already on the remote"):
            await bench.show("push_tag", again)
        with pytest.raises(Refused, match=r"v1\.5\.0 is already on the remote"):
            await bench.run("push_tag", again)
    assert plain(remote, "rev-parse", "v1.5.0^{commit}") == HEAD


async def test_a_push_the_remote_declines_failed_and_is_not_in_doubt(
    bench: Bench, remote: Path
) -> None:
    hook(remote / "hooks" / "pre-receive", "exit 1")
    with pytest.raises(Refused, match="pre-receive hook declined"):
        await bench.run("push_tag", PUSH)


async def test_a_push_that_cannot_be_read_back_is_in_doubt(bench: Bench, remote: Path) -> None:
    hook(remote / "hooks" / "post-receive", f"mv '{remote}' '{remote}.gone'")
    with pytest.raises(Unsure, match=r"whether tag v1\.5\.0 reached the remote is not known"):
        await bench.run("push_tag", PUSH)


def hook(path: Path, body: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


# ---- rolling back ----------------------------------------------------------------------------------------------------
async def test_the_card_of_a_roll_back_says_its_new_tag_and_what_is_taken_back(
    bench: Bench,
) -> None:
    card = await bench.show("roll_back", BACK)
    assert card.text == (
        "Roll back to v1.4.1: push tag v1.4.1-rollback.1 to ../remote.git\n"
        f"Commit {V141}\n"
        "Takes back 2 commits that v1.4.2 has and v1.4.1 has not:\n"
        "- 752b75d Fix discounts missing from totals (Ana Ruiz)\n"
        "- 651bc8c Fix charges tried twice after a timeout (Bo Lind)"
    )
    assert (card.pins["new tag"], card.pins["commit"]) == ("v1.4.1-rollback.1", V141)


async def test_a_roll_back_pushes_the_tag_that_was_pinned(bench: Bench, remote: Path) -> None:
    pinned = (await bench.show("roll_back", BACK)).pins["new tag"]
    result = fields(await bench.run("roll_back", BACK))
    assert (result["tag"], result["commit"]) == (pinned, V141)
    assert plain(remote, "rev-parse", f"{pinned}^{{commit}}") == V141
    assert (await bench.show("roll_back", BACK)).pins["new tag"] == "v1.4.1-rollback.2"


async def test_a_roll_back_to_a_tag_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(Refused, match=r"there is no tag v9\.9\.9 on the remote"):
        await bench.show("roll_back", {**BACK, "to_tag": "v9.9.9"})


async def test_a_roll_back_to_a_name_without_version_takes_back_from_the_newest_release(
    bench: Bench, remote: Path
) -> None:
    plain(remote, "tag", "stable", "v1.4.0")
    card = await bench.show("roll_back", {**BACK, "to_tag": "stable"})
    assert "push tag stable-rollback.1" in card.text
    assert "Takes back 3 commits that v1.4.2 has and stable has not" in card.text
