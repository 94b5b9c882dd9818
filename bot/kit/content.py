"""Content: what is in a file, as text. What it is, its bytes say, not its name; what cannot be shown is said in one sentence.

A PDF is taken apart in a process of its own, without our environment, with little memory and little time.
"""

from __future__ import annotations

import asyncio
import codecs
import re
import sys
from contextlib import suppress
from pathlib import Path

MOST_CHARACTERS = 200_000
PDF_SECONDS = 30.0
_READER = Path(__file__).with_name("pdf.py")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a file begins with, and what people call it.
_KINDS = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a picture, sound or film"),
    (b"BM", "a BMP picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)
# Control characters that no text has, or not many of.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
EMPTY = "The file is empty."


async def content(found: bytes, kind: str) -> str:
    """The text of these bytes, at most so much of it, or the sentence that says why there is none."""
    if not found:
        return EMPTY
    if b"%PDF-" in found[:1024]:
        return await _pdf(found)
    if (text := _decoded(found)) is not None:
        return _clamped(text)
    return f"It is {_kind(found, kind)}, not text, so what is in it is not shown."


def _decoded(found: bytes) -> str | None:
    """The text that the bytes are; None: they are something else."""
    named = next((name for bom, name in _BOMS if found.startswith(bom)), None)
    for encoding in (named,) if named else ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = found.decode(encoding).removeprefix("\ufeff")
            return None if _BINARY.search(text) else text
    return None


def _kind(found: bytes, said: str) -> str:
    known = next((name for mark, name in _KINDS if found.startswith(mark)), None)
    if known or not said.startswith("image/"):
        return known or "something"
    return "a picture"


def _clamped(text: str) -> str:
    left = len(text) - MOST_CHARACTERS
    if left <= 0:
        return text if text.strip() else EMPTY
    return f"{text[:MOST_CHARACTERS]}\n[{left:,} more characters are left out]"


# ---- PDF -------------------------------------------------------------------------------------------------------------
async def _pdf(found: bytes) -> str:
    """Its text. Whatever it does to the process that reads it, that process alone ends."""
    reader = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_READER), str(MOST_CHARACTERS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(PDF_SECONDS):
            said, _ = await reader.communicate(found)
    except TimeoutError:
        return f"It is a PDF that was not read within {PDF_SECONDS:.0f} seconds."
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
        await reader.wait()
    if reader.returncode != 0:
        return "It is a PDF that cannot be read: it is broken, too large or made to be so."
    return said.decode(errors="replace")
