"""Clients for the stand-in, closed when the test ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model.claude import Claude
from tests.messages_api import KEY
from tests.model.asking import Asking


@pytest.fixture
async def claude() -> AsyncIterator[Asking]:
    """Makes clients that try once, with the right key, and closes them."""
    made: list[Claude] = []

    def make(base_url: str, *, key: str = KEY, retries: int = 0, timeout: float = 30.0) -> Claude:
        made.append(
            Claude(api_key=key, base_url=base_url, retries=retries, timeout_seconds=timeout)
        )
        return made[-1]

    yield make
    for each in made:
        await each.close()
