"""Workers: generators that perform effects. Every yield is a place to die, to oversleep, or to be overtaken."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import events
from bot.core.effects import Decide, Doubt, Effect, Preview, Refuse, Run, Send, next_effects
from bot.core.thread import Call, Closed, Thread
from bot.core.values import Card, Limits, Proposal
from tests.simulation.world import Start, World

PEOPLE = ("alice", "bob", "carol")
LIMITS = Limits(steps=6, failures=4)


def worker(world: World, name: str) -> Iterator[None]:
    """Load, fold, perform one effect, append, again; until there is nothing to do but what it does itself."""
    mine = set[tuple[str, int]]()
    while True:
        thread = world.thread
        effects = [effect for effect in next_effects(thread) if not _is_own(effect, mine)]
        yield
        if not effects:
            return
        yield from _perform(world, name, thread, world.random.choice(effects), mine)
        yield


def _is_own(effect: Effect, mine: set[tuple[str, int]]) -> bool:
    return isinstance(effect, Doubt) and (effect.call, effect.n) in mine


def _perform(
    world: World, name: str, thread: Thread, effect: Effect, mine: set[tuple[str, int]]
) -> Iterator[None]:
    match effect:
        case Decide(seen):
            yield
            _decide(world, name, thread, seen)
        case Preview(call, version):
            yield
            _preview(world, call, version)
        case Run():
            yield from _run(world, thread, effect, mine)
        case Doubt(call, n):
            _doubt(world, call, n)
        case Send(key):
            yield
            _send(world, key)
        case Refuse(refusal):
            id = f"{refusal.verdict}-refused"
            told = events.VerdictRefused(
                id=id,
                at=world.now,
                verdict=refusal.verdict,
                request=refusal.request,
                reason=refusal.reason,
            )
            world.store.append(told)


def _decide(world: World, name: str, thread: Thread, seen: int) -> None:
    id = world.fresh(f"step-{name}-")
    if world.chance(0.1):
        kind = world.random.choice(("transient", "transient", "malformed"))
        failed = events.DecideFailed(
            id=id, at=world.now, seen=seen, kind=kind, reason="529", retry_in=3_000
        )
        return world.store.append(failed)
    calls = _proposals(world, thread)
    step = events.StepDecided(
        id=id, at=world.now, actor="model", seen=seen, calls=calls, limits=LIMITS, asked=("bob",)
    )
    return world.store.append(step)


def _proposals(world: World, thread: Thread) -> tuple[Proposal, ...]:
    """What a model may choose: well-formed for the thread that it saw, and otherwise anything."""
    open_calls = [call for call in thread.calls if not isinstance(call.phase, Closed)]
    if world.chance(0.3):
        if open_calls:
            return (
                Proposal(
                    kind="stand_by",
                    tool="stand_by",
                    arguments={"message": "hm" * world.random.randint(0, 1)},
                ),
            )
        kind = world.random.choice(("say", "say", "nothing"))
        return (Proposal(kind=kind, tool=kind),)
    kinds = world.random.choices(
        ("read", "write", "gated", "gated", "question", "await"), k=world.random.randint(1, 3)
    )
    calls = tuple(_proposal(world, kind) for kind in kinds)
    if open_calls and world.chance(0.3):
        request = world.random.choice(open_calls).request
        calls = (Proposal(kind="withdraw", tool="withdraw", arguments={"request": request}), *calls)
    return calls


def _proposal(world: World, kind: str) -> Proposal:
    return Proposal.model_validate(
        {
            "kind": kind,
            "tool": kind,
            "arguments": {"seconds": world.random.randint(1, 40), "size": 1},
            "idempotent": kind in ("write", "gated") and world.chance(0.3),
            "time_limit_seconds": 3,
            "deadline_seconds": world.random.randint(5, 90),
            "asked": ("bob",),
        }
    )


def _preview(world: World, name: str, version: int) -> None:
    call = world.thread.call(name)
    size = call.proposal.arguments.get("size") if call else None
    if world.chance(0.04):
        id = f"{name}-v{version}-no"
        refused = events.PreviewRefused(
            id=id, at=world.now, call=name, version=version, reason="no"
        )
        return world.store.append(refused)
    card = Card(
        text="?",
        digest=f"{name}-v{version}-{size}",
        approvers=world.random.choice((("bob", "carol"), ("alice", "bob"), PEOPLE)),
        quorum=world.random.choice((1, 1, 2)),
        self_approval=world.chance(0.3),
        typed=world.chance(0.7),
        deadline_seconds=world.random.randint(10, 120),
    )
    shown = events.Previewed(
        id=f"{name}-v{version}-card", at=world.now, call=name, version=version, card=card
    )
    return world.store.append(shown)


def _run(world: World, thread: Thread, run: Run, mine: set[tuple[str, int]]) -> Iterator[None]:
    call = thread.call(run.call)
    assert call is not None, "an effect names a call of its thread"
    if run.claim:
        if call.proposal.kind == "gated" and run.run == 1 and world.chance(0.15):
            return _void(world, call)
        name = f"{run.call}-{run.n}-{run.run}-start"
        claim = events.ToolStarted(id=name, at=world.now, call=run.call, n=run.n, run=run.run)
        if not world.store.claim(claim, thread.head):
            world.seen["claim refused"] += 1
            return None
        mine.add((run.call, run.n))
        yield
        world.starts.append(Start(run.call, run.n, run.run))
    yield
    outcome = "failed" if world.chance(0.2) else "returned"
    end = f"{run.call}-{run.n}-{run.run}-end"
    world.store.append(
        events.ToolEnded(id=end, at=world.now, call=run.call, n=run.n, outcome=outcome)
    )
    return None


def _void(world: World, call: Call) -> None:
    world.seen["pin changed"] += 1
    then = "close" if world.chance(0.2) else "preview"
    name = f"{call.id}-v{call.version}-void"
    world.store.append(
        events.CallVoided(
            id=name, at=world.now, call=call.id, version=call.version, reason="pin", then=then
        )
    )


def _doubt(world: World, call: str, n: int) -> None:
    if world.bug == "unknown_repeated":
        world.starts.append(Start(call, n, 1))
        world.store.append(
            events.ToolEnded(
                id=world.fresh("again"), at=world.now, call=call, n=n, outcome="returned"
            )
        )
        return
    world.seen["unknown"] += 1
    world.store.append(
        events.OutcomeUnknown(id=f"{call}-{n}-unknown", at=world.now, call=call, n=n)
    )


def _send(world: World, key: str) -> None:
    if world.chance(0.05):
        world.store.append(
            events.DeliveryFailed(id=f"{key}-bounced", at=world.now, key=key, reason="bounced")
        )
        return
    world.store.append(events.Delivered(id=f"{key}-sent", at=world.now, key=key, receipt="r"))
