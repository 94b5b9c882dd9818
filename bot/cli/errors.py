"""Errors: why a command ends other than well. Each is one sentence for stderr; its class is the exit status."""

from __future__ import annotations

DONE, FAILED, WRONG = 0, 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141
INTERRUPTED_TEXT = "Interrupted; nothing was written."


class Failed(Exception):
    """Tried, and it did not work, or it was decided already."""


class Wrong(Exception):
    """Wrong words, or no such thing."""
