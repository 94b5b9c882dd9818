"""Secret files: a secret setting may lie in a file that `NAME_FILE` names, as orchestrators hand secrets out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SUFFIX = "_FILE"


class BadFile(Exception):
    """A secret cannot be had as the environment says: one sentence."""


def named(secret: str) -> str:
    """The name under which the environment names this secret's file."""
    return f"{secret}{SUFFIX}"


def from_files(secrets: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """What lies in the files that are named, by the name of its setting; `secrets` are names with what each fills."""
    found: dict[str, str] = {}
    for secret, field in secrets.items():
        path = environ.get(named(secret))
        if not path:
            continue
        others = [name for name, fills in secrets.items() if fills == field]
        given = [name for other in others for name in (other, named(other)) if environ.get(name)]
        if len(given) > 1:
            raise BadFile(f"{' and '.join(given)} are both set; one of them was expected.")
        found[secret] = _read(named(secret), Path(path))
    return found


def _read(name: str, path: Path) -> str:
    """The file without the line feeds that end it."""
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise BadFile(f"{name}: {path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise BadFile(f"{name}: {path} holds no text.") from None
    if not text.strip():
        raise BadFile(f"{name}: {path} is empty.")
    return text
