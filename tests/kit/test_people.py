"""The people file: who is who, and where it is wrong."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from bot.kit.document import AgentError
from bot.kit.house import OWN_HOUSE, load_house
from bot.kit.people import MOST_NAMED, People
from bot.kit.person import Person


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.yaml"


def test_the_example_that_comes_with_the_project_is_sound() -> None:
    people = People.load(OWN_HOUSE / "people.yaml")
    assert people.expand(["releasers"]) == ("alice", "bob")
    assert people.people["alice"].deputy == "bob"
    assert people.places == {"releases": "#releases"}


@pytest.fixture
def people(file: Path) -> People:
    file.write_text(
        dedent("""
        people:
          alice: {slack: U1, email: Alice@Example.com, time_zone: Europe/Berlin, language: de}
          bob: {email: bob@example.com, deputy: alice}
          carol: {email: carol@straße.example.com}
        groups:
          releasers: [alice, bob]
          everybody: [releasers, carol]
        """)
    )
    return People.load(file)


def test_groups_are_expanded_each_person_once(people: People) -> None:
    assert people.expand(["bob", "everybody"]) == ("bob", "alice", "carol")
    assert people.groups_of("alice") == ("releasers", "everybody")


def test_the_model_is_told_short_names_and_what_is_said_of_each_and_no_address(file: Path) -> None:
    persons = (
        "  alice: {name: Alice A, email: a@example.com, about: releases}\n  bob: {slack: U2}\n"
    )
    file.write_text(f"people:\n{persons}groups:\n  crew: [alice, bob]\n")
    people = People.load(file)
    assert people.roster == "alice (releases), bob, crew"
    asking = str(load_house().spec("request_human_input", people.roster))
    assert "There are: alice (releases), bob, crew." in asking
    many = People({f"p{number}": Person() for number in range(MOST_NAMED + 1)}, {"all": ()})
    assert many.roster == "all"
    assert "There are" not in str(load_house().spec("request_human_input", People().roster))


def test_unknown_names_mean_nobody_and_are_reported(people: People) -> None:
    assert people.expand(["mallory"]) == ()
    assert people.unknown(["mallory", "alice", "releasers"]) == ("mallory",)


@pytest.mark.parametrize(
    ("channel", "address", "alias"),
    [
        ("slack", "U1", "alice"),
        ("slack", "U2", None),
        ("slack", "", None),
        ("email", "alice@example.COM", "alice"),
        ("email", "alice+x@example.com", None),
        ("email", "", None),
        ("email", "carol@strasse.example.com", None),  # Another domain than hers.
        ("email", "carol@STRAßE.example.com", "carol"),
        ("console", "carol", "carol"),
        ("console", "U1", None),
    ],
)
def test_an_address_belongs_to_one_person_or_nobody(
    people: People, channel: str, address: str, alias: str | None
) -> None:
    assert people.alias_of(channel, address) == alias


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("people:\n  alice: {mail: a}", ":2: people.alice.mail is not known here (did you mean email?)"),
        ("people:\n  alice: {email: nobody}", ":2: a mail address was expected"),
        ("people:\n  alice: {time_zone: Mars/North}", ":2: a time zone like Europe/Berlin was expected"),
        ("people:\n  bob: {}\n  alice: {deputy: bo}", ":3: a person was expected (did you mean bob?)"),
        ("people:\n  a: {slack: U1}\n  b: {slack: U1}", ":3: this address is already that of a"),
        ("people:\n  a: {email: a@x}\n  b: {email: A@x}", ":3: this address is already that of a"),
        ("people:\n  model: {}", ":2: another name was expected: model is the bot's own"),
        ("people:\n  prefetch: {}", ":2: another name was expected: prefetch is the bot's own"),
        ("people:\n  a: {}\ngroups:\n  owner: [a]", ":4: another name was expected: owner is the bot's own"),
        ("people:\n  deputy: {}", ":2: another name was expected: deputy is the bot's own"),
        ("people:\n  Alice B: {}", ":2: a short name of small letters"),
        ("people: {a: {}}\ngroups:\n  a: []", ":3: a is a person"),
        ("people: {alice: {}}\ngroups:\n  g: [alcie]", ":3: alcie is neither a person nor a group (did you mean alice?)"),
        ("groups:\n  g: [h]\n  h: [g]", ":2: g contains itself"),
        ("people: [alice]", ":1: people should be a mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(file: Path, text: str, expected: str) -> None:
    file.write_text(text)
    with pytest.raises(AgentError) as caught:
        People.load(file)
    assert str(caught.value).startswith(f"{file}{expected}")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match=r"nowhere\.yaml: no such file"):
        People.load(tmp_path / "nowhere.yaml")


def test_an_empty_file_means_nobody(file: Path) -> None:
    file.write_text("# nobody yet\n")
    assert People.load(file) == People()


def test_other_bots_have_names_and_addresses_and_are_nobody_who_decides(file: Path) -> None:
    file.write_text("people: {alice: {}}\nbots: {alerts: {slack: B012}, ci: {slack: U034}}\n")
    people = People.load(file)
    assert people.bots_on("slack") == {"B012", "U034"}
    assert people.bots_on("email") == frozenset()
    assert people.expand(["alerts"]) == ()
    assert people.alias_of("slack", "B012") is None


def test_all_accounts_of_a_person_are_the_same_person(file: Path) -> None:
    file.write_text(
        "people: {alice: {slack: U1, also: ['slack:T2/U9', 'email:al@example.test'], reach: [email]}}"
    )
    people = People.load(file)
    assert people.alias_of("slack", "U1", "T7/C1/1.2") == "alice"
    assert people.alias_of("slack", "U9", "T2/C1/1.2") == "alice"
    assert people.alias_of("email", "AL@example.test") == "alice"
    addresses = people.people["alice"].addresses
    assert addresses == (("email", "al@example.test"), ("slack", "U1"), ("slack", "T2/U9"))


def test_an_id_of_one_workspace_is_nobody_s_in_another(file: Path) -> None:
    file.write_text("people: {alice: {slack: T1/U1}, bob: {slack: T2/U1}}")
    people = People.load(file)
    found = [people.alias_of("slack", "U1", f"{team}/C1/1.2") for team in ("T1", "T2", "T3")]
    assert found == ["alice", "bob", None]


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("a: {hours: late}", 'hours are written like "Mon-Fri 09:00-17:00'),
        ("a: {away: soon}", "away is a day like 2026-12-01"),
        ("a: {slack: '@a'}", "a member ID of Slack"),
        ("a: {also: [carrier:7]}", "an account like slack:U0123456789"),
        ("a: {also: [email:b]}", "a mail address was expected"),
        ("a: {email: <a@example.com>}", "a mail address was expected"),
        ("a: {email: 'mailto:a@example.com'}", "a mail address was expected"),
        ("a: {slack: U1}, b: {also: [slack:U1]}", "this address is already that of a"),
        ("a: {slack: U1}, b: {slack: T1/U1}", "a has this ID in every workspace"),
    ],
)
def test_what_is_wrong_about_a_person_is_told(file: Path, people: str, expected: str) -> None:
    file.write_text(f"people: {{{people}}}")
    with pytest.raises(AgentError, match=expected):
        People.load(file)


@pytest.mark.parametrize(
    ("bots", "wrong"),
    [
        ("alice: {slack: B1}", "alice is a person or a group"),
        ("all: {slack: B1}", "all is a person or a group"),
        ("alerts: {slack: alerts}", "a bot ID"),
        ("alerts: {slack: U1}", "already that of alice"),
        ("alerts: {slack: B1}\n  ci: {slack: B1}", "already that of alerts"),
        ("Alerts: {slack: B1}", "a short name of small letters"),
        ("alerts: {slack: B1, email: x@example.com}", "email"),
    ],
)
def test_a_wrong_bot_is_shown_by_file_and_line(file: Path, bots: str, wrong: str) -> None:
    file.write_text(
        f"people: {{alice: {{slack: U1}}}}\ngroups: {{all: [alice]}}\nbots:\n  {bots}\n"
    )
    with pytest.raises(AgentError, match=wrong) as error:
        People.load(file)
    assert str(error.value).startswith(f"{file}:")
