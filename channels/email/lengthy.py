"""Lengthy: a result that is too long for a mail is begun in it and goes along whole, as a text file; clients cut long mails off without a word."""

from __future__ import annotations

from channels.email.compose import File

# Gmail cuts at 102 kB of HTML, which is several times its text.
MOST_CHARACTERS = 20_000
NAME = "result.txt"
_FENCE = "```"


def fitted(text: str) -> tuple[str, tuple[File, ...]]:
    """The text as it stands in the mail, and what goes along with it."""
    if len(text) <= MOST_CHARACTERS:
        return text, ()
    begun = _begun(text)
    note = f"*That is the beginning of {len(text):,} characters; all of it is in {NAME}.*"
    return f"{begun}\n\n{note}", (File(NAME, "text/plain", text.encode("utf-8", "replace")),)


def _begun(text: str) -> str:
    """Its beginning, up to the end of a paragraph or a line, with an open block of code closed."""
    head = text[:MOST_CHARACTERS]
    ends = (head.rfind("\n\n"), head.rfind("\n"), head.rfind(" "), len(head))
    end = next(each for each in ends if each > MOST_CHARACTERS // 2)
    begun = head[:end].rstrip()
    is_open = sum(line.startswith(_FENCE) for line in begun.split("\n")) % 2
    return f"{begun}\n{_FENCE}" if is_open else begun
