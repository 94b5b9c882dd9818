"""Keys: every name the engine uses in Redis, and in which slot it lives.

All keys of a partition share a hash tag, so a script that stays within one partition stays within one
slot of a cluster. Only logs match `*:log:*` and only blobs match `*:blob:*`: thread ids are restricted
and commit ids, which come from outside, are hashed before they become part of a name.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

PARTITIONS = 16
LOGS = "bot:{p*}:log:*"
GROUP = "workers"
THREAD_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")


def is_thread_id(name: str) -> bool:
    """Whether a thread may have this name: an index that somebody wrote to by hand may hold others."""
    return THREAD_ID.fullmatch(name) is not None


class BadThreadId(ValueError):
    """A thread id that may not become part of a key."""

    def __init__(self, thread: str) -> None:
        super().__init__(f"a thread id is 1 to 128 of a-z, 0-9 and '-', not {thread[:140]!r}")


@dataclass(frozen=True, slots=True)
class Partition:
    """The keys that the threads of one partition share."""

    ready: str
    wake: str
    timers: str
    threads: str
    aliases: str
    dead: str


TYPES = {
    "ready": "stream", "wake": "hash", "timers": "zset",
    "threads": "zset", "aliases": "hash", "dead": "hash",
}  # fmt: skip
"""What Redis calls the type of each index."""


@dataclass(frozen=True, slots=True)
class ThreadKeys:
    """What one commit touches, in the order in which the append script declares its keys."""

    log: str
    blobs: str
    ready: str
    wake: str
    timers: str
    threads: str
    seen: str
    dead: str

    def declared(self) -> tuple[str, ...]:
        return (
            self.log,
            self.blobs,
            self.ready,
            self.wake,
            self.timers,
            self.threads,
            self.seen,
            self.dead,
        )


def partition_of(text: str) -> int:
    # CRC-32 because it is the same in every process and release, which Python's hash() is not.
    return zlib.crc32(text.encode()) % PARTITIONS


@cache
def partition(number: int) -> Partition:
    tag = f"bot:{{p{number:02d}}}"
    return Partition(
        ready=f"{tag}:ready",
        wake=f"{tag}:wake",
        timers=f"{tag}:timers",
        threads=f"{tag}:threads",
        aliases=f"{tag}:aliases",
        dead=f"{tag}:dead",
    )


def partitions(first: int = 0) -> Iterator[Partition]:
    """Every partition once, from `first` on and around."""
    return (partition((first + n) % PARTITIONS) for n in range(PARTITIONS))


def of_thread(thread: str, commit: str = "") -> ThreadKeys:
    if not is_thread_id(thread):
        raise BadThreadId(thread)
    number = partition_of(thread)
    tag, shared = f"bot:{{p{number:02d}}}", partition(number)
    identity = hashlib.blake2b(f"{thread}\0{commit}".encode(), digest_size=16).hexdigest()
    return ThreadKeys(
        log=f"{tag}:log:{thread}",
        blobs=f"{tag}:blob:{thread}",
        ready=shared.ready,
        wake=shared.wake,
        timers=shared.timers,
        threads=shared.threads,
        seen=f"{tag}:seen:{identity}",
        dead=shared.dead,
    )


def of_address(address: str) -> str:
    """The hash of aliases in which this address is looked up."""
    return partition(partition_of(address)).aliases


def of_cursors(name: str) -> str:
    """The hash of how far each place of this medium was read."""
    return f"bot:{{p{partition_of(name):02d}}}:cursors:{name}"


def thread_of_log(key: str) -> str:
    return key.rsplit(":", 1)[1]
