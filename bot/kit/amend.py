"""Amend: one value in a YAML file that people write is set where it belongs; every other letter stays as it is."""

from __future__ import annotations

from typing import cast

import yaml
from pydantic import JsonValue

Pairs = list[tuple[yaml.Node, yaml.Node]]
Place = tuple[str, ...]


class CannotAmend(Exception):
    """The text is written in a way that only a person should change; the sentence says what to write."""


def amended(text: str, place: Place, value: JsonValue) -> str:
    """The text with this value at this place. Raises `CannotAmend` where anything else would change with it."""
    try:
        wanted = _with(cast("object", yaml.safe_load(text)), place, value)
        made = _amended(text, place, value)
        if yaml.safe_load(made) == wanted:
            return made
    except (yaml.YAMLError, TypeError):
        pass
    raise CannotAmend(f"it should hold `{': '.join(place)}: {_flow(value)}`: write that yourself.")


def amended_front(text: str, place: Place, value: JsonValue) -> str:
    """The same for what stands between the two `---` of an agent.md."""
    lines = text.splitlines(keepends=True)
    fences = [index for index, line in enumerate(lines) if line.rstrip() == "---"]
    if len(fences) < 2 or fences[0]:
        raise CannotAmend("it should begin with settings between two lines of ---.")
    front = amended("".join(lines[1 : fences[1]]), place, value)
    return "".join((lines[0], front, *lines[fences[1] :]))


def _with(tree: object, place: Place, value: JsonValue) -> object:
    """What the amended text has to mean. Raises TypeError where something else stands on the way."""
    if not place:
        return value
    if tree is not None and not isinstance(tree, dict):
        raise TypeError
    branch = cast("dict[object, object]", tree or {})
    return {**branch, place[0]: _with(branch.get(place[0]), place[1:], value)}


def _amended(text: str, place: Place, value: JsonValue) -> str:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        return _line_after(text, len(text.rstrip()), _block(place, value, 0))
    for depth, name in enumerate(place):
        if not isinstance(node, yaml.MappingNode):
            return _replaced(text, node, _nested(place[depth:], value))
        pairs = cast("Pairs", node.value)
        child = next((found for key, found in pairs if key.value == name), None)
        if child is None:
            return _inserted(text, node, place[depth:], value)
        node = child
    return _replaced(text, node, value)


def _replaced(text: str, node: yaml.Node, value: JsonValue) -> str:
    start, end = node.start_mark.index, _end(text, node)
    # A name with nothing after its colon has a value that stands nowhere.
    space = " " if end <= start and text[start - 1 : start] == ":" else ""
    return f"{text[:start]}{space}{_flow(value)}{text[max(start, end) :]}"


def _inserted(text: str, node: yaml.MappingNode, place: Place, value: JsonValue) -> str:
    pairs = cast("Pairs", node.value)
    if node.flow_style or not pairs:
        at = _end(text, pairs[-1][1]) if pairs else node.start_mark.index + 1
        inside = _flow(_nested(place, value))[1:-1]
        return f"{text[:at]}{', ' if pairs else ''}{inside}{text[at:]}"
    column = pairs[0][0].start_mark.column
    return _line_after(text, _end(text, pairs[-1][1]), _block(place, value, column))


def _line_after(text: str, at: int, lines: str) -> str:
    """These lines after the one on which this letter stands, with the remark that may end it."""
    whole = text if text.endswith("\n") or not text else f"{text}\n"
    after = whole.find("\n", at) + 1
    return f"{whole[:after]}{lines}{whole[after:]}"


def _end(text: str, node: yaml.Node) -> int:
    """Behind the last letter of what stands there: a block ends, for YAML, only where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = cast("list[object]", node.value)[-1]
        node = cast("tuple[yaml.Node, yaml.Node]", last)[1] if isinstance(last, tuple) else last  # pyright: ignore[reportAssignmentType]
    return len(text[: node.end_mark.index].rstrip())


def _nested(place: Place, value: JsonValue) -> JsonValue:
    for name in reversed(place):
        value = {name: value}
    return value


def _block(place: Place, value: JsonValue, column: int) -> str:
    """Each name on a line of its own, the value behind the last."""
    *outer, last = place
    lines = [f"{' ' * (column + 2 * depth)}{_flow(name)}:" for depth, name in enumerate(outer)]
    lines.append(f"{' ' * (column + 2 * len(outer))}{_flow(last)}: {_flow(value)}")
    return "".join(f"{line}\n" for line in lines)


def _flow(value: JsonValue) -> str:
    """A value on one line."""
    inside = yaml.safe_dump(
        [value], default_flow_style=True, width=1_000_000, allow_unicode=True, sort_keys=False
    )
    return inside.strip()[1:-1]
