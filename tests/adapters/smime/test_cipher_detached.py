"""A detached signature covers its part, protected fields, and nothing else."""

from passerelle.adapters.cipher import SmimeCipher
from passerelle.core.mail import mime
from tests.adapters.smime.mails import ENTITY, HEAD, JEAN, closed, detached, refusal, sealed
from tests.vectors import pki


def test_a_detached_signature_covers_its_part_and_nothing_else(cipher: SmimeCipher) -> None:
    entity = ENTITY.rstrip()
    assert cipher.open(sealed(detached(entity)), JEAN, pki.NOW).content == HEAD + entity
    assert refusal(cipher, sealed(detached(entity, entity + b"x"))) == "cms.digest-differs"
    third = detached(entity).replace(b"\r\n--b--", b"\r\n--b\r\n\r\nevil\r\n--b--")
    assert refusal(cipher, sealed(third)) == "mail.signed"
    no_signature = detached(entity).replace(b"application/pkcs7-signature\r\n", b"text/plain\r\n")
    assert refusal(cipher, sealed(no_signature)) == "mail.signed"


def test_the_line_ends_of_a_detached_part_are_those_of_the_wire(cipher: SmimeCipher) -> None:
    entity = ENTITY.rstrip()
    assert cipher.open(sealed(detached(entity).replace(b"\r\n", b"\n")), JEAN, pki.NOW).content == HEAD + entity


def test_protected_fields_take_the_place_of_outer_ones(cipher: SmimeCipher) -> None:
    protected = f"From: {pki.JEAN}\r\nSubject: Vrai\r\n".encode() + ENTITY
    outer = HEAD.replace(pki.JEAN.encode(), b"evil@x.example")
    opened = mime.read(cipher.open(closed(protected, head=outer), JEAN, pki.NOW).content)
    assert (opened.sender.address, opened.subject, opened.message_id) == (pki.JEAN, "Vrai", "m1@x.example")
    assert refusal(cipher, closed(b"From: evil@x.example\r\n" + ENTITY)) == "trust.signer-not-sender"
