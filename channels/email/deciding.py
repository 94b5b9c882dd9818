"""Deciding: a mail to the address of a request: the verdict or answer that it is, if its author may still give one by that address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.core import words as typed
from bot.core.outbox import Approval, Hold, Question, UnknownOutcome
from bot.core.values import Word
from bot.kit.arrival import Arrivals, Json, Press
from bot.kit.moments import moment_of
from bot.kit.people import People
from channels.email import hints, ids
from channels.email.arrived import Arrived, Decided
from channels.email.block import arguments
from channels.email.each import mail_of
from channels.email.heard import Heard
from channels.email.near import Near
from channels.email.reading import verdicts
from channels.email.replies import Replies
from channels.email.saying import Saying
from channels.email.settling import unwritten
from channels.email.shown import Quoting, Shows
from channels.email.tokens import Found, Tokens


class Deciding:
    """What is pressed by mail. What is no verdict is a message."""

    def __init__(
        self,
        arrivals: Arrivals,
        tokens: Tokens,
        replies: Replies,
        saying: Saying,
        people: People,
        now: Callable[[], int],
        shows: Shows,
        near: Near,
    ) -> None:
        self._arrivals = arrivals
        self._tokens = tokens
        self._replies = replies
        self._saying = saying
        self._people = people
        self._now = now
        self._shows = shows
        self._near = near

    async def take(self, heard: Heard, found: Found) -> str:
        """A mail to the address of a request; from somebody else than it was given to it is only noted."""
        mail, decision = heard.mail, heard.mail.decision
        if found.ticket.person != mail.proven:
            return await self._saying.refused(heard, hints.NOT_YOURS)
        is_plain = not (mail.doubt or mail.is_forward or decision)
        if is_plain and found.ticket.kind != "question":
            if near := await self._near.take(heard, found.ticket.request):
                return near
            if hint := _hint(mail.text):
                return await self._hinted(heard, found, hint)
        await self._wrote(heard, found)
        if mail.doubt or mail.is_forward:
            return await self._saying.words(
                heard, hints.FORWARD if mail.is_forward else hints.DOUBT
            )
        if found.ticket.kind == "question":
            return await self._press(heard, found, await self._answered(heard, found))
        if aside := _aside(mail):
            return await self._put_off(heard, found, aside)
        match decision.word if decision else "":
            case "approve" | "deny" as word:
                press = _press(heard, found, word, decision.rest if decision else "")
                return await self._press(heard, found, press)
            case "edit":
                return await self._edit(heard, found, decision.rest if decision else "")
            case _:
                return await self._saying.words(heard)

    async def _wrote(self, heard: Heard, found: Found, hint: str = "") -> None:
        """Before it is on the log: what it makes of the card is mailed to them. Read again, it is no answer to that one."""
        if not await self._arrivals.has_heard(heard.address, heard.id):
            await self._shows.answered(heard.place, found.ticket.request, heard.mail.proven, hint)
            await self._saying.follows(heard)

    async def _hinted(self, heard: Heard, found: Found, hint: str) -> str:
        """A message whose author may believe that it decides. Where it has the card asked anew, they are told so on that."""
        request = found.ticket.request
        is_open = isinstance(await self._arrivals.asked(request), Approval)
        await self._wrote(heard, found, hint if is_open else "")
        return await self._saying.words(heard, hint, is_on_card=is_open)

    async def _put_off(self, heard: Heard, found: Found, said: typed.PutOff) -> str:
        """Words that put off the very request that this address is for. The address stays good: it is decided later."""
        press = _press(heard, found, "ignore", heard.mail.text)
        match said:
            case typed.Pass(to=to):
                press = replace(press, word="pass", to=self._alias(to))
            case typed.Later(when=when):
                try:
                    until = moment_of(when, self._now(), self._zone(heard.mail.proven))
                except ValueError as error:
                    return await self._saying.refused(heard, f"Nothing is put off: {error}.")
                press = replace(press, word="later", until=until)
            case typed.Ignore():
                pass
            case _:
                assert_never(said)
        became = await self._press(heard, found, press, spends=False)
        if became == "pass":
            await self._passed(heard, press)
        if became == press.word:
            await self._confirmed(heard, press)
        return became

    async def _confirmed(self, heard: Heard, press: Press) -> None:
        """One mail to its author: what was decided shows by what happens, and of this nothing does. Who passes it on hears of that with the thread, if they are on it."""
        match press.word:
            case "later":
                then = datetime.fromtimestamp(
                    (press.until or 0) / 1000, ZoneInfo(self._zone(heard.mail.proven))
                )
                said = hints.LATER.format(when=f"{then:%Y-%m-%d %H:%M} {then.tzname()}")
            case "pass" if await self._saying.reaches(heard):
                return
            case "pass":
                said = hints.PASSED.format(to=press.to)
            case _:
                said = hints.IGNORED
        await self._replies.say(heard, said)

    async def _passed(self, heard: Heard, press: Press) -> None:
        """A card for whom it was passed to, with an address of its own; whoever has no mail is told where the thread is."""
        asked, to = await self._arrivals.asked(press.request), mail_of(self._people, press.to)
        if isinstance(asked, Approval) and to:
            why = f"{self._alias(press.person)} passes this to you."
            await self._shows.show(heard.place, asked, to, why, heard.id)

    async def _edit(self, heard: Heard, found: Found, block: str) -> str:
        changed = arguments(block)
        complaint = (
            await self._arrivals.complaints(found.ticket.request, changed)
            if changed
            else hints.EDIT
        )
        if complaint or not changed:
            return await self._hinted(heard, found, complaint or hints.EDIT)
        return await self._press(heard, found, _press(heard, found, "edit", arguments=changed))

    async def _answered(self, heard: Heard, found: Found) -> Press:
        """The answer as it was written; below a greeting a choice, or its number, stands for itself."""
        text, asked = heard.mail.text, await self._arrivals.asked(found.ticket.request)
        alone = verdicts.ungreeted(text.strip())
        choices = asked.choices if isinstance(asked, Question | Hold | UnknownOutcome) else ()
        is_pick = typed.choose(alone, choices) is not None or alone.isdecimal()
        return _press(heard, found, "answer", alone if choices and is_pick else text)

    async def _voted(self, press: Press) -> str:
        """That this person has approved already what still waits for somebody else; empty: they have not."""
        asked, by = await self._arrivals.asked(press.request), self._alias(press.person)
        if press.word != "approve" or not isinstance(asked, Approval) or by not in asked.votes:
            return ""
        return hints.voted(asked)

    def _alias(self, address: str) -> str:
        return self._people.alias_of(ids.CHANNEL, address) or address

    async def _press(self, heard: Heard, found: Found, press: Press, *, spends: bool = True) -> str:
        """A verdict, if this person may still give one by this address."""
        objection = await self._tokens.objection(found, heard.id)
        objection = objection or await unwritten(self._arrivals, press.request, press.word)
        if objection:
            objection = await self._voted(press) or objection
            became = await self._saying.refused(heard, objection)
            await self._shown(heard, found, objection)
            return became
        await self._arrivals.press(press)
        refusal = await self._arrivals.refusal(press)
        if refusal:
            if not await self._shown(heard, found, refusal):
                await self._replies.say(heard, refusal)
            return "refused"
        if spends:
            await self._tokens.spend(found, heard.id)
            await self._waits(heard, press)
        return press.word

    async def _waits(self, heard: Heard, press: Press) -> None:
        """That nothing comes of what was decided as long as a halt lasts; whoever is on the thread hears that there."""
        halt = await self._arrivals.halted(press.request)
        if halt and not await self._saying.reaches(heard):
            await self._replies.say(heard, hints.HALTED.format(halt=halt))

    async def _shown(self, heard: Heard, found: Found, why: str) -> bool:
        """Whether what stands in the place of the one they answered was mailed to them now."""
        asked = await self._arrivals.asked(found.ticket.request)
        if not isinstance(asked, Quoting) or asked.request == found.ticket.request:
            return False
        return await self._shows.show(heard.place, asked, heard.mail.proven, why)

    def _zone(self, mail: str) -> str:
        """Where this person's clock is."""
        known = self._people.people.get(self._people.alias_of(ids.CHANNEL, mail) or "")
        return (known.time_zone if known else None) or "UTC"


def _hint(text: str) -> str:
    """What somebody is told who may believe that this has decided something."""
    if verdicts.nearly_edits(text):
        return hints.EDIT
    return hints.NEARLY if verdicts.nearly(text) else ""


def _press(
    heard: Heard, found: Found, word: Word, text: str = "", arguments: Json | None = None
) -> Press:
    """A verdict by this mail on the request and the showing that its address is for."""
    return Press(
        id=heard.id,
        channel=ids.CHANNEL,
        person=heard.mail.proven,
        request=found.ticket.request,
        word=word,
        text=text,
        arguments=arguments or {},
        spot=heard.home,
        digest=found.ticket.digest,
        original=heard.mail.original,
    )


def _aside(mail: Arrived) -> typed.PutOff | None:
    """What it says instead of deciding. It may be passed on to a mail address too, which the words of other channels have not."""
    match mail.decision:
        case Decided(word="pass", rest=to):
            return typed.Pass(to)
        case Decided(word="later", rest=when):
            return typed.Later(when)
        case _:
            return typed.put_off(mail.text)
