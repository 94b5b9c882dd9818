"""Blocks: the few pieces that every card is made of, within Slack's limits. What others wrote stands in rich text, which
Slack shows as it is: nothing in it is markup, so that no value can close its box, begin a new one or call anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue

from bot.core.names import call_id
from bot.core.visible import on_one_line, shortened, visible
from channels.slack.markdown import mrkdwn
from channels.slack.payload import Json
from channels.slack.vocabulary import Words

MOST_SECTION_CHARACTERS = 3_000
MOST_TEXT_CHARACTERS = (
    2_900  # So short, the text can stand in a section where Slack refuses the blocks.
)
MOST_REMARK_CHARACTERS = 1_000
MOST_BUTTON_CHARACTERS = 75
MOST_BUTTONS = 25
FEEDBACK, GOOD, BAD = "feedback", "good", "bad"
_MOST_ID_CHARACTERS = 240
_MOST_MENTIONS = 50
# Where text that would call people elsewhere is cut in two: rich text has no marks, and so none even for a careless reader.
_CALLS = re.compile(r"(?<=<)(?=[!@#])|(?<=@)(?=channel|here|everyone)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file to go with a message."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Post:
    """One message as Slack takes it. `text` is for the push notice and the screen reader and says it all by itself."""

    text: str
    blocks: tuple[Json, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """For whom it is rendered: their language and time zone, and the Slack ids of those the frame calls, once.

    `absent` are those who are asked and have no id in Slack that anybody knows.
    """

    language: str = "en"
    time_zone: str = "UTC"
    mentions: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


# ---- the frame's own words: mrkdwn, everything foreign in it escaped ---------------------------------------------------
def file(key: str, text: str) -> File:
    """Words that have no room in the message, all of them."""
    return File(f"{stem(key)}.md", visible(text))


def stem(key: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", key)[-100:]


def rest_in(file: File, say: Words) -> Json:
    """That this is not all, and where all of it is."""
    return section(say.rest_in_file.format(file=f"`{file.name}`"))


def section(text: str) -> Json:
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text[:MOST_SECTION_CHARACTERS]},
    }


def context(*texts: str) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in texts]}


def name(text: str, most: int = 80) -> str:
    """A name that somebody chose, on one line."""
    return mrkdwn(shortened(on_one_line(text), most), most * 5)


def names(people: Iterable[str], most: int = 400) -> str:
    return mrkdwn(", ".join(on_one_line(person) for person in people), most)


def mentions(look: Look) -> str:
    """Those who are asked, called once."""
    called = [f"<@{id}>" for id in look.mentions if id.isalnum() and id.isascii()]
    return " ".join(called[:_MOST_MENTIONS])


def title(text: str, look: Look) -> str:
    """What this is, in bold, after those whom it is for."""
    return f"{mentions(look)} *{text}*".lstrip()


def thread(request: str) -> str:
    """The thread of a request, as a command takes it."""
    return name(call_id(request).rsplit("-", 2)[0], 250)


def deadline(until: int | None, look: Look, say: Words) -> str:
    return say.no_deadline if until is None else say.until.format(moment=moment(until, look))


def spoken(head: Iterable[str], rest: str) -> str:
    """One text of it all: the frame's lines, then as much of the rest as there is room for."""
    text = "\n".join(line for line in head if line)
    room = MOST_TEXT_CHARACTERS - len(text) - 1
    return f"{text}\n{mrkdwn(rest.strip(), room)}".strip() if room > 0 else text


def set_off(text: str) -> str:
    """Somebody's words, quoted line by line, so that none of them can be taken for a line of the frame."""
    return "\n".join(f"> {line}" for line in text.replace("\r\n", "\n").split("\n"))


def moment(at_ms: int, look: Look) -> str:
    """A point in time, in the zone of whoever reads it; where Slack cannot tell, in the zone of the look."""
    at = at_ms // 1000
    when = datetime.fromtimestamp(at, UTC).astimezone(_zone(look.time_zone))
    return f"<!date^{at}^{{date_short_pretty}}, {{time}}|{when:%Y-%m-%d %H:%M %Z}>"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def markdown(text: str) -> Json:
    """Inert markdown, as `markdown.pieces` gives it."""
    return {"type": "markdown", "text": text}


# ---- what others wrote: rich text ------------------------------------------------------------------------------------
def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def lines(*rows: tuple[str, str]) -> Json:
    """Lines of a bold label and, behind it, a short value as code."""
    elements: list[JsonValue] = []
    for label, value in rows:
        feed = [_text("\n", {})] if elements else []
        given = [_text(" ", {}), *_texts(value, {"code": True})] if value else []
        elements += [*feed, *_texts(label, {"bold": True}), *given]
    return {"type": "rich_text_section", "elements": elements}


def quoted(text: str, most: int) -> Json:
    """Somebody's words, at most so many characters of them."""
    return {"type": "rich_text_quote", "elements": _texts(shortened(visible(text), most), {})}


def remark(label: str, text: str) -> Json | None:
    """What somebody said, marked as theirs; None where they said nothing."""
    if not text.strip():
        return None
    return rich(lines((label, "")), quoted(text, MOST_REMARK_CHARACTERS))


def preformatted(text: str) -> Json:
    return {"type": "rich_text_preformatted", "elements": _texts(visible(text), {})}


def _texts(text: str, style: dict[str, JsonValue]) -> list[JsonValue]:
    return [_text(part, style) for part in _CALLS.split(text) if part]


def _text(text: str, style: dict[str, JsonValue]) -> JsonValue:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


# ---- buttons ---------------------------------------------------------------------------------------------------------
def button(action: str, label: str, request: str, spoken: str) -> Json:
    """A button that carries the request alone. `spoken` is what a screen reader says."""
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": _label(label), "emoji": False},
        "value": request,
        "accessibility_label": _label(spoken),
    }


def feedback(key: str, say: Words) -> Json:
    """What people think of the message that goes by this key."""
    sides = {
        "positive_button": (GOOD, say.helpful, say.helpful_spoken),
        "negative_button": (BAD, say.not_helpful, say.not_helpful_spoken),
    }
    pair: Json = {"type": "feedback_buttons", "action_id": FEEDBACK}
    for name, (side, label, spoken) in sides.items():
        pair[name] = {
            "text": {"type": "plain_text", "text": _label(label)},
            "value": f"{side} {key}",
            "accessibility_label": _label(spoken),
        }
    return {"type": "context_actions", "elements": [pair]}


def actions(buttons: Iterable[Json]) -> list[Json]:
    row = list(buttons)
    starts = range(0, len(row), MOST_BUTTONS)
    return [{"type": "actions", "elements": [*row[at : at + MOST_BUTTONS]]} for at in starts]


def _label(text: str) -> str:
    inert = _CALLS.sub(" ", on_one_line(text)).strip()
    return shortened(inert or "-", MOST_BUTTON_CHARACTERS)


def identified(blocks: Iterable[Json | None], key: str) -> tuple[Json, ...]:
    """The blocks that are there, each with an id that is new with every showing."""
    there = (block for block in blocks if block is not None)
    stem = key[-_MOST_ID_CHARACTERS:]
    return tuple({**block, "block_id": f"{stem}:{at}"} for at, block in enumerate(there))
