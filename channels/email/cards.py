"""Cards: what is sent to people, as the markdown of one mail. Nothing is left out, and nothing in it can pass for the frame's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

from bot.core import deciders
from bot.core.edits import edits
from bot.core.legible import legible, legible_name
from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
    Waiting,
)
from bot.core.visible import on_one_line, visible
from channels.email import ids
from channels.email.links import links
from channels.email.markdown import block
from channels.email.reading import tags
from channels.email.tokens import Way

REMINDED = (
    "This mail decides nothing, nor does an answer to it: to decide, reply to the mail that asks."
)


def body(message: Outgoing, way: Way | None = None, subject: str = "", to: str = "") -> str:
    """The text of the mail `to` this person; with the way that its answer takes, links that prefill one, and the tag if there is one."""
    match message:
        case Say(text=text) | Notice(text=text):
            return visible(text)
        case Reminder(text=text):
            return _joined([visible(text), REMINDED])
        case Question():
            parts = _question(message)
        case Approval():
            parts = _approval(message, to)
            if way and message.typed and _carries(message) and deciders.suffices(message):
                words = ("deny", "edit") if to in message.barred else ("approve", "deny", "edit")
                parts.append(links(words, message.arguments, way, subject))
        case UnknownOutcome():
            parts = _unknown(message)
        case Hold():
            parts = [visible(message.text), *_choices(message.choices)]
    # High up, for what is long is cut in quotes, and below what a list of mails shows of it.
    return _joined([parts[0], tags.line(way.tag) if way and way.tag else "", *parts[1:]])


def gist(asked: Waiting) -> str:
    """What is asked, without how it is answered: for those to whom this is no card."""
    match asked:
        case Approval() | UnknownOutcome():
            return block("\n".join(_call(asked)))
        case Question():
            return block(visible(asked.question))
        case Hold():
            return visible(asked.text)


def moment(at_ms: int) -> str:
    """A point in time, to the minute."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _question(asked: Question) -> list[str]:
    return [
        "**A question for you**",
        block(visible(asked.question)),
        block(visible(asked.context)) if asked.context else "",
        *_since(asked.quote),
        *(_choices(asked.choices) or ["Reply to this mail with your answer."]),
        _until(asked.until),
    ]


def _choices(choices: tuple[str, ...]) -> list[str]:
    if not choices:
        return []
    listed = block(
        "\n".join(f"{number}. {on_one_line(each)}" for number, each in enumerate(choices, 1))
    )
    return [listed, f"Reply with a number from 1 to {len(choices)}, or with the choice itself."]


def _approval(asked: Approval, to: str) -> list[str]:
    whose = (
        "An approval is needed, and not yours."
        if to in asked.barred
        else "Your approval is needed."
    )
    parts = [f"**{whose}** Nothing runs until then.", gist(asked)]
    parts += ["Asked anew:", block(visible(asked.anew))] if asked.anew else []
    parts += ["Why, in the model's words:", block(visible(asked.because))] if asked.because else []
    parts += ["What was found out:", block(visible(asked.text))] if asked.text else []
    if asked.outside:
        whence = "\n".join(
            f"{name}: {on_one_line(whence)}" for name, whence in asked.outside.items()
        )
        parts += ["These repeat what came from outside:", block(whence)]
    if asked.before:
        parts += [
            "Changed by hand:",
            block(
                "\n".join(
                    f"{name}: {change}" for name, change in edits(asked.before, asked.arguments)
                )
            ),
        ]
    return [*parts, *_since(asked.quote), _deciders(asked), _how(asked, to), _until(asked.until)]


def _call(asked: Approval | UnknownOutcome) -> list[str]:
    return [f"tool: {legible_name(asked.tool)}", *_arguments(asked.arguments)]


def _arguments(arguments: Mapping[str, JsonValue]) -> Iterator[str]:
    """Each under its name. The lines of a text have a bar before them, structures are set in: none passes for an argument beside it."""
    for key, value in arguments.items():
        name, shown = legible_name(key), legible(value)
        if "\n" not in shown:
            yield f"{name}: {shown}"
            continue
        bar = "| " if isinstance(value, str) else ""
        yield "\n".join([f"{name}:", *(f"{bar}{line}" for line in shown.split("\n"))])


def _deciders(asked: Approval) -> str:
    """Who can still approve, who named cannot and why, and who does so in whose place."""
    said = [f"Who may decide: {on_one_line(deciders.by_whom(asked))}."]
    if asked.quorum > 1:
        said.append(f"{len(asked.votes)} of {asked.quorum} approvals are there.")
    if excuses := ", ".join(f"{name} ({why})" for name, why in deciders.excuses(asked)):
        said.append(f"May deny and not approve: {on_one_line(excuses)}.")
    pairs = (
        f"{each.person} for {each.of}, from {moment(each.since)} on" for each in asked.in_place
    )
    if in_place := "; ".join(pairs):
        said.append(f"In their place: {on_one_line(in_place)}.")
    if askers := deciders.asked_by(asked):
        said.append(f"Asked for by {on_one_line(askers)}.")
    return " ".join(said)


def _how(asked: Approval, to: str) -> str:
    if not deciders.suffices(asked):
        thread = asked.request.partition("-")[0]
        return f"Too few are left to approve this as it stands: `bot approvers {thread} --add NAME` names one more. To refuse, reply `deny` and a reason."
    if not _carries(asked):
        return f"No mail approves this or changes it: its policy takes {' or '.join(asked.channels)} alone. To refuse, reply `deny` and a reason."
    if not asked.typed:
        return "To refuse, reply `deny` and a reason. Approving takes a place with a button."
    decide = (
        "To refuse, reply to this mail with one line: `deny` and a reason."
        if to in asked.barred
        else "To decide, reply to this mail with one line: `approve`, or `deny` and a reason."
    )
    return f"{decide} To change arguments, reply `edit`, and below it `name: value` lines; that makes a new card. Anything else is read as a message."


def _carries(asked: Approval) -> bool:
    """Whether the policy lets a mail decide."""
    return not asked.channels or ids.CHANNEL in asked.channels


def _unknown(asked: UnknownOutcome) -> list[str]:
    when = f"Started {moment(asked.started_at)}; not to be tried again before {moment(asked.may_retry_at)}."
    return [
        visible(asked.text),
        gist(asked),
        when,
        *_since(asked.quote),
        *_choices(asked.choices),
    ]


def _since(quoted: str) -> list[str]:
    return ["Said since it was asked:", block(visible(quoted))] if quoted else []


def _until(until: int | None) -> str:
    return f"Valid until {moment(until)}." if until is not None else ""
