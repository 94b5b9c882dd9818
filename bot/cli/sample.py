"""Sample: a small backend service with a history, for the demo to release from.

The whole history is one `git fast-import` stream with fixed people and dates, so the same folder
content, down to every commit id, comes out on every machine, whoever's git configuration is there.
"""

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
_ANA = "Ana Ruiz <ana@example.com>"
_BO = "Bo Lind <bo@example.com>"
_CHI = "Chi Okafor <chi@example.com>"


class SampleFailed(Exception):
    """The sample repository could not be made; the text says why."""


@dataclass(frozen=True)
class _Change:
    """One commit; `tag` is the release that was cut from it."""

    author: str
    subject: str
    file: str
    text: str
    tag: str | None = None


_README = "# backend\n\nTakes orders over HTTP and charges for them.\n"
_APP = '''"""Orders over HTTP."""

from orders import place


def handle(request: dict[str, object]) -> dict[str, object]:
    return {"status": 201, "order": place(request)}
'''
_ORDERS = '''"""Orders: placed once, charged once."""


def place(request: dict[str, object]) -> dict[str, object]:
    return {"id": request["id"], "items": request["items"]}
'''
_HEALTH = '''"""Health: one answer for the load balancer."""


def health() -> tuple[int, str]:
    return 200, "ok"
'''
_RETRY = '''"""Retry: a charge is tried again only under the same key."""

TRIES = 3
'''
_EXPORT = '''"""Export: a day's orders as CSV."""


def rows(orders: list[dict[str, object]]) -> list[str]:
    return ["id,items", *(f"{order['id']},{order['items']}" for order in orders)]
'''
_ORDERS_ROUNDED = (
    _ORDERS
    + """

def total_cents(prices: list[int], discount_percent: int) -> int:
    return sum(prices) * (100 - discount_percent) // 100
"""
)
_ORDERS_FIXED = _ORDERS_ROUNDED.replace(
    "return sum(prices) * (100 - discount_percent) // 100",
    "return round(sum(prices) * (100 - discount_percent) / 100)",
)

_HISTORY = (
    _Change(_ANA, "Start the backend service", "README.md", _README),
    _Change(_ANA, "Take orders over HTTP", "app.py", _APP),
    _Change(_BO, "Keep orders in their own module", "orders.py", _ORDERS, tag="v1.4.0"),
    _Change(_CHI, "Fix the health check under load", "health.py", _HEALTH, tag="v1.4.1"),
    _Change(_BO, "Fix charges tried twice after a timeout", "retry.py", _RETRY),
    _Change(_ANA, "Fix discounts missing from totals", "orders.py", _ORDERS_ROUNDED, tag="v1.4.2"),
    _Change(_CHI, "Fix totals a cent short after a discount", "orders.py", _ORDERS_FIXED),
    _Change(_BO, "Add CSV export of a day's orders", "export.py", _EXPORT),
)


async def make_sample(folder: Path) -> Path:
    """The clone `backend` beside its bare `remote.git`; made at the first call, then left alone.

    Each is built aside and moved into place whole, so a killed call leaves nothing half-made that
    the next one would take for finished.
    """
    clone, remote = folder / "backend", folder / "remote.git"
    if not remote.exists():
        await _build_remote(_emptied(folder / ".building") / "remote.git", remote)
    if not clone.exists():
        await _build_clone(_emptied(folder / ".building") / "backend", clone)
    return clone


async def grow_sample(folder: Path) -> None:
    """Once everything is released, one more commit on the remote: there is always something to ship."""
    remote = folder / "remote.git"
    if await _git("for-each-ref", "--points-at=main", "refs/tags", folder=remote):
        count = int(await _git("rev-list", "--count", "main", folder=remote))
        await _import([_later(count)], since=count, folder=remote)


async def _build_remote(aside: Path, final: Path) -> None:
    bare = ("--bare", "--template=", "--initial-branch=main")
    await _git("init", "--quiet", *bare, aside.name, folder=aside.parent)
    await _import(_HISTORY, since=0, folder=aside)
    _put_in_place(aside, final)


async def _build_clone(aside: Path, final: Path) -> None:
    remote = final.with_name("remote.git")
    await _git("clone", "--quiet", "--template=", str(remote), aside.name, folder=aside.parent)
    # A relative address goes on being right wherever the whole folder is moved.
    await _git("remote", "set-url", "origin", f"../{remote.name}", folder=aside)
    _put_in_place(aside, final)


def _put_in_place(aside: Path, final: Path) -> None:
    aside.rename(final)
    aside.parent.rmdir()


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _later(count: int) -> _Change:
    what = ("Fix a slow query in the order list", "Add paging to the order list")[count % 2]
    return _Change(_CHI, f"{what} ({count})", f"changes/{count}.md", f"{what}.\n")


async def _import(changes: Sequence[_Change], since: int, folder: Path) -> None:
    written = [_written(change, number) for number, change in enumerate(changes, start=since)]
    await _git("fast-import", "--quiet", folder=folder, feed="".join(_onto(since) + written))


def _onto(since: int) -> list[str]:
    """Where the stream's first commit goes; the others follow one another."""
    return ["reset refs/heads/main\nfrom refs/heads/main^0\n\n"] if since else []


def _written(change: _Change, number: int) -> str:
    """One commit, and its tag, in the language of fast-import."""
    stamp = int((_FIRST + timedelta(hours=29 * number)).timestamp())
    commit = (
        f"commit refs/heads/main\nmark :1\nauthor {change.author} {stamp} +0000\n"
        f"committer {change.author} {stamp} +0000\n{_sized(change.subject)}"
        f"M 100644 inline {change.file}\n{_sized(change.text)}\n"
    )
    if change.tag is None:
        return commit
    tagger = f"tagger {_ANA} {stamp + 600} +0000\n"
    return f"{commit}tag {change.tag}\nfrom :1\n{tagger}{_sized(f'Release {change.tag}')}"


def _sized(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


async def _git(*arguments: str, folder: Path, feed: str = "") -> str:
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            *("git", *arguments), stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, env=_env(folder)
        )
    except FileNotFoundError:
        raise SampleFailed("git is not installed, or not on PATH") from None
    out, err = await process.communicate(feed.encode())
    if process.returncode:
        raise SampleFailed(f"git {arguments[0]}: {err.decode(errors='replace').strip()[:300]}")
    return out.decode().strip()


def _env(folder: Path) -> dict[str, str]:
    """No configuration but git's own, and no repository but the one in the folder."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
    }
