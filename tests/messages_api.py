"""Messages API: a strict stand-in for the vendor's server, over real HTTP on a free loopback port.

It refuses what the real one refuses (`messages_rules`), answers from a script, fills the usage from
a small prompt cache, and keeps a ledger of all it was sent. `replies.json` is a list of objects
with the fields of `Reply`.

    with MessagesApi([Reply(text="Done.")]) as api: ...
    python tests/messages_api.py --script replies.json --port 0      # prints its address
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

if not __package__:
    sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.messages_cache import Bill, PromptCache
from tests.messages_refusal import DOCS, Json, Refused, as_list, bad
from tests.messages_rules import VERSIONS, Asked, check, parse, signature

KEY = "sk-ant-test-key"


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: a message, an error (`status`), or worse (`raw`, `hang_up_after`, `held`)."""

    text: str = ""
    uses: Sequence[tuple[str, Json]] = ()
    stop_reason: str | None = None
    thinking: str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    error: Json = field(default_factory=dict[str, object])
    raw: bytes | None = None
    hang_up_after: int | None = None
    held: bool = False


# Bedrock and Vertex carry the model in the address and the version in the body.
_MODEL_IN_PATH = re.compile(r"/model/([^/]+)/invoke|/projects/.+/models/([^/:]+):rawPredict")

Script = Sequence[Reply] | Callable[[Asked], Reply]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the ledger; `refusal` is set where it broke a rule."""

    path: str
    headers: dict[str, str]
    raw: bytes
    body: Json
    refusal: Refused | None = None


class MessagesApi:
    """The server, while the `with` lasts; replies are given out in order, or made by a function."""

    def __init__(
        self,
        replies: Script = (),
        *,
        keys: tuple[str, ...] = (KEY,),
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.ledger: list[Entry] = []
        self._replies = replies
        self._next = 0
        self._keys = keys
        self._cache = PromptCache()
        self._lock = threading.Lock()
        # Set while a held reply waits.
        self.holding = threading.Event()
        # Held replies wait for this; leaving the `with` lets them go.
        self.release = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Connection)
        self._server.api = self
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self) -> MessagesApi:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def answer(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[Reply, bytes]:
        """What to send back, and the request written into the ledger."""
        with self._lock:
            try:
                asked = self._checked(path, headers, raw)
            except Refused as refused:
                self.ledger.append(Entry(path, headers, raw, {}, refused))
                error: Json = {"type": refused.kind, "message": refused.message}
                return Reply(status=refused.status), _error(error)
            self.ledger.append(Entry(path, headers, raw, asked.body))
            reply = self._reply(asked)
            if reply.raw is not None:
                return reply, reply.raw
            if reply.status != 200:
                return reply, _error({"type": "api_error", "message": "scripted", **reply.error})
            return reply, _message(
                asked.body, reply, self._cache.bill(asked.body), len(self.ledger)
            )

    def _checked(self, path: str, headers: dict[str, str], raw: bytes) -> Asked:
        if path == "/v1/messages":
            asked = parse(headers, raw, self._keys)
        elif elsewhere := _MODEL_IN_PATH.fullmatch(path):
            asked = parse({**headers, "anthropic-version": VERSIONS[-1]}, raw, self._keys)
            if asked.body.pop("anthropic_version", None) is None:
                raise bad("anthropic_version: Field required", "build-with-claude/overview")
            asked.body["model"] = elsewhere[1] or elsewhere[2]
        else:
            raise Refused(404, "not_found_error", f"Not found: {path}", DOCS + "api/errors")
        check(asked)
        return asked

    def _reply(self, asked: Asked) -> Reply:
        if callable(self._replies):
            return self._replies(asked)
        if self._next == len(self._replies):
            return Reply(status=400, error={"message": "the script has no reply left"})
        self._next += 1
        return self._replies[self._next - 1]


def _message(body: Json, reply: Reply, bill: Bill, number: int) -> bytes:
    content: list[Json] = []
    if reply.thinking is not None:
        bound = signature(body, len(as_list(body["messages"])))
        content.append({"type": "thinking", "thinking": reply.thinking, "signature": bound})
    if reply.text:
        content.append({"type": "text", "text": reply.text})
    for at, (name, arguments) in enumerate(reply.uses):
        use_id = f"toolu_{number:04}{at:02}"
        content.append({"type": "tool_use", "id": use_id, "name": name, "input": arguments})
    message = {
        "id": f"msg_{number:06}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": content,
        "stop_reason": reply.stop_reason or ("tool_use" if reply.uses else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": bill.fresh,
            "cache_creation_input_tokens": bill.written,
            "cache_read_input_tokens": bill.read,
            "output_tokens": -(-len(json.dumps(content)) // 4),
            "service_tier": "standard",
        },
    }
    return json.dumps(message).encode()


def _error(error: Json) -> bytes:
    return json.dumps({"type": "error", "error": error, "request_id": "req_test"}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: MessagesApi

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away mid-reply is part of what is tested."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A reply in two packets would wait for the delayed acknowledgement of the first.
    wbufsize = -1
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        api = self.server.api
        reply, body = api.answer(self.path, headers, raw)
        if reply.held:
            api.holding.set()
            api.release.wait()
        self.send_response(reply.status)
        for name, value in {"request-id": "req_test", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if reply.hang_up_after is None:
            self.wfile.write(body)
            return
        self.wfile.write(body[: reply.hang_up_after])
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The ledger is the log."""


def replies_of(text: str) -> list[Reply]:
    """A script from JSON; `uses` is a list of `[name, arguments]`."""
    return [Reply(**cast("dict[str, Any]", each)) for each in json.loads(text)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default=KEY)
    given = parser.parse_args()
    # Blocked in every thread, so that the wait below is what hears them.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    replies = replies_of(given.script.read_text())
    with MessagesApi(replies, keys=(given.key,), port=given.port) as api:
        sys.stdout.write(f"{api.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
