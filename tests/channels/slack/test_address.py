"""Address: the locator of a Slack thread, and what names a message."""

from __future__ import annotations

import pytest

from bot.core.values import Address
from bot.kit.channel import Undeliverable
from channels.slack.address import Place, is_apart, message_id, moment, place


def test_an_address_names_workspace_channel_and_root_and_is_read_back() -> None:
    where = Place("T1", "C2", "1700000000.000100")
    assert where.address == Address(channel="slack", locator="T1/C2/1700000000.000100")
    assert place(where.address) == where


def test_a_channel_without_a_thread_is_a_place_too() -> None:
    where = Place("T1", "C2", "")
    assert where.address == Address(channel="slack", locator="T1/C2")
    assert place(where.address) == where
    assert (where.born, where.thread_ts) == (None, None)


@pytest.mark.parametrize(
    ("given", "thread", "expected"),
    [
        ("slack:T1/D1/1.2", "slack:T1/C1/1.1", True),
        ("slack:T1/C2/1.2", "slack:T1/C1/1.1", True),
        ("slack:T1/C1/1.2", "slack:T1/C1/1.1", False),
        ("slack:T1/C2/1.2", "console:abc", True),
        ("slack:T1/V123", "slack:T1/C1/1.1", False),
        ("console:abc", "slack:T1/C1/1.1", False),
    ],
)
def test_what_is_given_in_another_conversation_is_given_apart(
    given: str, thread: str, expected: bool
) -> None:
    here, home = (
        Address(channel=channel, locator=locator)
        for channel, _, locator in (given.partition(":"), thread.partition(":"))
    )
    assert is_apart(here, home) is expected


@pytest.mark.parametrize(
    "locator", ["", "T1/X2", "T1/C2/now", "T1/C2/1.2/3", "T1/../1.2", "a/b/1.2"]
)
def test_an_address_of_another_form_is_undeliverable(locator: str) -> None:
    with pytest.raises(Undeliverable):
        place(Address(channel="slack", locator=locator))


def test_a_message_has_one_name_and_a_moment() -> None:
    assert message_id("T1", "C2", "1700000000.000100") == "slack:T1/C2/1700000000.000100"
    assert moment("1700000000.123456") == 1_700_000_000_123
    assert moment("1700000000.000900") == 1_700_000_000_000
