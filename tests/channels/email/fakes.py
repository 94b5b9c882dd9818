"""What stands in for the parts behind a mail: a safe in memory, arrivals that are written down, a post that sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.core.outbox import Approval, Waiting
from bot.core.values import Address
from bot.kit.arrival import Became, Bounce, Form, Json, Open, Press, Rating, Remark, Words
from bot.kit.people import People
from channels.email import ids
from channels.email.bounces import Bounces
from channels.email.breaker import Breaker
from channels.email.held import Held
from channels.email.intake import Intake
from channels.email.judge import gate
from channels.email.key import NAME, Key
from channels.email.letters import Us
from channels.email.pace import Ceiling
from channels.email.reading import verdicts
from channels.email.replies import Replies
from channels.email.send import Email
from channels.email.threads import Talk, Talks
from channels.email.tokens import By, Ticket, Tokens

BOT = "bot@example.test"
SERVER = "mx.example.test"
ANA, BEN = "ana@example.com", "ben@example.org"
KEY = b"k" * 32
OWNER = "owner@example.test"
NOW = 1_772_526_000_000


class MemorySafe:
    """A safe that forgets with the test."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.spent: set[str] = set()
        self.lives: dict[str, int] = {}

    async def put(self, name: str, text: str) -> None:
        self.kept[name] = text

    async def get(self, name: str) -> str | None:
        return self.kept.get(name)

    async def names(self) -> Sequence[str]:
        return sorted(self.kept)

    async def drop(self, names: Sequence[str]) -> None:
        for each in names:
            self.kept.pop(each, None)

    async def swap(self, name: str, was: str, text: str) -> bool:
        if self.kept.get(name, "") not in (was, text):
            return False
        self.kept[name] = text
        return True

    async def lend(self, name: str, text: str, seconds: int) -> None:
        self.kept[name], self.lives[name] = text, seconds

    async def lent(self, name: str) -> str | None:
        return self.kept.get(name)

    async def spend(self, ticket: str, seconds: int) -> bool:
        is_first = ticket not in self.spent
        self.spent.add(ticket)
        return is_first

    async def is_spent(self, ticket: str) -> bool:
        return ticket in self.spent


class Taken:
    """Arrivals as they were handed in; a verdict is refused where `refuses` says why."""

    def __init__(self) -> None:
        self.said: list[Words] = []
        self.presses: list[Press] = []
        self.bounces: list[Bounce] = []
        self.buried: list[tuple[bytes, str]] = []
        self.refuses = ""
        self.places: dict[str, str] = {}

    async def words(self, words: Words) -> Became:
        if any(each.id == words.id for each in self.said):
            return "ignored"
        self.said.append(words)
        return "asked" if words.aim == "bot" else "noted"

    async def press(self, press: Press) -> None:
        if all(each.id != press.id for each in self.presses):
            self.presses.append(press)

    async def bury(self, channel: str, raw: bytes, cause: str) -> None:
        self.buried.append((raw, cause))

    async def refusal(self, press: Press) -> str | None:
        return self.refuses or None

    async def stopping(self, address: Address) -> Sequence[str] | None:
        return None

    async def complaints(self, request: str, arguments: Json) -> str | None:
        return None

    async def has_heard(self, address: Address, id: str) -> bool:
        return any((each.address, each.id) == (address, id) for each in self.said)

    async def knows(self, address: Address) -> bool:
        return any(each.address == address for each in self.said)

    async def cursors(self, channel: str) -> Mapping[str, str]:
        return self.places

    async def move_cursors(self, channel: str, cursors: Mapping[str, str]) -> None:
        self.places.update(cursors)

    async def nearly(self, words: Words, request: str, *, against: bool) -> bool:
        await self.words(words)
        return True

    def is_outside(self, words: Words) -> bool:
        return False

    async def meant(self, words: Words) -> Sequence[Approval]:
        return ()

    async def remark(self, remark: Remark) -> Sequence[Approval]:
        return ()

    async def rate(self, rating: Rating) -> None:
        return None

    async def bounced(self, bounce: Bounce) -> bool:
        if all(each.id != bounce.id for each in self.bounces):
            self.bounces.append(bounce)
        return True

    async def halted(self, request: str) -> str | None:
        return None

    async def took(self, request: str, id: str) -> bool:
        return False

    async def asked(self, request: str) -> Waiting | None:
        return None

    async def form(self, request: str) -> Form | None:
        return None

    async def objection(self, press: Press) -> str | None:
        return None

    async def unheard(self, words: Words) -> str | None:
        return None

    async def shown(self, channel: str) -> Sequence[str]:
        return ()

    async def lately(self, channel: str) -> Sequence[Address]:
        return ()

    async def open(self, address: Address) -> Sequence[Waiting]:
        return ()

    async def waiting(self, channel: str, person: str) -> Sequence[Open]:
        return ()

    @property
    def verdicts(self) -> list[str]:
        """Everything handed in that may decide something."""
        pressed = [each.word for each in self.presses]
        return pressed + [
            "typed" for each in self.said if each.aim == "bot" and verdicts.would_decide(each.text)
        ]

    @property
    def commands(self) -> list[Words]:
        """Everything that asks the bot."""
        return [each for each in self.said if each.aim == "bot"]


class Unsent:
    """A post that only writes down what it was to send."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[bytes, tuple[str, ...]]] = {}

    async def is_again(self, id: str) -> bool:
        return False

    async def is_sent(self, id: str) -> bool:
        return id in self.sent

    async def finish(self, id: str, octets: Callable[[], bytes]) -> None:
        return None

    async def send(
        self, id: str, octets: bytes, sender: str, recipients: Sequence[str]
    ) -> Sequence[str]:
        self.sent[id] = (octets, tuple(recipients))
        return ()


class Desk:
    """One mailbox's way in, with one approval that was put to Ana."""

    def __init__(
        self,
        agents: Sequence[str] = (),
        *,
        per_sender: int = 60,
        per_thread: int = 20,
        people: People | None = None,
        safe: MemorySafe | None = None,
        by: By = "address",
    ) -> None:
        self.safe, self.taken, self.post = safe or MemorySafe(), Taken(), Unsent()
        self.now = NOW
        self.safe.kept[NAME] = KEY.hex()
        self.tokens = Tokens(self.safe, BOT, lambda: NOW, by)
        self.talks, self.held = Talks(self.safe), Held(self.safe)
        post: Any = self.post
        no_files: Any = None
        everybody = people or People()
        answers = (self._ceiling("out/sender", 60), self._ceiling("out/thread", per_thread))
        replies = Replies(BOT, "Bot", post, Key(self.safe), *answers, OWNER, lambda: NOW)
        let_in = gate(SERVER, (ANA, BEN), ())
        self.intake = Intake(
            BOT,
            let_in,
            self.taken,
            self.tokens,
            self.talks,
            self.held,
            replies,
            Bounces(BOT, self.safe, self.taken, replies, OWNER),
            Breaker(
                self.taken,
                replies,
                self._ceiling("in/sender", per_sender),
                self._ceiling("in/thread", per_thread),
                OWNER,
                lambda: NOW,
            ),
            everybody,
            lambda: NOW,
            Email(Us(BOT, answers_by=by), post, everybody, self.safe, lambda: NOW, no_files).asking,
            agents,
        )
        self.parent = ""

    def _ceiling(self, kind: str, most: int) -> Ceiling:
        return Ceiling(kind, most, self.safe, lambda: self.now)

    async def card(
        self,
        request: str = "tabcdefghijk-1-v1",
        person: str = ANA,
        kind: str = "approval",
        until: int = 0,
    ) -> str:
        """The reply address of a card that went out, or its tag; `parent` is its ID."""
        place = ids.locator("<root@example.com>")
        self.parent = ids.ours(KEY, place, request, person, BOT)
        await self.talks.heard(
            place,
            Talk(
                "Approval needed: deploy api v2.4.1",
                person,
                (),
                ("<root@example.com>",),
                "<root@example.com>",
            ),
        )
        way = await self.tokens.make(
            Ticket(request, person, "digest", until, kind, place, self.parent), request
        )
        return way.tag or way.address
