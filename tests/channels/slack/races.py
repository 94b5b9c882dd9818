"""Races: ten people decide on one card at once, on the card itself or on their copy of it, some by Approve and some by a form to deny.

`python -m tests.channels.slack.races 1000` plays so many, over two listeners and two workers, and prints what it saw.
One decision comes of it. Each race is judged by its log, by what the tool did, by who was told what in private, and by how the card
and every copy of it stand in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
import structlog
from pydantic import JsonValue

from bot.app import App
from bot.core.events import Event, Verdict, VerdictRefused
from bot.core.values import Address
from bot.engine.desk import thread_id
from bot.engine.server import ensure_server, stop_server
from bot.model.port import Answer, ToolUse
from channels.slack import marks, pace, presses
from channels.slack.manifest import manifest
from channels.slack.marks import Json
from tests.engine.office import ScriptedModel
from tests.scenarios import slack_office
from tests.scenarios.slack_office import PATIENCE_SECONDS, SlackOffice, until
from tests.slack_server import delivery, views
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_objects
from tests.slack_server.workspace import Message, Person
from tests.slack_server.world import View

CROWD = tuple(f"person{number}" for number in range(10))
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Race:
    """What came of one: the word that counted, and what should not have been so."""

    word: str
    by: str
    complaints: tuple[str, ...]


class Shipping(ScriptedModel):
    """Proposes to ship the tag it was asked for, and is content with whatever is decided."""

    def __init__(self) -> None:
        super().__init__(())

    async def ask(self, body: bytes) -> Answer:
        text = body.decode()
        if "<ship" in text:
            return Answer(text="So be it.")
        tag = text.rpartition("ship race-")[2].partition("<")[0].partition("\\")[0]
        given: dict[str, JsonValue] = {"tag": f"race-{tag}", "because": "it was asked for"}
        return Answer(uses=(ToolUse(name="ship", arguments=given),))


@asynccontextmanager
async def crowded(url: str, folder: Path) -> AsyncGenerator[tuple[SlackOffice, App]]:
    """An office where ten may decide, heard by two listeners and worked by two workers."""
    async with SlackServer(manifest()) as slack, AsyncExitStack() as stack:
        stack.enter_context(_unhurried())
        office = SlackOffice(slack, url, folder, 0, CROWD)
        office.model = Shipping()
        app = await stack.enter_async_context(office.listening())
        await stack.enter_async_context(office.listening())
        await stack.enter_async_context(office.working())
        await stack.enter_async_context(office.working())
        yield office, app


@contextmanager
def _unhurried() -> Generator[None]:
    """Slack waits three seconds, a press is given up after two, a lease lasts two, and each person gets one copy a second: that alone would be seen on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "BURST", 1_000_000)
        patch.setattr(presses, "SECONDS", 60.0)
        patch.setattr(delivery, "ACK_SECONDS", 60.0)
        patch.setattr(views, "TRIGGER_SECONDS", 60.0)
        patch.setattr(slack_office, "LEASE_SECONDS", 30.0)
        yield


async def races(office: SlackOffice, app: App, count: int, chance: random.Random) -> list[Race]:
    """So many races, a few at a time."""
    found: list[Race] = []
    for first in range(0, count, AT_ONCE):
        some = range(first, min(first + AT_ONCE, count))
        found += await asyncio.gather(*(_race(office, app, number, chance) for number in some))
        # What is judged is forgotten, or looking for the rest would take longer each time.
        office.slack.team.ephemerals.clear()
        office.slack.world.views.clear()
        office.slack.ledger.entries.clear()
        office.slack.post.sent.clear()
        for person in (office.bob, office.carol, *office.crowd):
            office.slack.team.direct(person, office.slack.bot).messages.clear()
    return found


async def _race(office: SlackOffice, app: App, number: int, chance: random.Random) -> Race:
    root = office.elsewhere(f"ship race-{number:05}")
    await until(lambda: bool(office.answers(root)), "the card")
    card = office.answers(root)[0]
    copies = _copies(office, card)
    people = chance.sample(office.crowd, len(office.crowd))
    approving = chance.randint(1, len(people) - 1)
    pressed = {person.id: chance.choice((card, copies[person.id])) for person in people}
    forms = [await _form(office, person, pressed[person.id]) for person in people[approving:]]
    deeds = [_approve(office, person, pressed[person.id]) for person in people[:approving]]
    deeds += [_deny(office, form) for form in forms]
    chance.shuffle(deeds)
    await asyncio.gather(*deeds)
    notes = office.slack.team.ephemerals

    def told() -> list[str]:
        """In the thread, or under their copy: each where they decided."""
        under = {copy.ts for copy in copies.values()}
        here = (note for note in notes if note.channel == root.channel or note.thread_ts in under)
        return [note.user for note in here]

    await until(lambda: len(told()) >= len(people) - 1, "the private notes")
    await until(lambda: len(office.answers(root)) > 1, "the end")
    locator = f"{office.slack.team.team}/{root.channel}/{root.ts}"
    events = await app.desk.events(thread_id(Address(channel="slack", locator=locator)))
    runs = office.ledger().count(f"race-{number:05}")
    race = judged(people, events, told(), runs)
    open_still = await _left_open([card, *copies.values()], race)
    return replace(race, complaints=(*race.complaints, *open_still))


def _copies(office: SlackOffice, card: Message) -> dict[str, Message]:
    """What each of those who are asked has of this card in private."""
    channels = office.slack.team.channels
    ours = cast("Json", {"metadata": card.metadata, "bot_id": card.bot_id})
    found = marks.read(marks.mark(ours, card.bot_id, "copies"))
    return {copy.user: channels[copy.channel].messages[copy.ts] for copy in found}


async def _left_open(cards: Sequence[Message], race: Race) -> list[str]:
    """What does not say in the end by whom it was decided, or can be pressed still."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while found := [each for each in cards if not closed(each, race)]:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.01)
    return [f"stands as {card.text[:200]!r}" for card in found]


def closed(card: Message, race: Race) -> bool:
    """Whether it has come to its end, and says so."""
    decided = "Denied by" if race.word == "deny" else "Approved by"
    says = decided in card.text and race.by in card.text.partition(decided)[2]
    over = race.word == "deny" or "Done" in card.text
    return says and over and all(block["type"] != "actions" for block in card.blocks)


async def _approve(office: SlackOffice, person: Person, card: Message) -> None:
    await office.slack.people.press(person, card, "approve").reply()


async def _deny(office: SlackOffice, form: View) -> None:
    person = office.slack.team.people[form.user]
    await office.slack.people.submit(person, form, {"reason": "no"})


async def _form(office: SlackOffice, person: Person, card: Message) -> View:
    """The form to deny this card, on this person's screen."""
    await office.slack.people.press(person, card, "deny").reply()
    rows = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    request = as_objects(rows[0])[0]["value"]
    return next(
        view
        for view in reversed(office.slack.world.views.values())
        if (view.user, view.body["private_metadata"]) == (person.id, request)
    )


def judged(
    people: Sequence[Person], events: Sequence[Event], told: Sequence[str], runs: int
) -> Race:
    """One decision, everybody else refused on record and told in private, and the tool ran if it was approved."""
    verdicts = {event.id: event for event in events if isinstance(event, Verdict)}
    refused = {event.verdict for event in events if isinstance(event, VerdictRefused)}
    counted = [verdict for name, verdict in verdicts.items() if name not in refused]
    ids = {person.name: person.id for person in people}
    losers = Counter(ids[verdicts[name].actor] for name in refused)
    word, by = (counted[0].word, counted[0].actor) if counted else ("", "")
    wrong = {
        f"{len(verdicts)} verdicts": len(verdicts) != len(people),
        f"{len(counted)} decisions": len(counted) != 1,
        f"told {sorted(told)}, refused {sorted(losers)}": Counter(told) != losers,
        f"{runs} runs after {word!r}": runs != (word == "approve"),
    }
    return Race(word, by, tuple(complaint for complaint, is_so in wrong.items() if is_so))


async def _main(count: int, seed: int) -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory(prefix="races-", dir="/tmp") as folder:
        home = Path(folder) / "home"
        url = ensure_server(home)
        started = time.monotonic()
        try:
            async with crowded(url, Path(folder)) as (office, app):
                found = await races(office, app, count, random.Random(seed))
        finally:
            stop_server(home)
    words = Counter(race.word for race in found)
    wrong = [complaint for race in found for complaint in race.complaints]
    sys.stdout.write(
        f"{len(found)} races of {len(CROWD)} people, seed {seed}, {time.monotonic() - started:.0f} s: "
        f"{words['approve']} approved, {words['deny']} denied, {len(wrong)} complaints\n"
    )
    sys.stdout.writelines(f"  {complaint}\n" for complaint in wrong[:20])
    return bool(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(_main(given.count, given.seed)))
