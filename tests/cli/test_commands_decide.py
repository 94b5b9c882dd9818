"""A human's word from the terminal: it counts or it does not, and whoever gave it hears which at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.events import Event
from bot.core.reducer import replay
from bot.engine.desk import Desk
from bot.engine.redis_store import RedisStore
from bot.engine.server import ensure_server, stop_server
from tests.cli.office import Office, eventually, furnish, launched, running, waiting


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Office]:
    """Everything runs, in a process of its own."""
    with running(furnish(tmp_path_factory.mktemp("office")), short_folder / "decide") as here:
        yield here


def asked(office: Office, text: str) -> tuple[str, str]:
    """A new thread and its one request."""
    thread = launched(office, text)
    return thread, str(waiting(office, thread)["request"])


def phase(office: Office, thread: str) -> object:
    return office.run("status", "--json", thread).json[0]["phase"]


def test_an_approved_call_runs_and_a_second_word_hears_who_was_first(office: Office) -> None:
    thread, request = asked(office, "refund it")
    said = office.run("approve", request, "--as", "alice")
    assert (said.status, said.out, said.err) == (0, "Approved: refund.\n", "")
    assert eventually(lambda: phase(office, thread) == "resting")
    again = office.run("deny", request, "--as", "bob")
    assert (again.status, again.out) == (1, "")
    assert again.err == "This was already approved by alice.\n"


def test_a_denial_needs_no_reason_and_takes_one(office: Office) -> None:
    thread, request = asked(office, "refund it")
    said = office.run("deny", request, "--reason", "- too much", "--as", "bob")
    assert (said.status, said.out) == (0, "Denied: refund.\n")
    assert eventually(lambda: phase(office, thread) == "resting")
    late = office.run("approve", request, "--as", "alice")
    assert (late.status, late.err) == (1, "This was already denied by bob.\n")
    _, other = asked(office, "refund it")
    assert office.run("deny", other, "--as", "bob").status == 0


def test_somebody_who_may_not_decide_is_told_who_may(office: Office) -> None:
    _, request = asked(office, "refund it")
    said = office.run("approve", request, "--as", "mallory")
    assert (said.status, said.out) == (1, "")
    assert said.err == "mallory is not among those who may decide this: alice, bob.\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cashiers", "cashiers is a group: name one of alice, bob.\n"),
        ("engine", "engine is the bot's own name: name a person.\n"),
        ("alice\nbob", "--as takes the name of a person, on one line.\n"),
        ("AKIAIOSFODNN7EXAMPLE", "--as takes a name; what it was given looks like a secret.\n"),
    ],
)
def test_nobody_acts_as_a_group_or_as_the_bot(office: Office, name: str, sentence: str) -> None:
    said = office.run("launch", "desk", "ask", "--as", name)
    assert (said.status, said.out, said.err) == (2, "", sentence)


def test_an_edit_shows_the_difference_and_makes_a_new_card(office: Office) -> None:
    thread, request = asked(office, "refund it")
    said = office.run("edit", request, "--arguments", '{"cents": 7}', "--as", "bob")
    renewed = f"{request[:-1]}2"
    assert said.status == 0
    assert said.out == f"cents: 5 -> 7\nChanged: a new card for refund comes as {renewed}.\n"
    row = waiting(office, thread)
    assert (row["request"], row["arguments"]) == (renewed, {"charge": "ch_1", "cents": 7})

    stale = office.run("approve", request, "--as", "alice")
    assert stale.status == 1
    assert stale.err == f"That card is out of date; the one that counts now is {renewed}.\n"
    assert stale.out.startswith(f"{renewed}  approval of refund by alice, until")
    assert "\n  not bob: changed its arguments\n" in stale.out
    assert "7 cents of ch_1 go back." in stale.out
    assert office.run("approve", renewed, "--as", "alice").status == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("{", "--arguments is not JSON: "),
        ("[1]", '--arguments: a JSON object was expected, as in \'{"tag": "v1.2.3"}\'.'),
        ('{"cents": 5000}', "refund: cents should be less than or equal to 1000."),
        ('{"cent": 1}', "refund: cent is not known here (did you mean cents?)."),
        ('{"cents": 5}', "refund has these arguments already."),
    ],
)
def test_an_edit_that_cannot_be_is_refused_before_anybody_hears_of_it(
    office: Office, editable: str, arguments: str, sentence: str
) -> None:
    said = office.run("edit", editable, "--arguments", arguments, "--as", "bob")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(sentence)
    assert said.err.count("\n") == 1
    log = office.run("show", editable.partition("-")[0], "--events", "--json").json
    assert "Verdict" not in {event["type"] for event in log}


@pytest.fixture(scope="module")
def editable(office: Office) -> str:
    """A request that nothing is done to."""
    return asked(office, "refund it")[1]


def test_two_people_are_needed_where_the_policy_says_two(office: Office) -> None:
    thread, request = asked(office, "settle it")
    first = office.run("approve", request, "--as", "alice")
    assert (first.status, first.out) == (0, "Counted: settle has 1 of 2 approvals.\n")
    again = office.run("approve", request, "--as", "alice")
    assert (again.status, again.out) == (1, "")
    assert again.err == "alice has already approved this; it needs 2 different people.\n"
    assert "approved by alice: 1 of 2" in office.run("pending").out
    assert office.run("approve", request, "--as", "bob").out == "Approved: settle.\n"
    assert eventually(lambda: phase(office, thread) == "resting")


def test_a_choice_is_answered_by_its_number(office: Office) -> None:
    thread = launched(office, "ask me")
    row = waiting(office, thread)
    assert {key: row[key] for key in ("kind", "tool", "digest", "question", "choices")} == {
        "kind": "question",
        "tool": "request_human_input",
        "digest": None,
        "question": "Which charge?",
        "choices": ["ch_1", "ch_2"],
    }
    assert row["asked_of"] == ["carol", "alice", "bob"]
    request = str(row["request"])
    wrong = office.run("approve", request, "--as", "alice")
    assert wrong.err == "This is a question; it takes an answer, not approve.\n"
    assert office.run("answer", request, " ", "--as", "carol").status == 2
    beyond = office.run("answer", request, "9", "--as", "carol")
    assert (beyond.status, beyond.out) == (1, "")
    assert beyond.err == "Choose a number from 1 to 2, or say it in words.\n"
    assert waiting(office, thread)["request"] == request
    said = office.run("answer", request, "2", "--as", "carol")
    assert (said.status, said.out) == (0, "Answered: ch_2\n")


def test_an_unknown_outcome_is_a_question_that_resolve_settles(office: Office) -> None:
    thread = launched(office, "wire it")
    row = waiting(office, thread)
    assert (row["kind"], row["tool"]) == ("question", "wire")
    assert row["choices"] == ["It happened", "Try again", "Give up"]
    call = str(row["request"]).rpartition("-v")[0]
    missing = office.run("resolve", thread, f"{thread}-9-9", "happened", "--as", "alice")
    assert missing.status == 2
    assert missing.err == f"There is no call {thread}-9-9 in {thread} (did you mean {call}?).\n"
    said = office.run("resolve", thread, call, "happened", "--as", "alice")
    assert (said.status, said.out) == (0, "Noted: wire happened.\n")
    again = office.run("resolve", thread, call, "give-up", "--as", "bob")
    assert (again.status, again.err) == (1, "This was already settled by alice: it happened.\n")


def test_an_unknown_request_gets_the_nearest_one(office: Office, editable: str) -> None:
    thread = editable.partition("-")[0]
    stem = editable.rpartition("-v")[0]
    for request in (f"{stem}-v9", stem, f"{thread}-0-9-v1", f"{thread}x-1-0-v1"):
        said = office.run("approve", request, "--as", "alice")
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(f"There is no request {request}")
        assert said.err.count("\n") == 1


def test_where_nothing_waits_it_is_said_with_the_request_that_is_none(
    office: Office, short_home: Path
) -> None:
    said = office.run("approve", "nope", BOT_HOME=str(short_home))
    stop_server(short_home)
    assert (said.status, said.err) == (2, "There is no request nope: nothing waits for a human.\n")


def test_what_was_asked_so_long_ago_that_the_thread_forgot_it_stays_decided(office: Office) -> None:
    words = ("launch", "desk", "ask me", "--address", "long", "--as", "carol")
    thread = office.run(*words).out.strip()
    first = answered(office, thread)
    for _ in range(9):
        office.run(*words)
        answered(office, thread)
    assert replay(thread, asyncio.run(events(office, thread))).call(first) is None
    said = office.run("answer", first, "2", "--as", "alice")
    assert (said.status, said.err) == (1, "This was already answered by carol.\n")


def answered(office: Office, thread: str) -> str:
    """The thread's one request, answered, and the thread at rest again."""
    request = str(waiting(office, thread)["request"])
    assert office.run("answer", request, "1", "--as", "carol").status == 0
    eventually(lambda: phase(office, thread) == "resting")
    return request


async def events(office: Office, thread: str) -> list[Event]:
    store = RedisStore(ensure_server(Path(office.environ["BOT_HOME"])), lease_seconds=30)
    await store.open()
    try:
        return await Desk(store).events(thread)
    finally:
        await store.close()


def test_pending_has_exactly_the_promised_fields(office: Office, editable: str) -> None:
    rows = {row["request"]: row for row in office.run("pending", "--json").json}
    row = rows[editable]
    assert list(row) == [
        "request", "thread", "kind", "tool", "arguments", "digest", "question", "choices",
        "asked_at", "expires_at", "asked_of",
    ]  # fmt: skip
    assert row["kind"] == "approval"
    assert row["asked_of"] == ["alice", "bob"]
    assert str(row["asked_at"]) < str(row["expires_at"])
    assert str(row["expires_at"]).endswith("Z")
    assert len(str(row["digest"])) == 32


def test_without_a_name_the_owner_acts_and_without_an_owner_the_user(office: Office) -> None:
    owned = office.run("launch", "desk", "wait", BOT_OWNER="alice").out.strip()
    ours = office.run("launch", "desk", "wait", LOGNAME="bob").out.strip()
    actors = [
        office.run("show", each, "--events", "--json").json[0]["actor"] for each in (owned, ours)
    ]
    assert actors == ["alice", "os:bob"]


def test_the_log_is_numbered_without_gaps_and_its_request_is_proven(office: Office) -> None:
    thread, _ = asked(office, "refund it")
    log = office.run("show", thread, "--events", "--json").json
    assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
    assert {"seq", "id", "type", "at", "actor"} <= log[0].keys()
    body = json.loads(office.run("prompt", thread).out)
    assert body["model"] == "rehearsal/desk"
    checked = office.run("replay", thread, "--check")
    assert (checked.status, checked.err) == (0, "")

    file = office.folder / "agents" / "desk" / "agent.md"
    before = file.read_text()
    file.write_text(before.replace("You give", "You rarely give"))
    changed = office.run("prompt", thread)
    file.write_text(before)
    assert (changed.status, changed.out) == (1, "")
    assert changed.err.startswith("What was sent cannot be shown: desk, its model or the settings")


def test_a_request_is_passed_postponed_or_ignored_and_still_decided_by_anybody_asked(
    office: Office,
) -> None:
    thread, request = asked(office, "refund it")
    said = office.run("pass", request, "--to", "bob", "--as", "alice")
    assert said.out == f"Passed to bob: {request}. Whoever is asked may still decide.\n"
    assert "  alice passed it to bob\n" in office.run("why", thread).out
    assert office.run("later", request, "--until", "2h", "--as", "alice").status == 0
    assert "  alice wants to be asked again at " in office.run("why", thread).out
    said = office.run("ignore", request, "--as", "alice")
    assert said.out == f"Ignored: {request} does not wait for alice.\n"
    told = office.run("why", thread).out
    assert "  of: bob\n" in told
    assert "  alice will not decide on it\n" in told
    assert office.run("approve", request, "--as", "alice").out == "Approved: refund.\n"
    read_back = office.run("audit", thread).out
    assert f": pass {request} to bob: counted" in read_back
    assert f": later {request} until 20" in read_back


def test_what_is_put_off_wrongly_is_said_in_one_sentence(office: Office) -> None:
    _, request = asked(office, "refund it")
    said = office.run("pass", request, "--to", "mallory", "--as", "alice")
    assert (said.status, said.out) == (1, "")
    assert said.err == "mallory may not decide this either; it is asked of alice, bob.\n"
    said = office.run("pass", request, "--to", "alice", "--as", "alice")
    assert (said.status, said.err) == (2, "--to alice: somebody else who is asked was expected.\n")
    said = office.run("later", request, "--until", "soon", "--as", "alice")
    assert said.status == 2
    assert said.err.startswith("--until: a time to come is written like 09:00, 2h or")
    assert office.run("ignore", request, "--as", "mallory").status == 1
    assert office.run("deny", request, "--as", "bob").status == 0
