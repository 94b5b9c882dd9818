"""Reserved: words that stand below a verdict and were taken for a signature, and that may take it back or tie it to something.

Closed lists, as for verdicts. One word too many here costs its author another mail; one too few lets a call run that they held back.
"""

from __future__ import annotations

import re

from channels.email.reading import quotes

# What makes a yes a no, or one for later, by language.
_WORDS = {
    "en": r"but|only|not|never|wait|stop|hold|until|unless|except|before|after|once|don|doesn|cannot|can't|won|however|provided|instead|no(?!\.?\s*\d)|if|when",
    "de": r"aber|nur|nicht|kein\w*|erst|warte\w*|sofern|falls|wenn|bevor|nachdem|sobald|außer|jedoch|nein",
    "fr": r"mais|seulement|ne|sauf|avant|après|attend\w*|uniquement|non",
    "es": r"pero|solo|sólo|solamente|antes|después|espera\w*|salvo|excepto",
    "pt": r"só|somente|apenas|não|depois|espere|exceto|porém",
    "it": r"soltanto|solamente|prima|aspetta\w*|tranne|però",
    "nl": r"maar|alleen|niet|wacht|tenzij|nadat|voordat|nee",
    "sv": r"bara|endast|inte|vänta|först|innan|nej",
    "pl": r"ale|tylko|nie|poczekaj|czekaj|chyba|jeśli|dopiero",
    "ru": r"но|только|не|нет|подожд\w*|если|после|до",
}
_TAKES_BACK = re.compile(rf"\b(?:{'|'.join(_WORDS.values())})\b", re.IGNORECASE)
_SIGNS = re.compile(r"ただし|まだ|だけ|待|しない|ないで|但|只|不要|别|等")
# What only lawyers, lists and printers' friends say: such a paragraph says nothing of this mail.
NOTICE = re.compile(
    r"recipient|confidential|privileged|disclaim|unsubscrib|environment|empfänger|vertraulich|destinat|confiden|ontvanger|geadresseerde|vertrouwelijk|adresat|poufn|адресат|конфиденц|mottagare|konfidentiell|受信|機密|收件|保密",
    re.IGNORECASE,
)
_GAP = re.compile(r"\n\s*\n")
MOST_CHARACTERS = 20_000


def below(whole: str, own: str) -> str:
    """What stands below these own words before the quote begins; the line that says who is quoted belongs to it."""
    lines, last = whole.split("\n"), own.rsplit("\n", 1)[-1].strip()
    first = next(
        (at for at, line in enumerate(lines, 1) if line.strip() == last and not quotes.depth(line)),
        len(lines),
    )
    found = list[str]()
    for at in range(first, len(lines)):
        line = lines[at]
        if quotes.depth(line) or quotes.original(line) or quotes.head(lines, at):
            break
        found.append(line)
        if quotes.wrote(line):
            break
    return "\n".join(found).strip()


def takes_back(text: str) -> bool:
    """Whether any of this may take back or tie what stands above it."""
    if len(text) > MOST_CHARACTERS:
        return True
    said = (each for each in _GAP.split(text.replace("’", "'")) if not NOTICE.search(each))
    return any(_TAKES_BACK.search(each) or _SIGNS.search(each) for each in said)
