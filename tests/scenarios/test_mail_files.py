"""Files by mail, end to end: a PDF and a picture come in and are shown to the model, a long result goes out as a file."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from tests.channels.slack.pdfs import pdf
from tests.mail_server import dovecot
from tests.messages_api import KEY, MessagesApi, Reply
from tests.pictures import png
from tests.scenarios.mail_office import MailOffice, body, opened

pytestmark = pytest.mark.skipif(not dovecot.is_here(), reason="apt-get install -y dovecot-imapd")
RESULT = "".join(f"Line {number} of the report.\n" for number in range(1_200))


@pytest.fixture
async def post(
    redis_server: str, tmp_path: Path, free_port: Callable[[], int]
) -> AsyncGenerator[MailOffice]:
    async with opened(redis_server, tmp_path, free_port) as office:
        yield office


async def test_a_pdf_and_a_picture_come_in_by_mail_and_a_long_result_goes_out_as_a_file(
    post: MailOffice,
) -> None:
    with MessagesApi([Reply(text=RESULT)]) as api:
        post.environ |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url}
        post.environ["BOT_MODEL"] = "claude-sonnet-5-5"
        files = {"terms.pdf": pdf("Thirty days to pay."), "cat.png": png(640, 480)}
        async with post.process("email"), post.process("worker"):
            await post.write("alice", "What is in these?\n", "Files", attached=files)
            answer = await post.told("alice", "Line 0 of the report.")
    (entry,) = api.ledger
    assert entry.refusal is None
    (turn,) = cast("list[dict[str, Any]]", entry.body["messages"])
    parts = cast("list[dict[str, Any]]", turn["content"])
    words = "\n".join(each["text"] for each in parts if each["type"] == "text")
    assert "[attached: terms.pdf]\n[attached: cat.png]" in words
    assert '<result untrusted="tool attached-file" n="1">terms.pdf (application/pdf, ' in words
    assert "Thirty days to pay." in words
    shown = [each["source"]["data"] for each in parts if each["type"] == "image"]
    assert [base64.b64decode(each) for each in shown] == [png(640, 480)]
    (file,) = answer.iter_attachments()
    assert file.get_filename() == "result.txt"
    assert str(file.get_content()).splitlines() == RESULT.splitlines()
    assert "all of it is in result.txt" in body(answer)
