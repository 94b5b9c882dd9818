"""Pictures in Slack: downloaded once, kept on the log, and shown to the model right after the words that tell of them."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

from bot.core.events import StepDecided, ToolEnded
from tests.messages_api import KEY, Entry, MessagesApi, Reply
from tests.pictures import png
from tests.scenarios.slack_office import SlackOffice, only_thread, until

HELD, DONE = Reply(held=True, text="Lost."), Reply(text="A cat.")


def asking(office: SlackOffice, api: MessagesApi) -> None:
    """From now on the office's processes ask this server."""
    more = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
    office.environ |= more | {"BOT_MODEL": "claude-sonnet-5-5"}


def parts(entry: Entry) -> list[dict[str, Any]]:
    (turn,) = cast("list[dict[str, Any]]", entry.body["messages"])
    return cast("list[dict[str, Any]]", turn["content"])


def pictures(entry: Entry) -> list[bytes]:
    assert entry.refusal is None
    found = [each["source"]["data"] for each in parts(entry) if each["type"] == "image"]
    return [base64.b64decode(each) for each in found]


async def output(office: SlackOffice, *words: str) -> bytes:
    async with office.process(*words) as process:
        assert process.stdout is not None
        return await process.stdout.read()


async def test_a_picture_is_shown_once_though_the_worker_is_killed_while_the_model_looks(
    office: SlackOffice,
) -> None:
    with MessagesApi([HELD, DONE, DONE]) as api:
        asking(office, api)
        async with office.listening() as app:
            file = office.slack.team.file("cat.png", office.alice, png(640, 480), "image/png")
            text = f"{office.slack.mention} what is this?"
            said = office.slack.people.say(office.alice, office.channel, text, None, [file])
            async with office.process("worker"):
                await until(api.holding.is_set, "the question")
            async with office.process("worker"):
                await office.shown(said, 1)
                office.say("and now?", thread=said)
                await office.shown(said, 2)
            thread, events = await only_thread(app)
        proved = await output(office, "prompt", thread.id)
        told = await output(office, "why", thread.id, "2", "--json")
    lost, first, second = api.ledger
    assert lost.raw == first.raw
    assert [pictures(each) for each in api.ledger] == [[png(640, 480)]] * 3
    before, shown = parts(first)[-2:]
    assert before["text"].startswith('<result untrusted="tool attached-file">cat.png (image/png, ')
    assert "640 by 480 pixels" in before["text"]
    assert shown["type"] == "image"
    assert proved == second.raw
    assert json.loads(told)["context"]["proved"] is True
    assert len(office.slack.ledger.calls("files.info")) == 1
    (ended,) = [event for event in events if isinstance(event, ToolEnded)]
    assert ended.picture is not None
    assert base64.b64encode(png(640, 480))[:40] not in ended.model_dump_json().encode()
    assert [event.actor for event in events if isinstance(event, StepDecided)] == [
        "prefetch",
        "model",
        "model",
    ]


async def test_what_only_looks_like_a_picture_is_told_in_words_and_holds_nothing_up(
    office: SlackOffice,
) -> None:
    hostile = {
        "cut.png": png()[:-5],
        "bomb.png": png(60_000, 1),
        "fat.png": png(filler=4_000_000),
        "page.png": b"<script>alert(1)</script>",
    }
    with MessagesApi([DONE]) as api:
        asking(office, api)
        async with office.listening(), office.process("worker"):
            files = [
                office.slack.team.file(name, office.alice, content, "image/png")
                for name, content in hostile.items()
            ]
            text = f"{office.slack.mention} look"
            said = office.slack.people.say(office.alice, office.channel, text, None, files)
            await office.shown(said, 1)
    (entry,) = api.ledger
    assert pictures(entry) == []
    words = entry.raw.decode()
    assert "It is a PNG picture that is broken" in words
    assert "It is a PNG picture of 60,000 by 1 pixels, and only up to 8,000" in words
    assert "It is a PNG picture larger than 3.75 MB" in words
    assert "&lt;script&gt;" in words
