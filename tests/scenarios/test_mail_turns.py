"""Two processes at one mailbox, one of which is killed in the midst of its reading; against real servers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.core.codec import decode
from bot.core.events import MessageReceived
from tests.channels.cron import shop
from tests.mail_server import dovecot
from tests.mail_server.smtp import received
from tests.scenarios.mail_office import BOT, MailOffice, opened, raw, until

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
MAILS = 12
LEASE_SECONDS = 2.0


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        yield office


def mail(number: int) -> bytes:
    written = EmailMessage()
    written["From"], written["To"] = "alice@example.com", BOT
    written["Subject"] = f"Number {number}"
    written["Message-ID"] = f"<{number}@example.com>"
    written.set_content("Please ship it.\n")
    return received(raw(written), "alice@example.com")


async def heard(redis: str) -> Counter[str]:
    """The subjects that are on the logs, as often as they are."""
    found = Counter[str]()
    async with shop.opened(redis) as store:
        for name, _ in await store.threads():
            events = [decode(row.at, row.body) for row in await store.read(name)]
            said = (each.text for each in events if isinstance(each, MessageReceived))
            found.update(text.partition("\n")[0] for text in said)
    return found


async def test_a_killed_reader_is_followed_once_its_lease_is_over_and_each_mail_is_heard_once(
    post: MailOffice, redis_server: str
) -> None:
    async def more_than(mails: int) -> bool:
        return (await heard(redis_server)).total() > mails

    async with post.process("email") as first, post.process("email"):
        for number in range(MAILS):
            post.dovecot.drop("bot", mail(number))
        await until(lambda: more_than(2), post.log("email"))
        first.kill()
        await first.wait()
        killed, before = time.monotonic(), (await heard(redis_server)).total()
        assert before < MAILS, "it was killed in the midst of its reading"
        await until(lambda: more_than(before), post.log("email"))
        waited = time.monotonic() - killed
        post.dovecot.drop("bot", mail(MAILS))
        await until(lambda: more_than(MAILS), post.log("email"))
    # It was renewed a quarter of its length ago at most, and nobody may read before it is over.
    assert waited > LEASE_SECONDS / 2
    assert await heard(redis_server) == {f"Subject: Number {each}": 1 for each in range(MAILS + 1)}
