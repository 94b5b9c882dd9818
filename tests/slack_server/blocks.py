"""Blocks: what a message, a modal or a home may be made of (docs: reference/block-kit/blocks). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from tests.slack_server import elements, fields, objects, rich_text, richer
from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_list, as_object, as_objects, as_text

Surface = Literal["message", "modal", "home"]
Check = Callable[[Json, str], Complaints]

MOST = {"message": 50, "modal": 100, "home": 100}
MARKDOWN = 12_000
# github.com/slackapi/bolt-js/issues/2509: markdown alone passes up to 13,297 characters; each block around costs about 125.
WHOLE_MESSAGE, CONTAINER = 13_200, 125


def _section(block: Json, pointer: str) -> Complaints:
    """blocks/section-block: text 3,000, 10 fields of 2,000."""
    fields = as_objects(block.get("fields"))
    if block.get("text") is not None or not fields:
        yield from objects.text(block, "text", 3000, pointer)
    if fields:
        yield from objects.amount(block, "fields", 1, 10, pointer)
        for number in range(len(fields)):
            named: Json = {str(number): fields[number]}
            yield from objects.text(named, str(number), 2000, f"{pointer}/fields")
    if block.get("accessory") is not None:
        accessory = as_object(block["accessory"])
        yield from elements.element(accessory, elements.IN_SECTION, f"{pointer}/accessory")


def _header(block: Json, pointer: str) -> Complaints:
    """blocks/header-block: 150."""
    return objects.plain(block, "text", 150, pointer)


def _markdown(block: Json, pointer: str) -> Complaints:
    """blocks/markdown-block: 12,000."""
    return objects.filled(block, "text", MARKDOWN, pointer)


def _actions(block: Json, pointer: str) -> Complaints:
    """blocks/actions-block: 25 elements, each action_id once."""
    yield from objects.amount(block, "elements", 1, 25, pointer)
    yield from _elements(block, elements.IN_ACTIONS, pointer)


def _context_actions(block: Json, pointer: str) -> Complaints:
    """blocks/context-actions-block: 5 elements."""
    yield from objects.amount(block, "elements", 1, 5, pointer)
    yield from _elements(block, elements.IN_CONTEXT_ACTIONS, pointer)


def _elements(block: Json, allowed: frozenset[str], pointer: str) -> Complaints:
    found = as_objects(block.get("elements"))
    for number, part in enumerate(found):
        yield from elements.element(part, allowed, f"{pointer}/elements/{number}")
    names = [part.get("action_id") for part in found]
    yield from objects.repeated(names, "action_id", f"{pointer}/elements")


def _context(block: Json, pointer: str) -> Complaints:
    """blocks/context-block: 10 elements, text or images."""
    yield from objects.amount(block, "elements", 1, 10, pointer)
    for number, part in enumerate(as_objects(block.get("elements"))):
        if part.get("type") == "image":
            yield from elements.image(part, f"{pointer}/elements/{number}")
            continue
        named: Json = {str(number): part}
        yield from objects.text(named, str(number), 3000, f"{pointer}/elements")


def _input(block: Json, pointer: str) -> Complaints:
    """blocks/input-block: label and hint 2,000."""
    yield from objects.plain(block, "label", 2000, pointer)
    yield from objects.maybe_plain(block, "hint", 2000, pointer)
    part = as_object(block.get("element"))
    yield from elements.element(part, elements.IN_INPUT, f"{pointer}/element")


def _image(block: Json, pointer: str) -> Complaints:
    """blocks/image-block: title 2,000."""
    yield from elements.image(block, pointer)
    yield from objects.maybe_plain(block, "title", 2000, pointer)


def _table(block: Json, pointer: str) -> Complaints:
    """blocks/table-block: 100 rows, 20 columns; a cell is raw_text, raw_number or rich_text."""
    yield from objects.amount(block, "rows", 1, 100, pointer)
    for number, row in enumerate(as_list(block.get("rows"))):
        cells, place = as_objects(row), f"{pointer}/rows/{number}"
        if not 0 < len(cells) <= 20:
            yield at(place, "no more than 20 items allowed")
        for column, cell in enumerate(cells):
            kind = cell.get("type")
            if kind not in ("raw_text", "raw_number", "rich_text"):
                yield at(f"{place}/{column}/type", f"unsupported type: {kind}")
            elif kind == "raw_text" and not as_text(cell.get("text")):
                yield at(f"{place}/{column}/text", "must be more than 0 characters")


def _unlimited(block: Json, pointer: str) -> Complaints:
    return iter(())


# What a surface takes; a block's page names the surfaces.
_ANYWHERE: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "divider": _unlimited,
    "image": _image,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "rich_text": rich_text.rich_text,
    "video": _unlimited,
    "alert": richer.alert,
}
_IN_MESSAGES: dict[str, Check] = {
    "markdown": _markdown,
    "table": _table,
    "context_actions": _context_actions,
    "file": _unlimited,
    "card": richer.card,
    "task_card": richer.task_card,
    "plan": richer.plan,
}


def complaints(blocks: Sequence[Json], surface: Surface) -> Complaints:
    """All that is wrong with these blocks on this surface."""
    if len(blocks) > MOST[surface]:
        yield at("/blocks", f"no more than {MOST[surface]} items allowed")
    known = _ANYWHERE | (_IN_MESSAGES if surface == "message" else {})
    for number, block in enumerate(blocks):
        kind, pointer = as_text(block.get("type")), f"/blocks/{number}"
        check = known.get(kind)
        if check is None:
            yield at(f"{pointer}/type", f"unsupported type: {kind}")
            continue
        yield from objects.short(block, "block_id", 255, pointer)
        yield from fields.of_block(block, pointer)
        yield from check(block, pointer)
    yield from objects.repeated([block.get("block_id") for block in blocks], "block_id", "/blocks")
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield at("/blocks", "only_one_table_allowed")


def too_long(blocks: Sequence[Json]) -> bool:
    """Whether the whole is `msg_blocks_too_long`."""
    around = [block for block in blocks if block.get("type") != "markdown"]
    return sum(map(len, _texts(list(blocks)))) + CONTAINER * len(around) > WHOLE_MESSAGE


def _texts(part: object) -> Iterator[str]:
    """Every text that is shown."""
    for each in as_list(part):
        yield from _texts(each)
    for name, value in as_object(part).items():
        if name == "text" and isinstance(value, str):
            yield value
        else:
            yield from _texts(value)
