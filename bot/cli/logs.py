"""Logs: to stderr, or to a file beside the demo's screen; JSON where a program reads them; never with a secret in them."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.cli.output import wants_no_color
from bot.core.masks import OWN, PLAIN
from bot.settings import Settings

_FIRST = ("timestamp", "level", "event")
SHORTEST_SECRET = 6  # A shorter value would be found in words that have nothing to do with it.


@dataclass(frozen=True)
class Rendered:
    """The last processor: an event as a line, in which each secret is replaced, and whatever looks like another."""

    render: Processor
    secrets: tuple[str, ...]

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> str:
        line = str(self.render(logger, name, event))
        for secret in self.secrets:
            line = line.replace(secret, OWN)
        return PLAIN.cut(line)


def start(settings: Settings, secrets: Iterable[str]) -> None:
    """From here on everything logged, by us or by a library, goes to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, with_quoted(secrets)))
    logging.getLogger().addHandler(handler)
    for ours in ("bot", "channels"):
        logging.getLogger(ours).setLevel(settings.log_level.upper())


def write_to(path: Path, secrets: Iterable[str]) -> None:
    """From here on everything that is logged is appended to this file, without these secrets."""
    file = path.open("a", buffering=1)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            Rendered(structlog.processors.KeyValueRenderer(key_order=_FIRST), tuple(secrets)),
        ],
        logger_factory=structlog.WriteLoggerFactory(file),
    )
    logging.basicConfig(stream=file, level=logging.WARNING, force=True)


def _formatter(shared: list[Processor], secrets: tuple[str, ...]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            Rendered(_renderer(), secrets),
        ],
    )


def _renderer() -> Processor:
    if not sys.stderr.isatty():
        return structlog.processors.JSONRenderer()
    plain_traceback = structlog.dev.plain_traceback
    return structlog.dev.ConsoleRenderer(
        colors=not wants_no_color(), exception_formatter=plain_traceback
    )


def with_quoted(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret as it is and as JSON writes it, the longest first: one may be part of another."""
    long_enough = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    quoted = {json.dumps(secret)[1:-1] for secret in long_enough}
    return tuple(sorted(long_enough | quoted, key=len, reverse=True))
