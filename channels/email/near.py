"""Near: a mail that nearly decides on a card. Its author gets one mail, the card with how it is done above it, and the model is not asked.

What may be meant to refuse has the card asked anew, so that nobody approves it unaware: then whoever works sends that mail. Under a halt
the sentence goes alone at once, and the card when that is lifted.
"""

from __future__ import annotations

from bot.core.outbox import Approval
from bot.kit.arrival import Arrivals
from bot.kit.people import People
from channels.email import hints, ids
from channels.email.apart import is_elsewhere
from channels.email.heard import Heard
from channels.email.reading import verdicts
from channels.email.replies import Replies
from channels.email.saying import Saying
from channels.email.shown import Shows
from channels.email.threads import Talks


class Near:
    """Mails that say nothing but what is on the lists of near misses, of whoever is asked."""

    def __init__(
        self,
        arrivals: Arrivals,
        talks: Talks,
        saying: Saying,
        replies: Replies,
        shows: Shows,
        people: People,
    ) -> None:
        self._arrivals = arrivals
        self._talks = talks
        self._saying = saying
        self._replies = replies
        self._shows = shows
        self._people = people

    async def take(self, heard: Heard, request: str) -> str:
        """What became of it; empty: it is a message like any other. Of several tries at one mail, the first says which."""
        mail = heard.mail
        leans = verdicts.leaning(mail.text)
        if leans is None or await self._arrivals.has_heard(heard.address, heard.id):
            return ""
        asked = await self._arrivals.asked(request)
        hint = hints.nearly(asked, self._who(heard))
        if await is_elsewhere(self._talks, heard.place):
            await self._answer(heard, asked, hint)
            return "apart"
        is_against = leans == "against"
        # Under a halt no card is made anew until that is lifted: so long they would hear nothing.
        is_halted = is_against and await self._arrivals.halted(request) is not None
        # Read again, it is no answer to the showing that it brought.
        if is_against and not await self._arrivals.has_heard(heard.address, f"{heard.id}/noted"):
            on_card = "" if is_halted else hint
            await self._shows.answered(heard.place, request, mail.proven, on_card)
        if not await self._saying.nearly(heard, request, against=is_against):
            return ""
        # One that was refused while it is made anew is shown when it is there.
        if is_halted:
            await self._replies.say(heard, hint)
        elif not is_against:
            await self._answer(heard, asked, hint)
        return "noted"

    async def plain(self, heard: Heard, at: int) -> str:
        """The same for a mail without the address of a card, of somebody who may decide the one that is all their conversation waits for."""
        leans = verdicts.leaning(heard.mail.text)
        asked = await self._only(heard, at) if leans else None
        return await self.take(heard, asked.request) if asked else ""

    async def hint(self, heard: Heard, at: int) -> str:
        """What the author of such a mail is told where it is a message that they may believe to decide; empty: nothing."""
        asked = await self._only(heard, at) if verdicts.nearly(heard.mail.text) else None
        return hints.nearly(asked, self._who(heard)) if asked else ""

    async def _only(self, heard: Heard, at: int) -> Approval | None:
        # What can be read in two ways, or is somebody else's mail, says more than that.
        if heard.mail.doubt or heard.mail.is_forward:
            return None
        match await self._arrivals.open(heard.address):
            case [Approval() as asked] if self._who(heard) in asked.deciders(at):
                return asked
            case _:
                return None

    def _who(self, heard: Heard) -> str:
        mail = heard.mail.proven
        return self._people.alias_of(ids.CHANNEL, mail) or f"{ids.CHANNEL}:{mail}"

    async def _answer(self, heard: Heard, asked: object, hint: str) -> None:
        """One mail: what they reply to with a verdict, or the sentence alone where nothing is asked just now."""
        if not await self._replies.passes(heard):
            return
        is_shown = isinstance(asked, Approval) and await self._shows.show(
            heard.place, asked, heard.mail.proven, hint, heard.id
        )
        if not is_shown:
            await self._replies.say(heard, hint)
