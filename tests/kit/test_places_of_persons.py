"""Where somebody alone is told: near where the thread lives, in a channel that they have."""

from __future__ import annotations

from bot.core.values import Address
from bot.kit.people import People
from bot.kit.person import Person
from bot.kit.places import of_person

MAIL = Address(channel="email", locator="abcdefghijklmnop")
SLACK = Address(channel="slack", locator="T1/C1/1.2")
PEOPLE = People({"dave": Person(email="dave@example.com", slack="U4"), "eve": Person(slack="U5")})


def test_a_deputy_is_told_in_the_conversation_by_mail_or_in_the_workspace() -> None:
    assert of_person(PEOPLE, "dave", (MAIL,)) == MAIL
    assert of_person(PEOPLE, "dave", (MAIL, SLACK)) == Address(channel="slack", locator="T1/U4")
    assert of_person(PEOPLE, "eve", (MAIL,)) is None
    assert of_person(PEOPLE, "nobody", (MAIL, SLACK)) is None
