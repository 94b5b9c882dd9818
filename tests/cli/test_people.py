"""`bot people`: who is in the people file, and one more of them, with every remark where it was."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.cli.office import Json, Office, furnish

PEOPLE = """\
# Who is who.
people:
  alice:
    name: Alice Example   # how she is spoken of
    email: alice@example.com

  bob: {name: Bob Example}   # in sales

# Groups may contain groups.
groups:
  cashiers: [alice, bob]   # the till
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    furnish(tmp_path)
    (tmp_path / "agents/_house/people.yaml").write_text(PEOPLE)
    return Office(tmp_path)


def written(office: Office) -> str:
    return (office.folder / "agents/_house/people.yaml").read_text()


def test_everybody_is_listed_with_their_addresses_in_order(office: Office) -> None:
    told = cast("Json", office.run("people", "list", "--json").json)
    alice, bob = cast("list[Json]", told["people"])
    assert alice["addresses"] == [{"channel": "email", "address": "alice@example.com"}]
    assert (bob["person"], bob["addresses"], bob["groups"]) == ("bob", [], ["cashiers"])
    assert told["groups"] == {"cashiers": ["alice", "bob"]}
    assert "cashiers: alice, bob" in office.run("people").out


def test_a_person_is_added_and_every_remark_stays(office: Office) -> None:
    said = office.run(
        *("people", "add", "carol", "--name", "Carol Example", "--slack", "U3", "--email", "c@example.com"),
        *("--time-zone", "Europe/Berlin", "--language", "de", "--deputy", "bob", "--hours", "Mon-Fri 09:00-17:00"),
        *("--also", "slack:T2/U9", "--group", "cashiers"),
    )  # fmt: skip
    assert said.status == 0
    assert "bot approvers" not in said.err, "an agent names the group that she is in from now on"
    told = cast("Json", office.run("people", "--json").json)
    carol = cast("list[Json]", told["people"])[-1]
    assert (carol["slack"], carol["hours"], carol["deputy"]) == ("U3", "Mon-Fri 09:00-17:00", "bob")
    assert cast("list[Json]", carol["addresses"])[1]["address"] == "T2/U9"
    assert carol["groups"] == ["cashiers"]
    for line in PEOPLE.splitlines():
        kept = line.replace("[alice, bob]", "[alice, bob, carol]")
        assert kept in written(office).splitlines()


def test_what_is_said_of_a_person_who_is_there_changes_that_alone(office: Office) -> None:
    assert office.run("people", "add", "bob", "--away", "2026-12-01").status == 0
    before = PEOPLE.splitlines()
    after = written(office).splitlines()
    changed = [line for line in after if line not in before]
    assert len(changed) == 1
    assert "name: Bob Example" in changed[0]
    assert "# in sales" in changed[0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add",), "Who?"),
        (("add", "alice"), "alice is there already"),
        (("add", "Carol B"), "a short name of small letters"),
        (("add", "Carol", "--email", "c@example.com"), "Carol: a short name of small letters"),
        (("add", "carol", "--group", "The till"), "--group The till: a short name"),
        (("add", "carol", "--slack", "carol"), "a member ID of Slack"),
        (("add", "carol", "--also", "fax:1"), "--also fax:1: an account"),
        (("add", "carol", "--deputy", "carol"), "somebody else"),
        (("add", "carol", "--email", "nobody"), "a mail address was expected"),
        (("add", "carol", "--email", "Alice@example.com"), "already that of alice"),
        (("add", "carol", "--deputy", "bo"), "did you mean bob?"),
        (("add", "carol", "--email", "no", "--deputy", "bob"), "--email no: a mail address"),
        (("add", "carol", "--hours", "9 to 5"), "Mon-Fri 09:00-17:00"),
        (("add", "carol", "--time-zone", "Mars/North"), "Europe/Berlin"),
        (("list", "carol"), "bot people add carol"),
        (("lst",), "There is no action lst (did you mean list?)"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_nothing_is_written(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    said = office.run("people", *words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert sentence in said.err
    assert written(office) == PEOPLE


def test_whom_no_agent_names_is_said_to_approve_nothing(office: Office) -> None:
    said = office.run("people", "add", "dora", "--group", "temps")
    assert (
        "No agent names dora, who so approves nothing: bot approvers AGENT --add dora." in said.err
    )
    office.run("people", "add", "alice", "--deputy", "dora")
    assert "approves nothing" not in office.run("people", "add", "dora", "--name", "Dora").err


def test_the_first_person_makes_the_file(office: Office) -> None:
    (office.folder / "agents/_house/people.yaml").unlink()
    assert office.run("people", "add", "dora", "--slack", "U4").status == 0
    assert "dora" in office.run("people").out
