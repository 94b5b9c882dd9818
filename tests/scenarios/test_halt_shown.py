"""The kill switch while people are asked: in Slack and by mail it is shown where they decide or ask, and what they approved waits for its lifting."""

from __future__ import annotations

import time

import pytest

from bot.app import App, run_email
from bot.core.events import Halted, Lifted
from bot.core.house import HOUSE
from tests.engine.office import Reply
from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice
from tests.scenarios.slack_office import SlackOffice, until
from tests.scenarios.test_slack_by_mail import SHIP, set_up

FIVE_SECONDS = 5.0


async def halt(app: App) -> None:
    told = Halted(id="h1", actor="alice", agent="", reason="it misbehaves")
    await app.desk.post(HOUSE, told)


async def lift(app: App) -> None:
    await app.desk.post(HOUSE, Lifted(id="l1", actor="alice", agent=""))


async def test_a_halt_is_shown_in_slack_to_whoever_approves_and_asks_and_the_card_says_that_it_waits(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        root = office.mention("ship it")
        card = await office.shown(root, 1)
        await halt(app)
        since = time.monotonic()
        await office.slack.people.press(office.bob, card, "approve").reply()
        await until(
            lambda: any("I am halted" in each.text for each in office.answers(root)), "the halt"
        )
        waits = "Waits: the bot is halted (alice: it misbehaves)"
        await until(
            lambda: any(waits in str(each.blocks) for each in office.answers(root)), "the card"
        )
        other = office.mention("and ship something else")
        await until(
            lambda: any("I am halted" in each.text for each in office.answers(other)), "the halt"
        )
        assert time.monotonic() - since < FIVE_SECONDS
        assert office.ledger() == []
        await lift(app)
        await until(lambda: office.ledger() == ["v1.2.3"], "that it runs")


async def test_open_cards_and_questions_in_slack_show_a_halt_by_themselves_and_its_end_and_nobody_is_called(
    office: SlackOffice,
) -> None:
    """One change of each message for the halt and one for its end; what was decided before is left as it is."""
    ask: Reply = [("request_human_input", {"question": "Which tag?", "options": {"ask": ["bob"]}})]
    async with office.listening() as app, office.working([SHIP, "Fine.", SHIP, ask, "Shipped."]):
        denied = office.mention("ship it")
        await office.shown(denied, 1)
        office.say("deny not today", office.bob, denied)
        await until(lambda: "Denied" in str(office.answers(denied)[0].blocks), "the denial")
        one = office.mention("ship it now")
        await office.shown(one, 1)
        two = office.mention("ship something")
        await office.shown(two, 1)
        posts, updates = _counted(office, "chat.postMessage"), _counted(office, "chat.update")
        await halt(app)
        since = time.monotonic()
        copies = [office.direct(office.bob)[-1], office.direct(office.carol)[-1]]
        for message in (*copies, office.answers(one)[0], office.answers(two)[0]):
            await until(lambda each=message: "Halted (alice: it misbehaves)" in str(each.blocks))
        assert time.monotonic() - since < FIVE_SECONDS
        await lift(app)
        for message in (*copies, office.answers(one)[0], office.answers(two)[0]):
            await until(lambda each=message: "Halted" not in str(each.blocks))
        assert _counted(office, "chat.postMessage") == posts
        changed = _counted(office, "chat.update")[len(updates) :]
        assert {changed.count(each) for each in changed} == {2}
        assert office.answers(denied)[0].ts not in changed
        # It binds what it bound before.
        await office.slack.people.press(office.bob, office.answers(one)[0], "approve").reply()
        await until(lambda: office.ledger() == ["v1.2.3"], "that it runs")


def _counted(office: SlackOffice, method: str) -> list[str]:
    """The messages that calls of this method were about, in order."""
    calls = office.slack.ledger.calls(method)
    return [str(each.arguments.get("ts") or each.arguments.get("channel")) for each in calls]


@pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
async def test_who_decides_by_mail_for_a_thread_elsewhere_is_told_that_it_counts_and_waits_for_the_end_of_a_halt(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {"alice": f"slack: {office.alice.id}", "carol": "email: carol@example.com"}
    set_up(office, "policy: {ship: {approvers: [carol]}}", people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        root = office.mention("ship it")
        card = await post.card("carol")
        await halt(app)
        since = time.monotonic()
        await post.reply("carol", card, "approve")
        await post.told("carol", "Your answer counts. I am halted by alice: it misbehaves")
        assert time.monotonic() - since < FIVE_SECONDS
        assert office.ledger() == []
        await lift(app)
        await until(lambda: any(each.text == "Shipped." for each in office.answers(root)))
    assert office.ledger() == ["v1.2.3"]


@pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
async def test_a_halt_is_shown_in_the_conversation_by_mail_where_somebody_approves(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {"alice": "email: alice@example.com", "bob": "email: bob@example.com"}
    set_up(office, "policy: {ship: {approvers: [bob]}}", people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        await post.write("alice", "Please ship it.\n")
        card = await post.card("bob")
        await halt(app)
        since = time.monotonic()
        await post.reply("bob", card, "approve")
        await post.told("alice", "I am halted")
        assert time.monotonic() - since < FIVE_SECONDS
        assert office.ledger() == []
        await lift(app)
        await until(lambda: office.ledger() == ["v1.2.3"], "that it runs")
        await post.told("alice", "Shipped.")
