"""Reply addresses: what a mail server takes for one, whatever the bot itself is called."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from pydantic import ValidationError

from bot.settings.mailing import Mailing
from channels.email.tokens import Found, Ticket, Tokens, drop_over, unsealed
from tests.channels.email.fakes import ANA, NOW, MemorySafe

DAY = 24 * 3600
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


@pytest.mark.parametrize(("until", "least_days"), [(NOW + 7 * DAY * 1000, 7 + 30), (0, 400)])
async def test_a_token_is_forgotten_long_after_its_time_and_never_before_that_it_was_used(
    until: int, least_days: int
) -> None:
    safe = MemorySafe()
    tokens = Tokens(safe, "bot@example.test", lambda: NOW)
    ticket = replace(TICKET, until=until)
    found = Found("abc", ticket)
    await tokens.make(ticket, "key")
    await tokens.spend(found, "mail 1")
    [of_ticket] = [each for name, each in safe.lives.items() if name.startswith("email/ticket/")]
    assert least_days * DAY <= of_ticket < 500 * DAY
    # Made once more, it lives as long again.
    assert safe.lives["email/used/abc"] >= 2 * of_ticket - 7 * DAY
    assert await tokens.objection(found, "mail 2") != ""


async def test_what_earlier_versions_kept_counts_as_it_did_and_goes_when_its_time_is_over() -> None:
    safe = MemorySafe()
    tokens = Tokens(safe, "bot@example.test", lambda: NOW)
    for name, until in (("over", NOW - 31 * DAY * 1000), ("new", NOW), ("open", 0)):
        await safe.put(f"email/ticket/{name}", json.dumps(asdict(replace(TICKET, until=until))))
        await safe.put(f"email/used/{name}", "mail 1")
    assert await tokens.objection(Found("open", TICKET), "mail 2") != ""
    await drop_over(safe, NOW)
    assert {each.rpartition("/")[2] for each in await safe.names()} == {"new", "open"}


@pytest.mark.parametrize("address", ["bot+x@example.test", "bot", "a" * 21 + "@example.test"])
def test_an_address_that_cannot_be_the_bots_is_refused_in_a_sentence(address: str) -> None:
    with pytest.raises(ValidationError, match=r"an address like bot@example\.com was expected"):
        Mailing.model_validate({"EMAIL_ADDRESS": address})
