"""What a server says about waiting is heard, and bounded."""

from __future__ import annotations

import pytest

from bot.core.thread import Thinking, Thread
from bot.model.decide import waiting_ms
from bot.model.failures import LONGEST_RETRY_SECONDS, retry_seconds_of


@pytest.mark.parametrize("said", ["inf", "1e400", "99999999", "-5", "nan", "soon"])
def test_no_word_of_a_server_makes_us_wait_for_ever(said: str) -> None:
    seconds = retry_seconds_of({"retry-after": said})
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_SECONDS


@pytest.mark.parametrize("tries", [0, 1, 10, 5_000])
def test_waits_grow_and_stay_bounded_however_long_the_trouble_lasts(tries: int) -> None:
    thread = Thread("T", turn=Thinking(tries=tries))
    assert 2_000 * min(2 ** min(tries, 10), 150) <= waiting_ms(thread, None) <= 360_000


def test_a_server_that_names_a_wait_gets_it() -> None:
    assert 60_000 <= waiting_ms(Thread("T", turn=Thinking()), 60.0) <= 72_000
