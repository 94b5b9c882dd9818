"""Repository: what the remote holds, and new tags on it; the clone is only where git runs.

Every answer begins with what the remote says now (`ls-remote`); the clone lends its object store.
No ref is written in the clone: missing objects are fetched without one, and a tag object is made
and pushed by its own id. So a stale clone cannot mislead, reads cannot get in each other's way,
and a try killed half-way leaves nothing that the next one could trip over.
"""

import time
from collections.abc import Iterable
from pathlib import Path

from .command import GitFailed, Output, clean, complaint, read, run
from .facts import (
    LOG_FORMAT,
    Commit,
    Pushed,
    Remote,
    Tag,
    Unshipped,
    newest_first,
    parse_log,
    parse_remote,
    parse_tags,
    refusal,
)
from .names import check_name, check_new_tag, is_hex, next_rollback, version
from .trust import trusted_url

__all__ = ["Commit", "GitFailed", "Pushed", "Repository", "Tag", "Unconfirmed", "Unshipped"]


class Unconfirmed(GitFailed):
    """The push may or may not have reached the remote, and the remote could not be asked."""


_TAGGER = "deploybot <deploybot@example.com>"
_MESSAGE_LETTERS = 10_000
_PATCH_BYTES = 24_000
_LONGEST_LIST = 500


class Repository:
    """A local repository and its remote, used as a place to release from."""

    def __init__(
        self, path: Path, remote: str = "origin", *, seconds: float = 60, tagger: str = _TAGGER
    ) -> None:
        self.path = path.resolve()
        self.remote = remote
        self._seconds = seconds
        self._tagger = tagger

    async def url(self) -> str:
        """Where tags go, without credentials; refuses a repository that could redirect it."""
        return await trusted_url(self.path, self.remote)

    async def remote_tags(self) -> dict[str, str]:
        """Every tag of the remote with the commit it points at."""
        return (await self._look()).tags

    async def tags(self, limit: int = 20) -> list[Tag]:
        """The newest tags: versions first, highest first, then the others by date."""
        seen = await self._look()
        chosen = _candidates(seen.tags, _at_most(limit))
        refs = [f"refs/tags/{name}" for name in chosen]
        await self._fetch(seen, refs)
        ids = "".join(f"{seen.objects[ref]}\n" for ref in refs)
        printed = await self._read("cat-file", "--batch", feed=ids.encode())
        return newest_first(parse_tags(chosen, seen.tags, printed.out))[: _at_most(limit)]

    async def commits(self, since_tag: str | None = None, limit: int = 50) -> Unshipped:
        """What the remote's default branch holds that the tag does not."""
        seen = await self._look()
        span = [seen.head()]
        await self._fetch(seen, [f"refs/heads/{seen.branch}"])
        if since_tag is not None:
            span.append(f"^{seen.tag(since_tag)}")
            await self._fetch(seen, [f"refs/tags/{since_tag}"])
        total = await self._read("rev-list", "--count", *span, "--")
        shown = ("--no-mailmap", "--no-color", LOG_FORMAT, f"--max-count={_at_most(limit)}")
        log = await self._read("log", *shown, *span, "--")
        listed = parse_log(log.text)
        return Unshipped(seen.branch, seen.head(), since_tag, int(total.text), listed)

    async def resolve(self, commit: str) -> str:
        """The full id of a commit that is on one of the remote's branches; anything else is refused."""
        seen = await self._look()
        return await self._resolve(seen, commit)

    async def show(self, commit: str) -> str:
        """Message, changed files and patch of a commit on the remote, cut where it gets long."""
        sha = await self.resolve(commit)
        plain = ("--no-ext-diff", "--no-textconv", "--no-notes", "--no-color", "--no-mailmap")
        shown = await run(
            *("show", *plain, "--format=commit %H%nauthor %an%ndate %aI%n%n%B", "--stat=100"),
            *("--patch", "--no-renames", "--end-of-options", sha, "--"),
            folder=self.path,
            seconds=self._seconds,
            cap_bytes=_PATCH_BYTES,
        )
        if shown.cut:
            return f"{clean(shown.text)}\n[cut: the patch is longer than {_PATCH_BYTES} bytes]"
        if shown.status:
            raise GitFailed(complaint(shown.err))
        return clean(shown.text)

    async def push_tag(self, tag: str, commit: str, message: str) -> Pushed:
        """Create one annotated tag on the remote and read it back; an existing tag never moves."""
        check_new_tag(tag)
        seen = await self._look()
        return await self._push(seen, tag, await self._resolve(seen, commit), message)

    async def rollback_tag(self, to_tag: str) -> str:
        """The name a roll-back to this tag would get now."""
        seen = await self._look()
        seen.tag(to_tag)
        return next_rollback(to_tag, seen.tags)

    async def roll_back(self, to_tag: str, reason: str) -> Pushed:
        """Put the commit of an earlier tag forward again, under a new tag `<to_tag>-rollback.N`.

        Moving or deleting the bad release's tag would rewrite what others have fetched and would
        erase that it was ever out. A new tag keeps history true, triggers whatever deploys tags,
        and sorts below its release, so that the next version is still counted from the newest.
        """
        seen = await self._look()
        commit = seen.tag(to_tag)
        await self._fetch(seen, [f"refs/tags/{to_tag}"])
        return await self._push(seen, next_rollback(to_tag, seen.tags), commit, reason)

    async def _look(self) -> Remote:
        url = await self.url()
        printed = await self._read("ls-remote", "--symref", "--", self.remote)
        return parse_remote(url, printed.text)

    async def _push(self, seen: Remote, tag: str, commit: str, message: str) -> Pushed:
        if tag in seen.tags:
            there = "that very commit" if seen.tags[tag] == commit else seen.tags[tag]
            raise GitFailed(f"tag {tag} is already on the remote, at {there}; tags never move")
        made = await self._make_tag(tag, commit, message)
        refused, unclear = await self._send(made, tag)
        return await self._read_back(Pushed(tag, commit, made, seen.url), refused, unclear)

    async def _make_tag(self, tag: str, commit: str, message: str) -> str:
        text = clean(message).strip()
        if not text or len(text) > _MESSAGE_LETTERS:
            raise GitFailed(f"a tag's message needs 1 to {_MESSAGE_LETTERS} letters")
        head = f"object {commit}\ntype commit\ntag {tag}\ntagger {self._tagger}"
        written = f"{head} {int(time.time())} +0000\n\n{text}\n"
        return (await self._read("mktag", feed=written.encode())).text.strip()

    async def _send(self, made: str, tag: str) -> tuple[str, str]:
        """Push one object to one name that must not exist yet.

        Returns the remote's own word that it refused, and git's complaint where there is no such word: then a slow
        remote may still be taking the tag.
        """
        ref = f"refs/tags/{tag}"
        quiet = ("--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        # An empty lease means "only where there is nothing": no tag is moved, whoever wins a race.
        lease = f"--force-with-lease={ref}:"
        push = ("push", "--porcelain", *quiet, lease, "--", self.remote, f"{made}:{ref}")
        try:
            output = await run(*push, folder=self.path, seconds=self._seconds)
        except GitFailed as failure:
            return "", str(failure)
        if not output.status:
            return "", ""
        return refusal(output.text), complaint(output.err)

    async def _read_back(self, pushed: Pushed, refused: str, unclear: str) -> Pushed:
        """What the remote holds decides, whatever the push seemed to say."""
        try:
            seen = await self._look()
        except GitFailed as failure:
            raise Unconfirmed(
                f"whether tag {pushed.tag} reached the remote is not known: {failure}"
            ) from failure
        held = seen.objects.get(f"refs/tags/{pushed.tag}")
        if held == pushed.tag_object and seen.tags[pushed.tag] == pushed.commit:
            return pushed
        if held:
            there = seen.tags[pushed.tag]
            raise GitFailed(f"somebody else pushed tag {pushed.tag} first, at {there}; it stays")
        if unclear and not refused:
            raise Unconfirmed(f"tag {pushed.tag} is not on the remote yet: {unclear}")
        raise GitFailed(f"tag {pushed.tag} is not on the remote: {refused or 'it was dropped'}")

    async def _resolve(self, seen: Remote, commit: str) -> str:
        await self._fetch(seen, [f"refs/heads/{name}" for name in seen.heads])
        sha = await self._named(seen, commit)
        walk = "\n".join([sha, *(f"^{head}" for head in seen.heads.values())])
        beyond = await self._read("rev-list", "--max-count=1", "--stdin", feed=walk.encode())
        if beyond.out:
            raise GitFailed(f"commit {commit} is on no branch of the remote")
        return sha

    async def _named(self, seen: Remote, name: str) -> str:
        """Names mean what they mean on the remote; of the clone's own names none counts."""
        found = {names[name] for names in (seen.heads, seen.tags) if name in names}
        if is_hex(check_name(name)):
            found |= await self._commits_beginning(name)
        if name in seen.tags:
            await self._fetch(seen, [f"refs/tags/{name}"])
        if len(found) == 1:
            return found.pop()
        known = "names more than one commit" if found else "is not known on the remote"
        raise GitFailed(f"{name} {known}")

    async def _commits_beginning(self, prefix: str) -> set[str]:
        ids = await self._read("rev-parse", f"--disambiguate={prefix}")
        kinds = await self._read("cat-file", "--batch-check", feed=ids.out)
        lines = [line.split() for line in kinds.text.splitlines()]
        return {words[0] for words in lines if words[1:2] == ["commit"]}

    async def _fetch(self, seen: Remote, refs: list[str]) -> None:
        """Bring the objects of these refs of the remote, and write no ref for them."""
        wanted = "".join(f"{seen.objects[ref]}\n" for ref in refs).encode()
        here = await self._read("cat-file", "--batch-check", feed=wanted)
        lines = zip(refs, here.text.splitlines(), strict=True)
        missing = [ref for ref, line in lines if line.endswith("missing")]
        if not missing:
            return
        bare = ("--no-tags", "--no-write-fetch-head", "--no-prune", "--refmap=", "--quiet")
        await self._read(
            *("fetch", *bare, "--recurse-submodules=no", "--stdin", "--", self.remote),
            feed="\n".join(missing).encode(),
        )

    async def _read(self, *arguments: str, feed: bytes = b"") -> Output:
        return await read(*arguments, folder=self.path, feed=feed, seconds=self._seconds)


def _at_most(limit: int) -> int:
    return max(1, min(limit, _LONGEST_LIST))


def _candidates(names: Iterable[str], limit: int) -> list[str]:
    """The tags that can be among the newest `limit`, without a look at any date."""
    keys = {name: version(name) for name in names}
    versions = sorted((key, name) for name, key in keys.items() if key is not None)
    newest = [name for _, name in versions[-limit:]]
    others = [name for name, key in keys.items() if key is None]
    return newest if len(newest) == limit else [*newest, *others[-_LONGEST_LIST:]]
