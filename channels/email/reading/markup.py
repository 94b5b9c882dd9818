"""Markup: the HTML of a mail as the text that a person sees of it; quotes get their marks, what is hidden is not there.

The tree is lexbor's (WHATWG HTML), walked without recursion. Nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.reading import hidden
from channels.email.reading.elements import children, is_quote, is_signature

MOST_NODES = 200_000
_GONE = frozenset(
    (
        *("script", "style", "head", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math", "textarea", "select"),
        *("input", "button", "meta", "link", "img", "audio", "video", "canvas", "map", "del", "s", "strike"),
    )
)  # fmt: skip
_BLOCK = frozenset(
    (
        *("p", "div", "table", "tr", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "blockquote"),
        *("section", "article", "header", "footer", "center", "address", "main", "form", "fieldset", "body", "html", "tbody", "thead"),
        *("tfoot", "caption", "figure"),
    )
)  # fmt: skip
_APART = frozenset(("p", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "blockquote"))  # fmt: skip
_CELL = frozenset(("td", "th"))
_SPACE = re.compile(r"[ \t\n\f\r]+")
RULE = "________________________________"


@dataclass(slots=True)
class Seen:
    """What is seen of it. `signatures` are lines that the client itself marked as a signature; `is_whole` is false where it was too much, or some may not see all of it."""

    text: str = ""
    signatures: list[str] = field(default_factory=list[str])
    is_whole: bool = True


def seen(html: str) -> Seen:
    """The text that a person sees."""
    tree = LexborHTMLParser(html)
    root = tree.body
    if root is None:
        return Seen()
    writer = _Writer(hidden.styles(tree))
    writer.walk(root)
    return Seen(writer.text(), writer.signatures, writer.is_whole)


class _Writer:
    """Lines, each with how deeply it is quoted."""

    def __init__(self, styles: hidden.Styles) -> None:
        self._styles = styles
        self._lines: list[str] = []
        self._now: list[str] = []
        self._quotes = 0
        self._pre = 0
        self._signing = 0
        self._bullet = ""
        self.signatures: list[str] = []
        self.is_whole = True

    def text(self) -> str:
        self._end()
        return "\n".join(self._lines)

    def walk(self, root: LexborNode) -> None:
        """Every node in its order, its end after its children."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        count = 0
        while stack:
            node, is_end = stack.pop()
            if is_end:
                self._close(node)
                continue
            count += 1
            if count > MOST_NODES or len(stack) > MOST_NODES:
                self.is_whole = False
                return
            if node.tag == "-text":
                self._say(node.text_content or "")
                continue
            if not self._open(node):
                continue
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(children(node))))

    def _open(self, node: LexborNode) -> bool:
        """Whether its children are seen."""
        tag = node.tag or ""
        if tag.startswith(("-", "!", "_")) or tag in _GONE or self._styles.hides(node):
            return False
        if self._styles.may_hide(node):
            self.is_whole = False
        if tag == "br":
            self._break()
            return False
        if tag in _BLOCK:
            self._end()
        if tag in _APART:
            self._gap()
        if tag == "hr":
            self._lines.append(self._mark() + RULE)
        elif tag == "li":
            self._bullet = "- "
        elif tag == "pre":
            self._pre += 1
        if is_quote(node):
            self._quotes += 1
        if is_signature(node):
            self._end()
            self._signing += 1
        return True

    def _close(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _CELL:
            self._now.append("  ")
        if tag in _BLOCK or is_signature(node):
            self._end()
        if tag == "pre":
            self._pre -= 1
        if is_quote(node):
            self._quotes -= 1
        if tag in _APART:
            self._gap()
        if is_signature(node):
            self._signing -= 1

    def _say(self, said: str) -> None:
        if self._pre:
            first, *rest = said.split("\n")
            self._now.append(first)
            for line in rest:
                self._break()
                self._now.append(line)
            return
        said = _SPACE.sub(" ", said)
        if said == " " and not self._now:
            return
        self._now.append(said)

    def _break(self) -> None:
        """A line end that was asked for; an empty line is one too."""
        self._line()

    def _end(self) -> None:
        """The end of a block: no empty line of its own."""
        if "".join(self._now).strip(" \u00a0"):
            self._line()
        self._now = []

    def _gap(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark().rstrip())

    def _line(self) -> None:
        said = "".join(self._now)
        said = said.rstrip() if self._pre else said.strip(" ")
        if self._bullet and said:
            said, self._bullet = self._bullet + said, ""
        if self._signing and said.strip():
            self.signatures.append(said.strip())
        self._lines.append(self._mark() + said if said else self._mark().rstrip())
        self._now = []

    def _mark(self) -> str:
        return ">" * self._quotes + " " if self._quotes else ""
