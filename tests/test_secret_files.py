"""Secret files: every secret setting may come from a file, and whatever is wrong with one is one sentence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import settings
from bot.app import App, House
from bot.cli import logs, parts, serve
from bot.cli.sources import sources
from bot.cli.trial import in_memory
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from bot.settings import BadSettings, Settings, read, secret_names
from bot.setup.known import environ, known_masks

PAYING = """
from bot.kit import Args, Call, tool

@tool(reads=True, secrets=("PAY_KEY",))
def pay(call: Call):
    "Pay."

@tool(reads=True, secrets=("SIGN_KEY", "SIGN_KEY_FILE"))
def sign(call: Call):
    "Sign."
"""
VALUES = {"REDIS_URL": "redis://:pa55word@localhost:1/0"}


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in settings.names():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_these_are_the_secrets() -> None:
    assert sorted(secret_names()) == [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL",
        "EMAIL_OAUTH_CLIENT_SECRET",
        "IMAP_PASSWORD",
        "REDIS_URL",
        "SLACK_APP_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_CLIENT_SECRET",
        "SLACK_CONFIG_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SMTP_PASSWORD",
    ]


@pytest.mark.parametrize("name", sorted(secret_names()))
def test_each_secret_may_lie_in_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, value = (
        tmp_path / "secret",
        VALUES.get(name, "https://a:b@c" if "URL" in name else "a b1"),
    )
    file.write_text(f"{value}\n")
    monkeypatch.setenv(f"{name}_FILE", str(file))
    found = getattr(read(), secret_names()[name])
    assert isinstance(found, SecretStr)
    assert found.get_secret_value() == value
    (told,) = [each for each in sources() if each.name == name]
    assert told.source == f"file {file}"
    assert value not in told.value


@pytest.fixture
def agents(tmp_path: Path) -> Agents:
    """One whose tool has its secret in a file."""
    folder = tmp_path / "agents" / "shop"
    folder.mkdir(parents=True)
    (folder / "agent.md").write_text("---\ndescription: pays\n---\nYou pay.\n")
    (folder / "tools.py").write_text(PAYING)
    (tmp_path / "key").write_text("letters of a bank\n")
    return load_agents([tmp_path / "agents"], People())


def test_what_a_tool_declares_may_lie_in_a_file_and_is_cut_out(
    agents: Agents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAY_KEY_FILE", "key")
    assert environ(agents)["PAY_KEY"] == "letters of a bank"
    assert known_masks(read(), agents, environ(agents)).cut("letters of a bank") == "[secret]"
    (tmp_path / "key").unlink()
    with pytest.raises(BadSettings, match=r"^PAY_KEY_FILE: key cannot be read"):
        environ(agents)


async def test_what_a_tool_declares_is_cut_out_of_logs_and_trials_too(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAY_KEY_FILE", "key")
    app, secrets = in_memory(read(), House(agents, People())), list[str]()

    @asynccontextmanager
    async def whole() -> AsyncGenerator[App]:
        yield app

    async def run(_: App, __: asyncio.Event, ready: Callable[[], None]) -> None:
        ready()

    def start(_: Settings, values: Iterable[str]) -> None:
        secrets.extend(values)

    monkeypatch.setenv("BOT_MODEL", "rehearsal")
    monkeypatch.setattr(parts, "whole", whole)
    monkeypatch.setitem(serve.RUN, "worker", run)
    monkeypatch.setattr(logs, "start", start)
    await serve.worker()
    assert "letters of a bank" in secrets
    assert app.masks.cut("letters of a bank") == "[secret]"


def test_a_tool_that_reads_the_file_itself_is_left_to_it(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_KEY_FILE", "not here")
    assert "SIGN_KEY" not in environ(agents)


def test_a_file_may_be_named_in_the_env_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("letters\r\n")
    (tmp_path / ".env").write_text("ANTHROPIC_API_KEY_FILE=key\n")
    key = read().anthropic_api_key
    assert key is not None
    assert key.get_secret_value() == "letters"


def test_our_own_is_cut_out_also_as_an_address_or_json_writes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", 'plain w/rds"')
    masks = known_masks(read(), {}, {})
    for text in ("GET /?k=plain%20w%2Frds%22", "GET /?k=plain+w%2Frds%22", '"plain w/rds\\""'):
        assert "rds" not in masks.cut(text)


@pytest.mark.parametrize(
    "other", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_AUTH_TOKEN_FILE"]
)
def test_a_secret_said_twice_stops_the_start(
    other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("letters")
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", "key")
    monkeypatch.setenv(other, "key")
    with pytest.raises(BadSettings) as error:
        read()
    assert "ANTHROPIC_API_KEY_FILE" in str(error.value)
    assert f"{other}" in str(error.value)
    assert str(error.value).endswith("are both set; one of them was expected.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "SLACK_BOT_TOKEN_FILE: key cannot be read: No such file or directory."),
        (b"\n", "SLACK_BOT_TOKEN_FILE: key is empty."),
        (b"\xff\xfe", "SLACK_BOT_TOKEN_FILE: key holds no text."),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    content: bytes | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "key")
    with pytest.raises(BadSettings) as error:
        read()
    assert str(error.value) == said
