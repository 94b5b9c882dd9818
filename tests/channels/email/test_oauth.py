"""Tokens in the place of a password: a strict token endpoint, and mail servers that know which tokens are good."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from channels.email import oauth
from channels.email.compose import composed
from channels.email.imap import visiting
from channels.email.listen import Listener, NotWelcome
from channels.email.oauth import Access, Client, Command, NoToken, Token
from channels.email.post import Later, Post
from channels.email.secure import Server
from tests.channels.email.fakes import BOT, MemorySafe, Taken
from tests.channels.email.test_compose import LETTER
from tests.mail_server import dovecot
from tests.mail_server.dovecot import Dovecot
from tests.mail_server.smtp import Guarded, Smtp
from tests.mail_server.tokens import CLIENT, SECRET, Tokens

RAW, ID = composed(LETTER), LETTER.id
ANA = ("ana@example.com",)


@pytest.fixture
def tokens(free_port: Callable[[], int]) -> Iterator[Tokens]:
    tokens = Tokens(free_port())
    tokens.start()
    yield tokens
    tokens.stop()


@pytest.fixture
def smtp(free_port: Callable[[], int], tokens: Tokens) -> Iterator[Smtp]:
    guarded = Guarded(lambda user, raw: None, BOT, tokens.good.__contains__)
    server = Smtp(lambda user, raw: None, free_port(), guarded)
    server.start()
    yield server
    server.stop()


def _client(tokens: Tokens) -> Access:
    return Access(Client(tokens.url, CLIENT, SECRET))


# ---- where tokens come from ----------------------------------------------------------------------
def test_a_token_is_kept_until_shortly_before_it_lapses(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(oauth.time, "monotonic", lambda: now)
    access = _client(tokens)
    first = access.token()
    now += tokens.seconds - 301
    assert access.token() == first
    now += 2
    second = access.token()
    assert second != first
    access.refused(first)
    assert access.token() == second
    access.refused(second)
    assert access.token() not in (first, second)
    assert len(tokens.given) == 3


def test_the_endpoint_refuses_in_fixed_words_and_a_trouble_passes(tokens: Tokens) -> None:
    wrong = Access(Client(tokens.url, CLIENT, "a-wrong-secret"))
    with pytest.raises(NoToken, match="401: invalid_client, AADSTS7000215") as refused:
        wrong.token()
    assert "a-wrong-secret" not in str(refused.value)
    tokens.status = 503
    with pytest.raises(ConnectionError, match="503") as away:
        _client(tokens).token()
    assert not isinstance(away.value, NoToken)
    tokens.status = 302
    with pytest.raises(NoToken, match="302"):
        _client(tokens).token()
    with pytest.raises(NoToken, match="https"):
        Client("http://login.example.com/token", CLIENT, SECRET)()


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [
        ("print('ya29.a-token')", oauth.UNSAID_SECONDS),
        ('print(\'{"access_token": "ya29.a-token", "expires_in": 3599}\')', 3599),
    ],
)
def test_a_command_prints_a_token(tmp_path: Path, printed: str, seconds: float) -> None:
    assert _printing(tmp_path, printed)() == Token("ya29.a-token", seconds)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("print('two words')", "prints no token"),
        ("print('{}')", "gives no access_token"),
        ("raise SystemExit(3)", "ends with 3"),
    ],
)
def test_a_command_that_prints_none_is_named(tmp_path: Path, program: str, said: str) -> None:
    with pytest.raises(NoToken, match=said):
        _printing(tmp_path, program)()
    with pytest.raises(NoToken, match="cannot be run"):
        Command("/nowhere/at-all")()


def _printing(folder: Path, program: str) -> Command:
    file = folder / "token.py"
    file.write_text(program)
    return Command(f"{sys.executable} {file}")


# ---- mail servers --------------------------------------------------------------------------------
async def test_mail_is_sent_by_a_token_and_a_refused_one_is_replaced(
    tokens: Tokens, smtp: Smtp
) -> None:
    access = _client(tokens)
    server = Server("SMTP", "127.0.0.1", smtp.port, BOT, security="none", access=access)
    with capture_logs() as logs:
        await Post(server, MemorySafe()).send(ID, RAW, LETTER.sender, ANA)
        tokens.good.clear()
        await Post(server, MemorySafe()).send(ID, RAW, LETTER.sender, ANA)
        tokens.good.clear()
        lasting = Post(
            Server("SMTP", "127.0.0.1", smtp.port, "eve", security="none", access=access),
            MemorySafe(),
        )
        with pytest.raises(Later, match="SMTP_USERNAME and the token") as refused:
            await lasting.send(ID, RAW, LETTER.sender, ANA)
    assert len(smtp.deliveries.taken) == 2
    assert len(tokens.given) == 3
    assert isinstance(smtp.deliveries, Guarded)
    assert smtp.deliveries.borne[:3] == [tokens.given[0], tokens.given[0], tokens.given[1]]
    told = f"{json.dumps(logs, default=str)} {refused.value} {server!r} {access!r}"
    assert not [each for each in (*tokens.given, SECRET) if each in told]


@pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
async def test_mail_is_read_by_a_token_and_a_refused_one_is_replaced(
    tokens: Tokens, free_port: Callable[[], int]
) -> None:
    imap = Dovecot(free_port(), tokens.introspect)
    imap.start()
    try:
        server = Server(
            "IMAP", "127.0.0.1", imap.port, "bot", security="none", access=_client(tokens)
        )
        await asyncio.to_thread(_look, server)
        tokens.good.clear()
        await asyncio.to_thread(_look, server)
        assert len(tokens.given) == 2
        wrong = Access(Client(tokens.url, CLIENT, "wrong"))
        server = Server("IMAP", "127.0.0.1", imap.port, "bot", security="none", access=wrong)
        intake: object = None
        # It takes a mail as an intake does, and that is all a listener asks for.
        listener = Listener(server, BOT, intake, Taken())  # pyright: ignore[reportArgumentType]
        with pytest.raises(
            NotWelcome, match="the token that is given for it: the token endpoint refuses us"
        ):
            await listener.listen(asyncio.Event(), lambda: None)
    finally:
        imap.remove()


def _look(server: Server) -> None:
    with visiting(server) as client:
        assert client.welcome
