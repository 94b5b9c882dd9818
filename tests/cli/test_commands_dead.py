"""Dead letters and lost indexes at the command line: what is shown, what is tried again, and what a rebuild brings back."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from bot.core.values import Address
from bot.engine import keys, wording
from bot.engine.commit import Lease, Timer
from bot.engine.desk import Desk, thread_id
from bot.engine.letters import Letter
from bot.engine.redis_store import RedisStore
from bot.engine.store import Store
from tests.cli.office import Json, Office, eventually, furnish

NOW = 1_795_376_489_021
GARBAGE = b'1795376489021{"type":"Cancelled","v":1,"actor":"bob"}'


@pytest.fixture
def office(tmp_path: Path, redis_server: str) -> Office:
    return Office(furnish(tmp_path), {"REDIS_URL": redis_server})


@pytest.fixture
def server(redis_server: str) -> Iterator[Redis]:
    with Redis.from_url(redis_server) as client:  # pyright: ignore[reportUnknownMemberType]
        yield client


def launched(office: Office, text: str = "refund it") -> str:
    return office.run("launch", "desk", text, "--as", "carol").out.strip()


def in_store(office: Office, do: Callable[[Store], Awaitable[object]]) -> object:
    async def done() -> object:
        store = RedisStore(office.environ["REDIS_URL"], lease_seconds=30)
        await store.open()
        try:
            return await do(store)
        finally:
            await store.close()

    return asyncio.run(done())


def killed(office: Office, thread: str) -> Letter:
    """A thread that the engine gave up."""
    cause = "TypeError: a bug in the channel"
    letter = Letter(id=thread, at=NOW, tries=8, stage="send", cause=cause)
    in_store(office, lambda store: _parked(store, letter))
    return letter


def checks(office: Office) -> dict[object, Json]:
    found = cast("Json", json.loads(office.run("doctor", "--json").out))
    return {row["about"]: row for row in cast("list[Json]", found["checks"])}


def test_a_dead_thread_says_so_with_its_cause_wherever_one_looks(office: Office) -> None:
    thread = launched(office)
    killed(office, thread)
    (row,) = office.run("status", "--json").json
    cause = "a human: send failed 8 times: TypeError: a bug in the channel"
    assert (row["phase"], row["waiting_for"]) == ("dead", cause)
    assert cause in office.run("status", thread).out
    assert f"tried again: bot dead replay {thread}" in office.run("show", thread).out
    (listed,) = office.run("dead", "list", "--json").json
    assert listed == {
        "id": thread,
        "kind": "thread",
        "stage": "send",
        "cause": "TypeError: a bug in the channel",
        "tries": 8,
        "seq": None,
        "at": "2026-11-22T19:41:29.021Z",
    }
    heading, line = office.run("dead").out.splitlines()
    assert heading.split() == ["ID", "STAGE", "TRIES", "CAUSE", "LAST"]
    assert "TypeError: a bug in the channel" in line
    shown = office.run("dead", "show", thread).out
    assert f"{thread}: send failed 8 times, last at 2026-11-22 19:41:29Z." in shown


def tried(office: Office, thread: str) -> Letter:
    """A thread that the engine is going to try once more."""
    cause = "ConnectionError: the place is away"
    letter = Letter(
        id=thread, at=NOW, tries=3, stage="send", cause=cause, again=NOW + 10**9, head=1
    )
    in_store(office, lambda store: _parked(store, letter))
    return letter


async def _parked(store: Store, letter: Letter) -> None:
    """As a worker does it: taken, tried in vain, and let go of with the letter."""
    taken: list[Lease] = []
    while not any(lease.thread == letter.id for lease in taken):
        more = await store.take(10, 0)
        assert more, "the thread has work"
        taken += more
    (lease,) = [each for each in taken if each.thread == letter.id]
    assert await store.park(lease, letter)


def test_what_is_still_tried_is_no_dead_letter_and_that_is_said(office: Office) -> None:
    thread = launched(office)
    letter = tried(office, thread)
    assert office.run("dead", "list").out == "There are no dead letters.\n"
    for action in ("show", "replay", "drop"):
        said = office.run("dead", action, thread)
        assert (said.status, said.err.count("\n")) == (2, 1)
        assert f"{thread} is no dead letter yet: {letter.failure}. It is tried again at" in said.err


def told(office: Office, thread: str) -> tuple[str, list[Json]]:
    """The phase and the waits that `bot why` tells of."""
    found = cast("Json", json.loads(office.run("why", thread, "--json").out))
    return str(found["phase"]), cast("list[Json]", found["waits"])


def last_line(office: Office, thread: str) -> str:
    return office.run("show", thread).out.splitlines()[-1]


def test_why_a_dead_thread_stands_still_is_its_letter_and_not_a_model(office: Office) -> None:
    thread = launched(office)
    killed(office, thread)
    phase, (wait,) = told(office, thread)
    assert (phase, wait["what"], wait["commands"]) == (
        "dead", "replay", [f"bot dead replay {thread}"],
    )  # fmt: skip
    assert wait["since"] == "2026-11-22T19:41:29.021Z"
    assert "send failed 8 times: TypeError: a bug in the channel" in str(wait["text"])
    said = office.run("why", thread).out
    assert said.startswith(f"{thread} (desk): dead\n")
    assert "model" not in said
    assert last_line(office, thread) == (
        f"{thread} (desk): dead, waiting for a human: send failed 8 times: TypeError: a bug in the channel;"
        f" tried again: bot dead replay {thread}"
    )
    assert office.run(*cast("list[str]", wait["commands"])[0].split()[1:]).status == 0
    assert told(office, thread)[1][0]["what"] == "model"


def test_a_thread_that_is_tried_again_says_when_wherever_one_looks(office: Office) -> None:
    thread = launched(office)
    tried(office, thread)
    phase, (wait,) = told(office, thread)
    assert (phase, wait["what"], wait["until"]) == ("thinking", "retry", "2026-12-04T09:28:09.021Z")
    cause = "send failed 3 times: ConnectionError: the place is away"
    assert last_line(office, thread) == (
        f"{thread} (desk): thinking, waiting for the next try: {cause}; tried again: 2026-12-04 09:28:09Z"
    )
    assert cause in office.run("status", thread).out
    assert office.run("resume", thread).err == (
        f"{thread} is not paused, and is tried again by itself: bot why {thread} says when.\n"
    )


def test_a_thread_with_an_event_that_nobody_can_read_names_it_wherever_one_looks(
    office: Office, server: Redis
) -> None:
    thread = launched(office)
    server.rpush(keys.of_thread(thread).log, GARBAGE)
    phase, (wait,) = told(office, thread)
    assert (phase, wait["what"], wait["commands"]) == ("dead", "replay", [])
    assert str(wait["text"]).startswith("Event 2 cannot be read, and may have been a denial")
    assert last_line(office, thread) == (
        f"{thread} (desk): dead, waiting for somebody who can read event 2"
    )
    killed(office, thread)
    assert told(office, thread)[1][0]["commands"] == [f"bot dead replay {thread}"]


def test_a_dead_thread_is_not_resumed_but_replayed_and_its_copy_is_warned(office: Office) -> None:
    thread = launched(office)
    killed(office, thread)
    said = office.run("resume", thread)
    assert (said.status, said.err) == (
        1,
        f"{thread} is not paused but dead: bot dead replay {thread} tries it again.\n",
    )
    copied = office.run("fork", thread)
    assert copied.status == 0
    assert copied.err.splitlines()[-1] == (
        f"In {thread} send failed 8 times: TypeError: a bug in the channel;"
        " what stopped it may stop the copy too."
    )


def test_what_nobody_can_read_is_neither_resumed_nor_copied(office: Office, server: Redis) -> None:
    thread = launched(office)
    office.run("pause", thread)
    server.rpush(keys.of_thread(thread).log, GARBAGE)
    said = office.run("resume", thread)
    assert (said.status, said.err) == (
        1,
        f"{thread} is dead, for event 3 of it cannot be read: bot why {thread} says more.\n",
    )
    said = office.run("fork", thread)
    assert (said.status, said.err) == (
        1,
        f"Event 3 of {thread} cannot be read, and may have been a denial: fork from an earlier one by --at.\n",
    )
    assert office.run("fork", thread, "--at", "2").status == 0


def test_doctor_counts_the_dead_and_says_what_shows_them(office: Office) -> None:
    assert checks(office)["threads"]["found"] == "no dead letters"
    killed(office, launched(office))
    found = checks(office)["threads"]
    assert (found["state"], found["found"]) == ("warning", "1 dead letter")
    assert "bot dead list" in str(found["mend"])


def test_a_replayed_thread_is_woken_and_dead_no_more(office: Office) -> None:
    threads = [launched(office), launched(office)]
    for thread in threads:
        killed(office, thread)
    said = office.run("dead", "replay", threads[0])
    assert (said.status, said.out) == (0, f"{threads[0]} is tried again.\n")
    assert office.run("dead", "replay", "--all").out == f"{threads[1]} is tried again.\n"
    assert office.run("dead").out == "There are no dead letters.\n"
    assert office.run("dead", "replay", "--all").status == 0
    assert {row["phase"] for row in office.run("status", "--json").json} == {"thinking"}


def test_what_was_tried_again_or_forgotten_is_told_in_json(office: Office) -> None:
    assert json.loads(office.run("dead", "replay", "--all", "--json").out) == {"replayed": []}
    thread = launched(office)
    killed(office, thread)
    assert json.loads(office.run("dead", "replay", thread, "--json").out) == {"replayed": [thread]}
    in_store(office, lambda store: Desk(store).bury("email", "<a@example.com>", b"hi", "no From"))
    name = "email:<a@example.com>"
    assert json.loads(office.run("dead", "drop", name, "--json").out) == {"dropped": [name]}


def test_a_payload_is_shown_as_it_came_and_can_only_be_forgotten(office: Office) -> None:
    in_store(
        office, lambda store: Desk(store).bury("email", "<a@example.com>", b"\xffhi", "no From")
    )
    name = "email:<a@example.com>"
    assert "\\xffhi" in office.run("dead", "show", name).out
    shown = cast("Json", json.loads(office.run("dead", "show", name, "--json").out))
    assert base64.b64decode(str(shown["raw"])) == b"\xffhi"
    said = office.run("dead", "replay", name)
    assert (said.status, said.err) == (
        1,
        "What came by email belongs to no thread; send it again there.\n",
    )
    assert office.run("dead", "drop", name).status == 0
    assert office.run("dead", "list", "--json").json == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "nosuch"), "There is no dead letter nosuch."),
        (("replay", "nosuch"), "There is no dead letter nosuch."),
        (("lisst",), "There is no action lisst (did you mean list?)."),
        (("show",), "Say bot dead list, or bot dead show, replay or drop with the id"),
        (("list", "t1"), "Say bot dead list, or bot dead show, replay or drop with the id"),
        (("show", "--all"), "Say bot dead list, or bot dead show, replay or drop with the id"),
        (("replay", "t1", "--all"), "Say bot dead list, or bot dead show, replay or drop"),
    ],
)
def test_wrong_words_get_a_sentence_and_status_two(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    said = office.run("dead", *words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1


def test_a_thread_is_not_dropped(office: Office) -> None:
    thread = launched(office)
    killed(office, thread)
    assert office.run("dead", "drop", thread).status == 1
    assert [row["id"] for row in office.run("dead", "list", "--json").json] == [thread]


def of_another_type(server: Redis, thread: str) -> None:
    server.set(keys.of_thread(thread).log, "no list")


def of_no_event(server: Redis, thread: str) -> None:
    server.rpush(keys.of_thread(thread).log, GARBAGE)


def of_no_stamp(server: Redis, thread: str) -> None:
    server.rpush(keys.of_thread(thread).log, b"\x00\xff")


def of_great_size(server: Redis, thread: str) -> None:
    server.rpush(keys.of_thread(thread).log, b"1795376489021" + b"[" * 10_000_000)


def of_great_depth(server: Redis, thread: str) -> None:
    deep = b"[" * 990 + b"]" * 990
    server.rpush(keys.of_thread(thread).log, b'1795376489021{"type":"X","v":1,"a":' + deep + b"}")


def gone(server: Redis, thread: str) -> None:
    server.delete(keys.of_thread(thread).log)


# What can be looked at is; nothing is decided in, copied from or resumed in a log that may hold a denial.
AROUND_A_ROW = {"show": 0, "why": 0, "replay": 0, "pause": 0, "fork": 1, "resume": 1, "approve": 2}
UNREAD = dict.fromkeys(AROUND_A_ROW, 1)
NO_THREAD = dict.fromkeys(AROUND_A_ROW, 2)


@pytest.mark.parametrize(
    ("spoil", "statuses"),
    [
        (of_another_type, UNREAD),
        (of_no_event, AROUND_A_ROW),
        (of_no_stamp, AROUND_A_ROW),
        (of_great_size, AROUND_A_ROW),
        (of_great_depth, AROUND_A_ROW),
        (gone, NO_THREAD),
    ],
)
def test_a_spoiled_log_stops_no_command_and_hides_no_other_thread(
    office: Office,
    server: Redis,
    spoil: Callable[[Redis, str], None],
    statuses: dict[str, int],
) -> None:
    good, bad = launched(office), launched(office)
    spoil(server, bad)
    rows = {row["thread"]: row for row in office.run("status", "--json").json}
    assert rows[good]["phase"] == "thinking"
    assert rows[bad]["phase"] == "dead"
    for words in (("status",), ("pending",), ("pending", "--json"), ("dead",), ("status", good)):
        assert office.run(*words).status == 0
    for words in (
        ("show", bad),
        ("show", bad, "--json"),
        ("show", bad, "--context"),
        ("why", bad),
        ("why", bad, "--json"),
        ("replay", bad),
        ("fork", bad),
        ("resume", bad),
        ("pause", bad),
        ("approve", f"{bad}-1-0-v1"),
    ):
        said = office.run(*words)
        assert (words, said.status) == (words, statuses[words[0]])
        assert said.err.count("\n") == bool(said.status)


@pytest.mark.parametrize("command", ["why", "show", "status", "resume", "fork"])
def test_a_thread_that_lost_its_log_is_not_taken_for_a_misspelt_one(
    office: Office, server: Redis, command: str
) -> None:
    thread = launched(office)
    gone(server, thread)
    said = office.run(command, thread)
    assert (said.status, said.err) == (
        2,
        f"There is no thread {thread}: the index has it, but there is no log.\n",
    )


def everything(office: Office) -> tuple[list[Json], list[Json], list[Timer]]:
    """What a rebuild has to bring back."""

    status = sorted(office.run("status", "--json").json, key=lambda row: str(row["thread"]))
    pending = sorted(office.run("pending", "--json").json, key=lambda row: str(row["request"]))
    return status, pending, sorted(_timers(office), key=lambda timer: timer.id)


def _timers(office: Office) -> Iterator[Timer]:
    with Redis.from_url(office.environ["REDIS_URL"]) as client:  # pyright: ignore[reportUnknownMemberType]
        for partition in keys.partitions():
            words = ("ZRANGE", partition.timers, 0, -1, "WITHSCORES")
            found = cast("list[tuple[bytes, float]]", client.execute_command(*words))  # pyright: ignore[reportUnknownMemberType]
            for member, at in found:
                yield wording.timer(member, int(at))


def lose_all_but_logs(server: Redis) -> None:
    for name in cast("list[bytes]", server.execute_command("KEYS", "*")):  # pyright: ignore[reportUnknownMemberType]
        if b":log:" not in name and b":blob:" not in name:
            server.delete(name)


PHASES = {
    "waiting_for_human",
    "waiting_for_time",
    "resting",
    "paused",
    "cancelled",
    "dead",
    "thinking",
}


@pytest.fixture
def populated(office: Office, server: Redis) -> Office:
    """One thread of every kind, with nobody at work any more."""
    with office.start("worker") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready worker\n"
        for text in ("refund it", "ask me", "wait a bit"):
            launched(office, text)
        paused, cancelled, dead = (launched(office, "refund it") for _ in range(3))
        rested = launched(office, "refund it")
        request = eventually(lambda: _all_open(office, 6).get(rested))
        office.run("deny", str(request), "--as", "bob")
        eventually(lambda: _phase(office, rested) == "resting")
        eventually(lambda: "waiting_for_time" in _phases(office))
        office.run("pause", paused)
        office.run("cancel", cancelled)
        eventually(lambda: all(timer.thread != cancelled for timer in everything(office)[2]))
        process.terminate()
        process.communicate(timeout=30)
    server.rpush(keys.of_thread(dead).log, GARBAGE)
    launched(office, "settle it")
    return office


def _all_open(office: Office, count: int) -> dict[object, object]:
    rows = office.run("pending", "--json").json
    return {row["thread"]: row["request"] for row in rows if len(rows) == count}


def _phase(office: Office, thread: str) -> object:
    return office.run("status", thread, "--json").json[0]["phase"]


def _phases(office: Office) -> set[object]:
    return {row["phase"] for row in office.run("status", "--json").json}


def test_with_every_key_but_the_logs_gone_a_rebuild_brings_back_status_pending_and_timers(
    populated: Office, server: Redis
) -> None:
    before = everything(populated)
    assert {row["phase"] for row in before[0]} == PHASES
    assert len(before[1]) >= 4
    assert len(before[2]) >= 5
    lose_all_but_logs(server)
    assert populated.run("status", "--json").json == []
    said = cast("Json", json.loads(populated.run("rebuild", "--json").out))
    assert (said["threads"], said["timers"], said["unread"]) == (8, len(before[2]), {})
    assert everything(populated) == before
    assert json.loads(populated.run("rebuild", "--json").out) == said
    assert everything(populated) == before
    woken = {lease.thread for lease in cast("list[Lease]", in_store(populated, _take_all))}
    assert woken == {row["thread"] for row in before[0] if row["phase"] in ("thinking", "dead")}


async def _take_all(store: Store) -> list[Lease]:
    found: list[Lease] = []
    while some := await store.take(10, 0):
        found += some
    return found


def test_lost_indexes_are_no_empty_house_and_the_way_out_is_named(
    populated: Office, server: Redis
) -> None:
    threads = len(populated.run("status", "--json").json)
    assert checks(populated)["threads"]["state"] != "broken"
    for number in range(keys.PARTITIONS):
        server.delete(keys.partition(number).threads)
    said = populated.run("status").out
    assert said == f"No index names a thread, but there are logs of {threads}: bot rebuild.\n"
    found = checks(populated)["threads"]
    assert (found["state"], found["found"]) == (
        "broken",
        f"the index lacks {threads} of {threads} threads",
    )
    assert populated.run("rebuild").status == 0
    assert checks(populated)["threads"]["state"] != "broken"


def test_a_rebuild_replaces_indexes_of_another_type_and_goes_past_logs_of_one(
    office: Office, server: Redis
) -> None:
    good, bad = launched(office), launched(office)
    lose_all_but_logs(server)
    for name in keys.TYPES:
        server.set(getattr(keys.partition(keys.partition_of(good)), name), "no index")
    of_another_type(server, bad)
    said = office.run("rebuild")
    assert (said.status, office.run("rebuild", "--json").status) == (1, 1)
    assert said.out.count("was of another type, and was deleted.") == len(keys.TYPES)
    assert f"{bad} cannot be read: WrongKey" in said.out
    assert said.out.endswith("\n1 thread, 0 timers; 1 thread has work.\n")
    assert [row["thread"] for row in office.run("status", "--json").json] == [good]


def test_a_wake_up_that_names_a_lost_entry_is_made_anew(office: Office, server: Redis) -> None:
    thread = launched(office)
    server.delete(keys.of_thread(thread).ready)
    assert office.run("rebuild").status == 0
    leases = cast("list[Lease]", in_store(office, _take_all))
    assert [lease.thread for lease in leases] == [thread]


def test_a_thread_is_named_by_its_address_alone(office: Office) -> None:
    said = office.run("launch", "desk", "hm", "--address", "here", "--as", "carol")
    assert said.out.strip() == thread_id(Address(channel="console", locator="here"))
