"""Ids: a persistent set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import Ids


@given(st.lists(st.text(max_size=3)))
def test_it_holds_what_was_added_and_nothing_else(names: list[str]) -> None:
    ids, held = Ids(), set[str]()
    for name in names:
        assert (name in ids) == (name in held)
        if name not in ids:
            ids = ids.add(name)
        held.add(name)
        assert len(ids) == len(held)


@given(st.lists(st.integers(0, 50), unique=True))
def test_adding_leaves_the_old_set_as_it_was(numbers: list[int]) -> None:
    sets = [Ids()]
    for number in numbers:
        sets.append(sets[-1].add(str(number)))
    for count, ids in enumerate(sets):
        assert [str(number) in ids for number in numbers] == [
            at < count for at in range(len(numbers))
        ]


def test_the_same_ids_in_the_same_order_are_the_same_set() -> None:
    one, other = Ids(), Ids()
    for number in range(100):
        one, other = one.add(str(number)), other.add(str(number))
    assert one == other


def test_two_ways_on_from_one_set_do_not_see_each_other() -> None:
    common = Ids(["a"])
    one, other = common.add("b"), common.add("c")
    one, other = one.add("d"), other.add("e")
    assert (sorted(one), sorted(other), list(common)) == (["a", "b", "d"], ["a", "c", "e"], ["a"])


def test_the_same_way_taken_twice_shares_what_it_holds() -> None:
    common = Ids(["a"])
    guess = common.add("b").add("c")
    again = common.add("b")
    assert (sorted(again), "c" in again, again.add("c") == guess) == (["a", "b"], False, True)


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abcdefgh"))))
def test_sets_that_grew_from_each_other_hold_what_each_was_given(
    additions: list[tuple[int, str]],
) -> None:
    grown = [(Ids(), set[str]())]
    for start, name in additions:
        ids, held = grown[start % len(grown)]
        if name not in held:
            grown.append((ids.add(name), held | {name}))
    assert all(set(ids) == held and len(ids) == len(held) for ids, held in grown)


def test_every_id_can_be_counted_and_listed_once() -> None:
    ids = Ids()
    for number in range(40):
        ids = ids.add(str(number))
    assert (len(ids), sorted(ids, key=int)) == (40, [str(number) for number in range(40)])
