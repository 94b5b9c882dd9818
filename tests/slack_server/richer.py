"""Richer blocks: alerts, cards, tasks and plans (docs: reference/block-kit/blocks)."""

from __future__ import annotations

from tests.slack_server import elements, objects
from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_objects


def alert(block: Json, pointer: str) -> Complaints:
    """blocks/alert-block: text, and one of five levels."""
    yield from objects.text(block, "text", 3000, pointer)
    yield from _one_of(block, "level", "default info warning error success", pointer)


def card(block: Json, pointer: str) -> Complaints:
    """blocks/card-block: title and subtitle 150, body 200, 3 actions, and not empty."""
    if not block.keys() & {"hero_image", "title", "actions", "body"}:
        yield at(pointer, "missing required field: title")
    for name, limit in (("title", 150), ("subtitle", 150), ("body", 200)):
        if block.get(name) is not None:
            yield from objects.text(block, name, limit, pointer)
    yield from objects.amount(block, "actions", 0, 3, pointer)
    for number, part in enumerate(as_objects(block.get("actions"))):
        yield from elements.element(part, frozenset(["button"]), f"{pointer}/actions/{number}")


def task_card(block: Json, pointer: str) -> Complaints:
    """blocks/task-card-block."""
    yield from objects.filled(block, "task_id", 255, pointer)
    yield from objects.filled(block, "title", 3000, pointer)
    if "status" not in block:
        yield at(pointer, "missing required field: status")
    yield from _one_of(block, "status", "pending in_progress complete error", pointer)


def plan(block: Json, pointer: str) -> Complaints:
    """blocks/plan-block."""
    yield from objects.filled(block, "title", 3000, pointer)
    for number, task in enumerate(as_objects(block.get("tasks"))):
        yield from task_card(task, f"{pointer}/tasks/{number}")


def _one_of(block: Json, name: str, allowed: str, pointer: str) -> Complaints:
    if name in block and block[name] not in allowed.split():
        yield at(f"{pointer}/{name}", "must be a valid enum value")
