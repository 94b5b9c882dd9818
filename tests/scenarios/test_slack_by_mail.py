"""One request in two media: asked for in Slack, answered by mail; whoever asks by mail is the same person in Slack."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import run_email
from bot.core.events import Verdict
from tests.engine.office import Reply
from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice, body
from tests.scenarios.slack_office import SlackOffice, only_thread, until

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]

ASK: Reply = [
    ("request_human_input", {"question": "Which tag?", "options": {"ask": ["dora", "bob"]}})
]


def set_up(office: SlackOffice, policy: str, people: dict[str, str]) -> None:
    """Who is who; only those with an account of Slack's are in Slack."""
    rows = "".join(f"  {name}: {{{said}}}\n" for name, said in people.items())
    Path(office.folder, "people.yaml").write_text(f"people:\n{rows}")
    agent = Path(office.folder, "agents", "shipper", "agent.md")
    agent.write_text(agent.read_text().replace("listen: thread", f"listen: thread\n{policy}"))
    office.set_up_anew()


async def test_a_deputy_answers_by_mail_what_was_asked_in_slack_and_all_copies_close(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {
        "alice": f"slack: {office.alice.id}",
        "bob": f"slack: {office.bob.id}, deputy: dora, away: 2020-01-01 to 2999-01-01",
        "carol": "email: carol@example.com",
        "dora": "email: dora@example.com",
    }
    set_up(office, "policy: {ship: {remind: [1d]}}", people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        root = office.mention("ship it")
        dora, carol = await post.card("dora"), await post.card("carol")
        assert "conversation elsewhere" in body(dora)
        await post.reply("dora", dora, "approve")
        await until(lambda: any(each.text == "Shipped." for each in office.answers(root)))
        [copy] = office.direct(office.bob)
        for each in (office.answers(root)[0], copy):
            now = office.slack.team.channels[each.channel]
            await until(
                lambda now=now, ts=each.ts: any(
                    "Approved by dora" in str(one.blocks)
                    for one in (*now.standing(), *now.thread(root.ts))
                    if one.ts == ts
                ),
                "the end of it",
            )
        await post.reply("carol", carol, "approve")
        told = body(await post.told("carol", "already"))
        _, events = await only_thread(app)
    assert "dora" in told
    assert office.ledger() == ["v1.2.3"]
    assert [each.actor for each in events if isinstance(each, Verdict)] == ["dora", "carol"]


async def test_who_asks_by_mail_approves_nothing_in_slack_and_a_mail_alone_is_not_enough(
    office: SlackOffice, post: MailOffice
) -> None:
    board = office.slack.team.channel("approvals", [office.alice, office.bob, office.slack.bot])
    place = f"slack:{office.slack.team.team}/{board.id}"
    people = {
        "alice": f"slack: {office.alice.id}, email: alice@example.com",
        "bob": f"slack: {office.bob.id}",
        "carol": "email: carol@example.com",
    }
    policy = f"policy: {{ship: {{address: '{place}', channels: [slack], approvers: [alice, bob, carol]}}}}"
    set_up(office, policy, people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        await post.write("alice", "Please ship it.\n")
        await until(lambda: bool(board.standing()), "the card")
        carol = await post.card("carol")
        assert "its policy takes slack alone" in " ".join(body(carol).split())
        await post.reply("carol", carol, "approve")
        await post.told("carol", "decided by slack alone")
        card = board.standing()[0]
        await office.slack.people.press(office.alice, card, "approve").reply()
        await until(lambda: bool(office.slack.team.whispers(office.alice)), "what alice is told")
        [said] = office.slack.team.whispers(office.alice)
        assert "cannot approve it too" in said.text
        assert office.ledger() == []
        await office.slack.people.press(office.bob, card, "approve").reply()
        done = await post.told("alice", "Shipped.")
        _, events = await only_thread(app)
    assert str(done["Subject"]) == "Re: Release"
    assert office.ledger() == ["v1.2.3"]
    assert {each.type for each in events} >= {"VerdictRefused"}


async def test_a_question_put_to_somebody_with_a_mail_address_alone_is_answered_there_and_goes_on_in_its_thread(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {
        "alice": f"slack: {office.alice.id}",
        "bob": f"slack: {office.bob.id}",
        "dora": "email: dora@example.com",
    }
    set_up(office, "", people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([ASK, "Then v2 it is."]),
    ):
        root = office.mention("ship something")
        asked = await post.told("dora", "Which tag?")
        assert asked["Subject"] == "A question for you"
        await post.reply("dora", asked, "v2")
        await until(lambda: any(each.text == "Then v2 it is." for each in office.answers(root)))
        [copy] = office.direct(office.bob)
        for each in (office.answers(root)[0], copy):
            await until(lambda each=each: "dora" in str(each.blocks), "the end of it")
        await post.reply("dora", asked, "v3")
        await post.told("dora", "already")
        _, events = await only_thread(app)
    assert next((each.actor, each.text) for each in events if isinstance(each, Verdict)) == (
        "dora",
        "v2",
    )
    assert "v2" in office.model.asked[-1]


async def test_a_card_that_is_put_in_the_mail_of_one_person_is_decided_there_or_by_others_where_they_are(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {
        "alice": f"slack: {office.alice.id}, email: alice@example.com",
        "bob": f"slack: {office.bob.id}",
        "carol": f"email: carol@example.com, slack: {office.carol.id}",
    }
    policy = (
        "policy: {ship: {address: 'email:carol@example.com', approvers: [bob, carol], quorum: 2}}"
    )
    set_up(office, policy, people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        root = office.mention("ship it")
        card = await post.card("carol")
        await until(lambda: bool(office.direct(office.bob)), "bob's own copy")
        said = await office.shown(root, 1)
        assert "@carol" in said.text
        assert not office.direct(office.carol), "she has it by mail"
        await post.reply("carol", card, "approve")
        [bobs] = office.direct(office.bob)
        await until(lambda: "1 of 2 (carol)" in str(bobs.blocks), "the count")
        await post.reply("carol", card, "approve")
        await post.told("carol", "You have approved this already; it needs 1 more person.")
        office.say("approve", office.carol, root)
        await until(
            lambda: "already approved" in str(office.slack.team.whispers(office.carol)),
            "one person",
        )
        assert office.ledger() == []
        await office.slack.people.press(office.bob, bobs, "approve").reply()
        await until(lambda: any(each.text == "Shipped." for each in office.answers(root)))
        _, events = await only_thread(app)
    assert office.ledger() == ["v1.2.3"]
    assert not post.mails("alice")
    assert "carol@example.com" not in str([each for each in events if each.type == "Previewed"])


async def test_who_is_asked_in_slack_alone_is_reminded_there_and_no_word_under_that_is_a_verdict_or_a_beginning(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {"alice": "email: alice@example.com", "bob": f"slack: {office.bob.id}"}
    set_up(office, "policy: {ship: {approvers: [bob], remind: [1s]}}", people)
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        await post.write("alice", "Please ship it.\n")
        await until(lambda: len(office.direct(office.bob)) == 2, "the card and a reminder")
        card, reminder = office.direct(office.bob)
        alone = office.slack.team.channels[card.channel]
        office.slack.people.say(office.bob, alone, "approve", reminder)
        await until(lambda: bool(office.slack.team.whispers(office.bob)), "what bob is told")
        assert "look at the card again" in office.slack.team.whispers(office.bob)[0].text
        assert office.ledger() == []
        office.slack.people.say(office.bob, alone, "approve", card)
        await post.told("alice", "Shipped.")
        await until(lambda: "Approved by bob" in str([one.blocks for one in alone.standing()]))
        await only_thread(app)
    assert office.ledger() == ["v1.2.3"]


async def test_what_is_asked_by_mail_of_people_in_slack_alone_is_approved_by_words_there_and_nobody_hears_of_a_failure(
    office: SlackOffice, post: MailOffice
) -> None:
    people = {"alice": "email: alice@example.com", "bob": f"slack: {office.bob.id}"}
    set_up(office, "policy: {ship: {approvers: [bob]}}", people)
    stands_by: Reply = [("stand_by", {})]
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, stands_by, "Shipped."]),
    ):
        first = await post.write("alice", "Please ship it.\n")
        await until(lambda: len(office.direct(office.bob)) == 1, "bob's own copy")
        await post.write("alice", "Today, please.\n", "Re: Release", answers=first)
        await until(
            lambda: "Today, please" in str(office.direct(office.bob)[-1].blocks), "it again"
        )
        card = office.direct(office.bob)[-1]
        alone = office.slack.team.channels[card.channel]
        office.slack.people.say(office.bob, alone, "approve", card)
        await post.told("alice", "Shipped.")
        _, events = await only_thread(app)
    assert office.ledger() == ["v1.2.3"]
    assert [each.type for each in events].count("VerdictRefused") == 0
    assert not any("could not be delivered" in body(each) for each in post.mails("alice"))
