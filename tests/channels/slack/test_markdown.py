"""What a model wrote, as Slack takes it: tables, lists and code come out whole, long texts in pieces, nobody is called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from channels.slack.markdown import MOST_CHARACTERS, inert, mrkdwn, pieces
from tests.channels.slack.test_cards_properties import words

TABLE = """\
Releases so far:

| tag    | commits | risk |
|--------|:-------:|-----:|
| v1.4.2 | 12      | low  |
| v1.5.0 | 3 \\| 4  | high |

1. Look at the list
   - nested once
     - nested twice, with `code`
   - and again
2. Decide

> quoted

```python
if a < b and b > c:  # <https://a.example|label>
    print("<!channel>")
```
**Bold**, _italic_, [docs](https://docs.example.com/?a=1&b=2), <b>tag</b>."""


def test_tables_nested_lists_and_code_stay_as_they_are_but_for_what_would_call_or_vanish() -> None:
    assert pieces(TABLE) == snapshot(
        (
            """\
Releases so far:

| tag    | commits | risk |
|--------|:-------:|-----:|
| v1.4.2 | 12      | low  |
| v1.5.0 | 3 \\| 4  | high |

1. Look at the list
   - nested once
     - nested twice, with `code`
   - and again
2. Decide

> quoted

```python
if a < b and b > c:  # &lt;https://a.example|label>
    print("&lt;!channel>")
```
**Bold**, _italic_, [docs](https://docs.example.com/?a=1&b=2), &lt;b>tag&lt;/b>.\
""",
        )
    )


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<!channel>", "&lt;!channel>"),
        ("<!here|here>", "&lt;!here|here>"),
        ("<!subteam^S012>", "&lt;!subteam^S012>"),
        ("<@U012>", "&lt;@U012>"),
        ("`<@U012>`", "`&lt;@U012>`"),
        ("```\n<!everyone>\n```", "```\n&lt;!everyone>\n```"),
        ("~~~\n<@U012>", "~~~\n&lt;@U012>\n~~~"),
        ("@channel, @Here and @everyone", "@ channel, @ Here and @ everyone"),
        ("ana@here.example", "ana@here.example"),
        ("a\u202eb\u200bc\x1b", "a\\u202eb\\u200bc\\u001b"),
        ("@\u200bchannel", "@\\u200bchannel"),
        ("<!-- nobody sees this -->", "&lt;!-- nobody sees this -->"),
        ("a\r\nb", "a\nb"),
        ("[docs](https://a.example)", "[docs](https://a.example)"),
        ("[https://a.example](https://a.example)", "[https://a.example](https://a.example)"),
        ("[https://a.example](https://b.example)", "https://a.example (https://b.example)"),
        ("<https://a.example|https://b.example>", "&lt;https://a.example|https://b.example>"),
        ("```\nif a < b: List<int>\n```", "```\nif a < b: List<int>\n```"),
    ],
)
def test_what_would_call_hide_or_mislead_is_only_text(written: str, sent: str) -> None:
    assert inert(written) == sent


def test_older_markup_is_escaped_whole_and_never_cut_within_a_sign() -> None:
    assert mrkdwn("a < b & c > d <!here>", 99) == "a &lt; b &amp; c &gt; d &lt;!here&gt;"
    assert [mrkdwn("a&b", most) for most in (8, 7, 6, 5, 4, 3)] == snapshot(
        ["a&amp;b", "a&amp;b", "a…", "a…", "a…", "a…"]
    )


def test_forty_thousand_characters_are_cut_between_paragraphs_and_nothing_is_lost() -> None:
    paragraphs = [f"{number}. {'word ' * 60}".strip() for number in range(130)]
    text = "\n\n".join(paragraphs)
    assert len(text) > 39_000
    cut = pieces(text)
    assert [len(piece) for piece in cut] == snapshot([10968, 10978, 10986, 6730])
    assert [part for piece in cut for part in piece.split("\n\n")] == paragraphs


def test_what_would_be_sixty_blocks_is_one_message() -> None:
    text = "\n\n".join(
        f"## Part {number}\n\n---\n\n| a |\n|---|\n| {number} |" for number in range(60)
    )
    assert pieces(text) == (text,)


def test_code_that_is_cut_is_opened_again_in_its_own_language() -> None:
    text = (
        "Before\n\n```python\n" + "\n".join(f"line_{n} = {n}" for n in range(30)) + "\n```\nAfter"
    )
    cut = pieces(text, 200)
    assert cut[0].startswith("Before\n\n```python\nline_0 = 0\n")
    assert all(piece.startswith("```python\n") for piece in cut[1:])
    assert all(piece.endswith("\n```") for piece in cut[:-1])
    assert re.findall(r"line_\d+ = (\d+)", "".join(cut)) == [str(n) for n in range(30)]
    assert cut[-1].endswith("\n```\nAfter")


def test_a_table_that_is_cut_has_its_header_again() -> None:
    text = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | x |" for n in range(40))
    cut = pieces(text, 150)
    assert all(piece.startswith("| a | b |\n|---|---|\n| ") for piece in cut)
    assert re.findall(r"\| (\d+) \|", "".join(cut)) == [str(n) for n in range(40)]


def test_a_piece_is_cut_at_a_space_and_else_anywhere_but_within_a_sign() -> None:
    assert pieces("one two three four", 10) == snapshot(
        (
            "one two",
            """\
three
four\
""",
        )
    )
    assert pieces("<<<<<<", 10) == snapshot(("&lt;&lt;", "&lt;&lt;", "&lt;&lt;"))


def test_nothing_is_nothing() -> None:
    assert pieces(" \n\n ") == ()


@given(words, st.integers(10, 400))
def test_pieces_fit_and_lose_no_letter(text: str, most: int) -> None:
    cut = pieces(text, most)
    assert [piece for piece in cut if len(piece) > most] == []
    letters = re.sub(r"\W+", "", inert(text))
    kept = iter(re.sub(r"\W+", "", "".join(cut)))
    assert all(letter in kept for letter in letters)


@given(words)
def test_a_text_that_is_inert_stays_as_it_is(text: str) -> None:
    assert inert(inert(text)).count("<!") == inert(text).count("<!") == 0


@pytest.mark.parametrize(
    "text",
    ["[" * 50_000, "[www." * 20_000, "|" * 50_000 + "\n" + "|-" * 50_000, "```" * 30_000, "`" * 90_000, "@" * 90_000,
     "\n".join(["|a|", "|-|"] * 5_000), "&" * 90_000, "\n" * 90_000, " " * 90_000, "~~~\n" * 20_000],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    assert all(len(piece) <= MOST_CHARACTERS for piece in pieces(text))
