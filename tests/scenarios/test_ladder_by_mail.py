"""Whoever is asked in Slack and silent is reminded in the thread, then alone, then by mail; then their deputy is asked; then nobody answered."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.app import run_email
from bot.core.events import Delivered, Verdict, VerdictRefused
from tests.engine.office import Reply
from tests.mail_server import dovecot
from tests.scenarios.ahead import Clock
from tests.scenarios.mail_office import MailOffice, body
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack_by_mail import SHIP, set_up
from tests.slack_server.workspace import Message

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
POLICY = "policy: {ship: {approvers: [bob], remind: [1h, 2h, 3h], escalate: [{after: 4h, to: [deputy]}], deadline: 3d}}"
MONDAY = "2027-03-01"
MORNING = "2027-03-02T09:00:05+01:00"
BEGINS = f"{MONDAY}T10:00-05:00"  # Where bob is; dora goes home in two hours.


@pytest.fixture
def clock(redis_server: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(redis_server, monkeypatch)
    clock.set(BEGINS)
    return clock


def people(office: SlackOffice) -> dict[str, str]:
    hours = "hours: Mon-Fri 09:00-17:00"
    return {
        "alice": f"slack: {office.alice.id}",
        "bob": f"slack: {office.bob.id}, email: bob@example.com, deputy: dora, time_zone: America/New_York, {hours}",
        "dora": f"email: dora@example.com, time_zone: Europe/Berlin, {hours}",
    }


async def climb(office: SlackOffice, post: MailOffice, clock: Clock) -> tuple[Message, Message]:
    """Up to where the deputy is asked; what began the thread, and its card."""
    root = office.mention("ship it")
    card = await office.shown(root, 1)
    [copy] = office.direct(office.bob)
    for hour, alone in ((11, 0), (12, 1), (13, 2)):
        assert (len(office.direct(office.bob)), post.mails("bob")) == (max(alone, 1), [])
        clock.set(f"{MONDAY}T{hour}:00:05-05:00")
        told = await office.shown(root, hour - 9)
        assert "still waits for a word from you" in str(told.blocks or told.text)
    by_mail = await post.card("bob")
    assert "conversation elsewhere" in body(by_mail)
    assert office.direct(office.bob)[0].ts == copy.ts
    # Evening where dora is: she hears of it in the morning, and so does the thread.
    clock.set(MORNING)
    await office.shown(root, 5)
    return root, card


async def test_a_ladder_ends_with_the_deputy_who_decides_by_mail(
    office: SlackOffice, post: MailOffice, clock: Clock
) -> None:
    set_up(office, POLICY, people(office))
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        _, card = await climb(office, post, clock)
        asked = await post.card("dora")
        await post.reply("dora", asked, "approve")
        await until(lambda: office.ledger() == ["v1.2.3"], "the release")
        await until(lambda: "Approved by dora" in str(card.blocks), "the end of the card")
        await post.reply("bob", await post.card("bob"), "approve")
        late = body(await post.told("bob", "already"))
        _, events = await only_thread(app)
    assert "dora" in late
    assert [each.actor for each in events if isinstance(each, Verdict)] == ["dora", "bob"]
    assert len(post.mails("dora")) == 1, "her card says as much as a reminder of it"
    [at] = [each.at for each in events if isinstance(each, Delivered) and "~@dora" in each.key]
    assert at >= datetime.fromisoformat(MORNING).timestamp() * 1000


WAITS = "policy: {request_human_input: {remind: [1h, 2h, 3h], escalate: [{after: 4h, to: [deputy]}], deadline: 3d}}"


@pytest.mark.parametrize("answered", [True, False], ids=["deputy", "nobody"])
async def test_a_question_climbs_the_same_ladder_and_ends_with_the_deputys_answer_or_with_nobodys(
    office: SlackOffice, post: MailOffice, clock: Clock, *, answered: bool
) -> None:
    set_up(office, WAITS, people(office))
    ask: Reply = [
        ("request_human_input", {"question": "Which tag: ship?", "options": {"ask": ["bob"]}})
    ]
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([ask, "So be it."]),
    ):
        root = office.mention("ship it")
        await office.shown(root, 1)
        for hour in (11, 12, 13):
            clock.set(f"{MONDAY}T{hour}:00:05-05:00")
            await office.shown(root, hour - 9)
        await post.told("bob", "Which tag: ship?")
        clock.set(MORNING)
        asked = await post.told("dora", "Which tag: ship?")
        if answered:
            await post.reply("dora", asked, "v7")
        else:
            clock.set("2027-03-04T10:01-05:00")
        await until(lambda: any("So be it" in each.text for each in office.answers(root)))
        _, events = await only_thread(app)
    assert ("v7" in office.model.asked[-1]) is answered
    assert ("Nobody answered in time." in office.model.asked[-1]) is not answered
    assert not any(isinstance(each, VerdictRefused) for each in events)


async def test_a_ladder_ends_with_nobody_answered_and_the_thread_goes_on(
    office: SlackOffice, post: MailOffice, clock: Clock
) -> None:
    set_up(office, POLICY, people(office))
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Nobody answered, so I leave it."]),
    ):
        root, _ = await climb(office, post, clock)
        asked = await post.card("dora")
        clock.set("2027-03-04T10:01-05:00")
        await until(
            lambda: any("I leave it" in each.text for each in office.answers(root)), "the end"
        )
        await post.reply("dora", asked, "approve")
        await post.told("dora", "over")
        _, events = await only_thread(app)
    assert office.ledger() == []
    assert not any(isinstance(each, Verdict) for each in events), "silence is no denial"
    assert "Nobody answered in time." in office.model.asked[-1]
