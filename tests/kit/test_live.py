"""Live: groups that are kept elsewhere are remembered for a while, and a failure is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.kit.document import AgentError
from bot.kit.live import FRESH_SECONDS, Live
from bot.kit.people import People

GROUP = "slack:T1/S1"


class Kept:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = False

    async def members(self, group: str) -> tuple[str, ...]:
        self.asked.append(group)
        if self.fails:
            message = "the line\nbroke"
            raise OSError(message)
        return ("U1", "U2")


def test_a_group_that_was_never_read_is_nobody() -> None:
    assert Live((GROUP,)).members(GROUP) == ()
    assert Live((GROUP,)).trouble(GROUP) == "not read yet"


async def test_what_was_read_is_remembered_for_less_than_a_minute() -> None:
    live, kept = Live((GROUP,)), Kept()
    live.reads_from({"slack": kept})
    await live.fresh([GROUP])
    await live.fresh([GROUP])
    assert (live.members(GROUP), live.trouble(GROUP)) == (("U1", "U2"), "")
    assert kept.asked == ["T1/S1"]
    assert FRESH_SECONDS < 60


async def test_a_failure_is_nobody_is_told_and_is_tried_again() -> None:
    live, kept = Live((GROUP,)), Kept()
    live.reads_from({"slack": kept})
    kept.fails = True
    await live.fresh([GROUP])
    assert (live.members(GROUP), live.trouble(GROUP)) == ((), "the line broke")
    assert live.is_away(GROUP)
    kept.fails = False
    await live.fresh([GROUP])
    assert live.members(GROUP) == ("U1", "U2")
    assert not live.is_away(GROUP)


async def test_where_the_channel_is_not_set_up_the_group_is_nobody() -> None:
    live = Live((GROUP,))
    await live.fresh([GROUP])
    assert live.trouble(GROUP) == "slack is not set up here"


async def test_only_groups_of_the_people_file_are_asked_for() -> None:
    live, kept = Live((GROUP,)), Kept()
    live.reads_from({"slack": kept})
    await live.fresh(["slack:S9"])
    assert kept.asked == []


async def test_only_whom_the_people_file_knows_is_somebody_by_a_group(tmp_path: Path) -> None:
    """Whether a stranger is the one who asked by mail, nobody could say."""
    file = tmp_path / "people.yaml"
    file.write_text(
        "people: {alice: {slack: T1/U1}, bob: {slack: T2/U2}}\n"
        "groups: {releasers: {slack: T1/S1}, all: [releasers, bob]}"
    )
    people = People.load(file)
    people.live.reads_from({"slack": Kept()})
    await people.live.fresh(people.kept(["all"]))
    assert people.expand(["releasers"]) == ("alice",)
    assert people.expand(["all"]) == ("alice", "bob")


@pytest.mark.parametrize("group", ["{slack: releasers}", "['slack:U1']", "{email: S1}"])
def test_a_group_that_no_channel_can_keep_is_wrong(tmp_path: Path, group: str) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(f"groups: {{releasers: {group}}}")
    with pytest.raises(AgentError, match="a user group of Slack"):
        People.load(file)
