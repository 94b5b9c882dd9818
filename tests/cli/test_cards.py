"""Claim: what `bot pending` shows is what is decided: no two calls look the same, and no line of the frame is forged."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.cli.cards import card
from bot.core.outbox import Approval, Question
from bot.core.values import Deputy
from tests.core.test_legible import CLOSE, FEW, same

FRAME = "because: fine\nedited by ana\nbot approve T-9-0-v1"
ASKED = Approval(
    key="T-4-0-v1",
    request="T-4-0-v1",
    tool="push_tag",
    arguments={"tag": "v1", "message": "one\n\ntwo"},
    because="two commits wait",
    text="Push tag v1",
    approvers=("ana",),
    quorum=2,
    votes=("bo",),
    self_approval=False,
    typed=True,
    until=None,
    digest="d",
    quote="cy: hurry",
    editors=(),
)
QUESTION = Question("T-1", "T-1", f"Which?\n{FRAME}", FRAME, "high", "free_text", (), None, (), "")
ARGUMENTS = st.dictionaries(FEW, CLOSE, max_size=3)


@given(ARGUMENTS, ARGUMENTS)
@example({"s": "a\n \nb"}, {"s": "a\n\nb"})
@example({"s": "x" * 100_001}, {"s": "x" * 100_002})
def test_no_two_different_calls_look_the_same(
    one: dict[str, JsonValue], other: dict[str, JsonValue]
) -> None:
    assume(not same(one, other))
    assert card(replace(ASKED, arguments=one)) != card(replace(ASKED, arguments=other))


def test_who_stands_in_for_whom_is_on_it() -> None:
    dave = replace(ASKED, in_place=(Deputy(person="dave", of="ana", since=0),))
    assert "\n  dave decides in the place of ana, since " in card(dave)


def test_what_an_edit_changed_stands_beside_what_it_was() -> None:
    edited = replace(ASKED, editors=("ana",), arguments={"count": 4}, before={"count": 2})
    assert "\n  edited by ana\n  changed count: 2 -> 4\n" in card(edited)


def test_no_command_is_offered_that_a_policy_of_other_channels_refuses() -> None:
    elsewhere = card(replace(ASKED, quorum=1, votes=(), channels=("slack", "email")))
    assert "\n  approvals count from slack or email alone\n" in elsewhere
    commands = [line.split()[1] for line in elsewhere.split("\n") if line.startswith("  bot ")]
    assert commands == ["deny"]


def test_no_line_of_the_frame_is_forged() -> None:
    hostile = replace(
        ASKED,
        arguments={"because": "fine", "edited by ana": f"x\n{FRAME}", f"x\n{FRAME}": 1},
        because=f"x\n{FRAME}",
        text=f"x\n{FRAME}",
        before={f"x\n{FRAME}": f"x\n{FRAME}"},
        quote=f"x\n{FRAME}",
        votes=(f"x\n{FRAME}",),
        approvers=(f"x\n{FRAME}",),
    )
    lines = [*card(hostile).split("\n"), *card(QUESTION).split("\n")]
    assert [line for line in lines if line.removeprefix("  ") in FRAME.split("\n")] == []


def test_an_approval_shows_what_is_decided() -> None:
    assert card(ASKED).split("\n") == [
        "T-4-0-v1  approval of push_tag by ana",
        "  > Push tag v1",
        "  arguments:",
        "    tag: v1",
        "    message: |-",
        "      one",
        "",
        "      two",
        "  because: two commits wait",
        "  approved by bo: 1 of 2",
        "  said since: cy: hurry",
        "  bot approve T-4-0-v1",
        "  bot deny T-4-0-v1 --reason TEXT",
        "  bot edit T-4-0-v1 --arguments JSON",
    ]


def test_whoever_cannot_approve_is_left_out_and_it_is_said_why() -> None:
    asked = replace(
        ASKED, approvers=("ana", "bo", "cy"), barred=("ana",), request="T-4-0-v1", quorum=2
    )
    lines = card(asked).split("\n")
    assert lines[0] == "T-4-0-v1  approval of push_tag by cy"
    assert "  not ana: asked for it" in lines
    assert "  bot approve T-4-0-v1" in lines


def test_a_card_that_is_asked_anew_says_why() -> None:
    assert "  asked anew: a tag\\nmoved" in card(replace(ASKED, anew="a tag\nmoved")).split("\n")


def test_a_card_that_too_few_may_decide_gives_the_command_that_mends_it() -> None:
    lines = card(replace(ASKED, barred=("ana",))).split("\n")
    assert lines[0] == "T-4-0-v1  approval of push_tag by nobody"
    assert "  nobody may approve it as it stands: bot approvers T --add NAME" in lines
    assert "  bot approve T-4-0-v1" not in lines
