"""Masked: what is cut out is cut out before it is digested, and a call does not run on what is left of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.core.codec import digest
from bot.core.events import Previewed, PreviewRefused, StepDecided, ToolEnded
from bot.core.outbox import Approval
from bot.core.thread import Idle
from bot.engine.reception import Reception
from tests.engine.office import Office, Reply, card, decide, say, until

KEY = "AKIAIOSFODNN7EXAMPLE"
CUT = "[secret: AWS key]"
TOOLS = f"""
    from bot.kit import Args, Call, Card, tool

    class Paper(Args):
        name: str

    @tool(reads=True, cap=40)
    async def read_paper(paper: Paper):
        "Read a paper."
        return "begins " + "{KEY} " * 3 + " and goes on " * 20

    @tool(approval="always", idempotent=False, env=("LEDGER",))
    async def sign(paper: Paper, call: Call):
        "Sign a paper."
        with open(call.env["LEDGER"], "a") as ledger:
            print(paper.name, file=ledger)

    @sign.preview
    async def show(paper: Paper):
        pins = {{"key": "{KEY}"}} if paper.name == "pinned" else {{"n": 1}}
        return Card("signs with {KEY}", pins=pins)
"""
DONE: Reply = "Done."


@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Office:
    made = Office(redis_server, tmp_path, [], 30.0)
    made.write_agent("approvers: [bob]", TOOLS)
    return made


def sign(name: str) -> Reply:
    return [("sign", {"name": name, "because": "asked"})]


async def test_what_was_approved_is_what_runs_and_its_digest_covers_what_is_kept(
    office: Office,
) -> None:
    office.model.replies = [sign("deed"), DONE]
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, Approval)
        await decide(desk, shown, "approve")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle))
        events = await desk.events(office.thread)
    (made,) = [event.card for event in events if isinstance(event, Previewed)]
    assert made.text == f"signs with {CUT}"
    assert made.digest == digest("sign", {"name": "deed"}, made.text, {"n": 1})
    assert office.ledger() == ["deed"]


@pytest.mark.parametrize(
    ("name", "said"),
    [(KEY, f"its arguments hold {CUT}"), ("pinned", "(a pin) holds a secret")],
)
async def test_nobody_is_asked_about_a_call_that_cannot_run(
    office: Office, name: str, said: str
) -> None:
    office.model.replies = [sign(name), DONE]
    async with office.work() as desk:
        await say(desk, "sign it")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle))
        events = await desk.events(office.thread)
    (refused,) = [event for event in events if isinstance(event, PreviewRefused)]
    assert said in refused.reason
    assert KEY not in repr(events)
    assert office.ledger() == []


async def test_an_edit_with_a_secret_is_told_so_and_runs_nothing(office: Office) -> None:
    office.model.replies = [sign("deed"), DONE]
    async with office.work() as desk:
        await say(desk, "sign it")
        shown = await card(desk, Approval)
        assert isinstance(shown, Approval)
        agents = office.agents()
        reception = Reception(desk, agents, agents.people, "clerk")
        told = await reception.complaints(shown.request, {"name": KEY})
        await decide(desk, shown, "edit", arguments={"name": KEY})
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle))
        events = await desk.events(office.thread)
    assert (
        told
        == f"That holds {CUT}, which is kept nowhere: let the tool declare the secret that it needs."
    )
    assert [type(event) for event in events].count(PreviewRefused) == 1
    assert KEY not in repr(events)
    assert office.ledger() == []


async def test_a_result_is_looked_at_before_it_is_cut(office: Office) -> None:
    office.model.replies = [[("read_paper", {"name": "x"})], DONE]
    async with office.work() as desk:
        await say(desk, "read it")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle))
        events = await desk.events(office.thread)
        (ended,) = [event for event in events if isinstance(event, ToolEnded)]
        async with office.store() as store:
            whole = await store.blob(office.thread, ended.ref)
    assert whole is not None
    assert b"AKIA" not in whole
    assert "AKIA" not in str(ended.result)
    assert ended.size == len(whole.decode())


async def test_a_step_is_made_of_an_answer_without_its_secrets(office: Office) -> None:
    office.model.replies = [[("done_for_now", {"message": f"the key is {KEY}"})]]
    async with office.work() as desk:
        await say(desk, f"say it: {KEY}")
        await until(desk, lambda thread, _: isinstance(thread.turn, Idle))
        events = await desk.events(office.thread)
    (step,) = [event for event in events if isinstance(event, StepDecided)]
    assert step.calls[0].arguments == {"message": f"the key is {CUT}"}
    assert KEY not in "".join(office.model.asked)


async def test_a_dead_letter_is_kept_without_secrets(office: Office) -> None:
    async with office.work() as desk:
        raw = json.dumps({"text": f"\n{KEY}", "password": "hunter2"}).encode() + b"\xff"
        await desk.bury("slack", "1", raw, f"cannot read {KEY}")
        (letter,) = (await desk.letters()).values()
    assert letter.cause == f"cannot read {CUT}"
    assert letter.raw.endswith(b"\xff")
    assert json.loads(letter.raw[:-1]) == {"text": f"\n{CUT}", "password": "[secret: password]"}
