"""Limits: every number by which Slack refuses a message or a form, each with its page, as one check."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import cast

from channels.slack.cards import Json, Post

# https://docs.slack.dev/reference/block-kit/blocks
MOST_BLOCKS = 50
MOST_BLOCKS_OF_A_VIEW = 100
MOST_BLOCK_ID = 255
# https://docs.slack.dev/reference/block-kit/blocks/section-block
MOST_SECTION = 3_000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
MOST_HEADER = 150
# https://docs.slack.dev/reference/block-kit/blocks/markdown-block: all of a payload together
MOST_MARKDOWN = 12_000
# https://github.com/slackapi/bolt-js/issues/2509: seen, not documented
MOST_OF_ALL_BLOCKS, AROUND_A_BLOCK = 13_200, 125
# https://docs.slack.dev/reference/methods/chat.postMessage: best under 4,000
MOST_TEXT = 4_000
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
MOST_ACTIONS = 25
# https://docs.slack.dev/reference/block-kit/blocks/context-block
MOST_CONTEXT = 10
# https://docs.slack.dev/reference/block-kit/blocks/context-actions-block
MOST_CONTEXT_ACTIONS = 5
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
MOST_BUTTON_TEXT, MOST_BUTTON_VALUE, MOST_ACTION_ID, MOST_SPOKEN = 75, 2_000, 255, 75
# https://docs.slack.dev/reference/views/modal-views
MOST_TITLE, MOST_PRIVATE_METADATA, MOST_CALLBACK_ID = 24, 3_000, 255
# https://docs.slack.dev/reference/methods/views.open
MOST_VIEW_BYTES = 250_000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
MOST_INPUT, MOST_PLACEHOLDER = 3_000, 150
# https://docs.slack.dev/reference/block-kit/blocks/input-block
MOST_LABEL, MOST_HINT = 2_000, 2_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
MOST_OPTIONS, MOST_OPTION_TEXT, MOST_OPTION_VALUE = 100, 75, 150

_CALLS = re.compile(
    r"<!(?:channel|here|everyone|group|subteam)|<@[^>]*>?|(?<!\w)@(?:channel|here|everyone)\b",
    re.IGNORECASE,
)


def broken(post: Post) -> list[str]:
    """What Slack would refuse or cut of this message."""
    return [*_text("text", post.text, MOST_TEXT), *_blocks(post.blocks, MOST_BLOCKS)]


def broken_view(view: Json) -> list[str]:
    """What Slack would refuse of this form."""
    blocks = cast("list[Json]", view["blocks"])
    titles = [cast("Json", view[key])["text"] for key in ("title", "submit", "close")]
    return [
        *(problem for title in titles for problem in _text("title", str(title), MOST_TITLE)),
        *_text("private_metadata", str(view["private_metadata"]), MOST_PRIVATE_METADATA),
        *_text("callback_id", str(view["callback_id"]), MOST_CALLBACK_ID),
        *_blocks(blocks, MOST_BLOCKS_OF_A_VIEW),
        *(["view too large"] if len(json.dumps(view)) > MOST_VIEW_BYTES else []),
    ]


def calls(post: Post) -> list[str]:
    """Whom this message would call, were it read by somebody careless: no string of it may hold a mark."""
    strings = [post.text, *(text for block in post.blocks for text in texts(block))]
    return [found for text in strings for found in _CALLS.findall(text)]


def texts(node: object) -> Iterator[str]:
    """Every text in a block, in reading order."""
    if isinstance(node, dict):
        for key, value in cast("Json", node).items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for each in cast("list[object]", node):
            yield from texts(each)


def read(post: Post) -> str:
    """The blocks as somebody reads them."""
    return "\n".join(line for block in post.blocks for line in _lines(block))


def _lines(block: Json) -> Iterator[str]:
    if block["type"] == "actions":
        yield " ".join(f"[{label}]" for label in texts(block))
    elif block["type"] not in ("rich_text", "context"):
        yield _unescaped("".join(texts(block)))
    for element in cast("list[Json]", block.get("elements", [])):
        shown = "".join(texts(element))
        match element["type"]:
            case "rich_text_section":
                yield shown
            case "rich_text_quote":
                yield "\n".join(f"> {line}" for line in shown.split("\n"))
            case "rich_text_preformatted":
                yield "\n".join(f"    {line}" for line in shown.split("\n"))
            case "mrkdwn":
                yield f"  {_unescaped(shown)}"
            case _:
                pass


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _blocks(blocks: tuple[Json, ...] | list[Json], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks"
    ids = [str(block["block_id"]) for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield f"block ids that are not unique: {ids}"
    for id in ids:
        yield from _text("block_id", id, MOST_BLOCK_ID)
    markdown = sum(len(str(block["text"])) for block in blocks if block["type"] == "markdown")
    if markdown > MOST_MARKDOWN:
        yield f"{markdown} characters of markdown"
    around = AROUND_A_BLOCK * sum(block["type"] != "markdown" for block in blocks)
    characters = around + sum(len(text) for block in blocks for text in texts(block))
    if characters > MOST_OF_ALL_BLOCKS and most == MOST_BLOCKS:
        yield f"{characters} characters in all"
    for block in blocks:
        yield from _block(block)


def _block(block: Json) -> Iterator[str]:  # noqa: C901 - one arm a kind of block
    match block:
        case {"type": "section", "text": {"text": str(text)}}:
            yield from _text("section", text, MOST_SECTION)
        case {"type": "header", "text": {"text": str(text)}}:
            yield from _text("header", text, MOST_HEADER)
        case {"type": "markdown", "text": str(text)}:
            yield from _text("markdown", text, MOST_MARKDOWN)
        case {"type": "context", "elements": [*elements]}:
            yield from _many("context", elements, MOST_CONTEXT)
            for text in texts(elements):
                yield from _text("context", text, MOST_SECTION)
        case {"type": "actions", "elements": [*elements]}:
            yield from _many("actions", elements, MOST_ACTIONS)
            names = [str(cast("Json", each)["action_id"]) for each in elements]
            if len(names) != len(set(names)):
                yield f"action ids that are not unique: {names}"
            for each in elements:
                yield from _button(cast("Json", each))
        case {"type": "context_actions", "elements": [*elements]}:
            yield from _context_actions(cast("list[Json]", elements))
        case {"type": "rich_text", "elements": [*elements]}:
            yield from _many("rich text", elements, 1_000)
            for text in texts(elements):  # A space or a line feed alone is text here.
                yield from _text("rich text", text and f".{text}", MOST_SECTION)
        case {"type": "input"}:
            yield from _input(block)
        case _:
            yield f"an unknown block: {block}"


def _context_actions(elements: list[Json]) -> Iterator[str]:
    yield from _many("context actions", elements, MOST_CONTEXT_ACTIONS)
    for pair in elements:
        for side in ("positive_button", "negative_button"):
            yield from _button({"action_id": pair["action_id"], **cast("Json", pair[side])})


def _button(button: Json) -> Iterator[str]:
    yield from _text("button", str(cast("Json", button["text"])["text"]), MOST_BUTTON_TEXT)
    yield from _text("value", str(button["value"]), MOST_BUTTON_VALUE)
    yield from _text("action_id", str(button["action_id"]), MOST_ACTION_ID)
    yield from _text("accessibility_label", str(button["accessibility_label"]), MOST_SPOKEN)


def _input(block: Json) -> Iterator[str]:
    yield from _text("label", str(cast("Json", block["label"])["text"]), MOST_LABEL)
    if "hint" in block:
        yield from _text("hint", str(cast("Json", block["hint"])["text"]), MOST_HINT)
    element = cast("Json", block["element"])
    yield from _text("action_id", str(element["action_id"]), MOST_ACTION_ID)
    initial = element.get("initial_value")
    if isinstance(initial, str) and len(initial) > MOST_INPUT:
        yield f"initial value: {len(initial)} characters"
    options = cast("list[Json]", element.get("options", []))
    if len(options) > MOST_OPTIONS:
        yield f"{len(options)} options"
    for option in options:
        yield from _text("option", str(cast("Json", option["text"])["text"]), MOST_OPTION_TEXT)
        yield from _text("option value", str(option["value"]), MOST_OPTION_VALUE)


def _text(what: str, text: str, most: int) -> Iterator[str]:
    if not text.strip():
        yield f"{what}: empty"
    if len(text) > most:
        yield f"{what}: {len(text)} characters, {most} allowed"


def _many(what: str, elements: Sequence[object], most: int) -> Iterator[str]:
    if not 1 <= len(elements) <= most:
        yield f"{what}: {len(elements)} elements"
