"""More: the window that **More…** opens: pass it to somebody else, be asked later, be left out; and what was sent in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from bot.core.outbox import Approval, Question
from bot.core.visible import on_one_line, shortened
from bot.kit.arrival import Press
from bot.kit.moments import moment_of
from channels.slack import blocks
from channels.slack.blocks import Json, Look
from channels.slack.forms import Mistakes, given
from channels.slack.marks import short
from channels.slack.window import entry, plain, window
from channels.slack.words import words

MORE = "more"
WHAT, WHEN = "what", "when"
_TO = "pass:"
_MOST_PEOPLE = 90
_MOST_NAME_CHARACTERS = 60
_MOST_WHEN_CHARACTERS = 40


def button(asked: Approval | Question, look: Look) -> Json:
    """What opens it."""
    say = words(look.language)
    digest = f" {short(asked.digest)}" if isinstance(asked, Approval) else ""
    spoken = say.more_spoken.format(request=asked.request)
    return blocks.button(MORE, say.more, f"{asked.request}{digest}", spoken)


def form(press: Press, asked: Approval | Question, actor: str, look: Look, now: int) -> Json:
    """The window for this person: what they can do instead of deciding, and a time."""
    say = words(look.language)
    people = asked.deciders(now) if isinstance(asked, Approval) else asked.asked
    others = [each for each in dict.fromkeys(people) if each != actor][:_MOST_PEOPLE]
    options = [_option(say.more_later, "later"), _option(say.more_ignore, "ignore")]
    options += [_option(say.more_to.format(person=each), f"{_TO}{each}") for each in others]
    choose: Json = {"type": "static_select", "options": [*options]}
    when: Json = {"type": "plain_text_input", "max_length": _MOST_WHEN_CHARACTERS}
    request = say.request.format(request=blocks.name(asked.request, 250))
    body: list[Json] = [
        blocks.section(request),
        {**entry(WHAT, say.more_what, choose), "optional": False},
        {**entry(WHEN, say.more_when, when), "hint": plain(say.more_when_hint)},
    ]
    return window(MORE, say.more_title, f"{press.request} {press.digest}", body, say)


def read(press: Press, values: Mapping[str, JsonValue], look: Look, now: int) -> Press | Mistakes:
    """The verdict that was sent off, which decides nothing; or why it cannot be taken as it is."""
    chosen, say = given(values, WHAT), words(look.language)
    if chosen.startswith(_TO):
        return replace(press, word="pass", to=chosen.removeprefix(_TO))
    if chosen != "later":
        return replace(press, word="ignore")
    try:
        until = moment_of(given(values, WHEN), now, look.time_zone)
    except ValueError:
        return Mistakes({WHEN: say.more_when_hint})
    if until <= now:
        return Mistakes({WHEN: say.more_when_hint})
    return replace(press, word="later", until=until)


def _option(text: str, value: str) -> Json:
    return {"text": plain(shortened(on_one_line(text), _MOST_NAME_CHARACTERS)), "value": value}
