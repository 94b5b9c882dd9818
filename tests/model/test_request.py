"""Requests: bytes, breakpoints and strict schemas."""

from __future__ import annotations

import json
from enum import Enum
from typing import Annotated, Any, Literal, cast

import pytest
from pydantic import BaseModel, Field

from bot.model.request import MAX_TOKENS_CEILING, ToolSpec, request_body, strict_schema
from bot.model.schema import NotStrict, Schema, optional_fields, union_fields
from tests.messages_rules import Asked, check

EPHEMERAL = {"type": "ephemeral"}


class Place(BaseModel):
    city: str = Field(min_length=2, max_length=40)
    zone: str | None = None


class Speed(Enum):
    slow = "slow"
    fast = "fast"


class Ship(BaseModel):
    tag: str = Field(pattern=r"^v\d+$", description="The tag.")
    copies: Annotated[int, Field(gt=0, le=5)] = 1
    to: Place
    via: list[Place] = Field(min_length=2)
    speed: Speed
    when: Literal["now", "later"]
    note: str | int | None = None


class Tree(BaseModel):
    children: list[Tree] = []


WIDE: Schema = {"type": "object", "properties": {f"f{at}": {"type": "string"} for at in range(25)}}
TREE: Schema = Tree.model_json_schema()


def tool(name: str = "ship", schema: Schema | None = None) -> ToolSpec:
    return {
        "name": name,
        "description": "Ships.",
        "input_schema": Ship.model_json_schema() if schema is None else schema,
    }


def body(
    *,
    system: tuple[str, ...] = ("Rules.",),
    tools: tuple[ToolSpec, ...] = (),
    blocks: tuple[str, ...] = ("one", "two", "three"),
    previous_blocks: int | None = None,
) -> dict[str, Any]:
    raw = request_body(
        model="claude-sonnet-5-5",
        max_tokens=1000,
        system=system,
        tools=tools,
        blocks=blocks,
        previous_blocks=previous_blocks,
    )
    return cast("dict[str, Any]", json.loads(raw))


def marked(content: list[dict[str, Any]]) -> list[int]:
    return [at for at, block in enumerate(content) if "cache_control" in block]


def content(sent: dict[str, Any]) -> list[dict[str, Any]]:
    assert len(sent["messages"]) == 1
    return cast("list[dict[str, Any]]", sent["messages"][0]["content"])


def test_the_same_words_give_the_same_compact_bytes() -> None:
    raw = request_body(
        model="m", max_tokens=1, system=["Grüße"], tools=[], blocks=["a"], previous_blocks=None
    )
    assert raw.decode() == (
        '{"model":"m","max_tokens":1,"system":[{"type":"text","text":"Grüße","cache_control":'
        '{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"a",'
        '"cache_control":{"type":"ephemeral"}}]}]}'
    )


def test_each_block_is_one_text_of_a_single_user_turn() -> None:
    sent = body()
    assert [block["text"] for block in content(sent)] == ["one", "two", "three"]
    assert sent["messages"][0]["role"] == "user"


def test_the_last_block_and_the_last_of_the_request_before_are_marked() -> None:
    assert marked(content(body(previous_blocks=1))) == [0, 2]
    assert marked(content(body(previous_blocks=None))) == [2]
    assert marked(content(body(previous_blocks=3))) == [2]


def test_more_blocks_before_than_now_marks_the_last_alone() -> None:
    assert marked(content(body(previous_blocks=9))) == [2]


def test_empty_blocks_are_left_out_and_the_mark_stays_where_it_belongs() -> None:
    sent = body(blocks=("one", "", "two", " \n", "three"), previous_blocks=4, system=("", "Rules."))
    assert [block["text"] for block in content(sent)] == ["one", "two", "three"]
    assert marked(content(sent)) == [1, 2]
    assert [block["text"] for block in sent["system"]] == ["Rules."]


def test_instructions_are_marked_once_on_the_system_or_else_on_the_last_tool() -> None:
    both = body(tools=(tool("a"), tool("b")), system=("Rules.", "More."))
    assert marked(both["system"]) == [1]
    assert marked(both["tools"]) == []
    assert marked(body(tools=(tool("a"), tool("b")), system=())["tools"]) == [1]


def test_tools_are_strict_and_the_model_is_free_to_choose() -> None:
    sent = body(tools=(tool(),))
    assert sent["tools"][0]["strict"] is True
    assert sent["tool_choice"] == {"type": "auto"}


def test_what_is_built_keeps_the_vendors_rules() -> None:
    tools = [tool(f"t{at}") for at in range(12)] + [tool("wide", WIDE), tool("tree", TREE)]
    check(Asked({}, b"", body(tools=tuple(tools), previous_blocks=2)))


def test_without_tools_there_is_no_tool_choice() -> None:
    assert {"tools", "tool_choice"}.isdisjoint(body())


def test_a_tool_past_the_vendors_budget_goes_out_unstrict() -> None:
    simple: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
    sent = body(tools=tuple(tool(f"t{at}", simple) for at in range(22)))
    assert [each.get("strict", False) for each in sent["tools"]] == [True] * 20 + [False] * 2


def test_a_tool_with_too_many_optional_fields_leaves_room_for_the_next() -> None:
    sent = body(tools=(tool("wide", WIDE), tool("narrow")))
    assert [each.get("strict", False) for each in sent["tools"]] == [False, True]


def test_an_open_map_is_sent_as_it_is_and_unstrict() -> None:
    free: Schema = {"type": "object", "properties": {"form": {"type": "object"}}}
    sent = body(tools=(tool("free", free),))["tools"][0]
    assert sent["input_schema"] == free
    assert "strict" not in sent


def test_a_recursive_schema_is_sent_unstrict_with_its_root_spelled_out() -> None:
    sent = body(tools=(tool("tree", TREE),))["tools"][0]
    assert sent["input_schema"]["type"] == "object"
    assert "strict" not in sent


def test_arguments_that_are_no_object_are_refused_before_they_are_sent() -> None:
    with pytest.raises(ValueError, match="no object"):
        body(tools=(tool("list", {"type": "array", "items": {"type": "string"}}),))


@pytest.mark.parametrize("name", ["", "has space", "dot.ted", "x" * 65, "ünicode", "line\n"])
def test_a_bad_tool_name_is_refused_before_it_is_sent(name: str) -> None:
    with pytest.raises(ValueError, match="no tool name"):
        body(tools=(tool(name),))


def test_two_tools_of_one_name_are_refused_before_they_are_sent() -> None:
    with pytest.raises(ValueError, match="two tools are named 'same'"):
        body(tools=(tool("same"), tool("same")))


def test_nothing_to_ask_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="nothing to ask"):
        body(blocks=("", " "))


@pytest.mark.parametrize("tokens", [0, MAX_TOKENS_CEILING + 1])
def test_an_answer_that_would_need_streaming_is_refused_before_it_is_asked_for(tokens: int) -> None:
    with pytest.raises(ValueError, match="max_tokens"):
        request_body(
            model="m", max_tokens=tokens, system=[], tools=[], blocks=["a"], previous_blocks=None
        )


def test_a_lone_surrogate_does_not_stop_the_request() -> None:
    assert content(body(blocks=("a\ud800b",)))[0]["text"] == "a?b"


def properties(schema: Schema) -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", schema["properties"])


def test_limits_the_grammar_cannot_hold_are_said_in_the_description() -> None:
    fields = properties(strict_schema(Ship.model_json_schema()))
    assert fields["tag"] == {
        "type": "string",
        "description": 'The tag.\n\n{pattern: "^v\\\\d+$"}',
    }
    assert fields["copies"] == {
        "type": "integer",
        "description": "{maximum: 5, exclusiveMinimum: 0, default: 1}",
    }
    assert fields["via"]["description"] == "{minItems: 2}"


def test_references_are_inlined_and_objects_closed_at_every_depth() -> None:
    schema = strict_schema(Ship.model_json_schema())
    assert "$ref" not in json.dumps(schema)
    assert "$defs" not in schema
    for place in (properties(schema)["to"], properties(schema)["via"]["items"], schema):
        assert place["additionalProperties"] is False
    assert properties(schema)["speed"] == {"type": "string", "enum": ["slow", "fast"]}


def test_an_optional_field_loses_null_and_a_true_union_keeps_it() -> None:
    schema = strict_schema(Ship.model_json_schema())
    assert properties(schema)["to"]["properties"]["zone"] == {"type": "string"}
    assert properties(schema)["note"]["anyOf"] == [
        {"type": "string"},
        {"type": "integer"},
        {"type": "null"},
    ]
    assert (optional_fields(schema), union_fields(schema)) == (4, 1)


def test_a_required_field_keeps_its_null() -> None:
    class Maybe(BaseModel):
        zone: str | None

    schema = strict_schema(Maybe.model_json_schema())
    assert properties(schema)["zone"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_one_of_becomes_any_of() -> None:
    schema = strict_schema(
        {"oneOf": [{"type": "string"}, {"type": "null"}], "discriminator": {"propertyName": "x"}}
    )
    assert schema == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_formats_the_vendor_knows_stay_and_others_are_said() -> None:
    assert strict_schema({"type": "string", "format": "date"}) == {
        "type": "string",
        "format": "date",
    }
    said = strict_schema({"type": "string", "format": "password"})
    assert said == {"type": "string", "description": '{format: "password"}'}


def test_strict_twice_is_strict_once() -> None:
    once = strict_schema(Ship.model_json_schema())
    assert strict_schema(once) == once


class AnyValue(BaseModel):
    value: Any


class Open(BaseModel):
    values: dict[str, str]


class Pair(BaseModel):
    pair: tuple[int, str]


def test_a_lone_all_of_is_what_it_holds_and_words_beside_it_win() -> None:
    schema = strict_schema(
        {"allOf": [{"type": "string", "description": "Theirs."}], "description": "Ours."}
    )
    assert schema == {"type": "string", "description": "Ours."}


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"type": "string"}, {"type": "string"}]},
        {"enum": [["a"]]},
        {"type": "array"},
        {"type": "string", "not": {"const": "x"}},
        {"$ref": "#/$defs/Missing"},
    ],
    ids=str,
)
def test_a_shape_without_a_strict_form_says_so(schema: Schema) -> None:
    with pytest.raises(NotStrict):
        strict_schema(schema)


@pytest.mark.parametrize("model", [Tree, AnyValue, Open, Pair])
def test_what_has_no_strict_form_says_so(model: type[BaseModel]) -> None:
    with pytest.raises(NotStrict):
        strict_schema(model.model_json_schema())
