"""The windows of Deny… and Edit…: everything as the schema has it, and back again with its types."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, JsonValue

from bot.kit.arguments import Args, Json, schema_of
from channels.slack.approval import strands
from channels.slack.cards import Look
from channels.slack.forms import Mistakes, Values, changes, deny, edit, reason
from tests.channels.slack.limits import broken_view, texts
from tests.channels.slack.test_cards import APPROVAL
from tests.channels.slack.test_cards_properties import arguments as any_arguments

EN, DE = Look(), Look(language="de")
REQUEST = "T-4-0-v2"


class Where(Args):
    region: str
    zone: int = 1


class Release(Args):
    tag: str = Field(pattern=r"^v\d", description="The tag to push.", max_length=40)
    amount: int = Field(gt=0, le=50_000)
    share: float = Field(ge=0, default=0.5)
    force: bool = False
    level: Literal["patch", "minor", "major"] = "patch"
    note: str | None = None
    files: list[str] = Field(default=[])
    where: Where = Where(region="eu")


SCHEMA = schema_of(Release)
CARD: Json = {
    "tag": "v1.5.0",
    "amount": 500,
    "share": 0.5,
    "force": False,
    "level": "minor",
    "files": ["a", "b"],
    "where": {"region": "eu", "zone": 1},
}


def form(card: Json = CARD, schema: Json = SCHEMA, look: Look = EN) -> Json:
    view = edit(REQUEST, "push_tag", card, schema, look)
    assert broken_view(view) == []
    assert view["private_metadata"] == REQUEST
    return view


def inputs(view: Json) -> dict[str, Json]:
    blocks = cast("list[Json]", view["blocks"])
    return {str(block["block_id"]): block for block in blocks if block["type"] == "input"}


def untouched(view: Json) -> dict[str, JsonValue]:
    """What Slack sends of a window in which nobody wrote anything."""
    sent: dict[str, JsonValue] = {}
    for name, block in inputs(view).items():
        element = cast("Json", block["element"])
        if element["type"] == "static_select":
            entry: Json = {"selected_option": element.get("initial_option")}
        else:
            entry = {"value": element.get("initial_value")}
        sent[name] = {str(element["action_id"]): {"type": element["type"], **entry}}
    return sent


def sent(**written: str | None) -> Values:
    """What Slack sends where these were written into the window, choices by their label."""
    view = form()
    values = untouched(view)
    for name, text in written.items():
        element = cast("Json", inputs(view)[name]["element"])
        options = cast("list[Json]", element.get("options", []))
        chosen = [option for option in options if cast("Json", option["text"])["text"] == text]
        entry: Json = {"selected_option": chosen[0]} if chosen else {"value": text}
        values[name] = {"value": {"type": element["type"], **entry}}
    return values


def changed(**written: str | None) -> dict[str, JsonValue] | Mistakes:
    return changes(sent(**written), CARD, SCHEMA, EN)


def mistakes(**written: str | None) -> dict[str, str]:
    found = changed(**written)
    assert isinstance(found, Mistakes), found
    return found.errors


def test_each_argument_has_an_input_under_its_own_name_also_those_left_out() -> None:
    assert list(inputs(form())) == [*CARD, "note"]


def test_an_input_begins_with_what_the_card_says() -> None:
    view = inputs(form())
    initial = {
        name: cast("Json", block["element"]).get("initial_value") for name, block in view.items()
    }
    assert initial["tag"] == "v1.5.0"
    assert initial["amount"] == "500"
    assert initial["files"] == '["a", "b"]'
    assert initial["where"] == '{"region": "eu", "zone": 1}'
    level = cast("Json", view["level"]["element"])
    assert cast("Json", cast("Json", level["initial_option"])["text"])["text"] == "minor"


def test_the_limits_of_the_schema_stand_below_the_input() -> None:
    view = inputs(form())
    assert list(texts(view["tag"]["hint"])) == [
        "The tag to push.; at most 40 characters; in the form ^v\\d"
    ]
    assert list(texts(view["amount"]["hint"])) == ["more than 0; at most 50,000"]
    assert list(texts(inputs(form(look=DE))["amount"]["hint"])) == ["mehr als 0; höchstens 50,000"]


def test_values_come_back_with_their_types() -> None:
    assert changed(
        tag="v2", amount="7", share="0.25", force="yes", level="major", note="hurry",
        files='["c"]', where='{"region": "us", "zone": 2}',
    ) == {
        "tag": "v2", "amount": 7, "share": 0.25, "force": True, "level": "major", "note": "hurry",
        "files": ["c"], "where": {"region": "us", "zone": 2},
    }  # fmt: skip


@pytest.mark.parametrize("look", [EN, DE])
def test_a_form_warns_where_a_change_would_leave_too_few_to_approve_it(look: Look) -> None:
    both = replace(APPROVAL, quorum=1, votes=())
    assert strands(both, "bo", look) == ""
    assert strands(replace(both, self_approval=True, quorum=2), "bo", look) == ""
    warning = strands(replace(both, quorum=2), "bo", look)
    assert ": ana" in warning
    assert "`bot approvers T --add NAME`" in warning
    view = edit(REQUEST, "push_tag", CARD, SCHEMA, look, warning)
    assert broken_view(view) == []
    assert warning in texts(view)


def test_only_what_was_changed_is_an_edit() -> None:
    assert changed(tag="v2") == {"tag": "v2"}
    assert changed(tag="v1.5.0\r\n", amount=" 8 ") == {"amount": 8}


def test_where_nothing_was_changed_it_says_so() -> None:
    assert mistakes() == {"tag": "That is what the card says already; nothing would change."}
    assert mistakes(where='{"zone": 1,   "region": "eu"}') != {}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("amount", "many", "A whole number was expected."),
        ("amount", "7.5", "A whole number was expected."),
        ("amount", "0", "More than 0."),
        ("amount", "50001", "At most 50,000."),
        ("amount", None, "A value was expected."),
        ("share", "-1", "At least 0."),
        ("share", "nan", "A number was expected."),
        ("share", "1e999", "A number was expected."),
        ("tag", "1.5", "In the form ^v\\d."),
        ("tag", "v" * 41, "At most 40 characters."),
        ("files", "a, b", "JSON was expected."),
        ("files", '{"a": 1}', "A list was expected, as JSON."),
        ("files", "[NaN]", "JSON was expected."),
        ("where", "[]", "A mapping of names to values was expected, as JSON."),
        ("where", "[" * 5_000, "JSON was expected."),
        ("where", "[" * 900 + "]" * 900, "This is nested deeper than can be shown."),
        ("level", "huge", "One of the choices was expected."),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_input(
    name: str, text: str | None, sentence: str
) -> None:
    assert mistakes(**{name: text}) == {name: sentence}


def test_a_forged_choice_is_refused() -> None:
    values: Values = {**sent(), "level": {"value": {"selected_option": {"value": "9"}}}}
    assert changes(values, CARD, SCHEMA, EN) == Mistakes(
        {"level": "One of the choices was expected."}
    )


def test_a_mistake_is_said_in_few_words() -> None:
    schema: Json = {"properties": {"tag": {"type": "string", "pattern": "v" * 400}, "any": True}}
    values: Values = {"tag": {"value": {"value": "v2"}}}
    found = changes(values, {"tag": "v1"}, schema, EN)
    assert isinstance(found, Mistakes)
    assert len(found.errors["tag"]) == 150


def test_an_input_that_is_no_argument_is_not_an_edit() -> None:
    values: Values = {**sent(tag="v2"), "approvers": {"value": {"value": "mallory"}}}
    assert changes(values, CARD, SCHEMA, EN) == {"tag": "v2"}


def test_what_is_cleared_becomes_nothing_where_that_may_be() -> None:
    card: Json = {**CARD, "note": "hurry"}
    values: Values = {**untouched(form(card)), "note": {"value": {"value": None}}}
    assert changes(values, card, SCHEMA, EN) == {"note": None}


def test_a_value_too_long_for_an_input_is_shown_and_stays() -> None:
    card: Json = {**CARD, "tag": "v" * 3_001}
    view = form(card)
    assert "tag" not in inputs(view)
    assert "tag is too long for a form (3,001 characters) and stays as it is:" in "".join(
        texts(view)
    )
    assert changes(untouched(view), card, SCHEMA, EN) == Mistakes(
        {"amount": "That is what the card says already; nothing would change."}
    )


def test_a_value_that_hides_something_is_shown_and_stays() -> None:
    view = form({**CARD, "tag": "v1\u202egat"})
    assert "tag" not in inputs(view)
    assert "v1\\u202egat" in "".join(texts(view))


# ---- what is not what it seems ---------------------------------------------------------------------------------------
PAYPAL, NOTE = "p\u0430ypal", "to p\u0430ypal\u00a0now, not \u2212v"


@pytest.mark.parametrize("look", [EN, DE])
def test_look_alikes_are_named_below_their_input_as_the_card_marks_them(look: Look) -> None:
    view = inputs(form({**CARD, "note": NOTE, "tag": PAYPAL}, look=look))
    (tag,), (note,) = texts(view["tag"]["hint"]), texts(view["note"]["hint"])
    assert ": p\u0430⟨U+0430⟩ypal; The tag to push." in tag
    assert note.endswith(': "p\u0430⟨U+0430⟩ypal\\u00a0now,", "\u2212⟨U+2212⟩v"')
    assert cast("Json", view["note"]["element"])["initial_value"] == NOTE


def test_a_word_that_looks_like_a_mark_is_not_taken_for_one() -> None:
    words = "pa⟨U+0430⟩ypal p\u0430⟨ypal"
    (note,) = texts(inputs(form({**CARD, "note": words}))["note"]["hint"])
    assert note == 'Not what it seems: "p\\u0430\\u27e8ypal"'


def test_what_was_not_touched_comes_back_to_the_letter() -> None:
    schema: Json = {"properties": {"to": {"type": "string"}, "why": {"type": "string"}, "all": {}}}
    card: Json = {"to": PAYPAL, "why": "due", "all": [PAYPAL, "\u00a0"]}
    view = form(card, schema)
    values = untouched(view)
    assert isinstance(changes(values, card, schema, EN), Mistakes)
    assert changes({**values, "why": {"value": {"value": "x"}}}, card, schema, EN) == {"why": "x"}
    more = f"{PAYPAL}.test"
    assert changes({**values, "to": {"value": {"value": more}}}, card, schema, EN) == {"to": more}
    listed = cast("Json", inputs(view)["all"]["element"])["initial_value"]
    assert listed == '["p\\u0430ypal", "\\u00a0"]'
    values["all"] = {"value": {"value": str(listed).replace("]", ', "b"]')}}
    assert changes(values, card, schema, EN) == {"all": [PAYPAL, "\u00a0", "b"]}


def test_an_argument_with_more_look_alikes_than_can_be_named_is_shown_and_stays() -> None:
    view = form({**CARD, "note": " ".join(f"{PAYPAL}{number}" for number in range(100))})
    assert "note" not in inputs(view)
    assert "p\u0430⟨U+0430⟩ypal0 p\u0430⟨U+0430⟩ypal1" in "".join(texts(view))


def test_an_argument_whose_name_is_not_what_it_seems_has_no_input() -> None:
    view = form({PAYPAL: "x", "paypal": "y"}, {})
    assert list(inputs(view)) == ["paypal"]
    assert '"p\\u0430ypal" has no room' in "".join(texts(view))


def test_a_choice_says_what_it_is_made_of() -> None:
    schema: Json = {"properties": {"to": {"enum": ["paypal", PAYPAL]}}}
    view = inputs(form({"to": PAYPAL}, schema))
    assert list(texts(view["to"]["element"]))[-1] == "p\u0430⟨U+0430⟩ypal"
    assert isinstance(
        changes(untouched(form({"to": PAYPAL}, schema)), {"to": PAYPAL}, schema, EN), Mistakes
    )


def test_a_form_has_room_for_eighty_arguments_and_names_the_rest() -> None:
    card: Json = {f"argument_{number}": number for number in range(200)}
    view = form(card, {})
    assert len(inputs(view)) == 80
    shown = "".join(texts(view))
    assert "argument_80 has no room in this form" in shown
    assert "112 more arguments have no room" in shown


def test_a_form_stays_under_what_slack_takes_in_all() -> None:
    view = form({f"argument_{number}": "ä" * 3_000 for number in range(80)}, {})
    assert len(inputs(view)) == 8


def test_a_value_that_is_of_another_kind_than_its_schema_is_json() -> None:
    card: Json = {"amount": "many"}
    values = untouched(form(card))
    values["amount"] = {"value": {"value": "3"}}
    assert changes(values, card, SCHEMA, EN) == {"amount": 3}


def test_a_denial_asks_for_its_reason_and_nothing_else() -> None:
    view = deny(REQUEST, "push_tag", DE)
    assert broken_view(view) == []
    assert list(inputs(view)) == ["reason"]
    assert view["private_metadata"] == REQUEST
    assert reason({"reason": {"value": {"value": "  too soon \n"}}}) == "too soon"
    assert reason({"reason": {"value": {"value": None}}}) == ""
    assert reason({}) == ""


@given(any_arguments, st.sampled_from((SCHEMA, {})))
def test_whatever_stands_on_a_card_its_form_keeps_the_limits_and_sent_back_changes_nothing(
    card: Json, schema: Json
) -> None:
    view = form(card, schema)
    back = changes(untouched(view), card, schema, EN)
    assert isinstance(back, Mistakes)
    assert set(back.errors.values()) <= {
        "That is what the card says already; nothing would change."
    }
