"""Releases: which release comes before a tag, what lies between the two, and how a card says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from .command import read
from .facts import LOG_FORMAT, parse_log
from .git import Commit, Repository
from .names import version

SHOWN_ON_CARD = 15
_SECONDS = 30


def newest_release(tags: Iterable[str]) -> str | None:
    """The highest version; one that is no pre-release and no roll-back if there is any."""
    versions = [(key[3], key, name) for name in tags if (key := version(name)) is not None]
    return max(versions)[2] if versions else None


def release_before(tag: str, tags: Iterable[str]) -> str | None:
    """The highest release below this one; for a name that is no version, the newest release."""
    own = version(tag)
    return newest_release(
        name for name in tags if own is None or ((key := version(name)) and key < own)
    )


@dataclass(frozen=True)
class Span:
    """The commits between two points, and how many there are in all."""

    total: int
    commits: list[Commit]


async def span(clone: Repository, head: str, since: str | None, tags: Mapping[str, str]) -> Span:
    """What a commit that is in the clone holds and the tag does not, whatever branch either is on."""
    await clone.commits(since, 1)  # Brings the tag's objects into the clone.
    points = [head, *([f"^{tags[since]}"] if since else [])]
    count = await _git(clone, "rev-list", "--count", *points, "--")
    shown = ("--no-mailmap", "--no-color", LOG_FORMAT, f"--max-count={SHOWN_ON_CARD}")
    return Span(int(count), parse_log(await _git(clone, "log", *shown, *points, "--")))


async def _git(clone: Repository, *arguments: str) -> str:
    return (await read(*arguments, folder=clone.path, seconds=_SECONDS)).text


def listed(shown: Span, verb: str, where: str) -> Iterator[str]:
    """The commits of a card, each on its line."""
    noun = "commit" if shown.total == 1 else "commits"
    yield f"{verb} {shown.total or 'no'} {noun} {where}{':' if shown.commits else '.'}"
    yield from (f"- {commit.short} {commit.subject} ({commit.author})" for commit in shown.commits)
    if shown.total > len(shown.commits):
        yield f"… and {shown.total - len(shown.commits)} more"


def warning(tag: str, tags: Iterable[str]) -> Iterator[str]:
    """What is odd about a new tag's name, if anything is."""
    newest = newest_release(tags)
    own, highest = version(tag), version(newest) if newest else None
    if own is None:
        yield f"Note: {tag} is no version number."
    elif highest is not None and own < highest:
        yield f"Note: {tag} is lower than the newest release, {newest}."


def digest(tags: Mapping[str, str]) -> str:
    """Changes with any tag of the remote."""
    lines = "".join(f"{name} {commit}\n" for name, commit in sorted(tags.items()))
    return f"{len(tags)} tags, {sha256(lines.encode()).hexdigest()[:16]}"
