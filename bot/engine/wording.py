"""Wording: a commit as the words of the append script, and the server's replies as our values."""

from collections.abc import Iterator, Mapping
from typing import cast

from bot.engine.commit import (
    Append,
    Appended,
    Fenced,
    Known,
    Lease,
    Moved,
    Outcome,
    Parted,
    Row,
    Timer,
)
from bot.engine.keys import is_thread_id
from bot.engine.scripts import Word

AT = slice(0, 13)
BODY = slice(13, None)


def words(commit: Append, fires: Timer | None) -> Iterator[Word]:
    lease = commit.lease
    yield from (commit.thread, commit.kind, commit.seen_seconds)
    yield from (lease.entry, lease.count) if lease else ("", 0)
    yield -1 if commit.head is None else commit.head
    yield int(commit.rest)
    yield from (member(fires), fires.at) if fires else ("", 0)
    yield from (commit.end.head, b"%013d" % commit.end.at) if commit.end else (0, "")
    yield from (len(commit.timers), len(commit.blobs), len(commit.copied))
    for name, at in commit.timers.items():
        yield from (name, "-" if at is None else at)
    for ref, blob in commit.blobs.items():
        yield from (ref, blob)
    for row in commit.copied:
        yield b"%013d%b" % (row.at, row.body)
    yield from commit.events


def outcome(reply: object, beside: tuple[Row, ...] = ()) -> Outcome:
    word, head, at = cast(tuple[bytes, int, bytes], reply)
    match word:
        case b"appended":
            return Appended(head, int(at), beside)
        case b"known":
            return Known(head, beside)
        case b"fenced":
            return Fenced(head)
        case b"moved":
            return Moved(head)
        case b"parted":
            return Parted(head)
        case _:
            raise AssertionError(f"the append script answered {word!r}")


def rows(reply: object) -> list[Row]:
    """A row that nothing of ours wrote has no stamp; it is kept whole, for the reader to call it unreadable."""
    return [
        Row(int(row[AT]), row[BODY]) if row[AT].isdigit() and len(row) >= AT.stop else Row(0, row)
        for row in cast(list[bytes], reply)
    ]


def fresh(reply: object) -> list[Lease]:
    """Entries given out for the first time, as XREADGROUP names them."""
    streams = cast(list[tuple[bytes, list[tuple[bytes, object]]]], reply or [])
    found = [(entry, fields(flat)) for _, entries in streams for entry, flat in entries]
    return [_fresh(entry, of) for entry, of in found if is_thread_id(_name(of))]


def _fresh(entry: bytes, of: Mapping[bytes, bytes]) -> Lease:
    return Lease(_name(of), entry.decode(), 1, int(of.get(b"tries", b"0")) + 1)


def _name(of: Mapping[bytes, bytes]) -> str:
    """The thread of an entry; one that nothing of ours made has none, and is thrown away once its lease has lapsed."""
    return of.get(b"thread", b"").decode(errors="replace")


def fields(flat: object) -> Mapping[bytes, bytes]:
    """Names and values in turn; a cluster's client has paired them already."""
    if isinstance(flat, dict):
        return cast(Mapping[bytes, bytes], flat)
    named = cast(list[bytes], flat)
    return dict(zip(named[::2], named[1::2], strict=True))


def taken_over(reply: object) -> list[Lease]:
    """Entries another worker let lapse, as the reclaim script names them."""
    return [
        Lease(thread.decode(), entry.decode(), count, int(before) + count)
        for entry, thread, count, before in cast(list[tuple[bytes, bytes, int, bytes]], reply)
    ]


def named(reply: object) -> Iterator[tuple[str, int]]:
    """Names with whole scores, of a set that somebody may have written to by hand."""
    flat = cast(list[bytes], reply)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return ((name.decode(errors="replace"), int(at)) for name, at in pairs if at.isdigit())


def scored(reply: object) -> Iterator[tuple[bytes, int]]:
    flat = cast(list[bytes], reply)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return ((member, int(float(score))) for member, score in pairs)


def member(timer: Timer) -> str:
    return f"{timer.thread}\0{timer.name}"


def timer(member: bytes, at: int) -> Timer:
    thread, _, name = member.decode(errors="replace").partition("\0")
    return Timer(thread, name, at)
