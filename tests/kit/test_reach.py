"""Reach: who is asked somewhere else than at the place of a request, where, and from when on."""

from __future__ import annotations

import pytest

from bot.core.values import Address, Deputy, Rung
from bot.kit.people import People
from bot.kit.person import Person
from bot.kit.places import complaint, named, place_of
from bot.kit.reach import NOWHERE, Reach

MEDIA = ("console", "slack", "email")
THREAD = Address(channel="slack", locator="T1/C1/1.2")
AT_DORA = Address(channel="email", locator="@dora")
PEOPLE = People(
    {
        "bob": Person(slack="T1/U1", email="bob@example.com"),
        "dora": Person(email="dora@example.com", also=("email:d@example.com",)),
        "eve": Person(slack="T2/U2"),
        "finn": Person(),
    },
    places={"desk": "email:Dora@example.com", "gone": "email:zed@example.com"},
)
THRICE = tuple(Rung(after_seconds=each, to=("bob", "dora")) for each in (10, 20, 30))


def reach(first: Address | None = THREAD, here: str = "") -> Reach:
    return Reach(PEOPLE, MEDIA, first, here)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (THREAD, {"dora": "@dora", "eve": "T2/U2"}),
        (AT_DORA, {"bob": "T1/U1", "eve": "T2/U2"}),
        (Address(channel="email", locator="abc"), {"eve": "T2/U2"}),
        (Address(channel="console", locator="1"), {"bob": "T1/U1", "dora": "@dora", "eve": "T2/U2"}),
        (None, {"bob": "T1/U1", "dora": "@dora", "eve": "T2/U2"}),
    ],
    ids=["slack", "mail to one", "mail", "console", "nowhere"],
)  # fmt: skip
def test_whoever_is_not_there_is_reached_in_a_place_of_their_own(
    first: Address | None, expected: dict[str, str]
) -> None:
    found = reach(first).elsewhere(("bob", "dora", "eve", "finn", "a stranger"))
    assert {who: there.locator for who, there in found.items()} == expected


def test_whoever_began_the_thread_is_there_and_where_nothing_is_set_up_nobody_is_elsewhere() -> (
    None
):
    assert reach(here="dora").elsewhere(("dora",)) == {}
    assert NOWHERE.apart(("bob", "dora"), THRICE) == ()


def test_the_third_reminder_goes_by_another_medium_to_whoever_has_one() -> None:
    by_mail = Address(channel="email", locator="@bob")
    assert reach().apart(("bob", "dora"), THRICE, 1_000) == (
        Deputy(person="dora", of="dora", since=0, address=AT_DORA),
        Deputy(person="bob", of="bob", since=31_000, address=by_mail),
    )
    assert reach().apart(("bob",), THRICE[:2], 1_000) == ()
    assert reach().apart(("eve",), THRICE, 1_000)[0].since == 0


def test_a_place_by_mail_is_a_conversation_with_whoever_has_that_address() -> None:
    for name in ("desk", "email:d@example.com"):
        assert place_of(name, PEOPLE) == AT_DORA
        assert complaint(name, PEOPLE) is None
    for name in ("gone", "email:zed@example.com", "email:"):
        assert place_of(name, PEOPLE) is None
    assert complaint("gone", PEOPLE) == (
        "nobody in the people file has the address zed@example.com, so nobody could answer there"
    )
    for name in ("email:", "dora@example.com"):
        assert str(complaint(name, PEOPLE)).startswith(f"'{name}' is no place; #channel, or")
    assert [each.name for each in named(PEOPLE, "desk", "email:d@example.com")] == ["desk", "@dora"]
