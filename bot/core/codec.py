"""Codec: an event to stored bytes and back. Old versions are read by upcasters; what cannot be read is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Annotated, cast, get_args

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from bot.core.events import UNREADABLE, Event, Known, Unknown

Json = dict[str, JsonValue]
Upcaster = Callable[[Json], Json]

_KNOWN: TypeAdapter[Known] = TypeAdapter(Annotated[Known, Field(discriminator="type")])
_JSON: TypeAdapter[Json] = TypeAdapter(Json)
TYPES: Mapping[str, type[Known]] = {kind.__name__: kind for kind in get_args(Known)}

# (type, version) -> the same event one version later. Empty: where an event has a second form, its class reads both.
UPCASTERS: dict[tuple[str, int], Upcaster] = {}


def encode(event: Event) -> bytes:
    """The stored form: compact JSON, type and version first, defaults and the store's own stamp left out."""
    if isinstance(event, Unknown):
        return event.raw.encode(errors="surrogatepass")
    left_out = {"at", "v", "type"}
    try:
        body = event.model_dump_json(exclude=left_out, exclude_defaults=True)
    except PydanticSerializationError:
        # Half a character has no place in UTF-8; whoever sent one must not stop the log.
        body = json.dumps(_whole(event.model_dump(exclude=left_out, exclude_defaults=True)))
    return f'{{"type":"{event.type}","v":{event.v},{body[1:]}'.encode()


def _whole(value: object) -> object:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case dict():
            fields = cast("dict[object, object]", value)
            return {_whole(name): _whole(each) for name, each in fields.items()}
        case list() | tuple():
            return [_whole(each) for each in cast("list[object]", value)]
        case _:
            return value


def decode(at: int, body: bytes) -> Event:
    """The event of one stored row; `at` is the store's stamp. Never raises: what cannot be read becomes `Unknown`."""
    try:
        return _KNOWN.validate_json(b'{"at":%d,%b' % (at, body[1:]))
    except ValidationError:
        return _upcast(at, body)


def _upcast(at: int, body: bytes) -> Event:
    try:
        fields = _JSON.validate_json(body)
        while (step := UPCASTERS.get(_version(fields))) is not None:
            fields = step(fields)
        return _KNOWN.validate_python({**fields, "at": at})
    except ValidationError:
        return _unknown(at, body)


def _version(fields: Json) -> tuple[str, int]:
    version = fields.get("v")
    return str(fields.get("type")), version if isinstance(version, int) else 0


def _unknown(at: int, body: bytes) -> Unknown:
    raw = body.decode(errors="replace")
    try:
        fields = _JSON.validate_json(body)
    except ValidationError:
        fields = {}
    kind, version = _version(fields)
    kind = kind if isinstance(fields.get("type"), str) else UNREADABLE
    identity = str(fields.get("id") or f"unreadable:{sha256(body).hexdigest()[:16]}")
    return Unknown.model_construct(
        type=kind, v=version, id=identity, at=at, actor=str(fields.get("actor", "")), raw=raw
    )


def canonical(value: object) -> str:
    """One text for one value, whoever writes it: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(*parts: object) -> str:
    """128 bits of SHA-256 over the canonical JSON of the parts."""
    return digest_of(canonical(parts).encode(errors="surrogatepass"))


def digest_of(content: bytes) -> str:
    """128 bits of SHA-256 over these very bytes."""
    return sha256(content).hexdigest()[:32]
