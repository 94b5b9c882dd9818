"""PDF: the text of the PDF on standard input, in a process of its own that is given little memory and little time.

`python -I pdf.py CHARACTERS`. It prints the text, or the sentence that says why there is none; broken ones end it with another status.
"""

from __future__ import annotations

import logging
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PdfReader

MEMORY_BYTES = 600_000_000
CPU_SECONDS = 20
MOST_PAGES = 300


def main() -> None:
    """Limits first: what is read next may have been made to exhaust whoever reads it."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    logging.disable()
    sys.stdout.buffer.write(
        _read(sys.stdin.buffer.read(), int(sys.argv[1])).encode(errors="replace")
    )


def _read(found: bytes, most: int) -> str:
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(found))
    if reader.is_encrypted and not reader.decrypt(""):
        return "It is a PDF that is locked with a password."
    parts: list[str] = []
    for part in _pages(reader):
        parts.append(part)
        if sum(map(len, parts)) > most:
            return "\n\n".join(parts)[:most] + "\n[the rest is left out]"
    text = "\n\n".join(parts)
    return (
        text
        if text.strip()
        else f"It is a PDF of {len(reader.pages)} pages without text: scans, perhaps."
    )


def _pages(reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, 1):
        if number > MOST_PAGES:
            yield f"[{len(reader.pages) - MOST_PAGES} more pages are left out]"
            return
        yield page.extract_text()


if __name__ == "__main__":
    main()
