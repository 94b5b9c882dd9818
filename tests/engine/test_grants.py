"""Grants at work: a worker on a real Redis runs under one what it covers, tells the thread first, and asks about all else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from bot.core import outbox
from bot.core.events import MessageNoted, Paused, Resumed, ToolStarted, Verdict
from bot.core.grant import granting
from bot.engine.desk import Desk, Judged
from bot.kit import live
from bot.kit.channel import Undeliverable
from tests.engine.office import HOME, Office, Use, card, decide, say, types, until
from tests.engine.test_groups import Grouped, Kept
from tests.engine.test_halt import halt, lift

FRONT = "approvers: [alice, bob]\npolicy: {deploy: {grant: {minutes: 60, same: [environment]}}}"
TOOLS = """
    from pathlib import Path
    from bot.kit import Args, Call, Card, tool

    class Deploy(Args):
        environment: str
        tag: str
        tries: int = 3

    PIN = Path(__file__).parents[2] / "pin"

    @tool(approval="always", env=("LEDGER",))
    async def deploy(d: Deploy, call: Call):
        "Deploy."
        with Path(call.env["LEDGER"]).open("a") as ledger:
            ledger.write(f"{d.environment} {d.tag}\\n")

    @deploy.preview
    async def show(d: Deploy) -> Card:
        return Card(f"Deploy {d.tag}.", pins={"pin": PIN.read_text() if PIN.exists() else ""})
"""


def use(tag: str, environment: str = "staging") -> list[Use]:
    return [("deploy", {"environment": environment, "tag": tag, "because": "it is due"})]


def office_of(server: str, folder: Path, *replies: list[Use] | str) -> Office:
    office = Office(server, folder, replies, 10.0)
    office.write_agent(FRONT, TOOLS)
    return office


async def granted(office: Office, desk: Desk) -> outbox.Outgoing:
    """The card of the first call, which was granted for a while and has run; the model is not asked before its gate opens."""
    await say(desk, "Please deploy.")
    waiting = await card(desk, outbox.Approval)
    office.model.gate.clear()
    await grant(desk, waiting, 30)
    await until(desk, lambda _, events: types(events).count("ToolEnded") == 1)
    return waiting


async def grant(desk: Desk, waiting: outbox.Outgoing, minutes: int, by: str = "bob") -> Judged:
    assert isinstance(waiting, outbox.Approval)
    verdict = Verdict(
        id=uuid4().hex,
        actor=by,
        request=waiting.request,
        word="approve",
        digest=waiting.digest,
        channel="screen",
    )
    return await desk.judge(granting(verdict, minutes))


def notices(office: Office) -> list[str]:
    return [each.text for each in office.screen.sent if isinstance(each, outbox.Notice)]


async def test_what_it_covers_runs_without_being_asked_about_once_the_thread_is_told(
    redis_server: str, tmp_path: Path
) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"), use("v3", "production"))
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        waiting = await card(desk, outbox.Approval)
        assert isinstance(waiting, outbox.Approval)
        assert waiting.grant == outbox.Offer(60, {"environment": "staging"})
        assert (await grant(desk, waiting, 30)).refusal is None
        asked = await card(desk, outbox.Approval)
        assert isinstance(asked, outbox.Approval)
        assert asked.arguments["environment"] == "production"
        events = await desk.events(office.thread)
    assert office.ledger() == ["staging v1", "staging v2"]
    (told,) = notices(office)
    for part in ("bob", "tag: v2", 'environment = "staging"', "Deploy v2."):
        assert part in told
    names = [getattr(event, "key", event.type) for event in events]
    starts = [place for place, name in enumerate(names) if name == "ToolStarted"]
    (said,) = [place for place, name in enumerate(names) if name.endswith("~granted")]
    assert starts[0] < said < starts[1]


async def test_what_a_stranger_asked_for_is_asked_about_however_short(
    redis_server: str, tmp_path: Path
) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"), use("v666"))
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        waiting = await card(desk, outbox.Approval)
        assert isinstance(waiting, outbox.Approval)
        assert waiting.outside == {}
        office.model.gate.clear()
        await grant(desk, waiting, 30)
        heard = MessageNoted(
            id="n1",
            actor="slack:U7@guest",
            address=HOME,
            text="v666 on staging, please, in 3 tries",
        )
        await desk.post(office.thread, heard)
        office.model.gate.set()
        asked = await card(desk, outbox.Approval)
        assert isinstance(asked, outbox.Approval)
        assert asked.outside == {"tag": "slack:U7@guest"}
    assert office.ledger() == ["staging v1", "staging v2"]


async def test_more_than_the_policy_lets_is_refused(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, use("v1"))
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        judged = await grant(desk, await card(desk, outbox.Approval), 61)
        assert judged.refusal == "This can be granted for 1 to 60 minutes, not for 61."
    assert office.ledger() == []


async def second_is_asked_about(office: Office, why: str) -> None:
    """The first is approved for a while; the second would come under that grant, and does not."""
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        await grant(desk, await card(desk, outbox.Approval), 30)
        asked = await card(desk, outbox.Approval, version=2)
        assert isinstance(asked, outbox.Approval)
        assert why in asked.anew
    assert office.ledger() == ["staging v1"]


async def test_a_pin_that_moved_has_it_asked_about(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))
    office.screen.sending = as_told(lambda: (tmp_path / "pin").write_text("moved"))
    await second_is_asked_about(office, "what it was approved on has changed: pin")


async def test_what_cannot_be_told_is_asked_about(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))

    def refuse() -> None:
        raise Undeliverable("no such place")

    office.screen.sending = as_told(refuse)
    await second_is_asked_about(office, "could not be told")


async def test_a_tool_that_changed_is_asked_about(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), "done")
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        await grant(desk, await card(desk, outbox.Approval), 30)
        await until(desk, lambda _, events: types(events)[-2:] == ["StepDecided", "Delivered"])
    office.write_agent(FRONT, TOOLS + "\n    # as it is now\n")
    office.model.replies = [use("v3")]
    async with office.work() as desk:
        await say(desk, "And once more.")
        asked = await card(desk, outbox.Approval)
        assert isinstance(asked, outbox.Approval)
        assert asked.arguments["tag"] == "v3"
    assert office.ledger() == ["staging v1"]


async def test_it_does_not_outlast_the_rights_of_whoever_gave_it(
    redis_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob leaves the group between the word to the thread and the claim."""
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    office = Grouped(redis_server, tmp_path, [use("v1"), use("v2")], 10.0)
    office.kept = Kept()
    front = FRONT.replace("[alice, bob]", "[releasers]")
    office.write_agent(front, TOOLS)
    office.screen.sending = as_told(lambda: office.kept.now.update(S1=("U3",)))
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        await grant(desk, await card(desk, outbox.Approval), 30)
        asked = await card(desk, outbox.Approval, version=2)
        assert isinstance(asked, outbox.Approval)
        assert asked.approvers == ("carol",)
    assert office.ledger() == ["staging v1"]


async def test_what_was_to_run_is_asked_about_once_somebody_denies(
    redis_server: str, tmp_path: Path
) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))
    async with office.work() as desk:
        waiting = await granted(office, desk)
        assert (await decide(desk, waiting, "deny", "alice")).refusal
        office.model.gate.set()
        asked = await card(desk, outbox.Approval)
        assert isinstance(asked, outbox.Approval)
        assert asked.arguments["tag"] == "v2"
    assert office.ledger() == ["staging v1"]
    assert notices(office) == []


async def test_a_pause_that_is_over_at_once_ends_it(redis_server: str, tmp_path: Path) -> None:
    """As `bot grant end` does."""
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))
    async with office.work() as desk:
        await granted(office, desk)
        await desk.post(office.thread, Paused(id="p", actor="alice"), Resumed(id="r"))
        office.model.gate.set()
        await card(desk, outbox.Approval)
        events = await desk.events(office.thread)
    assert sum(isinstance(event, ToolStarted) for event in events) == 1


@pytest.mark.parametrize("agent", ["", "clerk"])
async def test_a_halt_ends_it_though_it_was_lifted_since(
    redis_server: str, tmp_path: Path, agent: str
) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))
    async with office.work() as desk:
        await granted(office, desk)
        await halt(desk, agent)
        await lift(desk, agent)
        office.model.gate.set()
        asked = await card(desk, outbox.Approval, version=2)
        assert isinstance(asked, outbox.Approval)
        assert "halted" in asked.anew
        await grant(desk, asked, 30)
        await until(desk, lambda _, events: types(events).count("ToolEnded") == 2)
        office.model.replies = [use("v3")]
        await say(desk, "And one more.")
        await until(desk, lambda _, events: types(events).count("ToolEnded") == 3)
    assert office.ledger() == ["staging v1", "staging v2", "staging v3"]


async def test_the_halt_of_another_agent_leaves_it(redis_server: str, tmp_path: Path) -> None:
    office = office_of(redis_server, tmp_path, use("v1"), use("v2"))
    async with office.work() as desk:
        await say(desk, "Please deploy.")
        waiting = await card(desk, outbox.Approval)
        office.model.gate.clear()
        await grant(desk, waiting, 30)
        await halt(desk, "usher")
        office.model.gate.set()
        await until(desk, lambda _, events: types(events).count("ToolEnded") == 2)


def as_told(act: Callable[[], object]) -> Callable[[outbox.Outgoing], None]:
    """Does this at the moment at which the thread is told what runs under a grant."""

    def sending(message: outbox.Outgoing) -> None:
        if isinstance(message, outbox.Notice) and message.code == "granted":
            act()

    return sending
