"""Links: an address that a model made up is shown, and leads nowhere: whatever it read could be carried away in one.

An address stays a link where a person we know or a tool said it, word for word, or where its host stands in the agent's own prompt.
Any other is written so that no client makes a link of it, its host still legible. No picture is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape
from urllib.parse import unquote, urlsplit

from pydantic import JsonValue

from bot.core.events import (
    CronTicked,
    Event,
    MessageNoted,
    MessageReceived,
    Previewed,
    StepDecided,
    ToolEnded,
    Verdict,
)

SAID = ("done_for_now", "stand_by", "request_human_input", "withdraw", "await", "nothing_to_do")
BECAUSE = "because"
Use = tuple[str, dict[str, JsonValue]]
# With a scheme, or without one where clients make a link of it all the same.
_ADDRESS = re.compile(
    r"(?:(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{0,30}+://|(?:mailto|data|javascript|tel|sms|slack):|(?<=\]\()[a-z][a-z0-9+.-]{0,30}+:)"
    r"|(?<![\w.@+-])(?=(?:[\w.+-]{1,64}+@)?(?:[\w-]++\.)+[^\W\d_]{2,24}(?:[/?#:]|\Z|\W)))[^\s<>\"'`\\|\[\]]+",
    re.IGNORECASE,
)
# What Markdown takes for the sign itself.
_ESCAPED = re.compile(
    r"\\(?P<sign>[!-/:-@\[-`{-~])|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"!(?=\[[^\]\n]{0,500}\][(\[])")
_LEADING = ("http://", "https://")
_ENDS = ".,;:!?)*_~"
_BARE_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,24}")
# How names of files end and no host does: a client makes no link of these.
_FILES = (
    *("cfg", "conf", "css", "csv", "env", "go", "gz", "html", "ini", "java", "js", "json", "jsx", "lock", "log"),
    *("pdf", "png", "proto", "rb", "sql", "svg", "tar", "toml", "ts", "tsx", "txt", "xml", "yaml", "yml"),
)  # fmt: skip
_FEW_LABELS = 2
MOST_READINGS = 4
"""What hides addresses still after so many is no text: nothing is hidden there once it has none of the signs that hide."""


def tamed(uses: Sequence[Use], events: Iterable[Event], prompt: str) -> list[Use]:
    """What a step says to people, with every address that is new written out; the arguments of tools stay as they are."""
    hosts, told = _hosts_in(prompt), _Told(events, prompt)
    return [
        (name, {each: _tame(value, told, hosts) for each, value in given.items()})
        if name in SAID
        else (name, _reasoned(given, told, hosts))
        for name, given in uses
    ]


def inert(text: str, events: Iterable[Event], prompt: str) -> str:
    """What is said to people of a step that was none: it may quote the model."""
    return str(_tame(text, _Told(events, prompt), _hosts_in(prompt)))


def _reasoned(
    given: dict[str, JsonValue], told: _Told, hosts: frozenset[str]
) -> dict[str, JsonValue]:
    """Why a call is proposed stands on its card, and is words; in mail a client makes links of it."""
    return {**given, BECAUSE: _tame(given[BECAUSE], told, hosts)} if BECAUSE in given else given


class _Told:
    """What people said and tools found, gathered when it is first looked at; what a model put into a tool may come back, written otherwise."""

    def __init__(self, events: Iterable[Event], prompt: str) -> None:
        self._events = events
        self._prompt = prompt
        self._texts: tuple[str, str, str] | None = None

    def has(self, address: str) -> bool:
        if ":" in address and not address.lower().startswith(_LEADING):
            return False
        people, tools, models = self._texts = self._texts or _texts(self._events)
        if address in people or address in self._prompt:
            return True
        return address in tools and _core(address) not in models


def _texts(events: Iterable[Event]) -> tuple[str, str, str]:
    people, tools, models = list[str](), list[str](), list[str]()
    for event in events:
        match event:
            case MessageReceived() | MessageNoted() | Verdict():
                # As `slack:U7`: the people file knows no such person, and whoever it is has that address already.
                if ":" not in event.actor:
                    people.append(event.text)
            case CronTicked():
                people.append(event.prompt)
            case ToolEnded():
                tools += [*_inside(event.result), event.error]
            case Previewed():
                tools.append(event.card.text)
            case StepDecided():
                models += [text for call in event.calls for text in _inside(call.arguments)]
            case _:
                pass
    return "\n".join(people), "\n".join(tools), _core("\n".join(models))


def _core(text: str) -> str:
    """An address without its scheme, which a tool may add, and in letters that no tool writes otherwise."""
    return unquote(text).casefold().removeprefix("https://").removeprefix("http://")


def _inside(value: JsonValue) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for each in value for text in _inside(each)]
        case dict():
            return [text for each in value.values() for text in _inside(each)]
        case _:
            return []


@lru_cache(maxsize=64)
def _hosts_in(prompt: str) -> frozenset[str]:
    """Where an agent's prompt leads; it is the same at every step."""
    found = (each[0].rstrip(_ENDS) for each in _ADDRESS.finditer(prompt))
    # The name of a file may be that of a host, too: `agent.md`.
    return frozenset(_host(each) for each in found if not _is_a_name(each)) - {""}


def _tame(value: JsonValue, told: _Told, hosts: frozenset[str]) -> JsonValue:
    match value:
        case str():
            return _unhidden(_written_out(value, told, hosts), told, hosts)
        case list():
            return [_tame(each, told, hosts) for each in value]
        case dict():
            return {name: _tame(each, told, hosts) for name, each in value.items()}
        case _:
            return value


def _written_out(text: str, told: _Told, hosts: frozenset[str]) -> str:
    return _ADDRESS.sub(lambda found: _shown(found[0], told, hosts), _PICTURE.sub("", text))


def _unhidden(text: str, told: _Told, hosts: frozenset[str]) -> str:
    """What Markdown would make a link of is written out with all that hides it. That is what Markdown reads then: it may hide another."""
    for _ in range(MOST_READINGS):
        read = _ESCAPED.sub(_as_read, text)
        seen = _written_out(read, told, hosts)
        if seen == read:
            return text
        text = seen
    return _written_out(text.replace("\\", "").replace("&", ""), told, hosts)


def _as_read(escaped: re.Match[str]) -> str:
    return escaped["sign"] or unescape(escaped[0])


def _shown(found: str, told: _Told, hosts: frozenset[str]) -> str:
    address = found.rstrip(_ENDS)
    if _is_a_name(address) or _host(address) in hosts or told.has(address):
        return found
    begun, sign, rest = found.partition(":")
    whole = f"{begun}[:]{rest}" if sign and not _BARE_HOST.match(begun) else found
    return whole.replace(".", "[.]")


def _is_a_name(address: str) -> bool:
    """Whether it carries nothing: whoever owns a host has a name of two words, and could read what stands before it."""
    words = address.split(".")
    if not _BARE_HOST.fullmatch(address):
        return False
    return len(words) <= _FEW_LABELS or words[-1].lower() in _FILES


def _host(address: str) -> str:
    """The host that an address leads to; of what is no plain address, none."""
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        return "" if "@" in parts.netloc else (parts.hostname or "")
    except ValueError:
        return ""
