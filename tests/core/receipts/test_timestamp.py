"""Timestamps: openssl's own authority answers ours, openssl believes what we believe, and every change is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from passerelle.core.errors import UntrustedError
from passerelle.core.receipts import timestamp
from passerelle.steps.seal.stamping import checker
from tests.vectors import tsa

CONTENT = b"passerelle.example/remises\n3\nAAAA\n"


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_an_answer_about_this_content_is_believed(key: str) -> None:
    authority = tsa.made(key, key)
    answer = authority.answer(timestamp.request(CONTENT, 42))
    stamp = timestamp.read(answer, CONTENT)
    assert stamp.nonce == 42
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert checker(authority.anchor)(answer, CONTENT) == stamp.at
    (authority.folder / "content").write_bytes(CONTENT)
    authority.run("ts -verify -data content -in answer.tsr -CAfile ca.pem")


def test_openssl_asks_as_we_do_and_other_digests_are_read() -> None:
    authority = tsa.made("ec", "ec")
    for digest in ("-sha256", "-sha512"):
        assert timestamp.read(authority.answer(authority.query(CONTENT, digest)), CONTENT).nonce is not None
    with pytest.raises(UntrustedError) as caught:
        timestamp.read(authority.answer(authority.query(CONTENT, "-sha1")), CONTENT)
    assert caught.value.code == "stamp.content"


def test_an_answer_about_something_else_is_foreign() -> None:
    answer = tsa.made("ec", "ec").answer(timestamp.request(b"something else", 1))
    with pytest.raises(UntrustedError) as caught:
        timestamp.read(answer, CONTENT)
    assert caught.value.code == "stamp.content"


def test_another_authority_is_not_believed() -> None:
    answer = tsa.made("ec", "ec").answer(timestamp.request(CONTENT, 1))
    with pytest.raises(UntrustedError) as caught:
        checker(tsa.made("rsa", "rsa").anchor)(answer, CONTENT)
    assert caught.value.code == "trust.path"


def test_a_certificate_that_is_for_other_things_too_stamps_nothing() -> None:
    authority = tsa.made("ec", "ec")
    answer = bytearray(authority.answer(timestamp.request(CONTENT, 1)))
    purpose = bytes.fromhex("06082b06010505070308")  # id-kp-timeStamping
    place = answer.index(purpose)
    answer[place + len(purpose) - 1] = 4  # id-kp-emailProtection
    with pytest.raises(UntrustedError):
        timestamp.read(bytes(answer), CONTENT)


def test_a_refusal_is_said() -> None:
    authority = tsa.made("ec", "ec")
    request = timestamp.request(CONTENT, 1).replace(
        bytes.fromhex("0609608648016503040201"), bytes.fromhex("0609608648016503040207")
    )
    with pytest.raises(UntrustedError) as caught:
        timestamp.read(authority.answer(request), CONTENT)
    assert caught.value.code == "stamp.refused"


def test_no_changed_byte_goes_unseen() -> None:
    """Some bytes of an answer are signed by nobody (the other certificates); what is believed stays the same then."""
    authority = tsa.made("ec", "ec")
    answer = authority.answer(timestamp.request(CONTENT, 7))
    right = timestamp.read(answer, CONTENT)
    for place in range(0, len(answer), 3):
        changed = answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
        try:
            found = timestamp.read(changed, CONTENT)
        except UntrustedError:
            continue
        assert (found.at, found.nonce, found.certificate) == (right.at, right.nonce, right.certificate)


def test_an_answer_past_its_cap_is_not_read() -> None:
    answer = tsa.made("ec", "ec").answer(timestamp.request(CONTENT, 7))
    with pytest.raises(UntrustedError) as caught:
        timestamp.read(answer + b"\x00" * (timestamp.LARGEST + 1 - len(answer)), CONTENT)
    assert caught.value.code == "stamp.form"
