"""Fields: what a block or an element may hold; anything else is an `invalid additional property`."""

from __future__ import annotations

from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_text

# The pages under reference/block-kit/blocks; types that are not listed here are not looked at.
_BLOCKS = {
    "section": "text fields accessory expand",
    "header": "text level",
    "divider": "",
    "image": "image_url slack_file alt_text title",
    "actions": "elements",
    "context": "elements",
    "context_actions": "elements",
    "input": "label element hint optional dispatch_action",
    "markdown": "text",
    "rich_text": "elements",
    "table": "rows column_settings",
    "alert": "text level",
    "card": "hero_image icon slack_icon title subtitle body subtext actions",
    "task_card": "task_id title details output sources status",
    "plan": "title tasks",
}
# The pages under reference/block-kit/block-elements.
_CHOICE = "options initial_option initial_options option_groups max_selected_items"
_ELEMENTS = {
    "button": "text value url style accessibility_label",
    "overflow": "options",
    "static_select": _CHOICE,
    "multi_static_select": _CHOICE,
    "radio_buttons": _CHOICE,
    "checkboxes": _CHOICE,
    "plain_text_input": "initial_value multiline min_length max_length dispatch_action_config",
    "number_input": "initial_value is_decimal_allowed min_value max_value dispatch_action_config",
    "feedback_buttons": "positive_button negative_button",
    "icon_button": "icon text value accessibility_label visible_to_user_ids",
}


def of_block(block: Json, pointer: str) -> Complaints:
    yield from _known(block, _BLOCKS, "type block_id", pointer)


def of_element(part: Json, pointer: str) -> Complaints:
    common = "type action_id confirm placeholder focus_on_load"
    yield from _known(part, _ELEMENTS, common, pointer)


def _known(part: Json, table: dict[str, str], common: str, pointer: str) -> Complaints:
    allowed = table.get(as_text(part.get("type")))
    if allowed is None:
        return
    for name in sorted(part.keys() - {*allowed.split(), *common.split()}):
        yield at(pointer, f"invalid additional property: {name}")
