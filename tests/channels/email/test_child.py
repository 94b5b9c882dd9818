"""The process in which a mail is read: what it may know, and what of a mail's HTML it takes for unseen."""

from __future__ import annotations

import resource

import pytest

from channels.email import arrived
from channels.email.reading.child import Said
from channels.email.reading.mail import Unreadable
from channels.email.reading.markup import seen
from tests.channels.email import hostile

TELLS = "import json, os, sys; sys.stdin.buffer.read(); print(json.dumps({'unreadable': ' '.join(sorted(os.environ))}))"
SAID: Said = {"ours": [], "domain": "", "server": "", "allowed": []}


async def test_it_is_told_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", "hunter2")
    monkeypatch.setattr(arrived, "_RUN", TELLS)
    with pytest.raises(Unreadable) as told:
        await arrived.arrived(b"", SAID)
    assert "IMAP_PASSWORD" not in str(told.value)
    assert set(str(told.value).split()) <= {"LC_CTYPE", "LD_LIBRARY_PATH", "PATH"}


async def test_what_takes_a_parser_too_much_memory_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    greedy = "from channels.email.reading import child; child.summary = lambda *_: {'x': len(bytes(250_000_000))}; child.main()"
    monkeypatch.setattr(arrived, "_RUN", f"{arrived._RUN.split('from')[0]}{greedy}")  # pyright: ignore[reportPrivateUsage] - what the child runs
    with pytest.raises(Unreadable, match="MemoryError"):
        await arrived.arrived(b"", SAID)


@pytest.mark.parametrize("tag", ["<div>", "<ul><li>"])
async def test_what_takes_a_parser_too_long_is_refused_within_two_seconds(tag: str) -> None:
    """For each element that opens a parser may look at all those that are open: its time grows with the square."""
    html = f"{tag * 50_000}approve"
    raw = hostile.build(hostile.setting(), html, ctype="text/html", exact=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Unreadable, match="takes too much"):
        await arrived.arrived(raw, SAID)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


@pytest.mark.parametrize(
    "rule",
    [
        "@media print { .x { display: none } }",
        "@media (max-width: 400px) { .y { color: red } .x { display: none } }",
        ".quote .x { display: none }",
        "div > .x { display: none }",
        "@supports (color: lab(0 0 0)) { .x { display: none } }",
    ],
)
def test_what_a_rule_hides_in_some_places_alone_is_seen(rule: str) -> None:
    """A word too many is no verdict; a word too few may be another one."""
    html = f"<style>{rule}</style><p>approve</p><p class=x>only after the backup</p>"
    found = seen(html)
    assert "only after the backup" in found.text
    assert not found.is_whole


def test_what_a_rule_hides_everywhere_is_not_seen() -> None:
    for rule in (
        "p.x { display: none }",
        "@media screen { .y {color: red} } .x { display: none }",
        ".a, .x { display: none }",
    ):
        html = f"<style>{rule}</style><p>Hello.</p><p class=x>approve</p>"
        assert seen(html).text.strip() == "Hello."
