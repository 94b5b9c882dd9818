"""Elements: what can be pressed, chosen and filled in, and its limits (docs: reference/block-kit/block-elements)."""

from __future__ import annotations

from tests.slack_server import fields, objects
from tests.slack_server.objects import Complaints, at
from tests.slack_server.shapes import Json, as_object, as_text

_SELECTS = [
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("static", "external", "users", "conversations", "channels")
]
_PICKERS = ["datepicker", "timepicker", "datetimepicker"]
_TEXTS = ["plain_text_input", "email_text_input", "url_text_input", "number_input"]
_CHOICES = ["checkboxes", "radio_buttons"]
IN_ACTIONS = frozenset(["button", "overflow", *_SELECTS, *_PICKERS, *_CHOICES, "workflow_button"])
IN_SECTION = IN_ACTIONS | {"image"}
IN_INPUT = frozenset([*_SELECTS, *_PICKERS, *_CHOICES, *_TEXTS, "file_input", "rich_text_input"])
IN_CONTEXT_ACTIONS = frozenset(["feedback_buttons", "icon_button"])


def element(part: Json, allowed: frozenset[str], pointer: str) -> Complaints:
    """An interactive element where these are allowed."""
    kind = as_text(part.get("type"))
    if kind not in allowed:
        yield at(f"{pointer}/type", f"unsupported type: {kind}")
        return
    yield from fields.of_element(part, pointer)
    yield from objects.short(part, "action_id", 255, pointer)
    yield from objects.confirm(part, pointer)
    yield from objects.maybe_plain(part, "placeholder", 150, pointer)
    match kind:
        case "button":
            yield from _button(part, pointer)
        case "overflow":
            yield from objects.options(part, 5, pointer)
        case "static_select" | "multi_static_select":
            yield from _static_select(part, pointer)
        case "checkboxes" | "radio_buttons":
            yield from objects.options(part, 10, pointer)
        case "plain_text_input":
            yield from _plain_text_input(part, pointer)
        case "number_input":
            if not isinstance(part.get("is_decimal_allowed"), bool):
                yield at(pointer, "missing required field: is_decimal_allowed")
        case "feedback_buttons":
            yield from _feedback(part, pointer)
        case "icon_button":
            yield from objects.plain(part, "text", 75, pointer)
            yield from objects.filled(part, "icon", 255, pointer)
        case "image":
            yield from image(part, pointer)
        case _:
            pass


def image(part: Json, pointer: str) -> Complaints:
    """block-elements/image-element: alt_text must be there, image_url 3,000."""
    if "slack_file" not in part:
        yield from objects.filled(part, "image_url", 3000, pointer)
    yield from objects.filled(part, "alt_text", 2000, pointer)


def _button(part: Json, pointer: str) -> Complaints:
    """block-elements/button-element: text 75, value 2,000, url 3,000, accessibility_label 75."""
    yield from objects.plain(part, "text", 75, pointer)
    yield from objects.short(part, "value", 2000, pointer)
    yield from objects.short(part, "url", 3000, pointer)
    yield from objects.short(part, "accessibility_label", 75, pointer)
    if part.get("style") not in (None, "primary", "danger"):
        yield at(f"{pointer}/style", "must be a valid enum value")


def _static_select(part: Json, pointer: str) -> Complaints:
    """block-elements/select-menu-element: 100 options, or 100 groups of them."""
    if "option_groups" not in part:
        yield from objects.options(part, 100, pointer)
        return
    yield from objects.amount(part, "option_groups", 1, 100, pointer)


def _plain_text_input(part: Json, pointer: str) -> Complaints:
    """block-elements/plain-text-input-element: at most 3,000 characters can be asked for."""
    longest = part.get("max_length", 3000)
    if not isinstance(longest, int) or not 0 < longest <= 3000:
        yield at(f"{pointer}/max_length", "must be between 1 and 3000")
    elif len(as_text(part.get("initial_value"))) > longest:
        yield at(f"{pointer}/initial_value", f"must be less than {longest + 1} characters")


def _feedback(part: Json, pointer: str) -> Complaints:
    """block-elements/feedback-buttons-element: two buttons, text 75, value 2,000."""
    for name in ("positive_button", "negative_button"):
        place, button = f"{pointer}/{name}", as_object(part.get(name))
        yield from objects.plain(button, "text", 75, place)
        yield from objects.filled(button, "value", 2000, place)
        yield from objects.short(button, "accessibility_label", 75, place)
