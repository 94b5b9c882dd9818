"""Visible: text in which nothing hides. What a reader cannot see is written out as its code point."""

from __future__ import annotations

import re

# Control characters but tab and line feed, line separators, bidirectional controls, lone surrogates, what Unicode calls
# default ignorable (zero-width, fillers, tags, variation selectors but the emoji one), noncharacters, and
# the format controls of hieroglyphs.
HIDDEN_RANGES = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0e"
    "\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U00016fe4\U0001d159\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
) + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
# Look like a space and are none. Prose needs them (French, Japanese); in what is decided on they are written out.
_LOOK_ALIKES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HIDDEN = re.compile(f"[{HIDDEN_RANGES}]")
_ESCAPED = re.compile(
    r"(?<!\\)\\++u(?:00ad|034f|061c|180[b-f]|200[b-f]|202[a-e]|206[0-9a-f]|fe0[0-9a-e]|feff)",
    re.IGNORECASE,
)
_INEXACT = re.compile(f"[{HIDDEN_RANGES}{_LOOK_ALIKES}]")


def visible(text: str) -> str:
    """The text with everything hidden written out (`\\u202e`); tabs and line feeds stay."""
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text  # A tenth of what looking for every hidden character costs.
    return _HIDDEN.sub(_written_out, text)


def bare(text: str) -> str:
    """The text without what nobody sees, also as JSON writes that, be it within JSON; the very same where there is nothing."""
    if text.isascii() and "\\u" not in text:
        return text
    left = _ESCAPED.sub("", _HIDDEN.sub("", text))
    return text if left == text else left


def on_one_line(text: str) -> str:
    """The same, with tabs and line feeds written out too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def exact(text: str) -> str:
    """The text with everything hidden written out, and every space that is not the plain one."""
    return _INEXACT.sub(_written_out, text)


def is_exact(text: str) -> bool:
    return _INEXACT.search(text) is None


def shortened(text: str, most: int) -> str:
    """At most so many characters; an ellipsis stands for the rest."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
