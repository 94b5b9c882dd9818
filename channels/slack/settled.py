"""Settled: how a card looks after it was decided: by whom and when, then running, then done or failed; from the fold alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.names import version_of
from bot.core.outbox import pending
from bot.core.thread import Asked, Call, Closed, Outcome, Previewing, Ready, Started
from bot.kit.channel import Changed, Fate
from channels.slack import arguments, blocks
from channels.slack.blocks import Json, Look, Post
from channels.slack.cards import render
from channels.slack.markdown import pieces
from channels.slack.questions import MOST_QUESTION_CHARACTERS
from channels.slack.vocabulary import Words
from channels.slack.words import words


def settled(fate: Fate, request: str, look: Look) -> Post | None:
    """The card of this request as it should look now; None: the thread remembers no such request.

    A card that is still open keeps its buttons, with the votes given so far. One that another has replaced keeps what it showed,
    and nothing that was decided on the other is said on it.
    """
    now, then = fate.now.call(request), fate.then.call(request)
    if now is None:
        return None
    is_latest = version_of(request) == now.version
    if not (is_latest or _ran(now, then)):
        return _replaced(now, then or now, request, look)
    if is_latest and isinstance(now.phase, Asked):
        return _open(fate, now.phase, request, look)
    lines = list(_lines(now, look, fate))
    reason = now.phase.text.strip() if isinstance(now.phase, Closed) else ""
    key = f"{request}:{type(now.phase).__name__}-{now.version}-{now.n}-{now.runs}{'-halted' if fate.halted else ''}"
    return _card(now, request, lines, reason, key, look)


def _ran(now: Call, then: Call | None) -> bool:
    """Whether this try ran as the card showed it: then what is so now is so of that card, whatever was asked about it since."""
    return then is not None and isinstance(then.phase, Started) and then.n == now.n


def _replaced(now: Call, then: Call, request: str, look: Look) -> Post:
    say = words(look.language)
    counts = say.outdated.format(request=blocks.name(now.request, 250))
    anew = now.anew if isinstance(now.phase, Previewing | Asked) else ""
    lines = [counts, f"{say.anew}:"] if anew else [counts]
    return _card(then, request, lines, anew, f"{request}:replaced-{now.version}", look)


def _card(call: Call, request: str, lines: list[str], reason: str, key: str, look: Look) -> Post:
    """What it asked, under what has become of it."""
    say = words(look.language)
    title = f"*{_title(call, say)}*"
    body: list[Json | None] = [
        blocks.section("\n".join((title, *lines))),
        blocks.rich(blocks.quoted(reason, blocks.MOST_REMARK_CHARACTERS)) if reason else None,
        blocks.remark(say.because, call.proposal.because),
        _subject(call, say),
        blocks.remark(say.found, call.card.text if call.card else ""),
        blocks.context(say.request.format(request=blocks.name(request, 250))),
    ]
    told = blocks.set_off(reason) if reason else ""
    return Post(blocks.spoken([title, *lines], told), blocks.identified(body, key))


def _open(fate: Fate, phase: Asked, request: str, look: Look) -> Post | None:
    message = next((each for each in pending(fate.now) if each.request == request), None)
    if message is None:
        return None
    say = words(look.language)
    post, since = render(message, look), [*_since(fate.changed, say)]
    key = f"{request}:{len(phase.votes)}-{len(fate.changed)}{'-halted' if fate.halted else ''}"
    if fate.halted:
        since = [say.halted.format(halt=blocks.names([fate.halted])), *since]
    title, *rest = post.blocks
    body = (title, *map(blocks.section, since), *rest)
    text = "\n".join((*since, post.text))
    text = text if len(text) <= blocks.MOST_TEXT_CHARACTERS else post.text
    return Post(text, blocks.identified(body, key), post.files)


def _since(changed: Sequence[Changed], say: Words) -> Iterator[str]:
    """That what was asked for reads otherwise by now, and by whom."""
    for gone, sentence in ((False, say.asked_otherwise), (True, say.asked_no_more)):
        if people := [each.by for each in changed if each.gone == gone]:
            yield sentence.format(people=blocks.names(people))


# ---- what it was about -----------------------------------------------------------------------------------------------
def _title(call: Call, say: Words) -> str:
    match call.proposal.kind:
        case "question":
            return say.question
        case "limit":
            return say.hold
        case _:
            return blocks.name(call.proposal.tool)


def _subject(call: Call, say: Words) -> Json | None:
    match call.proposal.kind:
        case "question":
            question = pieces(
                str(call.proposal.arguments.get("question", "")), MOST_QUESTION_CHARACTERS
            )
            return blocks.markdown(question[0]) if question else None
        case "limit":
            return None
        case _:
            return arguments.shown(arguments.rows(call.proposal.arguments), say)


# ---- what became of it -----------------------------------------------------------------------------------------------
def _lines(call: Call, look: Look, fate: Fate) -> Iterator[str]:
    """What is so, the latest last: when it was decided, and when it ended."""
    say, when = words(look.language), _when(fate.since, look)
    if call.approved and not isinstance(call.phase, Previewing):
        decided = _when(fate.decided, look)
        yield say.approved.format(people=blocks.names(call.approved)) + decided
    match call.phase:
        case Ready():
            halted = blocks.names([fate.halted]) if fate.halted else ""
            yield say.waits_for_a_halt.format(halt=halted) if halted else say.not_started
        case Started():
            yield say.running.format(moment=blocks.moment(call.started_at, look))
        case Asked("unknown"):
            yield say.in_doubt.format(request=blocks.name(call.request, 250))
        case Asked():
            yield say.outdated.format(request=blocks.name(call.request, 250))
        case Closed(outcome, _, by):
            yield _ends(say)[outcome].format(people=_person(by, say)) + when
        case _:
            yield say.made_anew


def _when(at: int, look: Look) -> str:
    return f", {blocks.moment(at, look)}" if at else ""


def _person(by: str, say: Words) -> str:
    return {"model": say.the_model, "": say.somebody}.get(by) or blocks.name(by)


def _ends(say: Words) -> dict[Outcome, str]:
    return {
        "returned": say.done,
        "failed": say.failed,
        "denied": say.denied,
        "withdrawn": say.withdrawn,
        "expired": say.expired,
        "voided": say.set_aside,
        "gave_up": say.gave_up,
        "happened": say.happened,
        "answered": say.answered,
        "elapsed": say.done,
        "said": say.done,
        "unknown_in_parent": say.elsewhere,
    }
