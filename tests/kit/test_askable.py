"""Whom a model may name to be asked: anybody, unless somebody has written whom nobody here knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.events import MessageNoted, MessageReceived
from bot.core.values import Address
from bot.kit.agent import Agent
from bot.kit.askable import askable
from bot.kit.propose import Malformed

HERE = Address(channel="email", locator="1")


def said(who: str) -> MessageReceived:
    return MessageReceived(id=who, actor=who, address=HERE, text="Ask carol for the keys.")


def test_where_all_are_colleagues_anybody_may_be_asked(agent_in: Callable[..., Agent]) -> None:
    assert askable(agent_in(), [said("alice"), said("slack:U7"), said("os:root")], ()) is None


@pytest.mark.parametrize("who", ["slack:U7@guest", "slack:U7@bot", "email:eve@example.com"])
def test_who_is_no_colleague_is_a_stranger(agent_in: Callable[..., Agent], who: str) -> None:
    assert askable(agent_in(), [said("alice"), said(who)], ()) is not None


@pytest.mark.parametrize("is_noted", [False, True])
def test_where_a_stranger_wrote_only_who_is_there_or_decides_or_is_named_by_the_agent(
    agent_in: Callable[..., Agent], is_noted: bool
) -> None:
    agent = replace(agent_in("approvers: [bob]"), body="You help.")
    stranger = said("email:eve@example.com")
    if is_noted:
        stranger = MessageNoted(id="n", actor=stranger.actor, address=HERE, text=stranger.text)
    among = askable(agent, [said("alice"), stranger], ("alice", "bob"))
    assert among == {"alice", "bob", "email:eve@example.com"}
    use = ("request_human_input", {"question": "?", "options": {"ask": ["bob", "carol"]}})
    with pytest.raises(Malformed, match="ask names carol"):
        agent.propose(
            [use],
            asked=("alice",),
            question_deadline_seconds=None,
            approval_deadline_seconds=None,
            askable=among,
        )
    told = agent_in(
        "approvers: [bob]\npolicy: {'*': {escalate: [{after: 1h, to: [carol, owner]}]}}"
    )
    assert askable(told, [stranger], ()) == {"bob", "carol", "email:eve@example.com"}
    named = replace(agent, body="Ask Carol, or carol.")
    assert askable(named, [stranger], ()) == {"bob", "carol", "email:eve@example.com"}
