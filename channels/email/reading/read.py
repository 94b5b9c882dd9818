"""Read: a mail's octets become what a person wrote, to whom, under what, and whether it may be answered. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from channels.email.reading import automatic, own, quotes, reserved, tags, tongues, verdicts
from channels.email.reading.agree import agree
from channels.email.reading.headers import Sender, addresses, decoded, ids, loose, strict
from channels.email.reading.mail import File, Mail, parsed
from channels.email.reading.markup import Seen, seen
from channels.email.reading.signatures import Signer
from channels.email.reading.verdicts import Decision

# What stands in the plain text of a mail that is HTML alone.
_STUB = re.compile(r"html|browser|view(?:er| this| online)?|anzeigen|afficher", re.IGNORECASE)
MOST_STUB = 300
DIFFERENT = "its text and its HTML say different things"
_SUBJECT = re.compile(
    r"\s*(?P<prefix>[^\W\d_][\w ]{0,14}?)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]\s*"
)
_REPLY = frozenset(each.casefold() for each in tongues.REPLY)
_FORWARD = frozenset(each.casefold() for each in tongues.FORWARD)


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail, read. `silent` says why it must not be answered; empty: it may. `doubt` says why nothing is decided by it.

    `whole` is all of its text; of that, `quoted` is what an answer repeats of what it answers and its `text` has not. `tags` are those of requests,
    wherever in its texts they are seen.
    """

    text: str
    decision: Decision | None
    sender: str
    name: str
    subject: str
    id: str
    parents: tuple[str, ...]
    answers: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    silent: str
    doubt: str
    is_forward: bool
    whole: str
    quoted: str
    files: tuple[File, ...]
    mail: Mail
    tags: tuple[str, ...] = ()


def read(raw: bytes, ours: Collection[str] = (), our_domain: str = "") -> Reading:
    """The mail as it is to be taken. Raises `Unreadable`."""
    mail = parsed(raw)
    headers = mail.headers
    sender = strict(headers.all("from")) or loose(headers.first("from"))
    subject = decoded(headers.first("subject"))
    silent = automatic.why_not(mail, ours, our_domain)
    said = _words(mail, sender, subject)
    text, doubt = said.text, mail.doubt or said.doubt
    decides = said.alone and not (silent or doubt or said.is_forward)
    decision = verdicts.read(said.alone) if decides else None
    below = reserved.below(said.whole, text) if decision and decision.word == "approve" else ""
    if reserved.takes_back(below):
        text, decision, doubt = f"{text}\n\n{below}", None, "what stands below may take it back"
    answers = ids(headers.first("in-reply-to"))
    return Reading(
        text=text,
        decision=decision,
        sender=sender.address,
        name=sender.name,
        subject=subject,
        id=(ids(headers.first("message-id")) or ("",))[0],
        parents=ids(headers.first("references")),
        answers=answers[0] if answers else "",
        to=addresses(headers.all("to")),
        cc=addresses(headers.all("cc")),
        silent=silent,
        doubt=doubt,
        is_forward=said.is_forward,
        whole=said.whole,
        quoted=said.quoted,
        files=mail.files,
        mail=mail,
        tags=said.tags,
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What the person wrote, and all that it stood in; what of it stands `alone` may decide, unless it is in `doubt`."""

    text: str
    whole: str
    alone: str = ""
    doubt: str = ""
    is_forward: bool = False
    quoted: str = ""
    tags: tuple[str, ...] = ()


def _words(mail: Mail, sender: Sender, subject: str) -> _Words:
    shown = seen(mail.html) if mail.html is not None else Seen()
    plain = mail.plain or ""
    if mail.report or automatic.is_daemon(sender.address):
        return _Words("", plain or shown.text)
    whole = shown.text if _is_stub(plain, shown) else plain
    is_forward = _passes_on(subject, whole)
    signer = Signer(sender.name, shown.signatures, sender.address)
    tagged = tags.found(plain, shown.text if shown.is_whole else "")
    if is_forward:
        return _Words(whole.strip(), whole, is_forward=True, tags=tagged)
    is_reply = _answers(mail, subject)
    mine = own.of_reply(whole, signer) if is_reply else own.of_new(whole, signer)
    text = tags.without(mine.text)
    alone = "" if mine.has_quotes or not is_reply or not shown.is_whole else text
    if alone and whole is plain and shown.text.strip():
        other = tags.without(own.of_reply(shown.text, signer).text)
        if not agree(alone, other):
            return _Words(text, whole, doubt=DIFFERENT, tags=tagged)
    quoted = own.quoted(whole) if is_reply and not mine.has_quotes else ""
    return _Words(text, whole, alone, quoted=quoted, tags=tagged)


def _is_stub(plain: str, shown: Seen) -> bool:
    """Whether the plain text is there for form's sake."""
    said = plain.strip()
    if not said:
        return bool(shown.text.strip())
    return (
        len(said) < MOST_STUB
        and bool(_STUB.search(said))
        and "html" in said.lower() + "browser"
        and len(shown.text) > 0
        and _is_about_view(said)
    )


def _is_about_view(said: str) -> bool:
    low = said.lower()
    return ("html" in low or "browser" in low) and any(
        each in low
        for each in (
            "view",
            "display",
            "enable",
            "anzeig",
            "support",
            "requires",
            "needs",
            "affich",
            "client",
        )
    )


def _answers(mail: Mail, subject: str) -> bool:
    headers = mail.headers
    return headers.has("in-reply-to", "references") or prefixes(subject)[:1] == ["reply"]


def _passes_on(subject: str, whole: str) -> bool:
    """Whether this is a forwarded mail: its subject begins so, or a client's mark stands in it and no reply's does."""
    kinds = prefixes(subject)
    if kinds:
        return kinds[0] == "forward"
    lines = whole.split("\n")[:400]
    return any(quotes.passed_on(line) for line in lines if line.strip() and not quotes.depth(line))


def prefixes(subject: str) -> list[str]:
    """What the words before a subject say, the first one first."""
    found = list[str]()
    while len(found) < 10:
        prefix = _SUBJECT.match(subject)
        said = quotes.plain(prefix["prefix"]) if prefix else ""
        kind = "reply" if said in _REPLY else "forward" if said in _FORWARD else ""
        if not prefix or not kind:
            return found
        found.append(kind)
        subject = subject[prefix.end() :]
    return found


def bare(subject: str) -> str:
    """The subject without the words that clients set before it."""
    for _ in range(20):
        prefix = _SUBJECT.match(subject)
        if not prefix or quotes.plain(prefix["prefix"]) not in _REPLY | _FORWARD:
            return subject.strip()
        subject = subject[prefix.end() :]
    return subject.strip()
