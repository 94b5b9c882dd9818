"""Look-alikes: signs that pass for others in what is decided on: a letter of another alphabet inside a word, a dash that is no hyphen,
a letter in pieces that has a code of its own. A word that is of one alphabet as a whole is left as it is, whichever that is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# Of those whose letters are taken for each other; other scripts stand beside Latin letters in ordinary words.
_ALPHABETS = {
    name: re.compile(f"[{ranges}]")
    for name, ranges in (
        ("latin", "A-Za-z\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab64"),
        ("greek", "\u0370-\u03e1\u03f0-\u03ff\u1f00-\u1fff\u2126"),
        ("cyrillic", "\u0400-\u052f\u1c80-\u1c8f\ua640-\ua69f"),
        ("armenian", "\u0531-\u0587"),
        ("cherokee", "\u13a0-\u13fd\uab70-\uabbf"),
        ("coptic", "\u03e2-\u03ef\u2c80-\u2cff"),
        ("lisu", "\ua4d0-\ua4f7"),
        ("styled", "\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff"),
    )
}  # fmt: skip
# What JSON writes out is no part of the word behind it.
_WORD = re.compile(r"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|[bfnrt])|\w+")
# Drawn as a hyphen is; a dash before a word, and an en dash inside one. Between words in prose dashes are what they seem.
_DASH = re.compile(
    "[\u02d7\u2010-\u2012\u2043\u2212\ufe58\ufe63\uff0d]"
    "|\u2013(?=\\w)|(?<![^\\s\"'=:,(\\[{\u2013-\u2015])[\u2013-\u2015](?=[\\w\u2013-\u2015])"
)
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
# Of accents so many at once: how long putting them in order takes grows with the square.
_PIECES = re.compile(
    rf"\w?[{_ACCENTS}]{{1,30}}|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?"
    r"|[\u0374-\u0387\u0958-\u0fb9\u1f71-\u1fff\u2126-\u232a\u2adc\uf900-\ufb4f\U0001d15e-\U0001d1c0\U0002f800-\U0002fa1d]"
)
MARK = "⟨"
Write = Callable[[str], str]


def marked(text: str) -> str:
    """The text with its code point behind each look-alike (`a⟨U+0430⟩`)."""
    return _with(text, lambda sign: f"{sign}{MARK}U+{ord(sign):04X}⟩")


def spelled(json: str) -> str:
    """JSON in which they are written out (`\\u0430`), as is what begins a mark."""
    return _with(json, code).replace(MARK, code(MARK))


def code(sign: str) -> str:
    """The code point, as JSON and YAML write it."""
    return f"\\u{ord(sign):04x}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08x}"


def _with(text: str, write: Write) -> str:
    if text.isascii():
        return text
    text = _WORD.sub(lambda found: _word(found[0], write), text)
    text = _DASH.sub(lambda found: write(found[0]), text)
    return _PIECES.sub(lambda found: _pieces(found[0], write), text)


def _word(word: str, write: Write) -> str:
    """Most letters of a word say which alphabet it is of; of as many of two, Latin comes first."""
    if word.isascii():
        return word
    of = [_alphabet(sign) for sign in word]
    there = [name for name in _ALPHABETS if name in of]
    if len(there) < 2:
        return word
    main = max(there, key=of.count)
    return "".join(
        write(sign) if name not in ("", main) else sign for sign, name in zip(word, of, strict=True)
    )


def _alphabet(sign: str) -> str:
    return next((name for name, signs in _ALPHABETS.items() if signs.match(sign)), "")


def _pieces(found: str, write: Write) -> str:
    """What has a code of its own as a whole is written out but for its first sign, or that as well where it is alone."""
    if unicodedata.is_normalized("NFC", found):
        return found
    kept = 0 if len(found) == 1 or unicodedata.combining(found[0]) else 1
    return found[:kept] + "".join(map(write, found[kept:]))
