"""What is held back is told to the owner once a day, by a real SMTP server and a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import cast

import pytest

from bot.kit.people import People
from bot.kit.person import Person
from bot.settings import Settings
from bot.setup import mailroom
from bot.setup.held_daily import tell
from tests.channels.cron.shop import opened
from tests.mail_server.smtp import Smtp

PEOPLE = People({"olga": Person(email="Olga@example.com", time_zone="Europe/Berlin")})
EARLY = datetime(2026, 7, 1, 5, 59, tzinfo=UTC).timestamp()
MORNING, NEXT = EARLY + 60, EARLY + 24 * 3600 + 60


@pytest.fixture
def box(free_port: Callable[[], int]) -> Iterator[tuple[Settings, list[tuple[str, bytes]]]]:
    """The settings of an office whose server puts everything into one list."""
    taken = list[tuple[str, bytes]]()
    smtp = Smtp(lambda user, raw: taken.append((user, raw)), free_port())
    smtp.start()
    said = {"EMAIL_ADDRESS": "bot@example.test", "SMTP_HOST": "127.0.0.1", "SMTP_PORT": smtp.port}
    said |= {"SMTP_SECURITY": "none", "BOT_OWNER": "olga"}
    yield Settings.model_validate(cast("dict[str, object]", said)), taken
    smtp.stop()


async def test_the_owner_is_told_once_a_day_and_only_while_mail_is_held(
    redis_server: str, box: tuple[Settings, list[tuple[str, bytes]]]
) -> None:
    settings, taken = box
    async with opened(redis_server) as one, opened(redis_server) as other:
        assert not await tell(settings, one, PEOPLE, MORNING)
        held = mailroom.held(one)
        await held.keep("1", 0, "eve@example.com", "Hi\n`rm`", "DMARC did not pass", b"raw")
        assert not await tell(settings, one, PEOPLE, EARLY)
        at_once = [tell(settings, each, PEOPLE, MORNING) for each in (one, other)]
        assert sorted(await asyncio.gather(*at_once)) == [False, True]
        assert not await tell(settings, other, PEOPLE, MORNING + 3600)
        assert await tell(settings, other, PEOPLE, NEXT)
        await held.drop("1")
        assert not await tell(settings, one, PEOPLE, NEXT + 24 * 3600)
    assert [user for user, _ in taken] == ["olga", "olga"]
    assert b"Subject: 1 mail is held back\r\n" in taken[0][1]
    assert b"eve@example.com: Hi" in taken[0][1]
    assert b"DMARC did not pass" in taken[0][1]


async def test_where_the_owner_has_no_address_nobody_is_written_to(
    redis_server: str, box: tuple[Settings, list[tuple[str, bytes]]]
) -> None:
    async with opened(redis_server) as store:
        await mailroom.held(store).keep("1", 0, "eve@example.com", "Hi", "why", b"raw")
        assert not await tell(box[0], store, People(), MORNING)
    assert box[1] == []
