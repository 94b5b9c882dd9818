"""A token endpoint as Microsoft's is (RFC 6749, 4.4), which takes what is exactly right alone, and says to mail servers which tokens are good."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TENANT, CLIENT, SECRET = "tenant.example", "client-1", "a-client-secret-for-tests"
FORM = {
    "client_id": CLIENT,
    "client_secret": SECRET,
    "grant_type": "client_credentials",
    "scope": "https://outlook.office365.com/.default",
}


class Tokens:
    """Gives tokens; `seconds` is how long each is said to be good, `status` what is answered in the place of one."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.given: list[str] = []
        self.good: set[str] = set()
        self.seconds = 3600.0
        self.status = 200
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{TENANT}/oauth2/v2.0/token"

    @property
    def introspect(self) -> str:
        return f"http://127.0.0.1:{self.port}/introspect?token="

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def issue(self) -> dict[str, object]:
        """One more token, as it is answered."""
        token = f"eyJ-{secrets.token_urlsafe(24)}"
        self.given.append(token)
        self.good.add(token)
        return {"token_type": "Bearer", "expires_in": self.seconds, "access_token": token}

    def asked(self, path: str, kind: str, body: str) -> tuple[int, Mapping[str, object]]:
        """What the endpoint answers; anything but the one right request is refused."""
        form = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        if path != f"/{TENANT}/oauth2/v2.0/token" or kind != "application/x-www-form-urlencoded":
            return 404, {"error": "invalid_request"}
        if form != FORM:
            told = f"AADSTS7000215: Invalid client secret provided: {form.get('client_secret')}"
            return 401, {"error": "invalid_client", "error_description": told}
        if self.status != 200:
            return self.status, {"error": "temporarily_unavailable"}
        return 200, self.issue()


def _handler(tokens: Tokens) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*tokens.asked(self.path, self.headers["Content-Type"], body))

        def do_GET(self) -> None:
            token = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
            is_good = token in tokens.good
            self._say(200, {"active": is_good, "username": "bot"})

        def _say(self, status: int, told: Mapping[str, object]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status // 100 == 3:
                self.send_header("Location", f"http://127.0.0.1:{tokens.port}/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            return None

    return Handler
