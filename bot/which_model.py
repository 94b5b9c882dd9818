"""Which model: the one that an agent asks, and the one that is asked instead of it, by settings."""

from __future__ import annotations

from collections.abc import Callable

from bot.kit.agent import Agent
from bot.model.rehearsal import PREFIX
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
