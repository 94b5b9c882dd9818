"""Standing in: from when on a deputy may decide."""

from __future__ import annotations

from bot.core.values import Deputy, Rung
from bot.kit.people import People
from bot.kit.person import Person
from bot.kit.standing_in import by_person, deputies, named, pairs

NOON = 1_795_435_200_000  # Monday, 2026-11-23 12:00 UTC
HOUR = 3_600_000


def people(**alice: str) -> People:
    known = {"alice": Person(deputy="bob", **alice), "bob": Person(), "carol": Person()}  # pyright: ignore[reportArgumentType]
    return People(known, {"cashiers": ("alice", "carol")})


def since(known: People, *ladder: Rung, deadline_seconds: int | None = 7_200) -> int | None:
    found = deputies(known, (("bob", "alice"),), ladder, deadline_seconds, NOON)
    assert all((each.person, each.of) == ("bob", "alice") for each in found)
    return found[0].since if found else None


def test_an_approver_has_a_place_of_their_own_and_stands_in_for_nobody() -> None:
    assert pairs(people(), ("alice", "carol")) == (("bob", "alice"),)
    assert pairs(people(), ("alice", "bob", "mallory")) == ()


def test_whoever_is_away_or_out_of_hours_has_their_deputy_at_once() -> None:
    assert since(people(away="2026-12-01")) == NOON
    assert since(people(hours="Mon-Fri 06:00-11:00")) == NOON


def test_otherwise_the_deputy_decides_when_the_day_ends_or_no_answer_came() -> None:
    assert since(people(hours="Mon-Fri 09:00-12:30")) == NOON + HOUR // 2
    assert since(people(hours="Mon-Fri 09:00-17:00")) == NOON + HOUR
    assert since(people(), Rung(after_seconds=60)) == NOON + 60_000
    told = Rung(after_seconds=30, kind="escalate", to=("deputy",))
    assert since(people(), told, Rung(after_seconds=60)) == NOON + 30_000


def test_without_any_such_time_there_is_no_deputy() -> None:
    assert since(people(), deadline_seconds=None) is None


def test_the_groups_of_a_ladder_are_resolved_and_its_keywords_stay() -> None:
    [rung] = named(people(), (Rung(after_seconds=1, kind="escalate", to=("cashiers", "deputy", "owner", "eve")),))  # fmt: skip
    assert rung.to == ("alice", "carol", "deputy", "owner")
    assert Deputy(person="bob", of="alice", since=1).since == 1


# ---- who is told when ------------------------------------------------------------------------------------------------
def told(known: People, *ladder: Rung, owner: str = "") -> list[tuple[int, str, tuple[str, ...]]]:
    asked = ("alice", "carol")
    found = by_person(known, ladder, asked, NOON, owner, pairs(known, asked))
    return [(rung.after_seconds, rung.kind, rung.to) for rung in found]


def test_a_reminder_goes_to_all_who_are_asked_each_in_their_own_hours() -> None:
    late = people(hours="Mon-Fri 13:00-17:00")
    rungs = (Rung(after_seconds=600), Rung(after_seconds=7_200))
    assert told(late, *rungs) == [
        (600, "remind", ("bob", "carol")),  # Bob stands in for her until then.
        (3_600, "remind", ("alice",)),
        (7_200, "remind", ("alice", "carol")),
    ]


def test_reminders_of_one_night_are_one_in_the_morning() -> None:
    asleep = people(hours="Mon-Fri 06:00-11:00")
    found = told(asleep, Rung(after_seconds=600), Rung(after_seconds=7_200))
    assert found[-1] == (18 * 3_600, "remind", ("alice",))
    assert len(found) == 3


def test_a_deputy_is_told_in_the_place_of_whoever_is_out_if_they_are_there_sooner() -> None:
    known = People(
        {
            "alice": Person(deputy="bob", away="2026-11-25"),
            "bob": Person(hours="Mon-Fri 13:00-17:00"),
            "carol": Person(),
        }
    )
    assert told(known, Rung(after_seconds=60)) == [
        (60, "remind", ("carol",)),
        (3_600, "remind", ("bob",)),
        (36 * 3_600, "remind", ("alice",)),
    ]
    both = {**known.people, "bob": Person(away="2026-11-25")}
    assert told(People(both), Rung(after_seconds=60))[-1] == (36 * 3_600, "remind", ("alice",))


def test_deputies_and_the_owner_are_people_who_have_hours_too() -> None:
    known = People(
        {
            "alice": Person(deputy="bob"),
            "bob": Person(hours="Mon-Fri 13:00-17:00"),
            "carol": Person(),
        }
    )
    rung = Rung(after_seconds=60, kind="escalate", to=("deputy", "owner", "carol"))
    assert told(known, rung, owner="zoe") == [
        (60, "escalate", ("zoe", "carol")),
        (3_600, "escalate", ("bob",)),
    ]
    assert told(known, Rung(after_seconds=60, kind="escalate", to=("owner",))) == []
