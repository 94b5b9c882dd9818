"""Probe: a mail to ourselves, sent and waited for as any other, to see what our own receiving server says of its sender, and whether it knows pluses."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportArgumentType=false

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from bot.kit.nearest import meant
from channels.email import ids
from channels.email.compose import Letter, composed
from channels.email.imap import named, visiting
from channels.email.post import Post
from channels.email.reading.headers import Headers
from channels.email.reading.mail import parsed
from channels.email.secure import Server
from channels.email.tokens import LEAST_ID, SEAL

PAUSE_SECONDS = 1.0
SUBJECT = "bot doctor --mail"
TEXT = "I have sent this to myself, to see how mail arrives here. It is taken away once it was looked at."
MOST_FOLDERS = 50


@dataclass(frozen=True, slots=True)
class Came:
    """The mail as it arrived: in which folder, after how many seconds, and its headers."""

    folder: str
    seconds: float
    headers: Headers


def plus_address(address: str) -> str:
    """An address of the shape that reply addresses have, and of no request."""
    local, _, domain = address.lower().partition("@")
    return f"{local}+a.{_letters(LEAST_ID)}.{_letters(SEAL)}@{domain}"


def _letters(count: int) -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(count))


async def sent(post: Post, address: str, to: str = "") -> str:
    """Sends it, to this address if it is another, and returns its ID. Raises what a post raises."""
    place = ids.locator(secrets.token_hex(16))
    id = ids.ours(secrets.token_bytes(32), place, "doctor", address, address)
    whom = (to or address,)
    letter = Letter(
        sender=address, name="Bot", to=whom, subject=SUBJECT, text=TEXT, id=id, thread=place
    )
    await post.send(id, composed(letter), address, letter.recipients)
    return id


async def came(server: Server, id: str, seconds: float) -> Came | None:
    """Waits for it so long, and takes it away. None: it did not come. Raises OSError."""
    return await asyncio.to_thread(_wait, server, id, seconds)


async def objection(server: Server, folder: str) -> str:
    """Why nothing can be put into this folder; empty: it can. Raises OSError."""
    return await asyncio.to_thread(_objection, server, folder)


def _objection(server: Server, folder: str) -> str:
    with visiting(server) as client:
        listed = cast("Sequence[tuple[object, object, str]]", client.list_folders())
        names = [name for _, _, name in listed]
    return "" if folder in names else f"there is no folder {folder}{meant(folder, names)}"


def _wait(server: Server, id: str, seconds: float) -> Came | None:
    begun = time.monotonic()
    with visiting(server) as client:
        while True:
            client.select_folder("INBOX")
            if headers := _taken(client, id):
                return Came("INBOX", time.monotonic() - begun, headers)
            if time.monotonic() - begun > seconds:
                break
            time.sleep(PAUSE_SECONDS)
        for folder in _others(client):
            # One that nobody may look into holds nothing of ours.
            with suppress(IMAPClientError):
                client.select_folder(folder)
                if headers := _taken(client, id):
                    return Came(folder, time.monotonic() - begun, headers)
    return None


def _others(client: IMAPClient) -> list[str]:
    """Where else it may lie: junk, most often."""
    listed = cast("Sequence[tuple[Sequence[bytes], bytes, str]]", client.list_folders())
    closed = {b"\\noselect", b"\\nonexistent", b"\\sent"}
    return [
        name
        for flags, _, name in listed
        if name != "INBOX" and not closed & {flag.lower() for flag in flags}
    ][:MOST_FOLDERS]


def _taken(client: IMAPClient, id: str) -> Headers | None:
    """Its headers, if it is in this folder. It alone is taken away; where the server cannot do that, it is only marked."""
    found = named(client, id)
    if not found:
        return None
    told = cast(
        "Mapping[int, Mapping[bytes, object]]", client.fetch(found[:1], ["BODY.PEEK[HEADER]"])
    )
    client.delete_messages(found)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(found)
    raw = told.get(found[0], {}).get(b"BODY[HEADER]")
    return parsed(raw).headers if isinstance(raw, bytes) else None
