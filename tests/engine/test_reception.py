"""Reception: which words ask the bot, which are only noted, which are none of its business; and what a press decides on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from bot.core.events import (
    CronTicked,
    Delivered,
    MessageNoted,
    MessageReceived,
    Previewed,
    StepDecided,
    Verdict,
    VerdictRefused,
)
from bot.core.outbox import Approval, Question
from bot.core.thread import Asked, Closed
from bot.core.values import Card, Deputy, Proposal
from bot.engine import reception
from bot.engine.desk import Desk
from bot.engine.reception import Reception
from bot.kit.arrival import Aim, Press, Rating, Remark, Standing, Words
from bot.kit.channel import Undeliverable
from tests.engine.office import HOME, Office, Reply, card, decide, types, until

TOOLS = """
from bot.kit import Args, tool

class Sign(Args):
    name: str
    copies: int = 1

@tool(approval="always")
async def sign(args: Sign):
    "Sign a paper."
    return "signed"
"""
SIGN: Reply = [("sign", {"name": "lease", "because": "it is due"})]
SIGN_BOTH: Reply = [("sign", {"name": name, "because": "it is due"}) for name in ("lease", "deed")]
ASK: Reply = [
    (
        "request_human_input",
        {
            "question": "Which?",
            "options": {"format": "multiple_choice", "choices": ["red", "blue"]},
        },
    )
]


class Desks:
    """A reception, with the desk behind it."""

    def __init__(self, office: Office, desk: Desk) -> None:
        agents = office.agents()
        self.desk = desk
        self.reception = Reception(desk, agents, agents.people, "clerk")

    async def say(self, text: str, by: str = "alice", aim: Aim = "anybody", id: str = "") -> str:
        words = Words(id or uuid4().hex, HOME, by, text, aim)
        return await self.reception.words(words)


@pytest.fixture
def office(redis_server: str, tmp_path: Path) -> Office:
    made = Office(redis_server, tmp_path, [], 30.0)
    made.write_agent("approvers: [bob]\nlisten: thread", TOOLS)
    return made


@asynccontextmanager
async def open_desk(office: Office, *replies: Reply) -> AsyncGenerator[Desks]:
    """With one worker at work."""
    office.model.replies = replies
    async with office.work() as desk:
        yield Desks(office, desk)


@asynccontextmanager
async def quiet_desk(office: Office) -> AsyncGenerator[Desks]:
    """With nobody at work."""
    async with office.store() as store:
        yield Desks(office, Desk(store))


async def test_a_mention_begins_a_thread_and_other_words_do_not(office: Office) -> None:
    async with quiet_desk(office) as desks:
        assert await desks.say("hello") == "ignored"
        assert await desks.desk.threads() == []
        assert not await desks.reception.knows(HOME)
        assert await desks.say("hello", aim="bot", id="m1") == "asked"
        assert await desks.reception.knows(HOME)
        (thread,) = await desks.desk.threads()
    assert (thread.id, thread.agent, thread.requester) == (office.thread, "clerk", "alice")


async def test_a_redelivery_changes_nothing(office: Office) -> None:
    async with quiet_desk(office) as desks:
        for _ in range(4):
            await desks.say("hello", aim="bot", id="m1")
        assert len(await desks.desk.events(office.thread)) == 1


@pytest.mark.parametrize(
    ("by", "aim", "became"),
    [
        ("alice", "anybody", "asked"),
        ("bob", "anybody", "asked"),
        ("eve", "anybody", "noted"),
        ("stranger", "anybody", "noted"),
        ("alice", "others", "noted"),
        ("eve", "bot", "asked"),
    ],
)
async def test_in_a_thread_those_who_may_decide_are_heard_and_others_are_noted(
    office: Office, by: str, aim: Aim, became: str
) -> None:
    async with quiet_desk(office) as desks:
        await desks.say("hello", aim="bot")
        assert await desks.say("and then?", by=by, aim=aim) == became
        last = (await desks.desk.events(office.thread))[-1]
    assert isinstance(last, MessageReceived if became == "asked" else MessageNoted)


async def test_a_deputy_is_heard_from_their_time_on_though_nothing_happened_since(
    office: Office,
) -> None:
    """The last thing that happened in the thread lies before it."""
    async with quiet_desk(office) as desks:
        await desks.say("sign it", aim="bot")
        step = Proposal(kind="gated", tool="sign", asked=("bob",))
        await desks.desk.post(office.thread, StepDecided(id="s", seen=1, calls=(step,)))
        begins = (await desks.desk.thread(office.thread)).at + 300
        deputy = Deputy(person="eve", of="bob", since=begins)
        shown = Card(text="Sign?", digest="d1", approvers=("bob",), deputies=(deputy,))
        call = f"{office.thread}-1-0"
        await desks.desk.post(office.thread, Previewed(id="c", call=call, version=1, card=shown))
        assert await desks.say("approve", by="eve") == "noted"
        async with asyncio.timeout(10):
            while time.time() * 1000 <= begins:
                await asyncio.sleep(0.01)
        [waiting] = await desks.reception.waiting("screen", "eve")
        assert waiting.asked.request == f"{call}-v1"
        assert await desks.say("deny too early", by="eve") == "asked"
        now = (await desks.desk.thread(office.thread)).call(call)
    assert now is not None
    assert isinstance(now.phase, Closed)
    assert (now.phase.outcome, now.phase.by) == ("denied", "eve")


@pytest.mark.parametrize(
    ("by", "aim", "became"),
    [
        ("alice", "anybody", "asked"),
        ("stranger", "anybody", "asked"),
        ("eve", "others", "noted"),
    ],
)
async def test_in_a_thread_born_of_a_schedule_all_who_may_write_there_are_heard(
    office: Office, by: str, aim: Aim, became: str
) -> None:
    async with quiet_desk(office) as desks:
        tick = CronTicked(id="s", address=HOME, prompt="Look.", schedule="daily", agent="clerk")
        await desks.desk.post(office.thread, tick)
        assert await desks.say("and then?", by=by, aim=aim) == became


@pytest.mark.parametrize("standing", ["guest", "outsider", "bot"])
async def test_strangers_and_bots_ask_nothing_of_a_schedule(
    office: Office, standing: Standing
) -> None:
    async with quiet_desk(office) as desks:
        tick = CronTicked(id="s", address=HOME, prompt="Look.", schedule="daily", agent="clerk")
        await desks.desk.post(office.thread, tick)
        words = Words("w", HOME, "stranger", "and then?", "anybody", standing=standing)
        assert await desks.reception.words(words) == "noted"


async def test_an_agent_that_listens_to_mentions_hears_answers_and_verdicts_all_the_same(
    office: Office,
) -> None:
    office.write_agent("approvers: [bob]\nlisten: mentions", TOOLS)
    async with open_desk(office, ASK) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Question)
        assert await desks.say("red") == "asked"
    async with quiet_desk(office) as desks:
        await desks.desk.thread(office.thread)
        assert await desks.say("well") == "noted"
        assert await desks.say("stop") == "asked"


async def test_in_a_thread_that_others_began_what_people_say_to_each_other_is_noted(
    office: Office,
) -> None:
    before = (Words("b0", HOME, "eve", "the build is red", "anybody"),)
    async with open_desk(office, "I look.", ASK, SIGN) as desks:
        await desks.reception.words(Words("m1", HOME, "alice", "look", "bot", before=before))
        await until(desks.desk, lambda _, events: isinstance(events[-1], Delivered))
        assert await desks.say("shall we wait?", by="bob") == "noted"
        assert await desks.say("ask me", aim="bot") == "asked"
        await card(desks.desk, Question)
        assert await desks.say("red") == "asked"
        await card(desks.desk, Approval)
        assert await desks.say("I would not", by="bob") == "noted"
        assert await desks.say("deny not now", by="bob") == "asked"


@pytest.mark.parametrize("word", ["approve", "deny"])
async def test_in_a_thread_that_others_began_a_verdict_may_name_its_request(
    office: Office, word: str
) -> None:
    before = (Words("b0", HOME, "eve", "the build is red", "anybody"),)
    async with open_desk(office, SIGN_BOTH) as desks:
        await desks.reception.words(Words("m1", HOME, "alice", "look", "bot", before=before))
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        words = Words("m2", HOME, "eve", f"{word} {shown.request}", "anybody")
        assert await desks.reception.words(words) == "noted"
        assert "not among those" in (await desks.reception.unheard(words) or "")
        other = Words("m3", HOME, "eve", f"{word} t-9-9-v1", "anybody")
        assert await desks.reception.unheard(other) is None
        assert await desks.say(f"approve {shown.request} then", by="bob") == "noted"
        assert await desks.say("approve t-9-9-v1", by="bob") == "noted"
        assert await desks.say(f"{word} {shown.request}", by="bob") == "asked"


async def test_in_a_thread_that_others_began_an_approval_for_a_while_is_for_the_bot(
    office: Office,
) -> None:
    office.write_agent(GRANTING, TOOLS)
    before = (Words("b0", HOME, "eve", "the build is red", "anybody"),)
    async with open_desk(office, SIGN) as desks:
        await desks.reception.words(Words("m1", HOME, "alice", "look", "bot", before=before))
        await card(desks.desk, Approval)
        assert await desks.say("approve for 20 minutes", by="bob") == "asked"
        await until(desks.desk, lambda thread, _: len(thread.grants) == 1)


async def test_what_was_said_before_stands_before_and_once(office: Office) -> None:
    async with quiet_desk(office) as desks:
        before = tuple(Words(f"b{n}", HOME, "eve", f"line {n}", "anybody") for n in range(2))
        first = Words("m1", HOME, "alice", "look at this", "bot", before=before)
        for _ in range(2):
            await desks.reception.words(first)
        events = await desks.desk.events(office.thread)
        thread = await desks.desk.thread(office.thread)
    assert [event.id for event in events] == ["b0", "b1", "m1"]
    assert thread.requester == "alice"


async def test_a_remark_is_noted_only_about_a_message_of_ours(office: Office) -> None:
    async with quiet_desk(office) as desks:
        remark = Remark("m1/edited/2", "m1", HOME, "alice", "edited to: bye")
        await desks.reception.remark(remark)
        assert await desks.desk.threads() == []
        await desks.say("hello", aim="bot", id="m1")
        await desks.reception.remark(remark)
        await desks.reception.remark(Remark("m2/deleted", "m2", HOME, "alice", "deleted"))
        events = await desks.desk.events(office.thread)
    assert [event.id for event in events] == ["m1", "m1/edited/2"]


@pytest.mark.parametrize(
    ("person", "standing", "actor"),
    [
        ("U7", "guest", "screen:U7@guest"),
        ("U7", "unknown", "screen:U7@unknown"),
        ("U7", "member", "screen:U7"),
        ("alice", "unknown", "alice"),
        # It is no turn of a bot's.
        ("U7", "bot", "screen:U7"),
    ],
)
async def test_a_remark_is_noted_as_of_whoever_made_it(
    office: Office, person: str, standing: Standing, actor: str
) -> None:
    async with quiet_desk(office) as desks:
        await desks.say("hello", aim="bot", id="m1")
        await desks.reception.remark(Remark("m1/edited/2", "m1", HOME, person, "x", standing))
        events = await desks.desk.events(office.thread)
    assert events[-1].actor == actor


async def test_a_press_decides_on_the_version_it_was_shown_and_on_no_other(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        await desks.say("wait, is it the right one?")
        new = await card(desks.desk, Approval, version=2)
        assert isinstance(new, Approval)
        for id, seen in (("p1", shown), ("p2", new)):
            press = Press(id, "screen", "bob", seen.request, "approve", digest=seen.digest)
            await desks.reception.press(press)
        await until(desks.desk, lambda _, events: any(e.type == "ToolEnded" for e in events))
        events = await desks.desk.events(office.thread)
    digests = {event.id: event.digest for event in events if isinstance(event, Verdict)}
    assert digests["p1"] == ""
    assert digests["p2"] != ""
    refused = [event for event in events if event.type == "VerdictRefused"]
    assert len(refused) == 1


async def test_words_at_a_copy_count_since_their_author_has_it_whoever_else_has_theirs(
    office: Office,
) -> None:
    apart = tuple(
        Deputy(person=each, of=each, since=0, address=HOME) for each in ("bob", "carol", "dave")
    )
    who = tuple(each.person for each in apart)
    shown = Card(text="", digest="d" * 64, approvers=who, quorum=2, apart=apart)
    async with quiet_desk(office) as desks:
        await desks.say("hello", aim="bot")
        sign = Proposal(kind="gated", tool="sign")
        await desks.desk.post(office.thread, StepDecided(id="s1", seen=1, calls=(sign,)))
        [call] = (await desks.desk.thread(office.thread)).calls
        for version in (1, 2):
            made = Previewed(id=f"p{version}", call=call.id, version=version, card=shown)
            await desks.desk.post(office.thread, made)
            if version == 1:
                await desks.say("wait", aim="bot")
        for person, written in (("bob", 100), ("dave", 300)):
            key = f"{call.id}-v2~@{person}"
            sent = Delivered(id=f"sent:{key}", key=key, receipt="r", written=written)
            await desks.desk.post(office.thread, sent)
        told = {
            person: await desks.reception.objection(
                Press(
                    "x",
                    "screen",
                    person,
                    f"{call.id}-v2",
                    "approve",
                    digest=shown.digest,
                    written=200,
                )
            )
            for person in who
        }
    assert {person: why is None for person, why in told.items()} == {
        "bob": True,
        "carol": False,
        "dave": False,
    }


async def test_words_at_a_copy_approve_only_what_stood_there_when_they_were_written(
    office: Office,
) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Approval)
        await desks.say("wait, is it the right one?")
        new = await card(desks.desk, Approval, version=2)
        assert isinstance(new, Approval)
        call = (await desks.desk.thread(office.thread)).call(new.request)
        assert call is not None
        assert isinstance(call.phase, Asked)
        assert call.phase.shown is not None
        presses = [
            Press(id, "screen", "bob", new.request, "approve", digest=new.digest, written=written)
            for id, written in (("p1", call.phase.shown - 1), ("p2", call.phase.shown))
        ]
        for press in presses:
            await desks.reception.press(press)
        assert await desks.reception.refusal(presses[0]) is not None
        assert await desks.reception.refusal(presses[1]) is None


async def test_near_words_of_somebody_who_may_approve_name_what_is_open_and_only_then(
    office: Office,
) -> None:
    def words(text: str, by: str) -> Words:
        return Words(uuid4().hex, HOME, by, text, "anybody")

    async with open_desk(office, SIGN) as desks:
        meant = desks.reception.meant
        assert await meant(words("yes", "bob")) == ()
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert list(await meant(words("yes", "bob"))) == [shown]
        assert await meant(words("yes, but wait", "bob")) == ()
        assert await meant(words("approve", "bob")) == ()
        assert await meant(words("yes", "eve")) == ()
        assert await meant(words("yes", "alice")) == ()


async def test_words_that_nearly_decide_are_noted_and_those_that_may_refuse_hold_the_card_back(
    office: Office,
) -> None:
    async with open_desk(office, SIGN, []) as desks:
        await desks.say("sign it", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        request = shown.request

        async def nearly(text: str, against: bool, id: str = "") -> bool:
            words = Words(id or uuid4().hex, HOME, "bob", text, "others")
            return await desks.reception.nearly(words, request, against=against)

        assert not await desks.reception.nearly(Words("x", HOME, "bob", "ok", "others"), "tnone-1-v1", against=False)  # fmt: skip
        for _ in "twice":
            assert await nearly("ok", False, "m1")
        assert [each.request for each in await desks.reception.open(HOME)] == [request]
        assert await nearly("no", True)
        again = await card(desks.desk, Approval, version=2)
        assert isinstance(again, Approval)
        assert (again.request, again.quote) == (request.replace("-v1", "-v2"), "bob: no")
        assert types(await desks.desk.events(office.thread)).count("StepDecided") == 1
        await desks.reception.press(Press(uuid4().hex, "console", "bob", again.request, "deny"))
        assert not await nearly("ok", False), "it is over"


async def test_words_that_may_hold_something_else_back_are_not_only_noted(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("sign it", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        request = shown.request
    async with quiet_desk(office) as desks:
        await desks.say("and the deed", aim="bot")  # The model is to be asked.
        words = Words("m1", HOME, "bob", "no", "others")
        assert not await desks.reception.nearly(words, request, against=True)
        assert await desks.reception.nearly(words, request, against=False)


async def test_a_choice_pressed_is_the_choice_by_its_own_words(office: Office) -> None:
    async with open_desk(office, ASK) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Question)
        assert isinstance(shown, Question)
        press = Press("p1", "screen", "alice", shown.request, "answer", choice=1)
        await desks.reception.press(press)
        await until(desks.desk, lambda _, events: len(office.model.asked) == 2)
        (verdict,) = [e for e in await desks.desk.events(office.thread) if isinstance(e, Verdict)]
    assert verdict.text == "blue"


async def test_why_a_press_did_not_count_can_be_read_and_is_nothing_where_it_did(
    office: Office,
) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        theirs, his = (
            Press(id, "screen", by, shown.request, "approve", digest=shown.digest)
            for id, by in (("p1", "eve"), ("p2", "bob"))
        )
        assert await desks.reception.refusal(theirs) is None
        for press in (theirs, his):
            await desks.reception.press(press)
        assert "not among those" in (await desks.reception.refusal(theirs) or "")
        assert await desks.reception.refusal(his) is None
        nowhere = Press("p3", "screen", "bob", "tnowhere-4-0-v1", "approve")
        assert await desks.reception.refusal(nowhere) is None


@pytest.mark.parametrize("digest", ["0123456789abcdef", ""])
async def test_a_press_on_a_card_whose_name_another_has_by_now_approves_nothing(
    office: Office, digest: str
) -> None:
    """Where a Redis that lost its last second chose again, another call has the name of one that people were shown."""
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        lost = Press("p1", "screen", "bob", shown.request, "approve", digest=digest)
        await desks.reception.press(lost)
        assert await desks.reception.refusal(lost) is not None
        same = Press("p2", "screen", "bob", shown.request, "approve", digest=shown.digest[:16])
        await desks.reception.press(same)
        assert await desks.reception.refusal(same) is None


async def test_a_press_on_a_thread_that_is_not_there_is_nothing(office: Office) -> None:
    async with quiet_desk(office) as desks:
        await desks.reception.press(Press("p1", "screen", "bob", "tnowhere-4-0-v1", "approve"))
        assert await desks.desk.threads() == []


async def test_a_form_is_of_the_card_as_it_stands_whichever_showing_was_named(
    office: Office,
) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        form = await desks.reception.form(shown.request)
        assert form is not None
        assert form.asked == shown
        properties = form.schema["properties"]
        assert isinstance(properties, dict)
        assert set(properties) == {"name", "copies"}
        assert await desks.reception.form(shown.request.replace("-v1", "-v9")) == form
        assert await desks.reception.form("t-9-0-v1") is None
        assert await desks.reception.form("tnowhere-1-0-v1") is None


async def test_arguments_that_cannot_be_taken_are_complained_of(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        complaints = desks.reception.complaints
        assert await complaints(shown.request, {"name": "deed", "copies": 2}) is None
        assert "copies" in (await complaints(shown.request, {"copies": "many"}) or "")
        assert await complaints(shown.request, {"name": "lease"}) == "Nothing was changed."


# ---- what waits for whom ----------------------------------------------------------------------------------------------
async def test_what_waits_for_somebody_is_what_they_may_decide_and_have_not(office: Office) -> None:
    office.write_agent(
        "approvers: [alice, bob, eve]", TOOLS.replace('"always"', '"always", quorum=2')
    )
    async with open_desk(office, SIGN) as desks:
        await desks.say("sign it", by="alice", aim="bot")
        waiting = await card(desks.desk, Approval)
        (for_bob,) = await desks.reception.waiting("screen", "bob")
        assert (for_bob.asked, for_bob.receipt) == (waiting, "line 1")
        for person in ("alice", "stranger"):
            assert await desks.reception.waiting("screen", person) == []
        await decide(desks.desk, waiting, "approve", "bob")
        assert await desks.reception.waiting("screen", "bob") == []
        (for_eve,) = await desks.reception.waiting("screen", "eve")
        assert for_eve.asked.request == waiting.key
        assert await desks.reception.shown("screen") == ["line 1"]
        assert await desks.reception.shown("another") == []
        await decide(desks.desk, waiting, "deny", "eve")
        assert await desks.reception.shown("screen") == []


async def test_a_question_waits_for_those_who_are_asked(office: Office) -> None:
    async with open_desk(office, ASK) as desks:
        await desks.say("paint it", by="alice", aim="bot")
        asked = await card(desks.desk, Question)
        found = [each.asked for each in await desks.reception.waiting("screen", "alice")]
        assert found == [asked]
        assert await desks.reception.waiting("screen", "eve") == []


# ---- what people think of an answer -----------------------------------------------------------------------------------
async def test_an_opinion_is_on_record_once_asks_nobody_and_changes_nothing(office: Office) -> None:
    async with open_desk(office, [("done_for_now", {"message": "Signed."})]) as desks:
        await desks.say("sign it", by="alice", aim="bot")
        await until(desks.desk, lambda thread, events: events[-1].type == "Delivered")
        before = await desks.desk.thread(office.thread)
        sent = (await desks.desk.events(office.thread))[-1]
        assert isinstance(sent, Delivered)
        for key in (sent.key, sent.key, f"{office.thread}-9-0", "t0-1-0"):
            await desks.reception.rate(Rating(f"r {key}", "screen", "eve", key, "(not helpful)"))
        events = await desks.desk.events(office.thread)
        after = await desks.desk.thread(office.thread)
    noted = [(e.id, e.actor, e.text) for e in events if isinstance(e, MessageNoted)]
    assert noted == [(f"r {sent.key}", "eve", "(not helpful)")]
    assert (after.turn, after.calls, after.heard) == (before.turn, before.calls, before.heard)
    assert len(office.model.asked) == 1


async def test_a_typed_word_puts_off_the_one_approval_that_is_open(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        assert await desks.say("later 09:00", by="bob") == "asked"
        assert await desks.say("pass to mallory", by="bob") == "asked"
        assert await desks.say("ignore", by="bob", aim="bot") == "asked"
        thread, events = (
            await desks.desk.thread(office.thread),
            await desks.desk.events(office.thread),
        )
    said = [each for each in events if isinstance(each, Verdict)]
    assert [each.word for each in said] == ["later", "pass", "ignore"]
    assert {(each.request, each.digest) for each in said} == {(shown.request, shown.digest)}
    assert {(each.address, each.account) for each in said} == {(HOME, "bob")}
    assert said[0].until is not None
    call = thread.call(shown.request)
    assert call is not None
    assert [each.word for each in call.asides] == ["ignore"]


async def test_words_that_put_off_are_a_message_of_whoever_is_not_asked(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Approval)
        await desks.say("later 2h")
        events = await desks.desk.events(office.thread)
    assert [each.text for each in events if isinstance(each, MessageReceived)] == ["go", "later 2h"]


async def test_what_only_nearly_puts_off_is_a_message(office: Office) -> None:
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Approval)
        await desks.say("later 25:00", by="bob")
        await desks.say("pass", by="bob")
        events = await desks.desk.events(office.thread)
    assert not any(isinstance(each, Verdict) for each in events)


async def test_where_no_approval_is_open_words_put_nothing_off(office: Office) -> None:
    async with open_desk(office, ASK) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Question)
        await desks.say("ignore", aim="bot")
        events = await desks.desk.events(office.thread)
    assert not any(isinstance(each, Verdict) for each in events)


GRANTING = "approvers: [bob]\nlisten: thread\npolicy: {sign: {grant: {minutes: 30, same: []}}}"


async def test_a_press_and_a_typed_word_approve_for_a_while(office: Office) -> None:
    office.write_agent(GRANTING, TOOLS)
    async with open_desk(office, SIGN, "done", "done") as desks:
        await desks.say("go", aim="bot")
        shown = await card(desks.desk, Approval)
        assert isinstance(shown, Approval)
        long = Press("p1", "screen", "bob", shown.request, "approve", digest=shown.digest)
        await desks.reception.press(replace(long, minutes=31))
        assert "1 to 30 minutes" in str(await desks.reception.refusal(replace(long, minutes=31)))
        assert await desks.say("approve for 20 minutes", by="bob") == "asked"
        await until(desks.desk, lambda thread, _: len(thread.grants) == 1)
        thread = await desks.desk.thread(office.thread)
        events = await desks.desk.events(office.thread)
    [given] = [each for each in events if isinstance(each, Verdict) and each.minutes == 20]
    assert (given.actor, given.v, given.digest) == ("bob", 2, shown.digest)
    assert thread.grants[0].until - thread.grants[0].at == 20 * 60_000


@pytest.mark.parametrize(("late", "left"), [(0, 20), (19 * 60 + 5, 1), (20 * 60, None)])
async def test_what_is_heard_late_approves_for_what_is_left_of_the_while(
    office: Office, monkeypatch: pytest.MonkeyPatch, late: int, left: int | None
) -> None:
    """As when nobody listened while it was said."""
    office.write_agent(GRANTING, TOOLS)
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        await card(desks.desk, Approval)
        said = int(time.time() * 1000)
        monkeypatch.setattr(reception, "time", lambda: said / 1000 + late)
        words = Words("m1", HOME, "bob", "approve for 20 minutes", "anybody", written=said)
        await desks.reception.words(words)
        events = await desks.desk.events(office.thread)
    (given,) = [each for each in events if isinstance(each, Verdict)]
    assert (given.word, given.minutes, given.v) == ("approve", left, 2 if left else 1)


@pytest.mark.parametrize(
    ("front", "speakers"),
    [
        (GRANTING, ["alice"]),
        (GRANTING.replace("sign: {", "sign: {words: denied, "), ["alice", "bob"]),
    ],
    ids=["not asked", "words do not count"],
)
async def test_an_approval_for_a_while_that_cannot_count_is_a_message(
    office: Office, front: str, speakers: list[str]
) -> None:
    office.write_agent(front, TOOLS)
    async with open_desk(office, SIGN) as desks:
        await desks.say("approve for 20 minutes", by="bob", aim="bot")
        await card(desks.desk, Approval)
        for speaker in speakers:
            await desks.say("approve for 20 minutes", by=speaker)
        events = await desks.desk.events(office.thread)
    assert not any(isinstance(each, Verdict) for each in events)


async def test_an_approval_for_a_while_counts_on_no_card_that_did_not_stand_there(
    office: Office,
) -> None:
    """No more than `approve` alone does: it was written about something else."""
    office.write_agent(GRANTING, TOOLS)
    office.screen.failures = [Undeliverable("no such place")]
    async with open_desk(office, SIGN) as desks:
        await desks.say("go", aim="bot")
        await until(
            desks.desk, lambda _, events: types(events)[-2:] == ["DeliveryFailed", "Delivered"]
        )
        await desks.say("approve for 20 minutes", by="bob", id="m1")
        await until(desks.desk, lambda _, events: isinstance(events[-1], VerdictRefused))
        thread = await desks.desk.thread(office.thread)
    assert thread.grants == ()
    assert isinstance(thread.calls[0].phase, Asked)
