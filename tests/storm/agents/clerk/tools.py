"""A read, a payment, a filing that may be repeated, a signature that needs approval; each keeps the outside ledger."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from bot.kit import Args, Call, Card, tool
from tests.storm.ledger import Line, note

SECONDS = 4
"""A first try can no longer be running after so long, and a person may order another."""


class Job(Args):
    job: int


async def _do(what: str, job: Job, call: Call, seconds: float) -> dict[str, int | str]:
    def line(mark: str) -> None:
        said = Line(
            what=mark, thread=call.thread, key=call.key, tool=what, pid=os.getpid(), at=time.time()
        )
        note(Path(call.env["LEDGER"]), said)

    line("start")
    await asyncio.sleep(seconds)
    line("end")
    return {"job": job.job, "did": what}


@tool(reads=True, env=("LEDGER",), seconds=SECONDS)
async def look(job: Job, call: Call):
    """Look at a job."""
    return await _do("look", job, call, 0.02)


@tool(approval="never", env=("LEDGER",), seconds=SECONDS)
async def pay(job: Job, call: Call):
    """Pay for a job, once."""
    return await _do("pay", job, call, 0.3)


@tool(approval="never", idempotent=True, env=("LEDGER",), seconds=SECONDS)
async def file_away(job: Job, call: Call):
    """File a job; filing it again under the same key changes nothing."""
    return await _do("file_away", job, call, 0.2)


@tool(approval="always", env=("LEDGER",), seconds=SECONDS)
async def sign(job: Job, call: Call):
    """Sign a job."""
    return await _do("sign", job, call, 0.3)


@sign.preview
async def show(job: Job) -> Card:
    return Card(f"Signs job {job.job}", pins={"job": job.job})
