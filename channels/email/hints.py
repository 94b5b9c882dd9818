"""Hints: the fixed sentences that a mail is answered with where it decided nothing. The model writes none of them."""

NEARLY = "I read your mail as a message, and nothing is decided by it. To approve, reply to the card with one line: `approve`. To refuse, reply `deny` and a reason."
UNADDRESSED = "Nothing is decided by that: to decide, reply to the mail that asks, so that your answer goes to the address that it gives."
UNCLEAR = "It is not clear which request you mean, so nothing is decided: reply to the mail that asks for it, and to that address alone."
LASTING = "A mail approves the one call on its card and nothing for a while, so nothing is decided by that: to approve it, reply `approve` alone. For a while it is done where buttons are, or at the terminal."
EDIT = "Nothing was changed. Below the line `edit` write `name: value` lines, one for each argument that is to change."
DOUBT = "Your mail can be read in two ways, so nothing is decided by it. Please reply again with one line of plain text."
FORWARD = "A forwarded mail decides nothing. To decide, reply to the mail that asks."
