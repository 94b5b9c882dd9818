"""Send: each message once, in its thread, whatever Slack says to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import pytest

from bot.core.outbox import Approval, Question, Say
from bot.core.values import Address
from bot.kit.channel import Undeliverable
from bot.kit.people import People, Person
from channels.slack.address import Place, begun
from channels.slack.api import Web
from channels.slack.hints import in_zone
from channels.slack.manifest import manifest
from channels.slack.reader import look, reader_of, user_of
from channels.slack.send import Slack
from tests.slack_server.faults import Cut, Fail, Limit, LoseReply, Refuse
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Channel, Message

HELLO = Say("t1-4-0", "hello")
KEY = "t1-4-0-v1"
QUESTION = Question(
    KEY, KEY, "Which?", "", "low", "yes_no", ("Yes", "No"), None, ("alice",), "", "alice"
)


@dataclass
class Room:
    """A channel of the stand-in with a first message in it, and ours beside it."""

    slack: SlackServer
    channel: Channel
    root: Message
    sender: Slack

    @property
    def address(self) -> Address:
        return Place(self.slack.team.team, self.channel.id, self.root.ts).address

    def ours(self) -> list[Message]:
        return [each for each in self.channel.standing() if each.user == self.slack.bot.id]

    def posts(self) -> int:
        return len(self.slack.ledger.calls("chat.postMessage"))


@pytest.fixture
async def room() -> AsyncGenerator[Room]:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        people = People({"alice": Person(slack=alice.id, language="de")})
        root = slack.people.say(alice, channel, "hi")
        yield Room(slack, channel, root, Slack(Web(slack.token, slack.api_url), people))


async def test_a_user_group_has_the_members_that_slack_says_it_has(room: Room) -> None:
    bob = room.slack.team.person("bob")
    group = room.slack.team.group([bob])
    assert await room.sender.members(group) == (bob.id,)
    assert await room.sender.members(f"{room.slack.team.team}/{group}") == (bob.id,)
    with pytest.raises(Undeliverable, match="another workspace"):
        await room.sender.members(f"T404/{group}")
    with pytest.raises(Exception, match="no_such_subteam"):
        await room.sender.members("S404")


async def test_a_message_stands_in_its_thread_with_its_key_and_unfurls_nothing(room: Room) -> None:
    receipt = await room.sender.send(room.address, HELLO)
    (message,) = room.ours()
    assert receipt == f"{room.slack.team.team}/{room.channel.id}/{message.ts}"
    assert (message.thread_ts, message.text) == (room.root.ts, "hello")
    assert message.metadata == {
        "event_type": "outer_loop_bot",
        "event_payload": {"key": "t1-4-0"},
    }
    (call,) = room.slack.ledger.calls("chat.postMessage")
    assert call.arguments["unfurl_links"] is False
    assert call.arguments["unfurl_media"] is False


async def test_what_was_sent_is_found_by_its_key_and_nothing_else_is(room: Room) -> None:
    for number in range(4):
        await room.sender.send(room.address, Say(f"t1-{number}-0", "hello"))
    receipt = await room.sender.send(room.address, HELLO)
    assert await room.sender.find(room.address, "t1-4-0") == receipt
    assert await room.sender.find(room.address, "t1-9-0") is None


class Echoes:
    """A pulse that keeps what is said to have been written."""

    def __init__(self, *errors: OSError) -> None:
        self.ages: list[float] = []
        self._errors = list(errors)

    async def said(self, seconds: float) -> None:
        self.ages.append(seconds)
        for error in self._errors:
            raise error

    async def unheard(self, silent: float, after: float) -> bool:
        raise AssertionError("who writes hears nothing")


async def test_what_slack_took_is_to_come_back_and_what_it_refused_is_not(room: Room) -> None:
    echoes = Echoes()
    sender = Slack(Web(room.slack.token, room.slack.api_url), People(), echoes)
    room.slack.faults.plan("chat.postMessage", Refuse("is_archived"), Fail(500))
    for error in (Undeliverable, OSError):
        with pytest.raises(error):
            await sender.send(room.address, HELLO)
    assert echoes.ages == []
    await sender.send(room.address, HELLO)
    assert len(echoes.ages) == 1
    assert 0 < echoes.ages[0] < 5


async def test_a_pulse_that_cannot_be_told_costs_no_message(room: Room) -> None:
    echoes = Echoes(ConnectionError("Redis is away"))
    sender = Slack(Web(room.slack.token, room.slack.api_url), People(), echoes)
    assert await sender.send(room.address, HELLO)
    assert (room.posts(), len(echoes.ages)) == (1, 1)


@pytest.mark.parametrize("fault", [LoseReply(), Cut(), Fail(503)])
async def test_what_may_have_arrived_is_not_sent_again_by_itself(
    room: Room, fault: LoseReply | Cut | Fail
) -> None:
    room.slack.faults.plan("chat.postMessage", fault)
    with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
        await room.sender.send(room.address, HELLO)
    assert room.posts() == 1
    found = await room.sender.find(room.address, HELLO.key)
    assert (found is not None) == isinstance(fault, LoseReply)


async def test_a_file_whose_reply_was_lost_is_not_sent_again_with_its_message(room: Room) -> None:
    long = Say("t1-4-0", "word " * 4_000)
    room.slack.faults.plan("files.completeUploadExternal", LoseReply())
    room.slack.faults.plan("chat.postMessage", LoseReply())
    for _ in range(2):
        with pytest.raises(OSError):  # noqa: PT011 - its kind is what tells the engine that the world is away
            await room.sender.send(room.address, long)
    assert await room.sender.find(room.address, long.key) is not None
    assert [len(each.files) for each in room.ours()] == [1, 0]


async def test_a_file_of_another_program_with_the_same_name_takes_the_place_of_none(
    room: Room,
) -> None:
    eve = room.slack.team.person("eve")
    room.slack.team.join(eve, room.channel)
    forged = room.slack.team.file("t1-4-0.md", eve, b"all is well")
    room.slack.people.say(eve, room.channel, "here", room.root, [forged])
    await room.sender.send(room.address, Say("t1-4-0", "word " * 4_000))
    assert [len(each.files) for each in room.ours()] == [1, 0]


async def test_told_to_slow_down_it_waits_and_sends_once(room: Room) -> None:
    room.slack.faults.plan("chat.postMessage", Limit(1))
    await room.sender.send(room.address, HELLO)
    first, second = room.slack.ledger.calls("chat.postMessage")
    assert second.at - first.at >= 1.0
    assert len(room.ours()) == 1


@pytest.mark.parametrize("refusal", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_form_that_slack_refuses_goes_out_plainer_and_at_last_as_text(
    room: Room, refusal: str
) -> None:
    ask = QUESTION
    room.slack.faults.plan("chat.postMessage", Refuse(refusal))
    await room.sender.send(room.address, ask)
    (message,) = room.ours()
    assert any(block["type"] == "actions" for block in message.blocks)
    room.slack.faults.plan("chat.postMessage", Refuse(refusal), Refuse(refusal))
    await room.sender.send(room.address, ask)
    last = room.ours()[-1]
    assert last.blocks == []
    assert "Which?" in last.text


@pytest.mark.parametrize(
    "ask",
    [
        replace(QUESTION, question=f"{'word ' * 300}Which?"),
        replace(QUESTION, question=f"{'word ' * 600}Which?", choices=("a", "b")),
        replace(QUESTION, context=f"{'word ' * 450}all of it", quote="bob: hurry"),
        replace(QUESTION, quote=f"bob: {'word ' * 190}hurry"),
    ],
)
async def test_where_slack_refuses_the_blocks_no_word_of_a_question_is_lost(
    room: Room, ask: Question
) -> None:
    room.slack.faults.plan("chat.postMessage", Refuse("invalid_blocks"))
    await room.sender.send(room.address, ask)
    *before, message = room.ours()
    files = [room.slack.team.files[name] for each in before for name in each.files]
    told = "\n".join((message.text.replace("&gt; ", ""), *(f.content.decode() for f in files)))
    for part in (ask.question, ask.context, ask.quote):
        assert part in told


@pytest.mark.parametrize(
    "refusal", ["channel_not_found", "not_in_channel", "is_archived", "token_revoked"]
)
async def test_what_slack_refuses_for_good_is_undeliverable_and_says_what_to_do(
    room: Room, refusal: str
) -> None:
    room.slack.faults.plan("chat.postMessage", Refuse(refusal))
    with pytest.raises(Undeliverable) as error:
        await room.sender.send(room.address, HELLO)
    sentence = str(error.value)
    assert sentence.endswith(f"({refusal})")
    assert len(sentence) > len(refusal) + 10
    assert room.posts() == 1


async def test_a_bot_that_was_not_invited_says_so(room: Room) -> None:
    elsewhere = room.slack.team.channel("elsewhere", [])
    with pytest.raises(Undeliverable, match="invite"):
        await room.sender.send(Place("T1", elsewhere.id, "1.2").address, HELLO)


async def test_somebody_is_told_also_while_nothing_of_the_thread_stands_there_yet(
    room: Room,
) -> None:
    there = begun(f"{room.slack.team.team}/{room.channel.id}", 1_700_000_000_000, "a")
    assert there is not None
    await room.sender.tell(there, "alice", "that did not count")
    assert [each.text for each in room.slack.team.ephemerals] == ["that did not count"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "This was already approved by bob, 2026-11-26 17:05 UTC.",
            "This was already approved by bob, <!date^1795712700^{date_short_pretty}, {time}|2026-11-26 18:05 CET>.",
        ),
        ("This was already approved by 2026-13-41 17:05 UTC.", None),
        ("The deadline for this has passed.", None),
    ],
)
def test_a_time_is_told_in_the_zone_of_whoever_reads_it(text: str, told: str | None) -> None:
    people = People({"alice": Person(slack="U1", time_zone="Europe/Berlin")})
    assert in_zone(text, reader_of(["alice"], people)) == (told or text)


def test_a_card_is_in_the_language_of_those_asked_and_calls_them() -> None:
    people = People({"alice": Person(slack="U1", language="de", time_zone="Europe/Berlin")})
    ask = Approval(
        "k", "k", "ship", {}, "", "", ("alice", "bob", "slack:U7"), 1, (), False, True, None, "", "", ()
    )  # fmt: skip
    reader = look(ask, people)
    assert (reader.language, reader.time_zone) == ("de", "Europe/Berlin")
    assert reader.mentions == ("U1", "U7")
    assert look(HELLO, people).mentions == ()
    assert user_of("bob", people) is None
    assert user_of("slack:U7@guest", people) == "U7"
    assert user_of("slack:U7@bot", people) is None
    assert user_of("console:U7", people) is None
