"""Command: one git process, bounded in time and output, that nothing around it can steer.

Arguments are a vector, never a shell line. The environment is a short list of what a network
client needs; every `GIT_*` of the caller is dropped. What the user's own (global) configuration
says is kept, since credential helpers and proxies live there; what must hold everywhere is said
on the command line, which outranks every file.
"""

import asyncio
import os
import re
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class GitFailed(Exception):
    """Git could not do what was asked; the text is one sentence, fit for a person, without secrets."""


@dataclass(frozen=True)
class Output:
    """What a process left: `cut` says that it had more to say than was let through."""

    status: int
    out: bytes
    err: str
    cut: bool = False

    @property
    def text(self) -> str:
        return self.out.decode(errors="replace")


_STDERR_BYTES = 16_000
_CHUNK_BYTES = 65_536
_GRACE_SECONDS = 2.0
_SENTENCE_LETTERS = 240

_PASSED = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
_FIXED = {
    "LC_ALL": "C",
    # An empty answer program and no terminal: a missing password fails at once instead of waiting.
    "GIT_ASKPASS": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file:http:https:ssh",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
}
_OVERRIDES = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.askPass=",
    "credential.interactive=false",
    "color.ui=false",
    "diff.external=",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "i18n.logOutputEncoding=UTF-8",
    "log.showSignature=false",
    "maintenance.auto=false",
    "push.followTags=false",
    "push.gpgSign=false",
    "push.pushOption=",
    "push.recurseSubmodules=no",
    "submodule.recurse=false",
    "tag.gpgSign=false",
)


def environment(around: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What git may know of the world; the ceiling keeps it from finding a repository further up."""
    passed = {name: around[name] for name in _PASSED if name in around}
    return passed | _FIXED | {"GIT_CEILING_DIRECTORIES": str(folder.parent)}


async def run(
    *arguments: str,
    folder: Path,
    feed: bytes = b"",
    seconds: float = 60,
    cap_bytes: int = 8_000_000,
) -> Output:
    """Run git in `folder`; whatever ends the wait, no process of it is left behind."""
    process = await _start(arguments, folder)
    try:
        async with asyncio.timeout(seconds):
            return await _talk(process, feed, cap_bytes)
    except TimeoutError:
        raise GitFailed(f"git {arguments[0]} took longer than {seconds:g} s: stopped") from None
    finally:
        await _stop(process)


async def read(
    *arguments: str,
    folder: Path,
    feed: bytes = b"",
    seconds: float = 60,
    cap_bytes: int = 8_000_000,
) -> Output:
    """Run git and insist that it succeeded and said all it had to say."""
    output = await run(*arguments, folder=folder, feed=feed, seconds=seconds, cap_bytes=cap_bytes)
    if output.cut:
        raise GitFailed(f"git {arguments[0]} answered with more than {cap_bytes} bytes")
    if output.status:
        raise GitFailed(complaint(output.err))
    return output


async def _start(arguments: tuple[str, ...], folder: Path) -> asyncio.subprocess.Process:
    settings = [word for setting in _OVERRIDES for word in ("-c", setting)]
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *("git", "--no-pager", *settings, *arguments),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=folder,
            env=environment(os.environ, folder),
            start_new_session=True,  # its children too can be stopped, and no terminal can ask
        )
    except FileNotFoundError:
        raise GitFailed("git is not installed, or not on PATH") from None


async def _talk(process: asyncio.subprocess.Process, feed: bytes, cap_bytes: int) -> Output:
    assert process.stdout
    assert process.stderr
    errors = bytearray()
    feeding = asyncio.create_task(_feed(process, feed))
    listening = asyncio.create_task(_keep_first(process.stderr, errors))
    try:
        out, cut = await _read_up_to(process.stdout, cap_bytes)
        if not cut:
            await _finish(process, listening)
    finally:
        feeding.cancel()
        listening.cancel()
        await asyncio.gather(feeding, listening, return_exceptions=True)
    status = -1 if process.returncode is None else process.returncode
    return Output(status, out, redacted(errors.decode(errors="replace")), cut)


async def _feed(process: asyncio.subprocess.Process, feed: bytes) -> None:
    assert process.stdin
    with suppress(ConnectionError):
        process.stdin.write(feed)
        await process.stdin.drain()
    process.stdin.close()


async def _read_up_to(stream: asyncio.StreamReader, cap_bytes: int) -> tuple[bytes, bool]:
    kept = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        kept += chunk
        if len(kept) > cap_bytes:
            return bytes(kept[:cap_bytes]), True
    return bytes(kept), False


async def _keep_first(stream: asyncio.StreamReader, kept: bytearray) -> None:
    while chunk := await stream.read(_CHUNK_BYTES):
        kept += chunk[: _STDERR_BYTES - len(kept)]


async def _finish(process: asyncio.subprocess.Process, listening: asyncio.Task[None]) -> None:
    # A connection kept open by ssh inherits stderr and never closes it, so git's own end decides.
    await process.wait()
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_SECONDS):
            await asyncio.shield(listening)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """First politely, so that git takes its lock files with it, then for certain."""
    if process.returncode is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


_USER = re.compile(r"([A-Za-z][\w+.-]*://)[^\s/]*@")
_QUERY = re.compile(r"(\w://[^\s'\"?]*)\?[^\s'\"]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def redacted(text: str) -> str:
    """The text with the user part and the query of every URL taken out."""
    return _QUERY.sub(r"\1?***", _USER.sub(r"\1***@", text))


def clean(text: str) -> str:
    """The text with terminal control characters made visible and inert."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


_KNOWN = {
    "dubious ownership": "the repository belongs to another user; if that is right, run "
    "`git config --global --add safe.directory PATH` as the user the bot runs as",
    "could not read Username": "the remote wants credentials and git has none for it",
    "could not read Password": "the remote wants credentials and git has none for it",
    "Authentication failed": "the remote refused the credentials git gave",
    "Permission denied (publickey": "the remote refused the SSH key",
    "Host key verification failed": "the remote's SSH host key is unknown or has changed",
    "Could not resolve host": "the remote's host name cannot be resolved",
    "not a git repository": "this is not a git repository",
    "does not appear to be a git repository": "the remote is not a git repository, or is gone",
}


def complaint(err: str) -> str:
    """The one line of git's complaint that says what is wrong, in our words where we know it."""
    for sign, meaning in _KNOWN.items():
        if sign in err:
            return meaning
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:"))] or lines
    return (
        clean(redacted(telling[0]))[:_SENTENCE_LETTERS]
        if telling
        else "git failed and did not say why"
    )
