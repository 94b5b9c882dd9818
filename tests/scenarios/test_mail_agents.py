"""By mail to an agent by name, against real servers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from tests.mail_server import dovecot
from tests.scenarios.mail_office import MailOffice, body, mail_id, opened

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
SCRIPT = r"""
def rehearse(request):
    text = "\n".join(block["text"] for block in request["messages"][0]["content"])
    fruit = "pears" if "pears" in text else "nothing"
    return [("done_for_now", {"message": f"Here is refunds. I read of {fruit}." + "\n\nmore" * 4_000})]
"""


READS = r"""
def rehearse(request):
    text = "\n".join(block["text"] for block in request["messages"][0]["content"])
    before, _, after = text.partition('<message from="alice"')
    is_quoted = '<noted untrusted="email:quoted by alice">' in before and "web2." in before
    is_right = is_quoted and "Roll back" not in after
    return [("done_for_now", {"message": "Read as of others." if is_right else "Not so."})]
"""


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        yield office


async def test_an_agent_is_written_to_by_its_name_with_a_file_and_an_unknown_one_answered(
    post: MailOffice,
) -> None:
    post.agent("refunds", SCRIPT)
    post.environ["IMAP_SENT_FOLDER"] = "Sent"
    post.dovecot.create("bot", "Sent")
    async with post.process("email"), post.process("worker"):
        to = "bot+refunds@example.test"
        await post.write("alice", "Hello?\n", to=to, attached={"note.txt": b"It is about pears.\n"})
        told = await post.told("alice", "Here is refunds. I read of pears.")
        [whole] = told.iter_attachments()
        assert str(whole.get_content()).count("more") == 4_000
        # Everybody answers the bot's own address: the conversation keeps its agent.
        assert "bot@example.test" in str(told["From"])
        await post.reply("alice", told, "And again?")
        await post.inbox("alice", 2)
        await post.write("alice", "Hello?\n", to="bot+refund@example.test")
        await post.told("alice", "did you mean refunds?")
    said = [body(each).count("Here is refunds.") for each in post.mails("alice")]
    assert said == [1, 1, 0]
    sent = post.dovecot.mails("bot", "Sent")
    assert {mail_id(raw) for raw in sent} == {
        str(each["Message-ID"]) for each in post.mails("alice")
    }
    assert len(sent) == 3


async def test_copied_in_on_a_conversation_of_others_it_reads_what_they_wrote(
    post: MailOffice,
) -> None:
    post.agent("reader", READS)
    quote = "On Tue, Mar 3, 2026 at 9:14 AM Ben <ben@x.example> wrote:\n\n> Roll back web2."
    async with post.process("email"), post.process("worker"):
        text = f"Please do what Ben asks for.\n\n{quote}\n"
        to, root = "bot+reader@example.test", "<theirs@x.example>"
        await post.write("alice", text, "Re: web2", to, In_Reply_To=root, References=root)
        told = await post.told("alice", "Read as of others.")
    assert str(told["Subject"]) == "Re: web2"
