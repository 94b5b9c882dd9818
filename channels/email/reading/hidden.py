"""Hidden: which elements of a mail nobody sees, by their attributes, their own style and simple rules of its style sheets.

What is hidden in some way that is not known here is seen: then a word more is read, and a verdict that is not alone is none. What is hidden
in some places or on some screens alone is seen too, and nothing is decided by such a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_STYLE = 100_000
MOST_RULES = 2_000
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<sign>[.#])?(?P<name>[\w-]+)?", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_BETWEEN = re.compile(r"[\s>+~]+")
_EVERYWHERE = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d*\.?\d+")
_WHITE = re.compile(
    r"white|#fff(?:fff)?(?:f{1,2})?|rgba?\(255,255,255(?:,[\d.]+)?\)|transparent|rgba\(\d+,\d+,\d+,0(?:\.0+)?\)"
)
_STRUCK = "line-through"
_SMALL = 2.0


def declared(style: str) -> dict[str, str]:
    """The properties of a style, small letters and no blanks; the last of two counts, as in a browser."""
    found: dict[str, str] = {}
    for part in style[:4_000].split(";"):
        name, _, value = part.partition(":")
        value = value.lower().replace("!important", "").replace(" ", "").strip()
        if value:
            found[name.strip().lower()] = value
    return found


def hides(style: Mapping[str, str]) -> bool:
    """Whether whatever has this style is not seen."""
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if "hide" in style.get("mso-hide", "") or style.get("mso-hide") == "all":
        return True
    if _is_none(style.get("opacity", "1"), 0.1) or _STRUCK in style.get(
        "text-decoration", ""
    ) + style.get("text-decoration-line", ""):
        return True
    if _is_none(style.get("font-size", "12px"), _SMALL):
        return True
    return _is_white(style) or _is_clipped(style)


def _is_white(style: Mapping[str, str]) -> bool:
    color, ground = (
        style.get("color", ""),
        style.get("background-color", "") or style.get("background", ""),
    )
    if not color:
        return False
    return bool(_WHITE.fullmatch(color) and (not ground or _WHITE.fullmatch(ground))) or (
        bool(ground) and color == ground
    )


def _is_clipped(style: Mapping[str, str]) -> bool:
    is_cut = style.get("overflow", "").startswith(("hidden", "clip"))
    sizes = [
        style[name]
        for name in ("max-height", "height", "max-width", "width", "line-height")
        if name in style
    ]
    if is_cut and any(_is_none(size, 1.0) for size in sizes):
        return True
    if "max-height" in style and _is_none(style["max-height"], 0.5):
        return True
    is_placed = style.get("position") in ("absolute", "fixed")
    away = (
        style.get(name, "")
        for name in ("left", "top", "right", "text-indent", "margin-left", "margin-top")
    )
    if any(_far(each) for each in away) and (
        is_placed or "text-indent" in style or "margin-left" in style or "margin-top" in style
    ):
        return True
    return (is_placed and style.get("clip", "").startswith("rect(0")) or "inset(100%)" in style.get(
        "clip-path", ""
    )


def _is_none(size: str, most: float) -> bool:
    found = _NUMBER.match(size)
    if found is None:
        return False
    scale = 12.0 if size.endswith(("em", "rem")) else 0.12 if size.endswith("%") else 1.0
    return float(found.group()) * scale <= most


def _far(size: str) -> bool:
    found = _NUMBER.match(size)
    return found is not None and float(found.group()) <= -500


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that names one element, class or id (`sign` is empty, a dot or a hash). One that is not `sure` may be for other places or screens."""

    sign: str
    name: str
    tag: str
    style: Mapping[str, str]
    sure: bool


class Styles:
    """The rules of a mail's style sheets."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._by_name: dict[tuple[str, str, str], dict[str, str]] = {}
        self._unsure = set[tuple[str, str, str]]()
        for each in rules:
            key = (each.sign, each.name, each.tag)
            if each.sure:
                self._by_name.setdefault(key, {}).update(each.style)
            elif hides(each.style):
                self._unsure.add(key)

    def hides(self, node: LexborNode) -> bool:
        """Whether this element is not seen."""
        names = node.attributes
        if "hidden" in names:
            return True
        style: dict[str, str] = {}
        for key in self._keys(node) if self._by_name else ():
            style.update(self._by_name.get(key, {}))
        if node.tag == "font" and names.get("color"):
            style["color"] = (names.get("color") or "").lower()
        style.update(declared(names.get("style") or ""))
        return bool(style) and hides(style)

    def may_hide(self, node: LexborNode) -> bool:
        """Whether a rule hides it in some places or on some screens."""
        return bool(self._unsure) and not self._unsure.isdisjoint(self._keys(node))

    def _keys(self, node: LexborNode) -> Iterator[tuple[str, str, str]]:
        """By what rules may name it, the weakest first."""
        names, tag = node.attributes, node.tag or ""
        yield "", tag, tag
        for each in (names.get("class") or "")[:1_000].lower().split():
            yield from ((".", each, ""), (".", each, tag))
        id = (names.get("id") or "").lower()
        yield from (("#", id, ""), ("#", id, tag))


def styles(tree: LexborHTMLParser) -> Styles:
    """The rules in the style elements of this document; sheets elsewhere are not fetched."""
    rules: list[Rule] = []
    left = MOST_STYLE
    for node in tree.css("style"):
        text = (node.text_content or node.text() or "")[:left]
        left -= len(text)
        for selectors, body, is_everywhere in _blocks(_uncommented(text)):
            rules += _rules(selectors, body, is_everywhere=is_everywhere)
            if len(rules) > MOST_RULES:
                return Styles(rules[:MOST_RULES])
        if left <= 0:
            break
    return Styles(rules)


def _uncommented(text: str) -> str:
    """One pass: a pattern would look for the end of each comment anew."""
    parts = text.replace("<!--", "").replace("-->", "").split("/*")
    return parts[0] + "".join(part.partition("*/")[2] for part in parts[1:])


def _blocks(text: str) -> Iterator[tuple[str, str, bool]]:
    """Selectors, what they declare, and whether that is so wherever the mail is read."""
    within, start = list[str](), 0
    for brace in _BRACE.finditer(text):
        said, start = text[start : brace.start()], brace.end()
        if brace[0] == "{":
            within.append(said.rpartition(";")[2].strip())
        elif within and not (selectors := within.pop()).startswith("@"):
            yield selectors, said, all(map(_EVERYWHERE.fullmatch, within))


def _rules(selectors: str, body: str, *, is_everywhere: bool) -> Iterator[Rule]:
    style = declared(body)
    for each in selectors.split(","):
        *around, last = _BETWEEN.split(each.strip())
        simple = _SIMPLE.fullmatch(last)
        if simple is None or bool(simple["sign"]) != bool(simple["name"]):
            continue
        tag = (simple["tag"] or "").lower()
        sign, name = simple["sign"] or "", (simple["name"] or tag).lower()
        if name:
            yield Rule(sign, name, tag, style, is_everywhere and not around)
