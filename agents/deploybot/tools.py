"""Tools: what deploybot can read of a repository and change at its remote, each with its arguments and its policy.

What was approved is what is pushed: `push_tag` takes a full commit id and nothing shorter. A branch or an abbreviated
id could mean another commit by the time a human has decided, so the preview refuses it and says the id it means now.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, JsonValue

from bot.kit import Args, Call, Card, Refused, tool
from bot.kit.call import Unsure

from .git import Commit, GitFailed, Pushed, Repository, Unconfirmed
from .names import check_new_tag
from .releases import Span, digest, listed, newest_release, release_before, span, warning

ENV = ("BOT_DEPLOY_REPO",)
# A call talks to the remote up to four times; its own limit must leave room for each to run out.
GIT_SECONDS = 40
TOOL_SECONDS = 180
# Whoever is killed in a push leaves a human waiting this long before it may be tried again; what it needs was fetched
# for the preview.
PUSH_SECONDS = 60

Json = dict[str, JsonValue]


class ListTags(Args):
    limit: int = Field(default=20, ge=1, le=100, description="How many tags at most.")


class ListCommits(Args):
    since_tag: str | None = Field(
        default=None,
        max_length=200,
        description="The tag to count from; left out, the newest release on the remote.",
    )
    limit: int = Field(default=30, ge=1, le=100, description="How many commits at most.")


class ShowCommit(Args):
    commit: str = Field(
        min_length=1, max_length=200, description="A commit id, a tag or a branch of the remote."
    )


class NewTag(Args):
    tag: str = Field(
        min_length=1, max_length=200, description="The new tag's name, such as v1.4.3."
    )
    commit: str = Field(
        min_length=1,
        max_length=200,
        description="The full id of the commit to ship, all 40 digits; list_commits gives it as head.",
    )
    message: str = Field(
        min_length=1, max_length=4_000, description="The tag's message: a title, then what ships."
    )


class RollBack(Args):
    to_tag: str = Field(
        min_length=1,
        max_length=200,
        description="The earlier tag whose commit is put forward again.",
    )
    reason: str = Field(
        min_length=1, max_length=1_000, description="What is wrong with what is out now."
    )


@tool(reads=True, env=ENV, seconds=TOOL_SECONDS)
async def list_tags(args: ListTags, call: Call) -> list[Json]:
    """The tags on the remote: versions first, the highest first."""
    with in_words():
        tags = await repository(call).tags(args.limit)
    return [
        {"tag": tag.name, "commit": tag.commit, "date": tag.date[:10], "subject": tag.subject}
        for tag in tags
    ]


@tool(reads=True, env=ENV, seconds=TOOL_SECONDS)
async def list_commits(args: ListCommits, call: Call) -> Json:
    """The commits on the remote's default branch that a tag does not hold, newest first; head is the newest one's full id."""
    with in_words():
        clone = repository(call)
        since = args.since_tag or newest_release(await clone.remote_tags())
        found = await clone.commits(since, args.limit)
    return {
        "branch": found.branch,
        "head": found.head,
        "since_tag": found.since_tag,
        "total": found.total,
        "commits": [_row(commit) for commit in found.commits],
    }


@tool(reads=True, env=ENV, seconds=TOOL_SECONDS)
async def show_commit(args: ShowCommit, call: Call) -> str:
    """One commit on the remote: its full id, message, changed files and patch."""
    with in_words():
        return await repository(call).show(args.commit)


@tool(approval="always", reversible=False, env=ENV, seconds=PUSH_SECONDS)
async def push_tag(args: NewTag, call: Call) -> Json:
    """Release a commit: push one new annotated tag to the remote, and read it back. Tags that exist never move."""
    with in_words():
        return _receipt(await repository(call).push_tag(args.tag, args.commit, args.message))


@push_tag.preview
async def push_card(args: NewTag, call: Call) -> Card:
    clone = repository(call)
    with in_words():
        tags = await clone.remote_tags()
        _check_new(args, tags)
        await _check_full_id(clone, args.commit)
        since = release_before(args.tag, tags)
        shipped = await span(clone, args.commit, since, tags)
        lines = (
            f"Push tag {args.tag} to {await clone.url()}",
            f"Commit {args.commit}",
            *warning(args.tag, tags),
            *listed(
                shipped, "Ships", f"since {since}" if since else "in all, with no release before it"
            ),
        )
    return Card("\n".join(lines), pins={"commit": args.commit, "remote tags": digest(tags)})


@tool(approval="always", reversible=False, env=ENV, seconds=PUSH_SECONDS)
async def roll_back(args: RollBack, call: Call) -> Json:
    """Put an earlier release forward again: push its commit under a new tag `<to_tag>-rollback.N`. Nothing is deleted."""
    with in_words():
        return _receipt(await repository(call).roll_back(args.to_tag, args.reason))


@roll_back.preview
async def roll_back_card(args: RollBack, call: Call) -> Card:
    clone = repository(call)
    with in_words():
        name = await clone.rollback_tag(args.to_tag)
        tags = await clone.remote_tags()
        newest = newest_release(tags)
        dropped = await _dropped(clone, args.to_tag, newest, tags)
        lines = (
            f"Roll back to {args.to_tag}: push tag {name} to {await clone.url()}",
            f"Commit {tags[args.to_tag]}",
            *listed(dropped, "Takes back", f"that {newest} has and {args.to_tag} has not"),
        )
    pins: Json = {"new tag": name, "commit": tags[args.to_tag], "remote tags": digest(tags)}
    return Card("\n".join(lines), pins=pins)


# ---- the repository --------------------------------------------------------------------------------------------------
def repository(call: Call) -> Repository:
    """The clone that releases are made from."""
    path = call.env.get("BOT_DEPLOY_REPO", "").strip()
    if not path:
        message = "no repository is set up: BOT_DEPLOY_REPO must name a local clone"
        raise Refused(message)
    return Repository(Path(path).expanduser(), seconds=GIT_SECONDS)


@contextmanager
def in_words() -> Generator[None]:
    """Git's failures in the kit's terms: it was not done, or nobody knows."""
    try:
        yield
    except Unconfirmed as error:
        raise Unsure(str(error)) from error
    except GitFailed as error:
        raise Refused(str(error)) from error


def _check_new(args: NewTag, tags: Mapping[str, str]) -> None:
    if check_new_tag(args.tag) in tags:
        message = f"tag {args.tag} is already on the remote, at {tags[args.tag]}; tags never move"
        raise Refused(message)
    if not args.message.strip():
        message = "the tag's message is empty"
        raise Refused(message)


async def _check_full_id(clone: Repository, commit: str) -> None:
    full = await clone.resolve(commit)
    if full != commit:
        message = f"{commit} is {full} now; propose push_tag with that full id"
        raise Refused(message)


async def _dropped(
    clone: Repository, to_tag: str, newest: str | None, tags: Mapping[str, str]
) -> Span:
    """What the newest release has and a roll-back takes away."""
    if newest is None:
        return Span(0, [])
    await clone.commits(newest, 1)  # Brings its objects into the clone.
    return await span(clone, tags[newest], to_tag, tags)


# ---- results -------------------------------------------------------------------------------------------------------
def _row(commit: Commit) -> Json:
    return {
        "commit": commit.short,
        "date": commit.date[:10],
        "author": commit.author,
        "subject": commit.subject,
    }


def _receipt(pushed: Pushed) -> Json:
    """What was read back from the remote after the push."""
    return {"tag": pushed.tag, "commit": pushed.commit, "on_remote": pushed.remote}
