"""Recheck: whether what was approved is still what would run. Asked at the last moment before the claim."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from bot.core import approvals, grants
from bot.core.codec import canonical
from bot.core.events import CallVoided
from bot.core.thread import Call, Thread, asked_about
from bot.core.values import Card, Deputy
from bot.engine.toolbox import Gone, Toolbox, fingerprint, stand_ins
from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.rule import Rule
from bot.kit.tool import Tool


async def askable(toolbox: Toolbox, thread: Thread, call: Call) -> None:
    """Raises `ConnectionError` where its card would name too few only because a group cannot be read at this moment: it is made later.

    Of a group that is not there any more the card says so.
    """
    with suppress(Gone, BadArguments):
        await _fresh(toolbox, thread, call)
        agent, tool, rule = toolbox.rule(thread, call)
        barred = () if rule.self_approval else approvals.requesters(thread, call)
        able = [who for who in rule.approvers if who not in barred]
        if len(able) < rule.quorum and agent.away(tool.name):
            raise _unread(agent, tool)


async def void(toolbox: Toolbox, thread: Thread, call: Call) -> CallVoided | None:
    """Why this call may not run as it stands: the tool is gone, or what its approvers saw no longer holds.

    Raises `ConnectionError` where nobody can tell now who may decide: an approval is not lost for that, and nothing runs by it.
    """
    await _fresh(toolbox, thread, call)
    found = _ruled(toolbox, thread, call)
    if isinstance(found, CallVoided):
        return found
    agent, tool, rule = found
    if rule.kind != "gated" and call.card is None:
        return None
    if (reason := _objection(thread, call, tool, rule)) is None and _is_short(thread, call, rule):
        if agent.unread(tool.name):
            raise _unread(agent, tool)
        reason = "somebody who approved this may no longer do so"
    reason = reason or await _moved(toolbox, thread, call)
    return _voided(call, reason, "preview") if reason else None


def halted(call: Call) -> CallVoided:
    """What was to run under a grant from before a halt is asked about."""
    return _voided(call, "the grant is over: it was halted since that was given", "preview")


async def stale(toolbox: Toolbox, thread: Thread) -> list[CallVoided]:
    """Open cards whose tool, policy or approvers are no longer those they were made with: they are asked anew."""
    asked = asked_about(thread, "approval")
    for call in asked:
        await _fresh(toolbox, thread, call)
    return [fact for call in asked if (fact := _outdated(toolbox, thread, call)) is not None]


async def _fresh(toolbox: Toolbox, thread: Thread, call: Call) -> None:
    """Reads anew who decides on it, where its tool is still here."""
    with suppress(Gone):
        agent, tool = toolbox.find(thread, call)
        await agent.fresh(tool.name)


def _ruled(toolbox: Toolbox, thread: Thread, call: Call) -> tuple[Agent, Tool, Rule] | CallVoided:
    """What holds for it now, or why nothing does."""
    try:
        return toolbox.rule(thread, call)
    except Gone as error:
        return _voided(call, str(error), "close")
    except BadArguments as error:
        return _voided(call, f"the tool no longer takes these arguments: {error}", "preview")


def _outdated(toolbox: Toolbox, thread: Thread, call: Call) -> CallVoided | None:
    found = _ruled(toolbox, thread, call)
    if isinstance(found, CallVoided):
        return found
    agent, tool, rule = found
    card = call.card
    if card is None:
        return None
    same = (card.agent, card.approvers) == (fingerprint(tool, rule), rule.approvers)
    if same and _pairs(card.deputies) == _pairs(stand_ins(agent, call, rule, thread.at)):
        return None
    if card.agent == fingerprint(tool, rule) and agent.unread(tool.name):
        return None  # Who is in a group cannot be read now: nothing runs by it, and nobody is asked anew for that.
    return _voided(call, "the tool or its policy has changed since this was asked", "preview")


def _pairs(deputies: Iterable[Deputy]) -> set[tuple[str, str]]:
    """Who stands in for whom, whenever that begins."""
    return {(each.person, each.of) for each in deputies}


def _objection(thread: Thread, call: Call, tool: Tool, rule: Rule) -> str | None:
    card = call.card
    if card is None:
        return "the policy now asks for an approval"
    if card.agent != fingerprint(tool, rule):
        return "the tool or its policy has changed since this was approved"
    # The claim itself is judged by its own time; here nobody claims what is known to be over.
    is_over = call.granted is not None and call.granted.grant.until <= thread.at
    return grants.OVER if is_over else None


def _is_short(thread: Thread, call: Call, rule: Rule) -> bool:
    """Whether fewer of those who approved may still do so than there have to be."""
    assert call.card is not None, "an objection was raised where there is no card"
    card = call.card
    barred = () if rule.self_approval else approvals.requesters(thread, call)
    taken = {*barred, *call.approved}
    left = [who for who in call.approved if _may(card, rule, who, taken) and who not in barred]
    return len(left) < rule.quorum


def _may(card: Card, rule: Rule, person: str, taken: set[str]) -> bool:
    """Whether they still decide: as an approver, or as the deputy, as they were, of one who still is one and whose place is free."""
    places = [(each.person, each.of) for each in card.deputies if each.person == person]
    lent = (each for each in rule.deputies if each[1] not in taken)
    return person in rule.approvers or any(each in places for each in lent)


async def _moved(toolbox: Toolbox, thread: Thread, call: Call) -> str | None:
    """Whether a pin reads differently now than on the card."""
    assert call.card is not None, "an objection was raised where there is no card"
    try:
        fresh = await toolbox.card(thread, call)
    except Exception as error:  # noqa: BLE001 - whatever the tool's own code raises
        return f"it can no longer be done: {toolbox.said(call, error)}"
    # As text, for to Python 1 is true.
    before, after = (
        {pin: canonical(each) for pin, each in pins.items()}
        for pins in (call.card.pins, fresh.pins)
    )
    changed = sorted(
        pin for pin in before.keys() | after.keys() if before.get(pin) != after.get(pin)
    )
    return f"what it was approved on has changed: {', '.join(changed)}" if changed else None


def _unread(agent: Agent, tool: Tool) -> ConnectionError:
    kept = ", ".join(f"{group} ({why})" for group, why in agent.unread(tool.name))
    return ConnectionError(f"who may decide on {tool.name} cannot be read now: {kept}")


def _voided(call: Call, reason: str, then: Literal["preview", "close"]) -> CallVoided:
    return CallVoided(
        id=f"void:{call.request}",
        actor="engine",
        call=call.id,
        version=call.version,
        reason=reason,
        then=then,
    )
