"""Refusal: a request turned away, and the page of the vendor's that says why."""

from __future__ import annotations

from typing import cast

Json = dict[str, object]

DOCS = "https://platform.claude.com/docs/en/"


class Refused(Exception):
    """The request breaks a rule; `page` is where the vendor says so."""

    def __init__(self, status: int, kind: str, message: str, page: str) -> None:
        super().__init__(f"{status} {kind}: {message} ({page})")
        self.status = status
        self.kind = kind
        self.message = message
        self.page = page


def bad(message: str, page: str) -> Refused:
    return Refused(400, "invalid_request_error", message, DOCS + page)


def as_blocks(content: object) -> list[Json]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [{"type": "", **block} for block in as_objects(content)]


def as_object(value: object) -> Json:
    if not isinstance(value, dict):
        raise bad("Input should be an object", "api/messages/create")
    return cast("Json", value)


def as_objects(value: object) -> list[Json]:
    return [as_object(each) for each in as_list(value)]


def as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
