"""TLS towards a mail server: under pinned anchors, with our certificate where the network asks for it."""

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerelle.adapters.settings import Tls
from passerelle.core.errors import UnavailableError
from passerelle.steps.ports import Identity, Keyring

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"  # of TLS 1.2; those of 1.3 are all good


def context(keyring: Keyring, tls: Tls, anchors: str, identity: str) -> ssl.SSLContext | None:
    """Return the TLS of a way, by the names of its anchors and of our identity there; None in clear."""
    try:
        return _context(keyring, tls, anchors, identity)
    except (ssl.SSLError, ValueError) as error:
        raise UnavailableError("relay.keys", "The anchors or the identity of a mail server are no PEM.") from error


def _context(keyring: Keyring, tls: Tls, anchors: str, identity: str) -> ssl.SSLContext | None:
    """Return the same. Who is not under the pinned anchors is not believed."""
    if tls in {Tls.LOOPBACK, Tls.UNSAFE_CLEAR}:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name
    made.minimum_version = ssl.TLSVersion.TLSv1_2  # ECO.1.1.1
    made.set_ciphers(_CIPHERS)
    made.load_verify_locations(cadata=keyring.anchors(anchors).decode("ascii"))
    if tls in {Tls.MUTUAL, Tls.OPERATOR}:
        present(made, keyring.identity(identity))
    return made


def present(made: ssl.SSLContext, identity: Identity) -> None:
    """Give our certificate to the context: ssl reads files only, so the key is in one for that moment."""
    with _file(identity.key.rstrip() + b"\n" + identity.chain) as pem:
        made.load_cert_chain(pem)


@contextmanager
def _file(content: bytes) -> Iterator[Path]:
    """Give a file in memory where the system has such (memfd of Linux), else one in a private directory."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("identity")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            yield Path(f"/proc/self/fd/{descriptor}")
    else:
        with tempfile.TemporaryDirectory() as folder:  # mode 0700
            pem = Path(folder, "identity.pem")
            pem.touch(mode=0o600)
            pem.write_bytes(content)
            yield pem
