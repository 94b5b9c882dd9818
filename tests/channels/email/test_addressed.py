"""Mails to an agent by name: `bot+AGENT@example.test`."""

from __future__ import annotations

import pytest

from channels.email.addressed import addressed
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BOT, Desk

AGENTS = ("deploybot", "refunds", "a")


async def test_a_mail_names_its_agent_and_keeps_it() -> None:
    desk = Desk(agents=AGENTS)
    assert await _write(desk, "bot+refunds@example.test", 1) == "asked"
    assert await _write(desk, "bot+deploybot@example.test", 2, irt="<1@example.com>") == "asked"
    assert await _write(desk, "bot+nobody@example.test", 3, irt="<1@example.com>") == "asked"
    assert await _write(desk, BOT, 4) == "asked"
    assert [each.agent for each in desk.taken.said] == ["refunds", "", "", ""]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("bot+refund@example.test", "did you mean refunds?"),
        ("bot+refunds@example.test, bot+deploybot@example.test", "several agents"),
    ],
)
async def test_a_name_that_is_no_agents_is_held_and_its_sender_told_once(
    to: str, said: str
) -> None:
    desk = Desk(agents=AGENTS)
    for _ in range(2):
        assert await _write(desk, to, 1) == "held"
    assert desk.taken.said == []
    assert len(await desk.held.all()) == 1
    [(octets, recipients)] = desk.post.sent.values()
    assert recipients == (ANA,)
    assert said in " ".join(octets.decode().replace("=\r\n", "").split())
    # Let in by hand it goes to whoever takes the rest.
    [kept] = await desk.held.all()
    assert await desk.intake.release(kept.octets) == "asked"
    assert [each.agent for each in desk.taken.said] == [""]


def test_a_request_is_no_agent_and_an_agent_no_request() -> None:
    token = hostile.SETTING["token"]
    assert addressed(BOT, [token], AGENTS).agent == ""
    assert addressed(BOT, [token], AGENTS).objection == ""
    assert addressed(BOT, ["bot+a@example.test"], AGENTS).agent == "a"
    assert addressed(BOT, ["BOT+Refunds@Example.Test"], AGENTS).agent == "refunds"
    assert addressed(BOT, ["bot+refunds@example.org"], AGENTS).agent == ""


def test_a_tag_of_an_agent_is_no_requests() -> None:
    tags = Desk().tokens.in_addresses(["bot+a@example.test", "bot+refunds@example.test"])
    assert tags == []


async def _write(desk: Desk, to: str, number: int, irt: str = "") -> str:
    there = hostile.setting()
    mail = hostile.build(there, "Hello.\n", to=to, mid=f"<{number}@example.com>", irt=irt)
    return await desk.intake.take(mail)
