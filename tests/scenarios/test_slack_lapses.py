"""Slack's lapses: one look-up that fails costs no words, no copy and no card; what cannot be known in time is told again."""

from __future__ import annotations

import pytest

from bot.core.events import MessageReceived
from channels.slack import later
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import action_ids
from tests.scenarios.test_slack_order import heard
from tests.scenarios.test_slack_trouble import quiet
from tests.slack_server.faults import Fail, Fault, Limit, Refuse
from tests.slack_server.ledger import Entry

SHIP: Reply = [("ship", {"tag": "v1", "because": "it was asked for"})]


# ---- what is looked up before words are stored ------------------------------------------------------------------------
async def test_who_cannot_be_looked_up_in_time_is_heard_when_told_again(
    over_http: SlackOffice,
) -> None:
    over_http.slack.faults.plan("users.info", Limit(30))
    async with over_http.listening("http") as app, over_http.working(["Hi."]), quiet():
        said = over_http.mention("hello", over_http.eve)
        await over_http.shown(said, 1)
        _, events = await only_thread(app)
        await _in_time(over_http)
    assert [type(event) for event in events].count(MessageReceived) == 1


async def test_what_is_edited_or_taken_back_while_it_waits_is_heard_as_it_stands_then(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(later, "PAUSES", (0.3,) * 30)
    office.slack.post.pauses = ()
    office.slack.faults.rule = lambda entry: Fail(500) if entry.method == "users.info" else None
    async with office.listening() as app, quiet():
        edited = office.mention("ship v1", office.eve)
        root = office.say("good morning", office.eve)
        gone = office.say(f"{office.slack.mention} ship v2", office.eve, root)
        # Nothing said to us in a new thread is stored before what was said there earlier: once this is, that never will be.
        office.say(f"{office.slack.mention} ship v4", office.eve, root)
        await office.slack.post.settled()
        office.slack.people.edit(edited, f"{office.slack.mention} ship v3")
        office.slack.people.delete(gone)
        await office.slack.post.settled()
        office.slack.faults.rule = None
        assert sorted(await heard(app, 3)) == ["good morning", "ship v3", "ship v4"]


async def test_a_look_up_that_hangs_is_given_up_in_time(over_http: SlackOffice) -> None:
    slow = over_http.slack.faults.hold("users.info")
    async with over_http.listening("http"), over_http.working(["Hi."]), quiet():
        said = over_http.mention("hello", over_http.eve)
        await over_http.shown(said, 1)
        slow.release.set()
        await _in_time(over_http)


async def test_a_verdict_under_a_copy_that_cannot_be_read_in_time_counts_when_told_again(
    over_http: SlackOffice,
) -> None:
    async with over_http.listening("http"), over_http.working([SHIP, "Shipped."]), quiet():
        said = over_http.mention("ship it")
        await over_http.shown(said, 1)
        (copy,) = over_http.direct(over_http.bob)
        over_http.slack.faults.plan("conversations.replies", Limit(30))
        over_http.say("approve", over_http.bob, thread=copy)
        await until(lambda: over_http.ledger() == ["v1"], "the release")
        await _in_time(over_http)


@pytest.mark.parametrize("refusal", ["thread_not_found", "something_new"])
async def test_words_under_a_message_that_is_gone_are_stored_as_any_others(
    office: SlackOffice, refusal: str
) -> None:
    team, bot = office.slack.team, office.slack.bot
    direct = team.direct(office.alice, bot)
    async with office.listening() as app, office.working(["Hi."]), quiet():
        office.slack.faults.rule = lambda entry: (
            Refuse(refusal) if entry.method == "conversations.replies" else None
        )
        root = office.slack.people.say(bot, direct, "an old note")
        office.slack.people.say(office.alice, direct, "please ship", root)
        await office.slack.post.settled()
        _, events = await only_thread(app)
    assert [event.text for event in events if isinstance(event, MessageReceived)] == ["please ship"]


# ---- what was missed --------------------------------------------------------------------------------------------------
async def test_one_failure_does_not_end_the_reading_back(office: SlackOffice) -> None:
    office.slack.post.pauses = ()
    async with office.working(["One.", "Two."]), quiet():
        async with office.listening():
            said = office.mention("first")
            await office.shown(said, 1)
        later = office.mention("second")
        await office.slack.post.settled()
        office.slack.faults.plan("conversations.history", Fail(500))
        async with office.listening():
            await office.shown(later, 1)


# ---- cards and their copies -------------------------------------------------------------------------------------------
async def test_a_card_closes_with_its_copies_though_changes_fail_for_a_while(
    office: SlackOffice,
) -> None:
    refused = set[object]()

    def failing(entry: Entry) -> Fault | None:
        if entry.method != "chat.update":
            return None
        refused.add(entry.arguments.get("ts"))
        return Fail(500)

    office.slack.faults.rule = failing
    async with office.listening(), office.working([SHIP, "Shipped."]), quiet():
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.carol, card, "approve").reply()
        await office.shown(said, 2)
        await until(lambda: len(refused) > 1, "a change of each card that failed")
        office.slack.faults.rule = None
        cards = [card, *office.direct(office.bob)]
        assert len(cards) == 2
        await until(lambda: not any(action_ids(each) for each in cards), "no more buttons")


async def _in_time(office: SlackOffice) -> None:
    """What was told and failed did so well before Slack gave up on it, and went well the next time."""
    await office.slack.post.settled()
    failed = [delivery for delivery in office.slack.post.sent if delivery.tries[0].failure]
    assert failed
    assert all(delivery.acknowledged for delivery in failed)
    assert max(delivery.tries[0].took for delivery in failed) < 2.5
