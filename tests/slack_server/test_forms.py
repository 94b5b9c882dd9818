"""Forms: what people fill in, what the app answers, and what Slack would make of it."""

from __future__ import annotations

import pytest

from tests.slack_server.people import BadAnswer
from tests.slack_server.rig import ask, ear, on_socket
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object
from tests.slack_server.workspace import Channel, Person

FIELD: Json = {
    "type": "input",
    "block_id": "reason",
    "label": {"type": "plain_text", "text": "Reason"},
    "element": {"type": "plain_text_input", "action_id": "text", "initial_value": "because"},
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "deny",
    "title": {"type": "plain_text", "text": "Deny"},
    "submit": {"type": "plain_text", "text": "Deny"},
    "private_metadata": "T-4-0-v2",
    "blocks": [FIELD],
}


async def test_a_form_is_opened_refused_with_reasons_and_submitted(
    slack: SlackServer, alice: Person, channel: Channel
) -> None:
    listener = ear(slack)
    refusal: Json = {"response_action": "errors", "errors": {"reason": "Say more."}}
    listener.answers = [refusal, {}]
    async with on_socket(slack, listener):
        trigger = slack.world.trigger(alice.id, slack.team)
        await ask(slack, "views.open", {"trigger_id": trigger, "view": MODAL})
        view = slack.people.view(alice)
        assert await slack.people.submit(alice, view, {}) == refusal
        assert (view.errors, view.closed) == ({"reason": "Say more."}, False)
        await slack.people.submit(alice, view, {"reason": "Not today."})
        bodies = [await listener.next("view_submission") for _ in range(2)]
    assert view.closed
    shown = [as_object(body["view"]) for body in bodies]
    texts = [as_object(as_object(each["state"])["values"])["reason"] for each in shown]
    assert texts == [
        {"text": {"type": "plain_text_input", "value": "because"}},
        {"text": {"type": "plain_text_input", "value": "Not today."}},
    ]
    assert shown[0]["private_metadata"] == "T-4-0-v2"


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"colour": "No."}},
        {"response_action": "update", "view": {"type": "modal", "blocks": []}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_slack_would_choke_on_is_no_answer(
    slack: SlackServer, alice: Person, answer: Json
) -> None:
    listener = ear(slack)
    listener.answers = [answer]
    async with on_socket(slack, listener):
        trigger = slack.world.trigger(alice.id, slack.team)
        await ask(slack, "views.open", {"trigger_id": trigger, "view": MODAL})
        with pytest.raises(BadAnswer):
            await slack.people.submit(alice, slack.people.view(alice), {})


async def test_a_form_can_be_followed_by_another(slack: SlackServer, alice: Person) -> None:
    listener = ear(slack)
    listener.answers = [
        {"response_action": "push", "view": MODAL},
        {"response_action": "update", "view": MODAL | {"callback_id": "sure"}},
        {"response_action": "clear"},
    ]
    async with on_socket(slack, listener):
        trigger = slack.world.trigger(alice.id, slack.team)
        await ask(slack, "views.open", {"trigger_id": trigger, "view": MODAL})
        first = slack.people.view(alice)
        await slack.people.submit(alice, first, {})
        second = slack.people.view(alice)
        assert (second.below, second.depth) == (first.id, 2)
        await slack.people.submit(alice, second, {})
        assert second.body["callback_id"] == "sure"
        await slack.people.submit(alice, second, {})
        assert (first.closed, second.closed) == (True, True)


async def test_a_form_takes_its_own_fields_and_no_empty_ones(
    slack: SlackServer, alice: Person
) -> None:
    trigger = slack.world.trigger(alice.id, slack.team)
    await ask(slack, "views.open", {"trigger_id": trigger, "view": MODAL})
    view = slack.people.view(alice)
    with pytest.raises(LookupError, match="No field 'colour'"):
        await slack.people.submit(alice, view, {"colour": "red"})
    with pytest.raises(ValueError, match="'reason' must be filled in"):
        await slack.people.submit(alice, view, {"reason": ""})


async def test_a_closed_form_tells_the_app_only_where_it_asked(
    slack: SlackServer, alice: Person
) -> None:
    for view in (MODAL, MODAL | {"notify_on_close": True}):
        trigger = slack.world.trigger(alice.id, slack.team)
        await ask(slack, "views.open", {"trigger_id": trigger, "view": view})
        slack.people.close(alice, slack.people.view(alice))
    assert [each.payload["type"] for each in slack.post.sent] == ["view_closed"]
    with pytest.raises(LookupError, match="alice sees no modal"):
        slack.people.view(alice)
