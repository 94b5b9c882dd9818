"""Story: what an event changed, in lines for whoever watches; and what the bot is at right now."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue
from rich.text import Text

from bot.core import outbox
from bot.core.events import (
    CallVoided,
    Cancelled,
    CronTicked,
    DecideFailed,
    Delivered,
    Event,
    MessageNoted,
    MessageReceived,
    Paused,
    Resumed,
    StepDecided,
    ToolEnded,
    VerdictRefused,
)
from bot.core.steps import acts
from bot.core.thread import (
    Asked,
    Call,
    Closed,
    Phase,
    Previewing,
    Ready,
    Saying,
    Sleeping,
    Started,
    Thinking,
    Thread,
)
from bot.core.visible import on_one_line, shortened
from bot.core.yamlish import dump
from channels.console.render import Look, moment, words

_MOST_LINE_CHARACTERS = 160
_MOST_VALUE_CHARACTERS = 40
_MOST_RESULT_CHARACTERS = 2_000


def lines(before: Thread, event: Event, after: Thread, look: Look) -> list[Text]:
    """What is worth a line of this event; what a card says is not repeated."""
    return [
        *_itself(before, event, look),
        *(line for old, new in _changed(before, after) for line in _call(old, new, look)),
    ]


def said(event: Event) -> Text | None:
    """A person's message, for a terminal that did not type it."""
    match event:
        case MessageReceived() | MessageNoted():
            return _line(f"{event.actor or 'somebody'}: {event.text}", "bold")
        case CronTicked():
            return _line(f"schedule {event.schedule}: {event.prompt}", "bold")
        case _:
            return None


def progress(thread: Thread, look: Look) -> str | None:
    """What the bot is at; None: it waits for people, or rests."""
    if thread.paused:
        return f"paused; bot resume {thread.id} lets it go on"
    doing = [phrase for call in thread.calls if (phrase := _doing(call)) is not None]
    if doing:
        return shortened("; ".join(doing), _MOST_LINE_CHARACTERS) + look.ellipsis
    match thread.turn:
        case Thinking(int(retry_at)):
            return f"the model does not answer; asked again at {moment(retry_at)}"
        case Thinking():
            return f"thinking{look.ellipsis}"
        case _:
            return None


def _doing(call: Call) -> str | None:
    name = on_one_line(call.proposal.tool)
    match call.phase:
        case Previewing():
            return f"looking at what {name} would do"
        case Ready() if call.proposal.kind == "read":
            return f"reading {name}"
        case Ready() | Started():
            return f"running {name}"
        case Sleeping(until):
            return f"waiting until {moment(until)}"
        case Asked(shown=None) | Saying():
            return "writing to you"
        case _:
            return None


def _itself(before: Thread, event: Event, look: Look) -> Iterator[Text]:
    match event:
        case StepDecided():
            reads = [call for call in event.calls if call.kind == "read"]
            for call in reads:
                yield _line(f"{look.dot} reads {_named(call.tool, call.arguments)}", "dim")
        case DecideFailed():
            yield _line(f"{look.bad} {_trouble(event)}", "yellow")
        case VerdictRefused():
            yield _line(f"{look.bad} That did not count: {event.reason}", "yellow")
        case CallVoided():
            yield _line(f"{look.bad} Not run: {event.reason}", "yellow")
        case ToolEnded():
            yield from _ended(before.call(event.call), event, look)
        case Paused() | Resumed() | Cancelled():
            yield _line(f"{look.dot} {event.type.lower()} by {event.actor or 'somebody'}", "yellow")
        case _:
            pass


def _ended(call: Call | None, event: ToolEnded, look: Look) -> Iterator[Text]:
    name = call.proposal.tool if call else event.call
    if event.outcome == "failed":
        yield _line(f"{look.bad} {name} failed: {event.error}", "red")
    elif call is not None and acts(call):
        yield _line(f"{look.good} {name} is done", "green")
        yield words(_indented(shortened(dump(event.result), _MOST_RESULT_CHARACTERS)))


def _trouble(event: DecideFailed) -> str:
    match event.kind:
        case "transient":
            again = f"asked again in {-(-event.retry_in // 1000)} s"
            return f"The model did not answer ({event.reason}); {again}."
        case "malformed":
            return f"The model's step made no sense: {event.reason}"
        case _:
            return f"The model gave no step: {event.reason}"


def _call(old: Call | None, new: Call, look: Look) -> Iterator[Text]:
    """What became of one call; a person's word is told by what it did."""
    name, was = new.proposal.tool, old.phase if old else None
    match new.phase:
        case Started(1) if was is None or not isinstance(was, Started):
            yield _line(f"{look.begun} {_named(name, new.proposal.arguments)} begins", "bold")
        case Ready() if new.begun:
            yield _line(f"{look.dot} {name} is to be tried again", "yellow")
        case Ready() if new.approved and not isinstance(was, Ready):
            yield _line(f"{look.good} {name} approved by {', '.join(new.approved)}", "green")
        case Asked(votes=votes) if isinstance(was, Asked) and votes != was.votes:
            quorum = new.card.quorum if new.card else 1
            yield _line(f"{look.good} {votes[-1]} approves {name}: {len(votes)} of {quorum}")
        case Previewing() if old and len(new.editors) > len(old.editors):
            changed = _edits(old.proposal.arguments, new.proposal.arguments)
            yield _line(f"{look.dot} {name} edited by {new.editors[-1]}: {changed}")
        case Closed() as closed:
            yield from _closed(name, was, closed, look)
        case _:
            pass


def _closed(name: str, was: Phase | None, closed: Closed, look: Look) -> Iterator[Text]:
    by, because = f" by {closed.by}" if closed.by else "", f": {closed.text}" if closed.text else ""
    match closed.outcome:
        case "happened":
            yield _line(f"{look.good} {name} settled{by}: it happened", "green")
        case "denied" | "withdrawn" | "expired" | "gave_up":
            phrase = closed.outcome.replace("gave_up", "given up")
            yield _line(f"{look.bad} {name} {phrase}{by}{because}", "yellow")
        case "answered":
            yield _line(f"{look.good} answered{by}{because}", "green")
        case "voided" if isinstance(was, Asked):
            yield _line(f"{look.dot} {name} set aside{because}", "dim")
        case "failed" if isinstance(was, Previewing):
            yield _line(f"{look.dot} {name} cannot be done{because}", "dim")
        case _:
            pass


def _changed(before: Thread, after: Thread) -> Iterator[tuple[Call | None, Call]]:
    known = {call.id: call for call in before.calls}
    for call in after.calls:
        if known.get(call.id) is not call:
            yield known.get(call.id), call


def _edits(old: dict[str, JsonValue], new: dict[str, JsonValue]) -> str:
    return ", ".join(
        f"{key} from {_brief(old.get(key))} to {_brief(value)}"
        for key, value in new.items()
        if old.get(key) != value
    )


def _named(tool: str, arguments: dict[str, JsonValue]) -> str:
    """A call in one line; its card had it in full."""
    written = [f"{key}={_brief(value)}" for key, value in arguments.items()]
    return shortened(" ".join((tool, *written)), _MOST_LINE_CHARACTERS)


def _brief(value: JsonValue) -> str:
    text = value if isinstance(value, str) else dump(value)
    return shortened(on_one_line(text), _MOST_VALUE_CHARACTERS)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _line(text: str, style: str = "") -> Text:
    return words(on_one_line(text), style)


def outgoing(before: Thread, event: Event) -> outbox.Outgoing | None:
    """The message that this event brought to its readers."""
    return outbox.message(before, event.key) if isinstance(event, Delivered) else None
