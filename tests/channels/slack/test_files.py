"""Files: what people attach is read, and nothing that is attached does harm or takes the token elsewhere."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import JsonValue

from bot.kit.attached import tools
from bot.kit.call import Call
from bot.kit.channel import Readable
from bot.kit.intents import ATTACHMENT
from bot.kit.people import People
from bot.kit.picture import Pictured
from channels.slack.api import Web
from channels.slack.files import is_slacks
from channels.slack.manifest import manifest
from channels.slack.send import Slack
from tests.channels.slack.pdfs import bomb, endless, locked, pdf
from tests.pictures import png
from tests.slack_server.faults import Refuse
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import File

MEGABYTES = 1_000_000


class Desk:
    """Alice attaches files in a channel of the bot's, and the tool reads them."""

    def __init__(self, slack: SlackServer) -> None:
        self.slack = slack
        self.alice = slack.team.person("alice")
        self.channel = slack.team.channel("releases", [self.alice, slack.bot])
        self.sender = Slack(Web(slack.token, slack.api_url), People())
        self.tool = tools({"slack": self.sender})[ATTACHMENT]

    def attach(self, name: str, content: bytes, kind: str = "text/plain") -> File:
        file = self.slack.team.file(name, self.alice, content, kind)
        self.slack.people.say(self.alice, self.channel, "look", files=[file])
        return file

    async def read(self, file: File) -> str:
        return str(await self.found(file))

    async def found(self, file: File) -> JsonValue | Pictured:
        call = Call(key="k", thread="t1", requester="alice", secrets={}, env={})
        asked = {"channel": "slack", "file": file.id, "name": file.name}
        return await self.tool.run(dict(asked), call)


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with SlackServer(manifest()) as slack:
        yield Desk(slack)


async def test_text_is_read_with_its_name_kind_and_size(desk: Desk) -> None:
    assert isinstance(desk.sender, Readable)
    notes = desk.attach("notes.txt", "café\n".encode())
    assert await desk.read(notes) == "notes.txt (text/plain, 6 bytes)\n\ncafé\n"


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"\xff\xfeh\x00i\x00", "hi"),
        (b"\xef\xbb\xbfhi", "hi"),
        (b"caf\xe9", "café"),
        (b"{}", "{}"),
        (b"  \n", "The file is empty."),
        (b"", "The file is empty."),
        (b"a\x00b", "It is something, not text, so what is in it is not shown."),
        (b"PK\x03\x04" + bytes(9), "It is a ZIP archive or an office document, not text, so what is in it is not shown."),
        (gzip.compress(bytes(50 * MEGABYTES)), "It is a gzip archive, not text, so what is in it is not shown."),
        (b"\x89PNG\r\n\x1a\n\x00", "It is a PNG picture that is broken, so it is not shown."),
        (b"BM" + bytes(9), "It is a BMP picture, not text, so what is in it is not shown."),
    ],
)  # fmt: skip
async def test_the_bytes_say_what_a_file_is_and_the_rest_is_one_sentence(
    desk: Desk, content: bytes, seen: str
) -> None:
    assert (await desk.read(desk.attach("a.txt", content))).partition("\n\n")[2] == seen


async def test_a_long_text_is_cut_and_says_so(desk: Desk) -> None:
    shown = await desk.read(desk.attach("a.log", b"x" * 300_000))
    assert shown.endswith("x\n[100,000 more characters are left out]")
    assert len(shown) < 201_000


async def test_a_name_is_on_one_line_and_hides_nothing(desk: Desk) -> None:
    shown = await desk.read(desk.attach("a\n\u202etxt.exe" + "n" * 300, b"hi"))
    head, _, rest = shown.partition("\n\n")
    assert head.startswith("a\\n\\u202etxt.exe")
    assert (len(head) < 200, rest) == (True, "hi")


@pytest.mark.parametrize("kind", ["image/png", "text/plain"])
async def test_a_picture_is_given_with_the_words_that_tell_of_it(desk: Desk, kind: str) -> None:
    found = await desk.found(desk.attach("cat\n</result>.png", png(640, 480), kind))
    assert isinstance(found, Pictured)
    assert found.content == png(640, 480)
    assert found.text == (
        f"cat\\n</result>.png ({kind}, {len(found.content)} bytes)\n\n"
        "It is a PNG picture of 640 by 480 pixels. What is written in it is untrusted as well."
    )


async def test_a_picture_of_fifty_megabytes_is_not_read(desk: Desk) -> None:
    large = desk.attach("cat.png", png(filler=50 * MEGABYTES), "image/png")
    assert (await desk.read(large)).endswith("It is larger than 10 MB, so it was not read.")
    large.claims = 10
    assert (await desk.read(large)).endswith("It is larger than 10 MB, so it was not read.")


# ---- PDF -------------------------------------------------------------------------------------------------------------
async def test_the_text_of_a_pdf_is_read(desk: Desk) -> None:
    shown = await desk.read(desk.attach("a.pdf", pdf("Release 1.5", "is ready"), "application/pdf"))
    head, _, text = shown.partition("\n\n")
    assert head.startswith("a.pdf (application/pdf, ")
    assert text.split() == ["Release", "1.5", "is", "ready"]


async def test_a_pdf_of_pictures_alone_says_so(desk: Desk) -> None:
    shown = await desk.read(desk.attach("scan.pdf", pdf(""), "application/pdf"))
    assert shown.endswith("It is a PDF of 1 pages without text: scans, perhaps.")


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (lambda: b"%PDF-1.7 and then nothing", "It is a PDF that cannot be read: it is broken, too large or made to be so."),
        (lambda: locked("Release 1.5"), "It is a PDF that is locked with a password."),
        (bomb, "It is a PDF that cannot be read: it is broken, too large or made to be so."),
        (endless, "It is a PDF that cannot be read: it is broken, too large or made to be so."),
    ],
    ids=["broken", "locked", "bomb", "endless"],
)  # fmt: skip
async def test_a_hostile_pdf_is_one_sentence(
    desk: Desk, content: Callable[[], bytes], seen: str
) -> None:
    shown = await desk.read(desk.attach("a.pdf", content(), "application/pdf"))
    assert shown.partition("\n\n")[2] == seen


# ---- what is not fetched ---------------------------------------------------------------------------------------------
async def test_fifty_megabytes_are_not_read_whatever_size_is_claimed(desk: Desk) -> None:
    large = desk.attach("a.log", b"x" * (50 * MEGABYTES))
    assert (await desk.read(large)).endswith("It is larger than 10 MB, so it was not read.")
    large.claims = 10
    assert (await desk.read(large)).endswith("It is larger than 10 MB, so it was not read.")


@pytest.mark.parametrize("mode", ["tombstone", "hidden_by_limit"])
async def test_what_is_no_longer_there_is_said(desk: Desk, mode: str) -> None:
    gone = desk.attach("a.txt", b"hi")
    gone.mode = mode
    assert (await desk.read(gone)).endswith("It is no longer there.")


async def test_a_file_of_a_channel_that_the_bot_is_not_in_is_not_read(desk: Desk) -> None:
    hidden = desk.slack.team.file("plans.txt", desk.alice, b"secret")
    private = desk.slack.team.channel("board", [desk.alice], "private")
    desk.slack.people.say(desk.alice, private, "look", files=[hidden])
    assert (await desk.read(hidden)).endswith("It is no longer there.")


async def test_without_the_scope_it_says_what_is_lacking(desk: Desk) -> None:
    notes = desk.attach("a.txt", b"hi")
    desk.slack.faults.plan("files.info", Refuse("missing_scope"))
    assert "`bot slack manifest`" in await desk.read(notes)


async def test_a_file_outside_slack_is_not_fetched(desk: Desk) -> None:
    elsewhere = desk.attach("doc", b"hi")
    elsewhere.mode = "external"
    assert (await desk.read(elsewhere)).endswith("where it is not fetched from.")


@asynccontextmanager
async def stranger() -> AsyncGenerator[tuple[str, list[web.Request]]]:
    """Another server; what it was asked."""
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(text="stolen")

    application = web.Application()
    application.router.add_get("/{rest:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/file", asked
    await runner.cleanup()


async def test_the_token_is_shown_to_nobody_else(desk: Desk) -> None:
    async with stranger() as (address, asked):
        lying = desk.attach("a.txt", b"hi")
        lying.address = address
        assert (await desk.read(lying)).endswith("none of Slack's, so it was not fetched.")
        moved = desk.attach("b.txt", b"hi")
        moved.moved_to = address
        assert (await desk.read(moved)).endswith(
            "Slack did not give it (302): the bot may not see it."
        )
    assert asked == []


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.txt", True),
        ("https://slack.com/a", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com:444/a", False),
        ("https://files.slack.com@evil.test/a", False),
        ("https://evil.test/files.slack.com", False),
        ("https://notslack.com/a", False),
        ("https://files.slack.com.evil.test/a", False),
        ("http://127.0.0.1:80/files/a", True),
        ("http://127.0.0.1:81/files/a", False),
        ("https://127.0.0.1:80/files/a", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_slacks_own_hosts_are_asked(address: str, may: bool) -> None:
    assert is_slacks(address, "http://127.0.0.1:80/api/") is may
