"""Rehearsal: a script in the model's place. It chooses from the rendered request alone and remembers nothing."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from .endings import (
    Uses,
    confirmed,
    done,
    looked_up,
    quoted,
    undecided,
    undone,
    unreadable,
    unsettled,
    what,
)
from .scene import (
    RELEASING,
    Scene,
    because_of,
    earlier,
    lines,
    named,
    scene_of,
    sentence,
    subjects,
    tag_message,
    unclear,
    versions,
)
from .story import Element, Json, Proposed, read
from .wish import bumped, clear_bump, wish_of

HELP = (
    'I can tell what is not released yet, ship it ("ship the backend", "ship a minor release"), '
    'and roll back ("roll back to" a tag).'
)
_READ_AGAIN: Uses = [("list_tags", {"limit": 100}), ("list_commits", {"limit": 30})]
# What calls for a choice; everything else that is told is on the way to one of these.
_TURNS = (
    *("message", "schedule", "answer", "denied", "withdrawn", "expired", "voided", "result"),
    *("error", "happened", "given_up", "malformed"),
)


def rehearse(request: dict[str, JsonValue]) -> list[tuple[str, dict[str, JsonValue]]]:
    """The next step: tools with their arguments."""
    story = read(request)
    turns = [each for each in story.told if each.tag in _TURNS]
    if not turns:
        return done(HELP)
    last, scene = turns[-1], scene_of(story)
    if story.open and (last.tag != "message" or "open" in last.said):
        return _while_open(scene, story.open, last)
    match last.tag:
        case "result" if last.tool in RELEASING:
            return confirmed(scene, last)
        case "malformed":
            return done(f"I could not take the next step: {last.body}")
        case "error" if last.tool not in RELEASING:
            return unreadable(last.body)
        case "withdrawn" if not last.by or scene.wish.unclear:
            return done(f"I took that back{quoted(last.body)}. Nothing was pushed.")
        case _:
            return _going_on(scene)


def _going_on(scene: Scene) -> Uses:
    """A release that ended is told to its end, whatever was said meanwhile; anything else is planned."""
    call = scene.calls[-1] if scene.calls else None
    if call is None:
        return _planned(scene)
    end = scene.story.outcome(call.tool, call.place)
    match call.state:
        case "returned" if end:
            return confirmed(scene, end)
        case "failed" if end and call.tool in RELEASING:
            return _what_else(scene, f"{what(call)} did not work: {end.body}.")
        case "happened":
            return _looking_up(scene, call)
        case "given up":
            return unsettled(call)
        case "expired":
            return undecided(call)
        case "voided":
            return undone(_void(scene, call))
        case _:
            return _planned(scene)


def _looking_up(scene: Scene, call: Proposed) -> Uses:
    """What a human says took effect is read on the remote; only what was read since then counts."""
    said = max(place for place, each in enumerate(scene.story.told) if each.tag == "happened")
    if scene.story.outcome("list_tags", said):
        return looked_up(scene, call)
    return [_READ_AGAIN[0]]


def _void(scene: Scene, call: Proposed) -> str:
    """Why the call was set aside."""
    voids = [each for each in scene.story.told[call.place :] if each.tag == "voided"]
    return next((each.body for each in voids if each.said.get("call") in (None, call.tool)), "")


# ---- what to do ------------------------------------------------------------------------------------------------------
def _planned(scene: Scene) -> Uses:
    """The step that the wish asks for."""
    match scene.wish.goal:
        case "stop":
            return done(
                f"All right{quoted(scene.wish.words)}: nothing was pushed. Tell me when to go on."
            )
        case "":
            return done(HELP)
        case _ if not scene.unshipped:
            return _read_first(scene)
        case "look":
            return done(f"{sentence(scene)}\n{lines(scene)}".strip())
        case "roll_back":
            return _rolling_back(scene)
        case "ship":
            return _shipping(scene)


def _read_first(scene: Scene) -> Uses:
    """The repository is read once for a piece of work; if that failed, there is nothing to plan with."""
    ends = [scene.story.outcome(name, scene.since) for name, _ in _READ_AGAIN]
    errors = [end.body for end in ends if end and end.tag == "error"]
    if errors or ends[-1]:
        reason = errors[0] if errors else "what came back is not what I can read"
        return unreadable(reason)
    return _READ_AGAIN


def _shipping(scene: Scene) -> Uses:
    wish = scene.wish
    if not scene.total:
        return done(sentence(scene))
    if wish.unclear:
        return _what_else(scene, unclear(scene, "which version to ship"))
    tag = scene.version or bumped(scene.base, wish.bump or clear_bump(subjects(scene)))
    if not tag:
        return _which_version(scene)
    if tag in scene.tags:
        return _which_version(scene, f"{tag} is already on the remote, and tags never move. ")
    arguments: Json = {"tag": tag, "commit": scene.head, "message": tag_message(scene)}
    return _unless_settled(scene, "push_tag", {**arguments, "because": because_of(scene, tag)})


def _rolling_back(scene: Scene) -> Uses:
    wish, tag = scene.wish, scene.version
    if wish.unclear:
        return _which_tag(scene, f"{unclear(scene, 'which tag is meant')} ")
    if tag not in scene.tags:
        return _which_tag(scene, f"There is no tag {tag} among the newest. " if tag else "")
    reason = wish.words[:1_000]
    because = f"{wish.by} asked for it: “{wish.words[:300]}”. Nothing is deleted; a new tag puts {tag} forward again."
    return _unless_settled(
        scene, "roll_back", {"to_tag": tag, "reason": reason, "because": because}
    )


def _unless_settled(scene: Scene, tool: str, arguments: Json) -> Uses:
    """A call that a human turned down is not proposed a second time."""
    settled = [call for call in scene.turned_down if _same(call, tool, arguments)]
    if not settled:
        return [(tool, arguments)]
    how = settled[-1].state
    return _what_else(
        scene, f"{named(tool, arguments)} was {how}, and I do not propose the same again."
    )


def _same(call: Proposed, tool: str, arguments: Json) -> bool:
    """Whether this would do what that call does, in whatever words."""
    keys = ("tag", "commit", "to_tag")
    return call.tool == tool and all(call.arguments.get(key) == arguments.get(key) for key in keys)


# ---- while a human is asked ------------------------------------------------------------------------------------------
def _while_open(scene: Scene, call: Proposed, last: Element) -> Uses:
    """A word in between: it changes the plan, or it is answered and the card stays."""
    if call.state == "unknown":
        return _stand_by(
            f"Whether {what(call)} took effect is not known yet. I start nothing before that is settled."
        )
    if last.tag not in ("message", "schedule"):
        return [("stand_by", {})]
    words = wish_of([last])
    if words.goal == "stop":
        return [_withdrawal(call, last)]
    if words.version or words.bump or words.goal == "roll_back":
        instead = [use for use in _planned(scene) if use[0] in (*RELEASING, "request_human_input")]
        same = instead and _same(call, *instead[0])
        if instead and not same:
            return [_withdrawal(call, last), *instead]
    return _stand_by(f"{sentence(scene)}\n{lines(scene)}\nStill waiting: {what(call)}.")


def _withdrawal(call: Proposed, last: Element) -> tuple[str, Json]:
    return "withdraw", {"request": call.request, "reason": f"{last.by} said: “{last.body[:300]}”"}


def _stand_by(message: str) -> Uses:
    return [("stand_by", {"message": message.strip()})]


# ---- questions -------------------------------------------------------------------------------------------------------
def _which_version(scene: Scene, before: str = "") -> Uses:
    question = f"{before}Which version shall I ship?"
    return _ask(question, f"{sentence(scene)}\n{lines(scene)}", versions(scene))


def _which_tag(scene: Scene, before: str) -> Uses:
    choices = earlier(scene)
    if not choices:
        return done(f"{before}There is no earlier tag to roll back to.")
    return _ask(
        f"{before}Which tag shall I roll back to?", f"The newest release is {scene.base}.", choices
    )


def _what_else(scene: Scene, said: str) -> Uses:
    context = f"{sentence(scene)}\n{lines(scene)}".strip()
    choices = earlier(scene) if scene.wish.goal == "roll_back" else versions(scene)
    return _ask(f"{said} What shall I change?", context, choices)


def _ask(question: str, context: str, choices: Sequence[str]) -> Uses:
    options: Json = {"urgency": "medium", "format": "free_text"}
    if choices:
        options = {"urgency": "medium", "format": "multiple_choice", "choices": list(choices)}
    return [
        (
            "request_human_input",
            {"question": question[:4_000], "context": context.strip(), "options": options},
        )
    ]
