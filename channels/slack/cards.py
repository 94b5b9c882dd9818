"""Cards: what the bot has to say, as one Slack message each: blocks for the eye, text for the notice and the ear."""

from __future__ import annotations

from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
)
from channels.slack import arguments, blocks
from channels.slack.approval import approval, in_full
from channels.slack.blocks import MOST_TEXT_CHARACTERS, File, Json, Look, Post
from channels.slack.hints import in_zone
from channels.slack.markdown import mrkdwn, pieces
from channels.slack.questions import all_words, hold, is_all_in, question, unknown
from channels.slack.words import words

_MOST_REMINDER_CHARACTERS = 1_500
__all__ = ["File", "Json", "Look", "Post", "plain", "render"]


def render(message: Outgoing, look: Look) -> Post:
    """This message as one Slack message. What has no room in it goes along as a file, and the message says so."""
    match message:
        case Say(text=text, final=True):
            opinion = blocks.feedback(message.key, words(look.language))
            return _text(message.key, text, look, opinion)
        case Say(text=text):
            return _text(message.key, text, look)
        case Notice(text=text):
            return _text(message.key, text, look)
        case Question():
            return question(message, look)
        case Approval():
            return approval(message, look)
        case UnknownOutcome():
            return unknown(message, look)
        case Hold():
            return hold(message, look)
        case Reminder():
            return _reminder(message, look)


def plain(message: Outgoing, look: Look) -> Post:
    """The same for when Slack refuses the blocks: the text with the buttons, and as a file what the text cuts short."""
    post = render(message, look)
    buttons = [block for block in post.blocks if block["type"] == "actions"]
    body = [blocks.section(post.text), *buttons] if buttons else []
    return Post(
        post.text,
        blocks.identified(body, f"{message.key}:plain"),
        post.files or _missing(message, post.text, look),
    )


def _missing(message: Outgoing, text: str, look: Look) -> tuple[File, ...]:
    """What the text alone leaves out. Arguments are always sent along: in the text some signs are markup."""
    match message:
        case Approval():
            return (in_full(message),)
        case UnknownOutcome(request=request, arguments=given):
            return (arguments.file(request, dict(given)),)
        case Question() if not is_all_in(text, message, words(look.language)):
            return (blocks.file(message.key, all_words(message)),)
        case Say() | Notice() if text.endswith("…"):
            return (blocks.file(message.key, message.text),)
        case _:
            return ()


def _text(key: str, text: str, look: Look, *below: Json) -> Post:
    """Words for the thread; the beginning of those that are too long, and all of them in a file."""
    shown, *rest = pieces(text) or ("-",)
    files = (blocks.file(key, text),) if rest else ()
    more = [blocks.rest_in(file, words(look.language)) for file in files]
    body = blocks.identified([blocks.markdown(shown), *more, *below], key)
    return Post(mrkdwn(text, MOST_TEXT_CHARACTERS).strip() or "-", body, files)


def _reminder(message: Reminder, look: Look) -> Post:
    """The frame's own words, after those who are called by them."""
    said = in_zone(mrkdwn(message.text, _MOST_REMINDER_CHARACTERS), look)
    text = f"{blocks.mentions(look)} {said}".strip()
    return Post(text, blocks.identified([blocks.section(text)], message.key))
