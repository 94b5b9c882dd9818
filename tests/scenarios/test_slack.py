"""Slack: mention it, talk to it, approve in the thread; from Slack's wire to the log and back."""

from __future__ import annotations

import pytest

from bot.cli.story import told
from bot.core.events import MessageNoted, Verdict
from tests.engine.office import Reply
from tests.scenarios.slack_office import Mode, SlackOffice, only_thread, until
from tests.scenarios.test_slack_trouble import quiet
from tests.slack_server.faults import Fail
from tests.slack_server.shapes import as_objects
from tests.slack_server.workspace import Kind, Message

ASK: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
CHOOSE: Reply = [
    (
        "request_human_input",
        {
            "question": "Which colour?",
            "options": {"format": "multiple_choice", "choices": ["red", "blue"]},
        },
    )
]


def action_ids(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [str(button["action_id"]) for row in rows for button in as_objects(row["elements"])]


async def test_a_mention_is_seen_at_once_and_answered_in_its_thread(office: SlackOffice) -> None:
    async with office.listening() as app, office.working(["It is raining."]):
        said = office.mention("what is the weather?")
        answer = await office.shown(said, 1)
        await until(lambda: bool(office.slack.ledger.calls("reactions.add")), "the eyes")
        thread, events = await only_thread(app)
    assert answer.text == "It is raining."
    assert thread.address is not None
    assert thread.address.locator == f"{office.slack.team.team}/{office.channel.id}/{said.ts}"
    assert thread.requester == "alice"
    assert [event.type for event in events].count("MessageReceived") == 1


async def test_question_answer_approval_edit_and_done_all_happen_in_the_thread(
    either: SlackOffice, mode: Mode
) -> None:
    replies = [ASK, SHIP, "Shipped."]
    async with either.listening(mode) as app, either.working(replies):
        said = either.mention("ship it")
        question = await either.shown(said, 1)
        assert "Which tag?" in question.text
        either.say("v1.2.3", thread=said)

        card = await either.shown(said, 2)
        assert action_ids(card) == ["approve", "deny", "edit", "more"]
        assert "v1.2.3" in card.text
        opened = either.slack.people.press(either.bob, card, "edit")
        await opened.reply()
        view = either.slack.people.view(either.bob)
        await either.slack.people.submit(either.bob, view, {"tag": "v1.3.0"})
        assert view.closed

        fresh = await either.shown(said, 3)
        assert "v1.3.0" in fresh.text
        assert either.ledger() == []
        await either.slack.people.press(either.carol, fresh, "approve").reply()
        done = await either.shown(said, 4)
        await until(lambda: action_ids(fresh) == [], "the card without its buttons")
        await until(lambda: action_ids(card) == [], "the old card without its buttons")
        _, events = await only_thread(app)
    assert done.text == "Shipped."
    assert either.ledger() == ["v1.3.0"]
    assert "carol" in fresh.text
    verdicts = [(event.word, event.actor) for event in events if isinstance(event, Verdict)]
    assert verdicts == [("edit", "bob"), ("approve", "carol")]


async def test_a_button_answers_with_its_choice(office: SlackOffice) -> None:
    async with office.listening(), office.working([CHOOSE, "Blue it is."]):
        said = office.mention("paint it")
        question = await office.shown(said, 1)
        assert action_ids(question) == ["answer:0", "answer:1", "more"]
        await office.slack.people.press(office.alice, question, "answer:1").reply()
        await office.shown(said, 2)
    assert "blue" in office.model.asked[-1]


async def test_a_denial_takes_a_reason_in_a_form(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP, "I leave it."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.bob, card, "deny").reply()
        assert [each.type for each in (await only_thread(app))[1] if each.type == "Verdict"] == []
        view = office.slack.people.view(office.bob)
        await office.slack.people.submit(office.bob, view, {"reason": "not on a Friday"})
        await office.shown(said, 2)
    assert "not on a Friday" in office.model.asked[-1]
    assert office.ledger() == []


async def test_words_in_the_thread_approve(office: SlackOffice) -> None:
    async with office.listening(), office.working([SHIP, "Shipped."]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        office.say("approve", office.bob, thread=said)
        await office.shown(said, 2)
    assert office.ledger() == ["v1.2.3"]


@pytest.mark.parametrize("text", ["yes", "LGTM, ship it", ":+1::skin-tone-2:"])
async def test_words_that_nearly_approve_decide_nothing_and_their_author_is_told_how(
    office: SlackOffice, text: str
) -> None:
    office.slack.post.copies = 2
    stand_by: Reply = [("stand_by", {"message": "I wait."})]
    async with office.listening() as app, office.working([SHIP, stand_by, "Shipped."]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        office.say(text, office.bob, thread=said)
        notes = office.slack.team.ephemerals
        await until(lambda: len(notes) == 1, "the private note")
        await office.slack.post.settled()
        await until(lambda: len(office.answers(said)) == 3, "the new card")
        assert office.ledger() == []
        _, events = await only_thread(app)
    assert (notes[0].user, notes[0].thread_ts) == (office.bob.id, said.ts)
    assert "exactly `approve`" in notes[0].text
    assert [event for event in events if isinstance(event, Verdict)] == []
    assert len(notes) == 1


@pytest.mark.parametrize("text", ["approve", "deny not today"])
async def test_a_verdict_of_somebody_who_may_not_is_told_so_in_private_once(
    office: SlackOffice, text: str
) -> None:
    office.slack.post.copies = 2
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        office.say("I would not", office.eve, thread=said)
        office.say(text, office.eve, thread=said)
        notes = office.slack.team.ephemerals
        await until(lambda: len(notes) == 1, "the private note")
        await office.slack.post.settled()
        _, events = await only_thread(app)
    (note,) = notes
    assert (note.user, note.thread_ts) == (office.eve.id, said.ts)
    assert "not among those who may decide this: bob, carol." in note.text
    assert [event for event in events if isinstance(event, Verdict)] == []


async def test_a_thumb_on_a_card_decides_nothing(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP]):
        card = await office.shown(office.mention("ship it"), 1)
        office.slack.people.react(office.bob, card, "+1")
        await office.slack.post.settled()
        _, events = await only_thread(app)
    assert [event for event in events if isinstance(event, Verdict)] == []
    assert office.ledger() == []


async def test_a_press_by_someone_not_allowed_is_refused_in_private_and_recorded(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.eve, card, "approve").reply()
        notes = office.slack.team.ephemerals
        await until(lambda: len(notes) == 1, "the private note")
        _, events = await only_thread(app)
    assert notes[0].user == office.eve.id
    assert notes[0].text.startswith("You are not among those who may decide this: ")
    assert [event.type for event in events].count("VerdictRefused") == 1
    assert office.ledger() == []
    assert action_ids(card) == ["approve", "deny", "edit", "more"]


@pytest.mark.parametrize("button", ["deny", "edit"])
async def test_a_form_does_not_open_for_whoever_may_not_decide(
    office: SlackOffice, button: str
) -> None:
    async with office.listening() as app, office.working([SHIP, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.eve, card, button).reply()
        (note,) = office.slack.team.whispers(office.eve)
        _, events = await only_thread(app)
        await office.slack.people.press(office.bob, card, button).reply()
        assert office.slack.people.view(office.bob)
    assert len(office.slack.ledger.calls("views.open")) == 1
    assert "not among those who may decide this: bob, carol." in note.text
    assert note.thread_ts == said.ts
    assert "Verdict" not in [event.type for event in events]


async def test_a_late_press_of_a_form_is_turned_away_in_private(office: SlackOffice) -> None:
    async with office.listening(), office.working([SHIP, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        pressed = office.slack.people.press(office.bob, card, "edit")
        await pressed.reply()
        office.say("approve", office.bob, thread=said)
        await office.shown(said, 2)
        await office.slack.post.send("interactive", pressed.payload).reply()
        notes = office.slack.team.ephemerals
        await until(lambda: len(notes) == 1, "the private note")
    assert notes[0].user == office.bob.id
    assert "already" in notes[0].text


async def test_a_change_that_cannot_be_taken_is_said_beside_its_field(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.bob, card, "edit").reply()
        view = office.slack.people.view(office.bob)
        await office.slack.people.submit(office.bob, view, {"tag": "v1.2.3"})
        assert list(view.errors) == ["tag"]
        assert not view.closed
        _, events = await only_thread(app)
    assert [event.type for event in events if event.type == "Verdict"] == []


async def test_other_peoples_words_are_noted_and_ask_nobody(office: SlackOffice) -> None:
    async with office.listening() as app, office.working(["Hello.", "Again."]):
        said = office.mention("hello")
        await office.shown(said, 1)
        office.say("I like this bot", office.eve, thread=said)
        office.say(f"<@{office.eve.id}> me too", office.alice, thread=said)
        await office.slack.post.settled()
        assert len(office.model.asked) == 1
        office.say("and now?", office.alice, thread=said)
        await office.shown(said, 2)
        _, events = await only_thread(app)
    kinds = [event.type for event in events if event.type.startswith("Message")]
    assert kinds == ["MessageReceived", "MessageNoted", "MessageNoted", "MessageReceived"]
    assert "I like this bot" in office.model.asked[-1]


async def test_a_thread_that_is_not_ours_is_left_alone(office: SlackOffice) -> None:
    async with office.listening() as app, office.working():
        root = office.say("lunch?")
        office.say("yes", office.bob, thread=root)
        await office.slack.post.settled()
        assert await app.desk.threads() == []
    assert office.slack.ledger.calls("chat.postMessage") == []


async def test_the_first_mention_in_a_thread_brings_what_was_said_there_before(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working(["I see."]):
        root = office.say("the build is red", office.eve)
        office.say("since noon", office.bob, thread=root)
        office.say(f"{office.slack.mention} look at this", thread=root)
        await office.shown(root, 1)
    (asked,) = office.model.asked
    assert asked.index("the build is red") < asked.index("since noon") < asked.index("look at this")


@pytest.mark.parametrize("kind", ["public", "private", "mpim"])
async def test_in_every_kind_of_conversation_it_reads_the_thread_and_hears_it_without_a_mention(
    office: SlackOffice, kind: Kind
) -> None:
    """What the manifest forgets of events and scopes to read by is missed here."""
    everybody = [office.alice, office.bob, office.eve, office.slack.bot]
    office.channel = office.slack.team.channel("quiet", everybody, kind)
    async with office.listening(), office.working(["Indeed.", "I see.", "Since noon."]):
        asked = office.mention("is it raining?")
        await office.shown(asked, 1)
        office.say(
            "and the build?", thread=asked
        )  # Told as a message alone, by an event of this kind.
        await office.shown(asked, 2)
        root = office.say("the build is red", office.eve)
        office.say(f"{office.slack.mention} since when?", thread=root)
        await office.shown(root, 1)
    assert "the build is red" in office.model.asked[-1]


@pytest.mark.parametrize(("times", "read"), [(1, True), (9, False)])
async def test_where_a_thread_cannot_be_read_at_once_it_is_tried_again_and_else_said(
    office: SlackOffice, times: int, read: bool
) -> None:
    office.slack.faults.plan("conversations.replies", *[Fail(500)] * times)
    async with office.listening(), office.working(["I see."]), quiet():
        root = office.say("the build is red", office.eve)
        office.say(f"{office.slack.mention} look", thread=root)
        await office.shown(root, 1)
    (asked,) = office.model.asked
    assert ("the build is red" in asked) == read
    assert ("could not be read" in asked) != read


async def test_a_direct_message_needs_no_mention(office: SlackOffice) -> None:
    channel = office.slack.team.direct(office.alice, office.slack.bot)
    async with office.listening(), office.working(["Hello."]):
        said = office.slack.people.say(office.alice, channel, "hello")
        await until(lambda: len(office.answers(said)) == 1, "the answer")


async def test_an_edit_and_a_deletion_are_facts_and_start_nothing(office: SlackOffice) -> None:
    async with office.listening() as app, office.working(["Hello."]):
        said = office.mention("hello")
        await office.shown(said, 1)
        office.slack.people.edit(said, f"{office.slack.mention} good evening")
        office.slack.people.delete(said)
        await office.slack.post.settled()
        _, events = await only_thread(app)
    notes = [getattr(event, "text", "") for event in events if event.type == "MessageNoted"]
    assert notes == ["edited to: good evening", "deleted a message"]
    assert len(office.model.asked) == 1


async def test_whoever_approves_sees_that_what_was_asked_for_was_edited_or_deleted(
    office: SlackOffice,
) -> None:
    office.slack.post.copies = 2
    async with office.listening(), office.working([SHIP]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        idle = office.say("well", office.eve, thread=said)
        office.slack.people.edit(idle, "well, well")
        office.slack.people.edit(said, f"{office.slack.mention} ship nothing")
        await until(lambda: len(office.answers(said)) == 2, "the first note")
        await until(lambda: "Edited since, by alice*" in office.answers(said)[0].text, "the card")
        await until(lambda: "Edited since" in office.direct(office.bob)[0].text, "the copy")
        office.slack.people.delete(said)
        await until(lambda: len(office.answers(said)) == 3, "the second note")
        await office.slack.post.settled()
    card, *notes = office.answers(said)
    assert action_ids(card) == ["approve", "deny", "edit", "more"]
    request = str(card.blocks[0]["block_id"]).partition(":")[0]
    assert [note.text.split(" a message")[0] for note in notes] == ["alice has edited", "alice has deleted"]  # fmt: skip
    assert all(request in note.text for note in notes)


async def test_what_people_think_of_an_answer_is_on_the_log_and_shown(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working(["It is raining.", "Sunny."]):
        said = office.mention("what is the weather?")
        answer = await office.shown(said, 1)
        office.slack.post.copies = 2
        press = office.slack.people.press
        await press(office.alice, answer, "feedback", "positive").reply()
        await press(office.eve, answer, "feedback", "negative").reply()
        thread, events = await only_thread(app)
        story = [told(thread, event) for event in events]
    noted = [(event.actor, event.text) for event in events if isinstance(event, MessageNoted)]
    assert [actor for actor, _ in noted] == ["alice", f"slack:{office.eve.id}"]
    assert "answer: helpful" in noted[0][1]
    assert "answer: not helpful" in noted[1][1]
    assert any("alice" in line and "answer: helpful" in line for line in story)
    assert len(office.model.asked) == 1
