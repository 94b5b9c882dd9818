"""Explain: for one call, why it is asked about or not, by whom it would be decided, who is left out, and who is told when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import cast

from bot.cli import wording
from bot.cli.errors import Wrong
from bot.cli.given import arguments_of
from bot.cli.output import moment
from bot.cli.put import WHY
from bot.core.values import Deputy
from bot.kit.agent import Agent
from bot.kit.arguments import BadArguments
from bot.kit.durations import written
from bot.kit.front_matter import QUESTION
from bot.kit.intents import BUILT_IN
from bot.kit.nearest import meant
from bot.kit.places import complaint
from bot.kit.rule import Rule, Terms
from bot.kit.standing_in import deputies, named
from bot.settings import Settings

Json = dict[str, object]
ASKERS = "whoever began its thread or made its schedule, and whoever asks for anything there until it is proposed"


def explained(settings: Settings, agent: Agent, tool: str, arguments: str, by: str) -> Json:
    """All that holds for this call, were it proposed now and asked for by this person. Raises `Wrong`."""
    if tool in BUILT_IN:
        return _built_in(settings, agent, tool)
    if tool not in agent.terms:
        raise wording.wrong("tool", tool, agent.terms, f" of {agent.name}")
    if by and by not in agent.people.people and "did you mean" in meant(by, agent.people.people):
        # Anybody may ask; whose name is nearly that of one of us would only seem to be left out.
        raise wording.wrong("person", by, agent.people.people)
    given = arguments_of(arguments)
    try:
        rule = agent.rule(tool, given)
    except BadArguments as error:
        raise Wrong(f"{tool}: {error}.") from None
    terms = agent.terms[tool]
    default = int(settings.approval_deadline.total_seconds())
    told: Json = {
        "agent": agent.name,
        "tool": tool,
        "arguments": given,
        "kind": rule.kind,
        "reason": rule.reason,
        "said_by": terms.said_by,
        "loosened": list(terms.loosened),
    }
    return told if rule.kind != "gated" else {**told, **_asked(agent, terms, rule, by, default)}


def _built_in(settings: Settings, agent: Agent, name: str) -> Json:
    """What holds for an intent that every agent has; of a question also how long it waits, who is told and where it is put."""
    told: Json = {
        "agent": agent.name,
        "tool": name,
        "kind": BUILT_IN[name][0],
        "reason": agent.rule(name, {}).reason,
        "loosened": [],
    }
    if name != QUESTION:
        return told
    default = int(settings.approval_deadline.total_seconds())
    deadline, ladder = agent.asking.deadline or default, named(agent.people, agent.asking.ladder())
    why = complaint(agent.asking.address or "", agent.people) if agent.asking.address else None
    return {
        **told,
        "deadline_seconds": deadline,
        "ladder": [rung.model_dump(mode="json") for rung in ladder],
        "addresses": _places(agent, name),
        "no_places": [why] if why else [],
    }


def _asked(agent: Agent, terms: Terms, rule: Rule, by: str, default: int) -> Json:
    """Who would be asked, and how it would be decided."""
    now, deadline = time.time_ns() // 1_000_000, rule.deadline_seconds or default
    ladder = named(agent.people, rule.ladder)
    stand_ins = deputies(agent.people, rule.deputies, ladder, deadline, now)
    rows = [_approver(agent, terms, rule, person, by, stand_ins) for person in rule.approvers]
    return {
        "named_by": _named_by(terms),
        "asked_by": ASKERS,
        "approvers": rows,
        "quorum": rule.quorum,
        "can_be_met": sum(bool(row["counts"]) for row in rows) >= rule.quorum,
        "unknown": list(agent.people.unknown(terms.approvers)),
        "unread": [{"group": group, "why": why} for group, why in agent.unread(terms.tool.name)],
        "self_approval": rule.self_approval,
        "deadline_seconds": deadline,
        "channels": list(rule.channels),
        "words": "allowed" if rule.typed else "denied",
        "grant": rule.grant.model_dump(mode="json") if rule.grant else None,
        "ladder": [rung.model_dump(mode="json") for rung in ladder],
        "addresses": [*_places(agent, terms.tool.name), *_addresses(agent, rule, by)],
        "no_places": _no_places(agent, terms),
        "mend": None if rows else f"bot approvers {agent.name} --add NAME",
    }


def _approver(
    agent: Agent, terms: Terms, rule: Rule, person: str, by: str, stand_ins: tuple[Deputy, ...]
) -> Json:
    people = agent.people
    barred = person == by and not rule.self_approval
    found = next((each for each in stand_ins if each.of == person), None)
    allowed = found and (rule.self_approval or by not in (found.person, person))
    return {
        "person": person,
        "through": [name for name in terms.approvers if person in people.expand((name,))],
        "counts": not barred,
        "why_not": "asked for it, and who asks does not approve" if barred else None,
        "deputy": found.person if found and allowed else None,
        "deputy_from": moment(found.since) if found and allowed else None,
    }


def _places(agent: Agent, tool: str) -> list[Json]:
    """Where the card is put, in the order of precedence: the first is taken, and where that refuses it the next."""
    rows: list[Json] = [
        {"by": each.by, "name": each.name, **each.address.model_dump()}
        for each in agent.places(tool)
    ]
    own = [row for row in rows if row["by"] == "call"]
    return [*own, {"by": "thread"}, *(row for row in rows if row["by"] != "call")]


def _no_places(agent: Agent, terms: Terms) -> list[str]:
    """Why names that were given for a place are none."""
    said = (terms.address, agent.front.address)
    return [why for name in said if name and (why := complaint(name, agent.people))]


def _addresses(agent: Agent, rule: Rule, by: str) -> list[Json]:
    """Beside the thread: a copy to each of those asked, where they are reached first."""
    known = agent.people.people
    return [
        {"by": "person", "person": person, "channel": channel, "address": address}
        for person in rule.approvers
        if person != by or rule.self_approval
        for channel, address in known[person].addresses
    ]


def _named_by(terms: Terms) -> str:
    own = terms.tool.approving.approvers
    return "the tool's own declaration" if own and terms.approvers == own else "the agent"


def lines(told: Json) -> Iterator[str]:
    """The same for people."""
    yield f"{told['tool']}: {told['reason']}"
    for each in cast("list[str]", told["loosened"]):
        yield f"  looser than the tool itself: {each}"
    if told["kind"] == "question":
        yield f"  answered by whom it names, else by whoever asked and the approvers, within {_deadline(told)}"
        yield from _waiting(told)
    if told["kind"] != "gated":
        return
    rows = cast("list[Json]", told["approvers"])
    mend = f"nobody, so it waits for its deadline: {told['mend']}"
    yield f"  takes {told['quorum']} of: {', '.join(str(row['person']) for row in rows) or mend}"
    for row in rows:
        through = ", ".join(cast("list[str]", row["through"]))
        left_out = f"; does not count: {row['why_not']}" if row["why_not"] else ""
        deputy = f"; {row['deputy']} in their place from {row['deputy_from']}" if row["deputy"] else ""  # fmt: skip
        yield f"  {row['person']}, through {through} named by {told['named_by']}{left_out}{deputy}"
    left_out = "may approve it too" if told["self_approval"] else "does not approve it"
    yield f"  asked for by {told['asked_by']}: who asks {left_out}"
    if rows and not told["can_be_met"]:
        yield f"  so few may approve that {told['quorum']} can only be reached by deputies, or never"
    for name in cast("list[str]", told["unknown"]):
        yield f"  {name} is nobody: neither a person nor a group of the people file"
    for each in cast("list[Json]", told["unread"]):
        yield f"  nobody through {each['group']}: {each['why']}"
    yield from _terms(told)


def _granted(grant: Json | None, quorum: int) -> str:
    """What may be granted besides, in a phrase."""
    if grant is None or quorum > 1:
        return "approved one by one: nothing can be granted besides"
    same = ", ".join(cast("list[str]", grant["same"]))
    which = f"with the same {same}" if same else "whatever its arguments"
    copied = "" if grant["outside"] else ", but for what repeats words from outside"
    return f"may be granted for up to {grant['minutes']} minutes, in one thread: every call {which}{copied}"


def _terms(told: Json) -> Iterator[str]:
    channels = ", ".join(cast("list[str]", told["channels"])) or "any channel"
    typed = "buttons and typed words" if told["words"] == "allowed" else "buttons alone"
    yield f"  decided in {channels}, by {typed}, within {_deadline(told)}"
    yield f"  {_granted(cast('Json | None', told['grant']), cast('int', told['quorum']))}"
    yield from _waiting(told)


def _waiting(told: Json) -> Iterator[str]:
    """Who is told while it waits, and where it is put."""
    for rung in cast("list[Json]", told["ladder"]):
        to = ", ".join(cast("list[str]", rung["to"])) or "those who have not answered"
        yield f"  after {written(cast('int', rung['after_seconds']))}: {rung['kind']} {to}"
    rows = cast("list[Json]", told["addresses"])
    first, *others = (_place(each) for each in rows if each["by"] != "person")
    yield f"  put in {first}{''.join(f'; where that refuses it, in {each}' for each in others)}"
    yield from (f"  nothing is put there: {why}" for why in cast("list[str]", told["no_places"]))
    people = [each for each in rows if each["by"] == "person"]
    yield from ("  with a copy to each, in this order:",) if people else ()
    for each in people:
        yield f"    {each['person']}: {each['channel']} {each['address']}"


def _deadline(told: Json) -> str:
    return written(cast("int", told["deadline_seconds"]))


def _place(row: Json) -> str:
    if row["by"] == "thread":
        return "the thread where the work began"
    return f"{row['name']} ({row['channel']} {row['locator']}), {WHY[str(row['by'])]}"
