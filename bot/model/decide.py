"""Decide: the one place of chance. Renders the thread, asks the model, and turns its answer into an event."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

import structlog
from pydantic import JsonValue

from bot.core import sense
from bot.core.codec import digest_of
from bot.core.events import Event, StepDecided
from bot.core.log import Log, log_of
from bot.core.masks import PLAIN, Masks
from bot.core.redact import cut
from bot.core.thread import Thinking, Thread, is_closed
from bot.core.values import Proposal, Usage
from bot.kit import links
from bot.kit.agent import Agent
from bot.kit.askable import askable, unnamed
from bot.kit.front_matter import QUESTION
from bot.kit.propose import Malformed
from bot.model import attached, budget, fallback, pictures
from bot.model.fallback import Models
from bot.model.pictures import Blob, Blobs
from bot.model.port import Answer, Model, ModelFailed
from bot.model.request import filled, frame, spec_of
from bot.model.undecided import NOTHING_SENT, Sent, fact_id, undecided

log = structlog.get_logger()

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0
CONTEXT_TOKENS = 100_000
MOST_DOUBLINGS = 10
DIGEST_CHARACTERS = 16


class Decider:
    """Chooses the next step of a thread with its agent's prompt, tools and model."""

    def __init__(
        self,
        agents: Mapping[str, Agent],
        model: Model,
        *,
        model_of: Callable[[Agent], str],
        max_tokens: int,
        deadline_seconds: int,
        owner: str,
        context_tokens: int = CONTEXT_TOKENS,
        fallback_of: Callable[[Agent], str] = lambda agent: agent.fallback or "",
        blob: Blob = pictures.nowhere,
        masks: Masks = PLAIN,
        media: Collection[str] = (),
    ) -> None:
        self._agents = agents
        self._model = model
        self._model_of = model_of
        self._max_tokens = max_tokens
        self._deadline_seconds = deadline_seconds
        self._owner = owner
        self._frames: dict[tuple[str, str], str] = {}
        self._context_tokens = context_tokens
        self._fallback_of = fallback_of
        self._blob = blob
        self._masks = masks
        self._media = media

    async def __call__(self, thread: Thread, events: Sequence[Event]) -> Event:
        """The next step as a fact: what configuration prefetches, else what the model chose, else why it did not."""
        agent = self._agents.get(thread.agent)
        if agent is None:
            return undecided(thread, "permanent", f"There is no agent {thread.agent} here.")
        # A store that is away says nothing of the thread, so that error passes.
        blobs = await self.blobs(thread.id, log_of(events, thread.id))
        try:
            return await self._chosen(thread, agent, events, blobs)
        except Exception as error:
            # Also of an agent's own validators: a human hears of it, and nobody pays for asking the same again.
            log.exception("no step", thread=thread.id)
            reason = links.inert(f"{type(error).__name__}: {error}", events, agent.prompt)
            return undecided(thread, "permanent", reason)

    async def _chosen(
        self, thread: Thread, agent: Agent, events: Sequence[Event], blobs: Blobs
    ) -> Event:
        first = agent.prefetch and not thread.decided
        prefetched = self._proposals(thread, agent, agent.prefetch, ()) if first else ()
        if reads := (*prefetched, *attached.reads(thread.id, events)):
            return self._step(thread, agent, reads, "prefetch")
        return await self._ask(thread, agent, events, blobs)

    async def blobs(self, keeper: str, log: Log) -> Blobs:
        """What a request for this log needs besides the log: its pictures, which this thread keeps."""
        return {ref: await self._blob(keeper, ref) for ref in pictures.refs(log)}

    def request(
        self,
        agent: Agent,
        thread_id: str,
        events: Sequence[Event],
        model: str = "",
        blobs: Blobs = pictures.NONE,
    ) -> bytes:
        """The body that is sent to the model for this log and its pictures: the same bytes whenever it is rendered."""
        log, asked = log_of(events, thread_id), model or self._model_of(agent)
        shown = pictures.after(log, asked, blobs)
        return filled(self._frame(agent, asked), log.blocks(), log.blocks_before(), shown)

    def _frame(self, agent: Agent, model: str) -> str:
        """Made once: agents do not change while a process lives, and their schemas cost more than all the rest."""
        name = (agent.digest, model)
        if name not in self._frames:
            specs = [spec_of(spec) for spec in agent.tool_specs()]
            system, tools = cut((agent.system, specs), self._masks)
            self._frames[name] = frame(
                model=model, max_tokens=self._max_tokens, system=system, tools=tools
            )
        return self._frames[name]

    async def _ask(
        self, thread: Thread, agent: Agent, events: Sequence[Event], blobs: Blobs
    ) -> Event:
        first, second = self._model_of(agent), self._fallback_of(agent)
        models = Models(first, second if second != first else "")
        model = fallback.asked_next(models, events, thread.at)
        try:
            body = self.request(agent, thread.id, events, model, blobs)
            weight = self._weight(agent, thread.id, events, model) if blobs else len(body)
        except ValueError as error:
            return undecided(thread, "permanent", f"There is no request to send: {error}.")
        if not budget.fits(weight, self._most_tokens(agent)):
            return self._shortened(thread, agent, events, model)
        sent = Sent(model, digest_of(body))
        try:
            answer = await self._model.ask(body)
        except ModelFailed as error:
            if error.kind == "picture" and pictures.shows(body):
                without = f"{pictures.REFUSED}: {error.reason}"
                return undecided(thread, "transient", without, 0, sent, error.usage)
            told = fallback.trouble(models, thread, events, model, error)
            later = told.kind == "transient" and not told.instead
            wait = waiting_ms(thread, error.retry_seconds) if later else 0
            return undecided(thread, told.kind, told.reason, wait, sent, error.usage, told.instead)
        await agent.fresh(QUESTION)
        return self._heard(thread, agent, events, answer, sent)

    def _weight(self, agent: Agent, thread_id: str, events: Sequence[Event], model: str) -> int:
        """In bytes; a picture weighs what the vendor takes it for, whatever its own bytes are."""
        log = log_of(events, thread_id)
        return len(self.request(agent, thread_id, log, model)) + pictures.weighed(log)

    def _most_tokens(self, agent: Agent) -> int:
        return agent.front.limits.context_tokens or self._context_tokens

    def _shortened(
        self, thread: Thread, agent: Agent, events: Sequence[Event], model: str
    ) -> Event:
        """What goes on record in the place of a question that would be too long; asked is after it."""
        most = self._most_tokens(agent)
        fact = budget.shortened(
            fact_id("compacted", thread),
            thread.id,
            events,
            most,
            lambda log: self._weight(agent, thread.id, log, model),
        )
        reason = (
            f"The prompt, the tools and what is open alone are more than {most:,} tokens: raise context_tokens "
            f"in the limits of {agent.name} (or BOT_CONTEXT_TOKENS), or begin a new thread."
        )
        return fact or undecided(thread, "permanent", reason)

    def _heard(
        self, thread: Thread, agent: Agent, events: Sequence[Event], answer: Answer, sent: Sent
    ) -> Event:
        """The answer as a step, if it makes one; without secrets, before anything is made or digested of it."""
        answer = cut(answer, self._masks)
        try:
            uses = links.tamed(_uses(thread, answer), events, agent.prompt)
            proposals = self._proposals(thread, agent, uses, events)
            reason = sense.malformed(thread, proposals)
        except Malformed as error:
            proposals, reason = (), str(error)
        if reason is not None:
            reason = links.inert(reason, events, agent.prompt)
            return undecided(thread, "malformed", reason, 0, sent, answer.usage)
        return self._step(thread, agent, proposals, "model", sent, answer)

    def _proposals(
        self, thread: Thread, agent: Agent, uses: Sequence[links.Use], events: Sequence[Event]
    ) -> tuple[Proposal, ...]:
        asked = unnamed(agent, thread.requester, self._owner)
        return agent.propose(
            uses,
            asked=asked,
            question_deadline_seconds=self._deadline_seconds,
            approval_deadline_seconds=self._deadline_seconds,
            now=datetime.fromtimestamp(thread.at / 1000, UTC),
            owner=self._owner,
            home=thread.addresses,
            requester=thread.requester,
            media=self._media,
            askable=askable(agent, events, asked),
        )

    def _step(
        self,
        thread: Thread,
        agent: Agent,
        proposals: tuple[Proposal, ...],
        actor: str,
        sent: Sent = NOTHING_SENT,
        answer: Answer | None = None,
    ) -> StepDecided:
        asked = unnamed(agent, thread.requester, self._owner)
        reach = agent.reach(self._media, thread.addresses, requester=thread.requester)
        return StepDecided(
            id=fact_id("step", thread),
            actor=actor,
            seen=thread.head,
            calls=proposals,
            text=answer.text if answer and answer.uses else "",
            agent=agent.digest[:DIGEST_CHARACTERS],
            model=sent.model,
            request=sent.digest,
            limits=agent.limits,
            asked=asked,
            apart=reach.apart(asked),
            usage=answer.usage if answer else Usage(),
        )


def _uses(thread: Thread, answer: Answer) -> list[tuple[str, dict[str, JsonValue]]]:
    """Text without a tool is the final message; with open requests it is said while they stay open."""
    if answer.uses:
        return [(use.name, use.arguments) for use in answer.uses]
    waiting = any(not is_closed(call) for call in thread.calls)
    return [("stand_by" if waiting else "done_for_now", {"message": answer.text})]


def waiting_ms(thread: Thread, told_seconds: float | None) -> int:
    """How long to wait in ms: as long as the provider says, else twice as long each time, never all at once."""
    tries = thread.turn.tries if isinstance(thread.turn, Thinking) else 0
    grown = min(FIRST_WAIT_SECONDS * 2 ** min(tries, MOST_DOUBLINGS), LONGEST_WAIT_SECONDS)
    return int(max(told_seconds or 0.0, grown) * random.uniform(1.0, 1.2) * 1000)  # noqa: S311 - spreading, not secrecy
