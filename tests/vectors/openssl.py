"""The openssl command, an independent oracle for CMS."""

import subprocess
from pathlib import Path

from tests.vectors import pki


def run(*arguments: str, content: bytes = b"") -> bytes:
    """Return what openssl prints, or raise."""
    return subprocess.run(["openssl", *arguments], input=content, capture_output=True, check=True).stdout


def store(folder: Path, name: str, identity: pki.Identity) -> tuple[str, str]:
    """Write certificate and key of an identity, and return their paths."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(identity.certificate_pem)
    key.write_bytes(identity.key_pem)
    return str(certificate), str(key)
