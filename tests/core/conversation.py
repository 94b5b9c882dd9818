"""A conversation: a log that grows by what people, the model and the tools do, for tests to read back."""

from __future__ import annotations

from pydantic import JsonValue

from bot.core.events import (
    DecideFailed,
    Delivered,
    Event,
    MessageReceived,
    Previewed,
    StepDecided,
    ToolEnded,
    ToolStarted,
    Verdict,
)
from bot.core.log import blocks
from bot.core.reducer import replay
from bot.core.thread import Asked, Call, Thread, asked_about, delivery_key
from bot.core.values import Address, Card, Kind, Proposal, Word

SLACK = Address(channel="slack", locator="C1/171.2")
BEGAN = 1_793_000_000_000
MINUTE = 60_000
Arguments = dict[str, JsonValue]


def proposal(
    kind: Kind, tool: str, arguments: Arguments | None = None, because: str = ""
) -> Proposal:
    """A call as the model would choose it; alice and bob are asked."""
    return Proposal(
        kind=kind, tool=tool, arguments=arguments or {}, because=because, asked=("alice", "bob")
    )


def card(
    quorum: int = 1,
    *,
    approvers: tuple[str, ...] = ("bob", "carol"),
    deadline_seconds: int | None = None,
) -> Card:
    return Card(
        text="1 commit",
        digest="d1",
        approvers=approvers,
        quorum=quorum,
        deadline_seconds=deadline_seconds,
    )


class Conversation:
    """The log so far, and the thread it tells of."""

    def __init__(self, thread_id: str = "T") -> None:
        self.id = thread_id
        self.log: list[Event] = []

    @property
    def thread(self) -> Thread:
        return replay(self.id, self.log)

    @property
    def blocks(self) -> tuple[str, ...]:
        return blocks(self.log, self.id)

    def add(self, event: Event) -> str:
        """Appends the event as the store would, and gives the block that it adds: empty where it adds none."""
        before = self.blocks
        at = BEGAN + len(self.log) * MINUTE
        stamp: dict[str, object] = {"at": event.at or at, "id": event.id or f"e{len(self.log)}"}
        self.log.append(event.model_copy(update=stamp))
        after = self.blocks
        assert after[: len(before)] == before, "what was written stays"
        assert len(after) <= len(before) + 1, "one event, at most one block"
        return "".join(after[len(before) :])

    def says(self, text: str, actor: str = "alice") -> str:
        return self.add(
            MessageReceived(id="", address=SLACK, text=text, actor=actor, agent="deploybot")
        )

    def step(self, *calls: Proposal, text: str = "", seen: int | None = None) -> str:
        """The model's step, from all there is to see unless said otherwise."""
        head = len(self.log) if seen is None else seen
        step = StepDecided(
            id="", seen=head, calls=calls, text=text, actor="model", asked=("alice",)
        )
        return self.add(step)

    def is_shown(self) -> None:
        """Whatever is asked last stands before people."""
        self.add(Delivered(id="", key=self.latest().request))

    def fails(self, reason: str) -> str:
        return self.add(DecideFailed(id="", seen=len(self.log), kind="malformed", reason=reason))

    def latest(self, tool: str = "") -> Call:
        return [call for call in self.thread.calls if tool in ("", call.proposal.tool)][-1]

    def asks_approval(self, tool: str = "", of: Card | None = None) -> str:
        """The latest call is previewed and its card delivered."""
        call = self.latest(tool)
        said = self.add(Previewed(id="", call=call.id, version=call.version, card=of or card()))
        return said + self.delivers(tool)

    def delivers(self, tool: str = "") -> str:
        return self.add(Delivered(id="", key=delivery_key(self.latest(tool))))

    def verdict(
        self, word: Word, actor: str, text: str = "", arguments: Arguments | None = None
    ) -> str:
        """A press on the one request that is open."""
        call = asked_about(self.thread, "approval", "question", "unknown")[-1]
        assert isinstance(call.phase, Asked)
        return self.add(
            Verdict(
                id="",
                actor=actor,
                request=call.request,
                word=word,
                digest="d1",
                text=text,
                arguments=arguments or {},
            )
        )

    def starts(self, tool: str = "") -> str:
        call = self.latest(tool)
        return self.add(ToolStarted(id="", call=call.id, n=call.n))

    def returns(self, result: JsonValue, tool: str = "") -> str:
        call = self.latest(tool)
        return self.add(ToolEnded(id="", call=call.id, n=call.n, outcome="returned", result=result))

    def errs(self, error: str, tool: str = "") -> str:
        call = self.latest(tool)
        return self.add(ToolEnded(id="", call=call.id, n=call.n, outcome="failed", error=error))
