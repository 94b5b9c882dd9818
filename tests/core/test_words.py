"""Words: a closed list; near misses are messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.words import (
    APPROVE,
    DENY,
    NEARLY,
    STOP,
    Approve,
    Deny,
    Ignore,
    Later,
    Pass,
    PutOff,
    Stop,
    choose,
    lasting,
    named,
    nearly,
    plain,
    put_off,
    read,
)

GREETINGS = [
    "",
    "Hi,\n",
    "hello bot,\n",
    "Hi Bob\n\n",
    "Dear all,\r\n\r\n",
    "Guten Tag Frau Meier,\n",
    "hi deploybot!\n",
]


@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("approve", Approve()),
        ("APPROVE!", Approve()),
        ("  Approve .\n", Approve()),
        ("genehmigen", Approve()),
        ("deny", Deny("")),
        ("Deny: not today", Deny("not today")),
        ("deny because it is Friday.\nSorry", Deny("it is Friday.\nSorry")),
        ("ablehnen, weil es Freitag ist", Deny("es Freitag ist")),
        ("stop", Stop()),
        ("Stopp!", Stop()),
    ],
)
def test_the_whole_message_says_one_thing(greeting: str, text: str, said: object) -> None:
    assert read(greeting + text) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "ok",
        "LGTM",
        "LGTM, ship it",
        "ship it",
        "👍",
        ":+1:",
        "approve?",
        "deny?",
        "stop?",
        "deny, really?",
        "approve it",
        "approve both",
        "approve\nthe second one",
        "approve\n> deny",
        "I approve",
        "approved",
        "denied",
        "denying is fun",
        "don't approve",
        "do not approve",
        "please approve",
        "not approve",
        "stop it",
        "stop approving",
        "app rove",
        "app\u200brove",
        "\u0430pprove",
        "\uff41pprove",
        "“approve”",
        "approve 👍",
        "I deny that",
        "Hello, I would rather not\napprove",
        "hi we should never\napprove",
        "Hey don't\napprove",
        "Hi Bob, please do not\napprove",
        "Hi Bob approve",
        "Hello\nHello\napprove",
    ],
)
def test_a_remark_says_none_of_it(text: str) -> None:
    assert read(text) is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    said = read(text)
    if isinstance(said, Approve):
        assert plain(text).split()[-1] in {word for row in APPROVE.values() for word in row}
    if isinstance(said, Stop):
        assert plain(text).split()[-1] in {word for row in STOP.values() for word in row}


@given(
    st.text(),
    st.sampled_from(
        [word for row in (*APPROVE.values(), *STOP.values(), *DENY.values()) for word in row]
    ),
)
def test_a_question_says_nothing(text: str, word: str) -> None:
    assert read(f"{word} {text}?") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("approve tq7-4-0-v2", ("tq7-4-0-v2", Approve())),
        ("Genehmigen `tq7-4-0-v2`.", ("tq7-4-0-v2", Approve())),
        ("deny tq7-4-0-v2", ("tq7-4-0-v2", Deny(""))),
        ("deny tq7-4-0-v2: not\ntoday.", ("tq7-4-0-v2", Deny("not\ntoday."))),
        ("deny: tq7-4-0-v2, because of\nme", ("tq7-4-0-v2", Deny("of\nme"))),
    ],
)
def test_a_verdict_may_name_its_request(text: str, said: object) -> None:
    assert named(text) == said
    assert named(f"Hi bot,\n\n{text}") == said


@pytest.mark.parametrize(
    "text",
    [
        *("", "approve", "deny", "stop tq7-4-0-v2", "approve tq7-4-0", "deny tq7-4-0", "approve -v2"),
        *("approve tq7-4-0-v2 now", "approve tq7-4-0-v2?", "deny tq7-4-0-v2?", "deny tq7-4-0-v2 why?"),
        *("approve\ntq7-4-0-v2", "deny\ntq7-4-0-v2", "deny it: tq7-4-0-v2", "deny tq7-4-0-v2x", "deny tq7-4-0-v2-x"),
    ],
)  # fmt: skip
def test_other_words_name_no_request(text: str) -> None:
    assert named(text) is None


@given(st.text())
def test_any_text_can_be_searched_for_a_name(text: str) -> None:
    for before in ("", "approve ", "deny ", "approve t-v1", "deny t-v1"):
        named(before + text)


def test_a_choice_is_named_by_number_or_by_its_words() -> None:
    choices = ("Red", "Dark  blue", "2 of each")
    assert choose(" red. ", choices) == "Red"
    assert choose("dark blue", choices) == "Dark  blue"
    assert choose("3", choices) == "2 of each"
    assert choose("3.", choices) == "2 of each"


@pytest.mark.parametrize(
    "text", ["", "0", "4", "-1", "1 2", "²", "٢", "9" * 5_000, "reddish", "red or blue"]
)
def test_what_names_no_choice_chooses_none(text: str) -> None:
    assert choose(text, ("Red", "Blue", "Both")) is None


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "ok",
        "LGTM, ship it",
        "LGTM and ship it 🚀",
        "👍",
        "👍🏽",
        "✔️",
        ":+1:",
        ":+1::skin-tone-3:",
        "approve 👍",
        "yes, approve",
        "Hi bot,\nyes please",
        "no",
        "don’t",
        "ja, passt",
        "genehmigt",
        "Genehmige!",
    ],
)
def test_a_near_miss_is_known_as_one_and_says_nothing(text: str) -> None:
    assert nearly(text)
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["", ",", "approve", "deny", "deny, no", "yes?", "yes, but not today", "which tag?", "ok so what", "stop"],
)  # fmt: skip
def test_what_is_a_verdict_or_says_more_is_no_near_miss(text: str) -> None:
    assert not nearly(text)


def test_every_near_miss_is_known_and_none_is_a_verdict() -> None:
    for word in (word for row in NEARLY.values() for word in row):
        assert nearly(word), word
        assert read(word) is None, word


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pass to carol", Pass("carol")),
        ("Pass to @Carol.", Pass("carol")),
        ("weiter an carol", Pass("carol")),
        ("later 09:00", Later("09:00")),
        ("Hi bot,\n\nlater 2h!", Later("2h")),
        ("später 9:30", Later("9:30")),
        ("ignore", Ignore()),
        ("Ignorieren.", Ignore()),
    ],
)
def test_some_words_put_a_request_off(text: str, said: PutOff) -> None:
    assert put_off(text) == said


@pytest.mark.parametrize(
    "text",
    [
        *("pass", "pass to", "pass to carol please", "please pass to carol", "pass it to carol", "pass to carol?"),
        *("later", "later today", "later 9", "later 09:00 or so", "later, 09:00", "maybe later 2h"),
        *("ignore this", "ignore it", "please ignore", "don't ignore", "ignore?", "ignored", ""),
    ],
)  # fmt: skip
def test_what_nearly_puts_off_is_only_words(text: str) -> None:
    assert put_off(text) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("approve for 30 minutes", 30),
        ("Approve for 30 min.", 30),
        ("Hi bot,\napprove for 1 hour", 60),
        ("approve for 2h", 120),
        ("genehmigen für 45 Minuten", 45),
        ("genehmigen für 2 Stunden!", 120),
    ],
)
def test_an_approval_for_a_while_is_the_whole_message(text: str, minutes: int) -> None:
    assert lasting(text) == minutes
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["approve", "approve for 30", "approve for a while", "approve for 30 minutes?", "approve for 30 minutes please",
     "do not approve for 30 minutes", "approve for 99999 minutes", "approve for -1 minutes", "approve for 30 days"],
)  # fmt: skip
def test_what_is_near_it_is_words(text: str) -> None:
    assert lasting(text) is None
