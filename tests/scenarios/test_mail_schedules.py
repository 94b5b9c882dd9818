"""A schedule that speaks by mail, against real servers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import BOT, MailOffice, body, opened
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


FALLING = """---
description: asks what to do
schedules:
  - name: falling
    schedule: "0 9 1 1 *"
    time_zone: UTC
    prompt: What is to be done?
    address: email:nobody@example.com
    fallback: email:alice@example.com
---
You ask.
"""
ASKS = r"""
def rehearse(request):
    text = "\n".join(block["text"] for block in request["messages"][0]["content"])
    said = "And more." if "Tell me more." in text else "Heard v7." if "v7" in text else "Which tag?"
    return [("done_for_now", {"message": said})]
"""
MINE = """---
description: makes schedules
approvers: [bob]
---
You make schedules.
"""
MAKES = r"""
def rehearse(request):
    text = "\n".join(block["text"] for block in request["messages"][0]["content"])
    if "<schedule" in text:
        return [("done_for_now", {"message": "Good morning."})]
    if "<set_schedule" not in text:
        wanted = {"name": "mine", "schedule": "0 9 1 1 *", "time_zone": "UTC", "prompt": "Say good morning.", "address": "me"}
        return [("set_schedule", {**wanted, "because": "it was asked for"})]
    return [("done_for_now", {"message": "It is made."})]
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


async def test_a_schedule_whose_address_refuses_goes_on_by_mail_at_its_fallback(
    post: MailOffice,
) -> None:
    post.environ["BOT_EMAIL_ALLOWED"] = "nobody@example.com"
    post.agent("faller", ASKS)
    (post.folder / "agents" / "faller" / "agent.md").write_text(FALLING)
    async with post.process("email"), post.process("worker"), post.process("clock"):
        assert await run_now(post, "faller/falling") == (0, "")
        asked = await post.told("alice", "Which tag?")
        await post.reply("alice", asked, "v7")
        first = await post.told("alice", "Heard v7.")
        await post.write("alice", "Tell me more.", str(first["Subject"]), BOT, first)
        more = await post.told("alice", "And more.")
    assert str(more["References"]).split()[0] == str(asked["Message-ID"])


async def test_a_schedule_made_by_mail_for_me_writes_to_whoever_asked(post: MailOffice) -> None:
    post.agent("maker", MAKES)
    home = post.folder / "agents" / "maker"
    (home / "agent.md").write_text(MINE)
    (home / "tools.py").write_text("from bot.kit.calendar import set_schedule\n")
    async with post.process("email"), post.process("worker"), post.process("clock"):
        await post.write("alice", "Greet me each year.", "Greetings", "bot+maker@example.test")
        card = await post.told("bob", "tool: set_schedule")
        assert "email:alice@example.com" in body(card)
        await post.reply("bob", card, "approve")
        made = await post.told("alice", "It is made.")
        assert str(made["Subject"]) == "Re: Greetings"
        assert await run_now(post, "maker/mine") == (0, "")
        said = await post.told("alice", "Good morning.")
    assert (str(said["Subject"]), said["In-Reply-To"]) == ("mine", None)
