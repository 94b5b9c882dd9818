"""A wait of days: no worker keeps it, any later one goes on when its time has come, and somebody's word in the thread ends it early."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import run_email
from bot.core.events import Event, TimerFired
from bot.core.thread import Sleeping, Thread
from tests.engine.office import Reply
from tests.mail_server import dovecot
from tests.scenarios.ahead import Clock
from tests.scenarios.mail_office import MailOffice
from tests.scenarios.slack_office import PATIENCE_SECONDS, SlackOffice, only_thread, until
from tests.scenarios.test_slack_by_mail import set_up

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
WAIT: Reply = [("await", {"seconds": 3 * 86_400, "reason": "it builds"})]


def is_asleep(thread: Thread, _: list[Event]) -> bool:
    return any(isinstance(call.phase, Sleeping) for call in thread.calls)


@pytest.mark.parametrize("medium", ["slack", "mail"])
@pytest.mark.parametrize("is_early", [True, False], ids=["a word", "its time"])
async def test_a_wait_of_days_ends_in_another_worker_by_a_word_or_by_its_time(
    office: SlackOffice,
    post: MailOffice,
    redis_server: str,
    monkeypatch: pytest.MonkeyPatch,
    medium: str,
    *,
    is_early: bool,
) -> None:
    clock = Clock(redis_server, monkeypatch)
    clock.set("2027-03-01T10:00+00:00")
    set_up(office, "", {"alice": f"slack: {office.alice.id}, email: alice@example.com"})
    async with office.listening() as app, office.serving(run_email):
        async with office.working([WAIT]):
            root = office.mention("build it") if medium == "slack" else None
            mail = await post.write("alice", "Build it.\n") if medium == "mail" else None
            await until(lambda: bool(office.model.asked), "the first question")
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_asleep(*await only_thread(app)):
                    await asyncio.sleep(0.01)
        clock.set("2027-03-02T10:00+00:00" if is_early else "2027-03-04T10:01+00:00")
        async with office.working(["It is built."]):
            if root:
                if is_early:
                    office.say("no need to wait", thread=root)
                await office.shown(root, 1)
            elif mail:
                if is_early:
                    await post.write("alice", "No need to wait.\n", "Re: Release", answers=mail)
                await post.told("alice", "It is built.")
        _, events = await only_thread(app)
    assert any(isinstance(each, TimerFired) for each in events) is not is_early
    assert ("no need to wait" in office.model.asked[-1].lower()) is is_early
