"""Endings: what is said when a piece of work is over."""

from __future__ import annotations

from .scene import RELEASING, Scene, count, lines, named
from .story import Element, Json, Proposed

Uses = list[tuple[str, Json]]


def done(message: str) -> Uses:
    return [("done_for_now", {"message": message})]


def confirmed(scene: Scene, last: Element) -> Uses:
    """What the tool read back from the remote is what is said, whatever was proposed."""
    got = last.fields
    said = [
        f"{got.get('tag')} is on {got.get('on_remote')}, at commit {got.get('commit')}; I read it back from there."
    ]
    call = next((call for call in reversed(scene.calls) if call.tool == last.tool), None)
    if call and call.edited_by:
        said.append(
            f"That is the call as {call.edited_by} edited it; I had proposed {named(call.tool, call.first)}."
        )
    if got.get("commit") == scene.head:
        said.append(f"It ships {count(scene)}.\n{lines(scene)}")
    return done("\n".join(said))


def looked_up(scene: Scene, call: Proposed) -> Uses:
    """A human said that it took effect; the remote says whether it did."""
    tag, start = call.arguments.get("tag"), f"{call.arguments.get('to_tag')}-rollback."
    found = next((name for name in scene.tags if name == tag or name.startswith(start)), None)
    if found:
        return done(f"{found} is on the remote, at commit {scene.tags[found]}.")
    return done(
        f"By your word {what(call)} took effect, yet I do not see it among the remote's tags."
    )


def unsettled(call: Proposed) -> Uses:
    return done(f"Whether {what(call)} took effect stays unknown; I leave it alone.")


def undecided(call: Proposed) -> Uses:
    return done(
        f"Nobody decided in time on {what(call)}. Nothing was pushed; ask me again when it suits."
    )


def unreadable(reason: str) -> Uses:
    return done(f"I cannot read the repository: {reason}.")


def undone(reason: str) -> Uses:
    return done(f"It was not done{quoted(reason)}. Nothing was pushed.")


def what(call: Proposed) -> str:
    if call.tool in RELEASING:
        return named(call.tool, call.arguments)
    return f"my question, “{call.arguments.get('question', '')}”"


def quoted(words: str) -> str:
    return f" (“{words.strip()[:300]}”)" if words.strip() else ""
