"""A real Dovecot in a folder: IMAP with STARTTLS and client certificates on loopback. Needs the package and root."""

import os
import pwd
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from passerelle.adapters.mailbox import Access, ImapMailbox
from passerelle.adapters.settings import Login, Place, Tls
from passerelle.local.towns.authority import Authority
from passerelle.steps.ports import Identity
from tests.adapters import daemon
from tests.adapters.daemon import Daemon
from tests.fakes import FakeKeyring

_DOVECOT = Daemon("dovecot", "dovecot-imapd")

USER, PASSWORD = "bal.app@operateur.mssante.example", 'mot de "passe" é'

_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
auth_verbose = yes
protocols = imap
listen = 127.0.0.1, 127.0.0.2
ssl = required
ssl_min_protocol = TLSv1.2
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
ssl_ca = <{folder}/anchors.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_require_client_cert = yes
auth_ssl_username_from_cert = yes
auth_mechanisms = plain external
disable_plaintext_auth = yes
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = static
  mechanisms = external
  args = nopassword=y
}}
passdb {{
  driver = passwd-file
  mechanisms = plain
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


NAME, ANCHORS = "mailbox.mssante", "relay.mssante"


@dataclass(frozen=True)
class Papers:
    """Our authority, a strange one, and the client's certificate of each."""

    ours: Authority
    theirs: Authority
    client: Identity
    stranger: Identity


def issue() -> Papers:
    """Return papers of today."""
    now = datetime.now(UTC)
    ours, theirs = Authority.make("Ours", now), Authority.make("Theirs", now)
    return Papers(ours, theirs, ours.machine(USER), theirs.machine(USER))


@dataclass(frozen=True)
class Dovecot:
    """A running Dovecot with one mailbox."""

    place: Place
    folder: Path

    @property
    def _inbox(self) -> Path:
        return self.folder / "mail"

    def post(self, *mails: bytes) -> None:
        """Put mails into the mailbox, as a delivery agent does."""
        owner = pwd.getpwnam("nobody")
        for mail in mails:
            name = f"{time.time_ns()}.x"
            path = self._inbox / "tmp" / name
            path.write_bytes(mail)
            os.chown(path, owner.pw_uid, owner.pw_gid)
            path.rename(self._inbox / "new" / name)

    def holds(self) -> dict[bytes, str]:
        """Return the mails in the mailbox, with the letters of their flags (F flagged, T deleted)."""
        found = [path for folder in ("new", "cur") for path in (self._inbox / folder).iterdir()]
        return {path.read_bytes(): path.name.partition(":2,")[2] for path in found}

    def empty(self) -> None:
        """Take everything out of the mailbox, behind the server's back."""
        for folder in ("new", "cur"):
            for path in (self._inbox / folder).iterdir():
                path.unlink()

    @property
    def log(self) -> str:
        """Return what the server has logged."""
        return (self.folder / "dovecot.log").read_text("utf-8")


def mailbox(server: Dovecot, papers: Papers, login: Login = Login.EXTERNAL, password: str = PASSWORD) -> ImapMailbox:
    """Return the client of its mailbox."""
    identities, anchors = {NAME: papers.client}, {ANCHORS: papers.ours.anchor}
    keyring = FakeKeyring(identities, {}, anchors, {f"{NAME}.password": password})
    return ImapMailbox(Access(server.place, Tls.MUTUAL, USER, login, ANCHORS, NAME), keyring)


def missing() -> str:
    """Return what is missing to run one, and how to get it; empty where nothing is."""
    return _DOVECOT.missing()


@contextmanager
def running(folder: Path, server: Identity, anchors: bytes) -> Iterator[Dovecot]:
    """Run a Dovecot whose clients show a certificate under the anchors."""
    owner, port = pwd.getpwnam("nobody"), daemon.free_port()
    for name in ("home", "mail", "mail/new", "mail/cur", "mail/tmp"):
        (folder / name).mkdir()
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    daemon.furnish(folder, server, anchors)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", "utf-8")
    settings = _SETTINGS.format(folder=folder, port=port, uid=owner.pw_uid, gid=owner.pw_gid)
    (folder / "dovecot.conf").write_text(settings, "utf-8")
    answers = partial(daemon.greets, port, b"* OK")
    with _DOVECOT.running(["-F", "-c", str(folder / "dovecot.conf")], answers, folder / "dovecot.log"):
        yield Dovecot(Place(host="127.0.0.1", port=port), folder)
