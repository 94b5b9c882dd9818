"""Mail health: whether mail is set up, what of it is held back, and, by a mail to ourselves, whether senders are vouched for here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from bot.app import App, House, opened
from bot.cli import logs
from bot.cli.finding import Finding
from bot.cli.output import clock
from bot.kit.channel import Undeliverable
from bot.kit.people import People
from bot.settings import Settings, environment
from bot.setup import mail_servers, mailroom
from bot.setup.known import secret_values

if TYPE_CHECKING:
    from channels.email.probe import Came

WAIT_SECONDS = 60.0
# After the other one is there: both went the same way.
PLUS_SECONDS = 30.0
BY = "BOT_EMAIL_ANSWERS_BY"
SETTING = "BOT_EMAIL_AUTHSERV_ID"
SEE = "docs/email.md says what it has to write"


async def held_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Whether somebody waits in vain, because their mail was held back."""
    async with opened(settings, House({}, People())) as app:
        every = await mailroom.held(app.store).all()
    if not every:
        yield Finding("mail held", "ok", "nothing is held back")
        return
    newest = every[0]
    count = "1 mail is" if len(every) == 1 else f"{len(every)} mails are"
    text = f"{count} held back; the newest, of {clock(newest.at)}, is from {newest.sender or 'nobody'}: {newest.reason}"
    mend = "bot mail held list; then show, release or drop each"
    yield Finding("mail held", "warning", text, mend)


def settings_finding(settings: Settings, lacking: list[str]) -> Finding:
    """Whether everything is set that reading and sending needs."""
    if lacking:
        mend = "set it in the environment or in .env; docs/email.md says what each is"
        return Finding(
            "mail", "warning", f"not read, for this is not set: {', '.join(lacking)}", mend
        )
    text = f"{settings.email_address}; read at {settings.imap_host}, sent by {settings.smtp_host}"
    return Finding("mail", "ok", text)


# ---- a mail to ourselves ---------------------------------------------------------------------------------------------
async def probe_findings(settings: Settings, lacking: list[str]) -> AsyncIterator[Finding]:
    """Sends one and waits for it."""
    lacking = [each for each in lacking if each != SETTING]
    if lacking:
        text = f"no mail can be sent and read, for this is not set: {', '.join(lacking)}"
        yield Finding("mail probe", "broken", text, "set it, then bot doctor --mail again")
        return
    async with opened(settings, House({}, People())) as app:
        # What a server refuses is logged, and no line of that stands in what a program reads.
        logs.start(settings, secret_values(settings, {}, environment()))
        async for finding in _probed(app):
            yield finding


async def _probed(app: App) -> AsyncIterator[Finding]:
    from channels.email import probe
    from channels.email.secure import NotSecure

    settings = app.settings
    try:
        id = await probe.sent(mailroom.post(settings, app.store), settings.email_address)
    except (Undeliverable, NotSecure, OSError) as error:
        yield Finding("mail sent", "broken", str(error), "look at the SMTP_… settings")
        return
    text = f"{settings.smtp_host} took a mail to {settings.email_address}"
    yield Finding("mail sent", "ok", text)
    server = mail_servers.imap(settings)
    try:
        found = await probe.came(server, id, WAIT_SECONDS)
    except (NotSecure, OSError) as error:
        text = server.trouble(error)
        yield Finding("mail received", "broken", text, "look at the IMAP_… settings")
        return
    for finding in came(settings, found):
        yield finding
    if found:
        yield await _plus(app, found.folder)
    if folder := settings.imap_sent_folder:
        objection = await probe.objection(server, folder)
        text = objection or f"copies of what is sent go to {folder}"
        mend = "make it there, or change IMAP_SENT_FOLDER" if objection else ""
        yield Finding("mail copies", "warning" if objection else "ok", text, mend)


async def _plus(app: App, folder: str) -> Finding:
    """Whether a mail to an address with a plus is taken, and arrives in this folder as the other one did."""
    from channels.email import probe

    settings = app.settings
    to = probe.plus_address(settings.email_address)
    server = mail_servers.imap(settings)
    try:
        id = await probe.sent(mailroom.post(settings, app.store), settings.email_address, to)
        found = await probe.came(server, id, PLUS_SECONDS)
    except Undeliverable as error:
        return pluses(settings, f"{settings.smtp_host} refuses it ({error})")
    except OSError as error:
        text = f"nobody knows whether mail to {to} arrives: {error}"
        return Finding("mail answers", "warning", text, "bot doctor --mail again")
    if found is None:
        return pluses(settings, f"it does not come within {PLUS_SECONDS:.0f} seconds")
    if found.folder != folder:
        return pluses(settings, f"it is put into {found.folder}, and not into {folder}")
    is_named = to in " ".join(found.headers.all("to")).lower()
    return pluses(settings, "" if is_named else "it comes without the plus in its To")


def pluses(settings: Settings, trouble: str) -> Finding:
    """What follows for the setting; `trouble` says what becomes of mail to an address with a plus, empty: it arrives."""
    local, _, domain = settings.email_address.partition("@")
    mail = f"mail to {local}+x@{domain}"
    said = f"does not arrive: {trouble}" if trouble else "arrives"
    if settings.email_answers_by == "tag":
        more = "" if trouble else f", so {BY}=address would do"
        return Finding("mail answers", "ok", f"found by the tag of their card; {mail} {said}{more}")
    if not trouble:
        return Finding("mail answers", "ok", f"found by their address; {mail} {said}")
    text = f"they are to be found by their address, and {mail} {said}"
    return Finding("mail answers", "broken", text, f"set {BY}=tag (docs/email.md)")


def came(settings: Settings, found: Came | None) -> Iterator[Finding]:
    """Where it arrived, if it did, and the verdict on it."""
    if found is None:
        text = f"it did not come within {WAIT_SECONDS:.0f} seconds"
        mend = f"see whether {settings.email_address} is the mailbox of IMAP_USERNAME, and whether its server puts off new senders; then again"
        yield Finding("mail received", "broken", text, mend)
        return
    text = f"after {found.seconds:.0f} s, in {found.folder}"
    if found.folder == "INBOX":
        yield Finding("mail received", "ok", text)
    else:
        mend = "let the server put it into INBOX: nothing else is read"
        yield Finding("mail received", "warning", text, mend)
    yield _verdict(settings, found)


def _verdict(settings: Settings, found: Came) -> Finding:
    """What the receiving server says of a mail from our own domain, and what follows for the setting."""
    from channels.email.judge import Gate
    from channels.email.results import server_of

    values = found.headers.all("authentication-results")
    if not values:
        text = "the receiving server writes no Authentication-Results, so every mail would be held back"
        return Finding("mail verdict", "broken", text, f"let it check DMARC; {SEE}")
    said, server = " ".join(values[0].split())[:500], settings.email_authserv_id
    wrote = server_of(found.headers)
    if not wrote:
        return Finding("mail verdict", "broken", f"it cannot be read: {said}", SEE)
    if server.lower() != wrote:
        text = f"it is written by {wrote}, and {SETTING} is {server or 'not set'}: {said}"
        mend = f"set {SETTING}={wrote}, if that is your own receiving server"
        return Finding("mail verdict", "broken", text, mend)
    reason = Gate(server, (settings.email_address,)).unproven(found.headers, settings.email_address)
    if reason:
        mend = (
            f"mail from your own domain would be held back: see to SPF, DKIM and DMARC of it; {SEE}"
        )
        return Finding("mail verdict", "warning", f"{reason}: {said}", mend)
    return Finding("mail verdict", "ok", said)
