"""Modals: what a view may be made of (docs: reference/views). Pure."""

from __future__ import annotations

import json

from tests.slack_server import blocks, objects
from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_objects

# "Error returned if the provided view is greater than 250kb" (reference/methods/views.open).
LARGEST = 250_000


def complaints(view: Json) -> Complaints:
    """All that is wrong with this view: title, submit and close 24, private_metadata 3,000, callback_id 255."""
    pointer, content = "/view", as_objects(view.get("blocks"))
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield at(f"{pointer}/type", f"unsupported type: {kind}")
        return
    if kind == "modal":
        yield from objects.plain(view, "title", 24, pointer)
        yield from objects.maybe_plain(view, "submit", 24, pointer)
        yield from objects.maybe_plain(view, "close", 24, pointer)
        if view.get("submit") is None and any(each.get("type") == "input" for each in content):
            yield at(pointer, "missing required field: submit")
    yield from objects.short(view, "private_metadata", 3000, pointer)
    yield from objects.short(view, "callback_id", 255, pointer)
    yield from objects.short(view, "external_id", 255, pointer)
    yield from objects.amount(view, "blocks", 0, 100, pointer)
    yield from blocks.complaints(content, "modal" if kind == "modal" else "home")


def too_large(view: Json) -> bool:
    return len(json.dumps(view)) > LARGEST
