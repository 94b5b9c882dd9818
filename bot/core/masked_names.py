"""Masked names: what stands where a password stands, and whether it is one: it may be code, a sentence or a place to fill in."""

from __future__ import annotations

import re

Found = re.Match[str]
SHORTEST_STRONG, SHORTEST_WEAK, SHORTEST_WEAK_SAID, SHORTEST_MIXED = 4, 8, 16, 6
MOST_BEFORE = 24

# How names end that only a secret has, and those that a page of a list, or what is kept elsewhere, has too.
_STRONG = (
    *("password", "passwords", "passwort", "kennwort", "passwd", "passphrase", "pwd", "pw"),
    *("apikey", "accesskey", "secretkey", "privatekey", "accountkey", "signingkey"),
    *("clientsecret", "signingsecret", "sharedsecret", "authtoken", "accesstoken", "refreshtoken"),
)
_WEAK = ("secret", "token")
_PAGE = ("page", "next", "sync", "continuation", "cursor")
_JOINTS = str.maketrans("", "", "_- ")
_PLACE = re.compile(
    r"(?:~|\.{1,2})?/[\w./@-]*|\$[A-Z_][A-Z0-9_]*|\$?\{.*\}+|%\w+%?|[*.x•…-]+|string|text|password|secret|null|none|true|false|required|optional",
    re.IGNORECASE,
)
# What stands under `secret` or `token` may be how it is called, as the settings of a process are: STRIPE_KEY_2.
_CALLED = re.compile(r"[A-Z]{2,}\d?(?:_(?:[A-Z]+\d?|\d{1,2}))+")
_WORD = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+)*")
# After `pass:` or `is`: v1.2, 14ms, base64, sha256, build-2024.
_TOLD = re.compile(
    r"v?\d+[.:\-/]|\d+[a-z]+$|(?:base|sha|md|utf|aes|rsa|argon|pbkdf|oauth|ed)-?\d|/|[a-z]+-\d+-[a-z]+$",
    re.IGNORECASE,
)
_MIXED = re.compile(r"[\d!@#^*+/=~?%$]")


def is_secret(name: str, value: str) -> bool:
    """Whether what stands under this name in a structure is a secret: there the name says what the value is."""
    if value.startswith("[secret") or _PLACE.fullmatch(value):
        return False
    name = _joined(name)
    if name.endswith(_STRONG):
        return len(value) >= SHORTEST_STRONG and not any(map(str.isspace, value))
    is_called = _CALLED.fullmatch(value)
    return _is_weak(name) and not is_called and _is_dense(value, SHORTEST_WEAK_SAID)


def assigned(mask: str, found: Found) -> str:
    """`password=…` without what was assigned."""
    value = found["value"]
    after = found.string[found.end() : found.end() + 1]
    if _PLACE.fullmatch(value) or (after and after in "([" and _WORD.fullmatch(value)):
        return found[0]
    before = found.string[max(0, found.start() - MOST_BEFORE) : found.start()]
    name = _joined(before + found["name"])
    is_one = _is_password(found, after) if name.endswith(_STRONG) else _is_token(found, name)
    if not is_one:
        return found[0]
    # What stood bare under a quoted name was a number; in its place stands a text.
    bare = found["quote"] if not found["open"] else ""
    return f"{found['name']}{found['quote']}{found['sign']}{found['open']}{bare}{mask}{bare}"


def _is_password(found: Found, after: str) -> bool:
    value, sign = found["value"], found["sign"]
    if found["open"]:
        return not after.isspace() or _is_mixed(value)
    if _WORD.fullmatch(value):
        # `password=letmein`; but not what may be a variable or a sentence.
        return sign == "=" and "." not in value and (not after or after not in ",)")
    return "=" in sign or _is_mixed(value)


def _is_token(found: Found, name: str) -> bool:
    told = "=" in found["sign"]
    shortest = SHORTEST_WEAK if told else SHORTEST_WEAK_SAID
    return _is_weak(name) and _is_dense(found["value"], shortest)


def _joined(name: str) -> str:
    """`Api-Key`, `API key`, `api_key` and `apiKey` are one name."""
    return name.translate(_JOINTS).lower()


def _is_weak(name: str) -> bool:
    return name.endswith(_WEAK) and not name.removesuffix("token").endswith(_PAGE)


def address(mask: str, found: Found) -> str:
    """An address without its password; what stands before the digest of an image is its tag."""
    if found.string.startswith("sha256:", found.end()):
        return found[0]
    return found[0] if _PLACE.fullmatch(found["value"]) else f"://{found['user']}:{mask}@"


def alone(mask: str, found: Found) -> str:
    """An address without the token that stands where a user does; a name stays."""
    is_token = _is_dense(found["value"], SHORTEST_WEAK_SAID) and "." not in found["value"]
    return f"://{mask}@" if is_token else found[0]


def both(mask: str, found: Found) -> str:
    """A key and its secret, without either."""
    return f"{mask}{found['between']}{mask}"


def given(mask: str, found: Found) -> str:
    """A command without the password that it is given."""
    value = found["value"]
    if _PLACE.fullmatch(value):
        return found[0]
    return found[0][: found.start("value") - found.start()] + mask


def option(mask: str, found: Found) -> str:
    """`--token …` without what may be one; a word may be one of a sentence."""
    return given(mask, found) if _is_mixed(found["value"]) else found[0]


def labelled(mask: str, found: Found) -> str:
    """`pass: …` and `the password is …` without what may be one: letters and figures, and neither a version, a time nor the name of a method."""
    value = found["value"].rstrip(".!?")
    is_one = _is_dense(value, SHORTEST_MIXED) and not (
        _TOLD.match(value) or _PLACE.fullmatch(value)
    )
    return (
        given(mask, found).removesuffix(mask) + mask + found["value"][len(value) :]
        if is_one
        else found[0]
    )


def query(mask: str, found: Found) -> str:
    """A signed address without what signs it."""
    if _joined(found["name"]).removesuffix("token").endswith(_PAGE):
        return found[0]
    return f"{found[0][0]}{found['name']}={mask}"


def credentials(mask: str, found: Found) -> str:
    """A header without what proves who sends it; a sentence about one stays."""
    value = found["value"]
    if value.rstrip(".:").isalpha() and (value.islower() or value.istitle()):
        return found[0]
    if not found["scheme"] and not _is_dense(value, SHORTEST_WEAK):
        return found[0]
    return found[0][: found.start("value") - found.start()] + mask


def _is_dense(value: str, shortest: int) -> bool:
    """Whether this is letters and figures without a space, as no word is."""
    kinds = any(map(str.isalpha, value)) and any(map(str.isdigit, value))
    return len(value) >= shortest and kinds and not any(map(str.isspace, value))


def _is_mixed(value: str) -> bool:
    """Whether this is more than a word: it has a figure or a sign that no word has."""
    return len(value) >= SHORTEST_MIXED and _MIXED.search(value) is not None
