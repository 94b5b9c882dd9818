"""Claude on other networks: cloud providers, proxies, certificates of one's own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.model.claude import Claude, Provider
from tests.messages_api import KEY, MessagesApi, Reply
from tests.model.asking import Asking, failure, question
from tests.model.forwarder import Forwarder


async def test_bedrock_carries_the_model_in_the_address(free_port: Callable[[], int]) -> None:
    with MessagesApi([Reply(text="Done.")]) as api:
        asked = Claude(provider="bedrock", api_key=KEY, base_url=api.url, region="eu-central-1")
        answer = await asked.ask(question())
        await asked.close()
    assert answer.text == "Done."
    assert api.ledger[0].path == "/model/claude-sonnet-5-5/invoke"


async def test_vertex_carries_the_model_in_the_address() -> None:
    with MessagesApi([Reply(text="Done.")]) as api:
        asked = Claude(
            provider="vertex", auth_token=KEY, base_url=api.url, region="global", project="example"
        )
        answer = await asked.ask(question())
        await asked.close()
    assert answer.text == "Done."
    place = "/projects/example/locations/global/publishers/anthropic/models/"
    assert api.ledger[0].path == f"{place}claude-sonnet-5-5:rawPredict"


async def test_a_provider_without_its_place_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CLOUD_ML_REGION", raising=False)
    told = await failure(Claude(provider="vertex", auth_token="token-of-mine"))
    assert told.kind == "permanent"
    assert "region" in told.reason
    assert "token-of-mine" not in told.reason


async def test_an_http_proxy_from_the_environment_is_used(
    claude: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MessagesApi([Reply(text="Done.")]) as api:
        async with Forwarder(api.port) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            asked = claude("http://model.example.com")
            assert (await asked.ask(question())).text == "Done."
            await asked.close()
    assert proxy.asked == ["POST http://model.example.com/v1/messages HTTP/1.1"]
    assert api.ledger[0].raw == question()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for model.example.com that nobody else trusts, its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("making a certificate takes the openssl command")
    folder = tmp_path_factory.mktemp("tls")
    both = folder / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=model.example.com"]
    command += ["-addext", "subjectAltName=DNS:model.example.com"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_https_goes_through_the_proxy_and_trusts_the_ca_file(
    claude: Asking, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with MessagesApi([Reply(text="Done.")], tls=server_tls(certificate)) as api:
        async with Forwarder(api.port) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            asked = claude("https://model.example.com")
            assert (await asked.ask(question())).text == "Done."
            await asked.close()
    assert proxy.asked == ["CONNECT model.example.com:443 HTTP/1.1"]
    assert api.ledger[0].raw == question()


async def test_a_certificate_not_trusted_is_told_with_the_setting_that_mends_it(
    claude: Asking, certificate: Path
) -> None:
    with MessagesApi([Reply(text="Done.")], tls=server_tls(certificate)) as api:
        told = await failure(claude(api.url))
    assert told.kind == "permanent"
    assert "SSL_CERT_FILE" in told.reason


@pytest.mark.parametrize(
    ("provider", "library"), [("bedrock", "botocore.auth"), ("vertex", "google.auth")]
)
async def test_a_cloud_library_that_is_missing_is_named_with_the_command_that_brings_it(
    provider: Provider, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delenv("AWS_BEARER_TOKEN_BEDROCK", raising=False)
    asked = Claude(provider=provider, region="global", project="example", retries=0)
    told = await failure(asked)
    await asked.close()
    assert told.kind == "permanent"
    assert f"pip install 'anthropic[{provider}]'" in told.reason
