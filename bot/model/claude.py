"""Claude: the model behind the vendor's SDK; sends the bytes it gets, raises only `ModelFailed`.

The SDK takes seconds to import, so it comes in with the first question or with `warm()`, in a
thread. It tries again twice within a few seconds; whatever takes longer is for the caller, who can
wait without holding anything.

Proxy and CA come from the environment: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE,
SSL_CERT_DIR. The vendor's own API gets the very bytes; Bedrock and Vertex want the model's name in
the address, so for them the SDK takes it out of the body and adds its version.
"""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

from bot.model.failures import Refused, failure_of, retry_seconds_of
from bot.model.port import Answer, ModelFailed
from bot.model.prices import NONE, Own
from bot.model.reply import answer_of

if TYPE_CHECKING:
    from anthropic import (
        APIRequest,
        APIStatusError,
        AsyncAnthropic,
        AsyncAPIResponse,
        AsyncCallNext,
        RequestOptions,
        Timeout,
    )
    from anthropic.lib.bedrock import AsyncAnthropicBedrock
    from anthropic.lib.vertex import AsyncAnthropicVertex

    Client = AsyncAnthropic | AsyncAnthropicBedrock | AsyncAnthropicVertex

Provider = Literal["anthropic", "bedrock", "vertex"]

_PATH = "/v1/messages"
_CONNECT_SECONDS = 5.0
_LONGEST_WAIT_HERE_SECONDS = 5.0
_MOST_OF_AN_ERROR = 200
_TOO_LATE = "The model's server did not answer in time."
_KEY_NAMES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "bedrock": "the AWS credentials",
    "vertex": "the Google credentials",
}
_SECRET_FIELDS = ("api_key", "auth_token", "access_token", "aws_secret_key", "aws_session_token")


class Claude:
    """Asks one provider's server; what is not given the SDK takes from the environment."""

    def __init__(
        self,
        *,
        provider: Provider = "anthropic",
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: str | None = None,
        region: str | None = None,
        project: str | None = None,
        timeout_seconds: float = 600.0,
        retries: int = 2,
        prices: Own = NONE,
    ) -> None:
        self._provider: Provider = provider
        self._api_key = api_key or None
        self._auth_token = auth_token or None
        self._base_url = base_url or None
        self._region = region or None
        self._project = project or None
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._prices = prices
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def warm(self) -> None:
        """Import the SDK beside the event loop, so that the first question need not wait for it."""
        await asyncio.to_thread(import_module, "anthropic")

    async def ask(self, body: bytes) -> Answer:
        try:
            # The client's own time limit begins anew with every byte; a server may drip them.
            async with asyncio.timeout(self._timeout_seconds * (self._retries + 1)):
                raw = await self._send(body)
        except ModelFailed:
            raise
        except TimeoutError:
            raise ModelFailed("transient", _TOO_LATE) from None
        # SDK, HTTP client and cloud libraries raise families of their own; none may pass the port.
        except Exception as error:  # noqa: BLE001
            raise self._failure(error, body) from None
        return answer_of(raw, body, self._prices)

    async def close(self) -> None:
        """Give the connections back; the next question opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _send(self, body: bytes) -> bytes:
        client = await self._connected()
        # Followed, a redirect would carry the key to another host.
        here: RequestOptions = {"follow_redirects": False}
        if self._provider == "anthropic":
            return await client.post(_PATH, cast_to=bytes, content=body, options=here)
        return await client.post(_PATH, cast_to=bytes, body=json.loads(body), options=here)

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None:
                self._client = await asyncio.to_thread(self._connect)
            return self._client

    def _connect(self) -> Client:
        match self._provider:
            case "anthropic":
                return self._anthropic()
            case "bedrock":
                return self._bedrock()
            case "vertex":
                return self._vertex()

    def _anthropic(self) -> AsyncAnthropic:
        from anthropic import AsyncAnthropic

        # The SDK sends the key as a bearer token; other servers may know the older header alone.
        elsewhere = self._base_url and self._api_key
        return AsyncAnthropic(
            api_key=self._api_key,
            auth_token=None if self._api_key else self._auth_token,
            base_url=self._base_url,
            default_headers={"x-api-key": elsewhere} if elsewhere else None,
            timeout=self._timeout(),
            max_retries=self._retries,
            middleware=[_one_attempt],
        )

    def _bedrock(self) -> AsyncAnthropicBedrock:
        from anthropic.lib.bedrock import AsyncAnthropicBedrock

        return AsyncAnthropicBedrock(
            api_key=self._api_key,
            aws_region=self._region,
            base_url=self._base_url,
            timeout=self._timeout(),
            max_retries=self._retries,
            middleware=[_one_attempt],
        )

    def _vertex(self) -> AsyncAnthropicVertex:
        from anthropic import not_given
        from anthropic.lib.vertex import AsyncAnthropicVertex

        return AsyncAnthropicVertex(
            access_token=self._auth_token,
            region=self._region or not_given,
            project_id=self._project or not_given,
            base_url=self._base_url,
            timeout=self._timeout(),
            max_retries=self._retries,
            middleware=[_one_attempt],
        )

    def _timeout(self) -> Timeout:
        from anthropic import Timeout

        return Timeout(self._timeout_seconds, connect=_CONNECT_SECONDS)

    def _failure(self, error: Exception, body: bytes) -> ModelFailed:
        import anthropic

        if isinstance(error, anthropic.APIStatusError):
            return failure_of(self._refused(error, body))
        if isinstance(error, anthropic.APIConnectionError):
            return self._unreachable(error)
        no_key = isinstance(error, anthropic.CredentialsError)
        if no_key or "authentication method" in str(error):
            reason = f"No key for the model: set {_KEY_NAMES[self._provider]}."
            return ModelFailed("permanent", reason)
        if isinstance(error, ImportError) or "missing required dependency" in str(error):
            missing = f"anthropic[{self._provider}]"
            reason = f"The client for {self._provider} is not there: `pip install '{missing}'`."
            return ModelFailed("permanent", reason)
        kind = type(error).__name__
        said = self._without_secrets(" ".join(str(error).split()))[:_MOST_OF_AN_ERROR]
        reason = f"The model cannot be asked through {self._provider} ({kind}): {said}"
        return ModelFailed("permanent", reason)

    def _unreachable(self, error: Exception) -> ModelFailed:
        if "CERTIFICATE_VERIFY_FAILED" in _causes(error):
            reason = f"{self._host()} shows a certificate not trusted here: set SSL_CERT_FILE."
            return ModelFailed("permanent", reason)
        reason = f"{self._host()} cannot be reached: check the network, proxy and base URL."
        return ModelFailed("transient", reason)

    def _refused(self, error: APIStatusError, body: bytes) -> Refused:
        asked = cast("dict[str, object]", json.loads(body))
        return Refused(
            status=error.status_code,
            message=self._without_secrets(error.api_message or ""),
            error_type=error.type or "",
            error_code=error.error_code or "",
            model=str(asked.get("model", "")),
            host=self._host(),
            key_name=_KEY_NAMES[self._provider],
            retry_seconds=retry_seconds_of(error.response.headers),
        )

    def _host(self) -> str:
        """The host alone: an address may hold a password."""
        return self._client.base_url.host if self._client else "The model's server"

    def _without_secrets(self, text: str) -> str:
        found = [getattr(self._client, field, None) for field in _SECRET_FIELDS]
        for secret in (self._api_key, self._auth_token, *found):
            if isinstance(secret, str) and secret:
                text = text.replace(secret, "[secret]")
        return text


async def _one_attempt(request: APIRequest, call_next: AsyncCallNext) -> AsyncAPIResponse[Any]:
    """Keep the SDK from waiting inside: it obeys an hour's `retry-after`, times out three times."""
    from anthropic import APITimeoutError

    try:
        response = await call_next(request)
    except APITimeoutError:
        raise ModelFailed("transient", _TOO_LATE) from None
    asked_to_wait = retry_seconds_of(response.headers)
    if asked_to_wait is not None and asked_to_wait > _LONGEST_WAIT_HERE_SECONDS:
        response.headers["x-should-retry"] = "false"
    return response


def _causes(error: BaseException | None) -> str:
    """What was behind the error, innermost last; looked into, never shown."""
    told: list[str] = []
    while error is not None:
        told.append(str(error))
        error = error.__cause__ or error.__context__
    return " / ".join(told)
