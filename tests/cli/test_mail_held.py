"""Mail that was held back, at the command line: looked at, let in, dropped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.engine.redis_store import RedisStore
from channels.email.held import MOST_BYTES, Held
from tests.channels.email import hostile
from tests.cli.office import Office, furnish

NAMED = {
    "EMAIL_ADDRESS": "bot@example.test", "SMTP_HOST": "127.0.0.1", "SMTP_SECURITY": "none", "SMTP_PORT": "9",
    "BOT_EMAIL_AUTHSERV_ID": "mx.example.test", "BOT_EMAIL_ALLOWED": "ana@example.com", "BOT_DEFAULT_AGENT": "desk",
}  # fmt: skip
UNPROVEN = hostile.build(
    hostile.setting(),
    "Please look at it.\n",
    auth="none",
    to="bot@example.test",
    irt=None,
    subject="Invoice",
)
APPROVAL = hostile.build(
    hostile.setting(),
    "approve\n",
    auth="none",
    to="bot@example.test",
    irt=None,
    mid="<2@example.com>",
)


@pytest.fixture
def office(tmp_path: Path, redis_server: str) -> Office:
    return Office(furnish(tmp_path), {"REDIS_URL": redis_server, **NAMED})


def hold(office: Office, id: str, raw: bytes) -> None:
    """As the listener does."""

    async def keep() -> None:
        store = RedisStore(office.environ["REDIS_URL"], lease_seconds=30)
        await store.open()
        await Held(store.safe()).keep(
            id, 1_772_526_000_000, "ana@example.com", "Invoice", "DMARC did not pass", raw
        )
        await store.close()

    asyncio.run(keep())


def test_held_mail_is_listed_and_shown_with_why(office: Office) -> None:
    assert office.run("mail", "held").out == "No mail is held back.\n"
    hold(office, "abc", UNPROVEN)
    (row,) = office.run("mail", "held", "list", "--json").json
    assert (row["id"], row["from"], row["reason"]) == (
        "abc",
        "ana@example.com",
        "DMARC did not pass",
    )
    assert "abc" in office.run("mail", "held", "list").out
    shown = office.run("mail", "held", "show", "abc").out
    assert "DMARC did not pass" in shown
    assert "\nPlease look at it.\n" in shown


def test_released_mail_asks_once_and_is_held_no_longer(office: Office) -> None:
    hold(office, "abc", UNPROVEN)
    assert office.run("mail", "held", "release", "abc").out == "abc is let in: asked.\n"
    assert office.run("mail", "held", "list", "--json").json == []
    (thread,) = office.run("status", "--json").json
    assert "Please look at it." in office.run("show", str(thread["thread"])).out
    again = office.run("mail", "held", "release", "abc")
    assert (again.status, again.out) == (2, "")


def test_released_mail_decides_nothing(office: Office) -> None:
    hold(office, "abc", APPROVAL)
    office.run("mail", "held", "release", "abc")
    events = [
        event["type"]
        for thread in office.run("status", "--json").json
        for event in office.run("show", str(thread["thread"]), "--events", "--json").json
    ]
    assert "Verdict" not in events
    assert "MessageReceived" not in events


def test_a_mail_of_which_only_the_beginning_is_kept_is_not_let_in_cut(office: Office) -> None:
    hold(office, "abc", UNPROVEN + b"word " * (MOST_BYTES // 4))
    refused = office.run("mail", "held", "release", "abc")
    assert (refused.status, refused.out) == (2, "")
    assert "only its first 262,144 are kept" in refused.err
    assert [row["id"] for row in office.run("mail", "held", "list", "--json").json] == ["abc"]
    assert office.run("status", "--json").json == []


def test_dropped_mail_is_gone_and_a_wrong_name_is_said(office: Office) -> None:
    hold(office, "abc", UNPROVEN)
    wrong = office.run("mail", "held", "show", "abd")
    assert (wrong.status, "abc" in wrong.err) == (2, True)
    assert office.run("mail", "held", "drop").status == 2
    assert office.run("mail", "held", "drop", "abc").out == "abc is dropped.\n"
    assert office.run("mail", "held").out == "No mail is held back.\n"
