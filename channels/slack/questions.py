"""Questions: what takes an answer: the agent's question, a call whose outcome nobody knows, a halt at a limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core import phrases
from bot.core.outbox import Hold, Question, UnknownOutcome
from bot.core.visible import on_one_line, shortened
from channels.slack import arguments, blocks
from channels.slack.blocks import Json, Look, Post
from channels.slack.markdown import mrkdwn, pieces
from channels.slack.more import button as more_button
from channels.slack.vocabulary import Words
from channels.slack.words import words

MOST_QUESTION_CHARACTERS = 3_500
_MOST_CONTEXT_CHARACTERS = 2_500
_MOST_CHOICES = 50
_MOST_CHOICES_CHARACTERS = 2_000
_MOST_CHOICE_CHARACTERS = 500
_ENDLESS = 1_000_000


def question(asked: Question, look: Look) -> Post:
    """What the agent asks, with its choices as buttons."""
    say = words(look.language)
    yes_no = asked.format == "yes_no"
    offered = _translated(asked.choices, say) if yes_no else list(asked.choices)
    listed, is_cut = _listed(offered)
    (question, *more), (context, *rest) = _shown(asked)
    is_whole = not (more or rest or is_cut or len(asked.quote) > blocks.MOST_REMARK_CHARACTERS)
    files = () if is_whole else (blocks.file(asked.request, all_words(asked)),)
    body: list[Json | None] = [
        blocks.section(blocks.title(say.question, look)),
        blocks.markdown(question) if question else None,
        *(
            [blocks.rich(blocks.lines((say.context, ""))), blocks.markdown(context)]
            if context
            else []
        ),
        blocks.remark(say.said_since, asked.quote),
        *(blocks.rest_in(file, say) for file in files),
        _choices(listed, say),
        blocks.context(*_terms(asked, look, say)),
        blocks.section(_how(asked, say)),
        *_buttons(asked, offered, say, more_button(asked, look)),
    ]
    text = _question_text(asked, listed, look, say)
    return Post(text, blocks.identified(body, asked.key), files)


def _question_text(asked: Question, listed: list[str], look: Look, say: Words) -> str:
    head = [
        blocks.title(say.question, look),
        mrkdwn(blocks.set_off(asked.question), 1_200),
        _urgency(asked, say),
        blocks.deadline(asked.until, look, say),
        _how(asked, say),
    ]
    return blocks.spoken(head, "\n".join((*listed, *_beside(asked, say))))


def _beside(asked: Question, say: Words) -> Iterator[str]:
    """What belongs to the question, in words alone."""
    for label, text in ((say.context, asked.context), (say.said_since, asked.quote)):
        if text.strip():
            yield f"{label}:\n{blocks.set_off(text)}"


def is_all_in(text: str, asked: Question, say: Words) -> bool:
    """Whether this text leaves out nothing of the question; a choice that is cut goes along as a file in any case."""
    parts = (blocks.set_off(asked.question), "\n".join(_beside(asked, say)))
    return all(mrkdwn(part.strip(), _ENDLESS) in text for part in parts)


def unknown(asked: UnknownOutcome, look: Look) -> Post:
    """What was started and nobody knows how it ended."""
    say = words(look.language)
    offered, rows = _translated(asked.choices, say), arguments.rows(asked.arguments)
    whole = all(row.fits for row in rows)
    files = () if whole else (arguments.file(asked.request, dict(asked.arguments)),)
    times = [
        say.started_at.format(moment=blocks.moment(asked.started_at, look)),
        say.may_retry_at.format(moment=blocks.moment(asked.may_retry_at, look)),
    ]
    title = blocks.title(say.unknown.format(tool=blocks.name(asked.tool)), look)
    sentence = phrases.unknown(on_one_line(asked.tool), say.language)
    body: list[Json | None] = [
        blocks.section(f"{title}\n{mrkdwn(sentence, 1_500)}"),
        blocks.remark(say.anew, asked.anew),
        arguments.shown(rows, say),
        blocks.remark(say.said_since, asked.quote),
        *(blocks.rest_in(file, say) for file in files),
        blocks.context(*times, *_people(asked, say)),
        blocks.section(_how(asked, say)),
        *_buttons(asked, offered, say),
    ]
    anew = f"{say.anew}: {mrkdwn(on_one_line(asked.anew), 500)}" if asked.anew else ""
    head = [title, mrkdwn(sentence, 800), anew, *times, _how(asked, say), blocks.names(offered)]
    said = f"{say.said_since}:\n{blocks.set_off(asked.quote)}" if asked.quote.strip() else ""
    text = blocks.spoken(head, "\n".join(filter(None, (said, arguments.spoken(rows)))))
    return Post(text, blocks.identified(body, asked.key), files)


def hold(asked: Hold, look: Look) -> Post:
    """Why the work stands still, and how it may go on."""
    say = words(look.language)
    offered = _translated(asked.choices, say)
    title = blocks.title(say.hold, look)
    sentence = phrases.hold(asked.why, on_one_line(asked.reason), say.language)
    body = [
        blocks.section(f"{title}\n{mrkdwn(sentence, 2_000)}"),
        blocks.context(*_people(asked, say)),
        blocks.section(_how(asked, say)),
        *_buttons(asked, offered, say),
    ]
    head = [title, mrkdwn(sentence, 1_500), _how(asked, say)]
    text = blocks.spoken(head, ", ".join(offered))
    return Post(text, blocks.identified(body, asked.key))


# ---- the question itself ---------------------------------------------------------------------------------------------
def _shown(asked: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Question and context, each as what has room and what has not."""
    return (
        pieces(asked.question, MOST_QUESTION_CHARACTERS) or ("",),
        pieces(asked.context, _MOST_CONTEXT_CHARACTERS) or ("",),
    )


def all_words(asked: Question) -> str:
    """All that the question says."""
    numbered = (f"{number}. {choice}" for number, choice in enumerate(asked.choices, start=1))
    parts = (asked.question, asked.context, "\n".join(numbered), asked.quote)
    return "\n\n".join(part for part in parts if part)


def _terms(asked: Question, look: Look, say: Words) -> Iterator[str]:
    yield _urgency(asked, say)
    yield blocks.deadline(asked.until, look, say)
    yield from _people(asked, say)


def _urgency(asked: Question, say: Words) -> str:
    known = {"low": say.low, "medium": say.medium, "high": say.high}
    urgency = known.get(asked.urgency) or blocks.name(asked.urgency)
    return say.urgency.format(urgency=urgency)


def _people(asked: Question | UnknownOutcome | Hold, say: Words) -> Iterator[str]:
    yield say.asked.format(people=blocks.names(asked.asked) or say.nobody)
    yield say.request.format(request=blocks.name(asked.request, 250))


# ---- choices ---------------------------------------------------------------------------------------------------------
def _translated(choices: Sequence[str], say: Words) -> list[str]:
    """The frame's own choices, in the reader's language; the model's are its own words."""
    return [say.frame_choices.get(choice, choice) for choice in choices]


def _listed(offered: Sequence[str]) -> tuple[list[str], bool]:
    """The choices by number, as far as there is room, and whether any was cut."""
    lines: list[str] = []
    room, is_cut = _MOST_CHOICES_CHARACTERS, False
    for number, choice in enumerate(offered, start=1):
        written = on_one_line(choice)
        line = f"{number}. {shortened(written, _MOST_CHOICE_CHARACTERS)}"
        if len(line) > room:
            return [*lines, "…"], True
        is_cut = is_cut or len(written) > _MOST_CHOICE_CHARACTERS
        room -= len(line)
        lines.append(line)
    return lines, is_cut


def _choices(listed: list[str], say: Words) -> Json | None:
    if not listed:
        return None
    return blocks.rich(blocks.lines((say.choices, "")), blocks.preformatted("\n".join(listed)))


def _how(asked: Question | UnknownOutcome | Hold, say: Words) -> str:
    if not asked.asked:
        return say.nobody_answers.format(thread=blocks.thread(asked.request))
    if not asked.choices:
        return say.answer_freely
    return say.answer_by_choice if isinstance(asked, Question) else say.answer_by_button


def _buttons(
    asked: Question | UnknownOutcome | Hold, offered: Sequence[str], say: Words, *beside: Json
) -> list[Json]:
    """One button a choice, for as many as there are buttons; the rest are answered by number. Then what is beside them."""
    choices = (
        blocks.button(
            f"answer:{at}", choice, asked.request, say.choose_spoken.format(choice=choice)
        )
        for at, choice in enumerate(offered[:_MOST_CHOICES])
    )
    return blocks.actions([*choices, *(beside if asked.asked else ())])
