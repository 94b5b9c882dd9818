"""Looking at threads, and stopping them, with nobody at work: what is shown comes from the log alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.core.codec import encode
from bot.core.events import Compacted, Paused, ToolStarted
from bot.engine.commit import Append
from bot.engine.redis_store import RedisStore
from tests.cli.office import Office, furnish


@pytest.fixture
def office(tmp_path: Path, redis_server: str) -> Office:
    return Office(furnish(tmp_path), {"REDIS_URL": redis_server})


def launched(office: Office, *words: str) -> str:
    return office.run("launch", "desk", "refund it", "--as", "carol", *words).out.strip()


def append(office: Office, thread: str, body: bytes) -> None:
    """A row on the log, whoever wrote it."""

    async def write() -> None:
        store = RedisStore(office.environ["REDIS_URL"], lease_seconds=30)
        await store.open()
        await store.append(Append(thread=thread, kind="fact", id="planted", events=(body,)))
        await store.close()

    asyncio.run(write())


def test_a_thread_is_durable_when_launch_returns(office: Office) -> None:
    thread = launched(office)
    [row] = office.run("status", "--json").json
    assert list(row) == ["thread", "agent", "phase", "address", "waiting_for", "updated_at"]
    assert (row["thread"], row["agent"], row["phase"]) == (thread, "desk", "thinking")
    assert row["waiting_for"] is None
    assert str(row["updated_at"]).endswith("Z")


def test_who_names_an_address_speaks_in_the_thread_that_lives_there(office: Office) -> None:
    first, second = (launched(office, "--address", "till-1") for _ in range(2))
    assert first == second
    assert len(office.run("show", first, "--events", "--json").json) == 2
    assert office.run("status", first, "--json").json[0]["address"] == {
        "channel": "console",
        "locator": "till-1",
    }


def test_a_text_may_begin_with_a_hyphen(office: Office) -> None:
    for words in (("--as", "carol", "- refund it"), ("- refund it", "--as", "carol")):
        thread = office.run("launch", "desk", *words).out.strip()
        [event] = office.run("show", thread, "--events", "--json").json
        assert (event["actor"], event["text"]) == ("carol", "- refund it")


def test_an_empty_house_says_how_to_begin(office: Office) -> None:
    assert office.run("status").out == "There are no threads yet: bot launch AGENT TEXT.\n"
    assert office.run("status", "--json").json == []
    assert office.run("pending").out == "Nothing waits for a human.\n"
    assert office.run("pending", "--json").json == []


def test_for_scripts_a_table_is_only_spaced_and_never_cut(office: Office) -> None:
    thread = launched(office)
    head, row = office.run("status").out.splitlines()
    assert head.split() == ["THREAD", "AGENT", "PHASE", "WAITING", "FOR", "CHANGED"]
    assert row.split()[:3] == [thread, "desk", "thinking"]


def test_the_story_tells_who_said_what_and_where_it_stands(office: Office) -> None:
    thread = launched(office)
    said, stands = office.run("show", thread).out.splitlines()
    assert said.endswith("carol: refund it")
    assert stands == f"{thread} (desk): thinking"


def test_the_story_tells_where_the_model_reads_a_summary_from(office: Office) -> None:
    thread = launched(office)
    append(office, thread, encode(Compacted(id="c1", actor="engine", upto=1, summary="<so> far")))
    told = office.run("show", thread).out.splitlines()[1]
    assert told.endswith("summed up: of events 1 to 1 the model reads a summary from here on")
    context = office.run("show", thread, "--context").out
    assert context == '<summary events="1 to 1">&lt;so&gt; far</summary>\n'
    assert office.run("replay", thread, "--check").status == 0


def test_what_hides_in_a_text_is_written_out(office: Office) -> None:
    thread = office.run("launch", "desk", "refund \x1b[2J\u202eit", "--as", "carol").out.strip()
    for words in (("show", thread), ("show", thread, "--events"), ("show", thread, "--context")):
        shown = office.run(*words).out
        assert "refund" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


def test_the_context_is_what_the_model_would_be_shown(office: Office) -> None:
    thread = launched(office)
    assert office.run("show", thread, "--context").out.startswith('<message from="carol"')
    assert len(office.run("show", thread, "--context", "--json").json) == 1
    assert office.run("show", thread, "--context", "--events").status == 2


@pytest.mark.parametrize(
    "command",
    ["status", "show", "why", "fork", "prompt", "replay", "pause", "resume", "cancel"],
)
def test_an_unknown_thread_gets_the_nearest_one(office: Office, command: str) -> None:
    thread = launched(office)
    said = office.run(command, f"{thread}x")
    assert (said.status, said.out) == (2, "")
    assert said.err == f"There is no thread {thread}x (did you mean {thread}?).\n"


@pytest.mark.parametrize("name", ["*", "t:1", "{}", "", "../x", "t" * 500])
def test_a_name_that_no_thread_can_have_is_an_unknown_thread(office: Office, name: str) -> None:
    said = office.run("show", name)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("There is no thread ")
    assert said.err.count("\n") == 1


def test_a_paused_thread_says_so_until_it_is_resumed(office: Office) -> None:
    thread = launched(office)
    assert office.run("resume", thread).err == f"{thread} is not paused.\n"
    paused = office.run("pause", thread, "--as", "alice")
    assert (paused.status, paused.err) == (0, "")
    assert paused.out == f"{thread} is paused; bot resume {thread} lets it go on.\n"
    assert office.run("status", thread, "--json").json[0]["phase"] == "paused"
    again = office.run("pause", thread)
    assert (again.status, again.err) == (1, f"{thread} is paused already.\n")
    resumed = office.run("resume", thread)
    assert (resumed.status, resumed.out) == (0, f"{thread} goes on; now it is thinking.\n")
    assert office.run("status", thread, "--json").json[0]["phase"] == "thinking"


def test_a_cancelled_thread_rests_until_somebody_speaks(office: Office) -> None:
    thread = launched(office, "--address", "till-2")
    said = office.run("cancel", thread, "--reason", "changed my mind", "--as", "carol")
    assert (said.status, said.err) == (0, "")
    assert said.out == f"{thread} is cancelled; a later message wakes it.\n"
    assert office.run("status", thread, "--json").json[0]["phase"] == "cancelled"
    assert "carol cancelled the work: changed my mind" in office.run("show", thread).out
    assert office.run("cancel", thread).status == 1
    launched(office, "--address", "till-2")
    assert office.run("status", thread, "--json").json[0]["phase"] == "thinking"


def test_threads_can_be_seen_and_stopped_though_an_agent_is_broken(office: Office) -> None:
    thread = launched(office)
    (office.folder / "agents" / "desk" / "agent.md").write_text("no front matter")
    assert office.run("status").status == 0
    assert office.run("cancel", thread).status == 0
    said = office.run("launch", "desk", "refund it")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("agents/desk/agent.md:1: ")


def test_replay_tells_head_and_hash_and_both_stay(office: Office) -> None:
    thread = launched(office)
    first = office.run("replay", thread, "--check", "--json")
    assert (first.status, first.err) == (0, "")
    assert office.run("replay", thread, "--check", "--json").out == first.out
    plain = office.run("replay", thread).out
    assert plain.startswith(f"{thread} head 1 hash ")
    checked = office.run("replay", thread, "--check").out
    assert checked == f"{plain.rstrip()}, the same through its stored form\n"


def test_replay_names_what_it_cannot_read(office: Office) -> None:
    thread = launched(office)
    append(office, thread, b'{"type":"Teleported","v":9,"id":"x1","actor":"engine","to":"mars"}')
    said = office.run("replay", thread, "--check")
    assert said.status == 1
    assert said.err == "Events that this version cannot read: 2 (Teleported).\n"
    event = office.run("show", thread, "--events", "--json").json[1]
    assert (event["seq"], event["type"], event["actor"]) == (2, "Teleported", "engine")
    assert event["raw"] == {
        "type": "Teleported", "v": 9, "id": "x1", "actor": "engine", "to": "mars"
    }  # fmt: skip


def test_what_a_newer_version_wrote_is_not_copied_by_this_one(office: Office) -> None:
    thread = launched(office)
    append(office, thread, b'{"type":"ToolStarted","v":9,"id":"x1","call":"c"}')
    said = office.run("fork", thread)
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        f"A newer version of the bot has written in {thread} before event 2: fork with that one, or earlier.\n"
    )
    assert office.run("fork", thread, "--at", "1").status == 0


def test_a_thread_in_which_nobody_spoke_is_not_copied(office: Office) -> None:
    append(office, "t1", encode(Paused(id="p", actor="bob")))
    said = office.run("fork", "t1")
    assert (said.status, said.out) == (1, "")
    assert said.err == "Nobody has said anything in t1 yet: there is nothing to copy.\n"


def test_a_known_event_has_its_fields_and_its_time(office: Office) -> None:
    thread = launched(office)
    append(office, thread, encode(ToolStarted(id="s1", actor="engine", call="c", n=1)))
    event = office.run("show", thread, "--events", "--json").json[1]
    assert event == {
        "seq": 2, "id": "s1", "type": "ToolStarted", "at": event["at"], "actor": "engine", "v": 1,
        "call": "c", "n": 1, "run": 1,
    }  # fmt: skip
    assert str(event["at"]).endswith("Z")


def test_a_thread_whose_model_was_never_asked_has_no_prompt(office: Office) -> None:
    thread = launched(office)
    said = office.run("prompt", thread)
    assert (said.status, said.out) == (1, "")
    assert said.err == f"The model has not been asked in {thread} yet.\n"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b", "\u2060 \ufeff"])
def test_a_text_that_says_nothing_is_not_posted(office: Office, text: str) -> None:
    said = office.run("launch", "desk", text)
    assert (said.status, said.out) == (2, "")
    assert said.err == "Say what desk is to do: bot launch desk TEXT.\n"
    assert office.run("status", "--json").json == []
