"""Words that begin as what clients and lawyers add, and that somebody wrote: they are heard. Real ones are in the corpus."""

from __future__ import annotations

import time

import pytest

from channels.email.reading.read import read
from tests.channels.email import hostile

WRITTEN = (
    "This email is to let you know that the deploy of web2 failed and has to be repeated today.",
    "Please look.\n\nThis message is about staging, where all the disks are full; web2 is fine, by the way.",
    "Disclaimer: I did not read all of the logs, so please look at them yourself before anything.",
    "Please check the parcel.\nSent with DHL yesterday",
    "Das sehe ich anders.\nVon meinem Standpunkt aus ist das falsch.",
    "See the report.\nOutlook for next quarter is good.",
    "Part one, then\n—\nPart two: please restart web2 as well.",
    "Restart web1.\n--\nThen restart web2, and tell Ben when all of it is done.",
    "Please restart web1.\nThanks\nand also restart web2 please",
    "Restart web1.\n\nAna Costa\nrestarts web2 herself today",
)
ADDED = (
    "-- \nAna Costa", "--\nAna Costa\nHead of Platform", "—\nAna", "Sent from my iPhone", "Von meinem Handy gesendet", "Get Outlook for iOS<https://aka.ms/o>",
    "Best regards,\nAna Costa", "This e-mail is confidential and for its recipient alone; if that is not you, please delete it.",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_no_word_is_taken_for_what_is_added_below(text: str) -> None:
    raw = hostile.build(hostile.setting(), f"{text}\n", to="bot@example.test", irt=None)
    assert read(raw).text == text


@pytest.mark.parametrize("added", ADDED)
def test_what_is_added_below_is_left_out(added: str) -> None:
    raw = hostile.build(hostile.setting(), f"Please restart it.\n\n{added}\n", irt=None)
    assert read(raw).text == "Please restart it."


@pytest.mark.parametrize("line", ["--x" + " " * 390 + "y", "von" + " " * 390 + ":", "_" * 390])
def test_lines_of_blanks_and_rules_are_read_in_no_time(line: str) -> None:
    """Two seconds are given to each mail: a table must not cost it."""
    begun = time.process_time()
    raw = hostile.build(hostile.setting(), f"{line}\n" * 2_000)
    assert line[:2] in read(raw).text
    assert time.process_time() - begun < 1.5
