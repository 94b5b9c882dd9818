"""Failing: what a script that asked for JSON reads where a command does not end well."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from bot.cli import wording
from bot.cli.errors import INTERRUPTED_TEXT
from bot.cli.output import say_json


@contextmanager
def json_of_failure(as_json: bool) -> Generator[None]:  # noqa: FBT001 - the flag of the command
    """Whatever fails in here is an object on stdout too; the sentence and the status stay as they are."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if as_json:
            is_stopped = isinstance(error, KeyboardInterrupt)
            say_json({"error": INTERRUPTED_TEXT if is_stopped else wording.failure(error)})
        raise
