"""Posting, against a real SMTP server that refuses, puts off, and loses connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bot.kit.channel import Undeliverable
from channels.email.compose import composed
from channels.email.post import MOST_PUT_OFF, Later, Post, Unsure
from channels.email.secure import NotSecure, Server
from tests.channels.email.fakes import MemorySafe
from tests.channels.email.test_compose import LETTER
from tests.mail_server.smtp import Smtp

RAW, ID = composed(LETTER), LETTER.id
ANA = ("ana@example.com",)


@pytest.fixture
def smtp(free_port: Callable[[], int]) -> Iterator[Smtp]:
    server = Smtp(lambda user, raw: None, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def safe() -> MemorySafe:
    return MemorySafe()


@pytest.fixture
def post(smtp: Smtp, safe: MemorySafe) -> Post:
    return Post(Server("SMTP", "127.0.0.1", smtp.port, security="none"), safe)


async def test_what_is_taken_is_sent_once(post: Post, smtp: Smtp) -> None:
    await post.send(ID, RAW, LETTER.sender, ANA)
    assert await post.is_sent(ID)
    assert [each.content for each in smtp.deliveries.taken] == [RAW]


async def test_4xx_is_later_and_5xx_is_final(post: Post, smtp: Smtp) -> None:
    smtp.deliveries.answers = ["451 4.7.1 greylisted", "554 5.7.1 no"]
    with pytest.raises(Later):
        await post.send(ID, RAW, LETTER.sender, ANA)
    assert not await post.is_again(ID)
    with pytest.raises(Undeliverable):
        await post.send(ID, RAW, LETTER.sender, ANA)
    with pytest.raises(Undeliverable):
        await post.send(ID, RAW, LETTER.sender, ("nobody@example.com",))
    assert not await post.is_sent(ID)


async def test_what_a_server_refuses_goes_on_the_log_without_addresses(
    post: Post, smtp: Smtp
) -> None:
    smtp.deliveries.answers = ["554 5.1.1 <Ana@example.com>: user ana+x@example.com is unknown"]
    with pytest.raises(Undeliverable) as refused:
        await post.send(ID, RAW, LETTER.sender, ANA)
    assert str(refused.value) == "the mail server says 554 5.1.1 …: user … is unknown"


async def test_what_is_lost_behind_the_data_goes_out_once_more_and_not_a_third_time(
    post: Post, smtp: Smtp
) -> None:
    smtp.deliveries.answers = ["drop", "drop"]
    for again in (False, True):
        assert await post.is_again(ID) == again
        with pytest.raises(Later):
            await post.send(ID, RAW, LETTER.sender, ANA)
    with pytest.raises(Unsure):
        await post.send(ID, RAW, LETTER.sender, ANA)
    assert len(smtp.deliveries.taken) == 2
    assert await post.is_sent(ID)


async def test_no_server_is_later(free_port: Callable[[], int], safe: MemorySafe) -> None:
    post = Post(Server("SMTP", "127.0.0.1", free_port(), security="none"), safe)
    with pytest.raises(Later):
        await post.send(ID, RAW, LETTER.sender, ANA)
    assert not await post.is_again(ID)


def test_passwords_go_in_the_clear_to_this_machine_alone() -> None:
    with pytest.raises(NotSecure):
        Server("IMAP", "imap.example.com", 143, security="none").check()
    Server("IMAP", "127.0.0.1", 143, security="none").check()
    assert Server("IMAP", "imap.example.com", 993).context() is not None


async def test_who_is_put_off_gets_it_later_and_nobody_twice(post: Post, smtp: Smtp) -> None:
    both = (*ANA, "busy@example.com", "nobody@example.com")
    with pytest.raises(Later):
        await post.send(ID, RAW, LETTER.sender, both)
    assert not await post.is_sent(ID)
    assert not await post.is_again(ID)
    smtp.deliveries.busy.clear()
    assert list(await post.send(ID, RAW, LETTER.sender, both)) == ["nobody@example.com"]
    assert await post.is_sent(ID)
    assert [each.rcpt_tos for each in smtp.deliveries.taken] == [[*ANA], ["busy@example.com"]]
    assert [each.content for each in smtp.deliveries.taken] == [RAW, RAW]


async def test_who_is_put_off_for_ever_keeps_nobody_waiting(post: Post, smtp: Smtp) -> None:
    both = (*ANA, "busy@example.com")
    for _ in range(MOST_PUT_OFF):
        with pytest.raises(Later):
            await post.send(ID, RAW, LETTER.sender, both)
    await post.send(ID, RAW, LETTER.sender, both)
    assert await post.is_sent(ID)
    assert len(smtp.deliveries.taken) == 1
    with pytest.raises(Later):
        await post.send("<2@example.com>", RAW, LETTER.sender, ("busy@example.com",))


async def test_what_was_lost_for_one_goes_again_to_those_it_was_lost_for(
    post: Post, smtp: Smtp
) -> None:
    both = (*ANA, "busy@example.com")
    smtp.deliveries.answers = ["", "drop"]
    with pytest.raises(Later):
        await post.send(ID, RAW, LETTER.sender, both)
    smtp.deliveries.busy.clear()
    with pytest.raises(Later):
        await post.send(ID, RAW, LETTER.sender, both)
    assert await post.is_again(ID)
    await post.send(ID, RAW, LETTER.sender, both)
    assert [each.rcpt_tos for each in smtp.deliveries.taken] == [
        [*ANA],
        ["busy@example.com"],
        ["busy@example.com"],
    ]
