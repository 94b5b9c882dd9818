"""The deploy repository: it tells what the remote holds, adds tags there, and nothing steers it."""

import asyncio
import importlib
import os
import shlex
import subprocess
import sys
import types
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.cli.sample import grow_sample

FOLDER = Path(__file__).parents[3] / "agents" / "deploybot"

if TYPE_CHECKING:
    from agents.deploybot import command, git, names
else:
    # Agents are loaded by path, so that an installed package named `agents` cannot take their place.
    package = types.ModuleType("deploybot_tested")
    vars(package)["__path__"] = [str(FOLDER)]
    sys.modules.setdefault(package.__name__, package)
    command, git, names = (
        importlib.import_module(f"deploybot_tested.{name}") for name in ("command", "git", "names")
    )

HEAD = "538568d55641c2b95846a1ea694ccabac1deee73"
BEFORE = "d4e704c69e744c0b4da7fe222416571da561e205"
V142 = "752b75d8f30929715d8529455779356f4bccbef3"
V141 = "7de2ff2f7d666e6d4e894ff2c59384d319dd6eec"
MESSAGE = "Release 1.5.0\n\nCSV export."


def plain(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def trap(tmp_path: Path, canary: Path) -> Path:
    return script(tmp_path / "trap", f"touch {shlex.quote(str(canary))}")


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


async def everything(repository: git.Repository) -> None:
    """Each thing a repository can do, once."""
    await repository.remote_tags()
    await repository.tags()
    await repository.commits("v1.4.2")
    await repository.show(HEAD)
    await repository.push_tag("v1.5.0", HEAD, MESSAGE)
    await repository.roll_back("v1.4.1", "totals are wrong")


# What the remote holds


async def test_tags_come_newest_version_first_and_peeled_to_commits(
    clone: Path, remote: Path
) -> None:
    for name in ("v1.10.0", "v1.9.0", "v1.10.0-rc.2", "v1.10.0-rc.10", "nightly"):
        plain(remote, "tag", name, "main")
    tags = await git.Repository(clone).tags(20)
    assert [tag.name for tag in tags] == [
        *("v1.10.0", "v1.10.0-rc.10", "v1.10.0-rc.2", "v1.9.0"),
        *("v1.4.2", "v1.4.1", "v1.4.0", "nightly"),
    ]
    assert (tags[0].commit, tags[4].commit) == (HEAD, V142)
    assert (tags[4].date, tags[4].subject) == ("2026-11-08T10:10:00+00:00", "Release v1.4.2")


async def test_only_as_many_tags_as_asked_for_come_back(clone: Path) -> None:
    assert [tag.name for tag in await git.Repository(clone).tags(2)] == ["v1.4.2", "v1.4.1"]


async def test_what_would_ship_is_counted_beyond_the_limit(clone: Path) -> None:
    unshipped = await git.Repository(clone).commits("v1.4.0", limit=2)
    assert (unshipped.branch, unshipped.head, unshipped.total) == ("main", HEAD, 5)
    assert [commit.sha for commit in unshipped.commits] == [HEAD, BEFORE]
    assert unshipped.commits[0] == git.Commit(
        HEAD, HEAD[:7], "Bo Lind", "2026-11-10T20:00:00+00:00", "Add CSV export of a day's orders"
    )


async def test_without_a_tag_everything_would_ship(clone: Path) -> None:
    assert (await git.Repository(clone).commits(None)).total == 8


async def test_a_tag_that_only_the_clone_has_is_unknown(clone: Path) -> None:
    plain(clone, "tag", "v9.9.9", "HEAD")
    with pytest.raises(git.GitFailed, match=r"no tag v9\.9\.9 on the remote"):
        await git.Repository(clone).commits("v9.9.9")
    assert "v9.9.9" not in await git.Repository(clone).remote_tags()


async def test_a_stale_and_wrong_clone_does_not_mislead(clone: Path, remote: Path) -> None:
    plain(clone, "tag", "--force", "v1.4.2", "v1.4.0")
    plain(remote, "tag", "v1.5.0", "main")
    await grow_sample(remote.parent)
    repository = git.Repository(clone)
    assert (await repository.remote_tags())["v1.4.2"] == V142
    assert (await repository.tags(1))[0].name == "v1.5.0"
    assert (await repository.commits("v1.5.0")).total == 1


async def test_no_ref_of_the_clone_is_touched(clone: Path, remote: Path) -> None:
    plain(remote, "tag", "v1.4.3", "main")
    await grow_sample(remote.parent)
    before = plain(clone, "for-each-ref")
    await everything(git.Repository(clone))
    assert plain(clone, "for-each-ref") == before
    assert not (clone / ".git" / "FETCH_HEAD").exists()


async def test_reads_side_by_side_do_not_get_in_each_others_way(clone: Path, remote: Path) -> None:
    plain(remote, "tag", "-a", "-m", "all of it", "v1.4.3", "main")
    await grow_sample(remote.parent)
    repository = git.Repository(clone)
    tags, unshipped, shown = await asyncio.gather(
        repository.tags(), repository.commits("v1.4.3"), repository.show("main")
    )
    assert tags[0].subject == "all of it"
    assert shown.startswith(f"commit {unshipped.head}")


async def test_a_commit_is_shown_with_message_files_and_patch(clone: Path) -> None:
    shown = await git.Repository(clone).show(BEFORE[:8])
    assert "Fix totals a cent short after a discount" in shown
    assert "1 file changed, 1 insertion(+), 1 deletion(-)" in shown
    assert "-    return sum(prices)" in shown


async def test_a_long_patch_is_cut_and_says_so(clone: Path) -> None:
    (clone / "big").write_text("x" * 99 + "\n" * 40_000)
    plain(clone, "add", "big")
    plain(clone, "commit", "--quiet", "--message", "Add a big file")
    plain(clone, "push", "--quiet")
    shown = await git.Repository(clone).show("main")
    assert len(shown) < 25_000
    assert shown.endswith("[cut: the patch is longer than 24000 bytes]")


async def test_terminal_control_characters_do_not_get_through(clone: Path) -> None:
    plain(clone, "commit", "--quiet", "--allow-empty", "--message", "Fix\x1b[2Jit")
    plain(clone, "push", "--quiet")
    repository = git.Repository(clone)
    assert (await repository.commits("v1.4.2")).commits[0].subject == "Fix\ufffd[2Jit"
    assert "\x1b" not in await repository.show("main")


@pytest.mark.parametrize("name", [HEAD, HEAD[:7], "main"])
async def test_a_commit_is_known_by_id_by_its_beginning_and_by_branch(
    clone: Path, name: str
) -> None:
    assert await git.Repository(clone).resolve(name) == HEAD


async def test_a_tag_names_the_commit_it_points_at(clone: Path) -> None:
    assert await git.Repository(clone).resolve("v1.4.2") == V142


async def test_a_commit_that_is_only_in_the_clone_is_refused(clone: Path) -> None:
    plain(clone, "commit", "--quiet", "--allow-empty", "--message", "Not pushed")
    mine = plain(clone, "rev-parse", "HEAD")
    with pytest.raises(git.GitFailed, match="on no branch of the remote"):
        await git.Repository(clone).push_tag("v1.5.0", mine, MESSAGE)
    assert "v1.5.0" not in await git.Repository(clone).remote_tags()


async def test_a_name_of_the_clones_own_means_nothing(clone: Path) -> None:
    plain(clone, "branch", HEAD[:7], "v1.4.0")
    plain(clone, "branch", "mine", "HEAD")
    assert await git.Repository(clone).resolve(HEAD[:7]) == HEAD
    with pytest.raises(git.GitFailed, match="mine is not known on the remote"):
        await git.Repository(clone).resolve("mine")


async def test_a_name_with_two_meanings_is_refused(clone: Path, remote: Path) -> None:
    plain(remote, "branch", "v1.4.2", "main")
    with pytest.raises(git.GitFailed, match="names more than one commit"):
        await git.Repository(clone).resolve("v1.4.2")


@pytest.mark.parametrize("name", ["0" * 40, "abcdef0", V142[:6], "a" * 65])
async def test_an_unknown_or_too_short_id_is_refused(clone: Path, name: str) -> None:
    with pytest.raises(git.GitFailed, match="not known on the remote"):
        await git.Repository(clone).resolve(name)


# New tags


async def test_a_pushed_tag_is_annotated_and_read_back(clone: Path, remote: Path) -> None:
    pushed = await git.Repository(clone).push_tag("v1.5.0", HEAD[:10], MESSAGE)
    assert pushed == git.Pushed("v1.5.0", HEAD, pushed.tag_object, "../remote.git")
    assert plain(remote, "rev-parse", "refs/tags/v1.5.0") == pushed.tag_object
    written = plain(remote, "cat-file", "-p", pushed.tag_object)
    assert written.startswith(f"object {HEAD}\ntype commit\ntag v1.5.0\ntagger deploybot <")
    assert written.endswith(MESSAGE)


async def test_an_existing_tag_never_moves(clone: Path, remote: Path) -> None:
    with pytest.raises(git.GitFailed, match=r"v1\.4\.2 is already on the remote.*never move"):
        await git.Repository(clone).push_tag("v1.4.2", HEAD, MESSAGE)
    assert plain(remote, "rev-parse", "v1.4.2^{commit}") == V142


async def test_what_a_killed_try_left_in_the_clone_does_not_matter(clone: Path) -> None:
    plain(clone, "tag", "--annotate", "--message", "left over", "v1.5.0", "v1.4.0")
    pushed = await git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE)
    assert pushed.commit == HEAD


class Interrupted(git.Repository):
    """Something happens between the look at the remote and the push."""

    meanwhile: Callable[[], object]

    async def _make_tag(self, tag: str, commit: str, message: str) -> str:
        self.meanwhile()
        return await super()._make_tag(tag, commit, message)


async def test_a_tag_that_appears_before_the_push_stays_where_it_is(
    clone: Path, remote: Path
) -> None:
    repository = Interrupted(clone)
    repository.meanwhile = lambda: plain(remote, "tag", "v1.5.0", BEFORE)
    with pytest.raises(git.GitFailed, match=f"somebody else pushed tag v1.5.0 first, at {BEFORE}"):
        await repository.push_tag("v1.5.0", HEAD, MESSAGE)
    assert plain(remote, "rev-parse", "v1.5.0^{commit}") == BEFORE


async def test_a_tag_that_appears_within_the_push_stays_where_it_is(
    clone: Path, remote: Path
) -> None:
    rival = f"env -u GIT_QUARANTINE_PATH git update-ref refs/tags/v1.5.0 {BEFORE}"
    script(remote / "hooks" / "pre-receive", rival)
    with pytest.raises(git.GitFailed, match="somebody else pushed tag"):
        await git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE)
    assert plain(remote, "rev-parse", "v1.5.0^{commit}") == BEFORE


async def test_a_push_the_remote_declines_says_why(clone: Path, remote: Path) -> None:
    script(remote / "hooks" / "pre-receive", "exit 1")
    with pytest.raises(git.GitFailed, match="not on the remote: pre-receive hook declined"):
        await git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE)


async def test_a_push_that_cannot_be_read_back_is_unconfirmed(clone: Path, remote: Path) -> None:
    repository = Interrupted(clone)
    repository.meanwhile = lambda: remote.rename(remote.with_name("gone"))
    with pytest.raises(git.Unconfirmed, match=r"whether tag v1\.5\.0 reached the remote"):
        await repository.push_tag("v1.5.0", HEAD, MESSAGE)


@pytest.mark.parametrize("message", ["", "  \n ", "x" * 10_001])
async def test_a_tag_without_a_fitting_message_is_refused(clone: Path, message: str) -> None:
    with pytest.raises(git.GitFailed, match="message needs 1 to 10000 letters"):
        await git.Repository(clone).push_tag("v1.5.0", HEAD, message)


async def test_rolling_back_puts_the_old_commit_forward_under_a_new_tag(
    clone: Path, remote: Path
) -> None:
    repository = git.Repository(clone)
    assert await repository.rollback_tag("v1.4.1") == "v1.4.1-rollback.1"
    first = await repository.roll_back("v1.4.1", "totals are wrong")
    again = await repository.roll_back(first.tag, "and again")
    assert [(one.tag, one.commit) for one in (first, again)] == [
        ("v1.4.1-rollback.1", V141),
        ("v1.4.1-rollback.2", V141),
    ]
    assert plain(remote, "cat-file", "-p", first.tag_object).endswith("totals are wrong")
    assert (await repository.tags(1))[0].name == "v1.4.2"


async def test_rolling_back_to_a_tag_that_is_not_there_is_refused(clone: Path) -> None:
    with pytest.raises(git.GitFailed, match=r"no tag v1\.3\.0"):
        await git.Repository(clone).roll_back("v1.3.0", "why not")


# Names


BAD_NAMES = [
    *("", "-d", "--force", "--upload-pack=x", ".x", "x.", "x/", "/x", "a..b", "a//b", "a/.b", "@"),
    *("x.lock", "x.lock/y", "a b", "a\nb", "a\x00b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b"),
    *("x@{1}", "HEAD", "refs/tags/x", "v1.0.0\n", "\u0475" + "1.0.0", "a" * 201, "+x", "^x"),
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(git.GitFailed, match="is not a name"):
        names.check_name(name)


@pytest.mark.parametrize("name", ["--force", "a..b", "x@{1}"])
async def test_no_door_takes_a_name_that_could_mean_something_else(clone: Path, name: str) -> None:
    repository = git.Repository(clone)
    doors: list[Awaitable[object]] = [
        repository.commits(name),
        repository.show(name),
        repository.resolve(name),
        repository.push_tag(name, HEAD, MESSAGE),
        repository.push_tag("v1.5.0", name, MESSAGE),
        repository.roll_back(name, MESSAGE),
    ]
    for door in doors:
        with pytest.raises(git.GitFailed, match="is not a name"):
            await door


def test_a_new_tag_may_not_read_like_a_commit() -> None:
    with pytest.raises(git.GitFailed, match="reads like a commit"):
        names.check_new_tag("deadbeef")


@pytest.mark.parametrize("remote", ["", "-x", "--exec=x", "a b", "../x"])
async def test_a_remote_named_like_an_option_or_a_path_is_refused(clone: Path, remote: str) -> None:
    with pytest.raises(git.GitFailed, match="remote's name"):
        await git.Repository(clone, remote).tags()


# Hostile repositories


async def test_a_plain_push_would_have_run_the_hook(clone: Path, trap: Path, canary: Path) -> None:
    script(clone / ".git" / "hooks" / "pre-push", str(trap))
    plain(clone, "push", "--quiet", "origin", "HEAD:refs/heads/other")
    assert canary.exists()


@pytest.mark.parametrize("hook", ["pre-push", "reference-transaction", "post-checkout"])
async def test_hooks_in_the_clone_never_run(
    clone: Path, trap: Path, canary: Path, hook: str
) -> None:
    script(clone / ".git" / "hooks" / hook, str(trap))
    await everything(git.Repository(clone))
    assert not canary.exists()


OUTRANKED = [
    *("core.fsmonitor", "core.askPass", "core.pager", "core.editor", "diff.external"),
    *("gpg.program", "diff.trap.textconv", "diff.trap.command", "filter.trap.clean", "pager.show"),
]


@pytest.mark.parametrize("key", OUTRANKED)
async def test_a_setting_that_names_a_program_is_outranked(
    clone: Path, trap: Path, canary: Path, key: str
) -> None:
    plain(clone, "config", key, str(trap))
    (clone / ".git" / "info").mkdir()
    (clone / ".git" / "info" / "attributes").write_text("* diff=trap filter=trap\n")
    await everything(git.Repository(clone))
    assert not canary.exists()


@pytest.mark.parametrize("key", ["push.gpgSign", "tag.gpgSign"])
async def test_signing_by_the_clones_program_is_off(
    clone: Path, trap: Path, canary: Path, key: str
) -> None:
    plain(clone, "config", "gpg.program", str(trap))
    plain(clone, "config", key, "true")
    await everything(git.Repository(clone))
    assert not canary.exists()


async def test_a_signature_is_not_checked_by_the_clones_program(
    clone: Path, trap: Path, canary: Path
) -> None:
    head, _, body = plain(clone, "cat-file", "commit", "HEAD").partition("\n\n")
    begin, end = (f"-----{word} PGP SIGNATURE-----" for word in ("BEGIN", "END"))
    (clone / "signed").write_text(f"{head}\ngpgsig {begin}\n \n x\n {end}\n\n{body}\n")
    signed = plain(clone, "hash-object", "-t", "commit", "-w", "signed")
    plain(clone, "push", "--quiet", "--force", "origin", f"{signed}:refs/heads/main")
    plain(clone, "config", "gpg.program", str(trap))
    plain(clone, "config", "log.showSignature", "true")
    repository = git.Repository(clone)
    assert (await repository.commits()).head == signed
    await repository.show(signed)
    assert not canary.exists()


async def test_the_clones_own_hooks_folder_is_outranked(
    clone: Path, tmp_path: Path, trap: Path, canary: Path
) -> None:
    script(tmp_path / "hooks" / "pre-push", str(trap))
    plain(clone, "config", "core.hooksPath", str(tmp_path / "hooks"))
    await everything(git.Repository(clone))
    assert not canary.exists()


async def test_only_the_named_tag_is_pushed(clone: Path, remote: Path) -> None:
    plain(clone, "config", "push.followTags", "true")
    plain(clone, "tag", "--annotate", "--message", "stowaway", "stowaway", "HEAD")
    await git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE)
    assert plain(remote, "tag", "--list", "stowaway") == ""


REFUSED = [
    *("core.sshCommand", "core.gitProxy", "core.alternateRefsCommand", "core.worktree"),
    *("credential.helper", "credential.https://example.com.helper", "http.proxy"),
    *("http.https://example.com.sslVerify", "url./elsewhere.insteadOf", "url.x.pushInsteadOf"),
    *("remote.origin.pushurl", "remote.origin.uploadpack", "remote.origin.receivepack"),
    *("remote.origin.vcs", "remote.origin.proxy", "remote.origin.mirror", "remote.origin.push"),
    *("fetch.bundleURI", "extensions.partialClone"),
]


async def refuses(clone: Path, key: str) -> None:
    with pytest.raises(git.GitFailed) as failure:
        await git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE)
    assert key.lower() in str(failure.value).lower()


@pytest.mark.parametrize("key", REFUSED)
async def test_a_setting_that_would_redirect_the_push_is_refused_by_name(
    clone: Path, remote: Path, trap: Path, canary: Path, key: str
) -> None:
    plain(clone, "config", key, str(trap))
    await refuses(clone, key)
    assert not canary.exists()
    assert plain(remote, "tag", "--list", "v1.5.0") == ""


async def test_a_setting_hidden_in_an_included_file_is_refused(
    clone: Path, tmp_path: Path, trap: Path, canary: Path
) -> None:
    (tmp_path / "extra").write_text(f"[core]\n\tsshCommand = {trap}\n")
    plain(clone, "config", "include.path", str(tmp_path / "extra"))
    await refuses(clone, "core.sshcommand")
    assert not canary.exists()


async def test_what_the_user_set_globally_is_trusted(clone: Path) -> None:
    plain(clone, "config", "--global", "credential.helper", "cache")
    plain(clone, "config", "--global", "url.https://example.com/.insteadOf", "example:")
    await everything(git.Repository(clone))


async def test_harmless_settings_of_honest_clones_are_no_obstacle(clone: Path) -> None:
    for key in ("user.name", "branch.main.description", "lfs.url", "remote.other.pushurl"):
        plain(clone, "config", key, "anything")
    plain(clone, "config", "http.https://example.com/.extraheader", "X: y")
    await everything(git.Repository(clone))


@pytest.mark.parametrize("form", ["ext::{} %S", "ext::sh -c {}", "-u{}", "fd::17"])
async def test_a_remote_that_is_a_program_is_refused(
    clone: Path, trap: Path, canary: Path, form: str
) -> None:
    plain(clone, "config", "remote.origin.url", form.format(trap))
    with pytest.raises(git.GitFailed, match="of a kind that is not allowed"):
        await git.Repository(clone).tags()
    assert not canary.exists()


async def test_a_remote_with_two_addresses_is_refused(clone: Path) -> None:
    plain(clone, "config", "--add", "remote.origin.url", "/elsewhere")
    with pytest.raises(git.GitFailed, match="several addresses"):
        await git.Repository(clone).tags()


async def test_a_remote_that_is_not_configured_is_refused(clone: Path) -> None:
    says = r"remote upstream has no address.*`git remote add upstream URL`"
    with pytest.raises(git.GitFailed, match=says):
        await git.Repository(clone, "upstream").tags()


async def test_variables_of_the_caller_do_not_reach_git(
    clone: Path, trap: Path, canary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "remote.origin.receivepack")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(trap))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    await everything(git.Repository(clone))
    assert not canary.exists()
    assert "SLACK_BOT_TOKEN" not in command.environment(os.environ, clone)


# Where the repository lies


async def test_a_bare_repository_will_do(clone: Path, tmp_path: Path) -> None:
    plain(tmp_path, "clone", "--quiet", "--bare", str(clone.with_name("remote.git")), "bare.git")
    assert (await git.Repository(tmp_path / "bare.git").tags(1))[0].name == "v1.4.2"


@pytest.mark.parametrize("place", ["absent", "demo", "demo/backend/inside"])
async def test_only_the_top_of_a_repository_will_do(
    clone: Path, tmp_path: Path, place: str
) -> None:
    (clone / "inside").mkdir()
    with pytest.raises(git.GitFailed, match=r"not a folder|not the top of"):
        await git.Repository(tmp_path / place).tags()


async def test_a_repository_kept_elsewhere_is_refused(clone: Path, tmp_path: Path) -> None:
    plain(clone, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".git").symlink_to(clone / ".git")
    for place in ("tree", "linked"):
        with pytest.raises(git.GitFailed, match=r"its \.git leads elsewhere"):
            await git.Repository(tmp_path / place).tags()


async def test_inside_a_repository_its_top_is_named(clone: Path) -> None:
    (clone / "src" / "inside").mkdir(parents=True)
    with pytest.raises(git.GitFailed, match=f"its top is {clone}, give that path"):
        await git.Repository(clone / "src" / "inside").tags()


async def test_a_linked_worktree_is_sent_to_the_main_checkout(clone: Path, tmp_path: Path) -> None:
    plain(clone, "worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    with pytest.raises(git.GitFailed, match="give the path of the main checkout"):
        await git.Repository(tmp_path / "tree").tags()


async def test_a_shallow_clone_is_refused_with_the_way_out(remote: Path, tmp_path: Path) -> None:
    plain(tmp_path, "clone", "--quiet", "--depth=1", f"file://{remote}", "shallow")
    with pytest.raises(git.GitFailed, match="git fetch --unshallow"):
        await git.Repository(tmp_path / "shallow").tags()


# Failing in one sentence, and stopping


async def test_credentials_in_the_address_stay_out_of_every_text(clone: Path) -> None:
    plain(clone, "config", "remote.origin.url", "https://bot:s3cret@127.0.0.1:1/x.git?token=s3cret")
    repository = git.Repository(clone)
    with pytest.raises(git.GitFailed) as failure:
        await repository.tags()
    assert "s3cret" not in f"{failure.value}{await repository.url()}"
    assert "127.0.0.1" in str(failure.value)


def test_a_complaint_is_one_short_line_without_secrets() -> None:
    err = "hint: x\nfatal: unable to access 'https://u:p@ss@example.com/r?t=1': no\x1b[0m\n" * 9
    assert command.complaint(err) == (
        "fatal: unable to access 'https://***@example.com/r?***': no\ufffd[0m"
    )


async def test_a_repository_of_another_user_is_told_in_words_with_the_way_out(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend = "GIT_TEST_ASSUME_DIFFERENT_OWNER"
    monkeypatch.setattr(command, "_PASSED", ("PATH", "HOME", pretend))
    monkeypatch.setenv(pretend, "1")
    with pytest.raises(git.GitFailed, match=r"belongs to another user.*safe\.directory"):
        await git.Repository(clone).tags()


async def test_a_missing_git_is_told_in_words(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clone))
    with pytest.raises(git.GitFailed, match="git is not installed"):
        await git.Repository(clone).tags()


async def test_a_remote_that_is_gone_is_told_in_words(clone: Path, remote: Path) -> None:
    remote.rename(remote.with_name("gone"))
    with pytest.raises(git.GitFailed, match="the remote is not a git repository, or is gone"):
        await git.Repository(clone).tags()


async def test_an_empty_remote_is_told_in_words(clone: Path, tmp_path: Path) -> None:
    plain(tmp_path, "init", "--quiet", "--bare", "empty.git")
    plain(clone, "config", "remote.origin.url", str(tmp_path / "empty.git"))
    assert await git.Repository(clone).tags() == []
    with pytest.raises(git.GitFailed, match="no default branch with commits"):
        await git.Repository(clone).commits()


async def test_an_answer_beyond_the_cap_is_not_kept(clone: Path) -> None:
    output = await command.run("show", HEAD, folder=clone, cap_bytes=20)
    assert (output.out, output.cut) == (f"commit {HEAD}"[:20].encode(), True)
    with pytest.raises(git.GitFailed, match="more than 20 bytes"):
        await command.read("show", HEAD, folder=clone, cap_bytes=20)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


def stuck(remote: Path, tmp_path: Path) -> Path:
    """The remote takes the push and never answers; the file tells the process that hangs."""
    os.mkfifo(tmp_path / "never")
    told = tmp_path / "pid"
    script(
        remote / "hooks" / "pre-receive",
        f"echo $$ > {told}.new; mv {told}.new {told}; read word < {tmp_path / 'never'}",
    )
    return told


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_a_cancelled_push_leaves_no_process_behind(
    clone: Path, remote: Path, tmp_path: Path
) -> None:
    told = stuck(remote, tmp_path)
    push = asyncio.create_task(git.Repository(clone).push_tag("v1.5.0", HEAD, MESSAGE))
    await until(told.exists)
    push.cancel()
    with pytest.raises(asyncio.CancelledError):
        await push
    await until(lambda: not alive(int(told.read_text())))
    assert plain(remote, "tag", "--list", "v1.5.0") == ""


async def test_a_push_that_takes_too_long_is_stopped_and_looked_up(
    clone: Path, remote: Path, tmp_path: Path
) -> None:
    told = stuck(remote, tmp_path)
    with pytest.raises(
        git.Unconfirmed, match="not on the remote yet: git push took longer than 2 s"
    ):
        await git.Repository(clone, seconds=2).push_tag("v1.5.0", HEAD, MESSAGE)
    await until(lambda: not alive(int(told.read_text())))


async def test_no_other_remote_starts_a_program_by_promising_what_is_missing(
    clone: Path, trap: Path, canary: Path
) -> None:
    await grow_sample(clone.parent)
    plain(clone, "config", "remote.evil.promisor", "true")
    plain(clone, "config", "remote.evil.url", str(clone.parent / "remote.git"))
    plain(clone, "config", "remote.evil.uploadpack", str(trap))
    with pytest.raises(git.GitFailed, match="could run a program"):
        await git.Repository(clone).commits()
    assert not canary.exists()
