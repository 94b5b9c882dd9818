"""Render: what is sent to people, as cards at a terminal. Nothing is left out and nothing hides.

Texts come from models and strangers: they are never read as markup, and what cannot be seen is written out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue
from rich.box import ASCII, ROUNDED, Box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.core import deciders, grant_words
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
)
from bot.core.visible import on_one_line, visible


@dataclass(frozen=True, slots=True)
class Look:
    """The few signs that are ours: as a modern terminal shows them, or in ASCII."""

    box: Box
    dot: str
    begun: str
    good: str
    bad: str
    ellipsis: str
    spinner: str


FANCY = Look(ROUNDED, "·", "▶", "✓", "✗", "…", "dots")
PLAIN = Look(ASCII, "-", ">", "+", "!", "...", "line")

_URGENCY = {"high": "bold red", "medium": "yellow", "low": "dim"}
_Rows = list[tuple[str, RenderableType]]


def card(message: Outgoing, look: Look) -> RenderableType:
    """This message as a person at the terminal sees it."""
    match message:
        case Say(text=text):
            return _panel(words(text), "the bot says", "green", look)
        case Notice(text=text) | Reminder(text=text):
            return Text(f"{look.bad} {visible(text)}", style="yellow", overflow="fold")
        case Question():
            return _question(message, look)
        case Approval():
            return _approval(message, look)
        case UnknownOutcome():
            return _unknown(message, look)
        case Hold():
            return _hold(message, look)


def words(text: str, style: str = "") -> Text:
    """Somebody's words: as they are, but for what would hide."""
    return Text(visible(text), style=style, overflow="fold")


def moment(at_ms: int) -> str:
    """A point in time, to the second."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _question(asked: Question, look: Look) -> RenderableType:
    body: list[RenderableType] = [words(asked.question, "bold")]
    if asked.context:
        body.append(words(asked.context))
    rows: _Rows = [("urgency", Text(visible(asked.urgency), style=_URGENCY.get(asked.urgency, "")))]
    rows += _who_and_when(asked.asked, asked.until)
    hint = _choose(asked.choices) if asked.choices else "Type your answer."
    rows.append(("request", Text(asked.request)))
    parts = [*body, *_choices(asked.choices), *_quote(asked.quote), _grid(rows), _hint(hint)]
    return _panel(Group(*parts), "a question for you", "cyan", look)


def _approval(asked: Approval, look: Look) -> RenderableType:
    top: list[RenderableType] = []
    if asked.anew:
        top.append(_grid([("asked anew", words(asked.anew))]))
    if asked.because:
        top.append(_grid([("because", words(asked.because))]))
    top.append(_grid(_arguments(asked.arguments.items())))
    if asked.outside:
        top.append(_grid([("repeats what came from outside", words(_whence(asked)))]))
    if asked.text:
        top.append(words(asked.text))
    if asked.grant:
        top.append(words(grant_words.offer(asked.tool, asked.grant), "dim"))
    bottom = [*_quote(asked.quote), _grid(_deciders(asked)), _hint(_typing(asked))]
    title = f"approve {on_one_line(asked.tool)}?"
    return _panel(Group(*_spaced(top), Text(), *bottom), title, "magenta", look)


def _unknown(asked: UnknownOutcome, look: Look) -> RenderableType:
    rows = _arguments(asked.arguments.items())
    rows += [("asked anew", words(asked.anew))] if asked.anew else []
    rows += [("started", Text(moment(asked.started_at)))]
    rows += [("try again", Text(f"not before {moment(asked.may_retry_at)}"))]
    rows += _who_and_when(asked.asked, None)
    rows.append(("request", Text(asked.request)))
    parts = [words(asked.text, "bold"), *_choices(asked.choices), *_quote(asked.quote), _grid(rows)]
    title = f"did {on_one_line(asked.tool)} happen?"
    return _panel(Group(*parts, _hint(_choose(asked.choices))), title, "red", look)


def _hold(asked: Hold, look: Look) -> RenderableType:
    parts = [words(asked.text, "bold"), *_choices(asked.choices)]
    rows = [*_who_and_when(asked.asked, None), ("request", Text(asked.request))]
    body = Group(*parts, _grid(rows), _hint(_choose(asked.choices)))
    return _panel(body, "how to go on?", "yellow", look)


# ---- parts of cards --------------------------------------------------------------------------------------------------
def _arguments(arguments: Iterable[tuple[str, JsonValue]]) -> _Rows:
    return [(legible_name(key), words(legible(value))) for key, value in arguments]


def _whence(asked: Approval) -> str:
    return ", ".join(f"{name} ({whence})" for name, whence in asked.outside.items())


def _deciders(asked: Approval) -> _Rows:
    rows = _who_and_when(deciders.left(asked), asked.until, who="who may decide")
    rows += [
        (
            f"for {on_one_line(each.of)}",
            Text(f"{on_one_line(each.person)}, from {moment(each.since)}"),
        )
        for each in asked.in_place
    ]
    rows += [(f"not {on_one_line(name)}", Text(why)) for name, why in deciders.excuses(asked)]
    if asked.quorum > 1:
        votes = f"{len(asked.votes)} of {asked.quorum}"
        given = f" ({_people(asked.votes)})" if asked.votes else ""
        rows.append(("approvals", Text(f"{votes}{given}")))
    if askers := deciders.asked_by(asked):
        rows.append(("asked for by", Text(on_one_line(askers))))
    if asked.editors:
        rows.append(("edited by", Text(_people(asked.editors))))
        rows += [
            (f"changed {name}", Text(change))
            for name, change in edits(asked.before, asked.arguments)
        ]
    if asked.self_approval:
        rows.append(("self-approval", Text("allowed: whoever asked for this may approve it")))
    return [*rows, ("request", Text(asked.request))]


def _who_and_when(people: tuple[str, ...], until: int | None, who: str = "who is asked") -> _Rows:
    rows: _Rows = [(who, Text(_people(people)))]
    return [*rows, ("until", Text(moment(until)))] if until is not None else rows


def _people(names: tuple[str, ...]) -> str:
    return ", ".join(on_one_line(name) for name in names) or "nobody"


def _typing(asked: Approval) -> str:
    approve = "approve" if asked.typed else "(approving takes the button)"
    first = next(iter(asked.arguments), None)
    edit = f" | edit {on_one_line(first)}=VALUE" if first else ""
    return f"Type: {approve} | deny REASON{edit}; anything else is a message to the bot."


def _choose(choices: tuple[str, ...]) -> str:
    return f"Type a number from 1 to {len(choices)}, or the choice itself."


def _choices(choices: tuple[str, ...]) -> list[RenderableType]:
    if not choices:
        return []
    numbered = [(f"{number}.", words(choice)) for number, choice in enumerate(choices, start=1)]
    return [_grid([*numbered])]


def _quote(quote: str) -> list[RenderableType]:
    return [_grid([("said since", words(quote, "italic"))])] if quote else []


def _hint(text: str) -> Text:
    return Text(text, style="dim", overflow="fold")


def _grid(rows: _Rows) -> Table:
    """Names at the left, values in a column of their own: a line feed in a value begins no new name."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", overflow="fold", max_width=30)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name), value)
    return grid


def _spaced(parts: list[RenderableType]) -> list[RenderableType]:
    spaced = [each for part in parts for each in (part, Text())]
    return spaced[:-1]


def _panel(body: RenderableType, title: str, style: str, look: Look) -> Panel:
    return Panel(
        body, box=look.box, title=Text(title, style=f"bold {style}"), title_align="left",
        border_style=style, padding=(0, 1),
    )  # fmt: skip
