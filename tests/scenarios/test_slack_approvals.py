"""Approvals in Slack that are more than one, need more than one, or get none: each card is its own, and says what became of it."""

from __future__ import annotations

from copy import deepcopy

from bot.core.events import Verdict
from bot.kit.arrival import Json
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack import SHIP, action_ids
from tests.slack_server.faults import Fault, Refuse
from tests.slack_server.ledger import Entry

SHIP_BOTH: Reply = [
    ("ship", {"tag": tag, "because": "it was asked for"}) for tag in ("v1.2.3", "v2.0.0")
]


def under(office: SlackOffice, policy: str) -> None:
    """The agent's front matter says this of its tool."""
    page = office.folder / "agents" / "shipper" / "agent.md"
    text = page.read_text()
    page.write_text(text.replace("listen: thread", f"listen: thread\npolicy: {{ship: {policy}}}"))


async def test_of_two_cards_in_a_thread_each_is_decided_by_its_own_buttons_alone(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working([SHIP_BOTH, "Shipped."]):
        said = office.mention("ship both")
        await office.shown(said, 2)
        cards = office.answers(said)
        one, two = (next(c for c in cards if tag in c.text) for tag in ("v1.2.3", "v2.0.0"))
        await office.slack.people.press(office.bob, two, "deny").reply()
        view = office.slack.people.view(office.bob)
        await office.slack.people.submit(office.bob, view, {"reason": "not that one"})
        await until(lambda: action_ids(two) == [], "the end of the second")
        assert action_ids(one) == ["approve", "deny", "edit", "more"]
        await office.slack.people.press(office.bob, one, "approve").reply()
        await until(lambda: action_ids(one) == [] and "Done" in one.text, "the end of the first")
    assert office.ledger() == ["v1.2.3"]


async def test_a_card_that_nobody_decides_in_time_says_so_and_the_work_goes_on(
    office: SlackOffice,
) -> None:
    under(office, "{deadline: 1s}")
    async with office.listening() as app, office.working([SHIP, "Nobody answered, so I left it."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        as_shown = deepcopy(card)
        last = await office.shown(said, 2)
        await until(lambda: action_ids(card) == [], "the card without its buttons")
        await office.slack.people.press(office.bob, as_shown, "approve").reply()
        await until(lambda: bool(office.slack.team.whispers(office.bob)), "the note")
        thread, _ = await only_thread(app)
    assert "Expired: nobody decided in time" in card.text
    assert last.text == "Nobody answered, so I left it."
    assert (thread.cancelled, office.ledger()) == (False, [])


async def test_where_two_must_approve_one_is_counted_and_only_another_person_is_the_second(
    office: SlackOffice,
) -> None:
    under(office, "{quorum: 2}")
    async with office.listening(), office.working([SHIP, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        for _ in range(2):
            await office.slack.people.press(office.bob, card, "approve").reply()
        await until(lambda: "Approvals: 1 of 2 (bob)" in card.text, "the count")
        assert office.ledger() == []
        await office.slack.people.press(office.carol, card, "approve").reply()
        await office.shown(said, 2)
    assert office.ledger() == ["v1.2.3"]


async def test_an_answer_that_slack_refuses_for_its_form_goes_out_plainer_and_asks_no_model_again(
    office: SlackOffice,
) -> None:
    def refuse(entry: Entry) -> Fault | None:
        is_formed = entry.method == "chat.postMessage" and entry.arguments.get("blocks")
        return Refuse("invalid_blocks") if is_formed else None

    office.slack.faults.rule = refuse
    async with office.listening(), office.working(["| a | b |\n|---|---|\n| 1 | 2 |", "Never."]):
        said = office.mention("a table, please")
        answer = await office.shown(said, 1)
        await office.slack.post.settled()
    assert "1" in answer.text
    assert (len(office.answers(said)), len(office.model.asked)) == (1, 1)


async def test_with_two_questions_open_a_bare_yes_answers_neither_and_it_is_asked_which(
    office: SlackOffice,
) -> None:
    both: Reply = [
        ("request_human_input", {"question": text, "options": {"format": "yes_no"}})
        for text in ("Tag it?", "Announce it?")
    ]
    async with office.listening() as app, office.working([both, "Tagged."]):
        said = office.mention("ship it")
        await office.shown(said, 2)
        office.say("yes", thread=said)
        which = await office.shown(said, 3)
        assert len(office.model.asked) == 1
        for card in office.answers(said)[:2]:
            assert action_ids(card)[:2] == ["answer:0", "answer:1"]
            await office.slack.people.press(office.alice, card, "answer:0").reply()
        await office.shown(said, 4)
        _, events = await only_thread(app)
    assert "which" in which.text.lower()
    answers = [event.word for event in events if isinstance(event, Verdict)]
    assert answers == ["answer", "answer"]


async def test_a_question_whose_answer_is_a_form_takes_words_and_shows_urgency_and_deadline(
    office: SlackOffice,
) -> None:
    schema: Json = {"type": "object", "properties": {"tag": {"type": "string"}}}
    options: Json = {"format": "form", "response_schema": schema, "urgency": "high"}
    ask: Reply = [("request_human_input", {"question": "Which tag?", "options": options})]
    async with office.listening(), office.working([ask, "Thanks."]):
        said = office.mention("ship it")
        question = deepcopy(await office.shown(said, 1))
        office.say("v1.2.3", thread=said)
        await office.shown(said, 2)
    assert all(part in question.text for part in ("Which tag?", "Urgency: high", "Until"))
    assert "v1.2.3" in office.model.asked[-1]


async def test_who_asks_for_a_call_in_somebody_elses_thread_does_not_approve_it(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working(["v1.2.3 is there.", SHIP, "Shipped."]):
        said = office.mention("what can be shipped?")
        await office.shown(said, 1)
        office.say(f"{office.slack.mention} ship v1.2.3", office.bob, said)
        card = await office.shown(said, 2)
        await office.slack.people.press(office.bob, card, "approve").reply()
        await until(lambda: bool(office.slack.team.whispers(office.bob)), "the note")
        [note] = office.slack.team.whispers(office.bob)
        assert "it needs somebody else" in note.text
        assert (office.ledger(), action_ids(card)[:1]) == ([], ["approve"])
        await office.slack.people.press(office.carol, card, "approve").reply()
        await office.shown(said, 3)
    assert office.ledger() == ["v1.2.3"]
