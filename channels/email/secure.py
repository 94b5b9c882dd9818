"""Secure: how a connection to a mail server is protected. Certificates are always verified; none at all is for this machine alone."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from channels.email.oauth import Access

Security = Literal["tls", "starttls", "none"]
_OCTETS = re.compile(r"\bb(['\"])(.*)\1", re.DOTALL)


class NotSecure(Exception):
    """The settings would send a password in the clear; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how we get in."""

    kind: str
    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    security: Security = "tls"
    ca_file: Path | None = None
    access: Access | None = field(default=None, repr=False, compare=False)

    @property
    def way_in(self) -> str:
        """The settings that say how we get in."""
        how = f"{self.kind}_PASSWORD" if self.access is None else "the token that is given for it"
        return f"{self.kind}_USERNAME and {how}"

    def check(self) -> None:
        """Raises `NotSecure`."""
        if self.security == "none" and not is_here(self.host):
            raise NotSecure(
                f"{self.kind}_SECURITY: none is for loopback alone, and {self.host[:100]} is elsewhere: use tls or starttls."
            )

    def trouble(self, error: Exception) -> str:
        """What is wrong there, in words for whoever has set it up."""
        said = said_by(error)
        if "WRONG_VERSION_NUMBER" in said:
            said = f"no TLS is spoken there; {self.kind}_SECURITY=starttls is for servers that begin in the clear, and {self.kind}_PORT for another port"
        if "CERTIFICATE_VERIFY_FAILED" in said:
            said = f"{said}; {self.kind}_CA_FILE takes a certificate of your own"
        return f"{self.host}:{self.port}: {said}"

    def context(self) -> ssl.SSLContext | None:
        """Verified TLS; None: there is none."""
        if self.security == "none":
            return None
        return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)


def said_by(error: Exception) -> str:
    """What a server says, which the client library gives as octets written out."""
    return _OCTETS.sub(r"\2", str(error))[:300] or type(error).__name__


def is_here(host: str) -> bool:
    """Whether this is an address of this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
