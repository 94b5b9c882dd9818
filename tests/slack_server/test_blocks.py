"""Block Kit's limits: the largest that is allowed passes, one more is refused with the place and the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.slack_server import blocks, modals
from tests.slack_server.shapes import Json

Make = Callable[[int], Json]


def text(length: int, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * length}


def button(number: int = 0) -> Json:
    return {"type": "button", "action_id": f"press:{number}", "text": text(4)}


def option(number: int = 0) -> Json:
    return {"text": text(4), "value": f"value-{number}"}


def options(amount: int) -> list[Json]:
    return [option(number) for number in range(amount)]


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asked(element: Json) -> Json:
    return {"type": "input", "label": text(4), "element": {"action_id": "it"} | element}


def dialog(title: int = 4, body: int = 4, confirm: int = 4) -> Json:
    shown = {"title": text(title), "text": text(body), "confirm": text(confirm), "deny": text(4)}
    return actions(button() | {"confirm": shown})


def rows(count: int, columns: int) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * count}


def rich(*elements: Json, kind: str = "rich_text_section") -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


LIMITS: dict[str, tuple[int, Make]] = {
    "section text": (3000, lambda n: {"type": "section", "text": text(n, "mrkdwn")}),
    "section fields": (10, lambda n: {"type": "section", "fields": [text(4)] * n}),
    "section field": (2000, lambda n: {"type": "section", "fields": [text(n)]}),
    "header": (150, lambda n: {"type": "header", "text": text(n)}),
    "markdown": (12_000, lambda n: {"type": "markdown", "text": "x" * n}),
    "actions": (25, lambda n: actions(*map(button, range(n)))),
    "context": (10, lambda n: {"type": "context", "elements": [text(4)] * n}),
    "context actions": (
        5,
        lambda n: {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": text(4)}] * n,
        },
    ),
    "block_id": (255, lambda n: {"type": "divider", "block_id": "x" * n}),
    "button text": (75, lambda n: actions(button() | {"text": text(n)})),
    "button value": (2000, lambda n: actions(button() | {"value": "x" * n})),
    "button url": (3000, lambda n: actions(button() | {"url": "x" * n})),
    "button label": (75, lambda n: actions(button() | {"accessibility_label": "x" * n})),
    "action_id": (255, lambda n: actions(button() | {"action_id": "x" * n})),
    "confirm title": (100, lambda n: dialog(title=n)),
    "confirm text": (300, lambda n: dialog(body=n)),
    "confirm button": (30, lambda n: dialog(confirm=n)),
    "select options": (100, lambda n: actions({"type": "static_select", "options": options(n)})),
    "option text": (
        75,
        lambda n: asked({"type": "radio_buttons", "options": [option() | {"text": text(n)}]}),
    ),
    "option value": (
        150,
        lambda n: asked({"type": "radio_buttons", "options": [option() | {"value": "x" * n}]}),
    ),
    "overflow": (5, lambda n: actions({"type": "overflow", "options": options(n)})),
    "checkboxes": (10, lambda n: asked({"type": "checkboxes", "options": options(n)})),
    "input label": (2000, lambda n: asked({"type": "plain_text_input"}) | {"label": text(n)}),
    "placeholder": (150, lambda n: asked({"type": "plain_text_input", "placeholder": text(n)})),
    "initial value": (
        3000,
        lambda n: asked({"type": "plain_text_input", "initial_value": "x" * n}),
    ),
    "max_length": (3000, lambda n: asked({"type": "plain_text_input", "max_length": n})),
    "table rows": (100, lambda n: rows(n, 1)),
    "table columns": (20, lambda n: rows(1, n)),
    "card body": (200, lambda n: {"type": "card", "body": text(n)}),
    "card actions": (3, lambda n: {"type": "card", "actions": [button()] * n}),
    "image alt text": (2000, lambda n: {"type": "image", "image_url": "x", "alt_text": "x" * n}),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_most_passes_and_one_more_is_refused(name: str) -> None:
    most, make = LIMITS[name]
    assert list(blocks.complaints([make(most)], "message")) == []
    complaints = list(blocks.complaints([make(most + 1)], "message"))
    assert len(complaints) == 1
    assert "[json-pointer:/blocks" in complaints[0]


WRONG: dict[str, tuple[list[Json], str]] = {
    "a block nobody knows": ([{"type": "blink"}], "unsupported type: blink"),
    "an empty text": ([{"type": "section", "text": text(0)}], "must be more than 0 characters"),
    "mrkdwn in a header": ([{"type": "header", "text": text(4, "mrkdwn")}], "unsupported type"),
    "mrkdwn on a button": ([actions(button() | {"text": text(4, "mrkdwn")})], "unsupported type"),
    "no elements": ([actions()], "no fewer than 1 items allowed"),
    "a style of its own": ([actions(button() | {"style": "loud"})], "must be a valid enum value"),
    "the same action twice": ([actions(button(1), button(1))], 'action_id "press:1" already'),
    "the same block_id twice": (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        'block_id "b" already exists',
    ),
    "an input element among buttons": ([actions({"type": "plain_text_input"})], "unsupported type"),
    "no alt text": ([{"type": "image", "image_url": "x"}], "missing required field: alt_text"),
    "emoji in mrkdwn": (
        [{"type": "section", "text": text(4, "mrkdwn") | {"emoji": True}}],
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "a field of another block": (
        [{"type": "divider", "text": text(4)}],
        "invalid additional property: text [json-pointer:/blocks/0]",
    ),
    "a field of another element": (
        [actions(button() | {"options": options(1)})],
        "invalid additional property: options [json-pointer:/blocks/0/elements/0]",
    ),
    "a level of its own": (
        [{"type": "alert", "text": text(4), "level": "loud"}],
        "must be a valid enum value [json-pointer:/blocks/0/level]",
    ),
    "an empty card": ([{"type": "card"}], "missing required field: title"),
    "a task in no state": (
        [
            {
                "type": "plan",
                "title": "All",
                "tasks": [{"type": "task_card", "task_id": "1", "title": "x"}],
            }
        ],
        "missing required field: status [json-pointer:/blocks/0/tasks/0]",
    ),
    "rich text of nothing": ([{"type": "rich_text", "elements": []}], "no fewer than 1 items"),
    "an empty part of rich text": (
        [rich(kind="rich_text_quote")],
        "no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/elements]",
    ),
    "rich text without characters": (
        [rich({"type": "text", "text": ""})],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    "rich text without a text": ([rich({"type": "text"})], "missing required field: text"),
    "rich text in a style of its own": (
        [rich({"type": "text", "text": "x", "style": {"blink": True}})],
        "invalid additional property: blink",
    ),
    "an element that rich text lacks": (
        [rich({"type": "mrkdwn", "text": "x"})],
        "unsupported type",
    ),
    "a person in preformatted text": (
        [rich({"type": "user", "user_id": "U1"}, kind="rich_text_preformatted")],
        "unsupported type: user",
    ),
    "a list of texts": (
        [rich({"type": "text", "text": "x"}, kind="rich_text_list")],
        "unsupported type: text",
    ),
    "two tables": ([rows(1, 1), rows(1, 1)], "only_one_table_allowed"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_malformed_is_refused_with_the_reason(name: str) -> None:
    content, reason = WRONG[name]
    assert any(reason in each for each in blocks.complaints(content, "message"))


def test_the_same_action_in_two_blocks_is_no_clash() -> None:
    assert list(blocks.complaints([actions(button(1)), actions(button(1))], "message")) == []


def test_markdown_is_for_messages_alone() -> None:
    assert list(blocks.complaints([{"type": "markdown", "text": "x"}], "modal"))


def test_a_modal_takes_100_blocks() -> None:
    divider: Json = {"type": "divider"}
    assert list(blocks.complaints([divider] * 100, "modal")) == []
    assert list(blocks.complaints([divider] * 101, "modal"))


def test_each_part_may_be_small_and_the_whole_too_long() -> None:
    sections: list[Json] = [{"type": "section", "text": text(3000, "mrkdwn")}] * 4
    assert not blocks.too_long(sections)
    assert blocks.too_long([*sections, {"type": "section", "text": text(1000)}])


def modal(**changes: object) -> Json:
    return {"type": "modal", "title": text(4), "blocks": [{"type": "divider"}], **changes}


VIEW_LIMITS: dict[str, tuple[int, Make]] = {
    "title": (24, lambda n: modal(title=text(n))),
    "submit": (24, lambda n: modal(submit=text(n))),
    "close": (24, lambda n: modal(close=text(n))),
    "private_metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
}


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_has_limits_of_its_own(name: str) -> None:
    most, make = VIEW_LIMITS[name]
    assert list(modals.complaints(make(most))) == []
    assert len(list(modals.complaints(make(most + 1)))) == 1


def test_a_form_needs_a_submit_button() -> None:
    form = modal(blocks=[asked({"type": "plain_text_input"})])
    assert "missing required field: submit [json-pointer:/view]" in modals.complaints(form)
    assert list(modals.complaints(form | {"submit": text(4)})) == []
