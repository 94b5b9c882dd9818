"""Agents written to a folder of the test's own and loaded from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from bot.kit.agent import Agent
from bot.kit.house import load_house
from bot.kit.load import load_agent
from bot.kit.people import People, Person

AgentIn = Callable[..., Agent]

SHOP = '''
from pydantic import Field
from bot.kit import Args, Call, Card, Refused, tool

class Refund(Args):
    charge: str = Field(pattern=r"^ch_\\w+$")
    amount: int = Field(gt=0, le=50_000)

class Page(Args):
    limit: int = 10

@tool(reads=True)
def list_charges(page: Page):
    """Charges, newest first."""
    return [{"id": "ch_1"}][: page.limit]

@tool(approval="never", idempotent=True, seconds=5)
def label(r: Refund):
    """Put a label on a charge."""

@tool(approval=lambda r: r.amount > 100, quorum=lambda r: 2 if r.amount > 20_000 else 1)
def credit(r: Refund):
    """Credit a customer."""

@tool(approval="always", reversible=False)
async def refund(r: Refund, call: Call):
    """Refund a charge.

    In part or in full.
    """
    return {"key": call.key}
'''


@pytest.fixture
def people() -> People:
    return People(
        {"alice": Person(email="alice@example.com"), "bob": Person(), "carol": Person()},
        {"releasers": ("alice", "bob")},
        {"releases": "slack:T1/C1", "lobby": "slack:lobby"},
    )


@pytest.fixture
def agent_in(tmp_path: Path, people: People) -> AgentIn:
    """Writes an agent with this front matter and these files (the shop's tools if none), and loads it."""

    def make(front: str = "", tools: str = SHOP, **files: str) -> Agent:
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        (folder / "agent.md").write_text(f"---\n{dedent(front)}\n---\nYou keep a shop.\n")
        for name, text in {"tools": tools, **files}.items():
            (folder / f"{name}.py").write_text(dedent(text))
        return load_agent(folder, load_house(), people)

    return make
