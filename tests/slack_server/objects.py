"""Objects: the small parts of Block Kit and their limits (docs: reference/block-kit/composition-objects).

Every check yields complaints in Slack's own form, `must be less than 76 characters [json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.slack_server.shapes import Json, as_list, as_object, as_objects

Complaints = Iterator[str]


def at(pointer: str, complaint: str) -> str:
    return f"{complaint} [json-pointer:{pointer}]"


def short(part: Json, name: str, limit: int, pointer: str) -> Complaints:
    """A plain string that may be left out."""
    value = part.get(name)
    if value is None:
        return
    if not isinstance(value, str):
        yield at(f"{pointer}/{name}", "must be a string")
    elif len(value) > limit:
        yield at(f"{pointer}/{name}", f"must be less than {limit + 1} characters")


def filled(part: Json, name: str, limit: int, pointer: str) -> Complaints:
    """A plain string that must be there."""
    if not part.get(name):
        yield at(pointer, f"missing required field: {name}")
    else:
        yield from short(part, name, limit, pointer)


def text(part: Json, name: str, limit: int, pointer: str, kinds: Sequence[str] = ()) -> Complaints:
    """A text object (composition-objects/text-object) that must be there; `kinds` narrows its type."""
    if part.get(name) is None:
        yield at(pointer, f"missing required field: {name}")
        return
    found, pointer = as_object(part[name]), f"{pointer}/{name}"
    kind = found.get("type")
    if kind not in (kinds or ("plain_text", "mrkdwn")):
        yield at(f"{pointer}/type", f"unsupported type: {kind}")
    if kind == "mrkdwn" and "emoji" in found:
        yield at(pointer, "invalid additional property: emoji")
    value = found.get("text")
    if not isinstance(value, str) or not value:
        yield at(f"{pointer}/text", "must be more than 0 characters")
    elif len(value) > limit:
        yield at(f"{pointer}/text", f"must be less than {limit + 1} characters")


def plain(part: Json, name: str, limit: int, pointer: str) -> Complaints:
    """A plain_text object that must be there."""
    return text(part, name, limit, pointer, ["plain_text"])


def maybe_plain(part: Json, name: str, limit: int, pointer: str) -> Complaints:
    if part.get(name) is not None:
        yield from plain(part, name, limit, pointer)


def amount(part: Json, name: str, least: int, most: int, pointer: str) -> Complaints:
    """A list of so many."""
    found = as_list(part.get(name))
    if len(found) < least:
        yield at(f"{pointer}/{name}", f"no fewer than {least} items allowed")
    if len(found) > most:
        yield at(f"{pointer}/{name}", f"no more than {most} items allowed")


def options(part: Json, most: int, pointer: str) -> Complaints:
    """composition-objects/option-object: text 75, value 150, description 75."""
    yield from amount(part, "options", 1, most, pointer)
    for number, option in enumerate(as_objects(part.get("options"))):
        place = f"{pointer}/options/{number}"
        yield from text(option, "text", 75, place)
        yield from filled(option, "value", 150, place)
        if option.get("description") is not None:
            yield from text(option, "description", 75, place)


def confirm(part: Json, pointer: str) -> Complaints:
    """composition-objects/confirmation-dialog-object: title 100, text 300, buttons 30."""
    if part.get("confirm") is None:
        return
    found, pointer = as_object(part["confirm"]), f"{pointer}/confirm"
    yield from plain(found, "title", 100, pointer)
    yield from text(found, "text", 300, pointer)
    yield from plain(found, "confirm", 30, pointer)
    yield from plain(found, "deny", 30, pointer)


def repeated(names: Sequence[object], what: str, pointer: str) -> Complaints:
    """Ids that were given twice."""
    given = [name for name in names if name is not None]
    for name in dict.fromkeys(given):
        if given.count(name) > 1:
            yield at(pointer, f'{what} "{name}" already exists')
