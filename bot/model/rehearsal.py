"""Rehearsal: a script in the model's place, for the demo and for tests. It knows the rendered request and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from pydantic import JsonValue

from bot.kit.agent import Agent
from bot.kit.modules import import_from
from bot.model.port import Answer, ModelFailed, ToolUse

Script = Callable[[dict[str, JsonValue]], list[tuple[str, dict[str, JsonValue]]]]

PREFIX = "rehearsal/"


def scripts(agents: Mapping[str, Agent]) -> dict[str, Script]:
    """The scripts that agents keep beside their prompts, by agent."""
    kept = {name: agent.folder for name, agent in agents.items()}
    return {
        name: import_from(folder, "rehearsal").rehearse
        for name, folder in kept.items()
        if (folder / "rehearsal.py").is_file()
    }


class Rehearsal:
    """Asks the script that an agent keeps beside its prompt; the request names the agent in place of a model."""

    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self._scripts = scripts

    async def ask(self, body: bytes) -> Answer:
        request = json.loads(body)
        agent = str(request["model"]).removeprefix(PREFIX)
        script = self._scripts.get(agent)
        if script is None:
            reason = (
                f"{agent} has no rehearsal.py; set ANTHROPIC_API_KEY, so that a model can decide."
            )
            raise ModelFailed("permanent", reason)
        uses = tuple(ToolUse(name=name, arguments=arguments) for name, arguments in script(request))
        return Answer(uses=uses, model=request["model"])
