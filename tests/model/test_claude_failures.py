"""Claude's failures: which pass by themselves, which a human must mend, and what they say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from bot.model.claude import Claude
from tests.messages_api import KEY, MessagesApi, Reply
from tests.messages_refusal import Json
from tests.model.asking import SOON_SECONDS, Asking, failure, question


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Reply(text="Half a sen", stop_reason="max_tokens"), "malformed", "cut off"),
        (Reply(uses=[("push", {})], stop_reason="max_tokens"), "malformed", "cut off"),
        (Reply(text="Wait.", stop_reason="pause_turn"), "malformed", "paused"),
        (Reply(text="No.", stop_reason="refusal"), "refusal", "other words"),
        (
            Reply(text="So far", stop_reason="model_context_window_exceeded"),
            "permanent",
            "begin a new thread",
        ),
        (Reply(text="Hm.", stop_reason="tired"), "malformed", "'tired'"),
        (Reply(text="Hm.", stop_reason="tool_use"), "malformed", "named none"),
        (Reply(), "malformed", "nothing"),
    ],
    ids=lambda value: value.stop_reason if isinstance(value, Reply) else "",
)
async def test_other_ends_give_no_step_and_still_cost(
    claude: Asking, reply: Reply, kind: str, says: str
) -> None:
    with MessagesApi([reply]) as api:
        told = await failure(claude(api.url))
    assert told.kind == kind
    assert says in told.reason
    assert told.usage.input > 0
    assert told.usage.micro_usd


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
async def test_what_passes_by_itself_is_transient(claude: Asking, status: int) -> None:
    with MessagesApi([Reply(status=status)]) as api:
        told = await failure(claude(api.url))
    assert (told.kind, told.retry_seconds) == ("transient", None)
    assert str(status) in told.reason


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, {"message": "tools.0: odd.\n Really."}, "`bot prompt`: tools.0: odd. Really."),
        (400, {"message": "prompt is too long: 3 > 2"}, "begin a new thread"),
        (400, {"message": "Your credit balance is too low"}, "no credit"),
        (401, {"type": "authentication_error"}, "check ANTHROPIC_API_KEY"),
        (402, {"type": "billing_error"}, "no credit"),
        (418, {"message": "teapot"}, "HTTP 418"),
        (
            429,
            {"details": {"error_code": "enforced_spend_limit_reached"}},
            "raise its limit",
        ),
    ],
    ids=str,
)
async def test_what_a_human_must_mend_is_permanent_and_says_what_to_do(
    claude: Asking, status: int, error: Json, says: str
) -> None:
    with MessagesApi([Reply(status=status, error=error)]) as api:
        told = await failure(claude(api.url))
    assert told.kind == "permanent"
    assert says in told.reason


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, {"message": "Could not process image"}, "Could not process image"),
        (413, {"type": "request_too_large"}, "too large"),
    ],
    ids=str,
)
async def test_what_may_be_a_pictures_fault_is_told_apart(
    claude: Asking, status: int, error: Json, says: str
) -> None:
    with MessagesApi([Reply(status=status, error=error)]) as api:
        told = await failure(claude(api.url))
    assert told.kind == "picture"
    assert says in told.reason


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (403, {"type": "permission_error"}, "may not use claude-sonnet-5-5"),
        (404, {"type": "not_found_error"}, "change BOT_MODEL, BOT_FALLBACK_MODEL or"),
    ],
    ids=str,
)
async def test_what_another_model_could_do_is_told_apart_and_says_what_to_do(
    claude: Asking, status: int, error: Json, says: str
) -> None:
    with MessagesApi([Reply(status=status, error=error)]) as api:
        told = await failure(claude(api.url))
    assert told.kind == "unavailable"
    assert says in told.reason


async def test_a_wrong_key_is_told_by_the_name_of_its_setting(claude: Asking) -> None:
    with MessagesApi() as api:
        told = await failure(claude(api.url, key="sk-ant-not-this-one"))
    assert told.kind == "permanent"
    assert "ANTHROPIC_API_KEY" in told.reason
    assert "not-this-one" not in told.reason


async def test_no_key_at_all_is_told_by_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANTHROPIC_CONFIG_DIR", str(tmp_path))
    told = await failure(Claude(base_url="http://127.0.0.1:1"))
    assert (told.kind, told.reason) == (
        "permanent",
        "No key for the model: set ANTHROPIC_API_KEY.",
    )


async def test_an_unknown_model_is_named(claude: Asking) -> None:
    with MessagesApi() as api:
        told = await failure(claude(api.url), question(model="claude-nobody"))
    assert told.kind == "unavailable"
    assert "127.0.0.1 knows no model claude-nobody" in told.reason


async def test_a_secret_the_server_repeats_is_not_repeated(claude: Asking) -> None:
    with MessagesApi([Reply(status=400, error={"message": f"bad key {KEY}"})]) as api:
        told = await failure(claude(api.url))
    assert "bad key [secret]" in told.reason


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "37"}, 37.0),
        ({"retry-after-ms": "6500"}, 6.5),
        ({"retry-after": "soon"}, None),
    ],
)
async def test_the_wait_the_server_asks_for_is_passed_on(
    claude: Asking, headers: dict[str, str], seconds: float | None
) -> None:
    with MessagesApi([Reply(status=429, headers=headers)]) as api:
        assert (await failure(claude(api.url))).retry_seconds == seconds


async def test_a_wait_given_as_a_date_is_understood(claude: Asking) -> None:
    headers = {"retry-after": formatdate(time.time() + 100, usegmt=True)}
    with MessagesApi([Reply(status=529, headers=headers)]) as api:
        told = await failure(claude(api.url))
    assert told.retry_seconds
    assert 60 < told.retry_seconds <= 100


async def test_a_long_wait_is_not_slept_through_inside(claude: Asking) -> None:
    with MessagesApi([Reply(status=429, headers={"retry-after": "3600"})]) as api:
        told = await failure(claude(api.url, retries=2))
    assert told.retry_seconds == 3600
    assert len(api.ledger) == 1


async def test_a_short_trouble_is_tried_again_at_once_with_the_same_bytes(claude: Asking) -> None:
    soon = {"retry-after-ms": "1"}
    replies = [Reply(status=529, headers=soon), Reply(hang_up_after=40, text="x"), Reply(text="Ok")]
    with MessagesApi(replies) as api:
        answer = await claude(api.url, retries=2).ask(question())
    assert answer.text == "Ok"
    assert {entry.raw for entry in api.ledger} == {question()}
    assert len(api.ledger) == 3


async def test_trouble_that_stays_is_given_up_after_three_tries(claude: Asking) -> None:
    always = Reply(status=529, headers={"retry-after-ms": "1"})
    with MessagesApi(lambda asked: always) as api:
        told = await failure(claude(api.url, retries=2))
    assert told.kind == "transient"
    assert len(api.ledger) == 3


async def test_a_hang_up_in_the_middle_of_the_reply_is_transient(claude: Asking) -> None:
    with MessagesApi([Reply(text="Done.", hang_up_after=30)]) as api:
        told = await failure(claude(api.url))
    assert told.kind == "transient"
    assert "127.0.0.1 cannot be reached" in told.reason


async def test_a_server_that_is_not_there_is_transient(
    claude: Asking, free_port: Callable[[], int]
) -> None:
    told = await failure(claude(f"http://user:hunter2@127.0.0.1:{free_port()}"))
    assert told.kind == "transient"
    assert "hunter2" not in told.reason


async def test_a_reply_that_takes_too_long_is_transient_and_asked_for_once(claude: Asking) -> None:
    with MessagesApi(lambda asked: Reply(text="Late.", held=True)) as api:
        told = await failure(claude(api.url, retries=2, timeout=0.3))
        assert (told.kind, len(api.ledger)) == ("transient", 1)


async def test_a_client_that_does_not_get_ready_in_time_is_transient(claude: Asking) -> None:
    with MessagesApi([]) as api:
        asked = claude(api.url, timeout=0.05)
        async with asked._connecting:  # pyright: ignore[reportPrivateUsage]
            told = await failure(asked)
        assert (told.kind, len(api.ledger)) == ("transient", 0)


async def test_a_cancelled_question_ends_at_once_and_the_next_one_works(claude: Asking) -> None:
    replies = [Reply(text="Late.", held=True), Reply(text="Ok")]
    with MessagesApi(replies) as api:
        asked = claude(api.url)
        waiting = asyncio.create_task(asked.ask(question()))
        assert await asyncio.to_thread(api.holding.wait, SOON_SECONDS)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await asked.ask(question())).text == "Ok"


@pytest.mark.parametrize("raw", [b"<html>Log in</html>", b"{}", b'{"model":"m","content":"x"}'])
async def test_a_page_that_is_no_reply_is_malformed(claude: Asking, raw: bytes) -> None:
    with MessagesApi([Reply(raw=raw)]) as api:
        told = await failure(claude(api.url))
    assert told.kind == "malformed"
    assert "ANTHROPIC_BASE_URL" in told.reason


async def test_a_redirect_is_not_followed_with_the_key_in_hand(claude: Asking) -> None:
    with MessagesApi([Reply(text="Stolen.")]) as other:
        elsewhere = {"location": f"{other.url}/v1/messages"}
        with MessagesApi([Reply(status=307, headers=elsewhere)]) as api:
            told = await failure(claude(api.url))
    assert told.kind == "permanent"
    assert "points elsewhere" in told.reason
    assert other.ledger == []
