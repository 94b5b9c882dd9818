"""What the doctor makes of the receiving server's verdict on a mail of our own."""

from __future__ import annotations

from typing import cast

import pytest

from bot.cli import mail_health
from bot.cli.finding import Finding
from bot.settings import Settings
from channels.email.probe import Came
from channels.email.reading.mail import parsed

OURS = "Authentication-Results: mx.example.test; dmarc=pass header.from=example.test\r\n"
MICROSOFT = "Authentication-Results: dmarc=pass header.from=example.test; spf=pass\r\n"


@pytest.mark.parametrize(
    ("head", "server", "state", "said"),
    [
        (OURS, "mx.example.test", "ok", "dmarc=pass"),
        (MICROSOFT, "mx.microsoft.invalid", "ok", "dmarc=pass"),
        (MICROSOFT, "", "broken", "set BOT_EMAIL_AUTHSERV_ID=mx.microsoft.invalid"),
        (OURS, "mx.example.org", "broken", "set BOT_EMAIL_AUTHSERV_ID=mx.example.test"),
        ("", "mx.example.test", "broken", "writes no Authentication-Results"),
        ("Authentication-Results: (\r\n", "mx.example.test", "broken", "cannot be read"),
        (OURS.replace("=pass", "=fail"), "mx.example.test", "warning", "DMARC did not pass"),
        (OURS.replace("dmarc", "spf"), "mx.example.test", "warning", "no DMARC result"),
        (OURS.replace("from=", "from=other."), "mx.example.test", "warning", "another domain"),
    ],
)
def test_it_says_how_the_verdict_is_and_what_to_set(
    head: str, server: str, state: str, said: str
) -> None:
    finding = _finding(head, server)
    assert finding.state == state
    assert said in f"{finding.found} {finding.mend}"


def test_a_mail_in_another_folder_and_one_that_never_came_are_said() -> None:
    found = list(mail_health.came(_settings("mx.example.test"), _came(OURS, "Junk")))
    assert [each.state for each in found] == ["warning", "ok"]
    [missing] = mail_health.came(_settings("mx.example.test"), None)
    assert missing.state == "broken"


@pytest.mark.parametrize(
    ("by", "trouble", "state", "said"),
    [
        ("address", "", "ok", "mail to bot+x@example.test arrives"),
        ("address", "it is put into a.x", "broken", "set BOT_EMAIL_ANSWERS_BY=tag"),
        ("tag", "", "ok", "BOT_EMAIL_ANSWERS_BY=address would do"),
        ("tag", "it is put into a.x", "ok", "found by the tag of their card"),
    ],
)
def test_it_says_by_what_answers_are_found_and_what_to_set(
    by: str, trouble: str, state: str, said: str
) -> None:
    finding = mail_health.pluses(_settings("mx.example.test", by), trouble)
    assert finding.state == state
    assert said in f"{finding.found} {finding.mend}"


async def test_without_servers_nothing_is_tried() -> None:
    missing = ["SMTP_HOST", "BOT_EMAIL_AUTHSERV_ID"]
    [found] = [each async for each in mail_health.probe_findings(_settings(""), missing)]
    assert found.state == "broken"
    assert "this is not set: SMTP_HOST" in found.found


def _finding(head: str, server: str) -> Finding:
    return list(mail_health.came(_settings(server), _came(head, "INBOX")))[-1]


def _came(head: str, folder: str) -> Came:
    raw = f"{head}From: bot@example.test\r\nSubject: x\r\n\r\n"
    return Came(folder, 1.0, parsed(raw.encode()).headers)


def _settings(server: str, by: str = "address") -> Settings:
    environ = {
        "EMAIL_ADDRESS": "bot@example.test",
        "BOT_EMAIL_AUTHSERV_ID": server,
        "BOT_EMAIL_ANSWERS_BY": by,
    }
    return Settings.model_validate(cast("dict[str, object]", environ))
