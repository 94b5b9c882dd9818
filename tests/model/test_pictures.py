"""Pictures: each is shown once, right after the words that tell of it, and the log alone decides which are."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from bot.core.codec import digest_of
from bot.core.events import (
    Compacted,
    DecideFailed,
    Event,
    MessageReceived,
    StepDecided,
    ToolEnded,
)
from bot.core.log import blocks
from bot.core.reducer import replay
from bot.core.values import Address, Attachment
from bot.engine.results import carry
from bot.kit.agent import Agent
from bot.kit.load import load_agents
from bot.kit.people import People
from bot.kit.picture import Pictured
from bot.model import attached
from bot.model.claude import Claude
from bot.model.decide import Decider
from bot.model.pictures import MOST, MOST_BYTES, REFUSED
from tests.messages_api import MessagesApi, Reply
from tests.model.asking import Asking
from tests.pictures import GIF, jpeg, png, signed

Json = dict[str, Any]
MODEL = "claude-sonnet-5-5"
HERE = Address(channel="slack", locator="T/C/1.2")
# Whole by its sums, and without a single row.
HOLLOW = signed(
    (b"IHDR", struct.pack(">IIBBBBB", 9, 9, 1, 0, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b"")
)


class Life:
    """One thread to which pictures come; what its log keeps is here."""

    def __init__(self, agents: dict[str, Agent], api: MessagesApi, claude: Asking) -> None:
        self.agents, self.api, self.claude = agents, api, claude
        self.log: list[Event] = []
        self.kept: dict[str, bytes] = {}
        self.model, self.context_tokens = MODEL, 100_000

    def come(self, *pictures: Pictured) -> None:
        """A message with these files, read as the decider has them read."""
        files = tuple(
            Attachment(id=f"F{len(self.log)}-{at}", name="a.png") for at in range(len(pictures))
        )
        self.append(
            MessageReceived(
                id="", actor="alice", address=HERE, text="look", agent="clerk", files=files
            )
        )
        self.read(pictures)

    def read(self, pictures: Sequence[Pictured]) -> None:
        seen = len(self.log)
        self.append(
            StepDecided(id="", actor="prefetch", seen=seen, calls=attached.reads("T", self.log))
        )
        for at, each in enumerate(pictures):
            carried = carry(each, 20_000)
            self.kept |= carried.blobs
            ended = ToolEnded(
                id="",
                call=f"T-{seen}-{at}",
                n=1,
                outcome="returned",
                result=carried.result,
                picture=carried.picture,
            )
            self.append(ended)

    def append(self, event: Event) -> Event:
        self.log.append(event.model_copy(update={"id": event.id or f"e{len(self.log)}"}))
        return self.log[-1]

    async def blob(self, thread: str, ref: str) -> bytes | None:
        assert thread == "T"
        return self.kept.get(ref)

    def decider(self) -> Decider:
        return Decider(
            self.agents,
            self.claude(self.api.url),
            model_of=lambda _: self.model,
            max_tokens=1_000,
            deadline_seconds=3_600,
            owner="alice",
            context_tokens=self.context_tokens,
            blob=self.blob,
        )

    async def ask(self) -> Event:
        return self.append(await self.decider()(replay("T", self.log), self.log))

    def request(self) -> list[Json]:
        """What would be sent now."""
        body = self.decider().request(self.agents["clerk"], "T", self.log, self.model, self.kept)
        return content(json.loads(body))


def content(body: Mapping[str, object]) -> list[Json]:
    (turn,) = cast("list[Json]", body["messages"])
    return cast("list[Json]", turn["content"])


def images(parts: Sequence[Json]) -> list[bytes]:
    found = [each["source"]["data"] for each in parts if each["type"] == "image"]
    return [base64.b64decode(each) for each in found]


def whys(parts: Sequence[Json]) -> list[str]:
    texts = [each["text"] for each in parts if each["type"] == "text"]
    return [each for each in texts if each.startswith("[The picture is not shown: ")]


def a_picture(data: bytes = b"", kind: str = "image/png", side: int = 100) -> Pictured:
    return Pictured("a.png\n\nIt is a picture.", kind, side, side, data or png(side, side))


@pytest.fixture(autouse=True)
async def warm() -> None:
    """The SDK may take longer to import than a client waits for an answer."""
    await Claude().warm()


@pytest.fixture
def agents(tmp_path: Path) -> dict[str, Agent]:
    home = tmp_path / "clerk"
    home.mkdir()
    (home / "agent.md").write_text("---\ndescription: a clerk\n---\nYou are a clerk.\n")
    return dict(load_agents([tmp_path], People()))


async def test_a_picture_comes_right_after_the_words_that_tell_of_it(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with MessagesApi([Reply(text="A cat.")]) as api:
        life = Life(agents, api, claude)
        life.come(
            a_picture(), a_picture(jpeg(9, 9), "image/jpeg", 9), a_picture(GIF, "image/gif", 1)
        )
        step = await life.ask()
    assert isinstance(step, StepDecided)
    (entry,) = api.ledger
    assert entry.refusal is None
    assert digest_of(entry.raw) == step.request
    parts = content(entry.body)
    assert [each["type"] for each in parts[-6:]] == ["text", "image"] * 3
    assert images(parts) == [png(100, 100), jpeg(9, 9), GIF]
    for told in parts[-6::2]:
        assert told["text"].startswith('<result untrusted="tool attached-file"')


async def test_the_prompt_cache_holds_from_one_request_to_the_next(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with MessagesApi([Reply(text="A cat."), Reply(text="Two.")]) as api:
        life = Life(agents, api, claude)
        life.come(a_picture(png(filler=4_000)))
        first = await life.ask()
        life.come(a_picture(png(filler=4_001)))
        second = await life.ask()
    assert isinstance(first, StepDecided)
    assert isinstance(second, StepDecided)
    assert first.usage.cache_write == second.usage.cache_read > 1_000
    before, after = (content(entry.body) for entry in api.ledger)
    marked = [at for at, each in enumerate(after) if "cache_control" in each]
    assert marked == [len(before) - 1, len(after) - 1]
    assert after[len(before) - 1]["type"] == "image"


async def test_a_picture_that_the_server_does_not_take_is_left_out_and_later_ones_are_shown(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with MessagesApi([Reply(text="I cannot see it."), Reply(text="A cat.")]) as api:
        life = Life(agents, api, claude)
        life.come(a_picture(HOLLOW, side=9))
        failed = await life.ask()
        assert isinstance(failed, DecideFailed)
        assert (failed.kind, failed.retry_in) == ("transient", 0)
        assert failed.reason.startswith(REFUSED)
        assert "Could not process image" in failed.reason
        assert isinstance(await life.ask(), StepDecided)
        life.come(a_picture())
        assert isinstance(await life.ask(), StepDecided)
    assert whys(content(api.ledger[1].body)) == [
        "[The picture is not shown: the model's server did not take it.]"
    ]
    assert images(content(api.ledger[2].body)) == [png(100, 100)]


async def test_a_refusal_that_no_picture_is_the_cause_of_is_for_a_human(
    agents: dict[str, Agent], claude: Asking
) -> None:
    refusal = Reply(status=400, error={"message": "the image of a tool is odd"})
    with MessagesApi([refusal]) as api:
        life = Life(agents, api, claude)
        life.come()
        failed = await life.ask()
    assert isinstance(failed, DecideFailed)
    assert failed.kind == "permanent"


@pytest.mark.parametrize("model", ["rehearsal/claude", "some-model"])
def test_a_model_that_may_not_see_has_words_alone(
    agents: dict[str, Agent], claude: Asking, model: str
) -> None:
    with MessagesApi() as api:
        life = Life(agents, api, claude)
        life.come(a_picture())
        life.model = model
        parts = life.request()
    assert images(parts) == []
    assert whys(parts) == ["[The picture is not shown: this model takes words alone.]"]


def test_a_picture_that_is_gone_is_said_to_be(agents: dict[str, Agent], claude: Asking) -> None:
    with MessagesApi() as api:
        life = Life(agents, api, claude)
        life.come(a_picture())
        life.kept = {}
        assert whys(life.request()) == ["[The picture is not shown: it is no longer kept.]"]


@pytest.mark.parametrize(
    ("picture", "count", "left"),
    [
        (a_picture(), MOST, MOST),
        (a_picture(), MOST + 1, 1),
        (a_picture(png(filler=MOST_BYTES // 4 - 500)), 4, 4),
        (a_picture(png(filler=MOST_BYTES // 4)), 4, 1),
    ],
    ids=["most", "too many", "most bytes", "too large"],
)
def test_pictures_that_are_too_many_or_too_large_together_make_room_for_newer_ones(
    agents: dict[str, Agent], claude: Asking, picture: Pictured, count: int, left: int
) -> None:
    with MessagesApi() as api:
        life = Life(agents, api, claude)
        for _ in range(count):
            life.come(picture)
        parts = life.request()
    assert (len(images(parts)), len(whys(parts))) == (left, count - left)
    assert parts[-1]["type"] == "image"


async def test_a_picture_weighs_what_the_vendor_takes_it_for_and_a_summary_takes_its_place(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with MessagesApi([Reply(text="A cat."), Reply(text="So many.")]) as api:
        life = Life(agents, api, claude)
        life.context_tokens = 15_000
        life.come(a_picture(png(filler=1_000_000), side=100))
        assert isinstance(await life.ask(), StepDecided)
        for _ in range(3):
            life.come(a_picture(side=2_000))
        cut = await life.ask()
        assert isinstance(cut, Compacted)
        assert isinstance(await life.ask(), StepDecided)
    assert len(images(content(api.ledger[0].body))) == 1
    assert len(images(content(api.ledger[1].body))) == 1
    assert whys(content(api.ledger[1].body)) == []
    assert "image/png" not in blocks(life.log, "T")[0]


async def test_a_store_that_is_away_says_nothing_of_the_thread(
    agents: dict[str, Agent], claude: Asking
) -> None:
    class Away(Life):
        async def blob(self, thread: str, ref: str) -> bytes | None:
            raise ConnectionError(thread + ref)

    with MessagesApi() as api:
        life = Away(agents, api, claude)
        life.come(a_picture())
        with pytest.raises(ConnectionError):
            await life.ask()
    assert api.ledger == []
