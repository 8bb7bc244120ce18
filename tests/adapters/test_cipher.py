import random
import re
from base64 import b64decode, encodebytes
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from passerelle.adapters.cipher import ChannelCipher, SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import PasserelleError, UnavailableError, UnsupportedError, UntrustedError
from passerelle.core.mail import mime, smime
from passerelle.core.message import Attachment, Dispatch, Network, Professional
from passerelle.core.policy import Agreement, Correspondent, Doubt, Lock
from passerelle.steps.ports import Identity
from tests.fakes import FakeBulletins, FakeKeyring
from tests.vectors import openssl, pki

ALIAS = f"medecine.interne@{pki.BRIDGE}"
HEAD = f"From: {pki.JEAN}\r\nTo: {ALIAS}\r\nSubject: Courrier\r\nMessage-ID: <m1@x.example>\r\n".encode()
ENTITY = b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nMARTIN\r\nJean\r\n****FIN****\r\n"


def correspondent(network: Network, address: str, alias: str, lock: Lock) -> Correspondent:
    return Correspondent(network, address, alias, "", lock, Professional("MARTIN"), certificate="jean")


JEAN = correspondent(Network.APICRYPT, pki.JEAN, "jean.martin.59@passerelle.mssante.example", Lock.SMIME)
HOSPITAL = correspondent(Network.MSSANTE, "medecine.interne@ch.mssante.example", ALIAS, Lock.CHANNEL)
AGREEMENT = Agreement("essai", HOSPITAL, JEAN, Doubt.FLAG)


@pytest.fixture
def keyring() -> FakeKeyring:
    bridge = pki.organisation()
    return FakeKeyring(
        identities={"bridge": Identity(bridge.chain_pem, bridge.key_pem)},
        certificates={"jean": pki.person().chain_pem},
        trusted={"apicrypt": pki.pem(pki.root().certificate)},
    )


@pytest.fixture
def cipher(keyring: FakeKeyring) -> SmimeCipher:
    return SmimeCipher(keyring, "bridge", "apicrypt", Grounds(keyring, FakeBulletins(), {"apicrypt": None}))


def key(identity: pki.Identity) -> keys.Key:
    return keys.load(identity.chain_pem, identity.key_pem)


def sealed(entity: bytes, profile: enveloped.Profile = enveloped.INTEROP, head: bytes = HEAD) -> bytes:
    """Return a mail that envelopes an entity for the bridge."""
    return head + smime.wrap(enveloped.seal(entity, (pki.organisation().certificate,), profile), "enveloped-data")


def closed(entity: bytes = ENTITY, signer: pki.Identity | None = None, head: bytes = HEAD) -> bytes:
    """Return a mail as a good correspondent closes it."""
    return sealed(smime.wrap(signed.sign(entity, key(signer or pki.person()), pki.NOW), "signed-data"), head=head)


def to_hospital(text: str = "MARTIN\nJean\n****FIN****\n") -> bytes:
    """Return a mail that the bridge writes to the doctor."""
    sender, recipient = AGREEMENT.mailboxes()
    dispatch = Dispatch("m2@passerelle.example", datetime(2026, 3, 4, tzinfo=UTC), sender, recipient, None)
    return mime.write(dispatch, "Courrier", text, "iso-8859-1", (Attachment("a.pdf", "application/pdf", b"%PDF"),))


def refusal(cipher: SmimeCipher, mail: bytes, kind: type[PasserelleError] = UntrustedError) -> str:
    with pytest.raises(kind) as caught:
        cipher.open(mail, JEAN, pki.NOW)
    return caught.value.code


def test_a_mail_signed_and_enveloped_opens_under_its_outer_fields(cipher: SmimeCipher) -> None:
    opened = cipher.open(closed(), JEAN, pki.NOW)
    assert opened.content == HEAD + ENTITY
    assert opened.proof.means == "signature"
    assert opened.proof.signer == "jean.MARTIN@medical59.apicrypt.example"
    assert opened.proof.algorithm == "RSA-SHA256"
    fingerprint = openssl.run("x509", "-noout", "-fingerprint", "-sha256", content=pki.person().certificate_pem)
    assert opened.proof.certificate == fingerprint.decode().split("=")[1].strip().replace(":", "").lower()


@pytest.mark.parametrize("profile", [enveloped.INTEROP, enveloped.MODERN])
def test_both_profiles_open(cipher: SmimeCipher, profile: enveloped.Profile) -> None:
    inner = smime.wrap(signed.sign(ENTITY, key(pki.person()), pki.NOW), "signed-data")
    assert cipher.open(sealed(inner, profile), JEAN, pki.NOW).content == HEAD + ENTITY


@pytest.mark.parametrize("sign", [("-nodetach",), (), ("-stream", "-nodetach")], ids=["opaque", "detached", "stream"])
@pytest.mark.parametrize("encrypt", ["-aes128", "-aes-256-gcm"])
def test_what_openssl_closes_opens(cipher: SmimeCipher, sign: tuple[str, ...], encrypt: str, tmp_path: Path) -> None:
    certificate, private = openssl.store(tmp_path, "jean", pki.person())
    chain = tmp_path / "chain.pem"
    chain.write_bytes(pki.pem(*pki.person().chain))
    bridge, _ = openssl.store(tmp_path, "bridge", pki.organisation())
    signing = ("-signer", certificate, "-inkey", private, "-certfile", str(chain))
    inner = openssl.run("cms", "-sign", *sign, *signing, "-crlfeol", content=ENTITY)
    headers = ("-from", pki.JEAN, "-to", ALIAS, "-subject", "Courrier")
    mail = openssl.run("cms", "-encrypt", encrypt, "-stream", *headers, bridge, content=inner)
    opened = cipher.open(mail, JEAN, pki.NOW)
    read = mime.read(opened.content)
    assert (read.sender.address, read.subject) == (pki.JEAN, "Courrier")
    assert read.parts[0].content.strip() == b"MARTIN\r\nJean\r\n****FIN****"


def test_what_is_closed_opens_with_openssl(cipher: SmimeCipher, tmp_path: Path) -> None:
    mail = to_hospital()
    out = cipher.close(mail, AGREEMENT, pki.NOW)
    certificate, private = openssl.store(tmp_path, "jean", pki.person())
    root, _ = openssl.store(tmp_path, "root", pki.root())
    inner = openssl.run("cms", "-decrypt", "-recip", certificate, "-inkey", private, content=out)
    trust = ("-CAfile", root, "-purpose", "smimesign", "-attime", str(int(pki.NOW.timestamp())))
    entity = openssl.run("cms", "-verify", *trust, content=inner)
    assert smime.divide(mail) == (smime.divide(out)[0], entity)


def test_what_is_closed_shows_no_content_and_keeps_its_outer_fields(cipher: SmimeCipher) -> None:
    out = cipher.close(to_hospital(), AGREEMENT, pki.NOW)
    read = mime.read(out)
    assert (read.sender.address, read.subject, read.message_id) == (ALIAS, "Courrier", "m2@passerelle.example")
    assert [(part.media_type, part.name) for part in read.parts] == [("application/pkcs7-mime", "smime.p7m")]
    assert b"FIN" not in b64decode(smime.divide(out)[1].partition(b"\r\n\r\n")[2])
    assert out.isascii()
    assert max(map(len, out.split(b"\r\n"))) <= 78


def test_a_mail_in_clear_is_not_trusted(cipher: SmimeCipher) -> None:
    assert refusal(cipher, HEAD + ENTITY) == "cipher.unsigned"


def test_a_mail_enveloped_but_not_signed_is_not_trusted(cipher: SmimeCipher) -> None:
    assert refusal(cipher, sealed(ENTITY)) == "cipher.unsigned"
    assert refusal(cipher, sealed(ENTITY, enveloped.MODERN)) == "cipher.unsigned"


def test_a_mail_signed_but_not_enveloped_is_refused_and_told(cipher: SmimeCipher) -> None:
    mail = HEAD + smime.wrap(signed.sign(ENTITY, key(pki.person()), pki.NOW), "signed-data")
    assert refusal(cipher, mail, UnsupportedError) == "cipher.in-clear"
    forged = HEAD + smime.wrap(signed.sign(ENTITY, key(pki.person("o@x.example")), pki.NOW), "signed-data")
    assert refusal(cipher, forged) == "trust.signer-not-sender"


def test_a_signer_that_nobody_certified_is_not_trusted(cipher: SmimeCipher) -> None:
    subject = pki.Subject("Jean", emails=(pki.JEAN,))
    assert refusal(cipher, closed(signer=pki.issue(subject, pki.rsa_key("f"), pki.stranger()))) == "trust.path"
    assert refusal(cipher, closed(signer=pki.issue(subject, pki.rsa_key("f")))) == "trust.path"


def test_a_signer_does_not_speak_for_another(cipher: SmimeCipher) -> None:
    assert refusal(cipher, closed(signer=pki.person("other@x.example"))) == "trust.signer-not-sender"
    assert refusal(cipher, closed(signer=pki.organisation())) == "trust.signer-not-sender"
    label = HEAD.replace(b"From: ", b'From: "jean.MARTIN@medical59.apicrypt.example" <o@x.example>\r\nX-From: ')
    assert refusal(cipher, closed(head=label)) == "trust.signer-not-sender"


def test_time_is_an_argument(cipher: SmimeCipher) -> None:
    for now in (pki.SINCE - timedelta(seconds=1), pki.UNTIL + timedelta(seconds=1)):
        with pytest.raises(UntrustedError, match=r"trust\.expired"):
            cipher.open(closed(), JEAN, now)


def test_a_signed_part_deeper_than_the_root_counts_for_nothing(cipher: SmimeCipher) -> None:
    part = smime.wrap(signed.sign(ENTITY, key(pki.person()), pki.NOW), "signed-data")
    mixed = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nevil\r\n--b\r\n" + part + b"\r\n--b--\r\n"
    assert refusal(cipher, sealed(mixed)) == "cipher.unsigned"
    assert refusal(cipher, HEAD + mixed) == "cipher.unsigned"


def detached(content: bytes, second: bytes | None = None) -> bytes:
    """Return a multipart/signed whose signature covers `content`, and shows `second` instead where given."""
    info = pyca_detached(content)
    signature = b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encodebytes(
        info
    )
    head = b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=b\r\n\r\n'
    return (
        head
        + b"--b\r\n"
        + (content if second is None else second)
        + b"\r\n--b\r\n"
        + crlf(signature)
        + b"\r\n--b--\r\n"
    )


def crlf(content: bytes) -> bytes:
    return re.sub(rb"\r?\n", b"\r\n", content)


def pyca_detached(content: bytes) -> bytes:
    """Return a detached signature made by pyca/cryptography."""
    jean = pki.person()
    assert isinstance(jean.key, rsa.RSAPrivateKey)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(jean.certificate, jean.key, hashes.SHA256())
    for one in jean.chain:
        builder = builder.add_certificate(one)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(serialization.Encoding.DER, options)


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


def test_a_mail_for_another_key_is_told_so(cipher: SmimeCipher) -> None:
    seal = enveloped.seal(ENTITY, (pki.person().certificate,))
    assert refusal(cipher, HEAD + smime.wrap(seal, "enveloped-data"), UnsupportedError) == "cms.not-for-us"


def test_the_bridges_own_faults_wait_for_an_operator(cipher: SmimeCipher, keyring: FakeKeyring) -> None:
    mail = to_hospital()
    with pytest.raises(UnavailableError, match=r"cipher\.identity-expired"):
        cipher.close(mail, AGREEMENT, pki.UNTIL + timedelta(seconds=1))
    elsewhere = replace(AGREEMENT, sender=replace(HOSPITAL, alias="a@elsewhere.example"))
    wrong = mail.replace(ALIAS.encode(), elsewhere.sender.alias.encode())
    with pytest.raises(UnavailableError, match=r"trust\.signer-not-sender"):
        cipher.close(wrong, elsewhere, pki.NOW)
    keyring.trusted["apicrypt"] = b"no PEM"
    with pytest.raises(UnavailableError, match=r"trust\.ground"):
        cipher.close(mail, AGREEMENT, pki.NOW)
    keyring.identities["bridge"] = Identity(pki.organisation().chain_pem, pki.person().key_pem)
    with pytest.raises(UnavailableError, match=r"cms\.key"):
        cipher.open(closed(), JEAN, pki.NOW)


def test_a_new_identity_takes_the_place_of_the_old(cipher: SmimeCipher, keyring: FakeKeyring) -> None:
    cipher.open(closed(), JEAN, pki.NOW)
    jean = pki.person()
    keyring.identities["bridge"] = Identity(jean.chain_pem, jean.key_pem)
    assert refusal(cipher, closed(), UnsupportedError) == "cms.not-for-us"


def test_nothing_is_closed_for_a_certificate_that_is_not_the_recipients(
    cipher: SmimeCipher, keyring: FakeKeyring
) -> None:
    subject = pki.Subject("Jean", emails=(pki.JEAN,))
    for wrong, code in (
        (pki.person("other@x.example"), "trust.signer-not-sender"),
        (pki.issue(subject, pki.rsa_key("f"), pki.stranger()), "trust.path"),
        (pki.variant(subject, enciphers=False), "trust.usage"),
        (pki.variant(subject, until=pki.NOW - timedelta(days=1)), "trust.expired"),
    ):
        keyring.certificates["jean"] = wrong.chain_pem
        with pytest.raises(UntrustedError) as caught:
            cipher.close(to_hospital(), AGREEMENT, pki.NOW)
        assert caught.value.code == code


def test_no_error_holds_a_word_of_the_mail(cipher: SmimeCipher) -> None:
    for mail in (HEAD + ENTITY, sealed(ENTITY), closed(signer=pki.person("o@x.example")), HEAD + b"MARTIN\r\n\r\n"):
        with pytest.raises(PasserelleError) as caught:
            cipher.open(mail, JEAN, pki.NOW)
        assert "martin" not in str(caught.value).lower()


def test_the_channel_lets_a_mail_through_as_it_is() -> None:
    opened = ChannelCipher().open(HEAD + ENTITY, HOSPITAL, pki.NOW)
    assert (opened.content, opened.proof.means, opened.proof.signer) == (HEAD + ENTITY, "channel", None)
    assert ChannelCipher().close(HEAD + ENTITY, AGREEMENT, pki.NOW) == HEAD + ENTITY
