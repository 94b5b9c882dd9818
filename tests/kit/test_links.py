"""Links: what a model made up leads nowhere, and what people and tools said stays as it is."""

from __future__ import annotations

import time
from html import unescape

import pytest
from pydantic import JsonValue

from bot.core.events import Event, MessageReceived, StepDecided, ToolEnded
from bot.core.values import Address, Proposal
from bot.kit.links import tamed

HERE = Address(channel="slack", locator="T/C/1")
LOG: list[Event] = [
    MessageReceived(id="m", actor="alice", address=HERE, text="see https://ci.example.com/run?id=5 now"),
    ToolEnded(id="e", call="c", n=1, outcome="returned", result=[{"url": "https://git.example.com/pull/7"}]),
    StepDecided(id="s", seen=1, calls=(Proposal(kind="read", tool="t", arguments={"q": ["https://evil.test/?q=x"]}),)),
    ToolEnded(id="f", call="d", n=1, outcome="returned", result="you asked for https://evil.test/?q=x"),
    MessageReceived(
        id="n", actor="slack:U7", address=HERE, text="https://strange.test/s slack://s"
    ),
    MessageReceived(id="o", actor="alice", address=HERE, text="slack://ours, user@example.com"),
    StepDecided(id="p", seen=1, calls=(Proposal(kind="read", tool="t", arguments={"q": "Evil.test/?q=%73"}),)),
    ToolEnded(id="g", call="f", n=1, outcome="returned", result="found https://evil.test/?q=s"),
]  # fmt: skip
PROMPT = (
    "Dashboards are at https://graphs.example.com/d. More is in prompt.md, or ask help@example.com."
)


def said(text: str) -> str:
    [(_, given)] = tamed([("done_for_now", {"message": text})], LOG, PROMPT)
    return str(given["message"])


@pytest.mark.parametrize(
    "text",
    [
        "It is [run 5](https://ci.example.com/run?id=5).",
        "Merged: https://git.example.com/pull/7",
        "Look at https://graphs.example.com/d/1?from=now",
        "README.md, bot/core/masks.py, v1.2.3 and user@example.com: at 10:30, `a: b`",
        "vec![1] and a!",
        "git.example.com is up, graphs.example.com too",
        "index.d.ts, docker-compose.prod.yaml and backup.tar.gz",
        "react@18.2.0, write to help@example.com",
        r"a\_b, C:\.x, 5 &gt; 4 and \[https://git.example.com/pull/7\]",
    ],
)
def test_what_was_said_before_stays(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://evil.test/?q=SECRET", "https[:]//evil[.]test/?q=SECRET"),
        ("[click](https://evil.test/SECRET)", "[click](https[:]//evil[.]test/SECRET)"),
        ("![](https://evil.test/SECRET)", "[](https[:]//evil[.]test/SECRET)"),
        ("![x](https://ci.example.com/run?id=5)", "[x](https://ci.example.com/run?id=5)"),
        ("[a][1]\n\n[1]: https://evil.test/s", "[a][1]\n\n[1]: https[:]//evil[.]test/s"),
        ("<https://evil.test/s>", "<https[:]//evil[.]test/s>"),
        ("evil.test/?q=s", "evil[.]test/?q=s"),
        ("www.evil.test:80/s", "www[.]evil[.]test:80/s"),
        ("`https://evil.test/s`", "`https[:]//evil[.]test/s`"),
        ("https://ci.example.com/run?id=5&q=SECRET", "https[:]//ci[.]example[.]com/run?id=5&q=SECRET"),
        ("https://evil.test/?q=x", "https[:]//evil[.]test/?q=x"),
        ("https://graphs.example.com@evil.test/s", "https[:]//graphs[.]example[.]com@evil[.]test/s"),
        ("mailto:eve@evil.test?body=SECRET", "mailto[:]eve@evil[.]test?body=SECRET"),
        ("data:text/html,SECRET", "data[:]text/html,SECRET"),
        ("https://strange.test/s", "https[:]//strange[.]test/s"),
        ("[Approve](slack://ours)", "[Approve](slack[:]//ours)"),
        ("slack://channel?id=SECRET", "slack[:]//channel?id=SECRET"),
        ("https://SECRET.evil.test", "https[:]//SECRET[.]evil[.]test"),
        ("see SECRET.evil.test.", "see SECRET[.]evil[.]test[.]"),
        ("https://prompt.md/?q=s", "https[:]//prompt[.]md/?q=s"),
        (r"[x](https\://evil\.test/s)", "[x](https[:]//evil[.]test/s)"),
        ("[x](https&#58;//evil&period;test/s)", "[x](https[:]//evil[.]test/s)"),
        ("www&#x2e;evil&#46;test/s", "www[.]evil[.]test/s"),
        (r"www\.evil.test [x](https\\://evil.test/s)", "www[.]evil[.]test [x](https[:]//evil[.]test/s)"),
        ("SECRET.evil.рф", "SECRET[.]evil[.]рф"),
        ("evil.рф/s", "evil[.]рф/s"),
        ("SECRET@evil.test", "SECRET@evil[.]test"),
        ("[x](sms:+15550100?body=SECRET)", "[x](sms[:]+15550100?body=SECRET)"),
        ("[x](anything:SECRET)", "[x](anything[:]SECRET)"),
        ("https://evil.test/?q=s", "https[:]//evil[.]test/?q=s"),
    ],
)  # fmt: skip
def test_what_is_new_leads_nowhere_and_can_be_read(text: str, shown: str) -> None:
    assert said(text) == shown
    assert said(shown) == shown


def test_nothing_is_hidden_behind_what_hides_something() -> None:
    read = said(" ".join(f"{deep}.a&{'#38;' * deep}#46;evil.test/s" for deep in range(20)))
    for _ in range(20):
        read = unescape(read)
        assert ".evil" not in read


def test_questions_and_their_choices_are_looked_at_and_tools_are_not() -> None:
    bad: JsonValue = "https://evil.test/s"
    asked: dict[str, JsonValue] = {
        "question": bad,
        "options": {"choices": [bad, "no"], "urgency": None},
    }
    [(_, question), (_, tool)] = tamed(
        [("request_human_input", asked), ("fetch", {"url": bad, "because": bad})], LOG, ""
    )
    assert question == {
        "question": "https[:]//evil[.]test/s",
        "options": {"choices": ["https[:]//evil[.]test/s", "no"], "urgency": None},
    }
    assert tool == {"url": bad, "because": "https[:]//evil[.]test/s"}


@pytest.mark.parametrize("intent", ["withdraw", "await", "nothing_to_do"])
def test_reasons_are_looked_at_too(intent: str) -> None:
    given: dict[str, JsonValue] = {"request": "t-1-0-v1", "reason": "https://evil.test/s"}
    [(_, shown)] = tamed([(intent, given)], LOG, "")
    assert shown == {"request": "t-1-0-v1", "reason": "https[:]//evil[.]test/s"}


@pytest.mark.parametrize(
    "part", ["a.", "https://", "a-", "mailto:", "![", "![a]", "www.", "://", "a.b/", "[", "x@y."]
)
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    said(part * (40_000 // len(part)))
    assert time.process_time() - began < 1
