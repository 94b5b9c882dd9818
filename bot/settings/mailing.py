"""Mailing: the settings of mail, a part of the settings as a whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.settings.spelling import Names

_WE = "the bot's own address, without a plus in it; `tag` where mail to `bot+x@…` does not arrive (`bot doctor --mail` tells; default: `address`)"
_IMAP = "the mailbox that is read; `SECURITY` is tls, starttls or none (loopback alone), `CA_FILE` a certificate of your own, `SENT_FOLDER` where a copy of each mail goes"
_SMTP = "the server that mail is sent by; the same. `EMAIL_…` in the place of both passwords (XOAUTH2): a command that prints a token, or client credentials (Microsoft 365)"
_CEILING = "mails and answers in an hour in one conversation (20) and with one sender (60); beyond it mail is held, and the owner told"
_ADDRESS = re.compile(r"[^@\s+]{1,20}@[^@\s]+")
Security = Literal["tls", "starttls", "none"]


def _plain(address: str) -> str:
    """Of a local part's 64 octets the reply addresses of requests need 44."""
    if address and not _ADDRESS.fullmatch(address):
        expected = "an address like bot@example.com was expected, without a plus and with at most 20 characters before the @"
        raise ValueError(expected)
    return address


class Mailing(BaseSettings):
    """Where mail is read and sent, and whose mail counts."""

    email_address: Annotated[str, AfterValidator(_plain)] = Field(
        default="",
        validation_alias="EMAIL_ADDRESS",
        description=_WE,
    )
    email_answers_by: Literal["address", "tag"] = Field(
        default="address", validation_alias="BOT_EMAIL_ANSWERS_BY", description=_WE
    )
    imap_host: str = Field(default="", validation_alias="IMAP_HOST", description=_IMAP)
    imap_port: int | None = Field(
        default=None, ge=1, le=65_535, validation_alias="IMAP_PORT", description=_IMAP
    )
    imap_username: str = Field(default="", validation_alias="IMAP_USERNAME", description=_IMAP)
    imap_password: SecretStr | None = Field(
        default=None, validation_alias="IMAP_PASSWORD", description=_IMAP
    )
    imap_security: Security = Field(
        default="tls", validation_alias="IMAP_SECURITY", description=_IMAP
    )
    imap_ca_file: Path | None = Field(
        default=None, validation_alias="IMAP_CA_FILE", description=_IMAP
    )
    imap_sent_folder: str = Field(
        default="", validation_alias="IMAP_SENT_FOLDER", description=_IMAP
    )
    smtp_host: str = Field(default="", validation_alias="SMTP_HOST", description=_SMTP)
    smtp_port: int | None = Field(
        default=None, ge=1, le=65_535, validation_alias="SMTP_PORT", description=_SMTP
    )
    smtp_username: str = Field(default="", validation_alias="SMTP_USERNAME", description=_SMTP)
    smtp_password: SecretStr | None = Field(
        default=None, validation_alias="SMTP_PASSWORD", description=_SMTP
    )
    smtp_security: Security = Field(
        default="tls", validation_alias="SMTP_SECURITY", description=_SMTP
    )
    smtp_ca_file: Path | None = Field(
        default=None, validation_alias="SMTP_CA_FILE", description=_SMTP
    )
    email_token_command: str = Field(
        default="", validation_alias="EMAIL_TOKEN_COMMAND", description=_SMTP
    )
    email_oauth_tenant: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.-]*$",
        validation_alias="EMAIL_OAUTH_TENANT",
        description=_SMTP,
    )
    email_oauth_client_id: str = Field(
        default="", validation_alias="EMAIL_OAUTH_CLIENT_ID", description=_SMTP
    )
    email_oauth_client_secret: SecretStr | None = Field(
        default=None, validation_alias="EMAIL_OAUTH_CLIENT_SECRET", description=_SMTP
    )
    email_oauth_token_url: str = Field(
        default="", validation_alias="EMAIL_OAUTH_TOKEN_URL", description=_SMTP
    )
    email_authserv_id: str = Field(
        default="",
        validation_alias="BOT_EMAIL_AUTHSERV_ID",
        description="the receiving server's name in `Authentication-Results`: its verdict on a sender counts, no other",
    )
    email_allowed: Names = Field(
        default=(),
        validation_alias="BOT_EMAIL_ALLOWED",
        description="who may write beside the people file: addresses or `*@domain`, comma-separated",
    )
    email_max_per_thread_hour: int = Field(
        default=20, ge=1, validation_alias="BOT_EMAIL_MAX_PER_THREAD_HOUR", description=_CEILING
    )
    email_max_per_sender_hour: int = Field(
        default=60, ge=1, validation_alias="BOT_EMAIL_MAX_PER_SENDER_HOUR", description=_CEILING
    )
