"""Policies: what holds for each tool of an agent, as a row: who decides, how, till when, and who is told meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from bot.kit.agent import Agent
from bot.kit.durations import written
from bot.kit.intents import BUILT_IN
from bot.kit.rule import Terms

Json = dict[str, object]


def row(agent: Agent, name: str) -> Json:
    """What holds for this tool or intent; of what a human is asked about also who decides, how and till when."""
    if name in BUILT_IN:
        kind = BUILT_IN[name][0]
        reason = f"{name} is built in and changes nothing outside the thread."
        return {"kind": kind, "approval": "never", "reason": reason}
    terms = agent.terms[name]
    tool = terms.tool
    own: Json = {
        "kind": "read" if tool.reads else "write" if terms.approval == "never" else "gated",
        "approval": terms.approval,
        "reason": _reason(terms),
        "idempotent": tool.idempotent,
        "reversible": tool.reversible,
    }
    return own if terms.approval == "never" else {**own, **_deciders(agent, terms)}


def _deciders(agent: Agent, terms: Terms) -> Json:
    counted = isinstance(terms.quorum, int)
    return {
        "approvers": list(agent.people.expand(terms.approvers)),
        "unread": [{"group": group, "why": why} for group, why in agent.unread(terms.tool.name)],
        "quorum": terms.quorum if counted else "by its arguments",
        "self_approval": terms.self_approval,
        "deadline_seconds": terms.deadline_seconds,
        "words": "allowed" if terms.typed else "denied",
        "channels": list(terms.channels),
        "ladder": [rung.model_dump(mode="json") for rung in terms.ladder],
        "address": terms.address or agent.front.address,
        "grant": terms.grant.terms.model_dump(mode="json") if terms.grant else None,
    }


def _reason(terms: Terms) -> str:
    name = terms.tool.name
    if terms.tool.reads:
        return f"{name} only reads."
    match terms.approval:
        case "never":
            return f"{terms.said_by} lets {name} run without approval."
        case "always":
            return f"{terms.said_by} asks for approval of every {name}."
        case "when":
            return f"{terms.said_by} asks for approval where the condition of {name} says so."


def who(row: Json) -> str:
    """Who decides, and how many of them it takes."""
    if "approvers" not in row:
        return ""
    names = ", ".join(cast("list[str]", row["approvers"])) or "nobody"
    for each in cast("list[Json]", row["unread"]):
        names += f", {each['group']} unread: {each['why']}"
    return names if row["quorum"] == 1 else f"{row['quorum']} of {names}"


def how(row: Json) -> str:
    """What else its policy says; what is as everywhere is left out."""
    return "; ".join(_said(row)) if "approvers" in row else ""


def _said(row: Json) -> Iterator[str]:
    if row["deadline_seconds"]:
        yield f"within {written(cast('int', row['deadline_seconds']))}"
    if channels := cast("list[str]", row["channels"]):
        yield f"by {' or '.join(channels)} alone"
    if row["words"] == "denied":
        yield "by buttons alone"
    if row["self_approval"]:
        yield "whoever asked may approve"
    for rung in cast("list[Json]", row["ladder"]):
        to = " ".join(["", *cast("list[str]", rung["to"])])
        yield f"{rung['kind']}{to} after {written(cast('int', rung['after_seconds']))}"
    if row["address"]:
        yield f"put in {row['address']}"
    if grant := cast("Json | None", row["grant"]):
        yield f"grants up to {grant['minutes']} minutes"
