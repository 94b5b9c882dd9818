"""Mailroom: mail as it is set up: the servers, who is let in, and the parts that read and send."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from bot.core.values import Address
from bot.engine.afterwards import Afterwards
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from bot.kit.arrival import Arrivals
from bot.kit.people import People
from bot.kit.safe import Safe
from bot.settings import Settings
from bot.setup import mail_servers

if TYPE_CHECKING:
    from channels.email.held import Held
    from channels.email.intake import Intake
    from channels.email.judge import Gate
    from channels.email.pace import Ceiling
    from channels.email.post import Post
    from channels.email.secure import Server
    from channels.email.send import Email


# Sending one mail may take as long, with every wait on the way.
TELLING_SECONDS = 300.0


def speaks(settings: Settings) -> bool:
    """Whether there is an address to speak from and a server to send by."""
    return bool(settings.email_address and settings.smtp_host)


def channel(settings: Settings, store: Store, people: People) -> Email:
    """Mail, to speak in."""
    from channels.email.files import Files
    from channels.email.letters import Us
    from channels.email.send import Email

    safe = _safe(store)
    owner = _owner(settings, people)
    us = Us(settings.email_address, owner=owner, answers_by=settings.email_answers_by)
    files = Files(mail_servers.imap(settings), us.address)
    returned = Afterwards(Desk(store), {}, people, "").bounced
    return Email(us, filed_post(settings, store), people, safe, _now, files, returned)


def held(store: Store) -> Held:
    """The mail that was held back."""
    from channels.email.held import Held

    return Held(_safe(store))


def intake(
    settings: Settings,
    store: Store,
    people: People,
    arrivals: Arrivals,
    agents: Collection[str],
) -> Intake:
    """The way in for one mail; these agents can be named in its address."""
    from channels.email.bounces import Bounces
    from channels.email.breaker import Breaker
    from channels.email.intake import Intake
    from channels.email.key import Key
    from channels.email.replies import Replies
    from channels.email.threads import Talks
    from channels.email.tokens import Tokens

    safe, address = _safe(store), settings.email_address
    post = filed_post(settings, store)
    owner, going = _owner(settings, people), _ceilings(settings, "out", safe)
    replies = Replies(address, "Bot", post, Key(safe), *going, owner, _now)
    coming = _ceilings(settings, "in", safe)
    breaker = Breaker(arrivals, replies, *coming, owner, _now)
    tokens, talks = Tokens(safe, address, _now, settings.email_answers_by), Talks(safe)
    bounces = Bounces(address, safe, arrivals, replies, owner)
    return Intake(
        address,
        gate(settings, people),
        arrivals,
        tokens,
        talks,
        held(store),
        replies,
        bounces,
        breaker,
        people,
        _now,
        channel(settings, store, people).asking,
        agents,
    )


def _ceilings(settings: Settings, way: str, safe: Safe) -> tuple[Ceiling, Ceiling]:
    """How many in an hour: with one sender, in one conversation; each way is counted apart."""
    from channels.email.pace import Ceiling

    by_sender = Ceiling(f"{way}/sender", settings.email_max_per_sender_hour, safe, _now)
    return by_sender, Ceiling(f"{way}/thread", settings.email_max_per_thread_hour, safe, _now)


def _owner(settings: Settings, people: People) -> str:
    """Where whoever is told what nobody else is gets mail; empty: nowhere."""
    known = people.people.get(settings.owner)
    if known:
        return next(iter(known.accounts("email")), "").lower()
    channel, _, address = settings.owner.partition(":")
    return address.lower() if channel == "email" else ""


async def listen(
    settings: Settings,
    store: Store,
    people: People,
    arrivals: Arrivals,
    agents: Collection[str],
    stop: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Reads the mailbox whenever no other process does, until told to stop. Raises `NotSecure` and `NotWelcome`."""
    from channels.email.listen import Listener
    from channels.email.shown import drop_old
    from channels.email.tokens import drop_over
    from channels.email.turns import in_turn

    server, address = mail_servers.imap(settings), settings.email_address
    server.check()
    await drop_old(_safe(store))
    await drop_over(_safe(store), _now())
    way_in = intake(settings, store, people, arrivals, agents)
    lease = _redis(store).lease(f"email/{address.lower()}", settings.lease.total_seconds())
    await in_turn(lease, lambda: Listener(server, address, way_in, arrivals), stop, ready)


def gate(settings: Settings, people: People) -> Gate:
    """Whom we let in."""
    from channels.email.judge import gate as made

    known = [each for person in people.people.values() for each in person.accounts("email")]
    return made(settings.email_authserv_id, settings.email_allowed, known)


async def tell_held(settings: Settings, store: Store, to: str, day: str) -> bool:
    """Sends what is held back to this address, once for this day; whether it did. Raises what a post raises."""
    from channels.email.key import Key
    from channels.email.summary import sent

    lease = _redis(store).lease("email/held-daily", TELLING_SECONDS)
    if not await lease.hold():
        return False
    try:
        every, way_out = await held(store).all(), filed_post(settings, store)
        key, ours = Key(_safe(store)), settings.email_address
        return bool(every) and await sent(way_out, key, ours, to.lower(), day, every)
    finally:
        await lease.leave()


def begun(to: str, subject: str, at_ms: int, mark: str) -> Address | None:
    """The address of a conversation that a schedule begins; None: that is no plain mail address."""
    from channels.email.begun import begun as made

    return made(to, subject, at_ms, mark)


def objection(settings: Settings, people: People, there: Address) -> str | None:
    """Why no conversation may be begun there: whoever is written to has to be somebody who may answer."""
    from channels.email.begun import recipient

    to = recipient(there.locator)
    if not to or gate(settings, people).lets_in(to):
        return None
    return f"{to} may not write to the bot: name it as somebody's email in the people file, or in BOT_EMAIL_ALLOWED"


def post(settings: Settings, store: Store) -> Post:
    """The way out. Raises `NotSecure`."""
    from channels.email.post import Post

    return Post(_smtp(settings), _safe(store))


def filed_post(settings: Settings, store: Store) -> Post:
    """The way out, with a copy in the Sent folder where one is set. Raises `NotSecure`."""
    from channels.email.copies import Copies
    from channels.email.post import Post

    folder = settings.imap_sent_folder
    if not folder or not settings.imap_host:
        return post(settings, store)
    safe = _safe(store)
    copies = Copies(mail_servers.imap(settings), folder, safe)
    return Post(_smtp(settings), safe, copies)


def _smtp(settings: Settings) -> Server:
    server = mail_servers.smtp(settings)
    server.check()
    return server


def _safe(store: Store) -> Safe:
    return _redis(store).safe()


def _redis(store: Store) -> RedisStore:
    assert isinstance(store, RedisStore), "conversations are kept where the logs are"
    return store


def _now() -> int:
    return int(time.time() * 1000)
