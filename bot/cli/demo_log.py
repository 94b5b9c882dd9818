"""Log of the demo: what the bot's parts have to say goes to a file; the screen is for the conversation."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import structlog

from bot.cli import logs

_FIRST = ("timestamp", "level", "event")


def write_to(path: Path, secrets: Iterable[str]) -> None:
    """From here on everything that is logged is appended to this file, without these secrets."""
    file = path.open("a", buffering=1)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            logs.Rendered(structlog.processors.KeyValueRenderer(key_order=_FIRST), tuple(secrets)),
        ],
        logger_factory=structlog.WriteLoggerFactory(file),
    )
    logging.basicConfig(stream=file, level=logging.WARNING, force=True)
