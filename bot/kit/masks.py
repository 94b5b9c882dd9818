"""Masks: what looks as if it opened a door is cut out of what is kept or logged, whoever wrote it there."""

from __future__ import annotations

import re

MASK = "[secret]"
# Slack's tokens (those of workspaces that installed the app are in no setting), Anthropic's keys, the ticket of a socket.
# No word need end before them: in JSON a line ends with a letter.
_DOORS = re.compile(
    r"x(?:app|ox[a-z](?:\.xox[a-z])?)-[A-Za-z0-9-]{8,}"
    r"|sk-ant-[A-Za-z0-9_-]{8,}"
    r"|(?<=[?&]ticket=)[^&\s'\"\\)>]+"
)


def masked(text: str) -> str:
    """The text without them; of JSON it leaves JSON."""
    return _DOORS.sub(MASK, text)
