"""What cannot be gone on with is parked with its cause after so many tries, and its neighbours go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping, Sequence

import pytest
import redis
from structlog.testing import capture_logs

from bot.core import human, outbox
from bot.core.events import MessageReceived, StepDecided
from bot.core.thread import Idle, Thread
from bot.core.values import Address
from bot.engine import keys
from bot.engine.commit import Append
from bot.engine.desk import Desk, thread_id
from bot.engine.letters import Letter
from bot.engine.session import Session
from bot.engine.store import Store
from bot.engine.trouble import MOST_TAKEOVERS, Patience
from tests.engine import commits
from tests.engine.commits import arrival, take_one
from tests.engine.office import HOME, Office, card, message, say, until
from tests.engine.test_worker import DONE, SIGN, has, is_idle, open_office

__all__ = ["open_office"]
MakeOffice = Callable[..., Office]
NEIGHBOUR = Address(channel="screen", locator="next door")


@pytest.fixture(autouse=True)
def logs() -> Iterator[Sequence[MutableMapping[str, object]]]:
    """What was logged; drawing each traceback for a terminal would take a second."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def office(open_office: MakeOffice) -> Office:
    return open_office([DONE, DONE, DONE])


async def letter_of(store: Store, thread: str, holds: Callable[[Letter], bool]) -> Letter:
    """The letter about this thread, as soon as it is as it should be."""

    async def look() -> Letter | None:
        found = await store.letter(thread)
        return found if found and holds(found) else None

    return await commits.until(look)


async def dead(office: Office) -> Letter:
    async with office.store() as store:
        return await letter_of(store, office.thread, lambda letter: letter.is_dead)


async def rests(desk: Desk, address: Address) -> Thread:
    """The thread at this address, once it has been answered and is at rest."""

    async def look() -> Thread | None:
        thread = await desk.thread(thread_id(address))
        return thread if thread.decided and isinstance(thread.turn, Idle) else None

    return await commits.until(look)


def server(office: Office) -> redis.Redis:
    return redis.Redis.from_url(office.url)  # pyright: ignore[reportUnknownMemberType]


def put(office: Office, row: bytes) -> None:
    """A row that nothing of ours wrote, at the end of the log."""
    with server(office) as client:
        client.rpush(keys.of_thread(office.thread).log, row)


Break = Callable[[Office, pytest.MonkeyPatch], None]


def _in_parse(office: Office, patch: pytest.MonkeyPatch) -> None:
    put(office, b"1795376489021" + b'{"type":"Cancelled","v":1,"actor":"bob"}')


def _in_fold(office: Office, patch: pytest.MonkeyPatch) -> None:
    def broken(thread: Thread, event: MessageReceived) -> Thread:
        if thread.id == office.thread:
            raise KeyError("a bug in the fold")
        return message(thread, event)

    message = human.message
    patch.setattr(human, "message", broken)


def _in_render(office: Office, patch: pytest.MonkeyPatch) -> None:
    def broken(thread: Thread, key: str) -> object:
        if thread.id == office.thread:
            raise KeyError("a bug in the outbox")
        return render(thread, key)

    render = outbox.message
    patch.setattr(outbox, "message", broken)


def _in_send(office: Office, patch: pytest.MonkeyPatch) -> None:
    async def send(address: Address, message: object) -> str:
        if address == HOME:
            raise TypeError("a bug in the channel")
        return await deliver(address, message)  # type: ignore[arg-type]  # handed on as it came

    deliver = office.screen.send
    patch.setattr(office.screen, "send", send)


def _in_tool(office: Office, patch: pytest.MonkeyPatch) -> None:
    def carry(result: object, cap: int) -> object:
        raise KeyError("a bug in what carries results")

    office.model.replies = [[("read_paper", {"name": "x"})], DONE]
    patch.setattr("bot.engine.endings.carry", carry)


@pytest.mark.parametrize(
    ("breaks", "stage", "cause", "seq"),
    [
        (_in_parse, "parse", "Unreadable: event 2 cannot be read and may have been a denial", 2),
        (_in_fold, "fold", "KeyError: 'a bug in the fold'", 1),
        (_in_render, "render", "KeyError: 'a bug in the outbox'", None),
        (_in_send, "send", "TypeError: a bug in the channel", None),
        (_in_tool, "tool", "KeyError: 'a bug in what carries results'", None),
    ],
)
async def test_what_fails_every_time_is_parked_with_stage_and_cause_and_its_neighbour_is_done(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Break,
    stage: str,
    cause: str,
    seq: int | None,
    logs: Sequence[MutableMapping[str, object]],
) -> None:
    async with office.store() as store:
        await say(Desk(store), "hello")
    breaks(office, monkeypatch)
    async with office.work() as desk:
        letter = await dead(office)
        await desk.launch("clerk", "hello", "alice", NEIGHBOUR)
        await rests(desk, NEIGHBOUR)
    assert (letter.stage, letter.cause, letter.seq, letter.tries) == (stage, cause, seq, 3)
    assert letter.again is None
    assert [each["tries"] for each in logs if each["event"] == "turn failed"] == [1, 2, 3]


async def test_a_parked_thread_that_is_revived_when_all_is_well_goes_on_and_has_no_letter(
    office: Office,
) -> None:
    office.screen.failures = [ValueError("bad template")] * 3
    async with office.work() as desk, office.store() as store:
        await say(desk, "hello")
        letter = await dead(office)
        await store.revive(letter)
        await until(desk, lambda thread, _: len(office.screen.sent) == 1)
        await until(desk, is_idle)
        assert await store.letters() == []


async def test_a_card_that_cannot_be_sent_does_not_make_the_model_be_asked_again_and_again(
    open_office: MakeOffice,
) -> None:
    office = open_office([SIGN, [("stand_by", {})], DONE])
    async with office.work() as desk:
        await say(desk, "sign it")
        await card(desk, outbox.Approval)
        office.screen.failures = [ValueError("bad template")] * 3
        await say(desk, "hm")
        await dead(office)
    assert len(office.model.asked) == 2


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ConnectionError("the mail server says 451 4.7.1 greylisted"), "put off"),
        (TimeoutError("no answer"), "put off"),
        (PermissionError("ours to mend"), "turn failed"),
        (KeyError("a bug"), "turn failed"),
    ],
)
async def test_what_is_put_off_is_one_line_and_what_nobody_expects_has_its_traceback(
    office: Office, logs: Sequence[MutableMapping[str, object]], error: Exception, line: str
) -> None:
    office.screen.failures = [error]
    async with office.work() as desk:
        await say(desk, "hello")
        await until(desk, has("Delivered"))
    [said] = [each for each in logs if each["event"] in ("put off", "turn failed")]
    is_drawn = "exc_info" in said or "exception" in said
    assert (said["event"], is_drawn) == (line, line == "turn failed")
    if not is_drawn:
        assert str(error) in str(said["cause"])
        assert said["log_level"] == "warning"


async def test_a_world_that_is_away_is_tried_longer(office: Office) -> None:
    office.screen.failures = [ConnectionError("the screen is dark")] * 4
    async with office.work() as desk, office.store() as store:
        await say(desk, "hello")
        await letter_of(store, office.thread, lambda each: each.tries >= 3 and not each.is_dead)
        await until(desk, has("Delivered"))
        await until(desk, is_idle)
        assert await store.letters() == []


def test_each_pause_is_longer_up_to_ten_minutes() -> None:
    pauses = [Patience().pause_ms(tries) for tries in (1, 2, 3, 8, 150)]
    assert pauses == [4_000, 8_000, 16_000, 512_000, 600_000]


async def test_a_word_to_a_parked_thread_is_durable_and_buys_one_try(office: Office) -> None:
    office.screen.failures = [ValueError("bad template")] * 4
    async with office.work() as desk, office.store() as store:
        await say(desk, "hello")
        await dead(office)
        await desk.post(office.thread, message("still there?"))
        await letter_of(store, office.thread, lambda letter: letter.tries == 4 and letter.is_dead)
        assert office.screen.failures == []
        await desk.post(office.thread, message("and now?"))
        await until(desk, has("Delivered"))
        events = await desk.events(office.thread)
        assert [e.text for e in events if isinstance(e, MessageReceived)] == [
            "hello",
            "still there?",
            "and now?",
        ]


async def test_a_thread_that_ends_every_worker_is_parked_at_last(office: Office) -> None:
    async with office.store() as store:
        await say(Desk(store), "hello")
        lease = await take_one(store)
        with server(office) as client:
            fence = (lease.entry, "RETRYCOUNT", MOST_TAKEOVERS + 1, "IDLE", 10**6)
            ready = keys.of_thread(office.thread).ready
            client.execute_command("XCLAIM", ready, keys.GROUP, store.consumer, 0, *fence)  # pyright: ignore[reportUnknownMemberType]
        async with office.work():
            letter = await dead(office)
    assert letter.cause == "WorkersDied: 21 workers in a row stopped while they had this thread"


async def test_what_is_unreadable_is_never_brought_to_rest_by_a_fact_that_comes_late(
    office: Office,
) -> None:
    async with office.store() as store:
        await say(Desk(store), "hello")
        put(office, b"1795376489021garbage")
        one = Session(store, await take_one(store), office.lease_seconds)
        await one.load()
        step = StepDecided(id="late", actor="model", seen=1, calls=())
        await one.record(step)
        assert not one.resting


async def test_a_timer_that_can_never_fire_stands_before_no_other(office: Office) -> None:
    async with office.store() as store:
        await say(Desk(store), "hello")
        for thread in (office.thread, "other"):
            timers = {f"{thread}-0-0-v1": 1}
            await store.append(Append(thread=thread, kind="arrival", id="1", timers=timers))
        await store.append(arrival("other", "2", message("x").model_dump_json().encode()))
        with server(office) as client:
            client.set(keys.of_thread(office.thread).log, "no list")
        async with office.work():
            await letter_of(store, office.thread, lambda letter: letter.is_dead)

            async def fired() -> bool:
                return any(b"TimerFired" in row.body for row in await store.read("other"))

            await commits.until(fired)
        assert [timer.thread for timer in await store.due(10)] in ([], [office.thread])
