"""What a model chose becomes a step, or one sentence that tells it what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from bot.core.values import Proposal, Rung
from bot.kit import Tool
from bot.kit.agent import Agent
from bot.kit.declared import Approval
from bot.kit.house import load_house
from bot.kit.intents import BUILT_IN
from bot.kit.people import People
from bot.kit.propose import Frame, Malformed, propose
from bot.kit.rule import Rule

AgentIn = Callable[..., Agent]
Use = tuple[str, dict[str, object]]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
WHY = "The customer was charged twice."


@pytest.fixture
def agent(agent_in: AgentIn) -> Agent:
    return agent_in("approvers: [releasers]\npolicy: {credit: {deadline: 1h}}")


def step(agent: Agent, *uses: Use) -> tuple[Proposal, ...]:
    return agent.propose(
        uses,
        asked=("alice",),
        question_deadline_seconds=100,
        approval_deadline_seconds=200,
        now=NOW,
    )


def test_a_gated_call_keeps_its_reason_beside_its_arguments(agent: Agent) -> None:
    (proposal,) = step(agent, ("refund", {"charge": "ch_1", "amount": 5, "because": WHY}))
    assert proposal == Proposal(
        kind="gated",
        tool="refund",
        arguments={"charge": "ch_1", "amount": 5},
        because=WHY,
        deadline_seconds=200,
        asked=("alice",),
    )


def test_reads_and_writes_carry_what_the_engine_needs(agent: Agent) -> None:
    read, write = step(agent, ("list_charges", {}), ("label", {"charge": "ch_1", "amount": 1}))
    assert (read.kind, read.arguments) == ("read", {"limit": 10})
    assert (write.kind, write.idempotent, write.time_limit_seconds) == ("write", True, 5)
    # A policy that is stricter when its turn comes asks about the write, and nobody is to be asked for ever.
    assert (read.deadline_seconds, write.deadline_seconds) == (None, 200)


def test_a_condition_decides_each_call_and_its_deadline_is_the_policys(agent: Agent) -> None:
    small, large = step(
        agent,
        ("credit", {"charge": "ch_1", "amount": 1, "because": WHY}),
        ("credit", {"charge": "ch_1", "amount": 101, "because": WHY}),
    )
    assert (small.kind, large.kind) == ("write", "gated")
    assert large.deadline_seconds == 3600


INTENTS: list[tuple[Use, str, dict[str, object]]] = [
        (("done_for_now", {"message": "Done."}), "say", {"message": "Done."}),
        (("nothing_to_do", {"reason": "Thanks."}), "nothing", {"reason": "Thanks."}),
        (("stand_by", {}), "stand_by", {}),
        (("stand_by", {"message": None}), "stand_by", {}),
        (("withdraw", {"request": "t-1-0-v1", "reason": "old"}), "withdraw", {"request": "t-1-0-v1", "reason": "old"}),
        (("read_more", {"ref": "b1"}), "read", {"ref": "b1", "page": 1}),
        (("await", {"seconds": 60, "reason": "build"}), "await", {"seconds": 60, "reason": "build"}),
        (
            ("await", {"until": "2026-11-22T11:00:00+01:00", "reason": "build"}),
            "await",
            {"until": 1795341600000, "reason": "build"},
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(("use", "kind", "arguments"), INTENTS)
def test_each_intent_has_its_kind(
    agent: Agent, use: Use, kind: str, arguments: dict[str, object]
) -> None:
    (proposal,) = step(agent, use)
    assert (proposal.kind, proposal.arguments) == (kind, arguments)
    assert proposal.asked == ("alice",)


@pytest.mark.parametrize(
    ("ask", "asked"),
    [(["releasers"], ("alice", "bob")), (["carol"], ("carol",)), (["mallory"], ("alice",)), ([], ("alice",))],
)  # fmt: skip
def test_a_question_goes_to_those_it_names_if_they_are_known(
    agent: Agent, ask: list[str], asked: tuple[str, ...]
) -> None:
    options = {"ask": ask, "format": "multiple_choice", "choices": ["a", "b"]}
    (proposal,) = step(agent, ("request_human_input", {"question": "Which?", "options": options}))
    assert (proposal.kind, proposal.asked, proposal.deadline_seconds) == ("question", asked, 100)


def test_a_question_waits_and_is_reminded_of_as_the_policy_says(agent_in: AgentIn) -> None:
    waits = "request_human_input: {deadline: 2h, escalate: [{after: 1h, to: [owner]}]}"
    agent = agent_in(f"policy: {{'*': {{deadline: 9h, remind: [10m]}}, {waits}}}")
    (asked,) = agent.propose(
        [("request_human_input", {"question": "Which?"})],
        asked=("alice", "bob"),
        question_deadline_seconds=100,
        approval_deadline_seconds=200,
        now=NOW,
        owner="carol",
    )
    assert asked.deadline_seconds == 7200
    assert asked.ladder == (
        Rung(after_seconds=600, to=("alice", "bob")),
        Rung(after_seconds=3600, kind="escalate", to=("carol",)),
    )


def test_what_holds_for_every_tool_but_its_deadline_holds_for_a_question(agent_in: AgentIn) -> None:
    agent = agent_in("policy: {'*': {deadline: 9h, remind: [10m]}}")
    (asked,) = step(agent, ("request_human_input", {"question": "Which?"}))
    assert (asked.deadline_seconds, asked.ladder) == (
        100,
        (Rung(after_seconds=600, to=("alice",)),),
    )


CREDIT: dict[str, object] = {"charge": "ch_1", "amount": 1, "because": WHY}
LONG_WAIT: dict[str, object] = {"reason": "r", "seconds": 400 * 86_400 + 1}


NO_STEP: list[tuple[list[Use], str]] = [
        ([], "A step has 1 to 16 calls, not 0."),
        ([("list_charges", {})] * 17, "A step has 1 to 16 calls, not 17."),
        ([("refnd", {})], "There is no tool refnd (did you mean refund?)."),
        ([("done_for_nw", {})], "There is no tool done_for_nw (did you mean done_for_now?)."),
        ([("refund", {"charge": "ch_1", "amount": 1})], "refund: because is missing"),
        ([("credit", {**CREDIT, "because": " "})], "credit: because is missing"),
        ([("credit", {**CREDIT, "because": "x" * 1001})], "credit: because is too long"),
        ([("credit", {**CREDIT, "amount": "lots"})], "credit: amount should be a valid integer"),
        ([("list_charges", {"limit": 1, "because": WHY})], "list_charges: because is not known here"),
        ([("list_charges", {"limit": float("nan")})], "list_charges: its arguments are not plain JSON."),
        ([("list_charges", {"limit": {1}})], "list_charges: its arguments are not plain JSON."),
        ([("done_for_now", {"message": "\ud800"})], "done_for_now: its arguments are not plain JSON."),
        ([("done_for_now", {"message": "x" * 100_001})], "done_for_now: its arguments are too long"),
        ([("await", {"reason": "r"})], "await: give either seconds or until."),
        ([("await", {"reason": "r", "seconds": 1, "until": "2026-12-01T00:00:00Z"})], "await: give either"),
        ([("await", {"reason": "r", "seconds": 0})], "await: seconds should be greater than or equal to 1"),
        ([("await", LONG_WAIT)], "await: seconds should be less than or equal to 34560000"),
        ([("await", {"reason": "r", "until": "2026-11-22T09:00:00"})], "await: until should have timezone"),
        ([("await", {"reason": "r", "until": "2026-11-22T08:59:00Z"})], "await: until must be between"),
        ([("await", {"reason": "r", "until": "2028-11-22T08:59:00Z"})], "await: until must be between"),
        ([("await", {"reason": "r", "seconds": 1}), ("list_charges", {})], "await stands alone in a step"),
        ([("list_charges", {}), ("done_for_now", {"message": "m"})], "done_for_now stands alone"),
        ([("request_human_input", {"question": "x" * 4001})], "request_human_input: question: "),
        ([("request_human_input", {"question": "q", "options": {"format": "multiple_choice"}})],
         "request_human_input: options: choices is missing"),
        ([("request_human_input", {"question": "q", "options": {"format": "form"}})],
         "request_human_input: options: response_schema is missing"),
        ([("request_human_input", {"question": "q", "options": {"choices": ["a", "A "]}})],
         "request_human_input: options: choices must differ"),
    ]  # fmt: skip


@pytest.mark.parametrize(("uses", "expected"), NO_STEP)
def test_what_is_no_step_is_told_in_a_sentence(
    agent: Agent, uses: list[Use], expected: str
) -> None:
    with pytest.raises(Malformed) as caught:
        step(agent, *uses)
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize("size", [1, 1_000, 90_000])
def test_the_sentence_is_short_however_much_is_wrong(agent: Agent, size: int) -> None:
    with pytest.raises(Malformed) as caught:
        step(agent, ("list_charges", {"x" * size: 1}))
    assert len(str(caught.value)) <= 500
    with pytest.raises(Malformed) as caught:
        step(agent, ("list_charges", {f"field{n}": 1 for n in range(min(size, 5_000))}))
    assert len(str(caught.value)) <= 500


def test_arguments_nested_without_end_are_no_step(agent: Agent) -> None:
    ring: dict[str, object] = {}
    ring["limit"] = ring
    with pytest.raises(Malformed, match="not plain JSON"):
        step(agent, ("list_charges", ring))


def test_what_the_model_gave_is_not_changed(agent: Agent) -> None:
    given: dict[str, object] = {"charge": "ch_1", "amount": 5, "because": WHY}
    step(agent, ("refund", given))
    assert given["because"] == WHY


@dataclass(frozen=True)
class Mute:
    """An agent without tools."""

    tools: dict[str, Tool]
    people: People

    def approval(self, name: str, /) -> Approval:
        raise KeyError(name)

    def rule(self, tool_name: str, arguments: dict[str, JsonValue], /) -> Rule:
        raise KeyError(tool_name)


words = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=10,
)
fields = st.sampled_from(["question", "options", "message", "reason", "seconds", "until", "ref"])


def stored(name: str, arguments: dict[str, object]) -> tuple[str, str]:
    """The step as it would be stored, twice; or twice what is wrong with it."""
    frame = Frame(("alice",), None, None, NOW)
    try:
        (proposal,) = propose(Mute({}, People()), [(name, arguments)], frame)
    except Malformed as error:
        return str(error), str(error)
    written = proposal.model_dump_json()
    return written, Proposal.model_validate_json(written).model_dump_json()


@given(st.sampled_from([*BUILT_IN, "other"]), st.dictionaries(fields, words, max_size=4))
def test_anything_at_all_is_a_step_or_malformed(name: str, arguments: dict[str, object]) -> None:
    written, read = stored(name, arguments)
    assert written == read != ""


def test_every_intent_and_each_of_its_fields_is_described_in_the_house() -> None:
    house = load_house()
    for name, (_, model) in BUILT_IN.items():
        assert house.intents[name].description
        assert set(model.model_fields) <= set(house.intents[name].fields)


def test_what_is_nested_so_deeply_that_no_log_of_it_could_be_read_is_refused(agent: Agent) -> None:
    deep: JsonValue = {}
    for _ in range(190):
        deep = {"a": deep}
    options = {"format": "form", "response_schema": {"properties": deep}}
    with pytest.raises(Malformed, match="nested"):
        step(agent, ("request_human_input", {"question": "Which?", "options": options}))
