"""The worker on a real Redis: what one thread's life leaves in the world's own ledger and on the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

import pytest
import redis
from redis.exceptions import TimeoutError as NoAnswer
from structlog.testing import capture_logs

from bot.core import outbox
from bot.core.codec import encode
from bot.core.effects import Run, next_effects
from bot.core.events import (
    CallVoided,
    Cancelled,
    DecideFailed,
    DeliveryFailed,
    Event,
    StepDecided,
    ToolEnded,
    VerdictRefused,
)
from bot.core.outbox import Outgoing
from bot.core.thread import Idle, Thinking, Thread
from bot.core.values import Address, Proposal
from bot.engine import keys
from bot.engine.commit import Append, Lease, Outcome
from bot.engine.desk import Desk
from bot.engine.memory_store import MemoryServer, MemoryStore
from bot.engine.redis_store import RedisStore
from bot.engine.run import Runner
from bot.engine.session import Session
from bot.engine.stuck import LeaseLost
from bot.engine.toolbox import Toolbox
from bot.engine.worker import Worker
from bot.kit.channel import Undeliverable
from bot.model.port import ModelFailed
from tests.engine.commits import arrival
from tests.engine.office import (
    PATIENCE_SECONDS,
    Office,
    Reply,
    card,
    decide,
    message,
    say,
    types,
    until,
)

TOOLS = """
    import asyncio, os
    from pathlib import Path
    from bot.kit import Args, Call, Card, Refused, Unsure, tool

    def note(call: Call, line: str) -> None:
        with open(call.env["LEDGER"], "a") as ledger:
            print(line, file=ledger)

    class Paper(Args):
        name: str

    @tool(reads=True, env=("LEDGER",), cap=100)
    async def read_paper(paper: Paper, call: Call):
        \"\"\"Read a paper.\"\"\"
        if paper.name == "long":
            return "x" * 250
        if paper.name == "broken":
            raise ValueError("no such paper; the token is " + os.environ.get("NOTHING", "s3cr3t-value"))
        return {"paper": paper.name}

    @tool(approval="always", env=("LEDGER",), seconds=1)
    async def sign(paper: Paper, call: Call):
        \"\"\"Sign a paper.\"\"\"
        note(call, f"sign {paper.name}")
        if paper.name == "slow":
            await asyncio.sleep(60)
        if paper.name == "foggy":
            raise Unsure("the line went dead")
        if paper.name == "cut off":
            raise ConnectionResetError("after it was sent")
        if paper.name == "illegible":
            raise ValueError("cannot read it")
        return "signed"

    @sign.preview
    async def show(paper: Paper, call: Call) -> Card:
        pin = Path(call.env["LEDGER"] + ".pin")
        if paper.name == "forbidden":
            raise Refused("this one cannot be signed")
        return Card(f"Signs {paper.name}", pins={"pin": pin.read_text() if pin.exists() else ""})

    @tool(approval="never", idempotent=True, env=("LEDGER",), secrets=("TOKEN",), seconds=30)
    async def file_away(paper: Paper, call: Call):
        \"\"\"File a paper.\"\"\"
        note(call, f"file {paper.name} {call.key}")
        gate = Path(call.env["LEDGER"] + ".gate")
        while gate.exists():
            await asyncio.sleep(0.01)
        if paper.name == "twice" and len(Path(call.env["LEDGER"]).read_text().splitlines()) < 2:
            raise ConnectionResetError("the line went dead")
        if paper.name == "never":
            raise ConnectionResetError("the line is dead")
        return "filed"

    @tool(approval=lambda paper: paper.name != "small", env=("LEDGER",))
    async def stamp(paper: Paper, call: Call):
        \"\"\"Stamp a paper.\"\"\"
        note(call, f"stamp {paper.name}")
        return "stamped"
"""
FRONT = "approvers: [alice, bob]"

SIGN: Reply = [("sign", {"name": "lease", "because": "it is due"})]
DONE: Reply = [("done_for_now", {"message": "All done."})]

MakeOffice = Callable[..., Office]


@pytest.fixture
def open_office(redis_server: str, tmp_path: Path) -> MakeOffice:
    def make(
        replies: Sequence[Reply], *, lease_seconds: float = 30.0, front: str = FRONT
    ) -> Office:
        office = Office(redis_server, tmp_path, replies, lease_seconds)
        office.write_agent(front, TOOLS)
        return office

    return make


def has(kind: str, times: int = 1) -> Callable[[Thread, list[Event]], bool]:
    return lambda _, events: types(events).count(kind) >= times


def when(holds: Callable[[], bool]) -> Callable[[Thread, list[Event]], bool]:
    return lambda thread, events: holds()


def is_idle(thread: Thread, events: list[Event]) -> bool:
    return isinstance(thread.turn, Idle)


async def test_a_gated_call_runs_once_after_its_approval_and_never_before(
    open_office: MakeOffice,
) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
        assert office.ledger() == []
        assert (await decide(desk, shown, "approve")).refusal is None
        await until(desk, is_idle)
    assert office.ledger() == ["sign lease"]
    assert [sent.text for sent in office.screen.sent if isinstance(sent, outbox.Say)] == [
        "All done."
    ]


async def test_a_second_press_is_refused_recorded_and_told(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
        assert (await decide(desk, shown, "approve", by="eve")).refusal is not None
        await decide(desk, shown, "approve")
        assert (await decide(desk, shown, "approve")).refusal is not None
        await until(
            desk,
            lambda thread, events: (
                is_idle(thread, events) and has("VerdictRefused", 2)(thread, events)
            ),
        )
        refused = [
            event for event in await desk.events(office.thread) if isinstance(event, VerdictRefused)
        ]
    assert office.ledger() == ["sign lease"]
    assert [person for person, _ in office.screen.told] == ["eve", "bob"]
    assert "eve is not among" in refused[0].reason


async def test_a_worker_killed_in_a_call_leaves_a_question_and_no_second_start(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("sign", {"name": "slow", "because": "so"})], DONE], lease_seconds=1.0)
    async with office.store() as store, office.process() as worker:
        desk = Desk(store)
        await say(desk, "sign it")
        await decide(desk, await card(desk, outbox.Approval), "approve")
        await until(desk, when(lambda: office.ledger() != []))
        worker.kill()
        await worker.wait()
    office.model.replies = [DONE]
    async with office.work() as desk:
        unknown = await card(desk, outbox.UnknownOutcome)
        await decide(desk, unknown, "answer", by="alice", text="happened")
        await until(desk, is_idle)
    assert office.ledger() == ["sign slow"]


async def test_an_idempotent_call_found_started_runs_again_under_the_same_key(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("file_away", {"name": "a"})], DONE], lease_seconds=1.0)
    gate = Path(office.environ["LEDGER"] + ".gate")
    gate.touch()
    async with office.store() as store, office.process() as worker:
        desk = Desk(store)
        await say(desk, "file it")
        await until(desk, when(lambda: office.ledger() != []))
        worker.kill()
        await worker.wait()
    gate.unlink()
    office.model.replies = [DONE]
    async with office.work() as desk:
        await until(desk, is_idle)
    first, second = office.ledger()
    assert first == second


async def test_a_pin_that_moved_voids_the_approval_and_asks_anew(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
        Path(office.environ["LEDGER"] + ".pin").write_text("moved")
        await decide(desk, shown, "approve")
        again = await card(desk, outbox.Approval, version=2)
        assert office.ledger() == []
        await decide(desk, again, "approve")
        await until(desk, is_idle)
        voided = [
            event for event in await desk.events(office.thread) if isinstance(event, CallVoided)
        ]
    assert office.ledger() == ["sign lease"]
    assert "pin" in voided[0].reason


@pytest.mark.parametrize(
    ("front", "tools", "reason"),
    [
        ("approvers: [alice]", TOOLS, "no longer"),
        (FRONT, TOOLS.replace('note(call, f"sign', 'note(call, f"really sign'), "has changed"),
        (FRONT + "\ntools: [read_paper]", TOOLS, "no longer has the tool"),
        (FRONT, TOOLS.replace("name: str", "name: int"), "no longer takes these arguments"),
    ],
    ids=[
        "an approver was removed",
        "the tool was changed",
        "the tool was removed",
        "its arguments were",
    ],
)
async def test_a_deploy_between_approval_and_run_never_runs_what_was_not_approved(
    open_office: MakeOffice, front: str, tools: str, reason: str
) -> None:
    office = open_office([SIGN, DONE, DONE])
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
    async with office.store() as store:
        await decide(Desk(store), shown, "approve")
    office.write_agent(front, tools)
    async with office.work() as desk:
        await until(desk, has("CallVoided"))
        voided = [
            event for event in await desk.events(office.thread) if isinstance(event, CallVoided)
        ]
    assert reason in voided[0].reason
    assert office.ledger() == []


async def test_what_cannot_be_done_goes_back_to_the_model_and_disturbs_nobody(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("sign", {"name": "forbidden", "because": "why not"})], DONE])
    async with office.work() as desk:
        await say(desk, "sign it")
        await until(desk, is_idle)
    assert [type(sent) for sent in office.screen.sent] == [outbox.Say]
    assert "this one cannot be signed" in office.model.asked[1]


@pytest.mark.parametrize("name", ["slow", "foggy", "cut off"])
async def test_a_call_that_cannot_say_how_it_ended_is_put_to_a_human(
    open_office: MakeOffice, name: str
) -> None:
    office = open_office([[("sign", {"name": name, "because": "so"})], DONE])
    async with office.work() as desk:
        await say(desk, "sign it")
        await decide(desk, await card(desk, outbox.Approval), "approve")
        unknown = await card(desk, outbox.UnknownOutcome)
        await decide(desk, unknown, "answer", by="alice", text="give-up")
        await until(desk, is_idle)
    assert office.ledger() == [f"sign {name}"]


async def test_a_large_result_is_cut_and_its_rest_can_be_read(open_office: MakeOffice) -> None:
    office = open_office([[("read_paper", {"name": "long"})], DONE])
    async with office.work() as desk:
        await say(desk, "read it")
        await until(desk, is_idle)
        ended = next(
            event for event in await desk.events(office.thread) if isinstance(event, ToolEnded)
        )
        assert (ended.result, ended.size) == ("x" * 100, 250)
        office.model.replies = [
            [("read_more", {"ref": ended.ref, "page": 1})],
            DONE,
        ]
        await say(desk, "and the rest?")
        await until(
            desk,
            lambda thread, events: is_idle(thread, events) and has("ToolEnded", 2)(thread, events),
        )
        events = await desk.events(office.thread)
    more = [event for event in events if isinstance(event, ToolEnded)][1]
    assert more.result == {"page": 1, "of": 1, "text": "x" * 250}


async def test_an_error_is_short_and_holds_no_secret(open_office: MakeOffice) -> None:
    office = open_office([[("read_paper", {"name": "broken"})], DONE])
    async with office.work() as desk:
        await say(desk, "read it")
        await until(desk, is_idle)
        ended = next(
            event for event in await desk.events(office.thread) if isinstance(event, ToolEnded)
        )
    assert ended.outcome == "failed"
    assert ended.error == "ValueError: no such paper; the token is [secret]"


async def test_a_model_that_is_overloaded_is_asked_again_by_timer(open_office: MakeOffice) -> None:
    office = open_office([ModelFailed("transient", "overloaded", retry_seconds=0.01), DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        thread = await until(desk, has("DecideFailed"))
        assert isinstance(thread.turn, Thinking)
        await until(desk, is_idle)
        assert "TimerFired" in types(await desk.events(office.thread))


async def test_a_second_malformed_step_asks_a_human(open_office: MakeOffice) -> None:
    nonsense: Reply = [("sing", {"name": "aria"})]
    office = open_office([nonsense, nonsense, DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        hold = await card(desk, outbox.Hold)
        failed = [
            event for event in await desk.events(office.thread) if isinstance(event, DecideFailed)
        ]
        assert "did you mean sign" in failed[0].reason
        await decide(desk, hold, "answer", by="alice", text="Try again")
        await until(desk, is_idle)
    assert "sing" in office.model.asked[1], "the re-ask says what was wrong"


async def test_a_message_voids_the_step_that_had_not_seen_it(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE])
    office.model.gate.clear()
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await until(desk, when(lambda: len(office.model.asked) == 1))
        await desk.post(office.thread, message("no, leave it"))
        office.model.gate.set()
        await until(desk, is_idle)
        steps = [
            event for event in await desk.events(office.thread) if isinstance(event, StepDecided)
        ]
    assert len(steps) == 2
    assert "leave it" in office.model.asked[1]
    assert not [sent for sent in office.screen.sent if isinstance(sent, outbox.Approval)]


async def test_a_message_found_owed_is_looked_for_before_it_is_sent_again(
    open_office: MakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = open_office([DONE])
    deliver = office.screen.send

    async def send(address: Address, message: Outgoing) -> str:
        receipt = await deliver(address, message)
        if len(office.screen.sent) == 1:
            raise ConnectionError("the line went dead after the message went out")
        return receipt

    monkeypatch.setattr(office.screen, "send", send)
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, has("Delivered"))
        await until(desk, is_idle)
    assert len(office.screen.sent) == 1


async def test_a_message_that_cannot_be_delivered_is_a_fact_and_not_a_loop(
    open_office: MakeOffice,
) -> None:
    office = open_office([DONE])
    office.screen.failures = [Undeliverable("the channel is archived")]
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, has("DeliveryFailed"))
        await until(desk, is_idle)
        failed = [
            event for event in await desk.events(office.thread) if isinstance(event, DeliveryFailed)
        ]
    assert failed[0].reason == "the channel is archived"


async def test_a_wait_outlives_the_worker_and_a_word_ends_it_early(open_office: MakeOffice) -> None:
    office = open_office([[("await", {"seconds": 1, "reason": "a nap"})], DONE])
    async with office.work() as desk:
        await say(desk, "later")
        await until(desk, has("StepDecided"))
    async with office.work() as desk:
        await until(desk, is_idle)
        assert "TimerFired" in types(await desk.events(office.thread))
        office.model.replies = [[("await", {"seconds": 86_400, "reason": "a day"})], DONE]
        await say(desk, "again")
        await until(desk, has("StepDecided", 3))
        await say(desk, "no need to wait")
        await until(
            desk,
            lambda thread, events: (
                is_idle(thread, events) and has("StepDecided", 4)(thread, events)
            ),
        )


async def test_a_question_that_nobody_answers_expires_and_the_work_goes_on(
    open_office: MakeOffice,
) -> None:
    front = FRONT + "\npolicy: {sign: {deadline: 1s}}"
    office = open_office([SIGN, DONE], front=front)
    async with office.work() as desk:
        await say(desk, "sign the lease")
        await until(
            desk,
            lambda thread, events: (
                is_idle(thread, events) and has("StepDecided", 2)(thread, events)
            ),
        )
    assert office.ledger() == []
    assert "Nobody answered" in office.model.asked[1]


async def test_two_workers_share_threads_and_start_nothing_twice(open_office: MakeOffice) -> None:
    office = open_office([SIGN, DONE])
    async with office.work() as desk, office.work():
        await say(desk, "sign the lease")
        await decide(desk, await card(desk, outbox.Approval), "approve")
        await until(desk, is_idle)
    assert office.ledger() == ["sign lease"]


async def test_a_tool_that_says_it_failed_has_failed(open_office: MakeOffice) -> None:
    office = open_office([[("sign", {"name": "illegible", "because": "so"})], DONE])
    async with office.work() as desk:
        await say(desk, "sign it")
        await decide(desk, await card(desk, outbox.Approval), "approve")
        await until(desk, is_idle)
        events = await desk.events(office.thread)
        ended = next(event for event in events if isinstance(event, ToolEnded))
    assert (ended.outcome, ended.error) == ("failed", "ValueError: cannot read it")


async def test_an_idempotent_call_that_is_unclear_runs_again_under_its_key(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("file_away", {"name": "twice"})], DONE])
    async with office.work() as desk:
        await say(desk, "file it")
        await until(desk, is_idle)
        assert types(await desk.events(office.thread)).count("ToolStarted") == 2
    first, second = office.ledger()
    assert first == second


async def test_an_idempotent_call_that_stays_unclear_is_put_to_a_human(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("file_away", {"name": "never"})], DONE])
    async with office.work() as desk:
        await say(desk, "file it")
        await card(desk, outbox.UnknownOutcome)
    assert len(office.ledger()) == 3


async def test_an_edit_to_what_needs_no_approval_still_needs_the_one_that_was_asked(
    open_office: MakeOffice,
) -> None:
    office = open_office([[("stamp", {"name": "large", "because": "so"})], DONE])
    async with office.work() as desk:
        await say(desk, "stamp it")
        shown = await card(desk, outbox.Approval)
        await decide(desk, shown, "edit", by="alice", arguments={"name": "small"})
        again = await card(desk, outbox.Approval, version=2)
        assert office.ledger() == []
        assert (await decide(desk, again, "approve", by="bob")).refusal is None
        await until(desk, is_idle)
    assert office.ledger() == ["stamp small"]


async def test_a_policy_that_names_channels_takes_no_approval_from_another(
    open_office: MakeOffice,
) -> None:
    office = open_office([SIGN], front=FRONT + "\npolicy: {sign: {channels: [slack]}}")
    async with office.work() as desk:
        await say(desk, "sign the lease")
        shown = await card(desk, outbox.Approval)
        judged = await decide(desk, shown, "approve")
    assert judged.refusal == "This is decided by slack alone."
    assert office.ledger() == []


async def test_a_model_that_breaks_in_our_hands_is_not_asked_for_ever(
    open_office: MakeOffice,
) -> None:
    office = open_office([cast("Reply", [("sign", None)]), DONE])
    async with office.work() as desk:
        await say(desk, "hello")
        hold = await card(desk, outbox.Hold)
        assert len(office.model.asked) == 1
        await decide(desk, hold, "answer", by="alice", text="Try again")
        await until(desk, is_idle)


async def test_a_worker_told_to_stop_begins_nothing_more(open_office: MakeOffice) -> None:
    office = open_office([[("read_paper", {"name": "a"})], DONE])
    office.model.gate.clear()
    async with office.work() as desk:
        await say(desk, "read it")
        await until(desk, when(lambda: len(office.model.asked) == 1))
    async with office.store() as store:
        assert types(await Desk(store).events(office.thread)) == ["MessageReceived", "StepDecided"]
    async with office.work() as desk:
        await until(desk, is_idle)


class StoppedInTime(RedisStore):
    """Its worker is told to stop at the moment at which there is work."""

    stop: asyncio.Event

    async def take(self, count: int, wait_seconds: float) -> list[Lease]:
        taken = await super().take(count, wait_seconds)
        if taken:
            self.stop.set()
        return taken


async def test_a_worker_told_to_stop_as_it_takes_a_thread_hands_it_back_untouched(
    open_office: MakeOffice,
) -> None:
    office = open_office([DONE])
    async with StoppedInTime(office.url, lease_seconds=30) as store:
        store.stop = asyncio.Event()
        await say(Desk(store), "hello")
        await office.worker(store).run(store.stop)
    assert office.model.asked == []
    async with office.work() as desk:
        await until(desk, is_idle)


async def test_nothing_rests_on_a_log_that_is_shorter_than_what_was_folded(
    open_office: MakeOffice,
) -> None:
    office = open_office([])
    async with office.store() as store:
        await say(Desk(store), "hello")
        await Desk(store).post(office.thread, Cancelled(id="c", actor="alice"))
        (lease,) = await store.take(1, 1)
        session = Session(store, lease, 30)
        await session.load()
        with redis.Redis.from_url(office.url) as server:  # pyright: ignore[reportUnknownMemberType]
            server.ltrim(keys.of_thread(office.thread).log, 0, 0)
        with pytest.raises(LeaseLost):
            await session.rest()


class Shaky(RedisStore):
    """Does not answer so many commits."""

    failures = 12

    async def append(self, commit: Append) -> Outcome:
        if commit.kind == "fact" and self.failures:
            self.failures -= 1
            raise NoAnswer("Redis did not answer within 5 s")
        return await super().append(commit)


async def test_a_store_that_does_not_answer_parks_no_thread(open_office: MakeOffice) -> None:
    office = open_office([DONE] * 13)
    store, stop = Shaky(office.url, lease_seconds=30), asyncio.Event()
    await store.open()
    await say(Desk(store), "hello")
    with capture_logs():  # Drawing a traceback for a terminal takes a second.
        running = asyncio.create_task(office.worker(store).run(stop))
        await until(Desk(store), has("Delivered"))
        stop.set()
        await running
    assert (store.failures, await store.letters()) == (0, [])
    await store.close()


class NeverRenews(MemoryStore):
    """Its heartbeat goes unheard."""

    async def renew(self, leases: Iterable[Lease]) -> list[Lease]:
        return []


async def test_a_worker_told_to_stop_waits_for_a_turn_whose_lease_came_back_to_it() -> None:
    store = NeverRenews(MemoryServer(), lease_seconds=0.05, consumer="one")
    gates, stop = dict[int, asyncio.Event](), asyncio.Event()

    async def perform(session: Session) -> None:
        await gates.setdefault(session.lease.count, asyncio.Event()).wait()
        raise LeaseLost(session.lease.thread)

    await store.append(arrival("t", "hello", encode(message("hello"))))
    running = asyncio.create_task(Worker(store, perform, lease_seconds=0.05).run(stop))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(gates) < 3:
            await asyncio.sleep(0.01)
        stop.set()
        while asyncio.all_tasks() - {running, asyncio.current_task()} and len(gates) > 1:
            gates.pop(max(gates)).set()
            await asyncio.sleep(0.1)
        assert not running.done()
        gates[1].set()
        await running


async def test_a_stop_that_another_effect_of_the_round_has_read_stops_the_call(
    open_office: MakeOffice,
) -> None:
    office = open_office([])
    async with office.store() as store:
        desk = Desk(store)
        await say(desk, "file it")
        (lease,) = await store.take(16, 1)
        session = Session(store, lease, 30)
        await session.load()
        file = Proposal(kind="write", tool="file_away", arguments={"name": "x"}, idempotent=True)
        step = StepDecided(id="s", actor="model", seen=session.thread.head, calls=(file,))
        await session.record(step)
        (run,) = (each for each in next_effects(session.thread) if isinstance(each, Run))
        runner = Runner(Toolbox(office.agents(), office.environ))
        await desk.post(office.thread, message("stop"))
        other = VerdictRefused(id="r", verdict="v", request="x", reason="no")
        await asyncio.gather(session.record(other), runner.write(session, run, lambda: None))
        assert "ToolStarted" not in types(await desk.events(office.thread))
    assert office.ledger() == []
