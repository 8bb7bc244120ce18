"""A real Postfix in a folder: mutual TLS on loopback, mail into maildirs. Needs the package and root."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from passerelle.steps.ports import Identity

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
    """Return what is missing to run one; empty where nothing is."""
    if not shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return "the package postfix is not installed"
    return "" if os.geteuid() == 0 else "only root can start it"


@contextmanager
def running(
    folder: Path, server: Identity, anchors: bytes, domain: str, addresses: Sequence[str] = ()
) -> Iterator[Postfix]:
    """Run a Postfix for a domain, or several; each address has its maildir, or all mail goes into one."""
    owner = pwd.getpwnam("postfix")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)  # its processes are not root: they must get there
    (folder / "server.pem").write_bytes(server.key + server.chain)
    (folder / "anchors.pem").write_bytes(anchors)
    table = folder / "etc" / "mailboxes"
    table.write_text("".join(f"{address.lower()} {address.lower()}/\n" for address in addresses))
    values = {"folder": folder, "domain": domain, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": port}
    values["mailboxes"] = f"texthash:{table}" if addresses else "static:all/"
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(_MASTER.format(**values))
    command = ["/usr/sbin/postfix", "-c", str(folder / "etc")]
    process = subprocess.Popen([*command, "start-fg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port, folder)
        yield Postfix(port, folder)
    finally:
        subprocess.run([*command, "stop"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(port: int, folder: Path) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as talk:
            if talk.recv(3) == b"220":
                return
        time.sleep(0.1)
    log = folder / "mail.log"
    msg = f"Postfix does not answer: {log.read_text() if log.exists() else 'no log'}"
    raise RuntimeError(msg)
