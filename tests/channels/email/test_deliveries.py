"""Mails come while everything between the server and the log goes wrong; `make deliveries` is the long run."""

from __future__ import annotations

import pytest

from tests.channels.email.crew import TROUBLE, WRONG, storm
from tests.mail_server import dovecot

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")


async def test_each_mail_is_on_one_log_once_whatever_is_cut_killed_or_numbered_anew(
    redis_server: str,
) -> None:
    found = await storm(redis_server, mails=80)
    assert found["heard"] == 80
    assert min(found[which] for which in TROUBLE) > 0
    wrong = {name: found[name] for name in WRONG}
    assert not any(wrong.values()), found
