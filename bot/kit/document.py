"""Document: YAML that knows its lines. It is refused, not obeyed, where it is hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

import yaml
from pydantic import BaseModel, JsonValue, ValidationError

from bot.kit.complaint import complaints

MAX_BYTES = 256_000
_MAX_DEPTH = 20
_MAX_LETTERS = 64_000
_MAX_ALIASES = 50
_MAX_VALUES = 5_000
_TAG = "tag:yaml.org,2002:"
_UNQUOTED = re.compile(r"""([A-Za-z]\w*): +(?:[*@%&`]|[^\s'"#{\[][^'"#{\[]*: )""")

Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


class AgentError(Exception):
    """A file under agents/ is not as it must be; the text is `FILE:LINE: what was expected`, without a line where there is no file.

    `place` is where in it, as far as that is known.
    """

    place: Place = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: its value, and the line on which each part of it stands."""

    path: Path
    value: JsonValue
    lines: Mapping[Place, int]

    def read(self, model: type[M]) -> M:
        """The document as this model; the first thing wrong, by line, is raised."""
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            found = [
                (self._line(place), f"{text}{self._taken_for(place, text)}")
                for place, text in complaints(error, model)
            ]
        line, text = min(found)
        raise AgentError(f"{self.path}:{line}: {text}")

    def wrong(self, place: Place, expected: str) -> AgentError:
        """The error at this place, or at the nearest one around it."""
        error = AgentError(f"{self.path}:{self._line(place)}: {expected}")
        error.place = place
        return error

    def _taken_for(self, place: Place, complaint: str) -> str:
        """What helps where a word like `off` was written and YAML has read it as no word."""
        if not complaint.endswith("should be a valid string"):
            return ""
        value = self.value
        for part in place:
            match value, part:
                case dict(), str():
                    value = value.get(part)
                case list(), int():
                    value = value[part]
                case _:
                    return ""
        if isinstance(value, bool | int | float):
            return f": put it in quotes, for YAML takes it for {json.dumps(value)}"
        if value is None:
            return ": nothing is written there; what begins with # stands in quotes"
        return ""

    def _line(self, place: Place) -> int:
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def text_of(path: Path) -> str:
    """The text of a file: UTF-8, of bounded size, with plain line ends."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise AgentError(f"{path}: a regular file was expected")  # Another kind may never end.
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise AgentError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    if len(content) > MAX_BYTES:
        raise AgentError(f"{path}:1: at most {MAX_BYTES:,} bytes were expected")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AgentError(f"{path}:{line}: UTF-8 text was expected") from error


def document(path: Path) -> Document:
    """A whole YAML file."""
    return parse(text_of(path), path)


def parse(text: str, path: Path, first_line: int = 1) -> Document:
    """The mapping in this text, which begins on `first_line` of its file."""
    reading = _Reading(path, first_line)
    if len(text) > _MAX_LETTERS:
        raise reading.wrong(0, f"at most {_MAX_LETTERS:,} characters of YAML were expected")
    try:
        _check_extent(text, reading)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        row = mark.line if mark else 0
        text = f"YAML was expected: {error.problem}{_unquoted(text, row)}"
        raise reading.wrong(row, text) from error
    except yaml.YAMLError as error:
        raise reading.wrong(0, f"YAML was expected: {str(error).splitlines()[0]}") from error
    if node is None:
        return Document(path, {}, {(): first_line})
    if not isinstance(node, yaml.MappingNode):
        raise reading.wrong(node.start_mark.line, "lines of `name: value` were expected")
    return Document(path, reading.value(node, ()), reading.lines)


def _unquoted(text: str, row: int) -> str:
    """What helps where a value, such as `* * * * *`, begins or goes on with what means something to YAML."""
    found = _UNQUOTED.search([*text.split("\n"), ""][row])
    return f": put what stands after {found[1]}: in quotes" if found else ""


def _check_extent(text: str, reading: _Reading) -> None:
    """Counted before anything is built: nesting and aliases can make much out of little."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > _MAX_DEPTH:
            raise reading.wrong(_row(event), f"at most {_MAX_DEPTH} levels were expected")
        if aliases > _MAX_ALIASES:
            raise reading.wrong(_row(event), f"at most {_MAX_ALIASES} aliases were expected")


def _row(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


@dataclass(slots=True)
class _Reading:
    """Nodes become JSON values; the line of each is kept."""

    path: Path
    first_line: int
    lines: dict[Place, int] = field(default_factory=dict[Place, int])
    values: int = 0

    def wrong(self, line: int, expected: str) -> AgentError:
        return AgentError(f"{self.path}:{self.first_line + line}: {expected}")

    def value(self, node: yaml.Node, place: Place) -> JsonValue:
        self.values += 1
        if self.values > _MAX_VALUES or len(place) > _MAX_DEPTH:
            raise self.wrong(node.start_mark.line, "less was expected: its aliases multiply")
        self.lines.setdefault(place, self.first_line + node.start_mark.line)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, place)
            case yaml.SequenceNode():
                nodes = cast("list[yaml.Node]", node.value)
                return [self.value(child, (*place, index)) for index, child in enumerate(nodes)]
            case _:
                return self._scalar(cast("yaml.ScalarNode", node))

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, JsonValue]:
        read: dict[str, JsonValue] = {}
        for key, child in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}merge":
                raise self.wrong(key.start_mark.line, "a plain name was expected before the colon")
            name = self._text(key)
            if name in read:
                raise self.wrong(
                    key.start_mark.line, f"{name} was expected once, and stands here again"
                )
            self.lines[(*place, name)] = self.first_line + key.start_mark.line
            read[name] = self.value(child, (*place, name))
        return read

    def _scalar(self, node: yaml.ScalarNode) -> JsonValue:
        text = self._text(node)
        match node.tag.removeprefix(_TAG):
            case "str" | "timestamp":
                return text
            case "null" | "bool" | "int" | "float":
                return self._constructed(node)
            case _:
                raise self.wrong(
                    node.start_mark.line, f"a plain value was expected, not {node.tag[:60]}"
                )

    def _text(self, node: yaml.ScalarNode) -> str:
        """What stands there; an escape may name half a character, which nothing can be done with."""
        text = str(cast("object", node.value))
        if text.encode(errors="replace").decode() != text:
            raise self.wrong(node.start_mark.line, "whole characters were expected")
        return text

    def _constructed(self, node: yaml.Node) -> JsonValue:
        try:
            value = cast("object", yaml.SafeLoader("").construct_object(node))  # pyright: ignore[reportUnknownMemberType]
        except (ValueError, KeyError) as error:
            raise self.wrong(node.start_mark.line, "a plain value was expected") from error
        return cast("JsonValue", value)
