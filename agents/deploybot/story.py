"""Story: a rendered request read back as what happened; the one place that knows what its blocks look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import yaml
from pydantic import JsonValue

Json = dict[str, JsonValue]

_ELEMENT = re.compile(
    r'<(?P<tag>[\w-]+)(?P<said>(?: [\w-]+="[^"]*")*)(?:/>|>(?P<body>[^<]*)</(?P=tag)>)'
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_TOOLS = ("push_tag", "roll_back", "request_human_input")


@dataclass(frozen=True)
class Element:
    """One thing that happened: its tag, its attributes, and its body as text."""

    tag: str
    body: str = ""
    said: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def by(self) -> str:
        """Whose word this is; empty: nobody's."""
        named = (self.said.get(name, "") for name in ("by", "from", "name", "untrusted"))
        return next(filter(None, named), "")

    @property
    def tool(self) -> str:
        """The tool that a result or an error came from."""
        return self.said.get("untrusted", "").removeprefix("tool ")

    @property
    def value(self) -> JsonValue:
        """The body as the value that was rendered; the text itself where it is none."""
        try:
            return yaml.safe_load(self.body)
        except (yaml.YAMLError, ValueError):
            return self.body

    @property
    def fields(self) -> Json:
        return self.value if isinstance(self.value, dict) else {}


def elements(request: Json) -> list[Element]:
    """Everything that the request tells, oldest first."""
    return [_element(found) for text in _texts(request) for found in _ELEMENT.finditer(text)]


def _texts(request: Json) -> Iterator[str]:
    messages = request.get("messages")
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if isinstance(message, dict) else None
        for block in content if isinstance(content, list) else []:
            if isinstance(block, dict):
                yield str(block.get("text", ""))


def _element(found: re.Match[str]) -> Element:
    said = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found["said"])}
    return Element(found["tag"], unescape(found["body"] or ""), said)


@dataclass
class Proposed:
    """A call that waits, or waited, for a human: as it was proposed, and as it is after edits."""

    tool: str
    request: str
    place: int
    first: Json
    arguments: Json
    state: str = "open"
    edited_by: str = ""


@dataclass(frozen=True)
class Story:
    """What happened, and which calls came of it."""

    told: tuple[Element, ...]
    calls: tuple[Proposed, ...]

    @property
    def open(self) -> Proposed | None:
        """The latest call that still waits for somebody."""
        waiting = [call for call in self.calls if call.state in ("open", "unknown")]
        return waiting[-1] if waiting else None

    def outcome(self, tool: str, since: int) -> Element | None:
        """The latest result or error of this tool after a place in the story."""
        ends = [each for each in self.told[since:] if each.tag in ("result", "error")]
        return next((each for each in reversed(ends) if each.tool == tool), None)


_STATES = {
    "denied": "denied",
    "withdrawn": "withdrawn",
    "expired": "expired",
    "voided": "voided",
    "answer": "answered",
    "result": "returned",
    "error": "failed",
    "happened": "happened",
    "given_up": "given up",
    "outcome_unknown": "unknown",
    "try_again": "open",
    "cancelled": "cancelled",
}


def read(request: Json) -> Story:
    """The story of a request."""
    told = elements(request)
    calls: list[Proposed] = []
    for place, each in enumerate(told):
        if each.tag in _TOOLS and "request" in each.said:
            calls.append(Proposed(each.tag, each.said["request"], place, each.fields, each.fields))
        elif each.tag == "edited" and (call := _meant(each, calls)):
            call.arguments, call.edited_by = each.fields, each.by
        elif each.tag == "withdraw":
            _take_back(str(each.fields.get("request")), calls)
        elif each.tag in _STATES and (each.by or each.tag != "withdrawn"):
            _settle(each, calls)
    return Story(tuple(told), tuple(calls))


def _take_back(request: str, calls: list[Proposed]) -> None:
    """What the script itself took back was turned down by nobody; `<withdrawn/>` then only confirms it."""
    for call in calls:
        if call.request == request:
            call.state = "replaced"


def _settle(each: Element, calls: list[Proposed]) -> None:
    if each.tag == "cancelled":
        for call in calls:
            call.state = "cancelled" if call.state == "open" else call.state
    elif call := _meant(each, calls):
        call.state = _STATES[each.tag]


def _meant(each: Element, calls: list[Proposed]) -> Proposed | None:
    """The call that an element is about; where it names none, the latest that is under way."""
    request, tool = each.said.get("request"), each.said.get("call") or each.tool
    if request:
        return next((call for call in calls if call.request == request), None)
    open_calls = [call for call in calls if call.state in ("open", "unknown")]
    alike = [call for call in open_calls if tool in ("", call.tool)]
    return alike[-1] if alike else None
