"""Tags: where no mail to an address with a plus arrives, an answer finds its request by the tag that it quotes and the card that it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from html import unescape
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.outbox import Question
from channels.email import hints
from channels.email.addressed import For, in_subject
from channels.email.reading import tags
from channels.email.tokens import By, Ticket, Tokens
from tests.channels.email import hostile
from tests.channels.email.fakes import ANA, BEN, BOT, NOW, Desk, MemorySafe
from tests.channels.email.test_settling import QUESTION
from tests.channels.email.test_shown import FIRST, Office, text_of

TWO = 'multipart/alternative; boundary="bb"'
WROTE = f"On Tue, Mar 3, 2026 at 9:14 AM Bot <{BOT}> wrote:"
Shape = tuple[str, str]
Reply = Callable[[EmailMessage, str], Shape]


def tag_of(mail: EmailMessage) -> str:
    [found] = tags.found(text_of(mail))
    return found


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    found = re.search("<body>(.*)</body>", str(part.get_content()), re.DOTALL)
    assert found
    return found[1]


def both(plain: str, html: str) -> Shape:
    types = ("text/plain", "text/html")
    texts = (
        f"Content-Type: {kind}; charset=utf-8\n\n{text}\n"
        for kind, text in zip(types, (plain, html), strict=True)
    )
    return TWO, hostile.parts("bb", *texts).decode()


# ---- what clients make of a reply ------------------------------------------------------------------------------------
def gmail(card: EmailMessage, words: str) -> Shape:
    html = f'<div dir="ltr">{words}</div><br><div class="gmail_quote"><div class="gmail_attr">{WROTE}<br></div>'
    html += f'<blockquote class="gmail_quote">{html_of(card)}</blockquote></div>'
    return both(f"{words}\n\n{WROTE}\n\n{quoted(text_of(card))}\n", html)


def html_alone(card: EmailMessage, words: str) -> Shape:
    _, text = gmail(card, words)
    return "text/html; charset=utf-8", text.partition("text/html; charset=utf-8\n\n")[2].partition(
        "\n--bb--"
    )[0]


def outlook(card: EmailMessage, words: str) -> Shape:
    head = {"From": f"Bot <{BOT}>", "Sent": "Tuesday, March 3, 2026 9:14 AM", "To": f"Ana <{ANA}>", "Subject": "Release"}  # fmt: skip
    lines = "\n".join(f"{name}: {value}" for name, value in head.items())
    shown = "<br>".join(
        f"<b>{name}:</b> {value}".replace(" <", " &lt;") for name, value in head.items()
    )
    html = (
        f'<div class="WordSection1"><p class="MsoNormal">{words}</p><p class="MsoNormal">&nbsp;</p>'
    )
    html += f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">{shown}</p></div>{html_of(card)}</div>'
    return both(f"{words}\n\n{lines}\n\n{text_of(card)}\n", html)


def apple(card: EmailMessage, words: str) -> Shape:
    wrote = f"On 3 Mar 2026, at 09:14, Bot <{BOT}> wrote:"
    html = f'<div>{words}</div><div><br><blockquote type="cite"><div>{wrote.replace("<", "&lt;")}</div><br>'
    html += f"{html_of(card)}</blockquote></div>"
    return both(f"{words}\n\n> {wrote}\n> \n{quoted(text_of(card))}\n", html)


def plain(text: str) -> Shape:
    return "text/plain; charset=utf-8", f"{text}\n"


def below(card: EmailMessage, words: str) -> Shape:
    return plain(f"{WROTE}\n{quoted(text_of(card))}\n\n{words}")


def changed(change: Callable[[str], str]) -> Reply:
    """The tag's line as a client leaves it."""

    def shape(card: EmailMessage, words: str) -> Shape:
        line = quoted(tags.line(tag_of(card)))
        text = quoted(text_of(card))
        assert line in text
        return plain(f"{words}\n\n{WROTE}\n\n{text.replace(line, change(line))}")

    return shape


SHAPES: dict[str, Reply] = {
    "gmail": gmail,
    "html alone": html_alone,
    "outlook": outlook,
    "apple mail": apple,
    "below the quote": below,
    "wrapped behind the label": changed(lambda line: line.replace(": [", ":\n> [")),
    "wrapped within": changed(lambda line: f"{line[:50]}\n> {line[50:]}"),
    "quoted twice": changed(lambda line: f"> {line[:60]}\n> > {line[60:]}"),
    "other blanks": changed(lambda line: line.replace(" ", "\u00a0").replace(".", "\u00a0.\u200b")),
    "beside one that we never gave": changed(lambda line: f"{line}\n> [t.{'a' * 16}.{'b' * 24}]"),
    "copied by hand": lambda card, words: plain(f"{words}\n\n{tags.line(tag_of(card))}"),
    "copied by hand, in both texts": lambda card, words: both(
        f"{words}\n\n{tags.line(tag_of(card))}\n",
        f"<div>{words}</div><div><b>Keep&nbsp;in</b> your answer:<br>[{tag_of(card)}]</div>",
    ),
}


class Writer:
    """An office whose server knows no pluses; ana has its first card."""

    def __init__(self) -> None:
        self.office = Office("tag")
        self.desk = self.office.desk
        self._count = 0

    async def card(self, card: Question | None = None) -> EmailMessage:
        await self.office.send(card or FIRST)
        return self.office.to(ANA)[-1]

    async def write(
        self,
        shape: Shape,
        answers: str | None,
        person: str = ANA,
        *,
        to: str = BOT,
        subject: str = "Re: Release",
        extra: str = "",
    ) -> str:
        self._count += 1
        kind, text = shape
        mid = f"<{self._count}@example.com>"
        there = hostile.setting(sender=person)
        return await self.desk.intake.take(
            hostile.build(
                there, text, to=to, subject=subject, extra=extra, ctype=kind, irt=answers, mid=mid
            )
        )

    @property
    def pressed(self) -> list[str]:
        return [each.word for each in self.desk.taken.presses]

    def told(self, person: str = ANA) -> str:
        """What the last mail to somebody says."""
        return text_of(self.office.to(person)[-1])


def id_of(mail: EmailMessage) -> str:
    return str(mail["Message-ID"])


# ---- what is as it should be -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
async def test_a_reply_of_every_client_decides_by_the_tag_that_it_quotes(shape: Reply) -> None:
    writer = Writer()
    card = await writer.card()
    assert await writer.write(shape(card, "approve"), id_of(card)) == "approve"
    [press] = writer.desk.taken.presses
    assert (press.request, press.person, press.digest) == (FIRST.request, ANA, FIRST.digest)
    # What is on the log opens nothing.
    assert press.original
    assert tag_of(card) not in tags.found(press.original.text)
    assert tag_of(card)[-24:] not in press.original.text


async def test_nothing_that_is_sent_has_an_address_with_a_plus() -> None:
    writer = Writer()
    card = await writer.card()
    assert card["Reply-To"] is None
    assert "bot+" not in text_of(card) + html_of(card) + str(card["From"])
    assert "bot%2B" not in html_of(card)
    [line] = [line for line in text_of(card).splitlines() if tag_of(card) in line and "mailto" not in line]  # fmt: skip
    assert len(f"> > {line}") <= 76
    assert text_of(card).splitlines()[2] == line
    assert tag_of(writer.office.to(BEN)[0]) != tag_of(card)


async def test_a_link_fills_in_the_tag_and_what_it_answers_and_counts_where_that_is_kept() -> None:
    writer = Writer()
    card = await writer.card()
    links = {
        word: urlsplit(unescape(link))
        for link, word in re.findall('<a href="([^"]*)">([^<]*)</a>', html_of(card))
    }
    assert list(links) == ["approve", "deny", "edit"]
    assert {each.path for each in links.values()} == {BOT}
    said = {word: parse_qs(each.query, strict_parsing=True) for word, each in links.items()}
    assert {each["In-Reply-To"][0] for each in said.values()} == {id_of(card)}
    edit = said["edit"]["body"][0].replace("\r\n", "\n").replace("v1.2.3", "v1.2.4")
    # Gmail drops what a link says that it answers.
    assert await writer.write(plain(edit), None) == "asked"
    assert "does not say that it answers" in writer.told()
    assert await writer.write(plain(edit), id_of(card)) == "edit"
    [press] = writer.desk.taken.presses
    assert press.arguments == {**FIRST.arguments, "tag": "v1.2.4"}


async def test_the_last_of_the_references_says_what_is_answered_where_nothing_else_does() -> None:
    writer = Writer()
    card = await writer.card()
    extra = f"References: <root@example.com> {id_of(card)}\n"
    assert await writer.write(gmail(card, "deny"), None, extra=extra) == "deny"


async def test_a_question_is_answered_without_the_line_that_has_its_tag() -> None:
    writer = Writer()
    card = await writer.card(replace(QUESTION, asked=("ana",)))
    text = f"The second one.\n\n{tags.line(tag_of(card))}"
    assert await writer.write(plain(text), id_of(card)) == "answer"
    assert [each.text for each in writer.desk.taken.presses] == ["The second one."]


async def test_what_was_asked_before_the_setting_was_changed_is_answered_as_it_was_asked() -> None:
    old = Desk()
    address = await old.card()
    new = Desk(by="tag", safe=old.safe)
    raw = hostile.build(hostile.setting(token=address, parent=old.parent), "approve\n")
    assert await new.intake.take(raw) == "approve"
    tag = await new.card("tabcdefghijk-2-v1")
    again = Desk(safe=new.safe)
    text = f"approve\n\n{WROTE}\n> [{tag}]\n"
    there = hostile.setting(parent=new.parent)
    assert await again.intake.take(hostile.build(there, text, to=BOT)) == "approve"


# ---- what is not -----------------------------------------------------------------------------------------------------
async def test_an_answer_without_its_tag_decides_nothing_and_is_told_how() -> None:
    writer = Writer()
    card = await writer.card()
    assert await writer.write(plain("approve"), id_of(card)) == "noted"
    assert hints.UNTAGGED in writer.told()
    assert await writer.write(gmail(card, "approve"), id_of(card)) == "approve"


async def test_a_tag_decides_once() -> None:
    writer = Writer()
    card = await writer.card()
    assert await writer.write(gmail(card, "approve"), id_of(card)) == "approve"
    assert await writer.write(apple(card, "deny"), id_of(card)) == "refused"
    assert "decided by another mail already" in writer.told()
    assert writer.pressed == ["approve"]


Wrong = Callable[[EmailMessage, EmailMessage], tuple[Shape, str | None, str]]
STOLEN: dict[str, Wrong] = {
    "the tag of another request": lambda card, other: (
        gmail(other, "approve"),
        id_of(card),
        hints.UNANSWERED,
    ),
    "two tags": lambda card, other: (
        plain(f"approve\n\n{WROTE}\n{quoted(text_of(card))}\n> {tags.line(tag_of(other))}"),
        id_of(card),
        hints.UNCLEAR,
    ),
    "two tags, one in the html": lambda card, other: (
        both(gmail(card, "approve")[1].split("\n\n", 1)[1].split("--bb")[0], html_alone(other, "approve")[1]),
        id_of(card),
        hints.UNCLEAR,
    ),
    "the tag alone, typed by hand": lambda card, other: (
        plain(f"approve\n\n[{tag_of(card)}]"),
        None,
        hints.UNANSWERED,
    ),
    "the tag in another conversation": lambda card, other: (
        plain(f"approve\n\n{tags.line(tag_of(card))}"),
        "<lunch@evil.example>",
        hints.UNANSWERED,
    ),
    "a tag of nobody": lambda card, other: (
        plain(f"approve\n\n[t.{'a' * 16}.{'b' * 24}]"),
        id_of(card),
        hints.UNCLEAR,
    ),
    "another seal": lambda card, other: (
        plain(f"approve\n\n[{tag_of(card)[:-24]}{tag_of(other)[-24:]}]"),
        id_of(card),
        hints.UNCLEAR,
    ),
    "hidden in the html": lambda card, other: (
        both("approve\n", f'<p>approve</p><p style="display:none">[{tag_of(card)}]</p>'),
        id_of(card),
        hints.UNTAGGED,
    ),
    "in a comment of the html": lambda card, other: (
        ("text/html; charset=utf-8", f"<p>approve</p><!-- [{tag_of(card)}] -->\n"),
        id_of(card),
        hints.UNTAGGED,
    ),
    "in a file": lambda card, other: (
        (
            'multipart/mixed; boundary="bb"',
            hostile.parts(
                "bb",
                "Content-Type: text/plain\n\napprove\n",
                hostile.attachment("card.txt", text_of(card).encode(), "text/plain"),
            ).decode(),
        ),
        id_of(card),
        hints.UNTAGGED,
    ),
    "in a mail that is attached": lambda card, other: (
        (
            'multipart/mixed; boundary="bb"',
            hostile.parts(
                "bb",
                "Content-Type: text/plain\n\napprove\n",
                f"Content-Type: message/rfc822\n\nSubject: x\n\n{text_of(card)}",
            ).decode(),
        ),
        id_of(card),
        hints.UNTAGGED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", STOLEN.values(), ids=list(STOLEN))
async def test_a_tag_that_is_not_the_one_of_the_card_that_is_answered_decides_nothing(
    wrong: Wrong,
) -> None:
    writer = Writer()
    other = await writer.card()
    second = replace(FIRST, key="tabcdefghijk-2-v1", request="tabcdefghijk-2-v1", digest="e" * 64)
    await writer.office.send(second)
    card = writer.office.to(ANA)[-1]
    assert tag_of(card) != tag_of(other)
    shape, answers, hint = wrong(card, other)
    assert await writer.write(shape, answers) in ("noted", "asked")
    assert writer.pressed == []
    assert hint in writer.told()
    # The request is open as before.
    assert await writer.write(apple(card, "approve"), id_of(card)) == "approve"


async def test_a_card_that_was_passed_on_or_copied_decides_for_nobody_else() -> None:
    writer = Writer()
    card = await writer.card()
    # ben has all of it: tag, Message-ID and conversation; his own card has another tag.
    assert await writer.write(gmail(card, "approve"), id_of(card), BEN) == "refused"
    assert hints.NOT_YOURS in writer.told(BEN)
    # An answer to what ana passed on is one to her mail.
    assert await writer.write(gmail(card, "approve"), "<ana@example.com>", BEN) == "noted"
    assert writer.pressed == []
    head = f"---------- Forwarded message ---------\nFrom: Bot <{BOT}>"
    passed = plain(f"approve\n\n{head}\n\n{text_of(card)}")
    assert await writer.write(passed, id_of(card), subject="Fwd: Release") == "asked"
    assert hints.FORWARD in writer.told()
    assert writer.pressed == []


async def test_what_nobody_vouches_for_and_what_comes_too_late_decides_nothing() -> None:
    writer = Writer()
    await writer.office.send(replace(FIRST, until=NOW - 1))
    card = writer.office.to(ANA)[-1]
    kind, text = gmail(card, "approve")
    forged = hostile.build(
        hostile.setting(), text, to=BOT, ctype=kind, irt=id_of(card), auth="none"
    )
    assert await writer.desk.intake.take(forged) == "held"
    assert await writer.write((kind, text), id_of(card)) == "refused"
    assert "The time to decide that is over." in writer.told()
    assert writer.pressed == []


async def test_a_tag_is_no_address_and_an_address_no_tag() -> None:
    writer = Writer()
    card = await writer.card()
    to = f"bot+{tag_of(card)}@example.test"
    assert await writer.write(plain("approve"), id_of(card), to=to) == "noted"
    as_address = f"bot+a{tag_of(card)[1:]}@example.test"
    assert await writer.write(plain("approve"), id_of(card), to=as_address) == "noted"
    assert writer.pressed == []
    ticket = Ticket(FIRST.request, ANA, "digest", 0, "approval", "", id_of(card))
    for by, sign, other in (("address", "a", "t"), ("tag", "t", "a")):
        tokens = Tokens(MemorySafe(), f"{'a' * 20}@example.test", lambda: NOW, cast("By", by))
        way = await tokens.make(ticket, "key")
        token = way.tag or way.address.partition("+")[2].partition("@")[0]
        assert token[0] == sign
        assert await tokens.of(token)
        assert await tokens.of(other + token[1:]) is None


def test_a_tag_on_the_log_opens_nothing_wherever_it_stands() -> None:
    tag = f"t.{'a' * 16}.{'b' * 24}"
    text = f"[{tag}] and [{tag[:30]}\n> {tag[30:]}] and mailto:{BOT}?body=approve%0D%0A%5B{tag}%5D"
    assert tags.found(text) == (tag,)
    assert tags.unsealed(text).count("b" * 10) == 0
    assert tags.unsealed("[t.b] [T.x.y] at.all") == "[t.b] [T.x.y] at.all"
    assert tags.without(f"edit\ntag: v2\n\n{tags.line(tag)}") == "edit\ntag: v2"


# ---- agents ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("subject", "agent", "said"),
    [
        ("[refunds] Ana's order", "refunds", ""),
        ("Re: Fwd: [EXTERNAL] [Refunds] Ana's order", "refunds", ""),
        ("[EXTERNAL] Ana's order", "", ""),
        ("Ana's order [refunds]", "", ""),
        ("[refund] Ana's order", "", "did you mean refunds?"),
        ("[refunds] [deploybot] Both", "", "several agents"),
    ],
)
async def test_a_subject_names_an_agent_where_no_address_can(
    subject: str, agent: str, said: str
) -> None:
    desk = Desk(agents=("deploybot", "refunds"), by="tag")
    raw = hostile.build(hostile.setting(), "Hello.\n", to=BOT, subject=subject, irt=None)
    assert await desk.intake.take(raw) == ("held" if said else "asked")
    assert [each.agent for each in desk.taken.said] == ([] if said else [agent])
    told = " ".join(b"".join(octets for octets, _ in desk.post.sent.values()).decode().replace("=\r\n", "").split())  # fmt: skip
    assert said in told
    # Where addresses do, a subject is a subject.
    other = Desk(agents=("deploybot", "refunds"))
    assert await other.intake.take(raw) == "asked"
    assert [each.agent for each in other.taken.said] == [""]


def test_brackets_by_the_thousand_are_read_at_once() -> None:
    assert in_subject("[" * 2_000, ("refunds",)) == For()
    assert in_subject("[x]" * 700, ("refunds",)) == For()
