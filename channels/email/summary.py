"""Summary: what is held back, told to the owner once a day, in a mail of its own. What strangers wrote stands in it as they wrote it, in a block."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.visible import on_one_line
from channels.email import ids
from channels.email.cards import moment
from channels.email.compose import Letter, composed
from channels.email.held import Kept
from channels.email.key import Key
from channels.email.markdown import block
from channels.email.post import Post

MOST_SHOWN = 30


async def sent(post: Post, key: Key, ours: str, to: str, day: str, held: Sequence[Kept]) -> bool:
    """Sends what is held to this person, once for this day; whether it went now. Raises what a post raises."""
    place = ids.locator(f"held/{day}/{to}")
    id = ids.ours(await key.octets(), place, "held", to, ours)
    if await post.is_sent(id):
        return False
    count = "1 mail is" if len(held) == 1 else f"{len(held)} mails are"
    letter = Letter(
        sender=ours, name="Bot", to=(to,), subject=f"{count} held back", text=_text(count, held),
        id=id, thread=place, again=await post.is_again(id),
    )  # fmt: skip
    await post.send(id, composed(letter), ours, letter.recipients)
    return True


def _text(count: str, held: Sequence[Kept]) -> str:
    shown = [_line(each) for each in held[:MOST_SHOWN]]
    more = [f"and {len(held) - MOST_SHOWN} more"] if len(held) > MOST_SHOWN else []
    return "\n\n".join(
        (
            f"{count} held back, and nothing came of that; the newest first:",
            block("\n".join([*shown, *more])),
            "`bot mail held list` shows all; then `show`, `release` or `drop` each.",
        )
    )


def _line(held: Kept) -> str:
    said = f"{moment(held.at)}, {held.sender or 'nobody'}: {held.subject or '(no subject)'}"
    return on_one_line(f"{said[:200]} ({held.reason[:150]})")
