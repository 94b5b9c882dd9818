"""Files: what came with a mail, taken from the mailbox again when somebody wants to read it: no copy of it is kept anywhere else."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportArgumentType=false

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import cast

from bot.kit.channel import Fetched
from channels.email.arrived import MOST_FILE_BYTES, part
from channels.email.heard import identity
from channels.email.imap import named, visiting
from channels.email.reading.mail import MOST_BYTES, Unreadable
from channels.email.secure import Server

MOST_ALIKE = 10
GONE = "Its mail is no longer in the mailbox."
NONE = "There is no such file in its mail."
TOO_LARGE = f"It is larger than {MOST_FILE_BYTES // 1_000_000} MB, so it was not read."
_NAME = re.compile(
    r"(?P<mail>email:[^/\s]+/[0-9a-f]{32})/(?P<path>\d{1,3})/(?P<id><[\x21-\x3b\x3d\x3f-\x7e]+>)"
)


def name_of(mail: str, path: int, id: str) -> str:
    """What a file is called on a log: its mail, which part of it, and by which ID the mail is found again."""
    return f"{mail}/{path}/{id}"


class Files:
    """The files of the mails in one mailbox."""

    def __init__(self, server: Server, address: str) -> None:
        self._server = server
        self._address = address.lower()

    async def fetch(self, file: str) -> Fetched:
        """The file of this name, or why it cannot be had. Raises OSError where it may be had later."""
        asked = _NAME.fullmatch(file)
        if asked is None:
            return Fetched("", "", 0, why=NONE)
        if not self._server.host:
            return Fetched("", "", 0, why="No mailbox is set up here.")
        raw = await asyncio.to_thread(self._mail, asked["mail"], asked["id"])
        if raw is None:
            return Fetched("", "", 0, why=GONE)
        try:
            found = await part(raw, int(asked["path"]))
        except Unreadable as error:
            return Fetched("", "", 0, why=f"Its mail cannot be read: {error}.")
        if found is None:
            return Fetched("", "", 0, why=NONE)
        why = TOO_LARGE if found.size > MOST_FILE_BYTES else ""
        return Fetched(found.name, found.type, found.size, found.content, why)

    def _mail(self, mail: str, id: str) -> bytes | None:
        """The very mail that was heard: others may have taken its ID."""
        with visiting(self._server) as client:
            client.select_folder("INBOX", readonly=True)
            for uid in named(client, id)[:MOST_ALIKE]:
                asked = ["RFC822.SIZE"]
                sizes = cast("Mapping[int, Mapping[bytes, int]]", client.fetch([uid], asked))
                if sizes.get(uid, {}).get(b"RFC822.SIZE", 0) > MOST_BYTES:
                    continue
                asked = ["BODY.PEEK[]"]
                told = cast("Mapping[int, Mapping[bytes, object]]", client.fetch([uid], asked))
                raw = told.get(uid, {}).get(b"BODY[]")
                if isinstance(raw, bytes) and identity(self._address, id, raw) == mail:
                    return raw
        return None
