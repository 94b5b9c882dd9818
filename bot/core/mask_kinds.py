"""Mask kinds: how each kind of secret looks, and what is left where one stood. One table; `masks` goes by it.

None is slow in any text, and none takes a quote with it, so that JSON stays JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.masked_names import (
    address,
    alone,
    assigned,
    both,
    credentials,
    given,
    labelled,
    option,
    query,
)

Found = re.Match[str]


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
# What stands before a value, as JSON writes it: a sign that it escapes goes with its backslash, or what is left would be no JSON.
_LEAD = r"(?:\\[nrtbf]|\\u[0-9a-f]{4}|\\(?!u[0-9a-f]{4}|[nrtbf]))*"
# What makes a word bold may stand around it.
_MARKUP = r"[*_]{0,3}+(?:</[a-z]{1,10}+>)?"
_ASSIGNED = (
    rf"(?P<quote>\\*+[\"']?)(?P<sign>{_MARKUP}\s{{0,3}}+(?::=|=>|[=|]|:{_MARKUP})\s{{0,3}}+{_LEAD})(?P<open>[\"']?)"
    # After a colon without quotes there may be a sentence: then only what is more than a word is looked at.
    r"(?:(?<=[=\"'])|(?<=[=>]\s)|(?=[a-z_:.-]*+[\d!@#^*+/=~?%$]))"
    r"(?P<value>[^\s\"'`\\,;&<>(){}\[\]|]{4,}+)"
)

_FORTY = r"(?<!\\)(?P<value>(?=[a-z/+]{0,39}[0-9/+])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"

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
    # The same as Base64 writes it, as in the settings of a cluster.
    _plain(
        "private key",
        "LS0tLS1CRUdJTi",
        r"LS0tLS1CRUdJTi(?:BQUklW|BSU0Eg|BFQyBQ|BPUEVOU1NI|BEU0Eg|BFTkNSWVBU|BQR1AgUFJJ)[A-Za-z0-9+/=]*+"
        r"(?:(?:\s|\\[nrt]){1,8}[A-Za-z0-9+/=]{40,}+)*",
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
    # An access key with the secret that belongs to it, as AWS gives both out; or the secret under its name.
    _told(
        "AWS key",
        "akia asia",
        r"(?-i:A[KS]IA[A-Z2-7]{16})(?P<between>[^A-Za-z0-9+/\[](?:[^\[\]]{0,60}[^A-Za-z0-9+/\[\]])?)"
        rf"{_FORTY}",
        both,
    ),
    _told(
        "AWS key",
        "access",
        rf"secret[\s_-]?access[\s_-]?key[^A-Za-z0-9+/\[\]]{{1,12}}{_FORTY}",
        given,
    ),
    _plain("AWS key", "AKIA ASIA ABIA ACCA", _first("A[KSBC][IC]A") + rf"[A-Z2-7]{{16}}{_LAST}"),
    _plain("Google key", "AIza", rf"AIza[A-Za-z0-9_-]{{35}}{_LAST}"),
    _plain("Google token", "ya29.", r"ya29\.[A-Za-z0-9_-]{20,}+"),
    _plain("Google token", "1//0", _first("1//0") + r"[A-Za-z0-9_-]{30,}+"),
    _plain("Alibaba key", "LTAI", rf"{_first('LTAI')}[A-Za-z0-9]{{12,24}}{_LAST}"),
    _plain("Vault token", "hvs.", _first(r"hvs\.") + r"[A-Za-z0-9_-]{20,}+"),
    _plain("Databricks token", "dapi", _first("dapi") + rf"[a-f0-9]{{32}}{_LAST}"),
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
    _told("password", "://", r"://(?P<value>[A-Za-z0-9_.~-]{20,}+):?@", alone),
    _told(
        "password",
        "login",
        r"\blogin\s{1,3}[^\s\"\\]{1,80}\s{1,3}password\s{1,3}(?P<value>[^\s\"'\\\[\]]{4,200})",
        option,
    ),
    _told(
        "password",
        "curl",
        r"curl\b(?:(?!\s(?:-u\s|--user[\s=]))[^\n]){0,200}\s(?:-u\s|--user[\s=])\s{0,2}"
        rf"{_LEAD}[\"']?[^\s:\"'\\]{{1,80}}:(?P<value>[^\s\"'\\\[\]]{{1,200}})",
        given,
    ),
    _told(
        "password",
        "mysql mariadb sshpass",
        r"(?:\b(?:mysql|mariadb)[a-z-]{0,12}\b(?:(?!\s(?-i:-p)\S)[^\n;|]){0,200}\s(?-i:-p)|\bsshpass\s{1,3}(?-i:-p)\s{0,3})"
        rf"{_LEAD}[\"']?(?P<value>[^\s\"'\\\[\];|&]{{3,200}})",
        given,
    ),
    _told(
        "password",
        "pass token api-key",
        rf"--[a-z-]{{0,24}}?(?:pass(?:word|wd|phrase)|token|api-key)\s{{1,3}}{_LEAD}[\"']?"
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
        rf"authorization\\*[\"']?\s{{0,3}}[:=]\s{{0,3}}{_LEAD}[\"']?(?P<scheme>(?:bearer|basic|token|negotiate)\s{{1,3}})?"
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
        rf"\s{{0,3}}{_LEAD}[\"'`]?(?P<value>[^\s\"'`\\,;&<>(){{}}\[\]|]{{4,}})",
        labelled,
    ),
    _told("key", "key secret token", rf"(?P<name>key|secret|token){_ASSIGNED}", assigned),
)
