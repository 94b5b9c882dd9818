"""Post: one mail to a mail server (RFC 5321). What is said of it is one of four: taken, refused for good, later, unknown.

Before the data nothing has happened; behind the last dot a connection that is lost leaves it unknown (RFC 1047). Then the same mail
goes out once more under the same ID, marked, so that receivers can tell; and not a third time. Of several recipients each has a fate of their own:
who was put off gets it later, and nobody for that a second time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

import structlog
from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponseException

from bot.kit.channel import Undeliverable
from bot.kit.safe import Safe
from channels.email.copies import Copies
from channels.email.oauth import Access
from channels.email.reached import ONCE, REFUSED, TAKEN, TWICE, Reached
from channels.email.secure import Server

SECONDS = 60.0
SENT_SECONDS = 30 * 24 * 3600
# With the worker's pauses about an hour: greylisting is over by then, and a full mailbox must not keep a conversation standing.
MOST_PUT_OFF = 12
_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
log = structlog.get_logger()


class Later(ConnectionError):
    """It was not taken, and may be another time."""


class Refused(Later):
    """The server does not let us in."""


class Unsure(Exception):
    """Nobody knows whether it was taken, and it went out twice."""


class Post:
    """The way out; what became of each mail is kept in the safe by its ID."""

    def __init__(self, server: Server, safe: Safe, copies: Copies | None = None) -> None:
        self._server = server
        self._safe = safe
        self._copies = copies

    async def is_again(self, id: str) -> bool:
        """Whether this went out before and nobody knows what became of it."""
        return (await self._reached(id)).has(ONCE, TWICE)

    async def is_sent(self, id: str) -> bool:
        """Whether the server has taken it."""
        return await self._safe.is_spent(f"email/sent/{id}")

    async def send(
        self, id: str, octets: bytes, sender: str, recipients: Sequence[str]
    ) -> Sequence[str]:
        """Hands it over to those who do not have it; who of several was refused for good. Raises `Undeliverable`, `Later`, also where some have it, and `Unsure` where it was lost twice."""
        reached = await self._reached(id)
        left = reached.left(recipients)
        if left:
            smtp = await self._connected(sender.partition("@")[2])
            try:
                put_off = await self._hand_over(smtp, id, octets, sender, left, reached)
            finally:
                await _close(smtp)
            if put_off:
                await self._wait(id, reached, put_off)
        await self._safe.spend(f"email/sent/{id}", SENT_SECONDS)
        await self._safe.drop([_name(id)])
        if self._copies and reached.has(TAKEN):
            await self._copies.keep(id, octets)
        if reached.has(TWICE):
            raise Unsure
        return [each for each in recipients if reached.of.get(each) == REFUSED]

    async def _hand_over(
        self,
        smtp: SMTP,
        id: str,
        octets: bytes,
        sender: str,
        left: Sequence[str],
        reached: Reached,
    ) -> list[str]:
        """Who was put off: they are to get it later. Raises as `send` does where nobody has it."""
        try:
            await smtp.mail(sender)
            refused = await self._to(smtp, left)
        except SMTPException as error:
            raise _as(error) from error
        except OSError as error:
            raise Later(str(error)) from error
        taken = [each for each in left if each not in refused]
        put_off = [each for each, error in refused.items() if not _is_final(error)]
        if not taken and not reached.has(TAKEN, TWICE):
            raise _as(refused[put_off[0] if put_off else left[0]])
        # Where nobody has it, whoever sends says so.
        for error in refused.values():
            log.warning("recipient refused", code=error.code)
        reached.settled((each for each in refused if each not in put_off), REFUSED)
        if taken:
            await self._data(smtp, id, octets, taken, reached)
        return put_off

    async def _data(
        self, smtp: SMTP, id: str, octets: bytes, taken: Sequence[str], reached: Reached
    ) -> None:
        """The mail itself, for those who were taken."""
        reached.goes(taken)
        await self._keep(id, reached)
        try:
            await smtp.data(octets)
        except SMTPResponseException as error:
            # The server has said that it did not take it.
            reached.came_back(taken)
            is_over = _is_final(error) and reached.has(TAKEN, TWICE)
            if is_over:
                reached.settled(taken, REFUSED)
            if reached.of:
                await self._keep(id, reached)
            else:
                await self._safe.drop([_name(id)])
            if not is_over:
                raise _as(error) from error
        except (SMTPException, OSError) as error:
            log.warning("mail lost on its way", id=id, error=str(error)[:200])
            raise Later(f"nobody knows whether it was taken: {error}") from error
        else:
            reached.settled(taken, TAKEN)

    async def _wait(self, id: str, reached: Reached, put_off: Sequence[str]) -> None:
        """Some have it and some are put off: another try for these alone, but not for ever."""
        reached.put_off += 1
        if reached.put_off <= MOST_PUT_OFF:
            await self._keep(id, reached)
            raise Later(f"the mail server puts off {len(put_off)} of those it goes to")
        log.error("recipients given up", id=id, count=len(put_off))

    async def finish(self, id: str, octets: Callable[[], bytes]) -> None:
        """What is left to do for a mail that was taken, where we ended in between; best effort."""
        if self._copies and not await self._copies.has(id):
            await self._copies.keep(id, octets())

    async def _reached(self, id: str) -> Reached:
        return Reached.read(await self._safe.get(_name(id)))

    async def _keep(self, id: str, reached: Reached) -> None:
        await self._safe.put(_name(id), str(reached))

    async def _to(self, smtp: SMTP, recipients: Sequence[str]) -> dict[str, SMTPResponseException]:
        """Every recipient; those who are not taken, and why."""
        refused: dict[str, SMTPResponseException] = {}
        for each in recipients:
            try:
                await smtp.rcpt(each)
            except SMTPResponseException as error:
                refused[each] = error
        return refused

    async def _connected(self, name: str) -> SMTP:
        """A connection that we are let in on; where a token is refused, by another. Raises as `send` does."""
        access = self._server.access
        token = await self._token(access) if access else ""
        try:
            return await self._opened(name, token)
        except Refused:
            if access is None:
                raise
            access.refused(token)
            return await self._opened(name, await self._token(access))

    async def _token(self, access: Access) -> str:
        try:
            return await asyncio.to_thread(access.token)
        except OSError as error:
            raise Later(str(error)) from error

    async def _opened(self, name: str, token: str) -> SMTP:
        smtp = self._smtp(name, token)
        try:
            await smtp.connect()
        except SMTPAuthenticationError as error:
            await _close(smtp)
            said = f"the mail server does not take {self._server.way_in}: {error.code} {error.message[:200]}"
            raise Refused(said) from error
        except SMTPResponseException as error:
            await _close(smtp)
            raise _as(error) from error
        except (SMTPException, OSError) as error:
            await _close(smtp)
            raise Later(self._server.trouble(error)) from error
        return smtp

    def _smtp(self, name: str, token: str) -> SMTP:
        server = self._server

        async def given() -> str:
            return token

        return SMTP(
            hostname=server.host,
            local_hostname=name,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            oauth_token_generator=given if token else None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=server.context(),
            timeout=SECONDS,
        )


def _name(id: str) -> str:
    return f"email/reached/{id}"


async def _close(smtp: SMTP) -> None:
    try:
        await smtp.quit()
    except (SMTPException, OSError):
        smtp.close()


def _is_final(error: SMTPException) -> bool:
    return (
        isinstance(error, SMTPResponseException)
        and 500 <= error.code < 600
        and error.code not in (530, 535)
    )


def _as(error: SMTPException) -> Exception:
    """A refusal of this mail is final, and goes on its thread's log, which holds no addresses; of our password it is no matter of this mail."""
    said = (
        f"the mail server says {error.code} {error.message[:200]}"
        if isinstance(error, SMTPResponseException)
        else str(error)[:300]
    )
    return Undeliverable(_ADDRESS.sub("…", said)) if _is_final(error) else Later(said)
