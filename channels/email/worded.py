"""Worded: a mail as the words that it is to a thread."""

from __future__ import annotations

from bot.core.values import Attachment
from bot.kit.arrival import Aim, Words
from channels.email.files import name_of
from channels.email.heard import Heard


def said(heard: Heard, aim: Aim, *, is_new: bool) -> Words:
    """Its words; with its subject where it begins a conversation."""
    mail = heard.mail
    text = f"Subject: {mail.subject}\n\n{mail.text}" if is_new and mail.subject else mail.text
    names = [f"[attached: {each.name or each.type}]" for each in mail.attached]
    return Words(
        id=heard.id if aim == "bot" else f"{heard.id}/noted",
        address=heard.address,
        person=mail.proven,
        text="\n".join([text, *names]).strip(),
        aim=aim,
        agent=heard.agent,
        files=tuple(
            Attachment(id=name_of(heard.id, each.path, mail.id), name=each.name)
            for each in mail.attached
        ),
    )
