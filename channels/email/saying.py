"""Saying: a mail as a message to the bot, or as words that are only noted; and whom the next mail of ours answers."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.core import words as typed
from bot.core.outbox import Question
from bot.core.values import Attachment
from bot.kit.arrival import Aim, Arrivals, Words
from bot.kit.people import People
from channels.email import hints, ids
from channels.email.apart import is_elsewhere
from channels.email.files import name_of
from channels.email.heard import Heard
from channels.email.replies import Replies
from channels.email.settling import settles
from channels.email.threads import Talks, talk

# Of what a mail quotes, the model is given so many characters: what was said last stands first.
MOST_QUOTED = 20_000
_ADDRESS = re.compile(r"[\w.%+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


class Saying:
    """Hands words in, and answers those that would be a verdict with how one is given."""

    def __init__(
        self, address: str, arrivals: Arrivals, talks: Talks, replies: Replies, people: People
    ) -> None:
        self._address = address
        self._arrivals = arrivals
        self._talks = talks
        self._replies = replies
        self._people = people

    async def words(self, heard: Heard, hint: str = "", *, is_on_card: bool = False) -> str:
        """A message. One that would be a verdict without the address of its request is only noted, and no mail gives a grant.

        A hint that is on the card which is asked anew because of these words is no mail of its own.
        """
        if await is_elsewhere(self._talks, heard.place):
            await self._replies.say(heard, hint or hints.APART)
            return "apart"
        if not await self._is_on_it(heard):
            return await self._only_noted(heard, hints.STRANGER)
        before = await self._quoted(heard)
        await self._remember(heard)
        words = replace(await self._said_by(heard), before=before)
        if await settles(self._arrivals, heard.address, heard.mail.text, words.text):
            lasts = typed.lasting(heard.mail.text) is not None
            return await self._only_noted(heard, hints.LASTING if lasts else hint)
        became = await self._arrivals.words(words)
        if hint and not is_on_card and became != "ignored":
            await self._replies.say(heard, hint)
        return became

    async def nearly(self, heard: Heard, request: str, *, against: bool) -> bool:
        """As `Arrivals` has it."""
        if not await self._is_on_it(heard):
            return False
        words = await self._said_by(heard, aim="others")
        return await self._arrivals.nearly(words, request, against=against)

    async def reaches(self, heard: Heard) -> bool:
        """Whether its author gets what the thread says."""
        known = await self._talks.get(heard.place)
        on_it = (known.to, *known.copied) if known and not known.is_elsewhere else ()
        return heard.mail.proven in on_it

    async def follows(self, heard: Heard) -> None:
        """The conversation goes on from this answer to what we asked."""
        await self._talks.followed(heard.place, heard.mail.proven, heard.mail.id)

    async def released(self, heard: Heard) -> str:
        """A message whose sender nobody has proven: where they are asked something it is no answer either, and only noted."""
        if not (await self._is_asked(heard) and await self._is_on_it(heard)):
            return await self.words(heard)
        await self._remember(heard)
        return await self._only_noted(heard)

    async def refused(self, heard: Heard, objection: str) -> str:
        """On the thread's log, and its author is told why it does not count."""
        await self._noted(heard)
        await self._replies.say(heard, objection)
        return "refused"

    async def _is_asked(self, heard: Heard) -> bool:
        """Whether a question waits in this very conversation."""
        return any(isinstance(each, Question) for each in await self._arrivals.open(heard.address))

    async def _only_noted(self, heard: Heard, hint: str = "") -> str:
        await self._noted(heard)
        await self._replies.say(heard, hint or hints.UNADDRESSED)
        return "noted"

    async def _noted(self, heard: Heard) -> None:
        """On the thread's log, where it decides nothing; what belongs to a thread elsewhere is nobody else's to read."""
        if await is_elsewhere(self._talks, heard.place):
            return
        words = await self._said_by(heard, aim="others")
        await self._arrivals.words(words)

    async def _said_by(self, heard: Heard, aim: Aim = "bot") -> Words:
        mail = heard.mail
        is_new = not await self._arrivals.knows(heard.address)
        text = f"Subject: {mail.subject}\n\n{mail.text}" if is_new and mail.subject else mail.text
        names = [f"[attached: {each.name or each.type}]" for each in mail.attached]
        return Words(
            id=heard.id if aim == "bot" else f"{heard.id}/noted",
            address=heard.address,
            person=mail.proven,
            text="\n".join([text, *names]).strip(),
            aim=aim,
            agent=heard.agent,
            files=tuple(
                Attachment(id=name_of(heard.id, each.path, mail.id), name=each.name)
                for each in mail.attached
            ),
            original=mail.original,
        )

    async def _is_on_it(self, heard: Heard) -> bool:
        """Whether its author has a say in this conversation: they begin it, are on it or have had a mail of it, be it at another address of theirs."""
        known = await self._talks.get(heard.place)
        if known is None or heard.is_aside or heard.mail.proven in known.known:
            return True
        alias = self._people.alias_of(ids.CHANNEL, heard.mail.proven)
        return alias is not None and any(
            self._people.alias_of(ids.CHANNEL, each) == alias for each in known.known
        )

    async def _quoted(self, heard: Heard) -> tuple[Words, ...]:
        """What it quotes of a mail that never came here, as words before it: whoever copies us in means those, too."""
        mail = heard.mail
        answered = mail.answers or (mail.parents[-1] if mail.parents else "")
        known = await self._talks.get(heard.place)
        # What this very mail says of the conversation may be kept already, of a try that ended before its words were.
        is_known = known and answered in known.ids and known.last != mail.id
        is_heard = ids.place_of(answered, self._address) or is_known
        if is_heard or not mail.quoted or await self._arrivals.has_heard(heard.address, heard.id):
            return ()
        who = self._people.alias_of(ids.CHANNEL, mail.proven) or mail.proven
        return (
            Words(
                id=f"{heard.id}/quoted",
                address=heard.address,
                person=f"quoted by {who}",
                text=_ADDRESS.sub(self._named, mail.quoted[:MOST_QUOTED]),
                aim="others",
            ),
        )

    def _named(self, address: re.Match[str]) -> str:
        """The model knows people by their names; whoever has none stays an address."""
        return self._people.alias_of(ids.CHANNEL, address[0]) or address[0]

    async def _remember(self, heard: Heard) -> None:
        """Whom and what the next mail of ours answers."""
        mail, known = heard.mail, await self._talks.get(heard.place)
        said = talk(mail, self._address)
        is_told = known and mail.proven in {*known.told} - {*known.everybody, known.to}
        joins = is_told and not said.is_in_bcc
        if known and (heard.is_aside or joins):
            await self._talks.joined(heard.place, mail.proven)
            return
        await self._talks.heard(heard.place, said)
