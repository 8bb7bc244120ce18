"""Measure one laboratory mail in each direction against its floor: `make bench`.

The floor is the work that no bridge can avoid, done bare: the same RSA and AES operations on the same bytes, the same
inflating, deflating and hashing, the same XML parsed once. What is above it is ours (and, to MSSanté, the PDF/A).
Figures are medians of this machine, now; compare ratios, not milliseconds of other machines.
"""

import hashlib
import io
import os
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from passerelle.adapters.agreements import Book
from passerelle.adapters.cipher import ChannelCipher, SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.core import policy
from passerelle.core.documents import pdf
from passerelle.core.mail import mime
from passerelle.core.message import Dispatch, Network
from passerelle.core.policy import Agreement, Lock
from passerelle.local.commands import agreements
from passerelle.local.commands.conversion import FORMS
from passerelle.local.towns import papers
from passerelle.local.towns.letters.post import Post, Posted
from passerelle.local.towns.papers import Papers
from passerelle.steps.ports import Cipher as Closing
from tests.fakes import FakeBulletins, FakeKeyring

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("ROUNDS", "25"))


class Bench:
    """One mail each way, and everything that they need."""

    def __init__(self) -> None:
        """Make papers and mails."""
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.book: Book = agreements.read(ROOT / "examples" / "agreements.toml")
        self.papers: Papers = papers.issue(self.book.people.values(), self.now)
        keyring = FakeKeyring(
            {"apicrypt": self.papers.bridge},
            {name: person.chain for name, person in self.papers.people.items()},
            {"apicrypt": self.papers.anchors[Network.APICRYPT]},
        )
        smime: Closing = SmimeCipher(
            keyring, "apicrypt", "apicrypt", Grounds(keyring, FakeBulletins(), {"apicrypt": None})
        )
        self.ciphers = {Lock.SMIME: smime, Lock.CHANNEL: ChannelCipher()}
        self.key = serialization.load_pem_private_key(self.papers.bridge.key, password=None)

    def cross(self, posted: Posted) -> bytes:
        """Open, read, judge, write, close: all that `translate` does between two reads of S3."""
        agreement = self.agreement(posted)
        opened = self.ciphers[agreement.sender.lock].open(posted.mail, agreement.sender, self.now)
        message = FORMS[posted.network].read(opened)
        policy.judge(message, agreement)
        sender, recipient = agreement.mailboxes()
        dispatch = Dispatch("bench@passerelle.example", self.now, sender, recipient, agreement.sender.professional)
        written = FORMS[posted.network.other].write(message, dispatch)
        return self.ciphers[agreement.recipient.lock].close(written.mail, agreement, self.now)

    def agreement(self, posted: Posted) -> Agreement:
        """Return the agreement of a mail."""
        found = self.book.between(posted.network, posted.sender, posted.recipient)
        if found is None:
            raise SystemExit("examples/agreements.toml does not know the mail of the benchmark")
        return found

    def private(self, content: bytes) -> None:
        """Make one signature and seal once: RSA private, RSA public, AES-256-CBC."""
        if not isinstance(self.key, rsa.RSAPrivateKey):
            raise SystemExit("RSA keys are needed")
        signature = self.key.sign(content, rsa_padding.PKCS1v15(), hashes.SHA256())
        self.key.public_key().encrypt(os.urandom(32), rsa_padding.PKCS1v15())
        _aes(content + signature)

    def public(self, content: bytes) -> None:
        """Open once and verify twice (signer, issuer): RSA private, RSA public, AES-256-CBC."""
        if not isinstance(self.key, rsa.RSAPrivateKey):
            raise SystemExit("RSA keys are needed")
        public = self.key.public_key()
        self.key.decrypt(public.encrypt(os.urandom(32), rsa_padding.PKCS1v15()), rsa_padding.PKCS1v15())
        signature = self.signature(content)
        for _ in range(2):
            public.verify(signature, content, rsa_padding.PKCS1v15(), hashes.SHA256())
        _aes(content)

    def signature(self, content: bytes, kept: dict[bytes, bytes] = {}) -> bytes:  # noqa: B006 - a cache on purpose
        """Return a signature that was made before the clock ran."""
        if content not in kept and isinstance(self.key, rsa.RSAPrivateKey):
            kept[content] = self.key.sign(content, rsa_padding.PKCS1v15(), hashes.SHA256())
        return kept[content]


def main() -> None:
    """Measure and print."""
    bench = Bench()
    posts = {posted.name: posted for posted in Post(bench.book, bench.papers, bench.now).all()}
    to_apicrypt, to_mssante = posts["demo.mail.report"], posts["demo.mail.results"]
    out = sys.stdout.write
    out(f"Median of {ROUNDS} rounds, Python {sys.version.split()[0]}, one process\n")

    zipped = _zip_of(to_apicrypt.mail)
    closed = bench.cross(to_apicrypt)
    ours = _median(lambda: bench.cross(to_apicrypt))
    floor = _median(lambda: _read_zip(zipped), lambda: bench.private(closed))
    out(f"laboratory mail → Apicrypt   {ours:6.1f} ms   floor {floor:5.1f} ms   ratio {ours / floor:5.1f}\n")

    sent = bench.cross(to_mssante)
    made = _zip_of(sent)
    lines = tuple(f"ligne {number}" for number in range(40))
    sheet = _median(lambda: pdf.render("Compte rendu", ("X",), lines, bench.now))
    ours = _median(lambda: bench.cross(to_mssante))
    floor = _median(lambda: bench.public(to_mssante.mail), lambda: _write_zip(made))
    out(f"laboratory mail → MSSanté    {ours:6.1f} ms   floor {floor:5.1f} ms   ratio {ours / floor:5.1f}")
    out(f"   of which one page of PDF/A {sheet:5.1f} ms: ratio without it {(ours - sheet) / floor:5.1f}\n")


def _median(*works: Callable[[], object]) -> float:
    """Return the median time of doing some works one after the other, in ms; the first round warms up."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        for work in works:
            work()
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:]) * 1000


def _aes(content: bytes) -> None:
    padder = padding.PKCS7(128).padder()
    sealer = Cipher(algorithms.AES256(os.urandom(32)), modes.CBC(os.urandom(16))).encryptor()
    sealer.update(padder.update(content) + padder.finalize())


def _zip_of(mail: bytes) -> bytes:
    return next(part.content for part in mime.read(mail).parts if part.media_type == "application/zip")


def _read_zip(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".XML"):
                inside = archive.read(name)
                hashlib.sha1(inside, usedforsecurity=False)
                etree.fromstring(inside)


def _write_zip(content: bytes) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in archive.namelist():
            inside = archive.read(name)
            if name.endswith(".XML"):
                hashlib.sha1(inside, usedforsecurity=False)
                inside = etree.tostring(etree.fromstring(inside))
            made.writestr(name, inside)


if __name__ == "__main__":
    main()
