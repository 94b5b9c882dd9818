"""Tools of the porter: reads, a write, an idempotent write, and two that humans decide on."""

from __future__ import annotations

from pydantic import JsonValue

from bot.kit import Args, Call, Card, Refused, tool
from bot.kit.picture import Pictured
from tests.crashpoints.cast import act, pin
from tests.crashpoints.script import How


class Job(Args):
    item: str
    how: How = "well"


@tool(reads=True, seconds=3, cap=100)
async def look(job: Job, call: Call) -> JsonValue | Pictured:
    """Look at an item."""
    return await act("look", job.item, job.how, call)


@tool(reads=True, seconds=3, cache="60s")
async def glance(job: Job, call: Call) -> JsonValue | Pictured:
    """Look at an item that seldom changes."""
    return await act("glance", job.item, job.how, call)


@tool(approval="never", seconds=3)
async def note(job: Job, call: Call) -> JsonValue | Pictured:
    """Note an item down."""
    return await act("note", job.item, job.how, call)


@tool(approval="never", idempotent=True, seconds=3)
async def store(job: Job, call: Call) -> JsonValue | Pictured:
    """Put an item on its shelf; twice is once."""
    return await act("store", job.item, job.how, call)


@tool(seconds=3, deadline="10m")
async def ship(job: Job, call: Call) -> JsonValue | Pictured:
    """Ship an item."""
    return await act("ship", job.item, job.how, call)


@ship.preview
async def _(job: Job) -> Card:
    stock = await pin()
    if job.how == "refused":
        raise Refused("ship-refused")
    return Card(f"ship {job.item}", pins={"stock": stock})


@tool(quorum=2, approvers=("bob", "carol", "mallory"), seconds=3, deadline="10m")
async def launch(job: Job, call: Call) -> JsonValue | Pictured:
    """Launch an item into space."""
    return await act("launch", job.item, job.how, call)
