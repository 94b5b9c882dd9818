"""Writing: files that people keep are changed all or not at all; a Ctrl-C waits until they are."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

SECRET_MODE = 0o600
PLAIN_MODE = 0o644
_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def with_settings(text: str, values: Mapping[str, str]) -> str:
    """The text of a `.env` file in which these names have these values; every other line stays as it is."""
    lines = text.splitlines()
    for name, value in values.items():
        line, spelled = f"{name}={value}", re.compile(rf"\s*(export\s+)?{re.escape(name)}\s*=")
        places = [index for index, each in enumerate(lines) if spelled.match(each)]
        if places:
            lines[places[-1]] = line  # Of several the last one counts.
        else:
            lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def write(texts: Mapping[Path, str]) -> None:
    """All these files, each in one go; `.env` is nobody else's to read. Raises OSError, and then none was changed."""
    made: dict[Path, Path] = {}
    try:
        for file, text in texts.items():
            real = file.resolve()
            real.parent.mkdir(parents=True, exist_ok=True)
            made[real] = _beside(real, text, _mode(file))
        with _uninterrupted():
            for real, new in made.items():
                new.replace(real)
    finally:
        for new in made.values():
            new.unlink(missing_ok=True)


def _mode(file: Path) -> int:
    """As it is; `.env`, or what it is a link to, is for its owner alone."""
    if file.name == ".env":
        return SECRET_MODE
    return file.stat().st_mode & 0o777 if file.exists() else PLAIN_MODE


def _beside(file: Path, text: str, mode: int) -> Path:
    """The new text, on disk under a name of its own."""
    new = file.with_name(f".{file.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE), "w") as opened:
        opened.write(text)
        opened.flush()
        os.fchmod(opened.fileno(), mode)
        os.fsync(opened.fileno())
    return new


@contextmanager
def _uninterrupted() -> Generator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
