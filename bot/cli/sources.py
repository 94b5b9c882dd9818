"""Sources: where each setting came from. Values of secrets are not in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from dotenv import dotenv_values

from bot import settings as environment
from bot.settings import BadSettings, Settings
from bot.settings.secret_files import SUFFIX, named
from bot.setup.known import masked


@dataclass(frozen=True)
class Source:
    """One name of the environment, what it is set to and where: `environment`, `.env`, a file, or `default`."""

    name: str
    value: str
    source: str


def sources() -> list[Source]:
    """Every setting; of those that several names can set, the name that did. None where they cannot be read."""
    try:
        read = environment.read()
    except BadSettings:
        return []
    written = dotenv_values(".env") if Path(".env").is_file() else {}
    secrets = environment.secret_names()
    files = {
        each: path
        for each, path in environment.environment().items()
        if each.removesuffix(SUFFIX) in secrets
    }
    by_field: dict[str, list[str]] = {}
    for name, field in environment.names().items():
        by_field.setdefault(field, []).append(name)
    return [
        _source(read, field, names, set(filter(written.get, written)), files)
        for field, names in by_field.items()
    ]


def _source(
    read: Settings, field: str, names: list[str], written: set[str], files: Mapping[str, str]
) -> Source:
    value: object = getattr(read, field)
    for name in names:
        if path := files.get(named(name)):
            return Source(name, _shown(value), f"file {path}")
        if os.environ.get(name):
            return Source(name, _shown(value), "environment")
        if name in written:
            return Source(name, _shown(value), ".env")
    return Source(names[0], _shown(value), "default")


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case timedelta():
            return _span(int(value.total_seconds()))
        case tuple():
            return _joined(cast("tuple[object, ...]", value))
        case _:
            return masked(value)


def _joined(values: tuple[object, ...]) -> str:
    """Folders, names or prices, as one would set them."""
    match values:
        case (Path(), *_):
            return ":".join(map(str, values))
        case ((str(), tuple()), *_):
            prices = cast("tuple[tuple[str, tuple[float, ...]], ...]", values)
            return ",".join(f"{name}={'/'.join(f'{each:g}' for each in of)}" for name, of in prices)
        case _:
            return ",".join(map(str, values))


def _span(seconds: int) -> str:
    """A length of time as one would set it."""
    units = {"d": 86_400, "h": 3_600, "m": 60}
    unit = next((unit for unit, size in units.items() if seconds and seconds % size == 0), "s")
    return f"{seconds // units.get(unit, 1)}{unit}"
