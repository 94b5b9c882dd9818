"""Hints: the fixed sentences that a mail is answered with where it decided nothing. The model writes none of them."""

from bot.core import deciders
from bot.core.outbox import Approval

NEARLY = "I read your mail as a message, and nothing is decided by it. To approve, reply to the card with one line: `approve`. To refuse, reply `deny` and a reason."
UNADDRESSED = "Nothing is decided by that: to decide, reply to the mail that asks, to the address that it gives and with its text below your answer."
UNTAGGED = "Nothing is decided by that, for your mail has not the line `Keep in your answer: [t.…]` of the mail that asks. Reply to that mail again and leave its text below your answer, or copy that line into it."
UNANSWERED = "Nothing is decided by that, for your mail does not say that it answers the mail that asks: a mail that a link filled in may be such, or a reply to another mail of the conversation. Open the mail that asks, choose Reply, and write your answer there."
UNCLEAR = "It is not clear which request you mean, so nothing is decided: reply to the mail that asks for it, to that address alone and with no other mail below your answer."
LASTING = "A mail approves the one call on its card and nothing for a while, so nothing is decided by that: to approve it, reply `approve` alone. For a while it is done where buttons are, or at the terminal."
APART = "Nothing is decided by that, and nobody else has read it: what was asked belongs to a conversation elsewhere. Here only `approve`, `deny` and a reason, `edit` and the like are taken, in a reply to the mail that asks."
BUTTON = "No mail approves this or changes it: its policy wants a button. To refuse, reply `deny` and a reason."
STRANGER = "You are not on this conversation, so your mail is only noted there and nothing is done about it. Let somebody who is on it copy you in, or write a mail of your own."
EDIT = "Nothing was changed. Below the line `edit` write `name: value` lines, one for each argument that is to change, and nothing else, no name either."
DOUBT = "Your mail can be read in two ways, so nothing is decided by it. Please reply again with one line of plain text."
LATER = "I shall ask you again at {when}, if it is still open then. Until then the others can decide it, and so can you, by a reply to the mail that asks."
PASSED = "It is passed to {to}. You can still decide it, by a reply to the mail that asks."
IGNORED = "I leave it to the others, and ask you again only where nobody else is left. You can still decide it, by a reply to the mail that asks."
FORWARD = "A forwarded mail decides nothing. To decide, reply to the mail that asks."
NOT_YOURS = "That request was put to somebody else: ask them, or let them pass it to you."
HALTED = "Your answer counts. I am halted by {halt}: what it leads to begins once that is lifted, and you need do nothing more."


def voted(asked: Approval) -> str:
    """What whoever has approved this is told."""
    more = deciders.missing(asked)
    return f"You have approved this already; it needs {more} more {'person' if more == 1 else 'people'}."


def nearly(asked: object, by: str) -> str:
    """What whoever nearly decided this is told."""
    if isinstance(asked, Approval) and by in asked.votes:
        return voted(asked)
    return BUTTON if isinstance(asked, Approval) and not asked.typed else NEARLY
