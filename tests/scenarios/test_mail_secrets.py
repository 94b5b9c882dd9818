"""Secrets in mail: planted in whatever a mail is made of, and found nowhere in what the bot kept, logged or sent."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from email.parser import BytesParser
from email.policy import default

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import BOT, MailOffice, until
from tests.scenarios.test_mail import post
from tests.scenarios.test_secrets import everything_in

__all__ = ["post"]
pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
CANARY = re.compile(rb"(?i)canary\d\d")


def token(number: int) -> str:
    return f"xoxb-12345678-canary{number:02}"


async def test_secrets_in_a_mail_are_found_nowhere(post: MailOffice) -> None:
    quoted = f"> bob wrote:\n> {token(1)}\n"
    reply_to = f'"{token(2)}" <alice@example.com>'
    files = {f"{token(4)}.txt": f"aws: {token(5)}".encode()}
    post.environ["BOT_LOG_LEVEL"] = "debug"
    async with post.process("email"), post.process("worker"):
        mail = await post.write(
            "alice",
            f"Ship it: {token(6)}\n\n{quoted}",
            f"Release {token(7)}",
            attached=files,
            Reply_To=reply_to,
            X_Mailer=token(3),
        )
        question = await post.inbox("alice", 1)
        await post.reply("alice", question, f"v1.2.3 {token(8)}")
        card = await post.card("bob")
        await post.reply("bob", card, f"deny because {token(9)}")
        await post.reply("carol", await post.card("carol"), f"edit\ntag: {token(10)}\n")
        await post.write("mallory", f"Hello {token(11)}", f"Hi {token(12)}")
        await until(lambda: "mail held back" in post.log("email"), "held")
        [thread, *_] = json.loads(await post.run("status", "--json"))
        found = {
            words: (await post.run(*words.split())).encode()
            for words in (
                f"show {thread['thread']} --events --json", f"audit {thread['thread']}", "mail held list", "pending --json",
            )
        }  # fmt: skip
    found |= {name: (post.folder / f"{name}.log").read_bytes() for name in ("email", "worker")}
    found["redis"] = everything_in(post.environ["REDIS_URL"])
    sent = [each.content for each in post.smtp.deliveries.taken if each.mail_from == BOT]
    found["sent"] = b"\n".join(
        BytesParser(policy=default)
        .parsebytes(raw if isinstance(raw, bytes) else (raw or "").encode())
        .as_bytes()
        for raw in sent
    )
    assert mail["Subject"]
    assert b"[secret: Slack token]" in found["redis"]
    found["in base64"] = b"\n".join(
        map(b64decode, re.findall(rb"(?:[A-Za-z0-9+/]{4}){40,}", found["redis"]))
    )
    assert b"Hello [secret: Slack token]" in found["in base64"]
    left = {where: sorted(set(CANARY.findall(text))) for where, text in found.items()}
    assert {where: each for where, each in left.items() if each} == {}
