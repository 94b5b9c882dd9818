"""Element: one tag with short attributes and a body; no content can open one, close one or forge an attribute."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

from pydantic import JsonValue

from bot.core.visible import on_one_line, visible
from bot.core.yamlish import dump

Inert = NewType("Inert", str)
NOTHING = Inert("")

_HARMLESS = re.compile(r"[A-Za-z0-9 _.:,/@#-]*")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

# The frame's own tags, and words that models know as turns: no tool can speak under them.
_FRAME_TAGS = """
    message noted schedule call note void_step malformed result error cancelled forked summary approval_void
    approved vote edited try_again outcome_unknown denied withdrawn expired voided given_up happened answer
    elapsed elsewhere undelivered hold_answered
    system user assistant human thinking tool_use tool_result
"""
FRAME = frozenset(_FRAME_TAGS.split())


def text(content: str) -> Inert:
    """Words as they are, in which nothing hides and nothing is markup."""
    return _escaped(visible(content.replace("\r\n", "\n")))


def values(content: JsonValue) -> Inert:
    """A value as YAML; words alone stay words."""
    return text(content) if isinstance(content, str) else _escaped(dump(content))


def element(tag: str, body: Inert, *attributes: tuple[str, str]) -> str:
    """The tag, the attributes that have a value, and the body where there is one."""
    opening = tag
    for name, value in attributes:
        if value:
            opening += f' {name}="{_attribute(value)}"'
    return f"<{opening}>{body}</{tag}>" if body else f"<{opening}/>"


def tool_element(tool: str, body: Inert, *attributes: tuple[str, str]) -> str:
    """A tool's own name is its tag, unless that would pass for something else."""
    if _is_tag(tool):
        return element(tool, body, *attributes)
    return element("call", body, ("tool", tool), *attributes)


@lru_cache(maxsize=256)
def _is_tag(tool: str) -> bool:
    return _TAG.fullmatch(tool) is not None and tool.lower() not in FRAME


def _escaped(content: str) -> Inert:
    return Inert(content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _attribute(value: str) -> str:
    if _HARMLESS.fullmatch(value):
        return value
    return _escaped(on_one_line(value)).replace('"', "&quot;")


def minute(at: int) -> str:
    """A time as the model reads it, to the minute."""
    return _minute(at // 60_000) if at else ""


@lru_cache(maxsize=256)
def _minute(minutes: int) -> str:
    return f"{datetime.fromtimestamp(minutes * 60, UTC).isoformat(timespec='minutes')[:16]}Z"
