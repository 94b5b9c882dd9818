"""Shapes: JSON as it comes over the wire, and the refusal that cites the vendor's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

Json = dict[str, object]

DOCS = "https://docs.slack.dev/"


class Refused(Exception):
    """The call breaks a rule; `page` is where the vendor says so, `extra` goes into the answer."""

    def __init__(self, error: str, page: str, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(f"{error} ({DOCS}{page})")
        self.error = error
        self.page = DOCS + page
        self.answer: Json = {"ok": False, "error": error, **(extra or {})}


def details(*messages: str) -> Json:
    """What Slack says beside an error code: `response_metadata.messages`."""
    return {"response_metadata": {"messages": [f"[ERROR] {each}" for each in messages]}}


def as_object(value: object) -> Json:
    """The object that this is; an empty one for anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list | tuple) else []


def as_objects(value: object) -> list[Json]:
    return [as_object(each) for each in as_list(value)]


def as_text(value: object) -> str:
    return value if isinstance(value, str) else ""
