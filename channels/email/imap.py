"""IMAP: a connection to the server, as we make all of them, and looking for one mail by its ID."""

# IMAPClient leaves its methods half typed; here they meet ours.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportArgumentType=false

from __future__ import annotations

import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from channels.email.oauth import Access, NoToken
from channels.email.secure import Server

CONNECT_SECONDS = 15
READ_SECONDS = 60


def connected(server: Server) -> IMAPClient:
    """A connection that nobody has logged in on yet. Raises `NotSecure`."""
    server.check()
    context = server.context()
    client = IMAPClient(
        server.host,
        port=server.port,
        ssl=server.security == "tls",
        ssl_context=context,
        timeout=SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )
    if server.security == "starttls":
        try:
            client.starttls(context)
        except Exception:
            client.shutdown()  # Nobody else has it.
            raise
    client.normalise_times = False
    return client


def login(client: IMAPClient, server: Server) -> None:
    """Gets in, and says who we are where the server wants to know (RFC 2971). Raises `LoginError`."""
    if server.access is None:
        client.login(server.username, server.password)
    else:
        _by_token(client, server.username, server.access)
    if client.has_capability("ID"):
        client.id_({"name": "outer-loop-bot"})


def _by_token(client: IMAPClient, username: str, access: Access) -> None:
    """By a token; where that is refused, once more by another."""
    try:
        token = access.token()
        try:
            _bear(client, username, token)
        except LoginError:
            access.refused(token)
            _bear(client, username, access.token())
    except NoToken as error:
        raise LoginError(str(error)) from None


def _bear(client: IMAPClient, username: str, token: str) -> None:
    """XOAUTH2. What a server asks back is why it refuses, and is answered with nothing."""
    said = f"user={username}\1auth=Bearer {token}\1\1".encode()

    def answer(challenge: bytes) -> bytes:
        return b"" if challenge else said

    client.sasl_login("XOAUTH2", answer)


@contextmanager
def visiting(server: Server) -> Generator[IMAPClient]:
    """A connection for as long as something is looked for or put down. Raises OSError, also where the server refuses us."""
    client = connected(server)
    try:
        login(client, server)
        yield client
    except IMAPClientError as error:
        raise ConnectionError(f"the mail server says {str(error)[:300]}") from error
    finally:
        leave(client)


def leave(client: IMAPClient) -> None:
    """Ends a connection, whatever the server says to that."""
    try:
        client.logout()
    except Exception:  # noqa: BLE001 - it is over
        client.shutdown()


def cut(client: IMAPClient) -> None:
    """Ends a connection on which another thread waits, without a wait of our own: the client's own way out waits for the reader to be done."""
    with suppress(OSError):
        client.socket().shutdown(socket.SHUT_RDWR)


def named(client: IMAPClient, id: str) -> Sequence[int]:
    """The mails of this ID in the folder that is selected, the first one first."""
    return sorted(cast("list[int]", client.search(["HEADER", "Message-ID", id])))
