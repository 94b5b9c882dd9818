"""Init Slack: the real command against the strict stand-in, by flags, by a pipe and at a terminal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest
from dotenv import dotenv_values

from bot.cli.errors import Wrong
from bot.cli.parts import https
from bot.kit.people import People
from channels.slack.manifest import manifest
from tests.channels.console.typing_at import Keys
from tests.cli.office import Said, furnish
from tests.scenarios.playing import surroundings
from tests.slack_server.faults import LoseReply
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message, Person

SECONDS = 60
AGAIN_SECONDS = 10
Json = dict[str, object]


@dataclass
class Setting:
    """An empty place in which somebody sets the bot up."""

    slack: SlackServer
    folder: Path
    dana: Person
    environ: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def flags(self) -> list[str]:
        return ["--bot-token", self.slack.token, "--app-token", self.slack.app.app_token]

    async def init(self, *flags: str, said: Sequence[str] | None = None) -> Said:
        """`bot init slack` with these flags; `said` are the lines that come through a pipe."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "init", "slack", *flags),
            cwd=self.folder,
            env=self.surroundings(),
            stdin=DEVNULL if said is None else PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        lines = "".join(f"{line}\n" for line in said or ()).encode()
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate(None if said is None else lines)
        return Said(process.returncode or 0, out.decode(), err.decode())

    def surroundings(self) -> dict[str, str]:
        return {**surroundings(), "SLACK_API_URL": self.slack.api_url, **self.environ}

    def files(self) -> dict[str, str]:
        """All there is, by name."""
        kept = (file for file in self.folder.rglob("*") if file.is_file())
        return {
            str(file.relative_to(self.folder)): file.read_text()
            for file in kept
            if "__pycache__" not in file.parts
        }

    def hellos(self) -> list[Message]:
        said = self.slack.team.everything()
        return [each for each in said if each.user == self.slack.bot.id]

    @property
    def env(self) -> dict[str, str | None]:
        return dotenv_values(self.folder / ".env")

    @property
    def people(self) -> People:
        return People.load(self.folder / "agents" / "_house" / "people.yaml")

    @property
    def agent(self) -> str:
        return (self.folder / "agents" / "desk" / "agent.md").read_text()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Setting]:
    async with SlackServer(manifest()) as slack:
        yield Setting(slack, furnish(tmp_path), slack.team.person("dana"))


async def test_by_flags_all_is_written_and_hello_is_said_once(place: Setting) -> None:
    flags = [*place.flags, "--member", place.dana.id, "--name", "dana", "--json"]
    first = await place.init(*flags, "--approver", "yes", "--self-approval", "yes")
    assert first.status == 0, first.err
    told = cast("Json", json.loads(first.out))
    assert told["person"] == {"name": "dana", "slack": place.dana.id}
    assert (told["owner"], told["nobody_decides"], told["not_their_own"]) == ("dana", [], [])
    assert cast("Json", told["scopes"])["missing"] == []
    assert place.env == {
        "SLACK_BOT_TOKEN": place.slack.token,
        "SLACK_APP_TOKEN": place.slack.app.app_token,
        "BOT_OWNER": "dana",
    }
    assert stat.S_IMODE((place.folder / ".env").stat().st_mode) == 0o600
    assert place.people.alias_of("slack", place.dana.id) == "dana"
    assert "approvers: [cashiers, dana]" in place.agent
    assert "self_approval: allowed" in place.agent
    [hello] = place.hellos()
    assert place.slack.team.channels[hello.channel].members == {place.dana.id, place.slack.bot.id}
    link = cast("Json", told["message"])["link"]
    assert link == f"{place.slack.world.url}/archives/{hello.channel}/p{hello.ts.replace('.', '')}"
    before = place.files()
    again = await place.init("--json")
    assert again.status == 0, again.err
    assert cast("Json", json.loads(again.out))["written"] == []
    assert place.files() == before
    assert place.hellos() == [hello]
    for said in (first, again):
        assert place.slack.token not in said.out + said.err
        assert place.slack.app.app_token not in said.out + said.err


async def test_by_a_pipe_each_wrong_answer_is_one_sentence_and_asked_for_again(
    place: Setting,
) -> None:
    eve = place.slack.team.person("eve", "guest")
    answers = [
        place.slack.app.app_token,
        "xoxb-wrong",
        place.slack.token,
        "xapp-1-A00000001-wrong",
        place.slack.app.app_token,
        "dana",
        "U99999999",
        eve.id,
        place.dana.id,
        "Dana!",
        "cashiers",
        "alice",
        "no",
        "no",
    ]
    said = await place.init(said=answers)
    assert said.status == 0, said.err
    for sentence in (
        "https://api.slack.com/apps?new_app=1&manifest_json=%7B",
        "This is an app-level token. The bot's token begins with xoxb-",
        "Slack does not know this token: copy the whole of it again.",
        "A member ID looks like U0123456789",
        "Slack knows no such member in stand-in",
        "is a guest: somebody who is at home in stand-in is needed",
        "A short name is small letters",
        "cashiers is taken",
        "alice is the only one in Slack who may approve what desk asks for",
        "bot approvers desk --self-approval allowed",
    ):
        assert sentence in said.out, sentence
    assert place.people.people["alice"].slack == place.dana.id
    assert place.people.people["alice"].name == "Alice Example"
    assert "self_approval" not in place.agent
    assert place.slack.token not in said.out + said.err


async def test_a_first_name_is_offered_and_an_empty_line_takes_it(place: Setting) -> None:
    said = await place.init(*place.flags, "--member", place.dana.id, said=[""])
    assert said.status == 0, said.err
    assert place.env["BOT_OWNER"] == "dana"


async def test_without_a_terminal_and_without_flags_it_is_one_sentence(place: Setting) -> None:
    before = place.files()
    said = await place.init()
    assert said.status == 2
    assert said.err.count("\n") == 1
    assert "The bot's token" in said.err
    assert "Nothing was written. Give --bot-token, or answer at a terminal." in said.err
    assert place.files() == before


async def test_a_failure_is_a_json_object_too_where_json_was_asked_for(place: Setting) -> None:
    said = await place.init("--json")
    assert said.status == 2
    assert json.loads(said.out) == {"error": said.err.splitlines()[-1]}
    assert "Nothing was written." in said.err


async def test_when_the_answers_end_at_a_wrong_one_nothing_is_written(place: Setting) -> None:
    before = place.files()
    said = await place.init("--json", said=["xoxb-wrong"])
    assert said.err.splitlines()[-1].startswith("Slack does not know this token")
    assert (said.status, json.loads(said.out)) == (2, {"error": said.err.splitlines()[-1]})
    assert place.files() == before


async def test_agents_that_do_not_load_are_told_before_anything_is_asked(place: Setting) -> None:
    (place.folder / "agents" / "desk" / "agent.md").write_text("no settings\n")
    said = await place.init(said=[place.slack.token])
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("agents/desk/agent.md:1: ")
    assert place.slack.ledger.entries == []


async def test_a_wrong_flag_is_one_sentence(place: Setting) -> None:
    said = await place.init("--bot-token", "xoxp-1", "--app-token", "xapp-1")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("--bot-token: This is a person's token.")


async def test_a_revoked_token_says_so(place: Setting) -> None:
    place.slack.uninstall()
    said = await place.init(*place.flags, "--member", place.dana.id)
    assert said.status == 2
    assert "This token is dead, the app is no longer installed" in said.err


async def test_tokens_of_two_apps_do_not_go_together(place: Setting) -> None:
    other = replace(place.slack.app, app_token="xapp-1-A00000009-test")
    place.slack.world.app = other
    said = await place.init("--bot-token", place.slack.token, "--app-token", other.app_token)
    assert said.status == 2
    assert "The two tokens are of different apps: this one is of the app A00000009" in said.err


async def test_a_missing_scope_is_named_and_enter_tries_the_same_token_again(
    tmp_path: Path,
) -> None:
    less: Json = json.loads(json.dumps(manifest()).replace('"reactions:write", ', ""))
    async with SlackServer(less) as slack:
        place = Setting(slack, furnish(tmp_path), slack.team.person("dana"))
        said = await place.init(said=[slack.token, ""])
        assert said.status == 2
        assert said.err.startswith("The app lacks reactions:write")
        assert ".env" not in place.files()


async def test_lines_of_env_are_kept_and_a_new_token_takes_the_place_of_a_dead_one(
    place: Setting,
) -> None:
    env = place.folder / ".env"
    env.write_text("# mine\nexport SLACK_BOT_TOKEN='xoxb-old'\nANTHROPIC_MODEL=x\n")
    env.chmod(0o644)
    said = await place.init(said=[place.slack.token, place.slack.app.app_token, place.dana.id])
    assert said.status == 0, said.err
    assert "SLACK_BOT_TOKEN: Slack does not know this token" in said.out
    lines = env.read_text().splitlines()
    assert lines[:3] == ["# mine", f"SLACK_BOT_TOKEN={place.slack.token}", "ANTHROPIC_MODEL=x"]
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


async def test_what_the_environment_would_hide_is_not_written(place: Setting) -> None:
    place.environ = {"SLACK_BOT_TOKEN": "xoxb-other"}
    said = await place.init(*place.flags, "--member", place.dana.id)
    assert said.status == 2
    assert "The environment sets SLACK_BOT_TOKEN" in said.err
    assert ".env" not in place.files()


async def test_over_http_the_signing_secret_is_asked_for(tmp_path: Path) -> None:
    url = "https://bot.example.com/slack/events"
    async with SlackServer(manifest(url)) as slack:
        place = Setting(slack, furnish(tmp_path), slack.team.person("dana"))
        secret = slack.app.signing_secret
        answers = [slack.token, "xapp-1-A1-x", secret, place.dana.id]
        said = await place.init("--http", "--url", url, said=answers)
    assert said.status == 0, said.err
    assert "This is an app-level token; the signing secret stands under" in said.out
    assert "bot.example.com" in said.out
    assert place.env["SLACK_SIGNING_SECRET"] == secret
    assert secret not in said.out + said.err


async def test_an_address_that_slack_sends_nothing_to_is_refused_before_anything_is_asked(
    place: Setting,
) -> None:
    said = await place.init("--http", "--url", "http://bot.example.com/slack/events", said=[])
    assert said.status == 2
    assert said.err.startswith("--url: Slack sends events to an https:// address")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "url", ["bot.example.com", "https://", "https:/bot", "https://[", "https://a b", "https://a/\n"]
)
def test_what_is_no_https_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(Wrong, match=r"https://bot\.example\.com/slack/events"):
        https(url)


def test_an_https_address_or_none_is_taken_as_it_is() -> None:
    for url in ("", "https://bot.example.com/slack/events", "https://127.0.0.1:8443/slack/events"):
        assert https(url) == url


async def test_over_http_without_its_address_no_link_is_made_up(place: Setting) -> None:
    said = await place.init("--http", said=["xoxb-wrong"])
    assert "`bot slack manifest --url https://YOURS/slack/events` prints" in said.out
    assert "manifest_json" not in said.out


async def test_hello_whose_reply_was_lost_is_not_said_twice(place: Setting) -> None:
    place.slack.faults.plan("chat.postMessage", LoseReply())
    said = await place.init(*place.flags, "--member", place.dana.id)
    assert said.status == 1
    assert "All is written, but hello could not be said: Slack did not answer" in said.err
    again = await place.init("--json")
    assert again.status == 0, again.err
    assert len(place.hellos()) == 1
    assert cast("Json", cast("Json", json.loads(again.out))["message"])["new"] is False


async def test_hello_in_a_channel_needs_the_bot_there(place: Setting) -> None:
    channel = place.slack.team.channel("releases", [place.dana])
    flags = [*place.flags, "--member", place.dana.id, "--channel", channel.id]
    said = await place.init(*flags)
    assert said.status == 1
    assert "All is written, but hello could not be said: The bot is not in that channel" in said.err
    place.slack.team.join(place.slack.bot, channel)
    said = await place.init("--channel", channel.id)
    assert said.status == 0, said.err
    assert [each.channel for each in place.hellos()] == [channel.id]


QUESTIONS = ("xoxb-…", "xapp-…", "member ID", "people file", "be an approver", "approve it alone")


async def interrupted(process: asyncio.subprocess.Process) -> int:
    """How it ends at Ctrl-C, pressed again if need be: one that comes just before the read begins is seen only after it.

    A busy machine gets its time: a second one while Python is ending would be its end.
    """
    async with asyncio.timeout(SECONDS):
        while process.returncode is None:
            process.send_signal(signal.SIGINT)
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await process.wait()
    return process.returncode


async def test_ctrl_c_says_that_nothing_was_written_to_people_and_to_scripts(
    place: Setting,
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "init", "slack", "--json"),
        cwd=place.folder,
        env=place.surroundings(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(SECONDS):
        await process.stderr.readuntil(b"xoxb-")
    assert await interrupted(process) == 130
    told = json.loads(await process.stdout.read())
    assert told == {"error": "Interrupted; nothing was written."}
    assert (await process.stderr.read()).decode().endswith(f"{told['error']}\n")


@pytest.mark.parametrize("asked", range(len(QUESTIONS) + 1))
async def test_at_a_terminal_ctrl_c_at_any_question_leaves_everything_as_it_was(
    place: Setting, asked: int
) -> None:
    """After the last question all is done."""
    slack, before = place.slack, place.files()
    answers = [slack.token, slack.app.app_token, place.dana.id, "dana", "yes", "yes"]
    with Keys() as keys:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "init", "slack"),
            cwd=place.folder,
            env=place.surroundings(),
            stdin=keys.far,
            stdout=keys.far,
            stderr=keys.far,
        )
        os.close(keys.far)
        for question, answer in zip(QUESTIONS[:asked], answers, strict=False):
            await keys.see(question)
            keys.type(f"{answer}\n")
        if asked < len(QUESTIONS):
            await keys.see(QUESTIONS[asked])
            status = await interrupted(process)
        else:
            await keys.see("Said hello")
            async with asyncio.timeout(SECONDS):
                status = await process.wait()
        assert slack.token not in keys.raw
        assert slack.app.app_token not in keys.raw
    if asked < len(QUESTIONS):
        assert status == 130
        assert (place.files(), place.hellos()) == (before, [])
    else:
        assert status == 0
        assert "desk: settle needs 2 approvals, and only dana in Slack may give one" in keys.seen
        assert (len(place.hellos()), place.env["BOT_OWNER"]) == (1, "dana")
