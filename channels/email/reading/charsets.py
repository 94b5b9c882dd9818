"""Charsets: octets as text, whatever their sender says they are.

The name that a mail gives is tried first; what it cannot be is read as UTF-8, else as Windows-1252, which reads anything
(WHATWG Encoding, 4.2: what `iso-8859-1` means to every client).
"""

from __future__ import annotations

import codecs
import re
import unicodedata

# What clients write, and what their octets are.
_MEANT = {
    "us-ascii": "utf-8", "ascii": "utf-8", "": "utf-8", "unknown-8bit": "utf-8", "utf8": "utf-8", "x-unknown": "utf-8",
    "iso-8859-1": "windows-1252", "latin-1": "windows-1252", "latin1": "windows-1252",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "hz-gb-2312": "hz",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "iso-8859-8-i": "iso-8859-8", "x-mac-roman": "mac_roman", "utf-7": "utf-8", "unicode-1-1-utf-7": "utf-8",
}  # fmt: skip
_ONE_OCTET = re.compile(r"windows-125\d|iso-8859-\d+|koi8-[ru]|cp125\d|mac_roman")
_CHARSET = re.compile(
    r"utf-(?:8|16|32)(?:-[bl]e)?(?:-sig)?|ascii|iso8859-\d+|cp\d+|koi8-[rut]|gb\w+|hz|big5\w*|euc_\w+|shift_jis\w*|iso2022_\w+|mac-\w+|tis-620|johab"
)
# A letter of one of these octets is rare in any text, two in a row are UTF-8 that was taken for it.
_LIKE_UTF8 = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(octets: bytes, charset: str) -> str:
    """These octets as text, with line feeds alone and no control characters."""
    return clean(_decoded(octets, charset))


def clean(found: str) -> str:
    """Line feeds alone, composed letters, and nothing that a terminal would take for an order."""
    found = found.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = found.encode("utf-8", "replace").decode("utf-8")
    return _CONTROLS.sub("", unicodedata.normalize("NFC", found))


def _decoded(octets: bytes, charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    if _ONE_OCTET.fullmatch(name) and _LIKE_UTF8.search(octets):
        # Any octets are text in such a charset: they are UTF-8 where they can be.
        name = name if _as(octets, "utf-8") is None else "utf-8"
    for each in (name, "utf-8", "windows-1252"):
        found = _as(octets, each)
        if found is not None:
            return found
    return octets.decode("latin-1")


def _as(octets: bytes, name: str) -> str | None:
    """These octets in that charset. Codecs that are none of a mail's, such as those of programs, are no charsets."""
    try:
        codec = codecs.lookup(name).name
        return octets.decode(codec) if _CHARSET.fullmatch(codec) else None
    except (LookupError, UnicodeError, ValueError):
        return None
