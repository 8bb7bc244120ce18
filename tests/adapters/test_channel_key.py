"""A key that TLS needs is on no disk."""

import ssl
import sys
import tempfile
from pathlib import Path

import pytest

from passerelle.adapters import channel
from passerelle.steps.ports import Identity
from tests.vectors import pki


@pytest.mark.skipif(sys.platform != "linux", reason="memfd is a part of Linux")
def test_our_certificate_is_given_to_tls_without_a_file_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = pki.person()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    before = set(Path("/proc/self/fd").iterdir())
    channel.present(made, Identity(ours.chain_pem, ours.key_pem))
    assert set(Path("/proc/self/fd").iterdir()) == before
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ssl.SSLError):
        channel.present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), Identity(pki.person().chain_pem, b"no key"))
