"""The `bot` command: words in, an exit status out. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    from bot.cli.start import run

    sys.exit(run(sys.argv[1:]))
