"""Elements: what clients mean by the elements of their HTML: quotes and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

_SIGNATURES = re.compile(
    r"gmail_signature|moz-signature|protonmail_signature_block|zm-_id_-sgn\b|^signature$|^ms-outlook-mobile-signature$|ymail_.*signature|^tutanota-sig|yahoo-signature",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"^(?:blockquote_zmail|isreplycontent)$", re.IGNORECASE)


def children(node: LexborNode) -> Iterator[LexborNode]:
    """What is in it, in its order."""
    child = node.child
    while child is not None:
        yield child
        child = child.next


def is_quote(node: LexborNode) -> bool:
    """Whether it holds somebody else's words."""
    if node.tag != "blockquote" and node.tag != "div":
        return False
    names = node.attributes
    said = " ".join((names.get("style") or "", names.get("class") or ""))
    if node.tag == "blockquote":
        # A client's own way to indent is no quote.
        return (
            "border:none" not in said.replace(" ", "").lower()
            or (names.get("type") or "").lower() == "cite"
        )
    return bool(_QUOTES.match(names.get("id") or ""))


def is_signature(node: LexborNode) -> bool:
    """Whether the client says that it is a signature."""
    if node.tag not in ("div", "span", "table", "pre", "p"):
        return False
    names = node.attributes
    return any(
        _SIGNATURES.search(each)
        for each in ((names.get("class") or ""), (names.get("id") or ""))
        if each
    )
