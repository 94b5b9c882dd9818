"""Asking: answers by a flag, by a person at the terminal, or line by line from a pipe; each is checked as it comes."""

from __future__ import annotations

import asyncio
import getpass
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from bot.cli.errors import Wrong

T = TypeVar("T")
HIDDEN = frozenset({"--bot-token", "--app-token", "--signing-secret"})
_PASTED = re.compile(r"\x1b\[20[01]~")


class NoAnswer(Wrong):
    """Nobody is there to answer any more."""

    def __init__(self, flag: str, question: str) -> None:
        asked = question.rstrip(" :")
        super().__init__(
            f"The input ended where an answer was wanted: {asked}. Nothing was written. Give {flag}, or answer at a terminal."
        )


@dataclass
class Asking:
    """Who answers. `given` are the answers that came as flags, by the flag's name; `says` is how people are spoken to."""

    given: Mapping[str, str]
    says: Callable[[str], None]
    at_terminal: bool = field(default_factory=sys.stdin.isatty)

    def until(
        self,
        flag: str,
        question: str,
        check: Callable[[str], Awaitable[T]],
        wrong: type[Exception],
        default: str = "",
        known: str = "",
    ) -> T:
        """What the check makes of what is known, else of the first answer that it takes; no answer is the default.

        Raises `NoAnswer`, and `Wrong` for a flag that it does not take.
        """
        said = self.given.get(flag, "") or known
        try:
            if said:
                return asyncio.run(_checked(check, said))
        except wrong as error:
            raise Wrong(f"{flag}: {error}") from None
        trouble = ""
        while True:
            try:
                answer = self._line(flag, question)
            except NoAnswer:
                if trouble:
                    raise Wrong(trouble) from None
                if not default:
                    raise
                answer = default
            try:
                return asyncio.run(_checked(check, answer or default))
            except wrong as error:
                trouble = str(error)
            self.says(trouble)

    def agrees(self, flag: str, question: str) -> bool:
        """Whether somebody typed `yes`, the whole word; no answer is none."""
        said = self.given.get(flag, "")
        if not said:
            with suppress(NoAnswer):
                said = self._line(flag, f"{question} Type yes to agree: ")
        return said.lower() == "yes"

    def _line(self, flag: str, question: str) -> str:
        """One answer, as it was typed, without what a terminal puts around pasted text; what must not be seen is not shown."""
        if not self.at_terminal:
            self.says(question.rstrip(" :") + ":")
            line = sys.stdin.readline()
            if not line:
                raise NoAnswer(flag, question)
            return line.strip()
        try:
            if flag in HIDDEN:
                return _PASTED.sub("", getpass.getpass(question, sys.stderr)).strip()
            sys.stderr.write(question)
            sys.stderr.flush()
            return _PASTED.sub("", input()).strip()
        except EOFError:
            raise NoAnswer(flag, question) from None


async def _checked(check: Callable[[str], Awaitable[T]], answer: str) -> T:
    return await check(answer)
