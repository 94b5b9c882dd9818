"""Reply addresses: what a mail server takes for one, whatever the bot itself is called."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.settings.mailing import Mailing
from channels.email.tokens import Ticket, Tokens, unsealed
from tests.channels.email.fakes import ANA, NOW, MemorySafe

TICKET = Ticket("tabcdefghijk-1-v1", ANA, "digest", 0, "approval")


@pytest.mark.parametrize("local", ["bot", "deploy-bot", "outer-loop-bot", "a" * 20])
async def test_a_reply_address_is_one_that_every_mail_server_takes(local: str) -> None:
    """At most 64 octets stand before the @ (RFC 5321, 4.5.3.1.1)."""
    tokens = Tokens(MemorySafe(), f"{local}@example.test", lambda: NOW)
    address = (await tokens.make(TICKET, "key")).address
    assert len(address.partition("@")[0]) <= 64
    [tag] = tokens.in_addresses([address])
    found = await tokens.of(tag)
    assert found
    assert found.ticket == TICKET
    assert tag not in unsealed(f"write to {address}")
    assert await tokens.of(f"{tag[:-1]}{'a' if tag[-1] != 'a' else 'b'}") is None


@pytest.mark.parametrize("address", ["bot+x@example.test", "bot", "a" * 21 + "@example.test"])
def test_an_address_that_cannot_be_the_bots_is_refused_in_a_sentence(address: str) -> None:
    with pytest.raises(ValidationError, match=r"an address like bot@example\.com was expected"):
        Mailing.model_validate({"EMAIL_ADDRESS": address})
