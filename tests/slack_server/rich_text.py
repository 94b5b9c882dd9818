"""Rich text: what its sections, lists, quotes and preformatted parts may hold (docs: reference/block-kit/blocks/rich-text-block).

The page says nothing of empty ones. Slack refuses a text of no characters, an element without its field and a block that has none
(github.com/stoiveyp/Slack.NetStandard/issues/100, github.com/NousResearch/hermes-agent/pull/59621); so is a part without any here.
"""

from __future__ import annotations

from tests.slack_server import objects
from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_list, as_object, as_objects

# block-elements/rich-text-section-element and its neighbours: the fields of each part beside its type and elements.
_PARTS = {
    "rich_text_section": "",
    "rich_text_list": "style indent offset border",
    "rich_text_preformatted": "border language",
    "rich_text_quote": "border",
}
# The same pages: what stands in them, each with the field that it cannot do without.
_ELEMENTS = {
    "broadcast": "range",
    "channel": "channel_id",
    "color": "value",
    "date": "timestamp",
    "emoji": "name",
    "link": "url",
    "team": "team_id",
    "text": "text",
    "user": "user_id",
    "usergroup": "usergroup_id",
}
_STYLES = {"bold", "italic", "strike", "code", "underline"}
_PREFORMATTED = {"text", "link"}


def rich_text(block: Json, pointer: str) -> Complaints:
    """blocks/rich-text-block."""
    yield from _several(block, pointer)
    for number, part in enumerate(as_objects(block.get("elements"))):
        yield from _part(part, f"{pointer}/elements/{number}")


def _several(part: Json, pointer: str) -> Complaints:
    if "elements" not in part:
        yield at(pointer, "missing required field: elements")
    elif not as_list(part["elements"]):
        yield at(f"{pointer}/elements", "no fewer than 1 items allowed")


def _part(part: Json, pointer: str) -> Complaints:
    kind = str(part.get("type"))
    if kind not in _PARTS:
        yield at(f"{pointer}/type", f"unsupported type: {kind}")
        return
    for name in sorted(part.keys() - {"type", "elements", *_PARTS[kind].split()}):
        yield at(pointer, f"invalid additional property: {name}")
    yield from _several(part, pointer)
    if kind == "rich_text_list" and part.get("style") not in ("bullet", "ordered"):
        yield at(f"{pointer}/style", "must be a valid enum value")
    for number, each in enumerate(as_objects(part.get("elements"))):
        place = f"{pointer}/elements/{number}"
        if kind != "rich_text_list":
            yield from _element(each, kind, place)
        elif each.get("type") == "rich_text_section":
            yield from _part(each, place)
        else:
            yield at(f"{place}/type", f"unsupported type: {each.get('type')}")


def _element(element: Json, part: str, pointer: str) -> Complaints:
    kind = str(element.get("type"))
    if kind not in _ELEMENTS or (part == "rich_text_preformatted" and kind not in _PREFORMATTED):
        yield at(f"{pointer}/type", f"unsupported type: {kind}")
        return
    needed = _ELEMENTS[kind]
    if element.get(needed) == "":
        yield at(f"{pointer}/{needed}", "must be more than 0 characters")
    elif element.get(needed) is None:
        yield at(pointer, f"missing required field: {needed}")
    elif kind != "date":
        yield from objects.short(element, needed, 40_000, pointer)
    if not isinstance(element.get("style", {}), dict):
        yield at(f"{pointer}/style", "must be an object")
    for name, value in as_object(element.get("style")).items():
        if name not in _STYLES:
            yield at(f"{pointer}/style", f"invalid additional property: {name}")
        elif not isinstance(value, bool):
            yield at(f"{pointer}/style/{name}", "must be a boolean")
