"""Hints: what one person alone is told, so that nothing they meant is lost on them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.outbox import Approval
from channels.slack.address import Place
from channels.slack.api import Json, Web
from channels.slack.approval import how
from channels.slack.blocks import Look
from channels.slack.words import words


def decided_nothing(meant: Sequence[Approval], look: Look) -> str:
    """That what they wrote was no verdict, and how to give one."""
    say = words(look.language)
    return f"{say.decided_nothing} {say.which_card if len(meant) > 1 else how(meant[0], say)}"


async def whisper(web: Web, where: Place, user: str, text: str) -> None:
    """A note in the thread that this person alone sees. Raises as `Web.call` does."""
    note: Json = {"channel": where.channel, "thread_ts": where.root, "user": user, "text": text}
    await web.call("chat.postEphemeral", note)
