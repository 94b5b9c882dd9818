"""More…: somebody who is asked passes it on, puts it off or leaves it; only what is sent off is on record."""

from __future__ import annotations

from bot.core.events import Event, Verdict
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until

SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
ASK: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]


def verdicts(events: list[Event]) -> list[Verdict]:
    return [event for event in events if isinstance(event, Verdict)]


async def test_a_card_is_passed_put_off_and_left_by_a_form(office: SlackOffice) -> None:
    people = office.slack.people
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        for what, when in (("pass:carol", ""), ("later", "2h"), ("ignore", "")):
            before = verdicts((await only_thread(app))[1])
            await people.press(office.bob, card, "more").reply()
            assert verdicts((await only_thread(app))[1]) == before
            view = people.view(office.bob)
            await people.submit(office.bob, view, {"what": what, "when": when})
        await office.shown(said, 2)
        thread, events = await only_thread(app)
    one, two, three = verdicts(events)
    assert [(each.word, each.actor) for each in (one, two, three)] == [
        ("pass", "bob"),
        ("later", "bob"),
        ("ignore", "bob"),
    ]
    assert one.to == "carol"
    assert two.until is not None
    assert abs(two.until - two.at - 7_200_000) < 60_000
    [call] = [call for call in thread.calls if call.card]
    assert [(each.by, each.word) for each in call.asides] == [("bob", "ignore")]


async def test_later_takes_a_time_and_the_form_says_so(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.bob, card, "more").reply()
        view = office.slack.people.view(office.bob)
        for when in ("", "soon", "2020-01-01 09:00"):
            answer = await office.slack.people.submit(
                office.bob, view, {"what": "later", "when": when}
            )
            assert "09:00 or 2h" in str(answer["errors"])
        assert verdicts((await only_thread(app))[1]) == []


async def test_no_form_opens_for_whoever_is_not_asked(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([SHIP]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        await office.slack.people.press(office.eve, card, "more").reply()
        await until(lambda: bool(office.slack.team.whispers(office.eve)), "what eve is told")
        assert verdicts((await only_thread(app))[1]) == []
    assert office.slack.ledger.calls("views.open") == []


async def test_a_question_can_be_passed_too_and_is_answered_by_whoever_has_it(
    office: SlackOffice,
) -> None:
    async with office.listening() as app, office.working([ASK, "Thank you."]):
        said = office.mention("ship it")
        question = await office.shown(said, 1)
        await office.slack.people.press(office.alice, question, "more").reply()
        view = office.slack.people.view(office.alice)
        await office.slack.people.submit(office.alice, view, {"what": "pass:bob", "when": ""})
        await until(lambda: len(office.answers(said)) == 2, "the word that it was passed")
        office.say("v1.2.3", office.bob, said)
        await office.shown(said, 3)
        _, events = await only_thread(app)
    [passed] = verdicts(events)
    assert (passed.word, passed.actor, passed.to) == ("pass", "alice", "bob")
