"""Files: what people attached, taken from Slack's own hosts alone: the bot's token goes nowhere else, whatever an address says."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.kit.channel import Fetched, Undeliverable
from channels.slack.api import Refused, Web
from channels.slack.payload import File

MOST_BYTES = 10_000_000
SECONDS = 60
SLACK = ("slack.com", "slack-gov.com")
_GONE = frozenset({"file_not_found", "file_deleted"})
GONE = "It is no longer there."
TOO_LARGE = f"It is larger than {MOST_BYTES // 1_000_000} MB, so it was not read."


async def fetch(web: Web, name: str) -> Fetched:
    """The file of this id, or why it cannot be had. Raises OSError where it may be had later."""
    try:
        answer = await web.call("files.info", {"file": name})
    except Undeliverable as error:
        return Fetched("", "", 0, why=f"Slack does not show it: {error}")
    except Refused as error:
        why = GONE if str(error) in _GONE else f"Slack does not show it: {error}."
        return Fetched("", "", 0, why=why)
    file = File.model_validate(answer.get("file"))
    found = _objection(web, file) or await _content(web, file)
    if isinstance(found, str):
        return Fetched(file.name, file.mimetype, file.size, why=found)
    return Fetched(file.name, file.mimetype, len(found), found)


async def _content(web: Web, file: File) -> bytes | str:
    """What is in it, or why that cannot be had. Raises OSError where it may be had later."""
    try:
        found = await _download(web, file.url_private_download)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ConnectionError(f"Slack did not answer: {type(error).__name__}") from error
    if isinstance(found, bytes) and _is_page(found) and "html" not in file.mimetype:
        return "Slack showed its sign-in page instead of it."
    return found


def _is_page(found: bytes) -> bool:
    return found[:200].lstrip().lower().startswith(b"<!doctype html")


def _objection(web: Web, file: File) -> str:
    """Why it is not even asked for; empty: it is."""
    if file.mode in ("tombstone", "hidden_by_limit"):
        return GONE
    if file.is_external or not file.url_private_download:
        return "It is kept outside Slack, where it is not fetched from."
    if not is_slacks(file.url_private_download, web.client.base_url):
        return "Its address is none of Slack's, so it was not fetched."
    if file.size > MOST_BYTES:
        return TOO_LARGE
    return ""


def is_slacks(address: str, base: str) -> bool:
    """Whether this address is Slack's, or of the server that stands in its place: the token may go there."""
    asked, ours = urlsplit(address), urlsplit(base)
    if (asked.scheme, asked.netloc) == (ours.scheme, ours.netloc):
        return True
    host = asked.hostname or ""
    is_host = any(host == name or host.endswith(f".{name}") for name in SLACK)
    return is_host and asked.scheme == "https" and asked.netloc == host


async def _download(web: Web, address: str) -> bytes | str:
    """What is there, packed as it is; or why not. It follows nobody elsewhere, and reads no more than it is allowed to."""
    headers = {"Authorization": f"Bearer {web.client.token}", "Accept-Encoding": "identity"}
    wait = aiohttp.ClientTimeout(total=SECONDS)
    async with (
        aiohttp.ClientSession(timeout=wait, auto_decompress=False) as session,
        session.get(address, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status >= 500 or answer.status == 429:
            raise ConnectionError(f"Slack did not give a file: {answer.status}")
        if answer.status != 200:
            return f"Slack did not give it ({answer.status}): the bot may not see it."
        found = bytearray()
        async for chunk in answer.content.iter_chunked(64 * 1024):
            found += chunk
            if len(found) > MOST_BYTES:
                return TOO_LARGE
        return bytes(found)
