"""Facts: what git printed, as values."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from .command import GitFailed, clean
from .names import check_name, version

_SUBJECT_LETTERS = 200


@dataclass(frozen=True)
class Tag:
    """A tag as the remote has it; `commit` is what it points at in the end."""

    name: str
    commit: str
    date: str
    subject: str


@dataclass(frozen=True)
class Commit:
    """One line of the log; `date` is when it was written, in UTC."""

    sha: str
    short: str
    author: str
    date: str
    subject: str


@dataclass(frozen=True)
class Unshipped:
    """What a release of `branch` would bring: `total` counts also what `commits` leaves out."""

    branch: str
    head: str
    since_tag: str | None
    total: int
    commits: list[Commit]


@dataclass(frozen=True)
class Pushed:
    """A tag as it was read back from the remote after the push."""

    tag: str
    commit: str
    tag_object: str
    remote: str


@dataclass(frozen=True)
class Remote:
    """One look at the remote: branches and peeled tags by short name, object ids by full name."""

    url: str
    branch: str
    heads: dict[str, str]
    tags: dict[str, str]
    objects: dict[str, str]

    def tag(self, name: str) -> str:
        """The commit a tag points at."""
        if check_name(name) not in self.tags:
            raise GitFailed(f"there is no tag {name} on the remote")
        return self.tags[name]

    def head(self) -> str:
        """The newest commit of the default branch."""
        if self.branch not in self.heads:
            raise GitFailed("the remote has no default branch with commits on it")
        return self.heads[self.branch]


# Git's own rule for ref names; a remote that breaks it is not asked for that ref.
_REF = re.compile(r"refs/(heads|tags)/[^\s\x00-\x1f\x7f:^~*?\[\\]+")
_HEAD = re.compile(r"ref: refs/heads/(\S+)\tHEAD")


def parse_remote(url: str, printed: str) -> Remote:
    """Read `ls-remote --symref`; `^{}` lines say what an annotated tag points at."""
    heads: dict[str, str] = {}
    tags: dict[str, str] = {}
    objects: dict[str, str] = {}
    for line in printed.splitlines():
        sha, _, full = line.partition("\t")
        name = full.removesuffix("^{}")
        if not _REF.fullmatch(name):
            continue
        (heads if name.startswith("refs/heads/") else tags)[name.split("/", 2)[2]] = sha
        objects.setdefault(name, sha)
    return Remote(url, _default_branch(printed, heads), heads, tags, objects)


def _default_branch(printed: str, heads: dict[str, str]) -> str:
    named = _HEAD.match(printed)
    likely = [name for name in ("main", "master") if name in heads]
    return named[1] if named else (likely or [""])[0]


def parse_tags(names: list[str], commits: dict[str, str], printed: bytes) -> list[Tag]:
    """Read `cat-file --batch`, one object a name, in order."""
    tags: list[Tag] = []
    for name in names:
        first, _, rest = printed.partition(b"\n")
        size = int(first.split()[2])
        date, subject = _date_and_subject(rest[:size].decode(errors="replace"))
        tags.append(Tag(name, commits[name], date, subject))
        printed = rest[size + 1 :]
    return tags


_STAMP = re.compile(r"^(?:tagger|committer) [^\n]*> (\d+) [+-]\d{4}$", re.MULTILINE)


def _date_and_subject(written: str) -> tuple[str, str]:
    head, _, body = written.partition("\n\n")
    stamp = _STAMP.search(head)
    subject = body.strip().partition("\n")[0]
    return utc(stamp[1]) if stamp else "", clean(subject)[:_SUBJECT_LETTERS]


LOG_FORMAT = "--format=%H%x00%h%x00%an%x00%at%x00%s%x00"


def parse_log(printed: str) -> list[Commit]:
    """Read `log` as printed under LOG_FORMAT."""
    fields = printed.split("\0")
    rows = zip(*(fields[start::5] for start in range(5)), strict=False)
    return [
        Commit(sha.strip(), short, clean(who), utc(at), clean(subject)[:_SUBJECT_LETTERS])
        for sha, short, who, at, subject in rows
    ]


def utc(seconds: str) -> str:
    """An ISO date; empty where a commit carries a time no calendar knows."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def newest_first(tags: list[Tag]) -> list[Tag]:
    """Versions before other names, the highest first; equals and the others by date."""
    return sorted(tags, key=_age, reverse=True)


def _age(tag: Tag) -> tuple[bool, tuple[object, ...], str, str]:
    key = version(tag.name)
    return key is not None, key or (), tag.date, tag.name


_REFUSED = re.compile(r"^!\t[^\t]*\t\[[^\]]*\] \(?(.*?)\)?$", re.MULTILINE)


def refusal(printed: str) -> str:
    """Why `push --porcelain` says that the ref was not taken; empty where it does not say."""
    found = _REFUSED.search(printed)
    return clean(found[1])[:_SUBJECT_LETTERS] if found else ""
