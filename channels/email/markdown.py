"""Markdown: one source as the two bodies of a mail: the text as it was written, and clean HTML of it.

Raw HTML stays text, no picture is fetched for whoever reads, and a link goes to the web or to a mail program alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from markdown_it import MarkdownIt

SCHEMES = frozenset(("http", "https", "mailto"))
_FONT = "font-family:-apple-system,Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#1d1c1d"
_CODE = "font-family:ui-monospace,Consolas,monospace;font-size:13px;background:#f4f4f4;padding:8px;white-space:pre-wrap"


def _valid(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in SCHEMES and url.isprintable()


def _engine() -> MarkdownIt:
    engine = (
        MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("image")
    )
    engine.validateLink = _valid
    return engine


_ENGINE = _engine()


def html(text: str) -> str:
    """The source as HTML, with its style in it: clients drop style sheets."""
    body = _ENGINE.render(text).replace("<pre>", f'<pre style="{_CODE}">')
    return f'<!DOCTYPE html>\n<html><body><div style="{_FONT}">\n{body}</div></body></html>\n'


def block(text: str) -> str:
    """A text that nothing in it can end or change: a fence longer than any in it."""
    longest = run = 0
    for sign in text:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
