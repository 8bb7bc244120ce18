"""Nobody learns anything from a mail that does not open, and no flipped bit changes one that does."""

import random
from base64 import b64decode, encodebytes
from contextlib import suppress
from dataclasses import replace

import pytest

from passerelle.adapters.cipher import SmimeCipher
from passerelle.core.errors import PasserelleError, UntrustedError
from passerelle.core.mail import smime
from tests.adapters.smime.mails import ENTITY, JEAN, closed, refusal, sealed
from tests.vectors import pki


def test_envelopes_in_envelopes_are_not_trusted(cipher: SmimeCipher) -> None:
    inner = smime.divide(closed())[1]
    assert refusal(cipher, sealed(inner)) == "cipher.layers"


def test_what_fails_after_decryption_is_never_answered(cipher: SmimeCipher) -> None:
    bad = (b"Content-Type: application/pkcs7-mime\r\n\r\nx", b"Content-Type: a\0b\r\n\r\n", b"no field\r\n\r\n", b"")
    for entity in bad:
        refusal(cipher, sealed(entity), UntrustedError)


@pytest.mark.parametrize(
    "fields",
    [b"", b"From: a@x.example, b@x.example\r\n", b"From: a@x.example\r\nFrom: b@x.example\r\n"],
)
def test_who_replays_an_envelope_under_fields_of_his_own_is_not_answered(cipher: SmimeCipher, fields: bytes) -> None:
    refusal(cipher, closed(head=fields + b"Subject: Courrier\r\n"), UntrustedError)


def test_a_mail_of_one_correspondent_that_another_hands_in_is_not_trusted(cipher: SmimeCipher) -> None:
    other = replace(JEAN, address="other@medical59.apicrypt.example")
    with pytest.raises(UntrustedError) as caught:
        cipher.open(closed(), other, pki.NOW)
    assert caught.value.code == "policy.sender-differs"
    shouted = replace(JEAN, address=JEAN.address.upper())
    assert cipher.open(closed(), shouted, pki.NOW) == cipher.open(closed(), JEAN, pki.NOW)


def test_no_flipped_bit_changes_what_opens(cipher: SmimeCipher) -> None:
    mail = closed(ENTITY + b"x" * 200)
    expected = cipher.open(mail, JEAN, pki.NOW)
    head, body = smime.divide(mail)
    fields, _, text = body.partition(b"\r\n\r\n")
    der = b64decode(text)
    draw = random.Random(3)  # noqa: S311 - a sample, drawn again the same
    survived = 0
    for _ in range(300):
        bit = draw.randrange(len(der) * 8)
        flipped = bytearray(der)
        flipped[bit // 8] ^= 1 << bit % 8
        with suppress(PasserelleError):
            opened = cipher.open(head + fields + b"\r\n\r\n" + encodebytes(flipped), JEAN, pki.NOW)
            assert opened == expected
            survived += 1
    assert survived <= 6
