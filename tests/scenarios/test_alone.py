"""Who is not reached where the work began has a copy of what holds a thread, and of what became of a call: one answer closes the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import run_email
from bot.core.events import Verdict
from bot.core.thread import Closed
from tests.engine.office import Reply
from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice
from tests.scenarios.slack_office import SlackOffice, only_thread, until
from tests.scenarios.test_slack_by_mail import SHIP, set_up

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
FREE: Reply = [("ship", {"tag": "v1.2.3"})]


def by_mail(
    office: SlackOffice, policy: str, approvers: list[str], *changes: tuple[str, str]
) -> None:
    """An office of which these approve as well and have no account of Slack's; its tool with these changes."""
    people = {each.name: f"slack: {each.id}" for each in (office.alice, office.bob)}
    set_up(office, policy, people | {name: f"email: {name}@example.com" for name in approvers})
    agent = Path(office.folder, "agents", "shipper", "agent.md")
    tools = agent.parent / "tools.py"
    more = ("approvers: [bob,", f"approvers: [bob, {', '.join(approvers)},")
    for file, (old, new) in ((agent, more), *((tools, change) for change in changes)):
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))


async def test_a_hold_is_answered_by_mail_by_whom_the_thread_does_not_reach_and_its_card_closes(
    office: SlackOffice, post: MailOffice
) -> None:
    by_mail(office, "limits: {steps: 1}", ["dora"], ('approval="always"', 'approval="never"'))
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([FREE, "Shipped."]),
    ):
        root = office.mention("ship it")
        held = await post.told("dora", "as many steps as I may")
        await post.reply("dora", held, "1")
        await until(lambda: any(each.text == "Shipped." for each in office.answers(root)))
        await until(
            lambda: any("Answered by dora" in str(each.blocks) for each in office.answers(root)),
            "the card of the thread",
        )
        _, events = await only_thread(app)
    assert [(each.actor, each.word) for each in events if isinstance(each, Verdict)] == [
        ("dora", "answer")
    ]


async def test_what_became_of_a_call_is_said_by_mail_by_whom_the_thread_does_not_reach_and_a_copy_too_late_is_told_so(
    office: SlackOffice, post: MailOffice
) -> None:
    by_mail(
        office,
        "policy: {ship: {approvers: [bob, dora, erin]}}",
        ["dora", "erin"],
        ("from bot.kit import", "from bot.kit.call import Unsure\nfrom bot.kit import"),
        ('    return {"shipped": r.tag}', '    raise Unsure("the line broke")'),
    )
    async with (
        office.listening() as app,
        office.serving(run_email),
        office.working([SHIP, "Shipped."]),
    ):
        root = office.mention("ship it")
        card = await office.shown(root, 1)
        await office.slack.people.press(office.bob, card, "approve").reply()
        dora = await post.told("dora", "cannot tell whether it happened")
        erin = await post.told("erin", "cannot tell whether it happened")
        await post.reply("dora", dora, "1")
        await until(lambda: any(each.text == "Shipped." for each in office.answers(root)))
        await until(
            lambda: any("Settled by dora" in str(each.blocks) for each in office.answers(root)),
            "the card of the thread",
        )
        await post.reply("erin", erin, "give up")
        await post.told("erin", "dora")
        thread, _ = await only_thread(app)
    [call] = [each for each in (*thread.past, *thread.calls) if each.card]
    assert call.phase == Closed("happened", by="dora")
    assert office.ledger() == ["v1.2.3"]
