"""Grants: what begins under one, what ends it, and what is asked about like any other. Part of the fold."""

from __future__ import annotations

from bot.core import approvals, calls, grant, human, meanings, words
from bot.core.events import MessageNoted, MessageReceived, Verdict
from bot.core.frozen import replace
from bot.core.grant import Grant, Granted
from bot.core.thread import READY, Asked, Call, Ready, Thread
from bot.core.values import Card, Grantable
from bot.core.words import Deny

OVER = "the grant under which it was to run is over"
UNTOLD = "the thread could not be told that it was to run under a grant"
NONE: tuple[Grant, ...] = ()


# ---- what people say -------------------------------------------------------------------------------------------------
def heard(
    thread: Thread, event: MessageReceived | MessageNoted, before: tuple[Call, ...] = ()
) -> Thread:
    """A typed denial ends every grant; other words end those of whoever says them, for what comes next may be what they ask.

    So does an approval, unless one was open `before`: else it is an answer to what the model asked in words of its own.
    """
    if not thread.grants:
        return thread
    if isinstance(words.read(event.text), Deny):
        return ended(thread, f"{event.actor} denied")
    approves = meanings.approves(event.text) and any(map(meanings.is_open_approval, before))
    return thread if approves else _spoke(thread, event.actor)


def verdict(thread: Thread, event: Verdict) -> Thread:
    """The verdict, and what it grants. One that denies or changes something ends every grant, whether it counts or not."""
    if thread.grants and event.word in ("deny", "edit"):
        done = "denied" if event.word == "deny" else "changed"
        thread = ended(thread, f"{event.actor} {done} {event.request}")
    elif thread.grants and event.word == "answer":
        thread = _spoke(thread, event.actor)
    call, lasting = thread.call(event.request), grant.minutes(event)
    thread = human.verdict(thread, event)
    return _given(thread, call, event, lasting) if call and lasting else thread


def _given(thread: Thread, before: Call, event: Verdict, lasting: int) -> Thread:
    after, card = thread.call(before.id), before.card
    is_approved = after is not None and isinstance(after.phase, Ready)
    offer = grant.offered(card) if card else None
    if card is None or offer is None or not is_approved or not isinstance(before.phase, Asked):
        return thread
    new = Grant(
        by=event.actor,
        at=event.at,
        until=event.at + lasting * grant.MINUTE_MS,
        head=thread.head,
        tool=before.proposal.tool,
        agent=card.agent,
        scope=grant.scope(before.proposal, offer),
        same=grant.same(before.proposal, offer),
        own=card.self_approval,
    )
    replaced = tuple(each for each in thread.grants if _alike(each, new))
    if replaced:
        thread = _without(thread, replaced, f"{event.actor} gave another in its place")
    standing = (each for each in thread.grants if each.until > event.at)
    return replace(thread, grants=(*standing, new))


def _alike(one: Grant, other: Grant) -> bool:
    """Whether the later of the two takes the place of the earlier."""
    return (one.by, one.tool, one.agent, one.scope) == (
        other.by, other.tool, other.agent, other.scope,
    )  # fmt: skip


def _spoke(thread: Thread, person: str) -> Thread:
    """Whoever asks does not approve, unless the policy lets them."""
    gone = tuple(each for each in thread.grants if each.by == person and not each.own)
    return _without(thread, gone, f"{person}, who granted it, has spoken since") if gone else thread


def ended(thread: Thread, why: str) -> Thread:
    """The thread without a grant. What was to run under one and has not begun is asked about."""
    return _without(thread, thread.grants, why) if thread.grants else thread


def _without(thread: Thread, gone: tuple[Grant, ...], why: str) -> Thread:
    left = tuple(each for each in thread.grants if each not in gone) or NONE
    return replace(
        thread,
        grants=left,
        calls=tuple(
            calls.anew(call, f"the grant is over: {why}")
            if call.granted and isinstance(call.phase, Ready) and call.granted.grant not in left
            else call
            for call in thread.calls
        ),
    )


# ---- what begins under a grant ---------------------------------------------------------------------------------------
def moved(thread: Thread, call: Call, event: calls.Move) -> Call:
    """The call after a fact about it, where there are grants."""
    after = calls.move(call, event)
    if after is call:
        return call
    if event.type == "Previewed" and after.card:
        found = covering(thread, after, after.card, event.at)
        return after if found is None else _under(after, found)
    if event.type == "ToolStarted" and call.granted and isinstance(call.phase, Ready):
        if not call.granted.told:
            return call
        if event.at >= call.granted.grant.until:
            return calls.anew(call, OVER)
    return after


def _under(call: Call, found: Grant) -> Call:
    return replace(call, phase=READY, approved=(found.by,), granted=Granted(found))


def covering(thread: Thread, call: Call, card: Card, at: int) -> Grant | None:
    """The grant under which this call may run, the one that lasts longest; None: it is asked about like any other.

    Only what the model chose after it was given, and what nobody was asked about: no card that was open, edited, re-issued or
    voided, and no second try. And no leave that its giver keeps while asking for more, where whoever asks does not approve.
    """
    offer = grant.offered(card)
    if offer is None or call.version > 1 or not thread.addresses or _is_copied(card, offer):
        return None
    what = (call.proposal.tool, card.agent, grant.scope(call.proposal, offer))
    found = (
        each
        for each in thread.grants
        if at < each.until
        and call.step >= each.head
        and (card.self_approval or not each.own)
        and (each.tool, each.agent, each.scope) == what
        and approvals.may_approve(thread, call, card, each.by, at)
    )
    return max(found, key=lambda each: each.until, default=None)


def _is_copied(card: Card, offer: Grantable) -> bool:
    """Whether what may differ repeats what came from outside, and the policy does not let that pass."""
    return not offer.outside and any(name not in offer.same for name in card.outside)
