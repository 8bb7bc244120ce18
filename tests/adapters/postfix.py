"""A real Postfix in a folder: mutual TLS on loopback, mail into maildirs. Needs the package and root."""

import os
import pwd
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from passerelle.steps.ports import Identity
from tests.adapters import daemon
from tests.adapters.daemon import Daemon

_POSTFIX = Daemon("postfix", "postfix")

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_protocols = ipv4
myhostname = mx.example
mydestination =
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.pem
smtpd_tls_CAfile = {folder}/anchors.pem
smtpd_tls_req_ccert = yes
smtpd_tls_received_header = yes
smtpd_tls_session_cache_database =
smtpd_client_restrictions = permit_tls_all_clientcerts, reject
smtpd_relay_restrictions = permit_tls_all_clientcerts, reject
smtpd_forbid_bare_newline = yes
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = {mailboxes}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
default_transport = discard
append_dot_mydomain = no
biff = no
"""


@dataclass(frozen=True)
class Postfix:
    """A running Postfix."""

    port: int
    folder: Path

    def arrived(self, seconds: float = 10.0) -> list[bytes]:
        """Return the mails in its maildir, once there is one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [path.read_bytes() for path in (self.folder / "mail" / "all" / "new").glob("*")]
            if found:
                return found
            time.sleep(0.05)
        return []

    def mailboxes(self) -> dict[str, list[bytes]]:
        """Return all mails by the names of their maildirs."""
        found: dict[str, list[bytes]] = {}
        for path in (self.folder / "mail").glob("*/new/*"):
            found.setdefault(path.parent.parent.name, []).append(path.read_bytes())
        return found

    @property
    def idle(self) -> bool:
        """Return whether its queue is empty."""
        queues = ("maildrop", "incoming", "active", "deferred")
        return not any(path.is_file() for name in queues for path in (self.folder / "queue" / name).rglob("*"))


def missing() -> str:
    """Return what is missing to run one, and how to get it; empty where nothing is."""
    return _POSTFIX.missing()


@contextmanager
def running(
    folder: Path, server: Identity, anchors: bytes, domain: str, addresses: Sequence[str] = ()
) -> Iterator[Postfix]:
    """Run a Postfix for a domain, or several; each address has its maildir, or all mail goes into one."""
    owner, port = pwd.getpwnam("postfix"), daemon.free_port()
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    daemon.furnish(folder, server, anchors)
    table = folder / "etc" / "mailboxes"
    table.write_text("".join(f"{address.lower()} {address.lower()}/\n" for address in addresses))
    values = {"folder": folder, "domain": domain, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": port}
    values["mailboxes"] = f"texthash:{table}" if addresses else "static:all/"
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**values))
    where = ("-c", str(folder / "etc"))
    answers = partial(daemon.greets, port, b"220")
    with _POSTFIX.running([*where, "start-fg"], answers, folder / "mail.log", stop=[*where, "stop"]):
        yield Postfix(port, folder)
