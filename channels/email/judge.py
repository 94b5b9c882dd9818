"""Judge: whether a mail is from whom it says, and whether they may write. What is not sure is not accepted; why is said.

DMARC passes with alignment (RFC 7489): the domain that our server vouches for is that of the one address in the one From header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.reading.headers import Headers, Sender, strict
from channels.email.reading.mail import Mail
from channels.email.results import NotOurs, results


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found. `reason` says why it is not accepted, in words for the owner."""

    accepted: bool
    reason: str = ""
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whom we let in: the name of the receiving server, and the addresses that may write (`*@example.com` for a whole domain)."""

    server: str
    allowed: tuple[str, ...] = ()

    def judge(self, mail: Mail) -> Judged:
        """Whether this mail may ask and decide."""
        sender = strict(mail.headers.all("from"))
        if sender is None:
            return Judged(
                accepted=False, reason="it does not name exactly one sender in plain words"
            )
        if mail.is_torn:
            return Judged(accepted=False, reason="its headers are torn")
        reason = self.unproven(mail.headers, sender.address)
        if not reason and not self.lets_in(sender.address):
            reason = f"{sender.address} is not among those who may write"
        return Judged(accepted=not reason, reason=reason, sender=sender)

    def unproven(self, headers: Headers, sender: str) -> str:
        """Why it is not shown that a mail with these headers is from this address; empty: it is."""
        if not self.server:
            return "nobody has said whose verdict on a sender counts"
        try:
            found = results(headers, self.server)
        except NotOurs as error:
            return str(error)
        verdicts = [each for each in found if each.method == "dmarc"]
        if not verdicts:
            return "the receiving server has no DMARC result for it"
        if len(verdicts) > 1 or verdicts[0].found != "pass":
            return f"DMARC did not pass ({', '.join(each.found[:20] for each in verdicts)[:100]})"
        if verdicts[0].about.get("header.from") != sender.partition("@")[2]:
            return "DMARC passed for another domain than that of its sender"
        return ""

    def lets_in(self, address: str) -> bool:
        """Whether this address may write, in small letters."""
        domain = address.partition("@")[2]
        return any(each.lower() in (address, f"*@{domain}") for each in self.allowed)


def gate(server: str, allowed: Sequence[str], people: Sequence[str]) -> Gate:
    """The gate for these settings: whom they name, and everybody in the people file."""
    named = (each.strip().lower() for each in (*allowed, *people))
    return Gate(server.strip(), tuple(dict.fromkeys(each for each in named if each)))
