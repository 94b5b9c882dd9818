"""Trust: what a repository's own files may not decide about a push.

A clone's `.git/config` is a file anyone who can write to the clone can write to, and several of
its keys start programs or send a push elsewhere. Some are outranked on the command line (hooks,
fsmonitor, signing, pagers: see `command`), and are left alone because honest repositories use them.
The others cannot be outranked, so a repository that holds one is refused by name. The user's
global and the machine's configuration are trusted: they are not the repository's.

Allowed is a repository whose `.git` is a real folder right under the path, or a bare one. A `.git`
that is a file or a link (a linked worktree, a submodule) leads elsewhere and is refused, and so
is a shallow or partial clone, which cannot say what lies between two releases. Objects borrowed from
another object store are allowed: their names are their content. A remote that is a path on this
machine runs its own hooks, as any server does.
"""

import re
from pathlib import Path

from .command import GitFailed, read, redacted

_REMOTE = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
_REMOTE_KEYS = {"url", "fetch", "tagopt", "prune", "prunetags", "skipdefaultupdate", "gh-resolved"}
_STEERING = re.compile(
    r"""core\.(sshcommand|gitproxy|alternaterefscommand|worktree)
    | credential\.(?!.*\busername$).*
    | http\.(?!(.*\.)?(extraheader|postbuffer|version|lowspeedlimit|lowspeedtime)$).*
    | url\..*
    | (fetch|transfer)\.bundleuri | bundle\..*
    | extensions\.partialclone""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


async def trusted_url(folder: Path, remote: str) -> str:
    """The remote's address, once nothing of the repository can start a program or redirect us."""
    _check_layout(folder)
    if not _REMOTE.fullmatch(remote):
        raise GitFailed("the remote's name must be letters, digits, dots, dashes or underscores")
    listed = await read("config", "--list", "--show-scope", "-z", folder=folder)
    settings = _own_settings(listed.text)
    for key, _ in settings:
        if _steers(key, remote):
            raise GitFailed(
                f"the repository's own configuration sets {key}, which could run a program or "
                f"redirect the push; remove it with `git config --local --unset-all '{key}'`"
            )
    if not settings:
        # An unreadable configuration is no configuration to `git config`; this one says why.
        await read("rev-parse", "--git-dir", folder=folder)
    return _only_url(settings, remote)


def _check_layout(folder: Path) -> None:
    if not folder.is_dir():
        raise GitFailed(f"{folder} is not a folder")
    inner = folder / ".git"
    home = inner if inner.exists() or inner.is_symlink() else folder
    if not (home / "HEAD").exists() or home.is_symlink() or not home.is_dir():
        reason = _elsewhere(inner) if home is inner else _inside(folder)
        raise GitFailed(f"{folder} is not the top of a plain or bare git repository: {reason}")
    if (home / "commondir").exists():
        raise GitFailed(f"{folder} keeps its repository elsewhere; name the main one instead")
    if (home / "shallow").exists():
        raise GitFailed(f"{folder} is a shallow clone; run `git fetch --unshallow` in it first")


def _elsewhere(inner: Path) -> str:
    if inner.is_file() and "/worktrees/" in inner.read_text("utf-8", "replace")[:4_096]:
        return (
            "its .git leads elsewhere; it is a linked worktree, give the path of the main checkout"
        )
    return "its .git leads elsewhere"


def _inside(folder: Path) -> str:
    """Why a folder without a `.git` is none; inside a repository its top is what was meant."""
    top = next((each for each in folder.absolute().parents if (each / ".git").exists()), None)
    return f"its top is {top}, give that path" if top else "there is no .git in it"


def _own_settings(listed: str) -> list[tuple[str, str]]:
    fields = listed.split("\0")
    pairs = zip(fields[::2], fields[1::2], strict=False)
    own = [setting for scope, setting in pairs if scope in {"local", "worktree"}]
    return [(key, value) for key, _, value in (setting.partition("\n") for setting in own)]


# Of whichever remote: git fetches a missing object from a promisor by itself, with the program set for it.
_LAZY = re.compile(
    r"remote\..*\.(?:promisor|partialclonefilter|uploadpack|receivepack|vcs)", re.DOTALL
)


def _steers(key: str, remote: str) -> bool:
    if _LAZY.fullmatch(key):
        return True
    if key.startswith(f"remote.{remote}."):
        return key.rpartition(".")[2] not in _REMOTE_KEYS
    return _STEERING.fullmatch(key) is not None


def _only_url(settings: list[tuple[str, str]], remote: str) -> str:
    urls = [value for key, value in settings if key == f"remote.{remote}.url"]
    if len(urls) != 1:
        count = "no address" if not urls else "several addresses"
        mend = f"; add it with `git remote add {remote} URL`" if not urls else ""
        raise GitFailed(f"the repository's remote {remote} has {count}; it needs exactly one{mend}")
    url = urls[0]
    if not url or url.startswith("-") or re.match(r"[\w+.-]*::", url):
        raise GitFailed(f"the remote's address {redacted(url)!r} is of a kind that is not allowed")
    return redacted(url)
