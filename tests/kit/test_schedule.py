"""A schedule is taken as it is meant, or refused where it stands, with what was expected."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.kit.agent import Agent
from bot.kit.document import AgentError
from bot.kit.schedule import Missed

AgentIn = Callable[..., Agent]
SOUND = {
    "name": "nightly",
    "schedule": '"0 9 * * 1-5"',
    "time_zone": "Europe/Berlin",
    "prompt": "Look for commits.",
    "address": "slack:T1/C1",
}


def front(**changed: str | None) -> str:
    fields = {**SOUND, **changed}
    lines = [f"    {name}: {value}" for name, value in fields.items() if value is not None]
    return "\n".join(["description: d", "schedules:", "  -", *lines])


def test_a_schedule_has_the_defaults_that_do_the_least_harm(agent_in: AgentIn) -> None:
    [schedule] = agent_in(front()).front.schedules
    assert (schedule.missed, schedule.concurrency_policy) == (Missed(most=1), "forbid")
    assert (schedule.suspend, schedule.starting_deadline_seconds) == (False, None)
    assert schedule.cron.words == "At 09:00 on Monday through Friday"


@pytest.mark.parametrize(
    ("written", "most"), [("skip", 0), ("run_latest", 1), ("run_all(7)", 7), ("run_all(100)", 100)]
)
def test_missed_slots_run_as_they_say(agent_in: AgentIn, written: str, most: int) -> None:
    assert agent_in(front(missed=written)).front.schedules[0].missed.most == most


def test_a_schedule_that_is_a_word_is_told_what_a_schedule_is(agent_in: AgentIn) -> None:
    with pytest.raises(AgentError, match=r"0 should be a mapping of names to values$"):
        agent_in("description: d\nschedules: [daily]")


@pytest.mark.parametrize("written", ["skip", "run_latest", "run_all(7)"])
def test_what_is_said_of_missed_slots_is_shown_as_it_is_written(
    agent_in: AgentIn, written: str
) -> None:
    assert str(agent_in(front(missed=written)).front.schedules[0].missed) == written


def test_policies_are_read_as_kubernetes_writes_them(agent_in: AgentIn) -> None:
    [schedule] = agent_in(front(concurrency_policy="Replace", suspend="true")).front.schedules
    assert (schedule.concurrency_policy, schedule.suspend) == ("replace", True)


@pytest.mark.parametrize(
    ("changed", "line", "expected"),
    [
        ({"schedule": '"* * * * * *"'}, 6, "schedules.0.schedule: five fields were expected"),
        ({"schedule": '"0 0 31 2 *"'}, 6, "so it would never come"),
        ({"time_zone": "Europe/Berln"}, 7, "did you mean Europe/Berlin?"),
        ({"time_zone": None}, 5, "schedules.0.time_zone is missing"),
        ({"address": None}, 5, "nobody could hear from it: write address: slack:TEAM/CHANNEL"),
        ({"address": '" "'}, 9, "nobody could hear from it"),
        ({"prompt": '" "'}, 8, "say what the agent is to do then"),
        ({"name": "Nightly Run"}, 5, "schedules.0.name"),
        ({"missed": "run_all"}, 10, "run_all(N) was expected, with N from 1 to 100"),
        ({"missed": "run_all(0)"}, 10, "with N from 1 to 100"),
        ({"concurrency_policy": "queue"}, 10, "should be 'allow', 'forbid' or 'replace'"),
        (
            {"starting_deadline_seconds": "9"},
            10,
            "at least 10 was expected: a clock may be busy for some seconds",
        ),
        ({"timezone": "UTC"}, 10, "timezone is not known here (did you mean time_zone?)"),
        ({"deadline": "60"}, 10, "(did you mean starting_deadline_seconds?)"),
        ({"cron": '"@daily"'}, 10, "fallback, missed, name, prompt, schedule, "),
        ({"missed": "{run_all: 3}"}, 10, "skip, run_latest or run_all(N) was expected"),
        ({"schedule": "* * * * *"}, 6, ": put what stands after schedule: in quotes"),
        ({"schedule": "@daily"}, 6, ": put what stands after schedule: in quotes"),
        ({"prompt": "Note: look"}, 8, ": put what stands after prompt: in quotes"),
        ({"address": "#ops"}, 9, "nothing is written there; what begins with # stands in quotes"),
        ({"schedule": '"*/90 * * * *"'}, 6, "the minute */90 would be 0 alone"),
        ({"schedule": '"0 5,8-20/36 * * *"'}, 6, "the hour 8-20/36 would be 8 alone, for"),
        ({"schedule": '"0 9 * * fri-mon"'}, 6, "fri-mon ends before it begins: write 5-7,0-1"),
        (
            {"schedule": '"TZ=UTC 0 9 * * 1-5"'},
            6,
            "The zone stands under time_zone: write 0 9 * * 1-5 alone",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    agent_in: AgentIn, changed: dict[str, str | None], line: int, expected: str
) -> None:
    with pytest.raises(AgentError) as refused:
        agent_in(front(**changed))
    assert f"agent.md:{line}: " in str(refused.value)
    assert expected in str(refused.value)


def test_two_schedules_of_an_agent_have_two_names(agent_in: AgentIn) -> None:
    twice = front().replace(
        "schedules:\n",
        "schedules:\n  - {name: nightly, schedule: '@daily', time_zone: UTC, prompt: p, address: console}\n",
    )
    with pytest.raises(AgentError, match="another name was expected: nightly is taken above"):
        agent_in(twice)
