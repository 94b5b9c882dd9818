"""Copies: each of those asked has the card in a direct message too, once; it closes with the card, and holds up nobody."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import pytest

from bot.core import frozen
from bot.core.outbox import Approval, Question, Reminder, Say, pending
from bot.core.values import Address
from bot.kit.channel import Fate
from bot.kit.people import People, Person
from channels.slack import copies, marks, posting
from channels.slack.address import Place
from channels.slack.api import Web
from channels.slack.copies import recipients
from channels.slack.manifest import manifest
from channels.slack.marks import Copy
from channels.slack.send import Slack
from tests.core.build import gated, working
from tests.slack_server import workspace
from tests.slack_server.faults import Cut, Fail, Fault, LoseReply, Refuse
from tests.slack_server.ledger import Entry
from tests.slack_server.server import SlackServer
from tests.slack_server.shapes import as_objects
from tests.slack_server.workspace import Message

KEY = "T-1-0-v1"
ASKED = Approval(
    KEY, KEY, "ship", {"tag": "v1"}, "it is due", "", ("bob", "carol", "alice"), 1, (), False, True, None, "", "", (),
    barred=("alice",), requester="alice",
)  # fmt: skip


@dataclass
class Team:
    """Alice began a thread; Bob and Carol may decide."""

    slack: SlackServer
    people: People
    root: Message
    persons: dict[str, workspace.Person]

    @property
    def address(self) -> Address:
        return Place(self.slack.team.team, self.root.channel, self.root.ts).address

    def sender(self) -> Slack:
        """As another process has it."""
        return Slack(Web(self.slack.token, self.slack.api_url), self.people)

    def direct(self, name: str) -> list[Message]:
        """What the bot wrote to this person in private."""
        channel = self.slack.team.direct(self.persons[name], self.slack.bot)
        return [each for each in channel.standing() if each.user == self.slack.bot.id]

    def cards(self) -> list[Message]:
        channel = self.slack.team.channels[self.root.channel]
        return [each for each in channel.standing() if each.user == self.slack.bot.id]


@pytest.fixture
async def team() -> AsyncGenerator[Team]:
    async with SlackServer(manifest()) as slack:
        persons = {name: slack.team.person(name) for name in ("alice", "bob", "carol")}
        room = slack.team.channel("releases", [*persons.values(), slack.bot])
        known = {name: Person(slack=person.id) for name, person in persons.items()}
        known["bob"] = known["bob"].model_copy(update={"language": "de"})
        root = slack.people.say(persons["alice"], room, "hi")
        yield Team(slack, People(known), root, persons)


def buttons(message: Message) -> list[object]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [button["action_id"] for row in rows for button in as_objects(row["elements"])]


def values(message: Message) -> set[str]:
    """The requests that its buttons carry."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return {str(each["value"]).split()[0] for row in rows for each in as_objects(row["elements"])}


async def test_each_who_may_decide_has_a_copy_of_their_own_in_their_language(team: Team) -> None:
    receipt = await team.sender().send(team.address, ASKED)
    (card,), (bob,), (carol,) = team.cards(), team.direct("bob"), team.direct("carol")
    assert team.direct("alice") == []
    assert buttons(bob) == buttons(carol) == buttons(card) == ["approve", "deny", "edit", "more"]
    assert "Genehmigung" in bob.text
    assert "<@" not in bob.text + carol.text
    link = f"{team.slack.world.url}/archives/{card.channel}/p{team.root.ts.replace('.', '')}"
    assert link in str(bob.blocks[0])
    bot = team.slack.bot.bot_id
    sent = [{"bot_id": bot, "metadata": each.metadata} for each in (card, bob, carol)]
    keys = [marks.mark(cast("marks.Json", each), bot) for each in sent]
    assert keys == [KEY, f"{KEY}@{bob_id(team)}", f"{KEY}@{team.persons['carol'].id}"]
    first, *others = receipt.split(" ")
    assert first.endswith(f"/{card.ts}")
    assert marks.read(" ".join(others)) == (
        Copy(bob_id(team), bob.channel, bob.ts),
        Copy(team.persons["carol"].id, carol.channel, carol.ts),
    )


def bob_id(team: Team) -> str:
    return team.persons["bob"].id


async def test_whoever_finds_the_card_knows_its_copies(team: Team) -> None:
    receipt = await team.sender().send(team.address, ASKED)
    assert await team.sender().find(team.address, KEY) == receipt


@pytest.mark.parametrize("refusal", ["cannot_dm_bot", "user_disabled", "user_not_found"])
async def test_one_who_cannot_be_written_to_holds_up_nobody(team: Team, refusal: str) -> None:
    def rule(entry: Entry) -> Fault | None:
        is_bobs = entry.arguments.get("users") == bob_id(team)
        return Refuse(refusal) if is_bobs else None

    team.slack.faults.rule = rule
    receipt = await team.sender().send(team.address, ASKED)
    assert (len(team.cards()), len(team.direct("bob")), len(team.direct("carol"))) == (1, 0, 1)
    assert bob_id(team) not in receipt


async def test_one_whose_messages_fail_for_long_holds_up_nobody(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "COPY_SECONDS", 0.3)
    held = team.slack.faults.hold("conversations.open")
    await team.sender().send(team.address, ASKED)
    held.release.set()
    assert len(team.cards()) == 1
    assert sorted((len(team.direct("bob")), len(team.direct("carol")))) == [0, 1]


@pytest.mark.parametrize("fault", [LoseReply(), Cut(), Fail(503)])
async def test_a_copy_whose_reply_is_lost_is_looked_for_and_there_once(
    team: Team, fault: LoseReply | Cut | Fail
) -> None:
    team.slack.faults.plan("chat.postMessage", fault, fault)
    receipt = await team.sender().send(team.address, ASKED)
    (bob,), (carol,) = team.direct("bob"), team.direct("carol")
    assert bob.ts in receipt
    assert carol.ts in receipt


@pytest.mark.parametrize("fault", [LoseReply(), Cut(), Fail(500)])
async def test_a_conversation_that_does_not_open_at_once_has_its_copy_all_the_same(
    team: Team, fault: LoseReply | Cut | Fail
) -> None:
    team.slack.faults.plan("conversations.open", fault)
    await team.sender().send(team.address, ASKED)
    assert (len(team.direct("bob")), len(team.direct("carol"))) == (1, 1)


@pytest.mark.parametrize("lapses", [1, 2, 4])
async def test_a_copy_that_is_there_and_not_found_at_once_is_on_the_receipt(
    team: Team, monkeypatch: pytest.MonkeyPatch, lapses: int
) -> None:
    monkeypatch.setattr(copies, "PAUSES", (0.01, 0.01))
    team.slack.faults.plan("chat.postMessage", LoseReply())
    team.slack.faults.plan("conversations.history", *[Fail(500)] * lapses)
    receipt = await team.sender().send(team.address, ASKED)
    (bob,), (carol,) = team.direct("bob"), team.direct("carol")
    assert bob.ts in receipt
    assert carol.ts in receipt


async def test_a_card_whose_reply_is_lost_is_found_with_its_copies(team: Team) -> None:
    team.slack.faults.plan("chat.postMessage", None, None, LoseReply())
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
        await team.sender().send(team.address, ASKED)
    receipt = await team.sender().find(team.address, KEY)
    assert receipt is not None
    assert team.direct("bob")[0].ts in receipt


async def test_a_card_that_died_after_its_copies_is_sent_and_they_are_not_sent_again(
    team: Team,
) -> None:
    team.slack.faults.plan("chat.postMessage", None, None, Cut())
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
        await team.sender().send(team.address, ASKED)
    later = team.sender()
    assert await later.find(team.address, KEY) is None
    receipt = await later.send(team.address, ASKED)
    assert [len(team.direct(name)) for name in ("bob", "carol")] == [1, 1]
    assert len(team.cards()) == 1
    assert team.direct("carol")[0].ts in receipt


AGAIN = replace(ASKED, key="T-1-0-v2", request="T-1-0-v2", quote="alice: thanks")


async def test_the_same_question_again_calls_nobody_and_takes_the_copies_over(team: Team) -> None:
    sender = team.sender()
    first = await sender.send(team.address, ASKED)
    receipt = await sender.send(team.address, AGAIN)
    (old, card), (bob,), (carol,) = team.cards(), team.direct("bob"), team.direct("carol")
    called = f"<@{bob_id(team)}>"
    assert called in old.text
    assert "<@" not in card.text + str(card.blocks)
    assert "bob" in str(card.blocks)
    assert receipt.partition(" ")[2] == first.partition(" ")[2]
    for copy, who in ((bob, bob_id(team)), (carol, team.persons["carol"].id)):
        assert values(copy) == {"T-1-0-v2"}
        assert f"T-1-0-v2@{who}" in str(copy.metadata)
        assert "thanks" in str(copy.blocks)
    assert await team.sender().find(team.address, "T-1-0-v2") == receipt


async def test_a_third_showing_takes_over_what_the_second_left(team: Team) -> None:
    for number in (1, 2, 3):
        key = f"T-1-0-v{number}"
        await team.sender().send(team.address, replace(ASKED, key=key, request=key))
    assert [values(*team.direct(name)) for name in ("bob", "carol")] == [{"T-1-0-v3"}] * 2
    assert [card.text.count("<@") for card in team.cards()] == [3, 0, 0]


async def test_whoever_is_newly_asked_is_called_and_has_a_copy(team: Team) -> None:
    sender = team.sender()
    await sender.send(team.address, replace(ASKED, approvers=("bob", "alice")))
    receipt = await sender.send(team.address, AGAIN)
    (carol,) = team.direct("carol")
    assert len(team.direct("bob")) == 1
    assert team.cards()[1].text.count("<@") == 1
    assert f"<@{team.persons['carol'].id}>" in team.cards()[1].text
    assert carol.ts in receipt
    assert team.direct("bob")[0].ts in receipt


@pytest.mark.parametrize(
    "other", [{"digest": "another"}, {"anew": "The tool has changed."}], ids=str
)
async def test_another_question_calls_everybody_and_has_copies_of_its_own(
    team: Team, other: dict[str, str]
) -> None:
    sender = team.sender()
    await sender.send(team.address, ASKED)
    digest, anew = other.get("digest", ""), other.get("anew", "")
    await sender.send(team.address, replace(AGAIN, digest=digest, anew=anew))
    assert [len(team.direct(name)) for name in ("bob", "carol")] == [2, 2]
    assert [card.text.count("<@") for card in team.cards()] == [3, 3]


async def test_a_copy_that_is_gone_is_sent_anew(team: Team) -> None:
    sender = team.sender()
    await sender.send(team.address, ASKED)
    team.slack.people.delete(team.direct("bob")[0])
    receipt = await sender.send(team.address, AGAIN)
    (bob,), (carol,) = team.direct("bob"), team.direct("carol")
    assert values(bob) == values(carol) == {"T-1-0-v2"}
    assert bob.ts in receipt


@pytest.mark.parametrize("fault", [LoseReply(), Cut(), Fail(500)])
async def test_a_copy_whose_change_is_not_answered_is_taken_over_once(
    team: Team, monkeypatch: pytest.MonkeyPatch, fault: LoseReply | Cut | Fail
) -> None:
    monkeypatch.setattr(posting, "PAUSES", (0.01, 0.01, 0.01))
    sender = team.sender()
    await sender.send(team.address, ASKED)
    team.slack.faults.plan("chat.update", *[fault] * 3)
    await sender.send(team.address, AGAIN)
    assert [values(*team.direct(name)) for name in ("bob", "carol")] == [{"T-1-0-v2"}] * 2


async def test_where_no_change_is_taken_for_long_a_new_copy_is_sent(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "PAUSES", (0.01,))
    sender = team.sender()
    await sender.send(team.address, ASKED)
    team.slack.faults.rule = lambda entry: Fail(500) if entry.method == "chat.update" else None
    receipt = await sender.send(team.address, AGAIN)
    assert [len(team.direct(name)) for name in ("bob", "carol")] == [2, 2]
    assert all(team.direct(name)[1].ts in receipt for name in ("bob", "carol"))


async def test_a_card_that_died_after_its_copies_were_changed_is_sent_and_takes_them_once(
    team: Team,
) -> None:
    first = await team.sender().send(team.address, ASKED)
    team.slack.faults.plan("chat.postMessage", Cut())
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
        await team.sender().send(team.address, AGAIN)
    later = team.sender()
    assert await later.find(team.address, AGAIN.key) is None
    receipt = await later.send(team.address, AGAIN)
    assert receipt.partition(" ")[2] == first.partition(" ")[2]
    assert [len(team.direct(name)) for name in ("bob", "carol")] == [1, 1]


@pytest.mark.parametrize("anew", [False, True], ids=["the same process", "another process"])
async def test_a_replaced_card_leaves_alone_the_copies_that_another_took_over(
    team: Team, anew: bool
) -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    (asked,) = pending(story.thread)
    assert isinstance(asked, Approval)
    asked = replace(asked, approvers=("bob", "carol"))
    sender = team.sender()
    first = await sender.send(team.address, asked)
    story.delivered(asked.key)
    then = story.thread
    story.message("thanks")
    fate = Fate(frozen.replace(story.thread, address=team.address), 1_000, then)
    await sender.change(first, asked.key, fate)
    assert [buttons(*team.direct(name)) for name in ("bob", "carol")] == [[], []]
    new = f"{call}-v2"
    second = await sender.send(team.address, replace(asked, key=new, request=new))
    await (team.sender() if anew else sender).change(first, asked.key, fate)
    assert [values(*team.direct(name)) for name in ("bob", "carol")] == [{new}] * 2
    story.previewed(call)
    story.delivered(new)
    story.deny(new)
    over = Fate(frozen.replace(story.thread, address=team.address), 2_000, story.thread)
    await (team.sender() if anew else sender).change(second, new, over)
    assert [buttons(*team.direct(name)) for name in ("bob", "carol")] == [[], []]
    assert "Denied by bob" in team.direct("carol")[0].text


async def test_where_the_thread_is_a_persons_own_conversation_they_have_no_second_card(
    team: Team,
) -> None:
    channel = team.slack.team.direct(team.persons["bob"], team.slack.bot)
    root = team.slack.people.say(team.persons["bob"], channel, "hi")
    home = Place(team.slack.team.team, channel.id, root.ts).address
    await team.sender().send(home, replace(ASKED, approvers=("bob",), barred=(), requester=""))
    assert len(team.direct("bob")) == 1


async def test_a_copy_leads_nobody_into_the_conversation_of_another(team: Team) -> None:
    channel = team.slack.team.direct(team.persons["alice"], team.slack.bot)
    root = team.slack.people.say(team.persons["alice"], channel, "hi")
    home = Place(team.slack.team.team, channel.id, root.ts).address
    await team.sender().send(home, ASKED)
    (bob,), (carol,) = team.direct("bob"), team.direct("carol")
    assert "/archives/" not in str(bob.blocks) + str(carol.blocks)
    assert "somebody else" in str(carol.blocks[0])


async def test_every_copy_closes_with_the_card_and_stays_known_as_its_copy(team: Team) -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    receipt = await team.sender().send(team.address, replace(ASKED, key=f"{call}-v1", request=f"{call}-v1"))  # fmt: skip
    story.delivered(f"{call}-v1")
    story.deny(f"{call}-v1")
    thread = frozen.replace(story.thread, address=team.address)
    await team.sender().change(receipt, f"{call}-v1", Fate(thread, 1_000, thread))
    (card,), (bob,), (carol,) = team.cards(), team.direct("bob"), team.direct("carol")
    assert [buttons(each) for each in (card, bob, carol)] == [[], [], []]
    assert "Abgelehnt von bob" in bob.text
    assert "Denied by bob" in carol.text
    assert await team.sender().find(team.address, f"{call}-v1") == receipt


@pytest.mark.parametrize("fault", [LoseReply(), Cut(), Fail(500)])
async def test_a_card_that_cannot_be_changed_for_a_while_closes_with_its_copies(
    team: Team, monkeypatch: pytest.MonkeyPatch, fault: LoseReply | Cut | Fail
) -> None:
    monkeypatch.setattr(posting, "PAUSES", (0.01, 0.01, 0.01))
    story, (call,) = working(gated())
    story.previewed(call)
    key = f"{call}-v1"
    receipt = await team.sender().send(team.address, replace(ASKED, key=key, request=key))
    story.delivered(key)
    story.deny(key)
    team.slack.faults.plan("chat.update", *[fault] * 3)
    thread = frozen.replace(story.thread, address=team.address)
    await team.sender().change(receipt, key, Fate(thread, 1_000, thread))
    shown = (*team.cards(), *team.direct("bob"), *team.direct("carol"))
    assert [buttons(each) for each in shown] == [[], [], []]


async def test_a_copy_that_cannot_be_changed_keeps_no_other_from_it(team: Team) -> None:
    story, (call,) = working(gated())
    story.previewed(call)
    receipt = await team.sender().send(team.address, ASKED)
    story.deny(f"{call}-v1")
    team.slack.people.delete(team.direct("bob")[0])
    thread = frozen.replace(story.thread, address=team.address)
    with pytest.raises(Exception, match="message_not_found"):
        await team.sender().change(receipt, KEY, Fate(thread, 1_000, thread))
    assert [buttons(each) for each in (*team.cards(), *team.direct("carol"))] == [[], []]


def test_a_copy_is_for_those_who_are_asked_and_not_for_whoever_asks() -> None:
    people = People({name: Person(slack=f"U{name}") for name in ("alice", "bob")})
    ask = Question(KEY, KEY, "Which?", "", "low", "free_text", (), None, ("alice", "bob", "dora", "slack:U9"), "", "alice")  # fmt: skip
    assert recipients(ask, people) == ["Ubob", "U9"]
    assert recipients(replace(ask, requester=""), people) == ["Ualice", "Ubob", "U9"]


async def test_what_is_only_said_has_no_copies(team: Team) -> None:
    receipt = await team.sender().send(team.address, Say("T-1-0", "hello"))
    assert " " not in receipt
    assert team.slack.ledger.calls("conversations.open") == []


async def test_whoever_is_not_in_the_channel_is_told_in_private(team: Team) -> None:
    dora = team.slack.team.person("dora")
    await team.sender().tell(team.address, f"slack:{dora.id}", "Too late.")
    team.persons["dora"] = dora
    assert [each.text for each in team.direct("dora")] == ["Too late."]


def test_copies_are_read_as_they_are_written() -> None:
    some: Sequence[Copy] = (Copy("U1", "D1", "1.1"), Copy("U2", "D2", "2.2"))
    assert marks.read(marks.written(tuple(some))) == some
    assert marks.read("") == ()


# ---- reminders -------------------------------------------------------------------------------------------------------
def reminder(*, apart: bool) -> Reminder:
    text = "This still waits: T-1-0-v1 (ship <@U1>), until 2026-11-27 09:00 UTC"
    return Reminder("T-1-0~remind1", KEY, text, ("bob", "erin"), apart)


async def test_the_first_reminder_calls_those_who_are_asked_in_the_thread_alone(team: Team) -> None:
    await team.sender().send(team.address, reminder(apart=False))
    [said] = team.cards()
    assert said.text.startswith(
        f"<@{team.persons['bob'].id}> This still waits: T-1-0-v1 (ship &lt;"
    )
    assert "until <!date^" in said.text, "the time is in the zone of whoever reads it"
    assert team.direct("bob") == []


async def test_a_later_one_is_told_to_each_of_them_alone_too_with_the_way_back(team: Team) -> None:
    sender = team.sender()
    await sender.send(team.address, reminder(apart=True))
    [copy] = team.direct("bob")
    assert len(team.cards()) == 1
    assert team.root.ts.replace(".", "") in str(copy.blocks), "it leads to the thread"


async def test_a_reminder_that_died_after_its_copies_is_sent_and_they_are_not_sent_again(
    team: Team,
) -> None:
    team.slack.faults.plan("chat.postMessage", None, Cut())
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
        await team.sender().send(team.address, reminder(apart=True))
    later = team.sender()
    assert await later.find(team.address, "T-1-0~remind1") is None
    await later.send(team.address, reminder(apart=True))
    assert (len(team.cards()), len(team.direct("bob"))) == (1, 1)
    assert await team.sender().find(team.address, "T-1-0~remind1")
