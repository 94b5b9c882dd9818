"""Simulating a mail: judged as it would be, without Redis and without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.simulate_mail import judged, simulate_mail
from tests.channels.email import hostile

NAMED = {
    "BOT_EMAIL_AUTHSERV_ID": "mx.example.test",
    "BOT_EMAIL_ALLOWED": "ana@example.com",
    "EMAIL_ADDRESS": "bot@example.test",
}


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("approve", "approve"),
        ("deny because it is late", "deny"),
        ("edit\ntag: v2", "edit"),
        ("approve, but later", "message"),
        ("", None),
    ],
)
def test_what_a_mail_decides(text: str, decision: str | None) -> None:
    found = judged(hostile.build(hostile.setting(), f"{text}\n"))
    assert (found["accepted"], found["reason"], found["decision"]) == (True, "", decision)
    assert found["sender"] == "ana@example.com"


def test_what_is_not_vouched_for_decides_nothing() -> None:
    found = judged(hostile.build(hostile.setting(), "approve\n", auth="none"))
    assert (found["accepted"], found["decision"]) == (False, None)
    assert "says nothing of its sender" in str(found["reason"])


@pytest.mark.parametrize("text", ["later 09:00", "pass to ben@example.org", "ignore"])
def test_what_puts_a_request_off_is_not_called_a_message(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.eml"
    file.write_bytes(hostile.build(hostile.setting(), f"{text}\n"))
    assert simulate_mail(file, as_json=False) == 0
    assert "it decides: nothing; its request is passed on, put off" in capsys.readouterr().out
