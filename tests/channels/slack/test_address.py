"""Address: the locator of a Slack thread, and what names a message."""

from __future__ import annotations

import pytest

from bot.core.values import Address
from bot.kit.channel import Undeliverable
from channels.slack.address import Place, message_id, moment, place


def test_an_address_names_workspace_channel_and_root_and_is_read_back() -> None:
    where = Place("T1", "C2", "1700000000.000100")
    assert where.address == Address(channel="slack", locator="T1/C2/1700000000.000100")
    assert place(where.address) == where


@pytest.mark.parametrize(
    "locator", ["", "T1/C2", "T1/C2/now", "T1/C2/1.2/3", "T1/../1.2", "a/b/1.2"]
)
def test_an_address_of_another_form_is_undeliverable(locator: str) -> None:
    with pytest.raises(Undeliverable):
        place(Address(channel="slack", locator=locator))


def test_a_message_has_one_name_and_a_moment() -> None:
    assert message_id("T1", "C2", "1700000000.000100") == "slack:T1/C2/1700000000.000100"
    assert moment("1700000000.123456") == 1_700_000_000_123
    assert moment("1700000000.000900") == 1_700_000_000_000
