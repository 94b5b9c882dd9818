"""A small directory, and short ways to write facts about it."""

from dataclasses import replace

from tests.oracle.facts import CardShown, Decision, Fact, History, Proposed, WordTyped
from tests.oracle.people import Address, OfficeHours, People, Person
from tests.oracle.policy import Judgement, judge
from tests.oracle.rules import Arguments, Call, Rule, digest_of
from tests.oracle.words import Effect, Obstacle, Refusal, Word

THREAD = Address("slack", "#releases/1700.1")
STRANGER = Address("mail", "mallory@example.com")
TAG: Arguments = (("tag", "v1"),)
OTHER: Arguments = (("tag", "v2"),)
DEADLINE = 1000


def at(channel: str, name: str) -> Address:
    """An address of somebody in the sample directory."""
    locators = {"slack": f"U-{name}", "mail": f"{name}@example.com", "terminal": name}
    return Address(channel, locators[channel])


def person(name: str, *groups: str, deputy: str = "", hours: OfficeHours | None = None) -> Person:
    """Somebody with an address in every channel."""
    addresses = tuple(at(channel, name) for channel in ("slack", "mail", "terminal"))
    return Person(name, addresses, groups, deputy, hours or OfficeHours(9, 17), "Europe/Berlin")


PEOPLE = People(
    (
        person("ana", deputy="dora"),
        person("ben", "releasers", deputy="dora"),
        person("cyn", "releasers"),
        person("dora"),
        person("eve"),
    )
)
"""Ana asks, ben and cyn release, dora is the deputy of ben and of ana, eve is a colleague."""

RULE = Rule(approvers=("releasers",), deadline=DEADLINE)
TWO = replace(RULE, quorum=2)
SELF = replace(RULE, approvers=("releasers", "ana"))


def proposed(
    when: int = 0,
    arguments: Arguments = TAG,
    request: str = "r1",
    by: Address | None = None,
    thread: str = "t1",
) -> Proposed:
    """Somebody, by default ana in Slack, made the model propose a push."""
    return Proposed(
        when, Call("push_tag", arguments, by or at("slack", "ana"), request, thread=thread)
    )


def shown(
    when: int = 1,
    version: int = 1,
    arguments: Arguments = TAG,
    request: str = "r1",
    to: Address = THREAD,
) -> CardShown:
    """A card can be seen."""
    return CardShown(when, request, version, digest_of("push_tag", arguments), to)


def press(
    name: str,
    word: Word = Word.ACCEPT,
    when: int = 10,
    version: int = 1,
    arguments: Arguments = TAG,
    request: str = "r1",
    channel: str = "slack",
    new: Arguments = (),
    text: str = "",
    pattern: Arguments | None = None,
) -> Decision:
    """Somebody decides, by a form which names version and digest."""
    digest = digest_of("push_tag", arguments)
    return Decision(
        when,
        request,
        word,
        at(channel, name),
        version,
        digest,
        arguments=new,
        text=text,
        pattern=pattern,
    )


def typed(
    name: str,
    text: str,
    when: int = 10,
    channel: str = "slack",
    thread: str = "t1",
    addressed: bool = True,
) -> WordTyped:
    """Somebody writes in the thread."""
    return WordTyped(when, at(channel, name), text, thread, addressed)


ASKED: History = (proposed(), shown())
"""A request whose card stands in the thread."""


def after(
    *facts: Fact, rule: Rule = RULE, people: People = PEOPLE, start: History = ASKED
) -> Judgement:
    """The judgement on an asked request and what came after."""
    return judge(people, rule, (*start, *facts))


def effect(judgement: Judgement, request: str = "r1") -> Effect | None:
    """What the last fact did."""
    return judgement.rulings[-1].on(request)


def why(judgement: Judgement) -> set[Refusal]:
    """Why the last fact did nothing."""
    return set(judgement.rulings[-1].refusals)


def in_the_way(judgement: Judgement) -> set[Obstacle]:
    """What the last look or claim found in the way."""
    return set(judgement.rulings[-1].obstacles)
