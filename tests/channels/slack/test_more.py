"""More: what the form offers to whom, and what was sent in it as a verdict that decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from bot.core.values import Deputy
from bot.kit.arrival import Press
from channels.slack.blocks import Json, Look
from channels.slack.forms import Mistakes
from channels.slack.more import button, form, read
from tests.channels.slack.test_cards import APPROVAL, QUESTION
from tests.slack_server.modals import complaints

PRESS = Press("p", "slack", "U1", "T-4-0-v2", "ignore", digest="d")
BERLIN = Look(time_zone="Europe/Berlin")
NOON = 1_700_000_000_000


def sent(what: str, when: str = "") -> Json:
    chosen: Json = {"selected_option": {"value": what}}
    return {"what": {"value": chosen}, "when": {"value": {"value": when}}}


def offered(view: Json) -> list[str]:
    [_, what, _] = cast("list[dict[str, Json]]", view["blocks"])
    return [str(each["value"]) for each in cast("list[Json]", what["element"]["options"])]


def test_the_form_names_everybody_else_who_is_asked() -> None:
    asked = replace(APPROVAL, approvers=("ana", "bo", "cy"))
    view = form(PRESS, asked, "bo", BERLIN, NOON)
    assert offered(view) == ["later", "ignore", "pass:ana", "pass:cy"]
    assert view["private_metadata"] == "T-4-0-v2 d"
    assert list(complaints({**view})) == []
    question = form(PRESS, replace(QUESTION, asked=("ana",)), "ana", BERLIN, NOON)
    assert offered(question) == ["later", "ignore"]


def test_a_crowd_and_long_names_keep_to_what_slack_takes() -> None:
    crowd = tuple(f"{'x' * 60}{number}" for number in range(200))
    view = form(PRESS, replace(APPROVAL, approvers=crowd), "bo", BERLIN, NOON)
    assert list(complaints({**view})) == []


def test_the_form_names_those_who_stand_in_by_then() -> None:
    times = (("dora", NOON), ("eve", NOON + 1))
    deputies = tuple(Deputy(person=person, of="bo", since=since) for person, since in times)
    asked = replace(APPROVAL, approvers=("ana", "bo"), deputies=deputies)
    view = form(PRESS, asked, "bo", BERLIN, NOON)
    assert offered(view) == ["later", "ignore", "pass:ana", "pass:dora"]


def test_the_button_carries_what_was_shown() -> None:
    assert button(APPROVAL, BERLIN)["value"] == "T-4-0-v2 d"
    assert button(QUESTION, BERLIN)["value"] == QUESTION.request


def test_what_was_sent_is_a_verdict() -> None:
    assert read(PRESS, sent("ignore", "09:00"), BERLIN, NOON) == PRESS
    assert read(PRESS, sent("pass:ana"), BERLIN, NOON) == replace(PRESS, word="pass", to="ana")
    later = read(PRESS, sent("later", "2h"), BERLIN, NOON)
    assert later == replace(PRESS, word="later", until=NOON + 7_200_000)


@pytest.mark.parametrize("when", ["", "soon", "2001-01-01 09:00"])
def test_later_takes_a_time_to_come(when: str) -> None:
    found = read(PRESS, sent("later", when), BERLIN, NOON)
    assert isinstance(found, Mistakes)
    assert list(found.errors) == ["when"]
