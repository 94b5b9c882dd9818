"""Which model: the one that an agent asks, and the one that is asked instead of it, by settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.model.rehearsal import PREFIX, Script, scripts
from bot.settings import Settings


def model_of(settings: Settings) -> Callable[[Agent], str]:
    """The model of each agent."""
    if settings.rehearses:
        return lambda agent: f"{PREFIX}{agent.name}"
    return lambda agent: agent.model or settings.model


def fallback_of(settings: Settings) -> Callable[[Agent], str]:
    """The one that is asked where that does not answer; empty: none is."""
    if settings.rehearses:
        return lambda _: ""
    return lambda agent: agent.fallback or settings.fallback_model


def rehearsed(agents: Mapping[str, Agent]) -> dict[str, Script]:
    """Each agent's rehearsal; one that cannot be imported stops the start as any wrong file of an agent does."""
    found: dict[str, Script] = {}
    for name, agent in agents.items():
        try:
            found |= scripts({name: agent})
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise AgentError(f"{agent.folder}/rehearsal.py:1: {text}") from error
    return found
