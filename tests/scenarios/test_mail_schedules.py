"""A schedule that speaks by mail, against real servers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice, body, opened
from tests.scenarios.playing import surroundings

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
SCRIPT = r"""
def rehearse(request):
    text = "\n".join(block["text"] for block in request["messages"][0]["content"])
    more = "Here they are." if "Which ones?" in text else "Two tags wait."
    return [("done_for_now", {"message": more})]
"""
SCHEDULES = """---
description: says what waits
schedules:
  - name: waiting
    schedule: "0 9 1 1 *"
    time_zone: UTC
    prompt: What waits?
    address: email:alice@example.com
---
You talk.
"""


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        office.agent("digest", SCRIPT)
        (tmp_path / "agents" / "digest" / "agent.md").write_text(SCHEDULES)
        yield office


async def run_now(post: MailOffice, name: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "schedule", "run-now", name, "--as", "bob"),
        cwd=post.folder,
        env={**surroundings(), **post.environ},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode()


async def test_a_schedule_speaks_by_mail_and_goes_on_when_it_is_answered(post: MailOffice) -> None:
    async with post.process("email"), post.process("worker"):
        assert await run_now(post, "digest/waiting") == (0, "")
        first = await post.told("alice", "Two tags wait.")
        assert (str(first["Subject"]), first["In-Reply-To"]) == ("waiting", None)
        answer = await post.reply("alice", first, "Which ones?")
        then = await post.told("alice", "Here they are.")
    assert str(then["Subject"]) == "Re: waiting"
    assert then["In-Reply-To"] == answer["Message-ID"]
    assert str(first["Message-ID"]) in str(then["References"])
    assert [body(each).count("Two tags") for each in post.mails("alice")] == [1, 0]
