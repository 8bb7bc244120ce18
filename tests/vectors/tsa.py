"""A time-stamping authority by `openssl ts`, of an authority of our own; made anew by every run."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CONFIGURATION = """\
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[stamp]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[mail]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = emailProtection
authorityKeyIdentifier = keyid
[tsa]
default_tsa = tsa_default
[tsa_default]
serial = ./serial
crypto_device = builtin
signer_cert = ./stamp.pem
certs = ./ca.pem
signer_key = ./stamp.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class Tsa:
    """An authority in a folder of its own."""

    folder: Path

    @property
    def anchor(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()

    def answer(self, request: bytes) -> bytes:
        """Return the authority's answer to a request."""
        (self.folder / "request.tsq").write_bytes(request)
        self.run("ts -reply -config tsa.cnf -section tsa_default -queryfile request.tsq -out answer.tsr")
        return (self.folder / "answer.tsr").read_bytes()

    def query(self, content: bytes, *options: str) -> bytes:
        """Return the request that openssl itself makes about content."""
        (self.folder / "content").write_bytes(content)
        self.run(" ".join(("ts -query -data content -cert -out query.tsq", *options)))
        return (self.folder / "query.tsq").read_bytes()

    def run(self, command: str) -> None:
        openssl = shutil.which("openssl") or "openssl"
        subprocess.run([openssl, *command.split()], cwd=self.folder, check=True, capture_output=True)


@cache
def made(name: str = "one", key: str = "ec") -> Tsa:
    """Return an authority; its folder goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix=f"tsa-{name}-")
    _KEPT.append(folder)
    tsa = Tsa(Path(folder.name))
    (tsa.folder / "tsa.cnf").write_text(_CONFIGURATION)
    (tsa.folder / "serial").write_text("01\n")
    new = "-newkey rsa:2048" if key == "rsa" else "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
    tsa.run(
        f"req -x509 {new} -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=AC-{name} -config tsa.cnf -extensions ca"
    )
    usage = "mail" if name == "mail" else "stamp"
    tsa.run(f"req {new} -nodes -keyout stamp.key -out stamp.csr -subj /CN=horodatage-{name} -config tsa.cnf")
    tsa.run(
        "x509 -req -in stamp.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 29 -sha256"
        f" -extfile tsa.cnf -extensions {usage} -out stamp.pem"
    )
    return tsa


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
