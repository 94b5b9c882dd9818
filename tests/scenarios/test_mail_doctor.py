"""`bot doctor` about mail, against real servers: a mail to itself, and what is held back."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import cast

import pytest

from tests.mail_server import dovecot
from tests.mail_server.smtp import AUTHSERV
from tests.scenarios.mail_office import MailOffice, opened, until
from tests.scenarios.playing import surroundings

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
Check = dict[str, str]


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        yield office


async def test_the_doctor_writes_to_itself_and_says_what_is_held(post: MailOffice) -> None:
    post.dovecot.create("bot", "Sent")
    post.environ["IMAP_SENT_FOLDER"] = "Sent"
    async with post.process("email"):
        found = await _doctor(post, "--mail")
        assert found["mail copies"]["state"] == "ok"
        assert found["mail verdict"]["state"] == "ok"
        assert f"{AUTHSERV}; dmarc=pass" in found["mail verdict"]["found"]
        assert (found["mail sent"]["state"], found["mail received"]["state"]) == ("ok", "ok")
        assert found["mail answers"]["state"] == "ok"
        assert "mail to bot+x@example.test arrives" in found["mail answers"]["found"]
        # They were taken away, and whoever listens made nothing of it.
        assert await asyncio.to_thread(post.dovecot.mails, "bot") == []
        assert found["mail held"]["state"] == "ok"
        await post.write("eve", "Please ship it.\n")
        await until(lambda: "mail held back" in post.log("email"), "held")
    held = (await _doctor(post))["mail held"]
    assert held["state"] == "warning"
    assert "1 mail is held back" in held["found"]
    assert "eve@example.com is not among those who may write" in held["found"]
    assert held["mend"].startswith("bot mail held list")


async def test_the_doctor_says_what_to_set(post: MailOffice) -> None:
    del post.environ["BOT_EMAIL_AUTHSERV_ID"]
    post.dovecot.create("bot", "Sent")
    post.environ["IMAP_SENT_FOLDER"] = "Snt"
    post.smtp.deliveries.knows_pluses = False
    found = await _doctor(post, "--mail")
    assert found["mail copies"]["state"] == "warning"
    assert "there is no folder Snt (did you mean Sent?)" in found["mail copies"]["found"]
    assert found["mail"]["state"] == "warning"
    assert "this is not set: BOT_EMAIL_AUTHSERV_ID" in found["mail"]["found"]
    verdict = found["mail verdict"]
    assert verdict["state"] == "broken"
    assert verdict["mend"].startswith(f"set BOT_EMAIL_AUTHSERV_ID={AUTHSERV}")
    answers = found["mail answers"]
    assert answers["state"] == "broken"
    assert "550 5.1.1" in answers["found"]
    assert answers["mend"].startswith("set BOT_EMAIL_ANSWERS_BY=tag")
    post.environ["IMAP_PASSWORD"] = "wrong"
    refused = (await _doctor(post, "--mail"))["mail received"]
    assert refused["state"] == "broken"
    assert refused["found"].endswith("[AUTHENTICATIONFAILED] Authentication failed.")


async def _doctor(post: MailOffice, *words: str) -> dict[str, Check]:
    """The checks by what they are about."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", *words, "--json"),
        cwd=post.folder,
        env={**surroundings(), **post.environ},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    told = cast("dict[str, list[Check]]", json.loads(out))
    return {each["about"]: each for each in told["checks"]}
