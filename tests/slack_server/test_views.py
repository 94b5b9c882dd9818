"""Views: a trigger lives 3 seconds and opens one; what stands is updated by id and hash."""

from __future__ import annotations

import pytest

from tests.slack_server.manifests import MANIFEST
from tests.slack_server.rig import ask, error
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import Json, as_object
from tests.slack_server.workspace import Person

MODAL: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Deny"},
    "blocks": [{"type": "divider"}],
}
HOME: Json = {"type": "home", "blocks": [{"type": "divider"}]}


def trigger(slack: SlackServer, person: Person, view: str = "") -> str:
    return slack.world.trigger(person.id, slack.team, view)


async def test_a_trigger_lives_three_seconds_and_opens_one_view(
    slack: SlackServer, alice: Person
) -> None:
    used, late = trigger(slack, alice), trigger(slack, alice)
    assert await error(slack, "views.open", {"trigger_id": used, "view": MODAL}) == ""
    assert (
        await error(slack, "views.open", {"trigger_id": used, "view": MODAL})
        == "exchanged_trigger_id"
    )
    slack.clock.move(3.1)
    assert (
        await error(slack, "views.open", {"trigger_id": late, "view": MODAL})
        == "expired_trigger_id"
    )
    assert (
        await error(slack, "views.open", {"trigger_id": "1.2.3", "view": MODAL})
        == "invalid_trigger_id"
    )


async def test_a_malformed_view_is_refused_and_leaves_the_trigger_good(
    slack: SlackServer, alice: Person
) -> None:
    asked = {"trigger_id": trigger(slack, alice)}
    long = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    answer = await ask(slack, "views.open", {**asked, "view": long})
    assert answer["error"] == "invalid_arguments"
    assert as_object(answer["response_metadata"])["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    assert await error(slack, "views.open", {**asked, "view": HOME}) == "invalid_arguments"
    large = MODAL | {"blocks": [{"type": "image", "image_url": "x" * 2999, "alt_text": "x"}] * 99}
    assert await error(slack, "views.open", {**asked, "view": large}) == "view_too_large"
    assert await error(slack, "views.open", {**asked, "view": MODAL}) == ""


async def test_an_update_with_an_old_hash_conflicts(slack: SlackServer, alice: Person) -> None:
    opened = await ask(slack, "views.open", {"trigger_id": trigger(slack, alice), "view": MODAL})
    shown = as_object(opened["view"])
    place = {"view_id": shown["id"], "hash": shown["hash"], "view": MODAL}
    assert await error(slack, "views.update", place) == ""
    assert await error(slack, "views.update", place) == "hash_conflict"
    assert await error(slack, "views.update", {**place, "view_id": "V404"}) == "not_found"


async def test_an_external_id_is_given_once(slack: SlackServer, alice: Person) -> None:
    named = MODAL | {"external_id": "mine"}
    first = {"trigger_id": trigger(slack, alice), "view": named}
    second = {"trigger_id": trigger(slack, alice), "view": named}
    assert await error(slack, "views.open", first) == ""
    assert await error(slack, "views.open", second) == "duplicate_external_id"
    assert await error(slack, "views.update", {"external_id": "mine", "view": MODAL}) == ""


async def test_three_views_are_the_most_on_one_another(slack: SlackServer, alice: Person) -> None:
    await ask(slack, "views.open", {"trigger_id": trigger(slack, alice), "view": MODAL})
    codes: list[str] = []
    for _ in range(3):
        above = trigger(slack, alice, slack.people.view(alice).id)
        codes.append(await error(slack, "views.push", {"trigger_id": above, "view": MODAL}))
    assert codes == ["", "", "push_limit_reached"]


async def test_a_home_is_published_to_one_person(slack: SlackServer, alice: Person) -> None:
    assert await error(slack, "views.publish", {"user_id": alice.id, "view": HOME}) == ""
    slack.people.open_home(alice)
    event = as_object(slack.post.sent[0].payload["event"])
    assert as_object(event["view"])["type"] == "home"
    assert (
        await error(slack, "views.publish", {"user_id": "U404", "view": HOME}) == "user_not_found"
    )
    with pytest.raises(LookupError):
        slack.people.view(alice)


async def test_a_home_that_the_manifest_did_not_enable_is_refused() -> None:
    features = as_object(MANIFEST["features"]) | {"app_home": {"home_tab_enabled": False}}
    async with SlackServer(MANIFEST | {"features": features}) as slack:
        alice = slack.team.person("alice")
        asked = {"user_id": alice.id, "view": HOME}
        assert await error(slack, "views.publish", asked) == "not_enabled"
