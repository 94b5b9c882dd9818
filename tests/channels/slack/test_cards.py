"""Cards: all that is decided on stands on them, in words, once for the eye and once for the ear."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import cast

import pytest
import yaml
from inline_snapshot import snapshot
from pydantic import JsonValue

from bot.core.outbox import (
    Approval,
    Hold,
    Notice,
    Offer,
    Outgoing,
    Question,
    Reminder,
    Say,
    UnknownOutcome,
)
from bot.core.values import Address, Deputy
from bot.kit.people import People, Person
from channels.slack import reader
from channels.slack.cards import Json, Look, Post, plain, render
from tests.channels.slack.limits import broken, calls, read, texts

EN = Look(mentions=("U012ANA", "U034BO"))
DE = Look(language="de", time_zone="Europe/Berlin", mentions=("U012ANA",))
APPROVAL = Approval(
    key="T-4-0-v2",
    request="T-4-0-v2",
    tool="push_tag",
    arguments={"tag": "v1.5.0", "n": 5, "text": "5", "message": "Release\n\n- one\n- two"},
    because="two commits wait",
    text="Push tag v1.5.0 to 538568d",
    approvers=("ana", "bo"),
    quorum=2,
    votes=("bo",),
    self_approval=False,
    typed=True,
    until=1_795_000_000_000,
    digest="d",
    quote="cy: hurry",
    editors=(),
)
REPEATS = replace(APPROVAL, outside={"message": "slack:U7@guest", "n<b>": "look_up"})
QUESTION = Question(
    key="T-4-0-v1",
    request="T-4-0-v1",
    question="Which **version**?",
    context="Two commits since `v1.4.2`.",
    urgency="high",
    format="multiple_choice",
    choices=("Patch: v1.4.3", "Minor: v1.5.0"),
    until=1_795_000_000_000,
    asked=("ana",),
    quote="cy: hurry",
)
UNKNOWN = UnknownOutcome(
    key="T-4-0-v2",
    request="T-4-0-v2",
    tool="push_tag",
    arguments={"tag": "v1.5.0"},
    text="push_tag was started",
    started_at=1_795_000_000_000,
    may_retry_at=1_795_000_060_000,
    choices=("It happened", "Try again", "Give up"),
    asked=("ana",),
    quote="",
)
HOLD = Hold("T-4-hold", "T-4-hold-v1", "steps", "", "Shall I go on?", ("Extend", "Stop"), ("ana",))
REMINDER = Reminder("T-4-0~remind1", "T-4-0-v1", "This still waits: <!channel> *x*", ("ana",))
ALL = (
    *(APPROVAL, QUESTION, UNKNOWN, HOLD, REMINDER),
    Say("T-4-0", "done"),
    Notice("T-4-n", "gone", "gone"),
)


def card(message: Outgoing, look: Look = EN) -> Post:
    post = render(message, look)
    assert broken(post) == []
    return post


def elements(post: Post) -> list[Json]:
    return [
        cast("Json", element)
        for block in post.blocks
        if block["type"] == "actions"
        for element in cast("list[object]", block["elements"])
    ]


MORE = ("more", "More…")


def buttons(post: Post) -> list[tuple[str, str]]:
    """Action id and label of each button."""
    return [
        (str(each["action_id"]), str(cast("Json", each["text"])["text"])) for each in elements(post)
    ]


# ---- an approval -----------------------------------------------------------------------------------------------------
def test_an_approval_shows_everything_that_is_decided_on() -> None:
    assert read(card(APPROVAL)) == snapshot("""\
<@U012ANA> <@U034BO> *Approval wanted: push_tag*
Why, in the model's own words
> two commits wait
Arguments
tag: v1.5.0
n: 5
text: "5"
message:
    Release
    \n\
    - one
    - two
What a look beforehand found
> Push tag v1.5.0 to 538568d
Said since this was asked
> cy: hurry
  May decide: ana
  Approvals: 1 of 2 (bo)
  Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
  Request T-4-0-v2
Press a button, or reply in this thread with exactly `approve` or `deny REASON`. Anything else is a message and decides nothing.
[Approve] [Deny…] [Edit…] [More…]\
""")


def test_the_text_of_an_approval_is_the_whole_ask() -> None:
    assert card(APPROVAL).text == snapshot("""\
<@U012ANA> <@U034BO> *Approval wanted: push_tag*
Why, in the model's own words: two commits wait
May decide: ana
Approvals: 1 of 2 (bo)
Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
Request T-4-0-v2
Press a button, or reply in this thread with exactly `approve` or `deny REASON`. Anything else is a message and decides nothing.
tag: v1.5.0
n: 5
text: "5"
message:
&gt; Release
&gt; \n\
&gt; - one
&gt; - two
What a look beforehand found:
&gt; Push tag v1.5.0 to 538568d\
""")


def test_an_approval_in_german() -> None:
    assert read(card(APPROVAL, DE)) == snapshot("""\
<@U012ANA> *Genehmigung erbeten: push_tag*
Warum, in den Worten des Modells
> two commits wait
Argumente
tag: v1.5.0
n: 5
text: "5"
message:
    Release
    \n\
    - one
    - two
Was vorab zu sehen war
> Push tag v1.5.0 to 538568d
Seit der Frage gesagt
> cy: hurry
  Entscheiden dürfen: ana
  Genehmigungen: 1 von 2 (bo)
  Bis <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 12:06 CET>
  Anfrage T-4-0-v2
Einen Knopf drücken oder in diesem Thread genau `genehmigen` oder `ablehnen GRUND` antworten. Alles andere ist eine Nachricht und entscheidet nichts.
[Genehmigen] [Ablehnen…] [Bearbeiten…] [Mehr…]\
""")
    assert card(APPROVAL, DE).text == snapshot("""\
<@U012ANA> *Genehmigung erbeten: push_tag*
Warum, in den Worten des Modells: two commits wait
Entscheiden dürfen: ana
Genehmigungen: 1 von 2 (bo)
Bis <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 12:06 CET>
Anfrage T-4-0-v2
Einen Knopf drücken oder in diesem Thread genau `genehmigen` oder `ablehnen GRUND` antworten. Alles andere ist eine Nachricht und entscheidet nichts.
tag: v1.5.0
n: 5
text: "5"
message:
&gt; Release
&gt; \n\
&gt; - one
&gt; - two
Was vorab zu sehen war:
&gt; Push tag v1.5.0 to 538568d\
""")


def test_what_may_be_granted_besides_is_said_and_has_a_button_of_its_own() -> None:
    may = replace(APPROVAL, quorum=1, votes=(), grant=Offer(60, {"to": "<a|b> `x`"}))
    post = card(may)
    assert ("grant:60", "Approve for 60 min") in buttons(post)
    assert "every push_tag in this thread" in str(post.blocks)
    assert "&lt;a|b&gt;" in str(post.blocks)
    assert "for up to 60 minutes" in post.text
    assert not any("grant" in action for action, _ in buttons(card(APPROVAL)))
    elsewhere = card(replace(may, channels=("email",)))
    assert not any("grant" in action for action, _ in buttons(elsewhere))


def test_the_buttons_of_an_approval_carry_the_request_and_what_was_shown() -> None:
    post = card(APPROVAL)
    decide = [("approve", "Approve"), ("deny", "Deny…"), ("edit", "Edit…")]
    assert buttons(post) == [*decide, MORE]
    assert {str(each["value"]) for each in elements(post)} == {"T-4-0-v2 d"}
    assert [each["accessibility_label"] for each in elements(post)] == snapshot(
        [
            "Approve push_tag, request T-4-0-v2",
            "Deny push_tag and say why, request T-4-0-v2",
            "Edit the arguments of push_tag, request T-4-0-v2",
            "Pass on, put off or leave request T-4-0-v2",
        ]
    )


def test_a_version_has_block_ids_of_its_own() -> None:
    again = replace(APPROVAL, key="T-4-0-v3", request="T-4-0-v3")
    ids = [{str(block["block_id"]) for block in card(each).blocks} for each in (APPROVAL, again)]
    assert not ids[0] & ids[1]


def test_a_policy_that_demands_the_button_is_said_on_the_card() -> None:
    shown = read(card(replace(APPROVAL, typed=False)))
    assert "Approving takes the button." in shown
    assert "`approve`" not in shown


def test_a_policy_that_wants_another_channel_is_said_on_the_card() -> None:
    post = card(replace(APPROVAL, channels=("email",)))
    assert "An approval of this counts from email alone." in read(post)
    assert buttons(post) == [("deny", "Deny…"), ("edit", "Edit…"), MORE]
    assert "approve" in dict(buttons(card(replace(APPROVAL, channels=("email", "slack")))))


def test_self_approval_and_editors_are_said_aloud() -> None:
    shown = read(card(replace(APPROVAL, self_approval=True, editors=("bo", "bo"))))
    assert "Self-approval is allowed" in shown
    assert "  Edited by: bo\n" in shown


def test_what_an_edit_changed_stands_beside_what_it_was() -> None:
    edited = replace(APPROVAL, editors=("bo",), arguments={"count": 4}, before={"count": 2})
    for look, words in ((Look(), "Changed by people"), (Look("de"), "Von Menschen geändert")):
        post = card(edited, look)
        assert f"{words}\ncount: 2 -> 4" in read(post)
        assert f"{words}: count: 2 -&gt; 4" in post.text
    many = replace(edited, before={f"<!channel> {n}": "x" * 99 for n in range(30)})
    assert "… +20" in read(card(many))
    assert "Changed by people" not in read(card(APPROVAL))


@pytest.mark.parametrize("change", [{"approvers": ()}, {"barred": ("ana", "bo")}])
def test_a_card_that_nobody_may_decide_says_what_mends_it(
    change: dict[str, tuple[str, ...]],
) -> None:
    post = card(replace(APPROVAL, **change))
    assert "Nobody may approve this as it stands." in read(post)
    assert "`bot why T`" in read(post)
    assert "`bot why T`" in post.text
    assert "approve" not in dict(buttons(post))


def test_a_card_that_too_few_may_decide_says_who_may() -> None:
    post = card(replace(APPROVAL, barred=("ana",)))
    assert "Only bo may approve this as it stands, and it needs 2 different people." in read(post)


def test_who_may_not_approve_is_named_with_the_reason_in_the_card_and_its_text() -> None:
    asked = replace(
        APPROVAL, approvers=("ana", "bo", "cy", "di"), barred=("ana", "di"), editors=("di",)
    )
    who = "May decide: cy\n"
    why = "May deny and not approve: ana (asked for it), di (changed its arguments)\n"
    post = card(asked)
    assert f"  {who}  {why}" in read(post)
    assert f"\n{who}{why}" in post.text
    german = "ana (hat darum gebeten), di (hat die Argumente geändert)"
    assert f"Ablehnen dürfen, nicht genehmigen: {german}\n" in read(card(asked, DE))


def test_a_card_whose_approvers_slack_does_not_know_says_what_mends_it() -> None:
    look = reader.look(APPROVAL, People({"ana": Person(), "bo": Person(slack="U0B")}))
    assert look.absent == ("ana",)
    post = card(APPROVAL, look)
    for text in (read(post), post.text):
        assert "not known here: ana." in text
        assert "`bot approvers T --add ana --slack U…`" in text
        assert "`bot approve T-4-0-v2 --as ana`" in text
    assert "people-Datei" in card(APPROVAL, replace(look, language="de")).text


BY_MAIL = (
    Deputy(person="ana", of="ana", since=0, address=Address(channel="email", locator="@ana")),
)


@pytest.mark.parametrize(
    "asked",
    [
        replace(APPROVAL, votes=(), quorum=1),
        replace(APPROVAL, barred=("ana",)),
        replace(APPROVAL, channels=("email",)),
        replace(APPROVAL, apart=BY_MAIL),
    ],
)
def test_an_absent_approver_whom_it_does_not_take_is_no_trouble(
    asked: Approval,
) -> None:
    assert "not known here" not in card(asked, Look(absent=("ana",))).text


def test_an_absent_approver_whose_mail_decides_nothing_is_missed_here() -> None:
    for asked in (replace(APPROVAL, channels=("slack",)), replace(APPROVAL, typed=False)):
        post = card(replace(asked, apart=BY_MAIL), Look(absent=("ana",)))
        assert "not known here: ana." in post.text


def test_an_argument_of_a_hundred_kilobytes_goes_along_as_a_file() -> None:
    long = "".join(f"{number:07d}\n" for number in range(12_500))
    given = {**APPROVAL.arguments, "body": long, "last": "seen"}
    post = card(replace(APPROVAL, arguments=given))
    (file,) = post.files
    assert yaml.safe_load(file.content)["arguments"] == given
    shown = read(post)
    assert f"SHA-256 {sha256(file.content.encode()).hexdigest()}" in shown
    assert f"read the attached file `{file.name}`" in shown
    assert f"body: 100,000 characters, SHA-256 {sha256(long.encode()).hexdigest()}" in shown
    assert "last: seen" in shown


def test_two_hundred_arguments_are_shown_or_counted_and_all_go_along() -> None:
    given = {f"argument_{number}": "x" * 40 for number in range(200)}
    post = card(replace(APPROVAL, arguments=given))
    shown = read(post)
    seen = [name for name in given if f"{name}: " in shown]
    assert len(seen) > 60
    assert f"… and {200 - len(seen)} more arguments, in full in the attached file" in shown
    assert yaml.safe_load(post.files[0].content)["arguments"] == given


def test_a_card_in_which_everything_has_room_has_no_file() -> None:
    assert card(APPROVAL).files == ()


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("\x1b[2Jx", "\\u001b"),
        ("a\u202eb", "\\u202e"),
        ("a\u200bb", "\\u200b"),
        ("a\rb", "\\r"),
        ("\x00", "\\u0000"),
    ],
)
def test_what_hides_in_an_argument_is_written_out(hidden: str, seen: str) -> None:
    post = card(replace(APPROVAL, arguments={"tag": hidden}))
    for text in (read(post), post.text):
        assert seen in text
        assert hidden not in text


def test_what_would_call_people_is_shown_as_it_is_and_calls_nobody() -> None:
    calling = "<!channel> <@U099EVE> @here"
    message = replace(
        APPROVAL, arguments={"tag": calling}, because=calling, text=calling, quote=calling
    )
    post = render(message, Look())
    assert calls(post) == []
    assert read(post).count(calling) == 4


def test_an_argument_cannot_pass_for_another_or_close_its_box() -> None:
    forged = "Release\n```\n*commit:* 0000000\n</pre>"
    post = card(replace(APPROVAL, arguments={"message": forged, "commit": "538568d"}))
    boxes = [text for block in post.blocks for text in texts(block)]
    assert forged in boxes
    assert boxes.count("commit:") == 1


def test_what_is_nested_deeply_is_shown_to_its_bottom() -> None:
    deep: JsonValue = "bottom"
    for _ in range(100):
        deep = [deep]
    post = card(replace(APPROVAL, arguments={"deep": deep}))
    assert "[" * 100 + '"bottom"' + "]" * 100 in read(post).replace("\n", "")


def test_text_and_number_look_different() -> None:
    assert 'text: "5"' in read(card(APPROVAL))
    assert "n: 5\n" in read(card(APPROVAL))


# ---- questions -------------------------------------------------------------------------------------------------------
def test_a_question_shows_its_choices_its_urgency_and_its_deadline() -> None:
    assert read(card(QUESTION)) == snapshot("""\
<@U012ANA> <@U034BO> *A question*
Which **version**?
What to know
Two commits since `v1.4.2`.
Said since this was asked
> cy: hurry
Choices
    1. Patch: v1.4.3
    2. Minor: v1.5.0
  Urgency: high
  Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
  Asked: ana
  Request T-4-0-v1
Press a button, or reply in this thread with a number or in your own words.
[Patch: v1.4.3] [Minor: v1.5.0] [More…]\
""")
    assert card(QUESTION).text == snapshot("""\
<@U012ANA> <@U034BO> *A question*
&gt; Which **version**?
Urgency: high
Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
Press a button, or reply in this thread with a number or in your own words.
1. Patch: v1.4.3
2. Minor: v1.5.0
What to know:
&gt; Two commits since `v1.4.2`.
Said since this was asked:
&gt; cy: hurry\
""")


def test_a_choice_is_a_button_and_a_number() -> None:
    choices = [("answer:0", "Patch: v1.4.3"), ("answer:1", "Minor: v1.5.0")]
    assert buttons(card(QUESTION)) == [*choices, MORE]


def test_yes_and_no_are_the_first_and_the_second_button() -> None:
    asked = replace(QUESTION, format="yes_no", choices=("Yes", "No"))
    assert buttons(card(asked)) == [("answer:0", "Yes"), ("answer:1", "No"), MORE]
    assert buttons(card(asked, DE)) == [("answer:0", "Ja"), ("answer:1", "Nein"), ("more", "Mehr…")]


def test_a_question_without_choices_is_answered_in_the_thread() -> None:
    post = card(replace(QUESTION, choices=(), format="free_text"))
    assert buttons(post) == [MORE]
    assert "Reply in this thread with your answer." in read(post)


def test_a_question_that_is_too_long_goes_along_as_a_file() -> None:
    long = "\n\n".join(f"Part {number}: " + "word " * 40 for number in range(60))
    post = card(replace(QUESTION, question=long, choices=tuple("x" * 400 for _ in range(60))))
    (file,) = post.files
    assert long in file.content
    assert "60. " + "x" * 400 in file.content
    assert len(buttons(post)) == 50 + 1
    assert file.name in read(post)


def test_a_question_that_nobody_may_answer_says_what_mends_it() -> None:
    assert "Nobody may answer this yet. Set `BOT_OWNER`" in read(card(replace(QUESTION, asked=())))


def test_an_unknown_outcome_says_when_it_began_and_when_it_may_be_tried_again() -> None:
    assert read(card(UNKNOWN)) == snapshot("""\
<@U012ANA> <@U034BO> *Did it happen? push_tag*
push_tag was started and I cannot tell whether it happened. Please look, and say how to go on.
Arguments
tag: v1.5.0
  Started <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
  Can be tried again from <!date^1795000060^{date_short_pretty}, {time}|2026-11-18 11:07 UTC>
  Asked: ana
  Request T-4-0-v2
Press a button, or reply in this thread with a number or the choice itself.
[It happened] [Try again] [Give up]\
""")
    assert buttons(card(UNKNOWN)) == [
        ("answer:0", "It happened"), ("answer:1", "Try again"), ("answer:2", "Give up"),
    ]  # fmt: skip


def test_a_hold_asks_how_to_go_on() -> None:
    assert read(card(HOLD)) == snapshot("""\
<@U012ANA> <@U034BO> *How to go on?*
I have taken as many steps as I may without a word from you. Shall I go on?
  Asked: ana
  Request T-4-hold-v1
Press a button, or reply in this thread with a number or the choice itself.
[Extend] [Stop]\
""")
    assert read(card(HOLD, DE)) == snapshot("""\
<@U012ANA> *Wie soll es weitergehen?*
Ich habe so viele Schritte getan, wie ich ohne ein Wort darf. Soll ich weitermachen?
  Gefragt: ana
  Anfrage T-4-hold-v1
Einen Knopf drücken oder in diesem Thread mit der Nummer antworten.
[Verlängern] [Stoppen]\
""")


# ---- messages --------------------------------------------------------------------------------------------------------
def test_a_message_of_forty_thousand_characters_begins_in_the_thread_and_goes_along_whole() -> None:
    text = "\n\n".join(f"{number}. {'word ' * 60}".strip() for number in range(130))
    post = card(Say("T-4-0", text))
    assert post.files[0].content == text
    assert post.files[0].name == "T-4-0.md"
    assert "This is the beginning; all of it is in the attached file `T-4-0.md`." in read(post)
    assert len(read(post)) > 10_000


def test_under_a_final_answer_one_can_say_what_one_thinks_of_it_in_words() -> None:
    *said, below = card(Say("T-4-0", "done", final=True)).blocks
    assert [block["type"] for block in said] == ["markdown"]
    assert below["type"] == "context_actions"
    shown = list(texts(below))
    assert shown == ["Helpful", "Not helpful"]
    assert "'value': 'good T-4-0'" in str(below)
    assert "'value': 'bad T-4-0'" in str(below)
    assert broken(card(Say("T-4-0", "word " * 8_000, final=True))) == []
    assert [block["type"] for block in card(Say("T-4-0", "wait")).blocks] == ["markdown"]


def test_a_message_without_words_is_still_a_message() -> None:
    assert card(Say("T-4-0", " \n")).text == "-"


@pytest.mark.parametrize("message", ALL)
def test_nobody_but_those_asked_is_called_and_they_are_called_once(message: Outgoing) -> None:
    post = card(message)
    asks = not isinstance(message, Say | Notice)
    assert post.text.count("<@U012ANA>") == read(post).count("<@U012ANA>") == int(asks)


@pytest.mark.parametrize("message", ALL)
def test_a_message_that_slack_refuses_goes_out_plain_with_its_buttons(message: Outgoing) -> None:
    post = plain(message, EN)
    assert broken(post) == []
    assert buttons(post) == buttons(card(message))
    assert {str(block["type"]) for block in post.blocks} <= {"section", "actions"}
    assert post.text == card(message).text


def test_a_plain_message_takes_along_what_its_text_leaves_out() -> None:
    long = "word " * 1_000
    assert [file.content for file in plain(Say("T-4-0", long), EN).files] == [long]
    (file,) = plain(APPROVAL, EN).files
    assert yaml.safe_load(file.content)["arguments"] == APPROVAL.arguments


@pytest.mark.parametrize(
    ("look", "said"),
    [(EN, "Repeats what came from outside: "), (DE, "Wiederholt, was von außen kam: ")],
)
def test_a_card_says_which_arguments_came_from_outside(look: Look, said: str) -> None:
    post = render(REPEATS, look)
    named = f"{said}message (slack:U7@guest), n&lt;b&gt; (look_up)"
    assert named in post.text
    assert any(named in text for block in post.blocks for text in texts(block))
    assert said not in render(APPROVAL, look).text
    assert broken(post) == []
