"""A key that TLS needs is on no disk."""

import ssl
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from passerelle.adapters import channel
from passerelle.steps.ports import Identity
from tests.vectors import pki


@pytest.mark.skipif(
    sys.platform != "linux", reason="NOT CHECKED: only Linux has files in memory (memfd); run the tests there"
)
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


def test_without_files_in_memory_the_key_is_in_a_private_folder_and_gone_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    class Context(ssl.SSLContext):
        """Looks at the file that it is given."""

        def load_cert_chain(self, certfile: Any, keyfile: Any = None, password: Any = None) -> None:  # noqa: ANN401 - as in ssl
            seen.append((stat.S_IMODE(certfile.stat().st_mode), stat.S_IMODE(certfile.parent.stat().st_mode)))
            super().load_cert_chain(certfile, keyfile, password)

    ours = pki.person()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "darwin")
    channel.present(Context(ssl.PROTOCOL_TLS_CLIENT), Identity(ours.chain_pem, ours.key_pem))
    assert seen == [(0o600, 0o700)]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ssl.SSLError):
        channel.present(Context(ssl.PROTOCOL_TLS_CLIENT), Identity(ours.chain_pem, b"no key"))
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ssl.SSLError):
        channel.present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), Identity(pki.person().chain_pem, b"no key"))
