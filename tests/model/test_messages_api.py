"""The stand-in: it refuses what the vendor refuses, and answers as the vendor does."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.model.request import ToolSpec, request_body
from tests.messages_api import KEY, MessagesApi, Reply
from tests.pictures import GIF, LOSSY, jpeg, png

Body = dict[str, Any]

HEADERS = {
    "x-api-key": KEY,
    "anthropic-version": "2026-10-21",
    "content-type": "application/json",
}
SCHEMA: Body = {
    "type": "object",
    "properties": {"tag": {"type": "string"}},
    "required": ["tag"],
    "additionalProperties": False,
}


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi(lambda asked: Reply(text="Done.", thinking="hm")) as api:
        yield api


def tool(**changes: Any) -> Body:
    return {"name": "push", "description": "Pushes.", "input_schema": SCHEMA} | changes


def strict(**changes: Any) -> Body:
    return tool(strict=True, input_schema=SCHEMA | changes)


def field(schema: object) -> Body:
    return {"tools": [strict(properties={"tag": schema})]}


def user(*content: Body) -> Body:
    return {"role": "user", "content": list(content)}


def text(words: str, **more: object) -> Body:
    return {"type": "text", "text": words, **more}


def image(content: bytes | str, kind: str = "image/png", **more: object) -> Body:
    data = content if isinstance(content, str) else base64.b64encode(content).decode()
    source = {"type": "base64", "media_type": kind, "data": data, **more}
    return {"type": "image", "source": source}


MARK = {"cache_control": {"type": "ephemeral"}}
USE = {"type": "tool_use", "id": "toolu_1", "name": "push", "input": {"tag": "v1"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}


def body(**changes: Any) -> Body:
    whole = {
        "model": "claude-sonnet-5-5",
        "max_tokens": 100,
        "messages": [user(text("hello"))],
    } | changes
    return {key: value for key, value in whole.items() if value is not ...}


def post(api: MessagesApi, sent: Body | bytes, **headers: str | None) -> tuple[int, Body]:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    given = {name: value for name, value in (HEADERS | named).items() if value is not None}
    connection.request("POST", "/v1/messages", raw, given)
    response = connection.getresponse()
    answer = cast("Body", json.loads(response.read()))
    connection.close()
    return response.status, answer


def refusal(api: MessagesApi, sent: Body | bytes, **headers: str | None) -> tuple[int, str]:
    status, answer = post(api, sent, **headers)
    refused = api.ledger[-1].refusal
    assert refused is not None, answer
    assert refused.page.startswith("https://platform.claude.com/docs/")
    assert answer["type"] == "error"
    return status, answer["error"]["type"]


INVALID = (400, "invalid_request_error")


def test_pictures_of_each_kind_are_taken(api: MessagesApi) -> None:
    sent = [
        image(png()),
        image(jpeg(), "image/jpeg"),
        image(GIF, "image/gif"),
        image(LOSSY, "image/webp") | MARK,
        *[image(png(2_000, 2_000))] * 96,
    ]
    assert post(api, body(messages=[user(*sent)]))[0] == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([image(png(), "image/bmp")], "media_type"),
        ([image(png(), "image/jpeg")], "does not match"),
        ([image("not base64!")], "valid base64"),
        ([image("")], "does not match"),
        ([image(png(filler=4_000_000))], "exceeds 5 MB"),
        ([image(png(8_001, 8))], "8000 pixels"),
        ([image(png(2_001, 8)), *[image(png(8, 8))] * 20], "2000 pixels"),
        ([image(png(8, 8))] * 101, "too many images"),
        ([image(png()[:-60])], "Could not process"),
        ([image(png(), type="url", url="https://example.com/a.png")], "'base64' alone"),
        ([image(png(), name="a.png")], "name: Extra"),
        ([image(png()) | {"alt": "a cat"}], "alt: Extra"),
        ([{"type": "picture"}], "'picture' is unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_that_breaks_a_rule_is_refused(
    api: MessagesApi, content: list[Body], says: str
) -> None:
    status, answer = post(api, body(messages=[user(text("look"), *content)]))
    assert (status, answer["error"]["type"]) == INVALID
    assert says in answer["error"]["message"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"temperature": 0.5}, "sampling"),
        ({"top_p": 0.5}, "sampling"),
        ({"top_k": 5}, "sampling"),
        ({"tempo": "fast"}, "tempo: Extra"),
        ({"stream": True}, "one piece"),
        ({"max_tokens": ...}, "max_tokens: Field required"),
        ({"max_tokens": 0}, "positive"),
        ({"max_tokens": True}, "positive"),
        ({"max_tokens": 21_334}, "Streaming is required"),
        ({"max_tokens": 128_001}, "128001 > 128000"),
        ({"messages": ...}, "messages: Field required"),
        ({"messages": []}, "at least one"),
        ({"model": ...}, "model: Field required"),
        ({"messages": [user()]}, "non-empty"),
        ({"messages": [{"role": "system", "content": "x"}]}, "'user' or 'assistant'"),
        ({"messages": [{"role": "assistant", "content": "x"}, user(text("y"))]}, "first message"),
        ({"messages": [user(text("x")), {"role": "assistant", "content": "I"}]}, "prefilling"),
        ({"messages": [user(text(""))]}, "text content blocks must be non-empty"),
        ({"messages": [user(text(" \n"))]}, "text content blocks must be non-empty"),
        ({"system": ""}, "text content blocks must be non-empty"),
        ({"system": [text("", **MARK)]}, "cache_control cannot"),
        ({"messages": [user(text("", **MARK))]}, "cache_control cannot"),
        ({"messages": [user(*[text("x", **MARK)] * 5)]}, "Found 5"),
        (
            {"cache_control": {"type": "ephemeral"}, "messages": [user(*[text("x", **MARK)] * 4)]},
            "Found 5",
        ),
        ({"tool_choice": {"type": "auto"}}, "while providing tools"),
        ({"tool_choice": {"type": "any"}, "tools": [tool()]}, "forced tool use"),
        ({"tool_choice": {"type": "tool", "name": "push"}, "tools": [tool()]}, "forced tool use"),
        ({"tools": [tool(name="push tag")]}, "tools.0.custom.name"),
        ({"tools": [tool(name="x" * 65)]}, "tools.0.custom.name"),
        ({"tools": [tool(), tool()]}, "unique"),
        ({"tools": [tool(input_schema={"type": "array"})]}, "should be 'object'"),
        ({"tools": [tool(input_schema=None)]}, "should be an object"),
        ({"tools": [tool(input_schema={"type": "object", "anyOf": [SCHEMA]})]}, "at the top"),
        ({"tools": [tool(retries=3)]}, "custom.retries"),
        ({"tools": [strict(additionalProperties=True)]}, "'additionalProperties'"),
        (
            {"tools": [tool(strict=True, input_schema={"type": "object", "properties": {}})]},
            "'additionalProperties'",
        ),
        ({"tools": [strict() | {"name": f"t{at}"} for at in range(21)]}, "Too many strict"),
        (
            {"tools": [strict(properties={f"f{at}": {"type": "string"} for at in range(25)})]},
            "too complex",
        ),
        (
            {"tools": [strict(properties={f"f{at}": {"type": ["string"]} for at in range(17)})]},
            "too complex",
        ),
        (field({"type": "integer", "minimum": 1}), "'minimum'"),
        (field({"type": "string", "maxLength": 5}), "'maxLength'"),
        (field({"type": "string", "format": "password"}), "format"),
        (field({"type": "array", "items": {"type": "string"}, "minItems": 2}), "'minItems'"),
        (
            field({"type": "array", "items": {"type": "object", "properties": {}}}),
            "tag.items: 'additionalProperties'",
        ),
        (field({"anyOf": [{"type": "string", "minLength": 1}]}), "anyOf.0: property 'minLength'"),
        (field({"enum": [["a"]]}), "enums"),
        (field({}), "needs a type"),
        (
            {
                "messages": [
                    user(text("x")),
                    {"role": "assistant", "content": [USE]},
                    user(text("y")),
                ]
            },
            "without `tool_result`",
        ),
        ({"messages": [user(RESULT)]}, "unexpected `tool_use_id`"),
        (
            {
                "messages": [
                    user(text("x")),
                    {"role": "assistant", "content": [USE]},
                    user(RESULT | {"tool_use_id": "toolu_2"}),
                ]
            },
            "unexpected `tool_use_id`",
        ),
    ],
    ids=str,
)
def test_a_request_that_breaks_a_rule_is_refused_for_that(
    api: MessagesApi, changes: Body, says: str
) -> None:
    assert refusal(api, body(**changes)) == INVALID
    assert says in str(api.ledger[-1].refusal)


def test_a_wrong_or_missing_key_is_refused(api: MessagesApi) -> None:
    assert refusal(api, body(), x_api_key="wrong") == (401, "authentication_error")
    assert refusal(api, body(), x_api_key=None) == (401, "authentication_error")


def test_a_wrong_or_missing_version_is_refused(api: MessagesApi) -> None:
    assert refusal(api, body(), anthropic_version=None) == INVALID
    assert refusal(api, body(), anthropic_version="2020-01-01") == INVALID


def test_another_content_type_is_refused(api: MessagesApi) -> None:
    assert refusal(api, body(), content_type="text/plain") == INVALID


def test_what_is_no_json_object_is_refused(api: MessagesApi) -> None:
    assert refusal(api, b"{") == INVALID
    assert refusal(api, b"[]") == INVALID


def test_an_unknown_model_is_not_found(api: MessagesApi) -> None:
    assert refusal(api, body(model="claude-nobody")) == (404, "not_found_error")


def test_more_than_32_megabytes_are_too_large(api: MessagesApi) -> None:
    assert refusal(api, b" " * (32 * 1024 * 1024 + 1)) == (413, "request_too_large")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"system": "Rules."},
        {"max_tokens": 21_333},
        {"tools": [tool(), strict() | {"name": "other"}], "tool_choice": {"type": "auto"}},
        {"tools": [tool()], "tool_choice": {"type": "any"}, "model": "claude-haiku-5-5"},
        {"messages": [user(*[text("x", **MARK)] * 4)]},
        {"messages": [user(text("x")), {"role": "assistant", "content": [USE]}, user(RESULT)]},
        field({"type": "array", "items": {"type": "string", "format": "date"}, "minItems": 1}),
    ],
    ids=str,
)
def test_a_request_that_keeps_the_rules_is_answered(api: MessagesApi, changes: Body) -> None:
    status, answer = post(api, body(**changes))
    assert (status, answer["type"], answer["role"]) == (200, "message", "assistant")
    assert [block["type"] for block in answer["content"]] == ["thinking", "text"]
    assert api.ledger[-1].refusal is None


def test_thinking_is_taken_back_unchanged_and_refused_over_an_edited_past(api: MessagesApi) -> None:
    _, answer = post(api, body())
    turns = [user(text("hello")), {"role": "assistant", "content": answer["content"]}]
    assert post(api, body(messages=[*turns, user(text("on"))]))[0] == 200
    edited = [user(text("hullo")), *turns[1:], user(text("on"))]
    assert refusal(api, body(messages=edited)) == INVALID


def test_the_ledger_holds_every_request_as_it_came(api: MessagesApi) -> None:
    raw = (
        b'{ "max_tokens":9, "model":"claude-opus-5-5", "messages":[{"role":"user","content":"a"}]}'
    )
    post(api, raw)
    entry = api.ledger[0]
    assert entry.raw == raw
    assert entry.body["max_tokens"] == 9
    assert entry.headers["x-api-key"] == KEY


def test_a_script_that_has_run_out_says_so() -> None:
    with MessagesApi([Reply(text="only one")]) as api:
        assert post(api, body())[0] == 200
        status, answer = post(api, body())
    assert status == 400
    assert "no reply left" in answer["error"]["message"]


PUSH = cast("ToolSpec", tool())
RULES = "Rules of the house. " * 200


def usage(api: MessagesApi, blocks: list[str], previous: int | None) -> tuple[int, int, int]:
    raw = request_body(
        model="claude-sonnet-5-5",
        max_tokens=100,
        system=[RULES],
        tools=[PUSH],
        blocks=blocks,
        previous_blocks=previous,
    )
    told = post(api, raw)[1]["usage"]
    read, written = told["cache_read_input_tokens"], told["cache_creation_input_tokens"]
    return read, written, told["input_tokens"]


def test_what_one_request_wrote_the_next_one_reads(api: MessagesApi) -> None:
    read, written, fresh = usage(api, ["one"], None)
    assert read == 0
    assert written > 900
    assert fresh == 0
    read_again, written_again, _ = usage(api, ["one", "two"], 1)
    assert read_again == written
    assert 0 < written_again < 20


def test_the_mark_on_the_earlier_end_is_what_finds_it_beyond_20_blocks(api: MessagesApi) -> None:
    _, written, _ = usage(api, ["a" * 4000], None)
    many = ["a" * 4000, *(f"block {at}" for at in range(40))]
    assert usage(api, many, 1)[0] == written
    more = [*many, *(f"later {at}" for at in range(40))]
    instructions_only = usage(api, more, None)[0]
    assert 0 < instructions_only < written


def test_a_changed_instruction_reads_nothing(api: MessagesApi) -> None:
    usage(api, ["one"], None)
    raw = request_body(
        model="claude-sonnet-5-5",
        max_tokens=100,
        system=["Other " + RULES],
        tools=[PUSH],
        blocks=["one"],
        previous_blocks=None,
    )
    assert post(api, raw)[1]["usage"]["cache_read_input_tokens"] == 0


def test_a_short_prompt_is_never_cached(api: MessagesApi) -> None:
    for _ in range(2):
        told = post(api, body(system=[text("Rules.", **MARK)]))[1]["usage"]
        assert told["cache_creation_input_tokens"] == told["cache_read_input_tokens"] == 0


def test_it_runs_as_a_program(tmp_path: Path, free_port: Callable[[], int]) -> None:
    script = tmp_path / "replies.json"
    script.write_text('[{"uses": [["push", {"tag": "v1"}]]}]')
    program = Path(__file__).parent.parent / "messages_api.py"
    port = free_port()
    command = [sys.executable, str(program), "--script", str(script), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        assert server.stdout.readline() == f"http://127.0.0.1:{port}\n"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/v1/messages", json.dumps(body()).encode(), HEADERS)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        os.kill(server.pid, signal.SIGTERM)
    assert answer["stop_reason"] == "tool_use"
    assert answer["content"][0]["input"] == {"tag": "v1"}
    assert server.returncode == 0
