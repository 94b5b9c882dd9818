"""Verdicts: the words of a mail that decide something, when they are all that it says. Closed lists, one row a language.

What is not in them is a message: a question, a condition or one word more makes it one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.core import words as core
from channels.email.reading import reserved

Kind = Literal["approve", "deny", "edit", "pass", "later"]
Leaning = Literal["for", "against"]

APPROVE = {
    **core.APPROVE, "fr": ("approuver",), "es": ("aprobar",), "pt": ("aprovar",), "it": ("approvare",), "nl": ("goedkeuren",),
    "sv": ("godkänn",), "pl": ("zatwierdź",), "ru": ("утвердить",), "ja": ("承認", "承認します"), "zh": ("批准",),
}  # fmt: skip
DENY = {
    **core.DENY, "fr": ("refuser",), "es": ("rechazar",), "pt": ("rejeitar",), "it": ("rifiutare",), "nl": ("afwijzen",),
    "sv": ("avslå",), "pl": ("odrzuć",), "ru": ("отклонить",), "ja": ("却下", "却下します"), "zh": ("拒绝",),
}  # fmt: skip
EDIT = {"en": ("edit",), "de": ("ändern", "bearbeiten")}
# What people write in the place of a verdict, beside what the core has of English and German: it decides nothing, and they are told how it is done.
NEARLY_FOR = {
    "fr": ("oui", "d'accord", "j'approuve", "approuvé", "approuvée", "validé", "je valide"),
    "es": ("sí", "si", "de acuerdo", "vale", "apruebo", "aprobado", "aprobada"),
    "pt": ("sim", "de acordo", "aprovo", "aprovado", "aprovada"),
    "it": ("sì", "si", "d'accordo", "va bene", "approvo", "approvato", "approvata"),
    "nl": ("ja", "akkoord", "goedgekeurd", "ik keur het goed"),
    "sv": ("ja", "okej", "godkänt", "godkänd", "jag godkänner", "godkännes"),
    "pl": ("tak", "zgoda", "zatwierdzam", "zatwierdzone"),
    "ru": ("да", "согласен", "согласна", "утверждаю", "утверждено", "одобряю", "одобрено", "одобрить"),
    "ja": ("はい", "了解", "了解です", "了解しました", "承認いたします", "承認済み", "同意します"),
    "zh": ("是", "好", "好的", "可以", "同意", "我批准", "已批准"),
}  # fmt: skip
NEARLY_AGAINST = {
    "en": ("not now", "not yet", "not today", "not approved", "i don't approve", "i do not approve"), "de": ("nicht jetzt", "noch nicht", "nicht genehmigt", "nicht freigegeben"),
    "fr": ("non", "je refuse", "refusé", "refusée"), "es": ("no", "rechazo", "rechazado", "rechazada"), "pt": ("não", "rejeito", "rejeitado", "rejeitada"),
    "it": ("no", "rifiuto", "rifiutato", "rifiutata"), "nl": ("nee", "afgewezen", "afgekeurd"), "sv": ("nej", "avslaget", "avslås"),
    "pl": ("nie", "odrzucam", "odrzucone"), "ru": ("нет", "отклоняю", "отклонено"), "ja": ("いいえ", "却下いたします"), "zh": ("否", "不同意", "我拒绝"),
}  # fmt: skip
NEARLY = {each: (*NEARLY_FOR.get(each, ()), *row) for each, row in NEARLY_AGAINST.items()}
# Said beside such words they change nothing; alone they are none.
COURTESIES = {
    "en": ("thanks", "thank you", "thx", "cheers"), "de": ("danke", "vielen dank", "danke schön"), "fr": ("merci", "merci beaucoup", "s'il te plaît", "s'il vous plaît"),
    "es": ("gracias", "muchas gracias", "por favor"), "pt": ("obrigado", "obrigada", "por favor"), "it": ("grazie", "grazie mille", "per favore"),
    "nl": ("dank je", "dank u", "bedankt", "dank je wel"), "sv": ("tack", "tack så mycket"), "pl": ("dziękuję", "dzięki", "proszę"),
    "ru": ("спасибо", "пожалуйста"), "ja": ("ありがとう", "ありがとうございます", "お願いします"), "zh": ("谢谢", "谢谢您", "请"),
}  # fmt: skip
# Between a refusal and its reason.
BECAUSE = {
    "en": ("because", "since", "as"), "de": ("weil", "da", "denn"), "fr": ("parce que", "parce qu'", "car"), "es": ("porque", "ya que"),
    "pt": ("porque", "pois"), "it": ("perché", "poiché"), "nl": ("omdat", "want"), "sv": ("eftersom", "för att", "därför att"),
    "pl": ("ponieważ", "bo", "gdyż"), "ru": ("потому что", "так как"), "ja": ("理由",), "zh": ("因为", "理由"),
}  # fmt: skip
GREETINGS = {
    "en": ("hi", "hello", "hey", "dear", "good morning", "good afternoon", "good evening", "morning"),
    "de": ("hallo", "hi", "liebe", "lieber", "guten tag", "guten morgen", "guten abend", "moin", "servus", "sehr geehrte", "sehr geehrter", "grüß gott"),
    "fr": ("bonjour", "bonsoir", "salut", "cher", "chère"), "es": ("hola", "buenos días", "buenas tardes", "buenas", "estimado", "estimada"),
    "pt": ("olá", "oi", "bom dia", "boa tarde", "boa noite", "caro", "cara", "prezado", "prezada"), "it": ("ciao", "buongiorno", "buonasera", "salve", "gentile"),
    "nl": ("hallo", "hoi", "dag", "beste", "goedemorgen", "goedemiddag", "goedenavond"), "sv": ("hej", "hejsan", "god morgon", "hallå", "bästa"),
    "pl": ("cześć", "dzień dobry", "hej", "witam", "witaj", "dobry wieczór"), "ru": ("привет", "здравствуйте", "добрый день", "доброе утро", "добрый вечер", "уважаемый", "уважаемая"),
    "ja": ("こんにちは", "おはようございます", "お疲れ様です", "お疲れさまです", "お世話になっております", "お世話になります"), "zh": ("你好", "您好", "大家好", "早上好"),
}  # fmt: skip

_FINAL = " .!。！"
_ASKS = ("?", "？", "؟")
_GREETS = ",.!:，、。！：;"
_NAMES = rf"(?:[ \t]+@?[\w.'’-]{{1,40}}){{0,3}}[ \t]*[{_GREETS}]?"
# Small letters begin no other name.
_ALL = frozenset((
    "all", "bot", "everyone", "everybody", "folks", "team", "there", "alle", "zusammen", "tous", "équipe", "todos", "todas", "tutti", "tutte",
    "allemaal", "iedereen", "allen", "alla", "wszystkim", "всем", "коллеги",
))  # fmt: skip
_NOBODY = re.compile(
    r"\b(?:no|nope|nah|not|nothing|none|never|later|tomorrow|maybe|perhaps|almost|please|bitte|nichts|später|vielleicht|don|cannot|can|won|wait|stop|hold|nein|nicht|kein\w*|niemals|warte\w*|non|pas|attend\w*|espera\w*|não|espere|aspetta|niet|wacht|inte|vänta|nie|poczekaj|czekaj|не|нет|подожд\w*|нельзя)\b"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a mail decides, and the reason, name, time or block that comes with it."""

    word: Kind
    rest: str = ""


def _all(rows: dict[str, tuple[str, ...]]) -> list[str]:
    found = {each.casefold() for row in rows.values() for each in row}
    return sorted(found, key=lambda each: (-len(each), each))


_APPROVE = frozenset(_all(APPROVE))
_EDIT = frozenset(_all(EDIT))
_EDITS = re.compile(rf"(?:{'|'.join(_all(EDIT))})\b")
_ALMOST = frozenset(_all(NEARLY))
_COURTEOUS = frozenset(_all(COURTESIES))
_AGAINST = frozenset([*_all(DENY), *_all(core.NEARLY_AGAINST), *_all(NEARLY_AGAINST)])
_ALL_OF_IT = frozenset(
    (core.SIGN, *_all(APPROVE), *_all(core.NEARLY), *_ALMOST, *_AGAINST, *_COURTEOUS)
)
_MOST_WORDS = 5
_REFUSES = re.compile(r":-1|:thumbs?_?down|:x:|[👎❌]")
_LINKS = "|".join(re.escape(each) for each in _all(BECAUSE))
_DENIES = "|".join(re.escape(each) for each in _all(DENY))
_DENY = re.compile(
    rf"(?:{_DENIES})(?P<gap>\s*[.!。！,:;：，、–—-]+\s*|\s*\n\s*|\s+(?=(?:{_LINKS})(?:\b|(?<=[因理])))|\s*(?=[（(因理])|\s+)(?P<rest>.*)",
    re.DOTALL | re.IGNORECASE,
)
_DENIED = frozenset(_all(DENY))
_LINK = re.compile(
    rf"[\s:,;.：，、–—-]*(?:(?:{_LINKS})(?:\b|(?<=[为由]))[\s:,：，、]*)?", re.IGNORECASE
)
_GREETING = re.compile(
    rf"(?P<hello>{'|'.join(re.escape(each) for each in _all(GREETINGS))}){_NAMES}"
)
# To a mail address; names are the core's matter.
_PASS = re.compile(rf"(?:{'|'.join(_all(core.PASS))}) (?:mailto:)?<?([\w.'+-]+@[\w.-]+)>?")
_JOINTS = re.compile(r"[,.;!，、。！\n]+")
_PAUSES = re.compile(r"[,.;:!，、。！\n–—-]+|\b(?:and|und)\b", re.IGNORECASE)
LONGEST_GREETING = 80
LONGEST_WORD = 60
LONGEST_LEANING = 300
MOST_REASON = 2_000
_NEARLY = re.compile(
    rf"\b(?:{'|'.join(re.escape(each) for each in [*_all(APPROVE), *_all(DENY)] if each[:1].isascii() or each[:1].isalpha())})"
)


def read(text: str) -> Decision | None:
    """The one thing this mail decides, where that is all it says; a question decides nothing."""
    text = ungreeted(text.strip())
    if not text or len(text) > 20_000:
        return None
    first, _, below = text.partition("\n")
    if plain(first) in _EDIT and below.strip():
        return Decision("edit", below.strip("\n"))
    if text.rstrip().endswith(_ASKS):
        return None
    alone = plain(text) if len(text) < LONGEST_WORD else ""
    if alone in _APPROVE:
        return Decision("approve")
    if alone in _DENIED:
        return Decision("deny")
    passed = _PASS.fullmatch(alone)
    if passed:
        return Decision("pass", passed[1])
    put_off = core.put_off(text) if len(text) < 200 else None
    match put_off:
        case core.Pass(to=to):
            return Decision("pass", to)
        case core.Later(when=when):
            return Decision("later", when)
        case _:
            return _denial(text)


def would_decide(text: str) -> bool:
    """Whether the fold, or whoever takes words in, would hear a verdict in this where it came as a message."""
    said = core.read(text)
    lasts = core.lasting(text) is not None
    return isinstance(said, core.Approve | core.Deny) or lasts or core.named(text) is not None


def puts_off(text: str) -> bool:
    """Whether whoever takes words in would hear in this that a request is passed on, put off or left alone."""
    return core.put_off(text) is not None


def _denial(text: str) -> Decision | None:
    found = _DENY.fullmatch(text)
    if found is None or len(text) > MOST_REASON:
        return None
    reason = _LINK.sub("", found["rest"], count=1).strip()
    if any(plain(line) in _APPROVE | _DENIED for line in reason.split("\n")):
        return None  # Both, or twice: nobody knows what is meant.
    return Decision("deny", reason.rstrip(_FINAL) if "\n" not in reason else reason)


def ungreeted(text: str) -> str:
    """The text without one greeting line above it: a greeting and a name or two, and no word that takes something back."""
    line, end, rest = text.partition("\n")
    said = " ".join(line.split())
    found = _GREETING.fullmatch(said.casefold()) if len(said) <= LONGEST_GREETING else None
    if not end or found is None or not _are_names(said.split()[len(found["hello"].split()) :]):
        return text
    return rest.strip()


def _are_names(words: list[str]) -> bool:
    """Whether these can be whom somebody greets: not words that say something, such as `Hi only after the backup`."""
    said = " ".join(words)
    if _NOBODY.search(said.casefold()) or reserved.takes_back(said):
        return False
    ends = said.endswith(tuple(_GREETS))
    small = [each for each in words if each.lstrip("@")[:1].islower() and plain(each) not in _ALL]
    return len(small) <= (2 if ends and len(words) <= 2 else 1)


def plain(text: str) -> str:
    """Case, blanks and final punctuation taken away."""
    return " ".join(text.split()).rstrip(_FINAL).casefold()


def nearly(text: str) -> bool:
    """Whether somebody who wrote this may believe that they have decided; they are told how it is done."""
    said = " ".join(text[:400].split()).casefold()
    if read(text) is not None or not said or len(said) >= 300:
        return False
    bare = ungreeted(text.strip()).replace("’", "'")
    parts = [part for part in map(plain, _JOINTS.split(bare)) if part]
    is_almost = bool(parts) and all(part in _ALMOST for part in parts)
    return is_almost or core.nearly(text) or _NEARLY.search(said) is not None


def leaning(text: str) -> Leaning | None:
    """Which way a mail leans that says nothing but what is on these lists, and decides nothing; None: it says more, or nothing of the kind."""
    if len(text) > LONGEST_LEANING or read(text) is not None or text.rstrip().endswith(_ASKS):
        return None
    bare = core.SIGNS.sub(f",{core.SIGN},", ungreeted(text.strip())).replace("’", "'")
    parts = [part for part in map(plain, _PAUSES.split(bare)) if part]
    found = [_made_of(part.split()) for part in parts]
    said = {each for words in found if words for each in words} - _COURTEOUS
    if not said or None in found:
        return None
    return "against" if said & _AGAINST or _REFUSES.search(text) else "for"


def _made_of(words: list[str]) -> list[str] | None:
    """The phrases of the lists that these words are, one behind the other; None: some of them are in none."""
    reached: dict[int, list[str]] = {0: []}
    for end in range(1, len(words) + 1):
        for begin in range(max(0, end - _MOST_WORDS), end):
            phrase = " ".join(words[begin:end])
            if begin in reached and phrase in _ALL_OF_IT:
                # The longest that ends here: `no thanks` is more than its two words.
                reached[end] = [*reached[begin], phrase]
                break
    return reached.get(len(words))


def nearly_edits(text: str) -> bool:
    """Whether somebody who wrote this may believe that they have changed something."""
    first = ungreeted(text.strip()).partition("\n")[0]
    return read(text) is None and _EDITS.match(plain(first)) is not None
