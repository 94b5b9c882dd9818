"""What an author and an operator are told: agents, policy, findings, and what is wrong with the machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import redis

from tests.cli.office import Json, Office, Said, furnish


@pytest.fixture
def office(tmp_path: Path, redis_server: str) -> Office:
    return Office(furnish(tmp_path), {"REDIS_URL": redis_server})


def one(said: Said) -> dict[str, list[Json]]:
    return cast("dict[str, list[Json]]", json.loads(said.out))


def test_every_intent_has_schema_policy_and_function(office: Office) -> None:
    rows = {row["name"]: row for row in office.run("tools", "desk", "--json").json}
    assert {"request_human_input", "done_for_now", "await", "refund", "charges"} <= rows.keys()
    for row in rows.values():
        assert {"agent", "name", "description", "schema", "policy", "function"} <= row.keys()
        assert row["description"]
    refund = rows["refund"]
    assert refund["function"] == "desk.tools:refund"
    schema, policy = cast("Json", refund["schema"]), cast("Json", refund["policy"])
    assert schema["required"] == ["because", "charge", "cents"]
    assert policy["approval"] == "always"
    assert policy["approvers"] == ["alice", "bob"]
    assert rows["done_for_now"]["function"] == "built in"


def test_policy_says_never_always_or_when_for_every_intent(office: Office) -> None:
    rows = office.run("policy", "desk", "--json").json
    assert {row["approval"] for row in rows} <= {"never", "always", "when"}
    told = {row["intent"]: row["reason"] for row in rows}
    assert told["charges"] == "charges only reads."
    assert told["refund"] == "The tool's own declaration asks for approval of every refund."
    assert "settle" in office.run("policy", "desk").out


def test_policy_says_how_and_till_when_it_is_decided_and_who_is_told(tmp_path: Path) -> None:
    here = Office(furnish(tmp_path), {})
    file = here.folder / "agents" / "desk" / "agent.md"
    more = "deadline: 2d, channels: [slack], words: denied, remind: [1h], escalate: [{after: 1d, to: [alice]}]"
    file.write_text(
        file.read_text().replace("quorum: 2", f"quorum: 2, self_approval: allowed, {more}")
    )
    told = here.run("policy", "desk").out
    for each in (
        "2 of alice, bob",
        "within 2d; by slack alone; by buttons alone; whoever asked may approve; remind after 1h; escalate alice after 1d",
    ):
        assert each in told
    [row] = [
        each for each in here.run("policy", "desk", "--json").json if each["intent"] == "settle"
    ]
    assert [rung["kind"] for rung in cast("list[Json]", row["ladder"])] == ["remind", "escalate"]


def test_an_unknown_agent_gets_the_nearest_one(office: Office) -> None:
    for words in (("policy", "dsk"), ("tools", "dsk"), ("launch", "dsk", "refund")):
        said = office.run(*words)
        assert (said.status, said.out) == (2, "")
        assert said.err == "There is no agent dsk (did you mean desk?).\n"


def test_lint_is_content_with_an_agent_that_is_as_it_should_be(office: Office) -> None:
    assert office.run("lint") == Said(0, "Nothing to mend.\n", "")
    assert office.run("lint", "--json").json == []


def test_lint_refuses_an_agent_whose_calls_nobody_can_approve(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "agent.md"
    file.write_text(file.read_text().replace("[cashiers]", "[cashier]"))
    said = office.run("lint", "--json")
    assert said.status == 1
    assert {row["severity"] for row in said.json} == {"error"}
    assert all(row["mend"] for row in said.json)
    assert "did you mean cashiers?" in office.run("lint").out


def test_a_new_agent_can_be_talked_to(office: Office) -> None:
    said = office.run("new", "greeter")
    assert said.status == 0
    assert "agents/greeter/agent.md" in said.out.splitlines()
    assert office.run("launch", "greeter", "hello").status == 0
    assert "Nobody can approve its add_note until" in said.out
    assert "approvers: in agents/greeter/agent.md names people or groups of" in said.out
    assert "agents/_house/people.yaml" in said.out
    assert "pytest agents/greeter" in said.out
    again = office.run("new", "greeter")
    assert (again.status, again.out) == (1, "")
    assert office.run("new", "Not A Name").status == 2


def test_in_the_project_itself_a_new_agent_is_tested_by_make(tmp_path: Path) -> None:
    project = Office(Path(__file__).parents[2], {"BOT_AGENTS_PATH": str(tmp_path)})
    said = project.run("new", "greeter")
    assert said.out.endswith(f"and its test: make test ARGS={tmp_path}/greeter\n")


def test_release_passes_where_everything_answers(office: Office) -> None:
    said = office.run("release")
    assert (said.status, said.err) == (0, "")
    assert said.out == "settings: read; agents: desk\nstore: answers\n"


@pytest.mark.parametrize(
    ("name", "value", "status", "sentence"),
    [
        ("BOT_HOMEE", "x", 2, "There is no setting BOT_HOMEE; did you mean BOT_HOME?\n"),
        (
            "BOT_LEASE", "soon", 2,
            "BOT_LEASE: expected a number and one of s, m, h, d, w, as in 7d.\n",
        ),
        ("BOT_LEASE", "0s", 2, "BOT_LEASE: more than nothing was expected, as in 7d.\n"),
        ("BOT_APPROVAL_DEADLINE", "0s", 2, "BOT_APPROVAL_DEADLINE: more than nothing was expected, as in 7d.\n"),
        ("BOT_APPROVAL_DEADLINE", "99999999d", 2, "BOT_APPROVAL_DEADLINE: '99999999d' is more than ten years.\n"),
        ("BOT_LEASE", "9999999999999d", 2, "BOT_LEASE: '9999999999999d' is more than ten years.\n"),
        ("BOT_MAX_COST_USD_PER_DAY", "inf", 2, "BOT_MAX_COST_USD_PER_DAY: 1000000000000.0 or less was expected, not inf.\n"),
        ("BOT_CONCURRENCY", "0", 2, "BOT_CONCURRENCY: 1 or more was expected, not 0.\n"),
        ("BOT_MAX_TOKENS", "99999", 2, "BOT_MAX_TOKENS: 21333 or less was expected, not 99999.\n"),
        ("BOT_REPLICAS", "1.5", 2, "BOT_REPLICAS: a whole number was expected, not 1.5.\n"),
        ("BOT_REPLICAS", "9" * 5000, 2, f"BOT_REPLICAS: a whole number was expected, not {'9' * 40}….\n"),
        ("BOT_LOG_LEVEL", "loud", 2, "BOT_LOG_LEVEL: debug, info, warning or error was expected, not loud.\n"),
        ("BOT_AGENTS_PATH", "nowhere", 2, "nowhere: a folder of agents was expected (BOT_AGENTS_PATH)\n"),
        ("BOT_PEOPLE", "nobody.yaml", 2, "nobody.yaml: no such file or directory\n"),
    ],
)  # fmt: skip
def test_what_is_set_wrong_stops_a_deploy_with_a_sentence(
    office: Office, name: str, value: str, status: int, sentence: str
) -> None:
    assert office.run("release", **{name: value}) == Said(status, "", sentence)


def test_an_address_that_is_none_is_not_quoted_for_it_may_hold_a_password(office: Office) -> None:
    said = office.run("status", REDIS_URL="redis://:hunter22/x@:no")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("REDIS_URL is no address of Redis: ")
    assert "hunter22" not in said.err


def test_a_redis_that_is_away_is_one_sentence(office: Office, free_port: Callable[[], int]) -> None:
    url = f"redis://:hunter22@127.0.0.1:{free_port()}"
    said = office.run("status", REDIS_URL=url)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("Redis cannot be reached: ")
    assert said.err.count("\n") == 1
    assert "hunter22" not in said.err


def test_a_redis_that_refuses_us_is_one_sentence(office: Office, redis_server: str) -> None:
    said = office.run(
        "status", REDIS_URL=redis_server.replace("unix://", "unix://mallory:hunter22@")
    )
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("Redis refuses the user or password of REDIS_URL: ")
    assert "hunter22" not in said.err


def test_doctor_tells_where_every_setting_came_from_and_no_secret(office: Office) -> None:
    (office.folder / ".env").write_text("BOT_OWNER=alice\n")
    key = "sk-planted-0123456789-tail"
    said = office.run("doctor", "--json", ANTHROPIC_API_KEY=key)
    settings = {row["name"]: row for row in one(said)["settings"]}
    assert said.status == 0
    assert settings["BOT_OWNER"] == {"name": "BOT_OWNER", "value": "alice", "source": ".env"}
    assert settings["BOT_LEASE"] == {"name": "BOT_LEASE", "value": "30s", "source": "default"}
    assert settings["ANTHROPIC_API_KEY"]["value"] == "****tail"
    assert settings["ANTHROPIC_API_KEY"]["source"] == "environment"
    assert key not in said.out
    assert key not in office.run("doctor", ANTHROPIC_API_KEY=key).out


def test_doctor_shows_each_setting_as_one_would_set_it(office: Office) -> None:
    given = {
        "BOT_PRICES": "acme-1=3/15,acme-2=0.5/2/0.1/1",
        "BOT_EMAIL_ALLOWED": "a@example.com,*@example.org",
        "BOT_AGENTS_PATH": "agents:more",
        "BOT_LEASE": "2m",
    }
    settings = {
        row["name"]: row for row in one(office.run("doctor", "--json", **given))["settings"]
    }
    assert {name: settings[name]["value"] for name in given} == given


@pytest.mark.parametrize(
    ("fsync", "lost"), [("everysec", "last second"), ("no", "last half minute")]
)
def test_doctor_states_the_price_of_leaving_the_disk_to_the_system(
    office: Office, redis_server: str, fsync: str, lost: str
) -> None:
    with redis.Redis.from_url(redis_server) as connection:  # pyright: ignore[reportUnknownMemberType]
        connection.config_set("appendfsync", fsync)  # pyright: ignore[reportUnknownMemberType]
        said = office.run("doctor", "--json")
        connection.config_set("appendfsync", "no")  # pyright: ignore[reportUnknownMemberType]
    checks = {row["about"]: row for row in one(said)["checks"]}
    assert checks["redis"]["state"] == "warning"
    assert f"appendfsync {fsync}: a power loss may lose the {lost}" in str(checks["redis"]["found"])


def test_doctor_says_what_mends_each_thing_that_is_broken(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"redis://127.0.0.1:{closed.getsockname()[1]}"
    said = office.run("doctor", "--json", REDIS_URL=url, BOT_PROVIDER="anthropic")
    broken = {row["about"]: row for row in one(said)["checks"] if row["state"] == "broken"}
    assert said.status == 1
    assert broken.keys() == {"redis", "model"}
    assert broken["redis"]["mend"] == "look at REDIS_URL"
    assert broken["model"]["mend"] == "set ANTHROPIC_API_KEY"


def test_doctor_says_who_is_asked_second_and_whether_that_can_help(office: Office) -> None:
    def checks(**environ: str) -> list[Json]:
        said = office.run("doctor", "--json", ANTHROPIC_API_KEY="sk-x", BOT_MODEL="m-1", **environ)
        return [row for row in one(said)["checks"] if row["about"] == "model"]

    [fine] = checks(BOT_FALLBACK_MODEL="m-2")
    assert str(fine["found"]).startswith("m-1, else m-2, by anthropic")
    [_, same] = checks(BOT_FALLBACK_MODEL="m-1")
    assert same["state"] == "warning"
    assert str(same["found"]).startswith("desk: m-1 is asked first, ")
    [_, odd] = checks(BOT_FALLBACK_MODEL="m 2")
    assert (odd["state"], odd["found"]) == (
        "broken",
        "BOT_FALLBACK_MODEL: 'm 2' is no name of a model",
    )


def test_doctor_marks_for_people_what_is_broken_and_says_what_mends_it(office: Office) -> None:
    said = office.run("doctor", BOT_PROVIDER="anthropic")
    assert (said.status, said.err) == (1, "")
    assert "BROKEN  model: " in said.out
    assert "mend: set ANTHROPIC_API_KEY" in said.out


def test_doctor_goes_on_past_settings_it_cannot_read(office: Office) -> None:
    said = office.run("doctor", "--json", BOT_CONCURRENCY="0")
    assert said.status == 1
    assert [row["about"] for row in one(said)["checks"]] == ["python", "git", "settings"]


def test_doctor_misses_a_secret_that_a_tool_declares(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "tools.py"
    file.write_text(file.read_text().replace("seconds=1", 'seconds=1, secrets=("WIRE_KEY",)'))
    found = [row["found"] for row in one(office.run("doctor", "--json"))["checks"]]
    assert "desk: wire needs WIRE_KEY" in found


def test_an_unknown_name_that_the_env_file_sets_is_said_to_be_there(office: Office) -> None:
    (office.folder / ".env").write_text("BOT_HOMEE=x\n")
    said = office.run("release")
    assert said.status == 2
    assert said.err == "There is no setting BOT_HOMEE (in .env); did you mean BOT_HOME?\n"


def test_doctor_misses_a_plain_setting_that_a_tool_reads(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "tools.py"
    text = file.read_text().replace("seconds=1", 'seconds=1, env=("WIRE_HOST",)')
    file.write_text(text.replace("@tool(reads=True)", '@tool(reads=True, env=("WIRE_HOST",))'))
    warned = one(office.run("doctor", "--json"))["checks"]
    assert {
        "about": "agents",
        "state": "warning",
        "found": "desk: charges and wire read WIRE_HOST, which is not set",
        "mend": "set it in the environment or in .env",
    } in warned
    told = office.run("doctor", WIRE_HOST="wire.example.com").out
    assert "WIRE_HOST" not in told


def test_doctor_finds_a_repository_that_is_no_folder_broken(office: Office) -> None:
    said = office.run("doctor", "--json", BOT_DEPLOY_REPO="nowhere")
    broken = [row for row in one(said)["checks"] if row["state"] == "broken"]
    assert said.status == 1
    assert [row["found"] for row in broken] == ["BOT_DEPLOY_REPO: nowhere is no folder"]
    assert office.run("doctor", BOT_DEPLOY_REPO=".").status == 0
