"""OAuth: access tokens in the place of a password (XOAUTH2), from a command or from Microsoft's token endpoint; never in a log.

A token is fetched anew before it lapses, and after the mail server has refused one (RFC 6749, 4.4 and 5).
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from channels.email.secure import is_here

SECONDS = 30.0
MOST_BYTES = 200_000
EARLY_SECONDS = 300.0
# How long one is good that does not say so; whoever printed it may keep it longer.
UNSAID_SECONDS = 600.0
MICROSOFT = "https://login.microsoftonline.com/{}/oauth2/v2.0/token"
SCOPE = "https://outlook.office365.com/.default"
_TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")
_CODE = re.compile(r"AADSTS\d{1,8}")
_ERROR = re.compile(r"[a-z_]{1,40}")


class NoToken(ConnectionError):
    """Nobody gives us a token as we are set up; the sentence says who, and holds nothing secret."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and for how many seconds it is good."""

    text: str = field(repr=False)
    seconds: float


class Access:
    """The token of one mailbox, for any number of threads."""

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._text = ""
        self._until = 0.0

    def token(self) -> str:
        """One that is good for a while. Raises `NoToken`, and OSError where it may be had later."""
        with self._lock:
            if not self._text or time.monotonic() >= self._until:
                begun, found = time.monotonic(), self._fetch()
                self._text = found.text
                self._until = begun + found.seconds - min(EARLY_SECONDS, found.seconds / 4)
            return self._text

    def refused(self, token: str) -> None:
        """The server does not take this one: the next is another."""
        with self._lock:
            if self._text == token:
                self._text = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that prints a token, or the JSON that a token endpoint answers."""

    line: str

    def __call__(self) -> Token:
        try:
            ran = subprocess.run(
                shlex.split(self.line),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            raise NoToken(f"EMAIL_TOKEN_COMMAND takes more than {SECONDS:.0f} seconds") from None
        except subprocess.CalledProcessError as error:
            raise NoToken(f"EMAIL_TOKEN_COMMAND ends with {error.returncode}") from None
        except (OSError, ValueError) as error:
            raise NoToken(f"EMAIL_TOKEN_COMMAND cannot be run: {type(error).__name__}") from None
        said = ran.stdout[:MOST_BYTES].decode("utf-8", "replace").strip()
        return _read(said, "EMAIL_TOKEN_COMMAND") if said.startswith("{") else _plain(said)


@dataclass(frozen=True, slots=True)
class Client:
    """Client credentials at a token endpoint: Microsoft's, unless another is named."""

    url: str
    id: str
    secret: str = field(repr=False)

    def check(self) -> None:
        """Raises `NoToken` where the secret would go out in the clear."""
        given = urlsplit(self.url)
        if given.scheme != "https" and not is_here(given.hostname or ""):
            raise NoToken("EMAIL_OAUTH_TOKEN_URL: an https:// address was expected")

    def __call__(self) -> Token:
        self.check()
        form = {
            "client_id": self.id,
            "client_secret": self.secret,
            "grant_type": "client_credentials",
            "scope": SCOPE,
        }
        asked = Request(self.url, urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310 - checked above
        try:
            with _opener().open(asked, timeout=SECONDS) as answer:
                said = _octets(answer)
        except HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(MOST_BYTES)) from None
        except (URLError, TimeoutError) as error:
            where = urlsplit(self.url).hostname
            raise ConnectionError(f"{where} gives no token: {type(error).__name__}") from None
        return _read(said.decode("utf-8", "replace"), "the token endpoint")


def _octets(answer: IO[bytes]) -> bytes:
    return answer.read(MOST_BYTES)


def _opener() -> OpenerDirector:
    """Follows nobody elsewhere: the secret goes where it was said to go."""
    found = OpenerDirector()
    for each in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
    ):
        found.add_handler(each())
    return found


def _refusal(status: int, said: bytes) -> OSError:
    """What it says of itself in fixed words alone; a server in trouble is asked again."""
    if status >= 500 or status == 429:
        return ConnectionError(f"the token endpoint says {status}")
    text = said.decode("utf-8", "replace")
    try:
        told = cast("object", json.loads(text))
    except ValueError:
        told = None
    error = str(cast("dict[str, object]", told).get("error")) if isinstance(told, dict) else ""
    code = _CODE.search(text)
    words = [error if _ERROR.fullmatch(error) else "", code[0] if code else ""]
    why = ", ".join(each for each in words if each)
    return NoToken(f"the token endpoint refuses us ({status}{': ' if why else ''}{why})")


def _plain(said: str) -> Token:
    if not _TOKEN.fullmatch(said):
        raise NoToken("EMAIL_TOKEN_COMMAND prints no token: one line, or JSON with access_token")
    return Token(said, UNSAID_SECONDS)


def _read(said: str, whose: str) -> Token:
    """What a token endpoint answers."""
    try:
        told = cast("object", json.loads(said))
    except ValueError:
        told = None
    found = cast("dict[str, object]", told) if isinstance(told, dict) else {}
    token, seconds = found.get("access_token"), found.get("expires_in", UNSAID_SECONDS)
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise NoToken(f"{whose} gives no access_token")
    try:
        good = float(str(seconds))
    except ValueError:
        good = UNSAID_SECONDS
    return Token(token, good if 0 < good < 1e9 else UNSAID_SECONDS)
