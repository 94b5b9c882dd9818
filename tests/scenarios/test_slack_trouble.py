"""Slack in trouble: told twice, answered by nobody, cut off, forged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import cast

import aiohttp
import pytest
from redis import Redis
from structlog.testing import capture_logs

from tests.engine.office import Reply
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.slack_server.events import Events
from tests.slack_server.faults import Fault, LoseReply
from tests.slack_server.http_events import sign
from tests.slack_server.ledger import Entry
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Message

THREADS = 6
STEPS: list[Reply] = [
    [("request_human_input", {"question": "Go on?", "options": {"format": "yes_no"}})],
    "Done.",
]


@asynccontextmanager
async def quiet() -> AsyncGenerator[None]:
    """What is logged is not painted."""
    with capture_logs():
        yield


@pytest.mark.parametrize("copies", [1, 2, 4])
async def test_a_mention_told_often_to_two_listeners_is_one_event_and_one_answer(
    office: SlackOffice, copies: int
) -> None:
    office.slack.post.copies = copies
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(office.listening())
        await stack.enter_async_context(office.listening())
        await stack.enter_async_context(office.working(["Once.", "Twice."]))
        said = office.mention("hello")
        await office.shown(said, 1)
        await office.slack.post.settled()
        office.say("stop", thread=said)
        await office.shown(said, 2)
        await office.slack.post.settled()
        _, events = await only_thread(app)
    assert all(len(told.tries) == copies for told in office.slack.post.sent)
    assert [event.type for event in events].count("MessageReceived") == 2
    first, second = office.answers(said)
    assert first.text == "Once."
    assert second.text != "Twice."
    assert len(office.model.asked) == 1


async def test_a_redelivery_a_day_later_is_nothing_new(office: SlackOffice) -> None:
    async with office.listening() as app, office.working(["Once.", "Twice."]):
        said = office.mention("hello")
        await office.shown(said, 1)
        office.slack.clock.move(25 * 3600)
        for delivery in office.slack.post.sent:
            assert await office.slack.post.again(delivery)
        _, events = await only_thread(app)
    assert [event.type for event in events].count("MessageReceived") == 1
    assert len(office.model.asked) == 1


async def test_a_redelivery_after_its_identity_was_forgotten_is_nothing_new_to_the_fold(
    office: SlackOffice, redis_server: str
) -> None:
    async with office.listening() as app, office.working(["Once.", "Twice."]):
        said = office.mention("hello")
        await office.shown(said, 1)
        with Redis.from_url(redis_server) as server:  # pyright: ignore[reportUnknownMemberType]
            known = cast("list[bytes]", server.keys("*:seen:*"))  # pyright: ignore[reportUnknownMemberType]
            assert server.delete(*known)
        for delivery in office.slack.post.sent:
            assert await office.slack.post.again(delivery)
        office.say("stop", thread=said)
        await office.shown(said, 2)
        _, events = await only_thread(app)
    assert [event.type for event in events].count("MessageReceived") == 3
    assert len(office.model.asked) == 1


async def test_half_of_all_replies_lost_doubles_nothing_and_loses_nothing(
    office: SlackOffice,
) -> None:
    calls = count()

    def every_other(entry: Entry) -> Fault | None:
        lost = entry.method == "chat.postMessage" and next(calls) % 2 == 0
        return LoseReply() if lost else None

    office.slack.faults.rule = every_other
    # A traceback with all its values takes longer to paint than everything else here.
    async with office.listening(), office.working([]), quiet():
        office.model.replies = [STEPS[0]] * THREADS + [STEPS[1]] * THREADS
        roots = [office.elsewhere(f"work {number}") for number in range(THREADS)]
        for root in roots:
            await office.shown(root, 1)
        for root in roots:
            office.say("yes", thread=root)
        for root in roots:
            await office.shown(root, 2)
    lost = [call for call in office.slack.ledger.calls("chat.postMessage") if call.lost]
    assert len(lost) >= THREADS
    assert [len(office.answers(root)) for root in roots] == [2] * THREADS


async def test_half_of_all_replies_lost_doubles_no_file_either(office: SlackOffice) -> None:
    calls = {"chat.postMessage": count(), "files.completeUploadExternal": count()}
    long: Reply = [("ship", {"tag": "v1", "notes": "line\n" * 5_000, "because": "so it was asked"})]

    def every_other(entry: Entry) -> Fault | None:
        lost = entry.method in calls and next(calls[entry.method]) % 2 == 0
        return LoseReply() if lost else None

    office.slack.faults.rule = every_other
    async with office.listening(), office.working([]), quiet():
        office.model.replies = [long] * THREADS
        roots = [office.elsewhere(f"work {number}") for number in range(THREADS)]
        for root in roots:
            await office.shown(root, 2)
    assert [[len(each.files) for each in office.answers(root)] for root in roots] == [
        [1, 0]
    ] * THREADS
    lost = [call for call in office.slack.ledger.calls("files.completeUploadExternal") if call.lost]
    assert len(lost) >= THREADS // 2


async def test_what_could_not_be_stored_is_not_acknowledged_and_told_again(
    office: SlackOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.slack.post.pauses = (0.0, 0.0, 0.0)
    async with office.listening() as app, office.working(["Here."]):
        post, failures = app.desk.post, iter([ConnectionError("away"), ConnectionError("away")])

        async def unsure(*arguments: object) -> None:
            if failure := next(failures, None):
                raise failure
            await post(*arguments)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(app.desk, "post", unsure)
        said = office.mention("are you there?")
        await office.shown(said, 1)
    assert len(office.answers(said)) == 1


async def test_what_was_said_while_nobody_listened_is_heard_on_the_next_start(
    office: SlackOffice,
) -> None:
    office.slack.post.pauses = ()
    async with office.working(["One.", "Two.", "Three."]):
        async with office.listening():
            said = office.mention("first")
            await office.shown(said, 1)
        office.say("second", thread=said)
        later = office.mention("third")
        await office.slack.post.settled()
        async with office.listening() as app:
            await office.shown(said, 2)
            await office.shown(later, 1)
            threads = await app.desk.threads()
            logs = [await app.desk.events(thread.id) for thread in threads]
    kinds = [event.type for log in logs for event in log]
    assert kinds.count("MessageReceived") == 3
    assert len(office.model.asked) == 3


async def test_a_payload_that_nothing_can_be_made_of_is_kept_and_told_once(
    office: SlackOffice,
) -> None:
    pasted = ("xoxb-1-2-abcDEF12", "xapp-1-A1-2-abcdef", "sk-ant-api03-a_B-c1234")
    said = {"user": office.alice.id, "channel": "C1", "text": "try\n" + "\n".join(pasted)}
    event = {"type": "message", "ts": f"soon {pasted[0]}", **said}
    body: Json = {"type": "event_callback", "token": "v", "event": event}
    async with office.listening() as app:
        delivery = office.slack.post.send("events_api", body)
        await office.slack.post.settled()
        (letter,) = (await app.desk.letters()).values()
    assert [each.failure for each in delivery.tries] == [""]
    assert letter.kind == "slack"
    assert b"soon" in letter.raw
    assert b'"token"' not in letter.raw
    assert not [each for each in pasted if each in f"{letter.raw.decode()} {letter.cause}"]
    cut = ("try", "[secret: Slack token]", "[secret: Slack token]", "[secret: Anthropic key]")
    assert json.loads(letter.raw)["event"]["text"] == "\n".join(cut)


@pytest.mark.parametrize("seconds", [-90, 90])
async def test_a_typed_verdict_counts_on_the_card_above_it_though_slacks_clock_is_another(
    office: SlackOffice, seconds: int
) -> None:
    office.slack.clock.move(seconds)
    ship: Reply = [("ship", {"tag": "v1", "because": "it was asked for"})]
    async with office.listening(), office.working([ship, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        # Written before the card was, be it by a moment, it is not about that.
        earlier = f"{float(card.ts) - 0.005:.6f}"
        words = Message(office.channel.id, earlier, office.bob.id, "approve", said.ts)
        Events(office.slack.world, office.slack.team).posted(office.slack.team.post(words))
        notes = office.slack.team.ephemerals
        await until(lambda: any("newer card" in note.text for note in notes), "the private note")
        assert office.ledger() == []
        office.say("approve", office.bob, thread=said)
        await until(lambda: office.ledger() == ["v1"], "the release")


# ---- HTTP -------------------------------------------------------------------------------------------------------------
async def test_only_what_slack_signed_a_moment_ago_is_heard(over_http: SlackOffice) -> None:
    body = b'{"type": "event_callback", "event": {"type": "message", "text": "forged"}}'
    secret, now = over_http.slack.app.signing_secret, int(time.time())
    async with over_http.listening("http") as app, aiohttp.ClientSession() as session:

        async def status(signature: str, at: int, sent: bytes = body) -> int:
            headers = {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": str(at)}
            async with session.post(over_http.url, data=sent, headers=headers) as answer:
                return answer.status

        assert await status("", now) == 401
        assert await status(sign("another", str(now), body), now) == 401
        assert await status(sign(secret, str(now), body), now, body + b" ") == 401
        assert await status(sign(secret, str(now - 400), body), now - 400) == 401
        assert await status(sign(secret, str(now), body), now) == 200
        async with session.get(over_http.url.replace("/slack/events", "/healthz")) as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        assert await app.desk.threads() == []


async def test_two_who_decide_at_once_are_one_decision(office: SlackOffice) -> None:
    ship: Reply = [("ship", {"tag": "v1", "because": "it was asked for"})]
    async with office.listening() as app, office.working([ship, "Shipped."]):
        said = office.mention("ship it")
        card = await office.shown(said, 1)
        presses = [
            office.slack.people.press(person, card, "approve")
            for person in (office.bob, office.carol, office.eve, office.bob, office.carol)
        ]
        await asyncio.gather(*(press.reply() for press in presses))
        await office.shown(said, 2)
        notes = office.slack.team.ephemerals
        await until(lambda: len(notes) == len(presses) - 1, "the private notes")
        _, events = await only_thread(app)
    assert office.ledger() == ["v1"]
    kinds = [event.type for event in events]
    assert (kinds.count("Verdict"), kinds.count("VerdictRefused")) == (5, 4)
