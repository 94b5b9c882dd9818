"""Tools of the clerk: a read, a write, an idempotent write, and three that humans decide on."""

from __future__ import annotations

from pydantic import Field, JsonValue

from bot.kit import Args, Call, Card, Grant, tool
from tests.simulation.process import stock, work


class Parcel(Args):
    size: int = Field(ge=1)


@tool(reads=True, seconds=6)
async def look(parcel: Parcel, call: Call) -> JsonValue:
    """Look at a parcel."""
    return await work("look", parcel.size, call)


@tool(approval="never", seconds=6)
async def note(parcel: Parcel, call: Call) -> JsonValue:
    """Note a parcel down."""
    return await work("note", parcel.size, call)


@tool(approval="never", idempotent=True, seconds=6)
async def store(parcel: Parcel, call: Call) -> JsonValue:
    """Put a parcel on its shelf; twice is once."""
    return await work("store", parcel.size, call)


@tool(seconds=6, deadline="60s", grant=Grant(minutes=5, same=()))
async def ship(parcel: Parcel, call: Call) -> JsonValue:
    """Ship a parcel."""
    return await work("ship", parcel.size, call)


@ship.preview
async def _(parcel: Parcel) -> Card:
    return Card(f"ship {parcel.size}", pins={"stock": await stock()})


@tool(quorum=2, seconds=6)
async def launch(parcel: Parcel, call: Call) -> JsonValue:
    """Launch a parcel into space."""
    return await work("launch", parcel.size, call)


@tool(
    idempotent=True,
    approvers=("alice", "bob"),
    self_approval="allowed",
    seconds=6,
    grant=Grant(minutes=5, same=()),
)
async def pay(parcel: Parcel, call: Call) -> JsonValue:
    """Pay for a parcel."""
    return await work("pay", parcel.size, call)
