"""Own: what somebody wrote themselves, out of a reply that also holds what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.email.reading import quotes, signatures, tongues, verdicts

FENCE = "```"


@dataclass(frozen=True, slots=True)
class Own:
    """The words; `has_quotes` where answers stand between what they answer, `is_below` where the whole quote stood above them."""

    text: str
    has_quotes: bool = False
    is_below: bool = False


def of_reply(text: str, signer: signatures.Signer) -> Own:
    """Own words of a reply: quotes go, but for those that were answered point by point."""
    lines = text.split("\n")
    marks = _marked(lines)
    end, lead = _cut(lines, marks)
    if end < len(lines) and _answers_inside(lines[:lead]) and not any(marks[:end]):
        return Own(signer.without("\n".join([*lines[:lead], *lines[lead:]])), has_quotes=True)
    lines, marks = lines[:lead], marks[:lead]
    _typed(lines, marks)
    first = next((at for at, is_quote in enumerate(marks) if is_quote), len(lines))
    if first == len(lines):
        return Own(signer.without("\n".join(lines)))
    above = quotes.attribution(lines, _up(lines, first), is_marked=True)
    before = lines[: _up(lines, first) - above]
    rest, last = _trimmed(lines, marks, first, signer)
    if not last:
        return Own(signer.without("\n".join(before)))
    return _between(before, rest, marks[first : first + len(rest)], last, signer)


def quoted(text: str) -> str:
    """What a reply repeats of the mails before it, with who wrote them."""
    lines = text.split("\n")
    marks = _marked(lines)
    _, end = _cut(lines, marks)
    first = next((at for at, is_quote in enumerate(marks[:end]) if is_quote), end)
    start = _up(lines, first)
    if first < end:
        start -= quotes.attribution(lines, start, is_marked=True)
    marked = [line for at, line in enumerate(lines[first:end], first) if marks[at]]
    return "\n".join([*lines[start:first], *marked, *lines[end:]]).strip()


def of_new(text: str, signer: signatures.Signer) -> Own:
    """A mail that answers nothing: all of it, but for a signature with its mark."""
    return Own(signer.without(text))


def _marked(lines: Sequence[str]) -> list[bool]:
    """Which lines are quoted by a mark; what somebody fenced in as code is their own."""
    found, is_code = list[bool](), False
    closes = sum(1 for line in lines if line.lstrip().startswith(FENCE))
    for line in lines:
        if line.lstrip().startswith(FENCE) and (is_code or closes > 1):
            is_code = not is_code
            closes -= 1
        found.append(not is_code and quotes.depth(line) > 0)
    return found


def _typed(lines: Sequence[str], marks: list[bool]) -> None:
    """A line or two with a mark that somebody typed: the client's own quote begins further down, with who wrote it inside."""
    first = next((at for at, is_quote in enumerate(marks) if is_quote), len(lines))
    if quotes.attribution(lines, _up(lines, first), is_marked=True):
        return
    for at in range(first, min(first + 6, len(lines))):
        said = lines[at].lstrip("> ")
        if marks[at] and quotes.wrote(said) and quotes.dated(said):
            if at > first and not lines[at - 1].strip():
                marks[first:at] = [False] * (at - first)
            return


def _cut(lines: Sequence[str], marks: Sequence[bool]) -> tuple[int, int]:
    """Where a quote without marks begins to the end of the mail, and where the lines that lead to it begin."""
    for at, line in enumerate(lines):
        if marks[at] or not line.strip():
            continue
        if quotes.original(line) or (at and quotes.passed_on(line)):
            return at, _before_rule(lines, at)
        if quotes.head(lines, at):
            return at, _before_rule(lines, at)
        if quotes.wrote(line) and not _is_quote_next(lines, marks, at + 1):
            count = quotes.attribution(lines, at + 1, is_marked=False)
            if count:
                return at, _before_rule(lines, at + 1 - count)
    return len(lines), len(lines)


def _before_rule(lines: Sequence[str], at: int) -> int:
    """Rules and empty lines above a quote belong to it."""
    while at and (
        not lines[at - 1].strip() or quotes.rule(lines[at - 1]) or quotes.original(lines[at - 1])
    ):
        at -= 1
    return at


def _is_quote_next(lines: Sequence[str], marks: Sequence[bool], at: int) -> bool:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and marks[at]


def _up(lines: Sequence[str], at: int) -> int:
    """The end of the last line above that says something."""
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _trimmed(
    lines: list[str], marks: list[bool], first: int, signer: signatures.Signer
) -> tuple[list[str], int]:
    """The lines from the first quote on without signature, and where the last own words in them end; 0: there are none."""
    rest = lines[first:]
    cut = len(signer.without_lines(rest))
    rest = rest[:cut]
    last = max(
        (at + 1 for at, line in enumerate(rest) if line.strip() and not marks[first + at]),
        default=0,
    )
    return rest, last


def _between(
    before: list[str], rest: list[str], marks: Sequence[bool], last: int, signer: signatures.Signer
) -> Own:
    """Own words below a quote: the answer to all of it, or answers between its lines."""
    blocks = sum(
        1 for at in range(last) if marks[at] and (at == 0 or not _same_block(marks, rest, at))
    )
    below = [line for at, line in enumerate(rest[:last]) if not marks[at]]
    above = "\n".join(before).strip()
    said_above = bool(above) and verdicts.ungreeted(f"{above}\n-") != "-"
    quoted = sum(1 for at in range(last) if marks[at] and rest[at].strip("> "))
    if blocks == 1 and not said_above and quoted > 2:
        return Own(signer.without("\n".join([*before, "", *below]).strip()), is_below=True)
    return Own("\n".join([*before, "", *rest[:last]]).strip(), has_quotes=True)


def _same_block(marks: Sequence[bool], rest: Sequence[str], at: int) -> bool:
    """Whether only empty lines stand between this quoted line and the one before."""
    at -= 1
    while at >= 0 and not marks[at]:
        if rest[at].strip():
            return False
        at -= 1
    return at >= 0


def _answers_inside(lines: Sequence[str]) -> bool:
    """Whether these few words say that the answers stand in the quote."""
    said = " ".join(quotes.plain(line) for line in lines if line.strip())
    return len(said) < 200 and any(_holds(said, each) for each in tongues.INLINE)


def _holds(said: str, words: str) -> bool:
    if not words.isascii():
        return words in said
    at = said.find(words)
    return (
        at >= 0
        and not said[at - 1 : at].isalnum()
        and not said[at + len(words) : at + len(words) + 1].isalnum()
    )
