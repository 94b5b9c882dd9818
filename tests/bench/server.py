"""The strict Messages server in a process of its own, answering as the free model does; it prints its address."""

from __future__ import annotations

import signal
import sys

from tests.bench.work import choice
from tests.messages_api import MessagesApi, Reply
from tests.messages_rules import Asked


def _reply(asked: Asked) -> Reply:
    tool, arguments = choice(asked.raw)
    return Reply(uses=[(tool, {**arguments})])


def main() -> None:
    """Serve until the process is ended."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with MessagesApi(_reply) as api:
        sys.stdout.write(f"{api.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
