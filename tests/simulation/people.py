"""People: they speak, press old and new buttons, edit, race, stop, pause and fork; rightly and wrongly, by what they can see."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random
from typing import Literal

from pydantic import JsonValue

from bot.core import events, halts, outbox, values
from bot.core.events import Event
from bot.core.grant import granting
from bot.core.house import HOUSE
from bot.core.names import call_id
from bot.core.thread import Thread
from bot.core.values import Address
from bot.engine.desk import Desk, thread_id
from bot.engine.memory_store import MemoryStore
from tests.simulation.plan import Deed
from tests.simulation.source import Source
from tests.simulation.world import World, home, homes

WORDS = "hm, wait"
MOST_ORDERS = 4
SHARE_TRUSTING = 0.5
ANYBODY = ("alice", "bob", "bob", "carol", "carol", "mallory")


class People:
    """Everybody in a life's threads, and their clocks, which are wrong."""

    def __init__(self, world: World, source: Source, threads: int) -> None:
        self._world, self._source = world, source
        self.threads: dict[str, Address] = homes(range(threads))
        self._skew_ms = int(world.random("people", "skew").uniform(-600_000, 600_000))
        # Where everybody denies and edits at random, hardly a grant lives long enough to be used.
        self._trusting = world.random("people", "trust").random() < SHARE_TRUSTING
        self._said = 0
        self._decided = set[str]()
        self._ordered = Counter[str]()
        self._forks = list[asyncio.Task[str]]()

    # ---- what they send ------------------------------------------------------------------------------------
    def say(self, thread: str, text: str, by: str = "alice") -> None:
        written = self._world.now() + self._skew_ms
        self._send(
            thread,
            events.MessageReceived(
                id=self._name("m"),
                actor=by,
                address=self.threads[thread],
                text=text,
                agent="clerk",
                written=written,
            ),
        )

    def press(
        self, thread: str, request: str, word: values.Word, by: str, digest: str = "", text: str = "",
        arguments: dict[str, JsonValue] | None = None, lasting: int = 0,
    ) -> None:  # fmt: skip
        verdict = events.Verdict(
            id=self._name("v"), actor=by, request=request, word=word, digest=digest, text=text,
            arguments=arguments or {}, channel="screen",
        )  # fmt: skip
        self._send(thread, granting(verdict, lasting) if lasting else verdict)

    def resume(self, thread: str) -> None:
        self._send(thread, events.Resumed(id=self._name("f"), actor="alice"))

    def switch(self, act: Literal["halt", "lift"], agent: str) -> None:
        """The kill switch."""
        kind = events.Halted if act == "halt" else events.Lifted
        self._send(HOUSE, kind(id=self._name("h"), actor="alice", agent=agent))

    def lift(self) -> bool:
        """Whether something was halted, which is lifted now."""
        halted = halts.told_by(self._world.log(HOUSE))
        for agent in halted:
            self.switch("lift", agent)
        return bool(halted)

    def _send(self, thread: str, event: Event) -> None:
        self._source.offer(thread, event)

    def _name(self, kind: str) -> str:
        self._said += 1
        return f"{kind}{self._said}"

    # ---- what they do in a storm ---------------------------------------------------------------------------
    def act(self, deed: Deed) -> None:  # noqa: C901 - one arm a deed
        """Somebody does something somewhere. Nothing happens where there is nothing to do it on."""
        chance = deed.chance
        thread = chance.choice(list(self.threads))
        match deed.act:
            case "speak" | "type" | "press" | "race" if self._trusting and chance.random() < 0.8:
                self._trust(thread, chance)
            case "speak":
                # Whoever does so has asked for what is proposed then; alice begins each thread.
                begun = self._world.server.head(thread) > 0
                self.say(
                    thread, WORDS, chance.choice(("alice", "alice", "bob")) if begun else "alice"
                )
            case "type":
                words = ("approve", "approve", "deny, no", "stop")
                self.say(thread, chance.choice(words), chance.choice(ANYBODY))
            case "press":
                self._press(thread, chance)
            case "answer":
                self._answer(thread, chance)
            case "frame":
                self._frame(thread, chance)
            case "race":
                for _ in range(chance.randint(2, 5)):
                    self._press(thread, chance)
                    self._answer(thread, chance)
            case "note":
                noted = events.MessageNoted(
                    id=self._name("n"), actor="dave", address=self.threads[thread], text="nice"
                )
                self._send(thread, noted)
            case "tick":
                self._tick(thread)
            case "fork":
                self._fork(thread, chance)
            case "halt" | "lift":
                self.switch(deed.act, chance.choice(("", "clerk")))
            case "again" | "late":
                self._again(chance, forgotten=deed.act == "late")
            case _:
                raise AssertionError(f"people do not {deed.act}")

    def _shown(self, thread: str, *kinds: type[outbox.Outgoing]) -> list[outbox.Outgoing]:
        shown = self._world.ledger.shown
        return [
            each.message
            for each in shown
            if each.thread == thread and isinstance(each.message, kinds)
        ]

    def _cards(self, thread: str) -> list[outbox.Approval]:
        shown = self._shown(thread, outbox.Approval)
        return [each for each in shown if isinstance(each, outbox.Approval)]

    def _press(self, thread: str, chance: Random) -> None:
        """A press on any card that was ever shown, mostly the newest."""
        cards = self._cards(thread)
        if not cards:
            return
        card = cards[-1] if chance.random() < 0.6 else chance.choice(cards)
        if card.grant and chance.random() < 0.2:
            self._grant(thread, card, chance, chance.choice(ANYBODY))
            return
        word: values.Word = chance.choice(
            ("approve", "approve", "approve", "approve", "deny", "edit")
        )
        digest = card.digest if chance.random() < 0.85 else "another"
        arguments: dict[str, JsonValue] = {"size": chance.randint(1, 9)} if word == "edit" else {}
        by = chance.choice(ANYBODY)
        self.press(thread, card.request, word, by, digest, arguments=arguments)
        if chance.random() < 0.2:
            self._put_off(thread, card, chance)
        if chance.random() < 0.1:
            self._impersonate(thread, card, by)

    def _trust(self, thread: str, chance: Random) -> None:
        """Everything that waits is granted by somebody who may; where nothing does, there is more to do."""
        waiting = [each for each in self._cards(thread) if each.request not in self._decided]
        for card in waiting:
            self._decided.add(card.request)
            self._grant(thread, card, chance, chance.choice(card.approvers))
            if chance.random() < 0.2:
                self._put_off(thread, card, chance)
        if not waiting:
            if (cards := self._cards(thread)) and chance.random() < 0.5:
                # Too late for that card, but a word against what was granted.
                self.press(thread, cards[-1].request, "deny", chance.choice(cards[-1].approvers))
            self.say(thread, WORDS)

    def _grant(self, thread: str, card: outbox.Approval, chance: Random, by: str) -> None:
        minutes = chance.choice((1, 5, 5, 6)) if card.grant else 0
        self._world.seen["grants said"] += bool(minutes)
        self.press(thread, card.request, "approve", by, card.digest, lasting=minutes)

    def _put_off(self, thread: str, card: outbox.Approval, chance: Random) -> None:
        """Somebody passes it on, wants to be asked later or stays out; this decides nothing, whoever says it."""
        word: values.Word = chance.choice(("pass", "later", "ignore"))
        to, until = chance.choice(ANYBODY), self._world.now() + chance.randint(-5_000, 60_000)
        channel = chance.choice(("screen", "elsewhere"))
        verdict = events.Verdict(
            id=self._name("v"), actor=chance.choice(ANYBODY), request=card.request, word=word, digest=card.digest,
            to=to, until=until, channel=channel,
        )  # fmt: skip
        self._world.seen[f"{word} said"] += 1
        self._send(thread, verdict)

    def _impersonate(self, thread: str, card: outbox.Approval, name: str) -> None:
        """Words in somebody's name from an address that is nobody's; and the same press, as if it were a new one."""
        stranger = f"elsewhere:{name}@example.test"
        self.say(thread, "approve", stranger)
        self.press(thread, card.request, "approve", stranger, card.digest)
        self._world.seen["impersonated"] += 1

    def _answer(self, thread: str, chance: Random) -> None:
        asked = self._shown(thread, outbox.Question, outbox.UnknownOutcome, outbox.Hold)[-2:]
        for each in asked:
            assert isinstance(each, outbox.Question | outbox.UnknownOutcome | outbox.Hold)
            text = chance.choice(("1", "retry", "retry", "2", "give-up"))
            self.press(
                thread, each.request, "answer", chance.choice(("bob", "bob", "mallory")), text=text
            )

    def _frame(self, thread: str, chance: Random) -> None:
        kind = chance.choice((events.Paused, events.Resumed, events.Resumed, events.Cancelled))
        self._send(thread, kind(id=self._name("f"), actor="alice"))

    def _tick(self, thread: str) -> None:
        tick = events.CronTicked(
            id=self._name("c"), actor="clock", address=self.threads[thread], prompt="look", schedule="s", agent="clerk",
            creator="alice",
        )  # fmt: skip
        if self._world.server.head(thread):
            self._send(thread, tick)

    def _again(self, chance: Random, *, forgotten: bool) -> None:
        """The source repeats itself; after a week the store has forgotten that it knows."""
        letters = self._world.ledger.letters
        if not letters:
            return
        if forgotten:
            self._world.seen["redeliveries after the key expired"] += 1
            self._world.ledger.forgotten.append(self._world.now())
            for letter in letters:
                self._world.server.seen.pop((letter.thread, letter.event.id), None)
        letter = chance.choice(letters)
        for _ in range(chance.randint(1, 2)):
            self._source.repeat(letter)

    def _fork(self, thread: str, chance: Random) -> None:
        """A copy of the log so far, at a place of its own, made as the operator's command makes it."""
        head = self._world.server.head(thread)
        if not head or len(self.threads) > 7:
            return
        place = home(100 + len(self.threads))
        child, cut = thread_id(place), chance.randint(1, head)
        forked = events.Forked(
            id=self._name("k"), actor="alice", parent=thread, head=cut, address=place
        )
        self._world.tell(f"alice forks {thread} at {cut} to {child}")
        self._world.ledger.forks[child] = cut
        operator = MemoryStore(self._world.server, lease_seconds=1, consumer="operator")
        self._forks.append(asyncio.create_task(Desk(operator).fork(thread, forked)))
        self.threads[child] = place

    # ---- what honest people do, when all is calm -----------------------------------------------------------
    def settle(self, thread: Thread) -> bool:
        """They let it go on and decide everything that is asked: yes, or no where their yes does not count."""
        if thread.paused:
            self.resume(thread.id)
        waiting = outbox.pending(thread)
        for each in waiting:
            match each:
                case outbox.Approval():
                    word = "deny" if each.request in self._decided else "approve"
                    for person in each.approvers:
                        self.press(thread.id, each.request, word, person, each.digest)
                case outbox.UnknownOutcome():
                    # A tool that is gone for good would be tried again for ever.
                    self._ordered[call_id(each.request)] += 1
                    is_enough = self._ordered[call_id(each.request)] > MOST_ORDERS
                    text = "happened" if is_enough or each.request in self._decided else "retry"
                    self.press(thread.id, each.request, "answer", each.asked[0], text=text)
                case _:
                    self.press(thread.id, each.request, "answer", each.asked[0], text="1")
            self._decided.add(each.request)
        return bool(waiting) or thread.paused
