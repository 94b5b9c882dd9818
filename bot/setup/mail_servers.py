"""Mail servers: where mail is read and sent as it is set up, and how we get in: by a password, or by a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.setup.workspaces import secret

if TYPE_CHECKING:
    from channels.email.oauth import Access
    from channels.email.secure import Security, Server

PORTS = {
    ("IMAP", "tls"): 993,
    ("IMAP", "starttls"): 143,
    ("IMAP", "none"): 143,
    ("SMTP", "tls"): 465,
    ("SMTP", "starttls"): 587,
    ("SMTP", "none"): 25,
}


def has_token(settings: Settings) -> bool:
    """Whether we get in by a token."""
    is_client = settings.email_oauth_client_id and settings.email_oauth_client_secret
    where = settings.email_oauth_tenant or settings.email_oauth_token_url
    return bool(settings.email_token_command or (is_client and where))


def imap(settings: Settings) -> Server:
    """Where mail is read."""
    from channels.email.secure import Server

    security: Security = settings.imap_security
    password = secret(settings.imap_password)
    return Server(
        "IMAP",
        settings.imap_host,
        settings.imap_port or PORTS["IMAP", security],
        settings.imap_username or settings.email_address,
        password,
        security,
        settings.imap_ca_file,
        None if password else _access(settings),
    )


def smtp(settings: Settings) -> Server:
    """Where mail is sent."""
    from channels.email.secure import Server

    security: Security = settings.smtp_security
    password, name = secret(settings.smtp_password), settings.smtp_username
    access = None if password else _access(settings)
    return Server(
        "SMTP",
        settings.smtp_host,
        settings.smtp_port or PORTS["SMTP", security],
        name or (settings.email_address if access else ""),
        password,
        security,
        settings.smtp_ca_file,
        access,
    )


def _access(settings: Settings) -> Access | None:
    """Whose tokens we use; None: nobody's."""
    from channels.email.oauth import MICROSOFT, Access, Client, Command

    if settings.email_token_command:
        return Access(Command(settings.email_token_command))
    if not has_token(settings):
        return None
    url = settings.email_oauth_token_url or MICROSOFT.format(settings.email_oauth_tenant)
    return Access(
        Client(url, settings.email_oauth_client_id, secret(settings.email_oauth_client_secret))
    )
