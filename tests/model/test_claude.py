"""Claude: what it sends and what it makes of an answer, over real HTTP to the strict stand-in."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from bot.model.claude import Claude
from bot.model.port import Answer, ToolUse
from tests.messages_api import KEY, MessagesApi, Reply
from tests.messages_refusal import Json
from tests.model.asking import Asking, question


async def test_what_is_sent_is_byte_for_byte_what_was_given(claude: Asking) -> None:
    body = question().replace(b'{"model"', b'{ "model"')
    with MessagesApi([Reply(text="Done.")]) as api:
        await claude(api.url).ask(body)
    assert [entry.raw for entry in api.ledger] == [body]


async def test_the_sdks_own_headers_go_with_it(claude: Asking) -> None:
    with MessagesApi([Reply(text="Done.")]) as api:
        await claude(api.url).ask(question())
    headers = api.ledger[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["x-api-key"] == KEY
    assert headers["anthropic-version"] == "2026-10-21"
    assert headers["content-type"] == "application/json"
    assert "Anthropic" in headers["user-agent"]


async def test_an_auth_token_is_sent_as_bearer() -> None:
    with MessagesApi([Reply(text="Done.")]) as api:
        asked = Claude(auth_token=KEY, base_url=api.url)
        await asked.ask(question())
        await asked.close()
    assert api.ledger[0].headers["authorization"] == f"Bearer {KEY}"
    assert "x-api-key" not in api.ledger[0].headers


async def test_tools_and_text_are_found_by_type_behind_thinking(claude: Asking) -> None:
    uses: list[tuple[str, Json]] = [("push", {"tag": "v1"}), ("push", {"tag": "v2"})]
    with MessagesApi([Reply(thinking="hm", text="Two of them.", uses=uses)]) as api:
        answer = await claude(api.url).ask(question())
    assert answer.uses == (
        ToolUse(name="push", arguments={"tag": "v1"}),
        ToolUse(name="push", arguments={"tag": "v2"}),
    )
    assert (answer.text, answer.model) == ("Two of them.", "claude-sonnet-5-5")


async def test_usage_and_cost_come_with_the_answer(claude: Asking) -> None:
    with MessagesApi(lambda asked: Reply(text="Done.")) as api:
        asked = claude(api.url)
        long = question(words="word " * 2000)
        first, second = (await asked.ask(long)).usage, (await asked.ask(long)).usage
    assert first.cache_write == second.cache_read > 2500
    assert first.micro_usd == -(-(first.cache_write * 25 + first.output * 100) // 10)
    assert second.micro_usd == -(-(second.cache_read * 1 + second.output * 100) // 10)


@pytest.mark.parametrize("reason", ["end_turn", "stop_sequence"])
async def test_text_alone_is_an_answer(claude: Asking, reason: str) -> None:
    with MessagesApi([Reply(text="Done.", stop_reason=reason)]) as api:
        assert (await claude(api.url).ask(question())).text == "Done."


async def test_questions_side_by_side_share_one_client(claude: Asking) -> None:
    with MessagesApi(lambda asked: Reply(text="Done.")) as api:
        asked = claude(api.url)
        answers = await asyncio.gather(*(asked.ask(question()) for _ in range(5)))
    assert [answer.text for answer in answers] == ["Done."] * 5


async def test_a_closed_client_opens_again(claude: Asking) -> None:
    with MessagesApi(lambda asked: Reply(text="Done.")) as api:
        asked = claude(api.url)
        await asked.ask(question())
        await asked.close()
        assert isinstance(await asked.ask(question()), Answer)


def test_the_sdk_is_not_imported_before_it_is_needed() -> None:
    look = "import sys, bot.model.claude as c; c.Claude(); print('anthropic' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


async def test_warming_up_imports_the_sdk_beside_the_event_loop() -> None:
    await Claude().warm()
    assert "anthropic" in sys.modules
