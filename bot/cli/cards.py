"""Cards: what a human is asked, laid out for a terminal, with the command that decides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from time import time

from pydantic import JsonValue

from bot.cli.asks import is_decided_here, short
from bot.cli.output import clock
from bot.cli.put import came_back
from bot.cli.stand_ins import stand_ins
from bot.core import deciders, grant_words
from bot.core.edits import edits
from bot.core.legible import legible
from bot.core.names import call_id
from bot.core.outbox import Approval, Hold, Question, UnknownOutcome, Waiting
from bot.core.visible import on_one_line
from bot.engine.desk import thread_of


def card(waiting: Waiting) -> str:
    """One request: a headline, then what is needed to decide, then how."""
    head, *rest = _lines(waiting)
    return "\n".join((head, *(indent(line, "  ") for line in rest if line)))


def _lines(waiting: Waiting) -> Iterator[str]:
    match waiting:
        case Approval():
            yield from _approval(waiting)
        case Question():
            yield f"{waiting.request}  a question to {_people(waiting.asked)}{_until(waiting.until)}"
            yield from came_back(waiting.unreached)
            yield _quoted(waiting.question)
            yield _quoted(waiting.context)
            yield from _choices(waiting.choices)
            yield _since(waiting.quote)
            yield f"bot answer {waiting.request} {'NUMBER' if waiting.choices else 'TEXT'}"
        case UnknownOutcome():
            thread, call = thread_of(waiting.request), call_id(waiting.request)
            yield f"{waiting.request}  outcome unknown: {waiting.tool}, asked of {_people(waiting.asked)}"
            yield _quoted(waiting.text)
            yield _anew(waiting.anew)
            yield _arguments(waiting.arguments)
            yield f"started {clock(waiting.started_at)}, may be tried again from {clock(waiting.may_retry_at)}"
            yield f"bot resolve {thread} {call} happened|retry|give-up"
        case Hold():
            yield f"{waiting.request}  held ({waiting.why}), asked of {_people(waiting.asked)}"
            yield _quoted(waiting.text)
            yield from _choices(waiting.choices)
            yield f"bot answer {waiting.request} NUMBER"


def _approval(waiting: Approval) -> Iterator[str]:
    yield f"{waiting.request}  approval of {waiting.tool} by {on_one_line(deciders.by_whom(waiting))}{_until(waiting.until)}"
    yield from came_back(waiting.unreached)
    yield _anew(waiting.anew)
    yield _quoted(waiting.text)
    yield _arguments(waiting.arguments)
    yield f"because: {on_one_line(waiting.because)}" if waiting.because else ""
    if waiting.outside:
        parts = (f"{name} ({whence})" for name, whence in waiting.outside.items())
        yield f"repeats what came from outside: {on_one_line(', '.join(parts))}"
    askers = deciders.asked_by(waiting)
    yield f"asked for by {on_one_line(askers)}" if askers else ""
    yield f"edited by {_people(waiting.editors)}" if waiting.editors else ""
    yield from (
        f"changed {name}: {change}" for name, change in edits(waiting.before, waiting.arguments)
    )
    yield from map(on_one_line, stand_ins(waiting, int(time() * 1000)))
    yield from (on_one_line(f"not {name}: {why}") for name, why in deciders.excuses(waiting))
    yield "whoever asked may approve too" if waiting.self_approval else ""
    if waiting.quorum > 1:
        yield f"approved by {_people(waiting.votes, 'nobody yet')}: {len(waiting.votes)} of {waiting.quorum}"
    yield _since(waiting.quote)
    here = is_decided_here(waiting.channels)
    yield "" if here else f"approvals count from {' or '.join(waiting.channels)} alone"
    if not deciders.suffices(waiting):
        yield f"{on_one_line(short(waiting))}: bot approvers {thread_of(waiting.request)} --add NAME"
    elif here:
        yield f"bot approve {waiting.request}"
        if waiting.grant:
            yield on_one_line(grant_words.offer(waiting.tool, waiting.grant))
            yield f"bot approve {waiting.request} --for {waiting.grant.minutes}m"
    yield f"bot deny {waiting.request} --reason TEXT"
    yield f"bot edit {waiting.request} --arguments JSON" if here else ""


def _quoted(text: str) -> str:
    """Somebody's words, so that none of their lines can be taken for one of the card's."""
    return indent(text, "> ", lambda _: True)


def _people(names: Sequence[str], nobody: str = "nobody") -> str:
    return on_one_line(", ".join(names)) or nobody


def _until(until: int | None) -> str:
    return f", until {clock(until)}" if until is not None else ""


def _arguments(arguments: Mapping[str, JsonValue]) -> str:
    if not arguments:
        return ""
    text = legible(dict(arguments))  # Of several lines it is set in already.
    margin = "" if "\n" in text else "  "
    return f"arguments:\n{margin}{text}"


def _choices(choices: Sequence[str]) -> Iterator[str]:
    return (f"{number}. {on_one_line(choice)}" for number, choice in enumerate(choices, start=1))


def _anew(why: str) -> str:
    return f"asked anew: {on_one_line(why)}" if why else ""


def _since(quote: str) -> str:
    return f"said since: {on_one_line(quote)}" if quote else ""
