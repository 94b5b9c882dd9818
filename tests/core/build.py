"""Stories: a log that grows line by line, and the thread it tells of. No fixtures and no mocks: the fold is pure."""

from __future__ import annotations

from pydantic import JsonValue

from bot.core import askers, events
from bot.core.effects import Effect, Send, next_effects
from bot.core.events import Event
from bot.core.reducer import evolve
from bot.core.thread import Asked, Call, Closed, Phase, Thread, Turn
from bot.core.values import Address, Card, Grantable, Limits, Proposal, Usage, Word

HERE = Address(channel="console", locator="1")
ELSEWHERE = Address(channel="console", locator="2")
PEOPLE = ("alice", "bob", "carol")


def read(tool: str = "look") -> Proposal:
    return Proposal(kind="read", tool=tool)


def write(
    tool: str = "note", *, idempotent: bool = False, time_limit_seconds: int = 60
) -> Proposal:
    return Proposal(
        kind="write",
        tool=tool,
        idempotent=idempotent,
        time_limit_seconds=time_limit_seconds,
        asked=PEOPLE,
    )


def gated(tool: str = "deploy", **arguments: JsonValue) -> Proposal:
    return Proposal(kind="gated", tool=tool, arguments=arguments, asked=PEOPLE)


def question(
    *choices: str, asked: tuple[str, ...] = ("alice",), deadline_seconds: int | None = None
) -> Proposal:
    return Proposal(
        kind="question",
        tool="request_human_input",
        arguments={"question": "Which?", "options": {"choices": list(choices)}},
        asked=asked,
        deadline_seconds=deadline_seconds,
    )


def sleep(seconds: int = 60) -> Proposal:
    return Proposal(kind="await", tool="await", arguments={"seconds": seconds})


def say(message: str = "done") -> Proposal:
    return Proposal(kind="say", tool="done_for_now", arguments={"message": message})


def stand_by(message: str = "") -> Proposal:
    return Proposal(kind="stand_by", tool="stand_by", arguments={"message": message})


def nothing() -> Proposal:
    return Proposal(kind="nothing", tool="nothing_to_do", arguments={"reason": "nothing"})


def withdraw(request: str) -> Proposal:
    return Proposal(
        kind="withdraw", tool="withdraw", arguments={"request": request, "reason": "moot"}
    )


def card(
    version: int = 1,
    *,
    approvers: tuple[str, ...] = ("bob", "carol"),
    quorum: int = 1,
    self_approval: bool = False,
    typed: bool = True,
    deadline_seconds: int | None = 600,
) -> Card:
    return Card(
        text="Deploy?",
        digest=f"digest-{version}",
        approvers=approvers,
        quorum=quorum,
        self_approval=self_approval,
        typed=typed,
        deadline_seconds=deadline_seconds,
    )


def grantable(
    minutes: int = 60, *same: str, outside: bool = False, shown: Card | None = None
) -> Card:
    """A card beside whose approval more may be granted; one fingerprint for all of them."""
    may = Grantable(minutes=minutes, same=same or ("environment",), outside=outside)
    return (shown or card()).model_copy(update={"grant": may, "agent": "as it is"})


class Story:
    """Each method appends one event, a second after the one before; `now` is in milliseconds."""

    def __init__(self, id: str = "T") -> None:
        self.log: list[Event] = []
        self.now = 1_000_000_000
        self.thread = Thread(id)

    # ---- what can be seen ----------------------------------------------------------------------------------------
    @property
    def turn(self) -> Turn:
        return self.thread.turn

    @property
    def effects(self) -> tuple[Effect, ...]:
        return next_effects(self.thread)

    def call(self, name: str) -> Call:
        call = self.thread.call(name)
        assert call is not None, f"{name} is not among {[call.id for call in self.thread.calls]}"
        return call

    def phase(self, name: str) -> Phase:
        return self.call(name).phase

    def outcome(self, name: str) -> str:
        phase = self.phase(name)
        return phase.outcome if isinstance(phase, Closed) else type(phase).__name__

    def refusal(self) -> str:
        """Why the last verdict that did not count did not."""
        return self.thread.refusals[-1].reason if self.thread.refusals else ""

    # ---- what can happen -----------------------------------------------------------------------------------------
    def tell(self, event: Event) -> Thread:
        self.log.append(event)
        self.thread = evolve(self.thread, event)
        return self.thread

    def wait(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def stamp(self) -> dict[str, object]:
        self.wait(1)
        return {"id": f"e{len(self.log)}", "at": self.now}

    def message(
        self, text: str = "please deploy", by: str = "alice", written: int | None = None
    ) -> None:
        id = f"e{len(self.log)}"
        self.wait(1)
        self.tell(
            events.MessageReceived(
                id=id, at=self.now, actor=by, address=HERE, text=text, written=written
            )
        )

    def step(
        self,
        *calls: Proposal,
        seen: int | None = None,
        limits: Limits | None = None,
        micro_usd: int = 0,
        tokens: int = 0,
        model: str = "",
        by: str = "model",
    ) -> tuple[str, ...]:
        """The model's step; by default it has seen all, and names who asked. Gives the names of its calls."""
        has_seen_all, seen = seen is None, self.thread.head if seen is None else seen
        self.wait(1)
        step = events.StepDecided(
            id=f"e{len(self.log)}",
            at=self.now,
            actor=by,
            seen=seen,
            calls=calls,
            limits=limits or Limits(),
            asked=PEOPLE,
            model=model,
            usage=Usage(micro_usd=micro_usd, input=tokens),
        )
        self.tell(askers.naming(self.thread, step) if has_seen_all else step)
        return tuple(f"{self.thread.id}-{seen}-{index}" for index in range(len(calls)))

    def undecided(
        self,
        kind: str = "transient",
        retry_in: int = 5_000,
        seen: int | None = None,
        **more: object,
    ) -> None:
        fields = {"seen": self.thread.head if seen is None else seen, "kind": kind, "reason": "529"}
        self.tell(
            events.DecideFailed.model_validate(
                {**self.stamp(), **fields, "retry_in": retry_in, **more}
            )
        )

    def previewed(self, call: str, shown: Card | None = None, version: int | None = None) -> None:
        version = version or self.call(call).version
        self.tell(
            events.Previewed.model_validate(
                {**self.stamp(), "call": call, "version": version, "card": shown or card(version)}
            )
        )

    def refused_preview(self, call: str) -> None:
        fields = {"call": call, "version": self.call(call).version, "reason": "only 3 left"}
        self.tell(events.PreviewRefused.model_validate({**self.stamp(), **fields}))

    def delivered(self, key: str, written: int | None = None) -> None:
        fields = {"key": key, "written": written}
        self.tell(events.Delivered.model_validate({**self.stamp(), **fields}))

    def shown(self) -> None:
        """All that is owed is delivered."""
        for effect in self.effects:
            if isinstance(effect, Send):
                self.delivered(effect.key)

    def undelivered(self, key: str, reason: str = "bounced") -> None:
        fields = {"key": key, "reason": reason}
        self.tell(events.DeliveryFailed.model_validate({**self.stamp(), **fields}))

    def bounced(self, key: str, person: str = "bob", v: int = 2) -> None:
        fields = {"key": key, "person": person, "reason": "5.1.1", "v": v}
        self.tell(events.Bounced.model_validate({**self.stamp(), **fields}))

    def verdict(
        self, request: str, word: Word, by: str = "bob", digest: str | None = None, **more: object
    ) -> None:
        call = self.thread.call(request)
        if digest is None:
            digest = call.card.digest if call and call.card else ""
        fields = {
            **self.stamp(),
            "request": request,
            "word": word,
            "actor": by,
            "digest": digest,
            **more,
        }
        self.tell(events.Verdict.model_validate(fields))

    def approve(self, request: str, by: str = "bob", digest: str | None = None) -> None:
        self.verdict(request, "approve", by, digest)

    def grant(self, request: str, minutes: int = 30, by: str = "bob") -> None:
        self.verdict(request, "approve", by, minutes=minutes, v=2)

    def deny(self, request: str, by: str = "bob", reason: str = "") -> None:
        self.verdict(request, "deny", by, text=reason)

    def edit(self, request: str, by: str = "bob", **arguments: JsonValue) -> None:
        self.verdict(request, "edit", by, arguments=arguments)

    def answer(self, request: str, text: str, by: str = "alice") -> None:
        self.verdict(request, "answer", by, text=text)

    def started(self, call: str, n: int = 1, run: int = 1) -> None:
        self.tell(
            events.ToolStarted.model_validate({**self.stamp(), "call": call, "n": n, "run": run})
        )

    def ended(self, call: str, outcome: str = "returned", n: int = 1) -> None:
        self.tell(
            events.ToolEnded.model_validate(
                {**self.stamp(), "call": call, "n": n, "outcome": outcome}
            )
        )

    def ran(self, call: str, outcome: str = "returned", n: int = 1) -> None:
        self.started(call, n)
        self.ended(call, outcome, n)

    def unknown(self, call: str, n: int = 1) -> None:
        self.tell(events.OutcomeUnknown.model_validate({**self.stamp(), "call": call, "n": n}))

    def voided(self, call: str, then: str = "preview") -> None:
        fields = {
            "call": call,
            "version": self.call(call).version,
            "reason": "pin changed",
            "then": then,
        }
        self.tell(events.CallVoided.model_validate({**self.stamp(), **fields}))

    def fired(self, name: str) -> None:
        self.tell(events.TimerFired.model_validate({**self.stamp(), "name": name, "due": self.now}))

    def happens(self, event: type[events.Paused | events.Resumed | events.Cancelled]) -> None:
        self.tell(event.model_validate(self.stamp()))

    def forked(self) -> None:
        fields = {"parent": "P", "head": self.thread.head}
        self.tell(events.Forked.model_validate({**self.stamp(), **fields}))

    def ticked(
        self,
        creator: str = "",
        by: str = "",
        fallback: Address | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        fields = {"address": HERE, "prompt": "look", "schedule": "daily", "creator": creator}
        fields |= {"actor": by, "fallback": fallback, "quiet": quiet}
        self.tell(events.CronTicked.model_validate({**self.stamp(), **fields}))

    def fared(self, told: str = "failing", address: Address | None = HERE) -> Event:
        fields: dict[str, object] = {
            "schedule": "clerk/daily",
            "number": 1,
            "told": told,
            "text": "clerk/daily: no key",
        }
        fields |= {"address": address, "fallback": ELSEWHERE, "agent": "clerk", "actor": "alice"}
        event = events.ScheduleFared.model_validate({**self.stamp(), **fields})
        self.tell(event)
        return event

    def noted(self, text: str, by: str = "dave", doubts: str = "") -> None:
        fields = {"address": HERE, "text": text, "actor": by, "doubts": doubts}
        self.tell(events.MessageNoted.model_validate({**self.stamp(), **fields}))


# ---- beginnings that many tests share ----------------------------------------------------------------------------
def begun(id: str = "T") -> Story:
    """Alice has asked for something; the model is to be asked."""
    story = Story(id)
    story.message()
    return story


def working(*calls: Proposal) -> tuple[Story, tuple[str, ...]]:
    """The model has chosen these calls."""
    story = begun()
    return story, story.step(*calls)


def asking(shown: Card | None = None, *others: Proposal) -> tuple[Story, str]:
    """A gated call whose card stands before its approvers. Gives the story and the request."""
    story, (call, *_) = working(gated(), *others)
    story.previewed(call, shown)
    story.delivered(f"{call}-v1")
    return story, f"{call}-v1"


def doubtful(proposal: Proposal | None = None) -> tuple[Story, str]:
    """A write that was claimed and whose outcome nobody knows. Gives the story and the request."""
    story, (call,) = working(proposal or write())
    story.started(call)
    story.unknown(call)
    return story, f"{call}-v2"


def open_calls(story: Story) -> list[Call]:
    """The calls on which a human is asked now."""
    return [call for call in story.thread.calls if isinstance(call.phase, Asked)]
