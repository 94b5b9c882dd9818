"""Meant: which request a mail answers, by the address that it goes to or the tag that it quotes, and which agent it is for. What names two names none."""

from __future__ import annotations

from collections.abc import Collection

from channels.email import hints, ids
from channels.email.addressed import For, addressed, in_subject
from channels.email.arrived import Arrived
from channels.email.reading.read import bare
from channels.email.tokens import Found, Tokens


class Meant:
    """Both ways count, whichever is set: what was asked before it was changed is answered as it was asked."""

    def __init__(self, address: str, tokens: Tokens) -> None:
        self._address = address
        self._tokens = tokens

    async def request(self, mail: Arrived) -> tuple[Found | None, str]:
        """The request; where there is none, what its author is told if they meant to decide one."""
        by_address = self._tokens.in_addresses((*mail.to, *mail.cc))
        if not by_address and not mail.tags:
            return None, hints.UNTAGGED if self._tokens.by == "tag" else hints.UNADDRESSED
        # What a card shows may hold whatever looks like a tag: one that we never gave does not count.
        quoted = [found for each in mail.tags if (found := await self._tokens.of(each))]
        if len(by_address) + len(quoted) != 1:
            return None, hints.UNCLEAR
        if quoted:
            [found] = quoted
            return (found, "") if _answers(mail, found) else (None, hints.UNANSWERED)
        found = await self._tokens.of(by_address[0])
        if found is None or self._contradicts(mail, found):
            return None, hints.UNCLEAR
        return found, ""

    def agent(self, mail: Arrived, agents: Collection[str]) -> For:
        """The agent, for a mail that begins a conversation."""
        named = addressed(self._address, (*mail.to, *mail.cc), agents)
        if self._tokens.by == "tag" and named == For():
            return in_subject(bare(mail.subject), agents)
        return named

    def _contradicts(self, mail: Arrived, found: Found) -> bool:
        """Whether it answers another mail of ours than the one that gave this address."""
        named = mail.answers if ids.place_of(mail.answers, self._address) else ""
        return bool(named) and named != found.ticket.message


def _answers(mail: Arrived, found: Found) -> bool:
    """Whether it answers the very mail that showed this tag: neither counts without the other."""
    answered = mail.answers or (mail.parents[-1] if mail.parents else "")
    return bool(answered) and answered.lower() == found.ticket.message
