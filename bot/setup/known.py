"""Known: which values must not be seen, since we hold them ourselves, and how one is spoken of without being told."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pydantic import SecretStr

from bot.core.masks import Masks, masks
from bot.kit.agent import Agent
from bot.settings import BadSettings, Settings, environment
from bot.settings.secret_files import BadFile, from_files, named

SHOWN_CHARACTERS = 4
SHORTEST_TO_HINT_AT = 16


def environ(agents: Mapping[str, Agent]) -> dict[str, str]:
    """The environment, of which each tool gets what it declares: a secret may lie in a file that its name with `_FILE` names. Raises `BadSettings`.

    Where a tool declares that name as well, it reads the file itself.
    """
    found = environment()
    names = {
        name for agent in agents.values() for tool in agent.tools.values() for name in tool.secrets
    }
    ours = sorted(name for name in names if named(name) not in names)
    try:
        return found | from_files({name: name for name in ours}, found)
    except BadFile as error:
        raise BadSettings(str(error)) from None


def secret_values(
    settings: Settings, agents: Mapping[str, Agent], environ: Mapping[str, str]
) -> list[str]:
    """Every value that must not be logged: of the settings, of the addresses in them, of what tools declare."""
    told = _told(settings)
    return [value for value in (*told, *_passwords(told), *_declared(agents, environ)) if value]


def known_masks(
    settings: Settings, agents: Mapping[str, Agent], environ: Mapping[str, str]
) -> Masks:
    """What is cut out of everything that is kept: an address of ours may be spoken of, if not its password."""
    told = [value for value in _told(settings) if "://" not in value]
    values = (*told, *_passwords(_told(settings)), *_declared(agents, environ))
    return masks(way for value in values for way in _ways(value))


def _ways(value: str) -> set[str]:
    """How this is written as it stands, in an address (as errors of HTTP tell it), in JSON, and within what is in Base64."""
    plain = {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}
    return plain | {_coded(value.encode(), before) for before in range(3)}


def _coded(value: bytes, before: int) -> str:
    """What Base64 makes of this after so many other octets, without the signs that its neighbours have a part in."""
    signs = b64encode(bytes(before) + value).decode()
    return signs[(before * 8 + 5) // 6 : (before + len(value)) * 8 // 6]


def _told(settings: Settings) -> list[str]:
    given = (value for value in _values(settings) if isinstance(value, SecretStr))
    return [secret.get_secret_value() for secret in given]


def _declared(agents: Mapping[str, Agent], environ: Mapping[str, str]) -> list[str]:
    tools = (tool for agent in agents.values() for tool in agent.tools.values())
    return [environ.get(name, "") for tool in tools for name in tool.secrets]


def _values(settings: Settings) -> Iterable[object]:
    return (getattr(settings, name) for name in type(settings).model_fields)


def _passwords(values: Iterable[str]) -> list[str]:
    addresses = [urlsplit(value) for value in values if "://" in value]
    found = [address.password or "" for address in addresses]
    found += [
        text for each in addresses for name, text in parse_qsl(each.query) if name == "password"
    ]
    return [form for password in found for form in {password, unquote(password)}]


def masked(value: object) -> str:
    """A setting as it may be shown: of a secret only its end, of an address all but its password."""
    if not isinstance(value, SecretStr):
        return str(value)
    text = value.get_secret_value()
    if "://" in text:
        parts = urlsplit(text)
        shown = text.replace(f":{parts.password}@", ":****@", 1) if parts.password else text
        return shown.replace(f"?{parts.query}", "?****", 1) if parts.query else shown
    hint = text[-SHOWN_CHARACTERS:] if len(text) >= SHORTEST_TO_HINT_AT else ""
    return f"****{hint}"
