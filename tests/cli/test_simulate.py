"""Simulate: what a message would lead to, by the real engine in memory, with nothing sent, changed or stored."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import structlog

from bot.cli.logs import OURS
from bot.kit.load import load_agents
from bot.kit.people import People
from tests.cli.office import Json, Office, furnish

# Whatever touches the world leaves a mark.
WIRE = '''async def wire():
    """Send money by wire."""
    raise Unsure("the line broke")
'''
MARKING = '''async def wire():
    """Send money by wire."""
    open("wired", "w").close()
'''


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """The command sends logs to stderr for the rest of its process, which is ours."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, levels = list(root.handlers), [logging.getLogger(ours).level for ours in OURS]
    yield
    root.handlers[:] = handlers
    for ours, level in zip(OURS, levels, strict=True):
        logging.getLogger(ours).setLevel(level)
    structlog.configure(**before)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    folder = furnish(tmp_path)
    tools = folder / "agents" / "desk" / "tools.py"
    assert WIRE in tools.read_text()
    tools.write_text(tools.read_text().replace(WIRE, MARKING))
    # Nobody answers there: what asks Redis fails.
    return Office(folder, {"BOT_DEFAULT_AGENT": "desk", "REDIS_URL": "redis://127.0.0.1:1"})


def led_to(office: Office, text: str, *words: str) -> Json:
    said = office.run("simulate", "slack", "--text", text, "--json", *words)
    assert said.status == 0, said.err
    return cast("Json", json.loads(said.out))


def calls(told: Json) -> list[Json]:
    steps = cast("list[Json]", told["steps"])
    return [call for step in steps for call in cast("list[Json]", step["calls"])]


def files(office: Office) -> set[str]:
    found = office.folder.rglob("*")
    return {str(file) for file in found if "__pycache__" not in str(file)}


def test_reads_run_and_a_gated_call_stops_at_its_card(office: Office) -> None:
    before = files(office)
    told = led_to(office, "refund the first charge")
    assert (told["accepted"], told["agent"], told["phase"]) == (True, "desk", "waiting_for_human")
    read, gated = calls(told)
    assert (read["intent"], read["result"]) == ("charges", ["ch_1", "ch_2"])
    assert (gated["intent"], gated["outcome"], gated["started_at"]) == ("refund", None, None)
    [card] = cast("list[Json]", told["messages"])
    assert (card["kind"], card["request"]) == ("approval", gated["request"])
    assert "5 cents of ch_1 go back." in cast("str", card["text"])
    assert files(office) == before


def test_what_it_chooses_fits_the_schema_of_its_tool(office: Office) -> None:
    people = People.load(office.folder / "agents" / "_house" / "people.yaml")
    desk = load_agents([office.folder / "agents"], people)["desk"]
    call = calls(led_to(office, "refund it"))[-1]
    arguments = cast("dict[str, object]", call["arguments"])
    assert desk.tools["refund"].spelled_out(arguments) == arguments  # pyright: ignore[reportArgumentType]


def test_a_call_that_asks_nobody_is_told_and_not_made(office: Office) -> None:
    told = led_to(office, "wire it")
    assert told["would_run"] == {"intent": "wire", "arguments": {}}
    assert not (office.folder / "wired").exists()
    said = office.run("simulate", "slack", "--text", "wire it")
    assert "It would now run wire, without asking anybody" in said.out


def test_it_ends_where_it_would_wait(office: Office) -> None:
    assert led_to(office, "wait")["phase"] == "waiting_for_time"
    told = led_to(office, "ask me")
    assert told["phase"] == "waiting_for_human"
    assert "Which charge?" in cast("list[dict[str, str]]", told["messages"])[0]["text"]


def test_in_a_channel_only_a_mention_asks(office: Office) -> None:
    told = led_to(office, "refund it", "--channel", "C1")
    assert (told["accepted"], told["steps"]) == (False, [])
    assert "it mentions nobody" in cast("str", told["reason"])
    assert "mention" in office.run("simulate", "slack", "--text", "hi", "--channel", "C1").out
    for text in ("@bot refund it", "<@U99BOT> refund it"):
        told = led_to(office, text, "--channel", "C1", "--user", "bob")
        assert (told["accepted"], told["text"], told["sender"]) == (True, "refund it", "bob")


def test_words_to_somebody_else_are_not_for_the_bot(office: Office) -> None:
    people = office.folder / "agents" / "_house" / "people.yaml"
    people.write_text(people.read_text().replace("{name: Bob", "{slack: U2, name: Bob"))
    told = led_to(office, "<@U2> refund it", "--channel", "C1")
    assert (told["accepted"], told["text"]) == (False, "@bob refund it")
    assert "somebody else" in cast("str", told["reason"])


def test_who_writes_counts_as_who_asked(office: Office) -> None:
    told = led_to(office, "refund it", "--user", "alice")
    assert told["sender"] == "alice"
    assert led_to(office, "refund it", "--user", "U5")["sender"] == "slack:U5"
    card = office.run("simulate", "slack", "--text", "refund it", "--user", "alice").out
    assert "refund, by model" in card


def test_wrong_words_are_one_sentence(office: Office) -> None:
    for words in (
        ("--text", "hi", "--agent", "dusk"),
        ("--text", "hi", "--user", "carol"),
        ("--text", "hi", "--channel", "#releases"),
        ("--text", "  "),
        (),
    ):
        said = office.run("simulate", "slack", *words)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1), said.err
    assert said.err == 'What would be said? bot simulate slack --text "ship it"\n'


def test_a_model_that_cannot_be_asked_is_told_as_a_failure(office: Office) -> None:
    said = office.run("simulate", "slack", "--text", "unheard of", "--json")
    assert said.status == 1
    assert cast("list[Json]", json.loads(said.out)["steps"])[-1]["failed"]
