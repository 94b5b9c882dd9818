"""The command line itself: quick, quiet, and never a traceback for what a user or a machine got wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot.cli.logs import Rendered, with_quoted
from bot.engine.server import stop_server
from tests.cli.office import PATIENCE_SECONDS, Office, Said, eventually, furnish

HEAVY = {"redis", "anthropic", "pydantic", "pydantic_settings", "structlog", "bot.app"}


@pytest.fixture
def office(tmp_path: Path, short_home: Path) -> Iterator[Office]:
    """With an embedded server of its own, if a command starts one."""
    yield Office(furnish(tmp_path), {"BOT_HOME": str(short_home)})
    stop_server(short_home)


def imported_for(*words: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "bot", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def seconds_for(office: Office, *words: str) -> float:
    begun = time.monotonic()
    assert office.process(*words).status == 0
    return time.monotonic() - begun


def test_help_imports_nothing_heavy() -> None:
    assert not imported_for("--help") & HEAVY


def test_help_comes_within_half_a_second(office: Office) -> None:
    assert min(seconds_for(office, "--help") for _ in range(5)) < 0.5


def test_help_names_every_command_and_what_it_does(office: Office) -> None:
    said = office.process("--help")
    assert "approve: Let a call run as its card says." in said.out
    assert said.err == ""


def test_version_is_one_line(office: Office) -> None:
    assert office.process("--version").out == "0.1.0\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("stauts",), "There is no command stauts (did you mean status?).\n"),
        (("show", "t1", "--evnts"), "There is no option --evnts (did you mean --events?).\n"),
        (("launch", "desk"), "`bot launch` needs TEXT.\n"),
        (("--verson",), "There is no option --verson (did you mean --version?).\n"),
        (("edit", "t1-1-0-v1"), "`bot edit` needs --arguments and a value after it.\n"),
        (("show", "t1", "t2"), "`bot show` does not take t2.\n"),
        (
            ("launch", "desk", "ship", "it"),
            "`bot launch` does not take it: put quotes around a text of several words.\n",
        ),
        (
            ("resolve", "t1", "t1-1-0", "retri"),
            "There is no ending retri (did you mean retry?).\n",
        ),
    ],
)
def test_wrong_words_get_one_sentence_with_the_right_one(
    office: Office, words: tuple[str, ...], sentence: str
) -> None:
    said = office.process(*words)
    assert (said.status, said.out, said.err) == (2, "", sentence)


def test_a_reader_that_has_gone_is_no_failure_to_speak_of(office: Office) -> None:
    with office.start("tools", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=20) == 141


def test_ctrl_c_ends_with_a_word_and_no_traceback(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE_SECONDS)
        port = silent.getsockname()[1]
        waiting = Office(office.folder, {"REDIS_URL": f"redis://127.0.0.1:{port}"})
        with waiting.start("status") as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "\nInterrupted.\n")


@pytest.mark.parametrize(("name", "number"), [("up", signal.SIGTERM), ("worker", signal.SIGINT)])
def test_a_process_says_ready_once_and_drains_when_told_to_stop(
    office: Office, name: str, number: signal.Signals
) -> None:
    with office.start(name) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready {name}\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    logged = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in logged] == ["ready", "stopped"]
    assert logged[-1]["redis"] == "still runs; bot down stops it"


SLOW_TOOL = '''

@tool(approval="never")
async def mail():
    """Send a letter."""
    import asyncio
    from pathlib import Path

    Path("begun").touch()
    await asyncio.sleep(0.5)
    Path("sent").touch()
    return "sent"
'''


@pytest.mark.parametrize("name", ["up", "worker"])
def test_what_is_in_hand_ends_before_a_process_that_is_told_to_stop(
    office: Office, name: str
) -> None:
    for file, more in (
        ("tools.py", SLOW_TOOL),
        ("rehearsal.py", '\nFIRST["mail"] = ("mail", {})\n'),
    ):
        with (office.folder / "agents" / "desk" / file).open("a") as opened:
            opened.write(more)
    thread = office.run("launch", "desk", "mail it").out.strip()
    with office.start(name) as process:
        eventually((office.folder / "begun").exists)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=25)
    assert process.returncode == 0
    assert (office.folder / "sent").exists()
    log = office.run("show", thread, "--events").out
    assert "ToolEnded" in log
    assert "OutcomeUnknown" not in log


def test_an_approver_whom_nobody_is_called_is_warned_of_at_the_start(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "agent.md"
    file.write_text(file.read_text().replace("[cashiers]", "[cashiers, alcie]"))
    with office.start("up") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready up\n"
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    first = json.loads(err.splitlines()[0])
    assert (first["level"], first["agent"]) == ("warning", "desk")
    assert first["event"].startswith("alcie is named as approver")
    assert first["mend"] == "add alcie to the people file (BOT_PEOPLE)"


def test_down_stops_the_embedded_server_and_its_data_stays(office: Office) -> None:
    home = office.environ["BOT_HOME"]
    none = Said(0, f"No embedded Redis runs for {home}.\n", "")
    assert office.run("down") == none
    thread = office.run("launch", "desk", "refund it").out.strip()
    said = office.run("down")
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        f"The embedded Redis of {home} is stopped; its data stays, and what needs it starts it again.\n"
    )
    assert office.run("down") == none
    assert office.run("status", "--json").json[0]["thread"] == thread


def test_down_leaves_a_redis_alone_that_is_not_its_own(office: Office) -> None:
    said = office.run("down", REDIS_URL="redis://127.0.0.1:1")
    assert (said.status, said.out) == (2, "")
    assert said.err == "REDIS_URL is set, and that Redis is not the bot's to stop.\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("answer", "`bot pending` lists the choices"),
        ("resolve", "happened: it took effect; retry: run it again; give-up: leave it"),
    ],
)
def test_help_says_what_can_be_answered(office: Office, command: str, told: str) -> None:
    assert told in " ".join(office.run(command, "--help").out.split())


def test_everything_is_ready_within_two_seconds(office: Office) -> None:
    """The embedded server is started too, and the SDK, which takes seconds to import, is not waited for."""
    asking = Office(office.folder, {**office.environ, "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"})
    # A shared machine stalls at times; one start in three that is not held up is enough.
    assert any(seconds_until_ready(asking) < 2.0 for _ in range(3))


def seconds_until_ready(office: Office) -> float:
    begun = time.monotonic()
    with office.start("up") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready up\n"
        took = time.monotonic() - begun
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
    return took


def test_a_process_does_not_start_on_an_agent_that_is_wrong(office: Office) -> None:
    file = office.folder / "agents" / "desk" / "agent.md"
    file.write_text("no front matter")
    said = office.process("up")
    assert (said.status, said.out) == (2, "")
    assert (
        said.err == "agents/desk/agent.md:1: --- was expected, and the agent's settings after it\n"
    )


def test_a_process_does_not_start_on_a_rehearsal_that_is_wrong(office: Office) -> None:
    (office.folder / "agents" / "desk" / "rehearsal.py").write_text("import no_such_module")
    said = office.process("worker")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("agents/desk/rehearsal.py:1: ModuleNotFoundError: ")


def test_words_are_utf_8_whatever_the_locale(office: Office) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", **office.environ}
    here = Office(office.folder, {**ascii_only, "PYTHONIOENCODING": "ascii"})
    said = here.process("policy", "grüße")
    assert said.err.startswith("There is no agent gr\\xfc\\xdfe ")


def test_a_secret_is_not_logged_however_it_is_written() -> None:
    def render(_logger: object, _name: str, _event: EventDict) -> str:
        return '{"error": "refused: pa\\"ss word"}'

    rendered = Rendered(render, with_quoted(['pa"ss word']))
    assert rendered(None, "info", {}) == '{"error": "refused: [secret]"}'


@pytest.mark.parametrize("kind", ["xoxb-", "xoxp-", "xapp-1-", "xoxe.xoxb-1-", "xoxe-1-"])
def test_what_looks_like_a_token_of_slack_is_not_logged(kind: str) -> None:
    def render(_logger: object, _name: str, event: EventDict) -> str:
        return str(event)

    line = Rendered(render, ())(None, "info", {"error": f"with {kind}12345-abcDEF-9 refused"})
    assert line == "{'error': 'with [secret: Slack token] refused'}"


def test_the_ticket_of_a_socket_is_not_logged() -> None:
    def render(_logger: object, _name: str, event: EventDict) -> str:
        return str(event["event"])

    told = "Failed to connect (error: 503, url='wss://x.slack.com/link/?{}ticket=1a-2b_3c%3D{}')"
    for before, after in (("", ""), ("", "&app_id=A1"), ("app_id=A1&", "")):
        line = Rendered(render, ())(None, "error", {"event": told.format(before, after)})
        masked = told.replace("1a-2b_3c%3D", "[secret: signature]")
        assert line == masked.format(before, after)


def test_a_terminal_that_wants_no_colours_gets_none(office: Office) -> None:
    for words in (("status", "--plain"), ("status",)):
        assert "\x1b" not in on_a_terminal(office, *words)


def on_a_terminal(office: Office, *words: str) -> str:
    """What a terminal is sent, where NO_COLOR is set."""
    ours, theirs = os.openpty()
    environ = {**os.environ, **office.environ, "NO_COLOR": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "bot", *words]
    with subprocess.Popen(command, cwd=office.folder, env=environ, stdout=theirs) as process:
        os.close(theirs)
        shown = os.read(ours, 65_536)
        assert process.wait(timeout=20) == 0
    os.close(ours)
    return shown.decode()


def test_what_a_channel_tells_of_itself_is_logged_at_the_level_that_was_asked_for() -> None:
    script = "\n".join(
        (
            "import structlog",
            "from bot.cli import logs",
            "from bot.settings import Settings",
            "logs.start(Settings(log_level='info'), [])",
            "structlog.get_logger('channels.cron.clock').info('a slot ran')",
            "structlog.get_logger('slack_bolt').info('of no interest')",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "a slot ran" in done.stderr
    assert "of no interest" not in done.stderr
