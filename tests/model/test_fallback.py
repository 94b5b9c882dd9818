"""The second model: asked when the first cannot be, by any worker alike, since the log alone decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.story import story
from bot.core import outbox
from bot.core.events import DecideFailed, Event, MessageReceived, StepDecided, TimerFired
from bot.core.reducer import replay
from bot.core.thread import Held, Thinking, Thread
from bot.core.values import Address
from bot.kit.agent import Agent
from bot.kit.load import load_agents
from bot.kit.people import People
from bot.model.claude import Claude
from bot.model.decide import Decider
from tests.messages_api import MessagesApi, Reply
from tests.messages_rules import Asked
from tests.model.asking import Asking

FIRST, SECOND = "claude-sonnet-5-5", "claude-haiku-5-5"
BEGAN = 1_793_000_000_000
MINUTE = 60_000
HERE = Address(channel="console", locator="1")
WAIT = Reply(uses=[("await", {"seconds": 60, "reason": "it builds"})])
DONE = Reply(text="Done.")
OVERLOADED, UNKNOWN = Reply(status=529), Reply(status=404, error={"type": "not_found_error"})


class Life:
    """One thread, decided on by a new worker each time; the clock goes where the thread waits for it."""

    def __init__(self, agents: dict[str, Agent], api: MessagesApi, claude: Asking) -> None:
        self.agents, self.api, self.claude = agents, api, claude
        self.now = BEGAN
        self.log: list[Event] = []
        self.says("ship it")

    @property
    def thread(self) -> Thread:
        return replay("T", self.log)

    @property
    def models(self) -> list[str]:
        """Who was asked, as the server saw it."""
        return [str(entry.body["model"]) for entry in self.api.ledger]

    def says(self, text: str) -> None:
        self.append(MessageReceived(id="", actor="alice", address=HERE, text=text, agent="clerk"))

    def append(self, event: Event) -> Event:
        stamp = {"at": self.now, "id": event.id or f"e{len(self.log)}"}
        self.log.append(event.model_copy(update=stamp))
        return self.log[-1]

    async def ask(self) -> Event:
        decider = Decider(
            self.agents,
            self.claude(self.api.url),
            model_of=lambda agent: agent.model or "",
            max_tokens=1_000,
            deadline_seconds=3_600,
            owner="alice",
        )
        return self.append(await decider(self.thread, self.log))

    async def step(self) -> StepDecided:
        """The next step, however many failures come before it; each wait is waited for."""
        while isinstance(fact := await self.ask(), DecideFailed):
            turn = self.thread.turn
            assert isinstance(turn, Thinking), fact
            self.fires("retry", turn.retry_at or 0)
        assert isinstance(fact, StepDecided)
        return fact

    def fires(self, name: str, at: int) -> None:
        self.now = at
        self.append(TimerFired(id="", name=name, due=at))

    def passes(self, minutes: int) -> None:
        """The wait that the last step chose is over, this much later."""
        self.fires(self.thread.calls[-1].id, self.now + minutes * MINUTE)

    @property
    def failures(self) -> list[DecideFailed]:
        return [event for event in self.log if isinstance(event, DecideFailed)]


@pytest.fixture(autouse=True)
async def warm() -> None:
    """The SDK may take longer to import than a client waits for an answer."""
    await Claude().warm()


@pytest.fixture
def agents(tmp_path: Path) -> dict[str, Agent]:
    return agents_in(tmp_path, f"model: {FIRST}\nfallback: {SECOND}")


def agents_in(folder: Path, front: str) -> dict[str, Agent]:
    home = folder / "clerk"
    home.mkdir(parents=True, exist_ok=True)
    (home / "agent.md").write_text(f"---\n{front}\n---\nYou are a clerk.\n")
    return dict(load_agents([folder], People()))


def by_model(**replies: Reply) -> dict[str, Reply]:
    return {FIRST: replies["first"], SECOND: replies["second"]}


def server(replies: dict[str, Reply]) -> MessagesApi:
    """Each model answers as it is told to; what it is told may change while the server runs."""

    def reply(asked: Asked) -> Reply:
        return replies[str(asked.body["model"])]

    return MessagesApi(reply)


async def test_an_overloaded_model_is_asked_three_times_and_then_the_second_answers(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with server(by_model(first=OVERLOADED, second=WAIT)) as api:
        life = Life(agents, api, claude)
        step = await life.step()
    assert life.models == [FIRST, FIRST, FIRST, SECOND]
    assert [event.instead for event in life.failures] == ["", "", SECOND]
    assert [event.retry_in > 0 for event in life.failures] == [True, True, False]
    assert (step.model, bool(step.usage.micro_usd)) == (SECOND, True)
    assert step.usage.micro_usd == -(
        -(
            100 * step.usage.input
            + 500 * step.usage.output
            + 10 * step.usage.cache_read
            + 125 * step.usage.cache_write
        )
        // 1_000
    )


async def test_a_model_nobody_knows_is_asked_once_and_the_story_says_who_answered(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with server(by_model(first=UNKNOWN, second=DONE)) as api:
        life = Life(agents, api, claude)
        await life.step()
    assert life.models == [FIRST, SECOND]
    assert [event.kind for event in life.failures] == ["transient"]
    told = list(story("T", life.log))
    assert f"no step from {FIRST} (transient): " in told[1]
    assert told[1].endswith(f"{SECOND} is asked instead")
    assert told[-1].endswith(f"(by {SECOND})")


@pytest.mark.parametrize(("minutes", "model"), [(9, SECOND), (10, FIRST)])
async def test_the_second_is_asked_for_ten_minutes_and_then_the_first_again(
    agents: dict[str, Agent], claude: Asking, minutes: int, model: str
) -> None:
    replies = by_model(first=UNKNOWN, second=WAIT)
    with server(replies) as api:
        life = Life(agents, api, claude)
        await life.step()
        replies[FIRST] = WAIT
        life.passes(minutes)
        assert (await life.step()).model == model
        life.passes(1)
        assert (await life.step()).model == FIRST


async def test_a_first_that_is_still_out_sends_the_question_on_again(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with server(by_model(first=UNKNOWN, second=WAIT)) as api:
        life = Life(agents, api, claude)
        await life.step()
        life.passes(15)
        await life.step()
    assert life.models == [FIRST, SECOND, FIRST, SECOND]


async def test_when_both_fail_a_human_is_told_of_both_and_the_first_is_tried_again(
    agents: dict[str, Agent], claude: Asking
) -> None:
    replies = by_model(first=OVERLOADED, second=UNKNOWN)
    with server(replies) as api:
        life = Life(agents, api, claude)
        while isinstance(turn := life.thread.turn, Thinking):
            life.fires("retry", turn.retry_at or life.now)
            await life.ask()
        assert isinstance(life.thread.turn, Held)
        (hold,) = outbox.pending(life.thread)
        assert isinstance(hold, outbox.Hold)
        assert f"{FIRST}: The model's server is not answering" in hold.text
        assert f"{SECOND}, asked instead: 127.0.0.1 knows no model {SECOND}" in hold.text
        replies[FIRST] = DONE
        life.says("Try again")
        assert (await life.step()).model == FIRST
    assert life.models == [FIRST, FIRST, FIRST, SECOND, FIRST]


async def test_when_both_are_overloaded_both_are_named_and_the_wait_grows(
    agents: dict[str, Agent], claude: Asking
) -> None:
    with server(by_model(first=OVERLOADED, second=OVERLOADED)) as api:
        life = Life(agents, api, claude)
        for _ in range(5):
            await life.ask()
            turn = life.thread.turn
            assert isinstance(turn, Thinking)
            life.fires("retry", turn.retry_at or 0)
    assert life.models == [FIRST, FIRST, FIRST, SECOND, SECOND]
    assert FIRST in life.failures[-1].reason
    assert SECOND in life.failures[-1].reason
    assert life.failures[-1].retry_in > life.failures[-2].retry_in > 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="No.", stop_reason="refusal"),
        Reply(status=400, error={"message": "tools.0: odd"}),
        Reply(status=401, error={"type": "authentication_error"}),
        Reply(status=402, error={"type": "billing_error"}),
        Reply(status=413, error={"type": "request_too_large"}),
    ],
    ids=["refusal", "bad request", "key", "money", "too large"],
)
async def test_what_no_other_model_could_cure_goes_to_a_human_at_once(
    agents: dict[str, Agent], claude: Asking, reply: Reply
) -> None:
    with server(by_model(first=reply, second=DONE)) as api:
        life = Life(agents, api, claude)
        await life.ask()
    assert isinstance(life.thread.turn, Held)
    assert life.models == [FIRST]
    assert life.failures[0].instead == ""


async def test_a_refusal_by_the_second_is_its_own(agents: dict[str, Agent], claude: Asking) -> None:
    refusal = Reply(text="No.", stop_reason="refusal")
    with server(by_model(first=UNKNOWN, second=refusal)) as api:
        life = Life(agents, api, claude)
        await life.ask()
        life.fires("retry", life.now)
        await life.ask()
    assert life.failures[-1].kind == "refusal"
    assert FIRST not in life.failures[-1].reason


@pytest.mark.parametrize("front", ["", f"fallback: {FIRST}"], ids=["no second", "itself"])
async def test_without_another_model_an_unknown_one_goes_to_a_human_at_once(
    tmp_path: Path, claude: Asking, front: str
) -> None:
    with server(by_model(first=UNKNOWN, second=DONE)) as api:
        life = Life(agents_in(tmp_path, f"model: {FIRST}\n{front}"), api, claude)
        await life.ask()
    assert [event.kind for event in life.failures] == ["permanent"]
    assert life.models == [FIRST]


async def test_an_outage_of_a_model_that_is_no_longer_configured_is_forgotten(
    tmp_path: Path, agents: dict[str, Agent], claude: Asking
) -> None:
    with server(by_model(first=UNKNOWN, second=WAIT)) as api:
        life = Life(agents, api, claude)
        await life.step()
        life.agents = agents_in(tmp_path / "later", f"model: {SECOND}\nfallback: {FIRST}")
        life.passes(1)
        assert (await life.step()).model == SECOND
        life.agents = agents_in(tmp_path / "last", f"model: {FIRST}")
        life.passes(1)
        await life.ask()
    assert life.models == [FIRST, SECOND, SECOND, FIRST]
