"""Signatures: what stands below somebody's words and was not written for this mail: names, apps' lines, notices, lists' footers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels.email.reading import quotes, reserved, tongues

MOST_LINES = 14
LONG_LINE = 90
_APPS = tuple(each.casefold() for each in tongues.APPS)
_NOTICES = tuple(each.casefold() for each in tongues.NOTICES)
_CLOSINGS = frozenset(each.casefold() for each in tongues.CLOSINGS)
_FOOTER = re.compile(
    r"(?:you received this message because|to unsubscribe|mailing list|um sich abzumelden|_{30,}|pour vous désabonner|se désabonner)",
    re.IGNORECASE,
)
_BEGIN = "-----begin pgp signature-----"
_SIGNED = "-----begin pgp signed message-----"
_DEVICE = re.compile(
    r"i-?(?:phone|pad|os)\b|android|galaxy|samsung|huawei|honor|pixel|xiaomi|redmi|oneplus|nokia|motorola|blackberry|windows|\bmac\b|phone|handy|smart|tablet|telefon|t[eé]l[eé]|\bm[oó]vil|\bmobi|portable|celular"
    r"|outlook(?! for )|e?-?mail|courrier|correo|poczt|posta|yahoo|gmail|proton|tuta|spark|airmail|newton|zoho|gmx|web\.de|fairemail|k-9|aquamail|bluemail|thunderbird|superhuman|hey\b|\bapp\b|gerät|toestel|dispositivo|appareil",
    re.IGNORECASE,
)
_FACTS = re.compile(
    r"\+?\d[\d ()/.-]{6,}|@|\bwww\.|https?://|[|•·]|\b(?:gmbh|ltd|inc|llc|s\.a\.|sarl|srl|b\.v\.|ab|tel|phone|mobil|mobile|fax)\b",
    re.IGNORECASE,
)


class Signer:
    """Who signs: the name that the mail's sender has, and what their client marked as their signature."""

    def __init__(self, name: str = "", marked: Sequence[str] = (), address: str = "") -> None:
        self._name = quotes.plain(name)
        self._names = frozenset(self._name.split())
        self._address = address
        self._marked = frozenset(quotes.plain(line) for line in marked if line.strip())

    def without(self, text: str) -> str:
        """The text without what stands below it."""
        return "\n".join(self.without_lines(_unsigned(text.split("\n")))).strip("\n")

    def without_lines(self, lines: Sequence[str]) -> list[str]:
        """These lines without what stands below the last words."""
        found = _stripped(list(lines))
        for _ in range(8):
            before = len(found)
            for each in (
                self._delimited,
                self._footed,
                self._app,
                self._notice,
                self._client,
                self._closed,
                self._named,
            ):
                found = _stripped(each(found))
            if len(found) == before:
                break
        return found

    def _delimited(self, lines: list[str]) -> list[str]:
        """The mark that clients set (RFC 3676, 4.3); below it a signature is short, and a patch goes on."""
        for at in range(len(lines) - 1, max(-1, len(lines) - 3 * MOST_LINES), -1):
            if lines[at] in ("-- ", "--\u00a0") or (
                lines[at].strip() in ("--", "—", "–") and _is_card(lines[at + 1 :])
            ):
                return lines[:at]
        return lines

    def _footed(self, lines: list[str]) -> list[str]:
        """What a list adds below a line of its own."""
        for at in range(max(0, len(lines) - MOST_LINES), len(lines)):
            if quotes.rule(lines[at]) and (
                at + 1 == len(lines) or any(_FOOTER.search(line[:400]) for line in lines[at + 1 :])
            ):
                return lines[:at]
        for at in range(max(0, len(lines) - 6), len(lines)):
            if quotes.plain(lines[at][:200]).startswith("you received this message because"):
                return lines[:at]
        return lines

    def _app(self, lines: list[str]) -> list[str]:
        """One line, or two where it was broken, at the very end."""
        for count in (1, 2):
            if len(lines) < count:
                break
            said = quotes.plain(" ".join(lines[-count:])[:300])
            if len(said) < 140 and (
                "<https://aka.ms/" in said
                or _names_app(said.lstrip("-–—* <["))
                or said.rstrip(" .").endswith(
                    ("から送信", "'umdan gönderildi", "gönderildi", "에서 보냄")
                )
            ):
                alone = count == len(lines) or not lines[-count - 1].strip() or count == 1
                if alone:
                    return lines[:-count]
        return lines

    def _notice(self, lines: list[str]) -> list[str]:
        """One of the last paragraphs where it begins as a notice does, and what follows it."""
        found, at = lines, len(lines)
        for _ in range(4):
            at = _paragraph(lines[:at])
            said = quotes.plain(lines[at][:200]).lstrip("*_ ") if at < len(lines) else ""
            below = " ".join(lines[at:])
            # Who begins a sentence of their own with such words says nothing that lawyers say.
            is_notice = len(below) > 60 and reserved.NOTICE.search(below) is not None
            if said.startswith(_NOTICES) and is_notice and any(map(str.strip, lines[:at])):
                found = lines[:at]
            while at and not lines[at - 1].strip():
                at -= 1
            if not at:
                break
        return found

    def _client(self, lines: list[str]) -> list[str]:
        """The lines at the end that the client itself said are a signature."""
        end = len(lines)
        while end and (
            quotes.plain(lines[end - 1]) in self._marked
            or (not lines[end - 1].strip() and end < len(lines))
        ):
            end -= 1
        return lines[:end]

    def _closed(self, lines: list[str]) -> list[str]:
        """From a formula of leave on, where no sentence follows it."""
        for at in range(max(0, len(lines) - MOST_LINES), len(lines)):
            said = quotes.plain(lines[at][:120])
            if not at or not self._leaves(said):
                continue
            if _is_card(lines[at + 1 :]):
                return lines[:at]
        return lines

    def _leaves(self, said: str) -> bool:
        """Whether this line is a formula of leave, alone or with a name."""
        said = said.rstrip(" ,.!;،。")
        formula, _, name = said.partition(",")
        if said in _CLOSINGS or (formula in _CLOSINGS and len(name.split()) <= 3):
            return True
        words = said.split()
        known = next((count for count in (1, 2) if set(words[-count:]) <= self._names), 0)
        return (
            bool(known) and len(words) > known and " ".join(words[:-known]).rstrip(",") in _CLOSINGS
        )

    def _named(self, lines: list[str]) -> list[str]:
        """A paragraph that begins with the sender's name and is no sentence."""
        for at in range(max(1, len(lines) - MOST_LINES), len(lines)):
            if lines[at - 1].strip() or not self._name:
                continue
            said = quotes.plain(lines[at][:200]).strip("*_ ,.")
            if said == self._address and _is_card(lines[at + 1 :]):
                return lines[:at]
            if said and self._is_name(said) and _is_card(lines[at + 1 :]):
                return lines[:at]
        return lines

    def _is_name(self, said: str) -> bool:
        if said == self._name:
            return True
        return said.startswith(self._name) and said[len(self._name) :].lstrip()[:1] in (
            "|",
            "-",
            "–",
            "·",
            ",",
            "(",
            "•",
        )


def _names_app(said: str) -> bool:
    """Whether this begins as the line of an app does and names an app or a device: people send things from places too."""
    begun = next((each for each in _APPS if said.startswith(each)), "")
    return bool(begun) and (not begun.isascii() or _DEVICE.search(said) is not None)


def _is_card(lines: Sequence[str]) -> bool:
    """Whether these lines are names, numbers and places, and no sentences."""
    said = [line for line in lines if line.strip()]
    if len(said) > MOST_LINES:
        return False
    return all(
        len(line) <= LONG_LINE and not (_is_sentence(line) and not _FACTS.search(line))
        for line in said
    )


def _is_sentence(line: str) -> bool:
    said = line.strip()
    is_long = len(said.split()) > 3
    return is_long and (said.endswith((".", "!", "?", ":", "。", "？")) or said[:1].islower())


def _paragraph(lines: Sequence[str]) -> int:
    """Where the last paragraph begins."""
    at = len(lines)
    while at and lines[at - 1].strip():
        at -= 1
    return at


def _stripped(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip(" \t\u00a0\u200b"):
        end -= 1
    return lines[:end]


def _unsigned(lines: list[str]) -> list[str]:
    """The text of a message that is signed inline (RFC 9580, 7): the armour goes, and the dashes that were escaped."""
    first = next(
        (at for at, line in enumerate(lines[:40]) if line.strip().casefold() == _SIGNED), None
    )
    if first is None:
        return lines
    end = next(
        (at for at in range(first, len(lines)) if lines[at].strip().casefold() == _BEGIN),
        len(lines),
    )
    begin = next((at for at in range(first, end) if not lines[at].strip()), first)
    return [line.removeprefix("- ") for line in lines[begin + 1 : end]]
