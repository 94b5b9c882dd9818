"""Wording: what went wrong, as one sentence on one line, with the word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args, get_origin

from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from bot.cli import commands
from bot.cli.errors import Wrong
from bot.core.visible import on_one_line, shortened

MOST_CHARACTERS = 600


def misused(error: CycloptsError) -> str:
    """Words that the command line does not know."""
    return on_one_line(_misuse(error))


def _misuse(error: CycloptsError) -> str:
    unused = error.unused_tokens or ("",)
    match error:
        case UnknownCommandError() if unused[0].startswith("-"):
            return no_such("option", unused[0], ("--help", "--version", "--plain"))
        case UnknownCommandError():
            return no_such("command", unused[0], commands.words())
        case UnknownOptionError(token=token, argument_collection=known):
            options = [name for argument in known for name in argument.names if name[0] == "-"]
            return no_such("option", token.keyword or token.value, options)
        case MissingArgumentError(argument=argument) if argument is not None:
            wanted = argument.name if argument.name[0] == "-" else argument.name.upper()
            return f"`{_command(error)}` needs {wanted}{' and a value after it' * (wanted != wanted.upper())}."
        case UnusedCliTokensError():
            quotes = ": put quotes around a text of several words"
            hint = quotes if _command(error) in ("bot launch", "bot answer") else ""
            return f"`{_command(error)}` does not take {unused[0]}{hint}."
        case CoercionError(token=token, argument=argument, target_type=kind) if (
            token and argument and get_origin(kind) is Literal
        ):
            return _not_among(_command(error), argument.name, token.value, get_args(kind))
        case _:
            return _one_sentence(str(error))


def _not_among(command: str, name: str, value: str, choices: tuple[str, ...]) -> str:
    if name.startswith("-"):
        return f"{name} is one of {', '.join(choices)}, not {shortened(value, 80)}."
    told = no_such(name.lower(), value, choices)
    # What a first word means has no name of its own.
    return told.replace("There is no what", f"`{command}` does not know", 1)


def _command(error: CycloptsError) -> str:
    return " ".join(("bot", *(error.command_chain or ())))


def _one_sentence(text: str) -> str:
    """The library writes several; joined they are one."""
    parts = [part.strip() for part in text.replace("?", ".").split(". ") if part.strip()]
    return "; ".join(part.rstrip(".") for part in parts) + "."


def no_such(kind: str, name: str, known: Iterable[str], where: str = "") -> str:
    """That there is no such thing, and what was probably meant."""
    from bot.kit.nearest import meant

    given = shortened(name, 80)
    return f"There is no {kind} {given}{where}{meant(given, known)}."


def wrong(kind: str, name: str, known: Iterable[str], where: str = "") -> Wrong:
    """The same as an error to raise."""
    return Wrong(no_such(kind, name, known, where))


def failure(error: Exception) -> str:
    """What an error says, on one line."""
    text = str(error).strip() or type(error).__name__
    if type(error).__module__ == "redis.exceptions":
        text = _redis(error, text)
    elif isinstance(error, OSError) and error.strerror:
        text = f"{error.filename or 'The system'}: {error.strerror}."
    return shortened(on_one_line(text), MOST_CHARACTERS)


def _redis(error: Exception, text: str) -> str:
    # A refused login comes wrapped in a failed connection.
    kinds = (*type(error).__mro__, *type(error.__cause__ or error.__context__).__mro__)
    names = {kind.__name__ for kind in kinds}
    reason = text.rstrip(".").replace(". ", ": ")
    if names & {"AuthenticationError", "NoPermissionError"} or "NOAUTH" in text:
        return f"Redis refuses the user or password of REDIS_URL: {reason}."
    if names & {"ConnectionError", "TimeoutError"}:
        return f"Redis cannot be reached: {reason}."
    return f"Redis answered with an error: {reason}."
