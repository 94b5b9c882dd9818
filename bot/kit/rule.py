"""Rule: who decides on one call, and why: the tool's own words, tightened by the policy of its agent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from bot.core.values import Grantable, Rung
from bot.kit.arguments import Args
from bot.kit.declared import Approval, Approving, Quorum
from bot.kit.front_matter import Policy
from bot.kit.grant import Grant, unmet
from bot.kit.people import People
from bot.kit.standing_in import pairs
from bot.kit.tool import Tool

_STRICTNESS: dict[Approval, int] = {"never": 0, "when": 1, "always": 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one call. `deadline_seconds` None: the default of the whole bot."""

    kind: Literal["read", "write", "gated"]
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    self_approval: bool = False
    deadline_seconds: int | None = None
    typed: bool = True
    channels: tuple[str, ...] = ()
    reason: str = ""
    deputies: tuple[tuple[str, str], ...] = ()
    ladder: tuple[Rung, ...] = ()
    grant: Grantable | None = None

    def without(self, people: Collection[str]) -> Rule:
        """The same, where none of these decides, be it in somebody's place, and nobody does in theirs."""
        return replace(
            self,
            approvers=tuple(each for each in self.approvers if each not in people),
            deputies=tuple(pair for pair in self.deputies if not {*pair} & {*people}),
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one tool of one agent, before any arguments are known; `approvers` and `address` are names as written."""

    tool: Tool
    approval: Approval
    quorum: Quorum
    approvers: tuple[str, ...]
    self_approval: bool
    deadline_seconds: int | None
    typed: bool
    channels: tuple[str, ...]
    said_by: str
    loosened: tuple[str, ...] = field(default=())
    ladder: tuple[Rung, ...] = ()
    grant: Grant | None = None
    address: str | None = None

    def rule(self, args: Args, people: People) -> Rule:
        """The rule for these arguments."""
        approvers = people.expand(self.approvers)
        kind, reason = self._kind(args)
        return Rule(
            kind=kind,
            # Kept where nobody is asked, too: an edit may lead there a call that was asked about before.
            approvers=approvers if kind != "read" else (),
            quorum=_counted(self.quorum, args, approvers) if kind != "read" else 1,
            self_approval=self.self_approval,
            deadline_seconds=self.deadline_seconds,
            typed=self.typed,
            channels=self.channels,
            reason=reason,
            deputies=pairs(people, approvers),
            ladder=self.ladder,
            grant=self.grant.terms if self.grant else None,
        )

    def _kind(self, args: Args) -> tuple[Literal["read", "write", "gated"], str]:
        name = self.tool.name
        if self.tool.reads:
            return "read", f"{name} only reads."
        if self.approval == "never":
            return "write", f"{self.said_by} lets {name} run without approval."
        if self.approval == "always":
            return "gated", f"{self.said_by} asks for approval of every {name}."
        return self._predicted(args)

    def _predicted(self, args: Args) -> tuple[Literal["write", "gated"], str]:
        name, predicate = self.tool.name, self.tool.approving.predicate
        assert predicate is not None, "checked when the terms were made"
        try:
            gated = cast("object", predicate(args))
        except Exception as error:  # noqa: BLE001  # an author's code may raise anything; then a human decides
            return (
                "gated",
                f"The condition of {name} failed ({type(error).__name__}), so a human decides.",
            )
        if not isinstance(gated, bool):
            # A forgotten `return` would let everything run.
            return (
                "gated",
                f"The condition of {name} said neither True nor False, so a human decides.",
            )
        if gated:
            return "gated", f"The condition of {name} asks for approval of these arguments."
        return "write", f"The condition of {name} lets these arguments run without approval."


def terms_of(tool: Tool, policy: Policy, agent_approvers: Sequence[str]) -> Terms:
    """What holds for this tool; ValueError says what the policy cannot mean."""
    own = tool.approving
    if policy.approval == "when" and own.predicate is None:
        message = f"{tool.name} has no condition, so its approval is never or always"
        raise ValueError(message)
    if policy.words == "denied" and policy.channels == ("email",):
        message = f"{tool.name} would be decided by mail alone, where only words decide: leave out words: denied, or name a further channel"
        raise ValueError(message)
    loosened = tuple(_loosened(own, policy))
    if loosened and own.approval == "always" and not tool.reversible:
        message = f"{tool.name} cannot be undone and asks always: {loosened[0]} would loosen that"
        raise ValueError(message)
    allowance = policy.self_approval or own.self_approval
    approval, quorum = policy.approval or own.approval, _joined(own.quorum, policy.quorum)
    return Terms(
        tool=tool,
        approval=approval,
        quorum=quorum,
        approvers=_first(policy.approvers, own.approvers or None, tuple(agent_approvers)),
        self_approval=allowance == "allowed",
        deadline_seconds=policy.deadline or own.deadline_seconds,
        typed=policy.words != "denied",
        channels=policy.channels or (),
        said_by="The agent's policy" if policy.approval else "The tool's own declaration",
        loosened=loosened,
        ladder=policy.ladder(),
        grant=_grant(tool, policy, approval, quorum),
        address=policy.address,
    )


def _grant(tool: Tool, policy: Policy, approval: Approval, quorum: Quorum) -> Grant | None:
    """What may be granted besides: the policy's word, or else the tool's own. ValueError says what cannot be meant."""
    grant = policy.grant.grant() if policy.grant else tool.approving.grant
    if grant is None:
        return None
    if approval == "never":
        if not policy.grant:
            return None
        why = "only reads" if tool.reads else "runs without approval"
        message = f"{tool.name} {why}, so there is nothing to grant"
        raise ValueError(message)
    names = cast("dict[str, object]", tool.arguments_schema.get("properties", {}))
    if reason := unmet(grant, names, quorum, tool.name):
        raise ValueError(reason)
    return grant


def _widens(own: Grant | None, said: Grant) -> bool:
    """Whether this lets more be granted than the tool itself does."""
    if own is None:
        return True
    freer = said.outside == "allowed" and own.outside == "denied"
    return freer or said.minutes > own.minutes or not set(own.same) <= set(said.same)


def _loosened(own: Approving, policy: Policy) -> list[str]:
    """Each word of the policy that asks for less than the tool itself does."""
    found: list[str] = []
    if policy.approval and _STRICTNESS[policy.approval] < _STRICTNESS[own.approval]:
        found.append(f"approval: {policy.approval}")
    if policy.quorum and isinstance(own.quorum, int) and policy.quorum < own.quorum:
        found.append(f"quorum: {policy.quorum}")
    if policy.self_approval == "allowed" and own.self_approval == "denied":
        found.append("self_approval: allowed")
    if policy.deadline and own.deadline_seconds and policy.deadline > own.deadline_seconds:
        found.append(f"deadline: {policy.deadline}s")
    if policy.approvers and own.approvers and not set(policy.approvers) <= set(own.approvers):
        found.append(f"approvers: {', '.join(policy.approvers)}")
    said = policy.grant.grant() if policy.grant else None
    if said and _widens(own.grant, said):
        found.append(f"grant: {said.minutes} minutes")
    return found


def _joined(own: Quorum | None, policy: int | None) -> Quorum:
    """A number in the policy takes the place of the tool's number; a function of the tool's it can only raise."""
    if own is None or isinstance(own, int) or policy is None:
        return policy or own or 1
    return lambda args: max(own(args), policy)


def _first(*given: tuple[str, ...] | None) -> tuple[str, ...]:
    return next((each for each in given if each is not None), ())


def _counted(quorum: Quorum, args: Args, approvers: tuple[str, ...]) -> int:
    """How many people it takes; where the tool cannot say, all of them."""
    if isinstance(quorum, int):
        return quorum
    try:
        counted: object = quorum(args)
    except Exception:  # noqa: BLE001  # an author's code may raise anything; then everybody is asked
        counted = None
    if isinstance(counted, int) and not isinstance(counted, bool):
        return max(counted, 1)
    return max(len(approvers), 1)
