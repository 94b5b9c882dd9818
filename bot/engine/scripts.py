"""Scripts: the Lua beside this module, run by digest and sent whole only where the server lacks it.

Nothing is written to Redis but through a script or a command that may be repeated, because the client
sends a command again when its reply is lost.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

Word = str | bytes | int


@dataclass(frozen=True, slots=True)
class Script:
    source: str
    digest: str

    def by_digest(self, keys: Sequence[str], words: Sequence[Word]) -> tuple[Word, ...]:
        return ("EVALSHA", self.digest, len(keys), *keys, *words)

    def whole(self, keys: Sequence[str], words: Sequence[Word]) -> tuple[Word, ...]:
        return ("EVAL", self.source, len(keys), *keys, *words)


def load(*names: str) -> Script:
    """One script of these files, in this order."""
    source = "".join(
        files("bot.engine").joinpath(f"{name}.lua").read_text("utf-8") for name in names
    )
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


APPEND = load("append")
RENEW = load("renew")
RECLAIM = load("reclaim")
RELEASE = load("release")
DUE = load("due")
PRUNE = load("prune")
LEAVE = load("leave")
PARK = load("park")
REVIVE = load("revive")
RESTORE = load("restore")
SOUND = load("sound")
SPEND = load("spend")
SWAP = load("swap")
PULSE = load("pulse")
BEGUN = load("begun")
TURNS = load("turns")
HOLD = load("hold")
HASTEN = load("hasten")
RESERVE = load("tally", "reserve")
SETTLE = load("tally", "settle")
