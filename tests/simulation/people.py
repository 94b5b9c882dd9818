"""People: they speak, press old and new buttons, edit, stop, pause; rightly and wrongly; and honest ones at the end."""

from __future__ import annotations

from bot.core import events
from bot.core.events import Word
from bot.core.thread import Asked, Call
from bot.core.values import Address
from tests.simulation.world import World

HERE = Address(channel="console", locator="1")
WORDS = "hm, wait"
EVERYBODY = ("alice", "bob", "bob", "carol", "carol", "mallory")


def say(world: World, text: str, by: str, written: int | None = None) -> None:
    id = world.fresh("m")
    world.store.append(
        events.MessageReceived(
            id=id, at=world.now, actor=by, address=HERE, text=text, written=written
        )
    )


def press(
    world: World, request: str, word: Word, by: str, digest: str = "", text: str = ""
) -> None:
    arguments = {"size": world.random.randint(2, 9)} if word == "edit" else {}
    world.store.append(
        events.Verdict.model_validate(
            {
                "id": world.fresh("v"),
                "at": world.now,
                "actor": by,
                "request": request,
                "word": word,
                "digest": digest,
                "text": text,
                "arguments": arguments,
            }
        )
    )


def act(world: World) -> None:
    """Somebody does something."""
    roll = world.random.random()
    if not world.store.log or roll < 0.1:
        say(world, WORDS, "alice")
    elif world.thread.paused and roll < 0.5:
        _frame(world)
    elif roll < 0.42:
        _on_a_card(world)
    elif roll < 0.75:
        _on_a_question(world)
    elif roll < 0.85:
        _typed(world)
    elif roll < 0.93:
        _redelivered(world)
    else:
        _frame(world)


def _on_a_card(world: World) -> None:
    """A press on any card that was ever made, mostly the newest."""
    cards = [event for event in world.store.log if isinstance(event, events.Previewed)]
    if not cards:
        return
    shown = cards[-1] if world.chance(0.6) else world.random.choice(cards)
    word: Word = world.random.choice(("approve", "approve", "approve", "approve", "deny", "edit"))
    digest = shown.card.digest if world.chance(0.8) else "another"
    request = f"{shown.call}-v{shown.version}"
    press(world, request, word, world.random.choice(EVERYBODY), digest)


def _asked(world: World) -> list[Call]:
    return [call for call in world.thread.calls if isinstance(call.phase, Asked)]


def _on_a_question(world: World) -> None:
    for call in _asked(world):
        if isinstance(call.phase, Asked) and call.phase.about != "approval":
            text = world.random.choice(("happened", "retry", "retry", "retry", "give-up", "2"))
            press(
                world,
                call.request,
                "answer",
                world.random.choice(("bob", "bob", "mallory")),
                text=text,
            )


def _typed(world: World) -> None:
    written = world.now - world.random.choice((0, 0, 3_000))
    text = world.random.choice(("approve", "approve", "deny, no"))
    say(world, text, world.random.choice(EVERYBODY), written)


def _redelivered(world: World) -> None:
    """The deduplication keys have expired, and something old comes again."""
    world.store.known.clear()
    world.store.append(world.random.choice(world.store.log))
    world.seen["redelivered after its ttl"] += 1


def _frame(world: World) -> None:
    id, roll = world.fresh("f"), world.random.random()
    if world.thread.paused or roll < 0.25:
        kind = events.Resumed if world.thread.paused else events.Paused
        world.store.append(kind(id=id, at=world.now, actor="alice"))
    elif roll < 0.4:
        world.store.append(events.Cancelled(id=id, at=world.now, actor="alice"))
    elif roll < 0.5:
        say(world, "stop", "alice")
    elif roll < 0.8:
        world.store.append(
            events.MessageNoted(id=id, at=world.now, actor="dave", address=HERE, text="nice")
        )
    else:
        world.store.append(
            events.CronTicked(
                id=id, at=world.now, actor="clock", address=HERE, prompt="look", schedule="s"
            )
        )


def settle(world: World) -> None:
    """Honest people: they let the thread go on and decide everything that is asked."""
    if world.thread.paused:
        world.store.append(events.Resumed(id=world.fresh("f"), at=world.now, actor="alice"))
    for call in _asked(world):
        match call.phase:
            case Asked("approval"):
                assert call.card is not None
                for person in call.card.approvers:
                    press(world, call.request, "approve", person, call.card.digest)
            case Asked("unknown"):
                text = world.random.choice(("give-up", "retry", "retry", "retry", "happened"))
                press(world, call.request, "answer", "bob", text=text)
            case _:
                asked = call.proposal.asked[0]
                press(world, call.request, "answer", asked, text="1")
