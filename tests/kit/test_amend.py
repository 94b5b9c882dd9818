"""Amend: one value is set, and nothing else of the file changes."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.kit.amend import CannotAmend, Place, amended, amended_front
from bot.kit.house import OWN_HOUSE

PLACES: dict[str, tuple[str, Place, JsonValue, str]] = {
    "a new person beside others": (
        "people:\n  alice: {slack: U1}  # her\ngroups: {}\n",
        ("people", "dana"),
        {"slack": "U2"},
        "people:\n  alice: {slack: U1}  # her\n  dana: {slack: U2}\ngroups: {}\n",
    ),
    "a line more in a block": (
        "people:\n  alice:\n    name: Alice  # so\n\n# groups\ngroups: {}\n",
        ("people", "alice", "slack"),
        "U1",
        "people:\n  alice:\n    name: Alice  # so\n    slack: U1\n\n# groups\ngroups: {}\n",
    ),
    "inside braces": (
        "people:\n  alice: {name: Alice}\n",
        ("people", "alice", "slack"),
        "U1",
        "people:\n  alice: {name: Alice, slack: U1}\n",
    ),
    "inside empty braces": ("people: {}\n", ("people", "a", "b"), "c", "people: {a: {b: c}}\n"),
    "where nothing stands yet": ("people:\n", ("people", "a"), {}, "people: {a: {}}\n"),
    "where nothing stands yet, among others": (
        "people:\n  a:\n  b: {}\n",
        ("people", "a", "slack"),
        "U",
        "people:\n  a: {slack: U}\n  b: {}\n",
    ),
    "in an empty file": ("", ("people", "a"), {"b": "c"}, "people:\n  a: {b: c}\n"),
    "in a file of remarks": ("# who\n", ("p", "a"), "b", "# who\np:\n  a: b\n"),
    "without a last line end": ("a: b", ("c",), "d", "a: b\nc: d\n"),
    "a list in place of a list": (
        "a: 1\napprovers:\n  - x\n  - y  # and\nb: 2\n",
        ("approvers",),
        ["x", "y", "z"],
        "a: 1\napprovers:\n  [x, y, z]  # and\nb: 2\n",
    ),
    "after a text of several lines": (
        "a: |\n  one\n  two\n\nb: c\n",
        ("d",),
        "e",
        "a: |\n  one\n  two\n\nb: c\nd: e\n",
    ),
    "a name that means something": ("a: b\n", ("*",), "yes", "a: b\n'*': 'yes'\n"),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_value_is_set_where_it_belongs(case: str) -> None:
    text, place, value, wanted = PLACES[case]
    assert amended(text, place, value) == wanted
    assert amended(wanted, place, value) == wanted


@pytest.mark.parametrize(
    "text", ["people: [a]\n", "just words\n", "a: &x {b: 1}\nc: *x\nd: {<<: *x}\na: 2\n", "a: [\n"]
)
def test_what_only_a_person_should_change_is_left_to_one(text: str) -> None:
    with pytest.raises(CannotAmend, match="write that yourself"):
        amended(text, ("a", "c") if text.startswith("a") else ("people", "x"), "y")


NAMES = st.text("abcxyz*-_1:#' ", min_size=1, max_size=6)
VALUES = st.one_of(NAMES, st.booleans(), st.none(), st.lists(NAMES, max_size=3))
TREES = st.dictionaries(
    NAMES, st.one_of(VALUES, st.dictionaries(NAMES, VALUES, max_size=3)), max_size=4
)


@given(TREES, st.sampled_from([True, False, None]), st.lists(NAMES, min_size=1, max_size=3), VALUES)
def test_what_was_written_before_still_means_the_same(
    tree: dict[str, object], flow: bool | None, place: list[str], value: object
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, sort_keys=False)
    try:
        made = yaml.safe_load(amended(text, tuple(place), value))  # pyright: ignore[reportArgumentType]
    except CannotAmend:
        return
    assert {name: part for name, part in made.items() if name != place[0]} == {
        name: part for name, part in tree.items() if name != place[0]
    }
    for name in place:
        made = made[name]
    assert made == value


def test_the_people_file_of_the_project_keeps_its_remarks() -> None:
    text = (OWN_HOUSE / "people.yaml").read_text()
    made = amended(text, ("people", "alice", "slack"), "U1")
    assert [line for line in made.splitlines() if line not in text.splitlines()] == [
        "    slack: U1"
    ]


def test_the_prompt_of_an_agent_is_left_alone() -> None:
    text = "---\napprovers: [a]   # who\n---\nYou ship.\n---\n"
    made = amended_front(text, ("policy", "*", "self_approval"), "allowed")
    assert made == (
        "---\napprovers: [a]   # who\npolicy:\n  '*':\n    self_approval: allowed\n---\nYou ship.\n---\n"
    )
    with pytest.raises(CannotAmend):
        amended_front("You ship.\n", ("approvers",), [])
