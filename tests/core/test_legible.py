"""Claim: no two different values, and no two different names, read the same to whoever decides on them."""

from __future__ import annotations

import json
import re
import sys
from types import FrameType

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core.legible import in_full, legible, legible_name
from bot.core.look_alikes import marked, spelled
from bot.core.visible import exact, is_exact, visible
from tests.core.test_yamlish import TRICKS, VALUES

LOOK_ALIKES = "\xa0\u1680\u2000\u2001\u2004\u200a\u202f\u205f\u3000"
PAIRS: tuple[tuple[JsonValue, JsonValue], ...] = (
    ("a\n   \nb", "a\n\nb"), ("a\n\t\nb", "a\n\nb"), ("a\n\t\nb", "a\n \nb"), ("a \nb", "a\nb"), ("a\nb ", "a\nb"), ("a\n\tb", "a\n    b"),
    ("a\nb\n", "a\nb"), ("a\nb\n", "a\nb\n\n"), ("a\nb\n", "|\n  a\n  b"), ("a\nb\n", "|\n  a\n  b\n"), ("a\n", "a"), ("ab\n", "ab␊"),
    ("a\nb␊", "a\nb\n"), ("a␠\nb", "a \nb"), ("a␉\nb", "a\t\nb"), ("a\n␉\tb", "a\n\tb"), ("a\n\xa0b", "a\n b"), ("a\n\\u00a0b", "a\n\xa0b"),
    ({"x": 1, "y": 2}, "x: 1\ny: 2"), ([{"x": 1}, {"y": 2}], "- x: 1\n- y: 2"), ({"x": "a\n \nb"}, {"x": "a\n\nb"}), ({"x": "a\n\tb"}, {"x": "a\n    b"}),
    (1, "1"), (None, "null"), ([], ""), ([], "[]"), ({}, "{}"), ({}, []), (1, 1.0), (1, True), (True, "true"), ("", '""'), ("x", ["x"]),
    ("\u202e", "\\u202e"), ("a\xa0b", "a b"), ("a\xa0b", "a\\u00a0b"), ("a\r\nb", "a\nb"), (["- x"], [["x"]]),
    ('a\n"[too deep to be shown]"', json.dumps('a\n"[too deep to be shown]"')),
)  # fmt: skip
FEW = st.text("a -:|\n\t\r\xa0␠␉␊\\", max_size=8)
ALIKE = st.text(
    "ae\u0430\u0435\u0301\u03bf\xe9-\u2010\u2013\u2014\u212aK ⟨⟩U+0430\n\\", max_size=10
)
CLOSE = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from((0.0, 1.0)) | FEW,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FEW, inner, max_size=3),
    max_leaves=4,
)


def same(one: object, other: object) -> bool:
    """As JSON, where 1, 1.0 and true are three values."""
    return json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize("pair", PAIRS, ids=repr)
def test_two_values_that_are_close_read_differently(pair: tuple[JsonValue, JsonValue]) -> None:
    one, other = map(legible, pair)
    assert one != other
    assert (
        one.split() != other.split()
    )  # Not even the eye, to which white space is white space, takes one for the other.


@given(st.one_of(VALUES, CLOSE), st.one_of(VALUES, CLOSE))
def test_no_two_different_values_read_the_same(one: JsonValue, other: JsonValue) -> None:
    assume(not same(one, other))
    assert legible(one) != legible(other)


@given(ALIKE, ALIKE)
@example("p\u0430y", "p\u0430⟨U+0430⟩y")
@example("p\u0430y: x", "p\u0430⟨U+0430⟩y: x")
@example("p\u0430y\nx", "p\u0430⟨U+0430⟩y\nx")
@example("p\u0430y⟨", "p\\u0430y⟨")
def test_no_two_texts_that_look_alike_read_the_same(one: str, other: str) -> None:
    assert one == other or legible(one) != legible(other)
    assert one == other or legible([one, "x\ny"]) != legible([other, "x\ny"])
    assert one == other or legible_name(one) != legible_name(other)


@given(ALIKE)
def test_what_looks_alike_is_marked_and_no_more_is_changed(text: str) -> None:
    plain = text.replace("⟨", "").replace("⟩", "")
    assert re.sub("⟨U\\+[0-9A-F]+⟩", "", marked(plain)) == plain
    shown = spelled(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert "⟨" not in shown


@given(st.text())
def test_any_text_can_be_looked_through(text: str) -> None:
    assert marked(text).isascii() == text.isascii()
    spelled(text)


@given(CLOSE)
def test_a_value_reads_differently_from_the_text_that_it_reads_as(value: JsonValue) -> None:
    text = legible(value)
    assert (isinstance(value, str) and value == text) or legible(text) != text


@given(st.one_of(VALUES, CLOSE))
@example({"x": "a\n\xa0b"})
def test_nothing_in_a_value_passes_for_nothing(value: JsonValue) -> None:
    text = legible(value)
    assert is_exact(text)
    assert [line for line in text.split("\n") if line.endswith(" ")] == []


@given(FEW | st.sampled_from(TRICKS), FEW | st.sampled_from(TRICKS))
@example("a\u200b", "a\\u200b")
@example("a\xa0b", "a b")
@example("a", '"a"')
def test_no_two_different_names_read_the_same(one: str, other: str) -> None:
    assert one == other or legible_name(one) != legible_name(other)
    assert "\n" not in legible_name(one)
    assert is_exact(legible_name(one))


def test_an_ordinary_value_reads_as_it_is() -> None:
    assert legible("Fix the cart\n\n- one\n- two\n") == "Fix the cart\n\n- one\n- two␊"
    assert legible("all:\n\techo  \n \nx") == "all:\n␉\techo␠␠\n␠\nx"
    assert legible({"by": "ana", "at": [1]}) == "  by: ana\n  at: [1]"
    assert legible("5") == '"5"'
    assert [legible_name(name) for name in ("tag", "größe", "due date", "x-y.z")] == [
        "tag", "größe", "due date", "x-y.z",
    ]  # fmt: skip


def test_each_of_a_million_blanks_is_looked_at_once() -> None:
    blanks = " " * 1_000_000
    # Half an hour, where each is looked at from each before it: no run of the suite would live to see it.
    assert legible(f"rm{blanks}x\nend") == f"rm{blanks}x\nend"


def _work(value: str) -> int:
    """How many calls it takes, each of a text's or a list's own with its length: the same on every machine, however busy."""
    done = 0

    def count(_frame: FrameType, what: str, called: object) -> None:
        nonlocal done
        if what in ("call", "c_call"):
            of = getattr(called, "__self__", None)
            done += 1 + (len(of) if isinstance(of, str | list | tuple) else 0)  # pyright: ignore[reportUnknownArgumentType] - of whatever

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        legible(value)
    finally:
        sys.setprofile(before)
    return done


def test_what_is_too_deep_for_yaml_is_json() -> None:
    value: JsonValue = "x"
    for _ in range(100):
        value = [value]
    assert in_full(value) == legible(value) == json.dumps(value)


@pytest.mark.parametrize("sign", LOOK_ALIKES)
def test_a_space_that_is_not_the_plain_one_is_written_out_where_something_is_decided(
    sign: str,
) -> None:
    assert exact(f"a{sign}b") == f"a\\u{ord(sign):04x}b"
    assert visible(f"a{sign}b") == f"a{sign}b"


@pytest.mark.parametrize("code", [0xFFFC, 0x16FE4, 0x1D159, 0x1FFFE, 0x8FFFF, 0x10FFFF])
def test_what_no_font_draws_is_written_out(code: int) -> None:
    assert chr(code) not in visible(f"a{chr(code)}b")
    assert legible(f"a{chr(code)}b") != legible(visible(f"a{chr(code)}b"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p\u0430ypal", "p\u0430⟨U+0430⟩ypal"),
        ("v1.0_rele\u0430se", "v1.0_rele\u0430⟨U+0430⟩se"),
        ("\u041f\u0440\u0438\u0432e\u0442", "\u041f\u0440\u0438\u0432e⟨U+0065⟩\u0442"),
        ("k\u03a9", "k\u03a9⟨U+03A9⟩"),
        ("p\uff41y p\U0001d41ay", "p\uff41⟨U+FF41⟩y p\U0001d41a⟨U+1D41A⟩y"),
        ("v1\u20112", "v1\u2011⟨U+2011⟩2"),
        ("v1\u20132", "v1\u2013⟨U+2013⟩2"),
        ("git \u2014\u2014force", "git \u2014⟨U+2014⟩\u2014⟨U+2014⟩force"),
        ("cafe\u0301", "cafe\u0301⟨U+0301⟩"),
        ("a\u0316\u0301", "a\u0316⟨U+0316⟩\u0301⟨U+0301⟩"),
        ("x \u0301\u0323", "x \u0301⟨U+0301⟩\u0323⟨U+0323⟩"),
        ("\u212a 5", "\u212a⟨U+212A⟩ 5"),
        ("\u1112\u1161\u11ab", "\u1112\u1161⟨U+1161⟩\u11ab⟨U+11AB⟩"),
        ("a\nb\u0430 ", "a\nb\u0430⟨U+0430⟩␠"),
    ],
)  # fmt: skip
def test_a_look_alike_has_its_code_point_behind_it(text: str, shown: str) -> None:
    assert legible(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("p\u0430y⟨", '"p\\u0430y\\u27e8"'),
        ("p\u0430y\n␠\U0001d41ay", '"p\\u0430y\\n␠\\U0001d41ay"'),
        ("\u0434\u0430\n␠", '"\u0434\u0430\\n␠"'),
    ],
)
def test_in_json_a_look_alike_is_its_code_point(value: str, shown: str) -> None:
    assert legible(value) == shown


def test_a_name_with_a_look_alike_is_json() -> None:
    assert legible_name("t\u0430g") == '"t\\u0430g"'
    assert legible_name("\u0442\u0435\u0433") == "\u0442\u0435\u0433"


@pytest.mark.parametrize("unit", ["p\u0430", "\u0301", "\u2014", "\u0301\u0323", "a\u0301"])
def test_the_work_that_look_alikes_take_grows_no_faster_than_they_do(unit: str) -> None:
    few, many = (_work(f"x{unit * count}\nend") for count in (500, 8_000))
    assert many <= 16 * few


@pytest.mark.parametrize(
    "text",
    [
        *("Größe — fein", "Привет, мир", "日本語です", "ship it 🚀 ❤️", "IT-отдел", "GitHubの設定", "\u2013 an item", "so\u2014and so"),
        *("q\u0303", "\uc548\ub155", "5 µm", "\u03b1-helix"),
    ],
)  # fmt: skip
def test_ordinary_text_in_any_script_reads_as_it_is(text: str) -> None:
    assert text in legible(text)


@pytest.mark.parametrize("code", range(0x13430, 0x13440))
def test_the_format_controls_of_hieroglyphs_are_written_out(code: int) -> None:
    assert visible(chr(code)) == f"\\U{code:08x}"
