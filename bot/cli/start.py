"""Start: from words to an exit status. Whatever a user or a machine got wrong ends as one sentence, never a traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from cyclopts import CycloptsError

from bot.cli import commands, output, wording
from bot.cli.errors import BROKEN_PIPE, DONE, FAILED, INTERRUPTED, WRONG, Failed, Wrong

# By name: importing the modules they live in would cost every start what only a failure needs.
_FAILED = {
    "bot.engine.server": {"NoRedis", "ServerFailed"},
    "bot.engine.store": {"TooFewReplicas", "WrongKey"},
    "bot.engine.standing": {"CannotRead"},
}
_WRONG = {
    "bot.settings": {"BadSettings"},
    "bot.kit.document": {"AgentError"},
    "bot.kit.agent": {"NoSuchTool"},
    "channels.slack.connect": {"NotWelcome"},
    "channels.email.listen": {"NotWelcome"},
    "channels.email.secure": {"NotSecure"},
}


def run(arguments: Sequence[str]) -> int:
    """Runs one command line."""
    # A terminal that cannot show a letter is no reason to say nothing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _called(output.without_plain([_text(word) for word in arguments]))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has gone; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        output.note("\nInterrupted.")
        return INTERRUPTED
    return status


def _text(word: str) -> str:
    """A word as UTF-8, whatever the locale made of it."""
    return os.fsencode(word).decode("utf-8", "replace")


def _called(arguments: Sequence[str]) -> int:
    try:
        result: object = commands.app()(list(arguments))
    except CycloptsError as error:
        return _said(wording.misused(error), WRONG)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        status = _status(error)
        if status is None:
            raise
        return _said(wording.failure(error), status)
    return result if isinstance(result, int) else DONE


def _status(error: Exception) -> int | None:
    """The exit status of an error that has a place in the world; None: it is a bug, and its traceback is wanted."""
    module, name = type(error).__module__, type(error).__name__
    if isinstance(error, Wrong) or name in _WRONG.get(module, ()):
        return WRONG
    if isinstance(error, Failed | OSError) or name in _FAILED.get(module, ()):
        return FAILED
    return FAILED if module == "redis.exceptions" else None


def _said(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - this is the one place where a failure is said
    return status
