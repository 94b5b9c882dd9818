"""Parse: what Slack tells, and what of it arrives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.kit.arrival import Press, Remark
from channels.slack.parse import Arrived, Said, Submitted, Us, Wish, parse
from channels.slack.payload import Body, Message

US = Us(team="T1", user="UBOT", bot="BBOT")
TS, ROOT = "1700000001.000200", "1700000000.000100"
Json = dict[str, object]


def read(payload: Json) -> Arrived | None:
    return parse(payload, US, lambda user: {"U1": "alice"}.get(user, user))


def told(**event: object) -> Arrived | None:
    body: Json = {"type": "message", "user": "U1", "channel": "C1", "ts": TS, "text": "hi", **event}
    return read({"type": "event_callback", "team_id": "T1", "event": body})


def said(**event: object) -> Said:
    arrived = told(**event)
    assert isinstance(arrived, Said)
    return arrived


def test_the_same_post_is_the_same_arrival_by_either_event() -> None:
    text = "<@UBOT> release"
    assert said(type="app_mention", text=text) == said(type="message", text=text)
    assert said(text=text).words.id == f"slack:T1/C1/{TS}"


def test_a_thread_is_named_by_its_root_from_the_first_message_on() -> None:
    first, later = said(ts=ROOT), said(thread_ts=ROOT)
    assert first.words.address == later.words.address
    assert first.words.address.locator == f"T1/C1/{ROOT}"
    assert said(channel="D1", channel_type="im").words.address.locator == f"T1/D1/{TS}"


@pytest.mark.parametrize(
    ("channel", "text", "aim"),
    [
        ("C1", "<@UBOT> go", "bot"),
        ("C1", "go, <@UBOT|bot>", "bot"),
        ("C1", "<@UBOT> and <@U2>", "bot"),
        ("D1", "go", "bot"),
        ("D1", "tell <@U2>", "bot"),
        ("C1", "<@U2> please", "others"),
        ("C1", "<!subteam^S1|@ops> please", "others"),
        ("C1", "approve", "anybody"),
        ("C1", "<@UBOTX> is another", "others"),
        ("C1", "&lt;@UBOT&gt; is no mention", "anybody"),
    ],
)
def test_a_message_is_for_the_bot_for_others_or_for_anybody(
    channel: str, text: str, aim: str
) -> None:
    assert said(channel=channel, text=text).words.aim == aim


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<@UBOT> approve", "approve"),
        ("<@UBOT>: approve", "approve"),
        ("approve <@UBOT>", "approve"),
        ("ask <@U1> or <@U9>, <@UBOT> knows", "ask @alice or @U9, @bot knows"),
        ("see <https://example.com/a?b=1&amp;c=2>", "see https://example.com/a?b=1&c=2"),
        ("see <https://example.com|the page>", "see the page (https://example.com)"),
        ("<http://example.com|example.com>", "http://example.com"),
        ("in <#C9|releases>, <!here>", "in #releases, @here"),
        ("<!subteam^S1|@ops> &lt;b&gt; &amp;amp;", "@ops <b> &amp;"),
        ("<!date^1^{date}|yesterday>", "yesterday"),
    ],
)
def test_text_reads_as_it_stands_on_the_screen(text: str, read_as: str) -> None:
    assert said(text=text).words.text == read_as


def test_a_message_says_which_files_hang_on_it() -> None:
    arrived = said(subtype="file_share", text="look", files=[{"id": "F1", "name": "plan.pdf"}])
    assert arrived.words.text == "look\n[attached: plan.pdf]"


@pytest.mark.parametrize(
    "event",
    [
        {"user": "UBOT"},
        {"bot_id": "BBOT"},
        {"bot_id": "BOTHER", "subtype": "bot_message"},
        {"bot_id": "BOTHER"},
        {"user": None},
        {"user": "USLACKBOT"},
        {"hidden": True},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "message_replied"},
        {"type": "reaction_added"},
    ],
)
def test_what_no_person_said_does_not_arrive(event: Json) -> None:
    assert told(**event) is None


def test_another_bot_is_heard_where_it_is_listed_and_is_marked_as_one() -> None:
    listed = replace(US, bots=frozenset({"BALERT", "UALERT"}))

    def heard(**event: object) -> Arrived | None:
        body = {"type": "message", "channel": "C1", "ts": TS, "text": "<@UBOT> look", **event}
        return parse({"type": "event_callback", "event": body}, listed, str)

    for event in (
        {"bot_id": "BALERT", "user": "U5"},
        {"bot_id": "B5", "user": "UALERT"},
        {"bot_id": "BALERT", "subtype": "bot_message"},
    ):
        arrived = heard(**event)
        assert isinstance(arrived, Said)
        assert arrived.words.standing == "bot"
        assert arrived.words.person == event.get("user", "BALERT")
    assert heard(bot_id="BOTHER", user="U5") is None
    assert heard(bot_id="BALERT", hidden=True) is None
    assert heard(bot_id="BALERT", subtype="channel_join") is None
    ourselves = replace(listed, bots=frozenset({"BBOT"}))
    own = {"type": "message", "channel": "C1", "ts": TS, "text": "x", "bot_id": "BBOT"}
    assert parse({"type": "event_callback", "event": own}, ourselves, str) is None


def test_the_words_of_outsiders_arrive_as_theirs() -> None:
    assert said(user_team="T0ELSEWHERE").words.standing == "outsider"
    assert said(user_team="T1").words.standing == said().words.standing == "member"


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_a_persons_words_arrive_in_whatever_form_they_were_sent(subtype: str) -> None:
    assert said(subtype=subtype, thread_ts=ROOT).words.text == "hi"


# ---- edits and deletions ----------------------------------------------------------------------------------------------
def changed(subtype: str, **event: object) -> Arrived | None:
    before = {"type": "message", "user": "U1", "ts": TS, "thread_ts": ROOT, "text": "v1"}
    return told(
        subtype=subtype, hidden=True, user=None, ts="1.2", **{"previous_message": before, **event}
    )


def test_an_edit_is_a_remark_about_its_message_and_each_edit_another() -> None:
    now: Json = {"user": "U1", "ts": TS, "text": "v2", "edited": {"user": "U1", "ts": "5.6"}}
    about = f"slack:T1/C1/{TS}"
    remark = changed("message_changed", message=now)
    assert isinstance(remark, Remark)
    assert (remark.id, remark.about) == (f"{about}/edited/5.6", about)
    assert (remark.text, remark.person) == ("edited to: v2", "U1")
    assert remark.address.locator == f"T1/C1/{ROOT}"


def test_a_deletion_is_a_remark_and_an_unfurl_is_nothing() -> None:
    remark = changed("message_deleted")
    assert isinstance(remark, Remark)
    assert remark.id == f"slack:T1/C1/{TS}/deleted"
    assert changed("message_changed", message={"user": "U1", "ts": TS, "text": "v1"}) is None
    assert changed("message_changed", message={"subtype": "tombstone", "text": "gone"}) is None


def test_our_own_message_being_changed_is_nothing() -> None:
    ours = {"type": "message", "user": "UBOT", "bot_id": "BBOT", "ts": TS, "text": "a card"}
    assert changed("message_deleted", previous_message=ours) is None


# ---- presses and forms ------------------------------------------------------------------------------------------------
def pressed(action: str, **body: object) -> Arrived | None:
    button = {"action_id": action, "action_ts": "9.9", "value": "t1-4-0-v2", "type": "button"}
    return read(
        {
            "type": "block_actions",
            "user": {"id": "U1", "team_id": "T1"},
            "team": {"id": "T1"},
            "channel": {"id": "C1"},
            "message": {"ts": TS, "thread_ts": ROOT, "user": "UBOT", "bot_id": "BBOT"},
            "container": {"type": "message", "message_ts": TS, "channel_id": "C1"},
            "actions": [button],
            "trigger_id": "trigger",
            **body,
        }
    )


def test_a_press_is_a_verdict_of_its_own_identity() -> None:
    arrived = pressed("approve")
    assert isinstance(arrived, Press)
    assert arrived.id == f"slack:T1/C1/{TS}/9.9/U1"
    assert (arrived.request, arrived.word, arrived.person) == ("t1-4-0-v2", "approve", "U1")


def test_a_choice_is_named_by_its_place() -> None:
    arrived = pressed("answer:3")
    assert isinstance(arrived, Press)
    assert (arrived.word, arrived.choice) == ("answer", 3)


@pytest.mark.parametrize("kind", ["deny", "edit"])
def test_deny_and_edit_ask_for_a_form(kind: str) -> None:
    arrived = pressed(kind)
    assert isinstance(arrived, Wish)
    assert (arrived.press.word, arrived.press.request) == (kind, "t1-4-0-v2")
    assert arrived.trigger == "trigger"


def test_an_approval_for_a_while_names_its_minutes() -> None:
    arrived = pressed("grant:60")
    assert isinstance(arrived, Press)
    assert (arrived.word, arrived.minutes) == ("approve", 60)


@pytest.mark.parametrize(
    "action", ["answer:", "answer:x", "answer:1234", "approved", "", "grant:", "grant:-1"]
)
def test_a_button_that_is_none_of_ours_does_nothing(action: str) -> None:
    assert pressed(action) is None


def test_a_press_by_nobody_does_nothing_and_one_by_an_outsider_is_for_the_fold_to_refuse() -> None:
    assert pressed("approve", user={"id": ""}) is None
    theirs = pressed("approve", user={"id": "U1", "team_id": "T0ELSEWHERE"})
    assert isinstance(theirs, Press)


def test_a_form_that_was_sent_off_is_named_by_the_form() -> None:
    state = {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "no"}}}}
    view: Json = {
        "id": "V1", "callback_id": "deny", "private_metadata": "t1-4-0-v2", "state": state
    }  # fmt: skip
    user = {"id": "U1", "team_id": "T1"}
    arrived = read({"type": "view_submission", "user": user, "view": view})
    assert isinstance(arrived, Submitted)
    assert (arrived.press.id, arrived.press.request) == ("slack:T1/V1/U1", "t1-4-0-v2")
    assert arrived.callback == "deny"
    assert arrived.values == state["values"]


def test_what_is_not_listened_for_is_nothing() -> None:
    assert read({"type": "url_verification", "challenge": "x"}) is None
    assert read({"type": "event_callback"}) is None
    assert read({"type": "block_actions", "actions": []}) is None


def test_null_is_what_slack_writes_for_nothing() -> None:
    nothing = {"files": None, "hidden": None, "edited": None, "subtype": None, "text": "hi"}
    message = Message.model_validate({**nothing, "ts": "1.0"})
    assert (message.text, message.files, message.hidden) == ("hi", (), False)
    assert Message.model_validate({"files": [{"id": "F1", "size": None}]}).files[0].size == 0
    assert Body.model_validate({"actions": None, "user": None, "container": None}).actions == ()
