"""Approval: the card on which a call is decided. All that would run is on it; what has no room goes along as a file."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core import deciders
from bot.core import words as core_words
from bot.core.edits import edits
from bot.core.grant_words import offer
from bot.core.outbox import Approval
from bot.core.values import Deputy
from bot.core.visible import on_one_line, visible
from channels.slack import arguments, blocks
from channels.slack.address import CHANNEL
from channels.slack.arguments import Row
from channels.slack.blocks import File, Json, Look, Post
from channels.slack.markdown import mrkdwn
from channels.slack.marks import short
from channels.slack.more import button as more_button
from channels.slack.vocabulary import Words
from channels.slack.words import words

_MOST_EDITS = 10
_MOST_DEPUTIES = 10
_MOST_OUTSIDE_CHARACTERS = 1_500


def approval(asked: Approval, look: Look) -> Post:
    """The card of an approval."""
    say, rows = words(look.language), arguments.rows(asked.arguments)
    files = (in_full(asked),) if _is_long(asked, rows) else ()
    body: list[Json | None] = [
        blocks.section(blocks.title(say.approval.format(tool=blocks.name(asked.tool)), look)),
        blocks.remark(say.anew, asked.anew),
        blocks.remark(say.because, asked.because),
        arguments.shown(rows, say),
        _edits(asked, say),
        blocks.context(_outside(asked, say)) if asked.outside else None,
        blocks.remark(say.found, asked.text),
        blocks.remark(say.said_since, asked.quote),
        *(blocks.section(_pointer(file, say)) for file in files),
        blocks.context(*_terms(asked, look, say)),
        *map(blocks.section, _unreached(asked, look, say)),
        blocks.section(how(asked, say)),
        blocks.context(_offer(asked, say)) if asked.grant else None,
        *_buttons(asked, look, say),
    ]
    return Post(_spoken(asked, rows, look, say), blocks.identified(body, asked.key), files)


# ---- who, until when and how -----------------------------------------------------------------------------------------
def _terms(asked: Approval, look: Look, say: Words) -> Iterator[str]:
    yield from _who(asked, look, say)
    if asked.quorum > 1:
        people = blocks.names(asked.votes) or say.nobody
        yield say.votes.format(count=len(asked.votes), quorum=asked.quorum, people=people)
    if whoever := deciders.asked_by(asked):
        yield say.asked_by.format(people=blocks.names([whoever]))
    if asked.editors:
        yield say.edited_by.format(people=blocks.names(dict.fromkeys(asked.editors)))
    if asked.self_approval:
        yield say.self_approval
    yield blocks.deadline(asked.until, look, say)
    yield say.request.format(request=blocks.name(asked.request, 250))


def _who(asked: Approval, look: Look, say: Words) -> Iterator[str]:
    """Who can still approve, who does so in whose place, and who of those named cannot and why."""
    yield say.deciders.format(people=blocks.names(deciders.left(asked)) or say.nobody)
    if asked.in_place:
        pairs = (_pair(each, look, say) for each in asked.in_place[:_MOST_DEPUTIES])
        yield say.in_place.format(pairs="; ".join(pairs))
    excuses = [f"{name} ({why})" for name, why in deciders.excuses(asked, say.language)]
    if excuses:
        yield say.barred.format(people=blocks.names(excuses))


def _pair(deputy: Deputy, look: Look, say: Words) -> str:
    names, since = (blocks.name(deputy.person), blocks.name(deputy.of)), deputy.since
    return say.stands_in.format(*names, moment=blocks.moment(since, look))


def _edits(asked: Approval, say: Words) -> Json | None:
    """What people changed: as it was, and as it is."""
    found = list(edits(asked.before, asked.arguments))
    more = len(found) - _MOST_EDITS
    lines = [(say.changed, ""), *((f"{name}:", change) for name, change in found[:_MOST_EDITS])]
    if more > 0:
        lines.append((f"… +{more}", ""))
    return blocks.rich(blocks.lines(*lines)) if found else None


def _edits_spoken(asked: Approval, say: Words) -> str:
    found = "; ".join(f"{name}: {change}" for name, change in edits(asked.before, asked.arguments))
    return f"{say.changed}: {mrkdwn(found, 500)}" if found else ""


def _outside(asked: Approval, say: Words) -> str:
    """Which arguments hold words that are nobody's of ours, and whose they are."""
    parts = [f"{name} ({whence})" for name, whence in asked.outside.items()]
    return say.outside.format(parts=blocks.names(parts, _MOST_OUTSIDE_CHARACTERS))


def _offer(asked: Approval, say: Words) -> str:
    """What an approval for a while would cover, in the frame's own words."""
    return mrkdwn(offer(asked.tool, asked.grant, say.language), 1_500) if asked.grant else ""


def how(asked: Approval, say: Words) -> str:
    """What decides here, or what is missing before anything can."""
    if not deciders.suffices(asked):
        return _mend(asked, say)
    if not _is_decided_here(asked):
        channels, deny = blocks.names(asked.channels), _word(core_words.DENY, say)
        return say.how_elsewhere.format(channels=channels, deny=deny)
    how = say.how_typed if asked.typed else say.how_button
    return how.format(approve=_word(core_words.APPROVE, say), deny=_word(core_words.DENY, say))


def _mend(asked: Approval, say: Words) -> str:
    """That too few may decide this, and what to do about it."""
    able = blocks.names(deciders.able(asked))
    few = say.too_few_decide.format(people=able, quorum=asked.quorum)
    so = few if able else say.nobody_decides
    return f"{so} {say.how_to_mend.format(thread=blocks.thread(asked.request))}"


def strands(asked: Approval, editor: str, look: Look) -> str:
    """That too few would be left to approve this once this person has changed it; empty where enough would."""
    say, after = words(look.language), deciders.after_edit(asked, editor)
    if len(after) >= asked.quorum:
        return ""
    people, thread = blocks.names(after) or say.nobody, blocks.thread(asked.request)
    return say.edit_strands.format(people=people, quorum=asked.quorum, thread=thread)


def _unreached(asked: Approval, look: Look, say: Words) -> Iterator[str]:
    """That too few of those who may approve this here can be known here, and what to do about it."""
    left = deciders.left(asked)
    absent = [each for each in left if each in look.absent and each not in _by_copy(asked)]
    if len(left) - len(absent) >= deciders.missing(asked) or not deciders.suffices(asked):
        return
    if _is_decided_here(asked):
        thread, request = blocks.thread(asked.request), blocks.name(asked.request, 250)
        name, people = blocks.name(absent[0]), blocks.names(absent)
        yield say.unreached.format(people=people, name=name, thread=thread, request=request)


def _by_copy(asked: Approval) -> set[str]:
    """Who has a copy elsewhere by which they can approve; by mail that takes words."""
    apart = asked.apart if asked.typed else ()
    return {each.person for each in apart if each.address and _takes(asked, each.address.channel)}


def _word(table: dict[str, tuple[str, ...]], say: Words) -> str:
    return table.get(say.language, table["en"])[0]


def _buttons(asked: Approval, look: Look, say: Words) -> list[Json]:
    """Where too few may approve, the card can still be denied, and edited by whoever is named."""
    tool, request = on_one_line(asked.tool), asked.request
    can_be_approved = deciders.suffices(asked) and _is_decided_here(asked)
    lasting = asked.grant.minutes if asked.grant else 0
    offered = (
        ("approve", say.approve, say.approve_spoken, can_be_approved),
        (
            f"grant:{lasting}",
            f"{say.grant} {lasting} min",
            say.grant_spoken,
            bool(lasting) and can_be_approved,
        ),
        ("deny", say.deny, say.deny_spoken, True),
        ("edit", say.edit, say.edit_spoken, bool(asked.arguments and asked.approvers)),
    )
    decide = (
        blocks.button(
            action,
            label,
            f"{request} {short(asked.digest)}",
            spoken.format(tool=tool, request=request),
        )
        for action, label, spoken, is_offered in offered
        if is_offered
    )
    return blocks.actions([*decide, *([more_button(asked, look)] if asked.approvers else ())])


def _is_decided_here(asked: Approval) -> bool:
    return _takes(asked, CHANNEL)


def _takes(asked: Approval, channel: str) -> bool:
    """Whether an approval from there counts."""
    return not asked.channels or channel in asked.channels


# ---- in full ---------------------------------------------------------------------------------------------------------
def _is_long(asked: Approval, rows: list[Row]) -> bool:
    texts = (asked.anew, asked.because, asked.text, asked.quote)
    long = any(len(visible(text)) > blocks.MOST_REMARK_CHARACTERS for text in texts)
    return long or not all(row.fits for row in rows)


def in_full(asked: Approval) -> File:
    """All that the card says of the call."""
    whole = {
        "tool": asked.tool,
        "because": asked.because,
        "arguments": dict(asked.arguments),
        "found": asked.text,
        "anew": asked.anew,
        "said": asked.quote,
        "request": asked.request,
        "digest": asked.digest,
    }
    return arguments.file(asked.request, whole)


def _pointer(file: File, say: Words) -> str:
    return arguments.measured(say.all_in_file, file.content, file.name)


def _spoken(asked: Approval, rows: list[Row], look: Look, say: Words) -> str:
    """The whole ask for push notices and screen readers: who, what, why, until when, how; then what there is room for."""
    head = [
        blocks.title(say.approval.format(tool=blocks.name(asked.tool)), look),
        f"{say.anew}: {mrkdwn(on_one_line(asked.anew), 500)}" if asked.anew else "",
        f"{say.because}: {mrkdwn(on_one_line(asked.because), 500)}"
        if asked.because.strip()
        else "",
        _outside(asked, say) if asked.outside else "",
        _edits_spoken(asked, say),
        *_terms(asked, look, say),
        *_unreached(asked, look, say),
        how(asked, say),
        _offer(asked, say),
    ]
    found = f"{say.found}:\n{blocks.set_off(asked.text)}" if asked.text.strip() else ""
    return blocks.spoken(head, f"{arguments.spoken(rows) or say.no_arguments}\n{found}")
