"""Decide: a human's word on a request. It goes on the log like everybody's, and the fold says at once whether it counted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import uuid4

from cyclopts import Parameter
from pydantic import JsonValue

from bot.app import App
from bot.cli import parts, requests
from bot.cli.cards import card
from bot.cli.errors import Failed, Wrong
from bot.cli.given import arguments_of
from bot.cli.grant import grant_line, minutes_of
from bot.cli.output import clock, say
from bot.cli.parts import As
from bot.cli.requests import Found
from bot.core.events import Verdict
from bot.core.grant import granting
from bot.core.reducer import replay
from bot.core.thread import Asked, Closed, Previewing, Ready
from bot.core.values import Address, Word
from bot.core.yamlish import dump
from bot.engine.desk import Judged
from bot.engine.put_off import zone_of
from bot.kit.arguments import BadArguments
from bot.kit.moments import moment_of
from channels.console.channel import CHANNEL

Json = dict[str, JsonValue]
Reason = Annotated[
    str, Parameter("--reason", allow_leading_hyphen=True, help="Why; the agent plans anew with it.")
]
Arguments = Annotated[str, Parameter("--arguments", help="JSON; what is left out keeps its value.")]
Answer = Annotated[
    str,
    Parameter(
        allow_leading_hyphen=True,
        help="Your words, or the number of a choice; `bot pending` lists the choices.",
    ),
]
To = Annotated[str, Parameter("--to", help="Somebody else who is asked; it gives no right.")]
Until = Annotated[
    str, Parameter("--until", help="When: 09:00, 2h or 2026-05-04 09:00, by your own clock.")
]
For = Annotated[
    str,
    Parameter(
        "--for", help="More of the kind too, for so long: 30m; the card says what it covers."
    ),
]
Ending = Annotated[
    Literal["happened", "retry", "give-up"],
    Parameter(help="happened: it took effect; retry: run it again; give-up: leave it."),
]


async def approve(request: str, /, *, for_: For = "", as_: As = "") -> None:
    lasting = minutes_of(for_)
    async with parts.acting() as app:
        found = await requests.find(app, request)
        verdict = _verdict(app, found, request, "approve", as_)
        judged = await _judged(app, granting(verdict, lasting) if lasting else verdict)
        say(_said(judged, request))
        for each in judged.after.grants if lasting else ():
            if each not in judged.before.grants:
                say(f"{grant_line(each)}; bot grant end {judged.after.id} ends it.")


async def deny(request: str, /, *, reason: Reason = "", as_: As = "") -> None:
    async with parts.acting() as app:
        found = await requests.find(app, request)
        verdict = _verdict(app, found, request, "deny", as_).model_copy(update={"text": reason})
        say(_said(await _judged(app, verdict), request))


async def answer(request: str, text: Answer, /, *, as_: As = "") -> None:
    async with parts.acting() as app:
        found = await requests.find(app, request)
        if parts.says_nothing(text):
            raise Wrong(f"The answer is empty: bot answer {request} TEXT.")
        verdict = _verdict(app, found, request, "answer", as_).model_copy(update={"text": text})
        say(_said(await _judged(app, verdict), request))


async def edit(request: str, /, *, arguments: Arguments, as_: As = "") -> None:
    changes = arguments_of(arguments)
    async with parts.whole() as app:
        found = await requests.find(app, request)
        after = _merged(app, found, changes)
        verdict = _verdict(app, found, request, "edit", as_).model_copy(update={"arguments": after})
        judged = await _judged(app, verdict)
        for line in _differences(found.call.proposal.arguments, after):
            say(line)
        say(_said(judged, request))


async def pass_on(request: str, /, *, to: To, as_: As = "") -> None:
    async with parts.acting() as app:
        verdict = (await _put_off(app, request, "pass", as_)).model_copy(update={"to": to})
        if to == verdict.actor:
            raise Wrong(f"--to {to}: somebody else who is asked was expected.")
        await _judged(app, verdict)
        say(f"Passed to {to}: {request}. Whoever is asked may still decide.")


async def later(request: str, /, *, until: Until, as_: As = "") -> None:
    async with parts.acting() as app:
        verdict = await _put_off(app, request, "later", as_)
        try:
            zone = zone_of(app.house.people, verdict.actor)
            then = moment_of(until, await app.store.now(), zone)
        except ValueError as error:
            raise Wrong(f"--until: {error}.") from None
        await _judged(app, verdict.model_copy(update={"until": then}))
        say(f"Later: {request} at {clock(then)}. Its deadline stays.")


async def ignore(request: str, /, *, as_: As = "") -> None:
    async with parts.acting() as app:
        verdict = await _put_off(app, request, "ignore", as_)
        await _judged(app, verdict)
        say(f"Ignored: {request} does not wait for {verdict.actor}.")


async def _put_off(app: App, request: str, word: Word, person: str) -> Verdict:
    return _verdict(app, await requests.find(app, request), request, word, person)


async def resolve(thread: str, call: str, ending: Ending, /, *, as_: As = "") -> None:
    async with parts.acting() as app:
        log = await parts.events(app, thread)
        found = Found(replay(thread, log), requests.unknown_outcome(thread, log, call))
        request = found.call.request
        verdict = _verdict(app, found, request, "answer", as_).model_copy(update={"text": ending})
        say(_said(await _judged(app, verdict), request))


def _verdict(app: App, found: Found, request: str, word: Word, person: str) -> Verdict:
    return Verdict(
        id=f"{CHANNEL}:verdict:{uuid4().hex}",
        actor=parts.actor(app, person),
        request=request,
        word=word,
        digest=found.call.card.digest if found.call.card else "",
        channel=CHANNEL,
        address=Address(channel=CHANNEL, locator=socket.gethostname()),
        account=parts.account(),
    )


async def _judged(app: App, verdict: Verdict) -> Judged:
    """Hands the verdict in; one that does not count ends the command, after the card that counts now is shown."""
    judged = await app.desk.judge(verdict)
    if judged.refusal is None:
        return judged
    before, after = judged.before.call(verdict.request), judged.after.call(verdict.request)
    if before and not isinstance(before.phase, Asked | Previewing):
        raise Failed(requests.decided(before))
    current = requests.waiting(judged.after, after) if after else None
    if current and current.request != verdict.request:
        say(card(current))
    raise Failed(judged.refusal)


def _said(judged: Judged, request: str) -> str:
    """What became of the request."""
    call = judged.after.call(request)
    assert call is not None, "a verdict that counted was on a call of this thread"
    tool = call.proposal.tool
    match call.phase:
        case Asked(votes=votes) if call.card:
            return f"Counted: {tool} has {len(votes)} of {call.card.quorum} approvals."
        case Previewing():
            return f"Changed: a new card for {tool} comes as {call.request}."
        case Ready() if call.n > 1:
            return f"{tool} is tried again."
        case Ready():
            return f"Approved: {tool}."
        case Closed("answered", text):
            return f"Answered: {text}"
        case Closed("happened"):
            return f"Noted: {tool} happened."
        case Closed("gave_up"):
            return f"Noted: {tool} is given up."
        case Closed(outcome):
            return f"{outcome.capitalize()}: {tool}."
        case _:
            return f"Counted: {tool}."


def _merged(app: App, found: Found, changes: Json) -> Json:
    """The arguments as they would be; what the tool does not take is refused before anybody hears of it."""
    call = found.call
    if not isinstance(call.phase, Asked) or call.phase.about != "approval":
        return changes
    tool = parts.agent(app, found.thread.agent).tool(call.proposal.tool)
    try:
        after = tool.spelled_out({**call.proposal.arguments, **changes})
    except BadArguments as error:
        raise Wrong(f"{tool.name}: {error}.") from None
    if after == call.proposal.arguments:
        raise Wrong(f"{tool.name} has these arguments already.")
    return after


def _differences(before: Json, after: Json) -> Iterator[str]:
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            yield f"{name}: {_value(before, name)} -> {_value(after, name)}"


def _value(arguments: Json, name: str) -> str:
    return dump(arguments[name]) if name in arguments else "(not set)"
