"""Dovecot (Debian's dovecot-imapd), started on a free loopback port for a test: a real IMAP server, and nobody's mailbox."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PASSWORD = "for-tests-alone"
PATIENCE_SECONDS = 20.0
_CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
imap_id_log = *
listen = 127.0.0.1
ssl = no
auth_failure_delay = 0
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
mail_location = maildir:{dir}/mail/%u
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""

_OAUTH2 = """
auth_mechanisms = plain xoauth2
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {file}
}}
"""
# Whoever issues the tokens says whose each is, and whether it is good.
_INTROSPECTION = """
introspection_mode = get
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


def is_here() -> bool:
    """Whether this machine has it."""
    return shutil.which("dovecot", path=_path()) is not None


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def _stat(process: Path) -> list[str]:
    """State, parent and group of a process, and what follows; nothing where it has ended."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["Z"]


class Dovecot:
    """One server, with `more` in its configuration. Stopped and started again it keeps its mail and its port."""

    def __init__(self, port: int, introspect: str = "", more: str = "") -> None:
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="dc-", dir="/tmp"))
        self.folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        # Nobody's mailbox may be root's: where root runs the tests, the system's own users take its parts.
        is_root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        owner = pwd.getpwnam("mail") if is_root else pwd.getpwuid(os.getuid())
        self._owner, self._dropped = (owner.pw_uid, owner.pw_gid), 0
        for name in ("mail", "home"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
        text = _CONFIG.format(
            dir=self.folder,
            internal="dovecot" if is_root else me,
            login="dovenull" if is_root else me,
            group="dovecot" if is_root else grp.getgrgid(os.getgid()).gr_name,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            port=port,
            password=PASSWORD,
        )
        if introspect:
            file = self.folder / "oauth2.conf"
            file.write_text(_INTROSPECTION.format(url=introspect))
            text += _OAUTH2.format(file=file)
        (self.folder / "dovecot.conf").write_text(f"{text}{more}\n")

    def start(self) -> None:
        """Returns once it answers."""
        program = shutil.which("dovecot", path=_path())
        assert program is not None, "apt-get install -y dovecot-imapd"
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(self.folder / "dovecot.conf")], start_new_session=True
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                imaplib.IMAP4("127.0.0.1", self.port).logout()
            except OSError:
                log = self.folder / "log"
                assert time.monotonic() < deadline, log.read_text() if log.exists() else "no log"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Ends it with all its connections."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
            # Its children take their time, and would still write what they know of the mailboxes.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while self._has_children() and time.monotonic() < deadline:
                time.sleep(0.02)
            self._process = None

    def _has_children(self) -> bool:
        assert self._process is not None
        group = self._process.pid
        stats = (_stat(each) for each in Path("/proc").glob("[0-9]*"))
        return any(stat[2:3] == [str(group)] and stat[0] != "Z" for stat in stats)

    def kick(self, user: str) -> None:
        """Ends all that this user has open, as its administrator may."""
        program = shutil.which("doveadm", path=_path())
        assert program is not None, "apt-get install -y dovecot-core"
        config = str(self.folder / "dovecot.conf")
        subprocess.run([program, "-c", config, "kick", user], check=True, capture_output=True)

    def remove(self) -> None:
        """Stops it and takes everything away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> list[str]:
        """What it has written down so far."""
        return (self.folder / "log").read_text().splitlines()

    def forget(self, user: str) -> None:
        """Makes the mailbox another generation: UIDVALIDITY changes, the mails stay."""
        for file in (self.folder / "mail" / user).glob("dovecot*"):
            file.unlink()

    def deliver(self, user: str, raw: bytes) -> None:
        """Puts a mail into the inbox of this user."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login(user, PASSWORD)
            status, told = client.append("INBOX", "", "", raw)
            assert status == "OK", told
        finally:
            client.logout()

    def drop(self, user: str, raw: bytes) -> None:
        """Puts a mail into the inbox as a delivery program does, be the server there or not."""
        self._dropped += 1
        box = self.folder / "mail" / user
        name = f"{time.time_ns()}.{self._dropped}.test"
        for each in (box, box / "tmp", box / "new", box / "cur"):
            if not each.exists():
                each.mkdir()
                os.chown(each, *self._owner)
        (box / "tmp" / name).write_bytes(raw)
        os.chown(box / "tmp" / name, *self._owner)
        (box / "tmp" / name).rename(box / "new" / name)

    def create(self, user: str, folder: str) -> None:
        """Makes a folder."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login(user, PASSWORD)
            assert client.create(folder)[0] == "OK"
        finally:
            client.logout()

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder of this user, the first one first."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            client.login(user, PASSWORD)
            client.select(folder, readonly=True)
            _, found = client.search(None, "ALL")
            numbers = found[0].split()
            fetched = [client.fetch(number.decode(), "(BODY.PEEK[])")[1] for number in numbers]
            return [part[1] for each in fetched for part in each if isinstance(part, tuple)]
        finally:
            client.logout()
