"""The run over x509-limbo judges, explains, and fails on what it cannot explain: on cases of our own, of its form."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.limbo.__main__ import main
from tests.vectors import pki

HOST = "smtp.ch.example"
GOOD = pki.Subject(HOST, domains=(HOST,), usages=pki.TLS)


def case(name: str, leaf: pki.Identity, *, expected: bool, host: str = HOST) -> dict[str, Any]:
    return {
        "id": name,
        "validation_kind": "SERVER",
        "trusted_certs": [pki.pem(pki.root().certificate).decode()],
        "untrusted_intermediates": [pki.pem(one).decode() for one in leaf.chain],
        "peer_certificate": pki.pem(leaf.certificate).decode(),
        "validation_time": pki.NOW.isoformat(),
        "expected_result": "SUCCESS" if expected else "FAILURE",
        "expected_peer_name": {"kind": "DNS", "value": host},
        "crls": [],
    }


def run(folder: Path, *cases: dict[str, Any]) -> int:
    vectors = folder / "limbo.json"
    vectors.write_text(json.dumps({"version": 1, "testcases": cases}))
    return main([str(vectors)])


def test_what_is_judged_as_expected_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = case("our::good", pki.variant(GOOD), expected=True)
    other = case("our::other-host", pki.variant(GOOD), expected=False, host="x.example")
    broken = case("our::broken", pki.variant(GOOD), expected=False) | {"peer_certificate": "no PEM"}
    mailbox = case("our::mailbox", pki.variant(GOOD), expected=True)
    mailbox["expected_peer_name"]["kind"] = "RFC822"
    assert run(tmp_path, good, other, broken, mailbox) == 0
    assert "3 of 3 as expected" in capsys.readouterr().out


def test_a_deviation_without_a_reason_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, case("our::bad", pki.variant(GOOD), expected=False)) == 1
    assert "NO REASON KNOWN" in capsys.readouterr().out
    without = pki.variant(GOOD, usages=())
    assert run(tmp_path, case("rfc5280::eku::ee-without-eku", without, expected=True)) == 0
    assert "a leaf must say what it is for" in capsys.readouterr().out


def test_without_vectors_it_says_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "C2SP/x509-limbo" in capsys.readouterr().err
