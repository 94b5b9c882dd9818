"""Masks: what looks as if it opened a door is cut out of what is kept, said or logged, whoever wrote it there.

`[secret: AWS key]` stands in its place. Cutting again changes nothing; of JSON it leaves JSON, since no pattern takes a
quote with it; and each goes over a text once, however that is written. Names are no secrets: a commit, a channel, a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from bot.core.masked_names import address, assigned, credentials, given, labelled, option, query
from bot.core.visible import bare

Found = re.Match[str]
OWN = "[secret]"
SHORTEST = 6  # Nothing shorter is found by any pattern.
MOST_WORDS = 200  # Characters of what is short.
SHORTEST_KNOWN = 8  # A shorter value would be found in words that have nothing to do with it.


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of secret: what people call it, what every one of it holds, how it looks, and what is left of one.

    `left` is given the mask and what was found; where it gives that back, it was none. The marks of a kind that has one are
    looked for in small letters.
    """

    name: str
    marks: tuple[str, ...]
    looks: re.Pattern[str]
    left: Callable[[str, Found], str] | None = None

    @property
    def mask(self) -> str:
        return f"[secret: {self.name}]"


def _plain(name: str, marks: str, looks: str) -> Kind:
    return Kind(name, tuple(marks.split()), re.compile(looks))


def _told(name: str, marks: str, looks: str, left: Callable[[str, Found], str]) -> Kind:
    return Kind(name, tuple(marks.split()), re.compile(looks, re.IGNORECASE), left)


def _first(begun: str) -> str:
    """This, of one width, where a word begins, be it behind what JSON writes for the end of a line, or behind Slack's mark of italics.

    Beside a mask no word begins or ends, or cutting again would find more.
    """
    return rf"{begun}(?:(?<![^\W_]{begun})(?<![\]-]{begun})|(?<=\\[nrt]{begun}))"


_LAST = r"(?![^\W_]|[\[-])"
# Neither is possessive: one within another matches wrongly in Debian 12's Python 3.11.2. Both stay linear without.
# In a mail that is answered each line has a mark before it.
_IN_ARMOUR = r"[A-Za-z0-9+/=\s\\:,.>|&;]*"
_LINES = r"(?:(?:[\s>|]|\\[nrt]|\\(?![nrt])|&gt;)*[A-Za-z0-9+/=]{16,})+"
_ASSIGNED = (
    r"(?P<quote>\\*+[\"']?)(?P<sign>\s{0,3}+(?::=|=>|[:=])\s{0,3}+)(?P<open>\\*+[\"']?)"
    # After a colon without quotes there may be a sentence: then only what is more than a word is looked at.
    r"(?:(?<=[=\"'])|(?<=[=>]\s)|(?=[a-z_:.-]*+[\d!@#^*+/=~?%$]))"
    r"(?P<value>[^\s\"'`\\,;&<>(){}\[\]|]{4,}+)"
)

KINDS: tuple[Kind, ...] = (
    # A key in its armour, or as much as is there of one whose end is missing.
    _plain(
        "private key",
        "-----BEGIN",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:{_IN_ARMOUR}(?:-(?!----){_IN_ARMOUR})*-----END [A-Z0-9 ]{{0,40}}-----|{_LINES})",
    ),
    # PuTTY's have no armour: what is secret follows the number of its lines.
    _plain(
        "private key",
        "Private-Lines:",
        rf"Private-Lines:\s{{0,3}}\d{{1,4}}(?:{_IN_ARMOUR}(?=Private-MAC)|{_LINES})",
    ),
    _plain("age key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[0-9A-Z]{50,}+"),
    # Slack's tokens: those of workspaces that installed the app are in no setting.
    _plain("Slack token", "xox", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}+"),
    _plain("Slack token", "xapp-", r"xapp-[A-Za-z0-9-]{8,}+"),
    _plain(
        "Slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/[a-z]{1,20}/[A-Za-z0-9/_-]{16,}+"
    ),
    _plain("Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{8,}+"),
    _plain("API key", "sk-", _first("sk-") + r"(?=[A-Za-z_-]*+\d)[A-Za-z0-9_-]{20,}+"),
    _plain("Stripe key", "k_live_", _first("[rs]k_live_") + r"[A-Za-z0-9]{16,}+"),
    _plain("AWS key", "AKIA ASIA ABIA ACCA", _first("A[KSBC][IC]A") + rf"[A-Z2-7]{{16}}{_LAST}"),
    _plain("Google key", "AIza", rf"AIza[A-Za-z0-9_-]{{35}}{_LAST}"),
    _plain("Google token", "ya29.", r"ya29\.[A-Za-z0-9_-]{20,}+"),
    _plain("Google token", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,}+"),
    _plain("Azure key", "Q~", r"Q~(?<=\dQ~)(?<![\w.~\]-]{5}Q~)[\w.~-]{31,34}+(?![\w.~\[-])"),
    _plain("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9]{30,}+"),
    _plain("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,}+"),
    _plain(
        "GitLab token",
        "glpat- gldt- glrt- glptt- glft- glcbt-",
        r"gl(?:pat|dt|rt|ptt|ft|cbt)-[A-Za-z0-9_.-]{20,}+",
    ),
    _plain("DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _plain("Docker token", "dckr_pat_", r"dckr_pat_[A-Za-z0-9_-]{20,}+"),
    _plain("npm token", "npm_", rf"{_first('npm_')}[A-Za-z0-9]{{36}}{_LAST}"),
    _plain("PyPI token", "pypi-", r"pypi-A[A-Za-z0-9_-]{40,}+"),
    _plain("Hugging Face token", "hf_", _first("hf_") + r"[A-Za-z0-9]{30,}+"),
    _plain("SendGrid key", "SG.", _first(r"SG\.") + r"[\w-]{16,64}+\.[\w-]{16,}+"),
    _plain(
        "JWT", "eyJ", _first("eyJ") + r"[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]*+"
    ),
    # What stands where a password stands.
    _told(
        "password",
        "://",
        # What follows the colon up to a slash is a port, or a password that has one in it.
        r"://(?P<user>[^\s/:@?#\"'\\<>]*+):(?P<value>[^\s/\"'\\<>]+|(?!\d{1,5}/)[^\s\"'\\<>\[]{1,200})@",
        address,
    ),
    _told(
        "password",
        "curl",
        r"curl\b(?:(?!\s(?:-u|--user)\s)[^\n]){0,200}\s(?:-u|--user)\s{1,3}\\*[\"']?"
        r"[^\s:\"'\\]{1,80}:(?P<value>[^\s\"'\\\[\]]{1,200})",
        given,
    ),
    _told(
        "password",
        "mysql mariadb sshpass",
        r"(?:\b(?:mysql|mariadb)[a-z-]{0,12}\b(?:(?!\s(?-i:-p)\S)[^\n;|]){0,200}\s(?-i:-p)|\bsshpass\s{1,3}(?-i:-p)\s{0,3})"
        r"\\*[\"']?(?P<value>[^\s\"'\\\[\];|&]{3,200})",
        given,
    ),
    _told(
        "password",
        "pass token api-key",
        r"--[a-z-]{0,24}?(?:pass(?:word|wd|phrase)|token|api-key)\s{1,3}\\*[\"']?"
        r"(?P<value>[^\s\"'`\\,;&<>(){}\[\]|-][^\s\"'`\\,;&<>(){}\[\]|]{5,})",
        option,
    ),
    _told(
        "signature",
        "sig= signature= ticket= token=",
        r"[?&](?P<name>sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|ticket|[a-z]{2,8}_token|token)="
        r"(?P<value>[^&\s'\"\\)>\[\]]{4,}+)",
        query,
    ),
    _told(
        "credentials",
        "authorization",
        r"authorization\\*[\"']?\s{0,3}[:=]\s{0,3}\\*[\"']?(?P<scheme>(?:bearer|basic|token|negotiate)\s{1,3})?"
        r"(?P<value>[A-Za-z0-9._~+/=:-]{8,}+)",
        credentials,
    ),
    _told(
        "credentials",
        "bearer",
        r"bearer(?P<scheme>\s{1,3})(?P<value>[A-Za-z0-9._~+/=-]{8,}+)",
        credentials,
    ),
    _told(
        "password",
        "pass pw kennwort",
        rf"(?P<name>pass(?:words?|wort|wd|phrase)|kennwort|pwd|(?<![^\W_])pw){_ASSIGNED}",
        assigned,
    ),
    # `pass` stands before results of tests, too, and `is` before anything.
    _told(
        "password",
        "pass pw kennwort",
        r"(?:(?<![^\W_])pass\\*[\"']?\s{0,3}[:=]|(?<![^\W_])(?:password|passwort|passphrase|pwd?|kennwort)\s{1,3}(?:is|ist|lautet|was|war)\b:?)"
        r"\s{0,3}\\*[\"'`]?(?P<value>[^\s\"'`\\,;&<>(){}\[\]|]{4,})",
        labelled,
    ),
    _told("key", "key secret token", rf"(?P<name>key|secret|token){_ASSIGNED}", assigned),
)


@dataclass(frozen=True, slots=True)
class Masks:
    """What is cut out: whatever looks like a secret, and the `known` values, which may look like anything."""

    known: tuple[str, ...] = ()

    def cut(self, text: str) -> str:
        """The text without them."""
        return self.counted(text)[0]

    def counted(self, text: str) -> tuple[str, dict[str, int]]:
        """The same, and how many of each kind there were; the known ones are of none."""
        left, found = self._counted(text)
        if (seen := bare(left)) is not left:
            # What hides something goes with it; elsewhere it may be part of a sign.
            after, more = self._counted(seen)
            if after != seen:
                return after, {
                    name: found.get(name, 0) + more.get(name, 0) for name in found | more
                }
        return left, found

    def _counted(self, text: str) -> tuple[str, dict[str, int]]:
        found = dict[str, int]()
        if len(text) < SHORTEST:
            return text, found
        for value in self.known:
            text = text.replace(value, OWN)
        lowered = text.lower()
        # For a few words one look for any mark takes a third of the time; in long texts it is the slower way.
        if len(text) < MOST_WORDS and not (_PLAIN_MARK.search(text) or _TOLD_MARK.search(lowered)):
            return text, found
        for mark, kind in _MARKS:
            if mark in (lowered if kind.left else text):
                text, count = _cut(kind, text)
                if count:
                    found[kind.name] = found.get(kind.name, 0) + count
        return text, found


def _cut(kind: Kind, text: str) -> tuple[str, int]:
    """Without those of this kind, and how many there were."""
    if kind.left is None:
        return kind.looks.subn(kind.mask, text)
    left, none = partial(kind.left, kind.mask), 0

    def cut(found: Found) -> str:
        nonlocal none
        rest = left(found)
        none += rest == found[0]
        return rest

    text, count = kind.looks.subn(cut, text)
    return text, count - none


_MARKS = tuple((mark, kind) for kind in KINDS for mark in kind.marks)
_PLAIN_MARK = re.compile("|".join(re.escape(mark) for mark, kind in _MARKS if not kind.left))
_TOLD_MARK = re.compile("|".join(re.escape(mark) for mark, kind in _MARKS if kind.left))


def masks(known: Iterable[str] = ()) -> Masks:
    """The masks that also know these values, the longest first: one may be part of another."""
    long_enough = {value for value in known if len(value) >= SHORTEST_KNOWN}
    return Masks(tuple(sorted(long_enough, key=lambda value: (-len(value), value))))


PLAIN = Masks()
