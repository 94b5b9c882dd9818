"""Modal: Deny… and Edit… open a form while the person waits; opening reads only, and what is sent off is a verdict."""

from __future__ import annotations

from dataclasses import replace
from time import time

from slack_bolt.response import BoltResponse

from bot.core.outbox import Approval, Question
from bot.core.values import Address
from bot.kit.arrival import Arrivals, Form, Press
from bot.kit.people import People
from channels.slack import forms, hints, more
from channels.slack.address import CHANNEL, is_apart, place
from channels.slack.api import Web
from channels.slack.approval import strands
from channels.slack.parse import Submitted, Wish
from channels.slack.payload import Json
from channels.slack.reader import look_of


class Modals:
    """The forms of one workspace."""

    def __init__(self, web: Web, people: People, arrivals: Arrivals) -> None:
        self._web = web
        self._people = people
        self._arrivals = arrivals

    async def open(self, wish: Wish) -> None:
        """Opens the form, within the three seconds that its trigger lives."""
        press = wish.press
        form = await self._arrivals.form(press.request)
        if form is None or (press.word != "deny" and form.asked.request != press.request):
            await self._late(press)
            return
        if await self._is_refused(press, form):
            return
        view = self._view(press, form)
        await self._web.call("views.open", {"trigger_id": wish.trigger, "view": view})

    async def _is_refused(self, press: Press, form: Form) -> bool:
        """Whoever may not decide is told so at once, and not after they have filled in a form."""
        reason = await self._arrivals.objection(press)
        if reason is None:
            return False
        given = Address(channel=CHANNEL, locator=press.spot)
        where = form.home if form.home and not is_apart(given, form.home) else given
        told = hints.to_you(self._actor(press), reason)
        await hints.whisper(self._web, place(where), press.person, told)
        return True

    async def _late(self, press: Press) -> None:
        """No form belongs to that card any more. An edit of it counts for nothing: that is on record, and its author is told."""
        word = press.word if press.word == "ignore" else "edit"
        await self._arrivals.press(replace(press, word=word))

    async def submitted(self, sent: Submitted) -> BoltResponse:
        """Takes the verdict, then closes the form; a change that cannot be taken is said beside its field."""
        match sent.callback:
            case "deny":
                reason = forms.reason(sent.values)
                await self._arrivals.press(replace(sent.press, word="deny", text=reason))
            case "edit":
                return await self._edited(sent)
            case more.MORE:
                return await self._put_off(sent)
            case _:
                pass
        return BoltResponse(status=200, body="")

    async def _put_off(self, sent: Submitted) -> BoltResponse:
        look = look_of(sent.press.person, self._people)
        press = more.read(sent.press, sent.values, look, int(time() * 1000))
        if isinstance(press, forms.Mistakes):
            return _corrected(press)
        await self._arrivals.press(press)
        return BoltResponse(status=200, body="")

    async def _edited(self, sent: Submitted) -> BoltResponse:
        form = await self._arrivals.form(sent.press.request)
        is_of = form is not None and form.asked.request == sent.press.request
        if form is None or not is_of or not isinstance(form.asked, Approval):
            await self._late(sent.press)
            return BoltResponse(status=200, body="")
        found = await self._changes(sent, form.asked, form.schema)
        if isinstance(found, forms.Mistakes):
            return _corrected(found)
        await self._arrivals.press(replace(sent.press, word="edit", arguments=found))
        return BoltResponse(status=200, body="")

    async def _changes(
        self, sent: Submitted, asked: Approval, schema: Json
    ) -> Json | forms.Mistakes:
        look = look_of(sent.press.person, self._people)
        found = forms.changes(sent.values, asked.arguments, schema, look)
        if isinstance(found, forms.Mistakes):
            return found
        complaint = await self._arrivals.complaints(sent.press.request, found)
        if complaint is None:
            return found
        return forms.Mistakes({next(iter(found)): complaint[:150]})

    def _actor(self, press: Press) -> str:
        return self._people.alias_of(CHANNEL, press.person) or f"{CHANNEL}:{press.person}"

    def _view(self, press: Press, form: Form) -> Json:
        asked, look = form.asked, look_of(press.person, self._people)
        if press.word == "ignore" or isinstance(asked, Question):
            return more.form(press, asked, self._actor(press), look, int(time() * 1000))
        if press.word == "deny":
            view = forms.deny(press.request, asked.tool, look)
        else:
            warning = strands(asked, self._actor(press), look)
            view = forms.edit(
                press.request, asked.tool, asked.arguments, form.schema, look, warning
            )
        return {**view, "private_metadata": f"{press.request} {press.digest}"}


def _corrected(found: forms.Mistakes) -> BoltResponse:
    """The form stays open and says beside each field what is wrong."""
    return BoltResponse(status=200, body={"response_action": "errors", "errors": found.errors})
