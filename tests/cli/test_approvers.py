"""Approvers: the command that a card names which nobody may decide, and that it mends it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest

from tests.cli.office import Json, Office, furnish


@pytest.fixture
def office(tmp_path: Path, redis_server: str) -> Office:
    made = Office(furnish(tmp_path), {"REDIS_URL": redis_server, "BOT_DEFAULT_AGENT": "desk"})
    file = made.folder / "agents" / "desk" / "agent.md"
    file.write_text(file.read_text().replace("approvers: [cashiers]\n", ""))
    return made


def agent(office: Office) -> str:
    return (office.folder / "agents" / "desk" / "agent.md").read_text()


def people(office: Office) -> str:
    return (office.folder / "agents" / "_house" / "people.yaml").read_text()


def test_lint_names_the_command_and_the_command_mends_it(office: Office) -> None:
    found = office.run("lint")
    assert (found.status, "bot approvers desk --add NAME" in found.out) == (1, True)
    mended = office.run("approvers", "desk", "--add", "cashiers")
    assert mended.status == 0, mended.err
    assert "desk: alice, bob may approve" in mended.out
    assert "approvers: [cashiers]" in agent(office)
    assert office.run("lint").status == 0
    before = agent(office)
    assert office.run("approvers", "desk", "--add", "cashiers").status == 0
    assert agent(office) == before


def test_a_request_will_do_in_place_of_the_agent(office: Office) -> None:
    thread = office.run("launch", "desk", "settle it").out.split()[0]
    said = office.run("approvers", f"{thread}-1-0", "--add", "bob", "--json")
    assert said.status == 0, said.err
    assert cast("Json", json.loads(said.out)) == {
        "agent": "desk",
        "approvers": ["bob"],
        "people": ["bob"],
    }


def test_lint_knows_who_is_not_in_slack_and_the_command_mends_that(office: Office) -> None:
    office.environ["SLACK_BOT_TOKEN"] = "xoxb-1"
    assert office.run("approvers", "desk", "--add", "cashiers").status == 0
    found = office.run("lint")
    assert "warning: desk: nobody who is in Slack may approve settle; " in found.out
    assert "; bot approvers desk --add NAME --slack U…" in found.out
    assert found.status == 0
    for name, id in (("alice", "U0A"), ("bob", "U0B")):
        said = office.run("approvers", "desk", "--add", name, "--slack", id)
        assert said.status == 0, said.err
        assert f"slack: {id}" in people(office)
    assert "Slack" not in office.run("lint").out
    assert "approvers: [cashiers]" in agent(office)


def test_lint_counts_whoever_approves_by_mail_beside_slack(office: Office) -> None:
    office.environ["SLACK_BOT_TOKEN"] = "xoxb-1"
    assert office.run("approvers", "desk", "--add", "cashiers").status == 0
    for name in ("alice", "bob"):
        office.run("people", "add", name, "--also", f"email:{name}@example.org")
    office.environ.update(EMAIL_ADDRESS="bot@example.org", SMTP_HOST="mail.example.org")
    assert office.run("lint").out == "Nothing to mend.\n"
    file = office.folder / "agents" / "desk" / "agent.md"
    file.write_text(agent(office).replace("{quorum: 2}", "{words: denied}"))
    found = office.run("lint").out
    assert "desk: nobody who is in Slack, or may decide by mail, may approve settle; " in found


def test_a_newcomer_is_named_with_their_id_and_nothing_else_is_taken_for_one(
    office: Office,
) -> None:
    assert office.run("approvers", "desk", "--add", "dora", "--slack", "U0D").status == 0
    before = people(office)
    assert "dora" in before
    for words in (
        ("--slack", "U0E"),
        ("--add", "cashiers", "--slack", "U0E"),
        ("--add", "bob", "--slack", "@bob"),
        ("--add", "bob", "--slack", "U0D"),
    ):
        said = office.run("approvers", "desk", *words)
        assert (said.status, said.err.count("\n")) == (2, 1), said.err
    assert people(office) == before


def test_self_approval_is_written_only_as_it_is_said(office: Office) -> None:
    assert office.run("approvers", "desk", "--self-approval", "allowed").status == 0
    assert "self_approval: allowed" in agent(office)
    assert office.run("approvers", "desk", "--self-approval", "denied").status == 0
    assert "self_approval: denied" in agent(office)


def test_nobody_and_nothing_unknown_is_written(office: Office) -> None:
    before = agent(office)
    for words in (("desk", "--add", "carol"), ("dusk", "--add", "bob"), ("t1-1-0", "--add", "bob")):
        said = office.run("approvers", *words)
        assert (said.status, said.err.count("\n")) == (2, 1)
        told = office.run("approvers", *words, "--json")
        assert (told.status, told.json) == (2, {"error": said.err.strip()})
    assert agent(office) == before
