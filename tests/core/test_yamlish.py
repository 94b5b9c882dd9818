"""YAML for the model's eyes: whatever goes in loads back, whatever could mislead is quoted."""

from __future__ import annotations

from math import isnan

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core.visible import on_one_line, shortened, visible
from bot.core.yamlish import MOST_LEVELS, dump

TRICKS = (
    "", " ", "yes", "No", "null", "~", "1e3", "1.5", "1_000", "0x1F", "0o17", "12:30:45", "2026-11-22", "2026-11-22T10:00:00Z",
    "- type: approval", "? ", "?", "&a", "*a", "!!python/object:os.system", "---", "...", "--- a", "# no", "a #b", "a: b", "a:",
    ":", "=", "<<", "@x", "`x`", "%TAG", "|", ">", "{a: 1}", "[a]", "a, b", " lead", "trail ", "\ttab", "a\tb", "a\rb", "a\r\nb",
    "a\x85b", "a\u2028b", "a\u2029b", "a\x00b", "\ufeffa", "a\ufeffb", "\ud800", "\ud83d\ude00", "😀", "a\u202eb", "a\u200db",
    "a\nb", "a\nb\n", "a\n\nb", "a\nb\n\n", "\na", " a\nb", "a\n b", "a\n \nb", "a \nb", "a\n---\nb", "a\n...\n", "\n", "a\n\n",
    "it's", '"quoted"', "a\\b", "a\xa0b", "k: v\n- x", "inf", ".inf", "NaN", "v1.4.2", "4f2a91c", "/tmp/x", "(a)", "x" * 3000,
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(TRICKS),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=20),
    st.text("a:# -\n\t[]{},?&*!|>'\"%@`=~.\r\x85\u2028", max_size=12),
)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=25,
)


def loaded(text: str) -> object:
    return yaml.safe_load(text)


@given(VALUES)
@example({"x" * 2000: {"y" * 2000: [1]}})
@example({"x" * 2000: "a\nb", "l": [["a\nb", ["c"]], [], {}]})
@example([[["a\nb"], {"": {}}], {"? ": [{"- ": ["k: v\nx"]}]}])
@example(10**4200)
@example(-(10**5000))
def test_any_value_loads_back_equal(value: JsonValue) -> None:
    assert loaded(dump(value)) == value
    assert dump(value) == dump(value)


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_one_field_wherever_it_stands(trick: str) -> None:
    many: list[JsonValue] = [trick] * 40
    value: dict[str, JsonValue] = {
        "before": 1,
        "it": trick,
        trick: [trick, {"in": trick}],
        "long": many,
        "after": 2,
    }
    assert loaded(dump(value, most=1_000_000)) == value
    assert loaded(dump(trick)) == trick


@pytest.mark.parametrize("trick", TRICKS)
def test_nothing_hides_in_the_text(trick: str) -> None:
    text = dump({"it": trick})
    assert visible(text) == text
    text.encode()


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e300, -1.5e-9, 1e16, -0.0, 2.0])
def test_floats_stay_floats(value: float) -> None:
    back = loaded(dump({"x": value}))
    assert back == {"x": value}
    assert isinstance(back, dict)
    assert isinstance(back["x"], float)


def test_no_number_is_a_float_too() -> None:
    assert isnan(yaml.safe_load(dump(float("nan"))))


def test_plain_text_needs_no_quotes() -> None:
    value: dict[str, JsonValue] = {
        "tag": "v1.4.2",
        "commit": "4f2a91c",
        "subject": "Fix the cart, at last (see #12): done.",
        "tags": ["v1", "v2"],
        "none": [],
    }
    value |= {
        "by": {"name": "Alice", "note": "two\n\nlines"},
        "items": [{"a": 1, "b": True}, "yes"],
    }
    assert dump(value) == (
        "tag: v1.4.2\ncommit: 4f2a91c\n"
        'subject: "Fix the cart, at last (see #12): done."\n'
        "tags: [v1, v2]\nnone: []\n"
        "by:\n  name: Alice\n  note: |-\n    two\n\n    lines\n"
        'items:\n- a: 1\n  b: true\n- "yes"'
    )


def test_a_deep_value_goes_on_one_line_and_a_deeper_one_is_cut() -> None:
    value: JsonValue = 1
    for _ in range(MOST_LEVELS - 1):
        value = {"a": value}
    assert loaded(dump(value)) == value
    for _ in range(3000):
        value = [value]
    assert "too deep" in dump(value)
    assert len(dump(value)) < 1000


def test_deep_values_keep_their_long_keys() -> None:
    value: JsonValue = {"k" * 2000: {"": []}}
    for _ in range(20):
        value = [value, "a, b"]
    assert loaded(dump(value)) == value


def test_a_long_value_is_cut_and_says_so() -> None:
    items: list[JsonValue] = [f"item {number} of a list that goes on" for number in range(100)]
    text = dump(items, most=200)
    assert text.endswith("\n# cut here: the value is longer")
    assert dump(items).startswith(text.removesuffix("\n# cut here: the value is longer"))
    assert len(text) <= 200 + len("\n# cut here: the value is longer")


def test_a_long_line_is_cut_inside() -> None:
    assert dump({"diff": "x" * 500}, most=10) == "diff: xxxx\n# cut here: the value is longer"


def test_text_on_one_line_writes_out_its_breaks_and_a_short_one_is_whole() -> None:
    assert on_one_line("a\n\tb\u202e\U000e0041") == "a\\n\\tb\\u202e\\U000e0041"
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"


@pytest.mark.parametrize("most", range(14))
def test_a_cut_is_never_longer_than_it_may_be(most: int) -> None:
    text = dump(["a: b", "c: d"], most=most)
    whole, mark, _ = text.partition("# cut here")
    assert len(whole) <= most + 2 * bool(mark)
