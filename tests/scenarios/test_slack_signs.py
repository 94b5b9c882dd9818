"""Signs in Slack: eyes and a status while it works, gone when people are to write and when it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from channels.slack import signs
from channels.slack.manifest import manifest
from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.faults import Fault, Limit, Refuse
from tests.slack_server.ledger import Entry
from tests.slack_server.rig import ask
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object

ASK: Reply = [("request_human_input", {"question": "Which tag?", "options": {}})]
SHIP: Reply = [("ship", {"tag": "v1.2.3", "because": "it was asked for"})]
SET, EYES, NO_EYES, POST = (
    "agents.sessions.setStatus",
    "reactions.add",
    "reactions.remove",
    "chat.postMessage",
)


def no_agent() -> Json:
    """The manifest of an app that was installed before it was an agent."""
    made: Json = {**manifest()}
    features = as_object(made["features"])
    return made | {"features": {name: features[name] for name in features if name != "agent_view"}}


def statuses(office: SlackOffice) -> list[object]:
    return [each["status"] for each in office.slack.team.statuses]


def order(office: SlackOffice) -> list[str]:
    """What was set and posted in the thread, in order; copies of a card go elsewhere."""
    calls = office.slack.ledger.where(
        lambda entry: (
            entry.applied
            and (entry.method == SET or (entry.method == POST and "thread_ts" in entry.arguments))
        )
    )
    return [str(call.arguments["status"]) if call.method == SET else "post" for call in calls]


async def test_in_a_direct_message_its_status_says_what_it_does(office: SlackOffice) -> None:
    async with office.listening(), office.working([ASK, "Shipped."]):
        said = office.whisper("ship it")
        await office.shown(said, 1)
        assert order(office) == ["processing", "suspended", "post"]
        office.say("v1.2.3", thread=said)
        await office.shown(said, 2)
        await until(lambda: statuses(office)[-1] == "active", "rest")
    assert order(office) == ["processing", "suspended", "post", "processing", "post", "active"]


async def test_a_card_waits_with_the_session_suspended_and_its_approval_goes_on(
    office: SlackOffice,
) -> None:
    async with office.listening(), office.working([SHIP, "Shipped."]):
        said = office.whisper("ship it")
        card = await office.shown(said, 1)
        assert statuses(office)[-1] == "suspended"
        assert order(office)[-2:] == ["suspended", "post"]
        await office.slack.people.press(office.bob, card, "approve").reply()
        await office.shown(said, 2)
        await until(lambda: statuses(office)[-1] == "active", "rest")
    assert statuses(office) == ["processing", "suspended", "processing", "active"]
    assert office.ledger() == ["v1.2.3"]


async def test_eyes_go_once_the_answer_is_there_and_no_status_locks_a_channel(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LATER_SECONDS", 0.1)
    async with office.listening(), office.working([ASK, "Shipped."]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        await until(lambda: "eyes" in said.reactions, "the eyes")
        answer = office.say("v1.2.3", thread=said)
        await office.shown(said, 2)
        await until(lambda: len(office.slack.ledger.calls(EYES)) == 2, "both eyes")
        await until(lambda: not (said.reactions or answer.reactions), "no more eyes")
    assert office.slack.ledger.calls(SET) == []
    posted = office.slack.ledger.calls(POST)[-1].at
    assert all(call.at >= posted for call in office.slack.ledger.calls(NO_EYES))


async def test_work_that_ends_without_a_word_takes_its_eyes_away(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signs, "LATER_SECONDS", 0.1)
    nothing: Reply = [("nothing_to_do", {"reason": "It was thanks."})]
    async with office.listening(), office.working([nothing]):
        said = office.mention("thanks!")
        await until(lambda: bool(office.slack.ledger.calls(EYES)), "the eyes")
        await until(lambda: not said.reactions, "no more eyes")
        whispered = office.whisper("stop")
        await office.shown(whispered, 1)
        await until(lambda: statuses(office)[-1:] == ["active"], "rest")


@pytest.mark.parametrize("fault", [Limit(30), Refuse("not_allowed"), Refuse("internal_error")])
async def test_work_goes_on_when_no_sign_can_be_given(office: SlackOffice, fault: Fault) -> None:
    def no_signs(entry: Entry) -> Fault | None:
        return fault if entry.method in (SET, EYES, NO_EYES) else None

    office.slack.faults.rule = no_signs
    async with office.listening(), office.working([ASK, SHIP, "Shipped."]):
        said = office.whisper("ship it")
        await office.shown(said, 1)
        office.say("v1.2.3", thread=said)
        card = await office.shown(said, 2)
        await office.slack.people.press(office.bob, card, "approve").reply()
        done = await office.shown(said, 3)
    assert done.text == "Shipped."
    assert office.ledger() == ["v1.2.3"]
    assert len(office.slack.ledger.calls(SET)) <= 8


async def test_an_app_that_is_no_agent_does_its_work(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with SlackServer(no_agent()) as slack:
        office = SlackOffice(slack, redis_server, tmp_path, free_port())
        async with office.listening(), office.working(["Here."]):
            said = office.whisper("are you there?")
            await office.shown(said, 1)
            await until(lambda: bool(slack.ledger.calls(NO_EYES)), "no more eyes")
    assert set(slack.ledger.errors(SET)) == {"not_allowed"}


# ---- Stop -------------------------------------------------------------------------------------------------------------
async def test_stop_ends_the_work_like_the_word_and_says_so(office: SlackOffice) -> None:
    office.model.gate.clear()
    async with office.listening() as app, office.working(["Too late."]):
        said = office.whisper("ship it")
        await until(lambda: statuses(office) == ["processing"], "work")
        office.slack.post.copies = 3
        office.slack.people.stop_session(office.alice, said)
        told = await office.shown(said, 1)
        await office.slack.post.settled()
        await until(lambda: statuses(office)[-1] == "active", "rest")
        office.model.gate.set()
        thread, events = await only_thread(app)
    assert "Stopped" in told.text
    assert thread.cancelled
    assert [event.type for event in events].count("MessageReceived") == 2
    assert len(office.answers(said)) == 1


async def test_stop_counts_from_those_alone_whose_word_would(office: SlackOffice) -> None:
    async with office.listening() as app, office.working([ASK]):
        said = office.mention("ship it")
        await office.shown(said, 1)
        for person in (office.eve, office.bob):
            where = {"channel": office.channel.id, "thread_ts": said.ts, "user": person.id}
            stop = {"type": "agent_session_stopped", "event_ts": office.slack.team.next_ts()}
            office.slack.people.tell("agent_session_stopped", {**where, **stop})
            await office.slack.post.settled()
            thread, events = await only_thread(app)
            assert thread.cancelled == (person is office.bob)
    (refused,) = office.slack.team.whispers(office.eve)
    assert (refused.text[:21], refused.thread_ts) == ("That stopped nothing:", said.ts)
    assert [event.type for event in events].count("MessageNoted") == 1


async def test_stop_where_nothing_is_known_moves_the_session_and_begins_nothing(
    office: SlackOffice,
) -> None:
    async with office.listening() as app:
        office.slack.post.road, road = None, office.slack.post.road
        office.slack.post.pauses = ()
        said = office.whisper("lost")
        await office.slack.post.settled()
        office.slack.post.road = road
        place: Json = {"channel_id": said.channel, "thread_ts": said.ts, "status": "processing"}
        await ask(office.slack, SET, place)
        office.slack.people.stop_session(office.alice, said)
        await until(lambda: statuses(office)[-1] == "active", "rest")
        assert await app.desk.threads() == []
