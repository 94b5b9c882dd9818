"""One person is one person, whichever channel they use; and the model never learns where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.events import Previewed, StepDecided, Verdict
from bot.core.thread import Closed, Ready
from bot.core.values import Address, Card, Proposal
from bot.engine.desk import Desk, thread_id
from bot.engine.reception import Reception
from bot.kit.arrival import Press, Words
from bot.kit.load import load_agents
from bot.kit.people import People
from tests.engine.office import Office, say, until
from tests.engine.test_reception import ASK, TOOLS

MAIL = Address(channel="email", locator="m1@example.test")
PEOPLE = """\
people:
  alice: {slack: U1, email: alice@example.test, also: [slack:T2/U7]}
  bob: {slack: U2, email: bob@example.test}
"""


async def asked_by_mail(desk: Desk, reception: Reception) -> str:
    """Alice asks by mail, and the card that she and Bob may approve stands. Gives the request."""
    thread = thread_id(MAIL)
    words = Words("mail:1", MAIL, "Alice@example.test", "sign it", "bot")
    assert await reception.words(words) == "asked"
    proposal = Proposal(kind="gated", tool="sign", asked=("alice", "bob"))
    await desk.post(thread, StepDecided(id="s", actor="model", seen=1, calls=(proposal,)))
    card = Card(text="Sign?", digest="d1", approvers=("alice", "bob"))
    call = f"{thread}-1-0"
    await desk.post(thread, Previewed(id="c", actor="engine", call=call, version=1, card=card))
    return f"{call}-v1"


@pytest.mark.parametrize(
    ("person", "spot", "counts"),
    [
        ("U1", "T1/C1/17.1", False),
        ("U7", "T2/C1/17.1", False),
        ("U7", "T1/C1/17.1", False),  # Somebody else's account in that workspace.
        ("U2", "T1/C1/17.1", True),
    ],
)
async def test_what_was_asked_for_by_mail_is_not_approved_by_the_same_person_in_slack(
    redis_server: str, tmp_path: Path, person: str, spot: str, counts: bool
) -> None:
    office = Office(redis_server, tmp_path, [], 30.0)
    office.write_agent("approvers: [alice, bob]", TOOLS)
    file = tmp_path / "people.yaml"
    file.write_text(PEOPLE)
    people = People.load(file)
    async with office.store() as store:
        desk = Desk(store)
        agents = load_agents([tmp_path / "agents"], people)
        reception = Reception(desk, agents, people, "clerk")
        request = await asked_by_mail(desk, reception)
        press = Press("p", "slack", person, request, "approve", spot=spot, digest="d1")
        await reception.press(press)
        thread = await desk.thread(thread_id(MAIL))
        [verdict] = [e for e in await desk.events(thread.id) if isinstance(e, Verdict)]
    call = thread.call(request)
    assert call is not None
    assert thread.requester == "alice"
    assert isinstance(call.phase, Ready) is counts
    assert not isinstance(call.phase, Closed)
    assert (verdict.account, verdict.address) == (person, Address(channel="slack", locator=spot))


class Addressed(Office):
    """An office whose people have addresses."""

    def _people(self) -> Path:
        file = self.folder / "people.yaml"
        file.write_text(PEOPLE)
        return file


async def test_no_address_of_anybody_is_in_what_the_model_is_sent(
    redis_server: str, tmp_path: Path
) -> None:
    office = Addressed(redis_server, tmp_path, [ASK, "done"], 30.0)
    office.write_agent("approvers: [alice, bob]", TOOLS)
    async with office.work() as desk:
        await say(desk, "go")
        await until(desk, lambda thread, _: any(call.step for call in thread.calls))
    sent = b"".join(office.model.bodies).decode()
    assert "There are: alice, bob." in sent
    for address in ("U1", "U7", "U2", "example.test"):
        assert address not in sent
