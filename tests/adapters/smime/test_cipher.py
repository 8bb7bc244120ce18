"""S/MIME opens what both sides agreed on and closes it for the right one."""

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from passerelle.adapters.cipher import ChannelCipher, SmimeCipher
from passerelle.core.cms import enveloped, signed
from passerelle.core.errors import PasserelleError, UnavailableError, UnsupportedError, UntrustedError
from passerelle.core.mail import mime, smime
from passerelle.steps.ports import Identity
from tests.adapters.smime.mails import (
    AGREEMENT,
    ALIAS,
    ENTITY,
    HEAD,
    HOSPITAL,
    JEAN,
    closed,
    key,
    refusal,
    sealed,
    to_hospital,
)
from tests.fakes import FakeKeyring
from tests.vectors import openssl, pki


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
