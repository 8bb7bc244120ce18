"""Layers of S/MIME in every order that proves something, and in those that prove nothing."""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import cms

from passerelle.adapters.agreements import parse
from passerelle.adapters.cipher import SmimeCipher
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.cms import compressed, enveloped, keys, signed
from passerelle.core.errors import PasserelleError, UnsupportedError, UntrustedError
from passerelle.core.mail import smime
from passerelle.core.policy import Profile
from passerelle.steps.ports import Identity
from tests.adapters.smime.mails import AGREEMENT, ENTITY, HEAD, JEAN, to_hospital
from tests.fakes import FakeKeyring
from tests.vectors import openssl, pki


def sign(entity: bytes, signer: pki.Identity | None = None) -> bytes:
    who = signer or pki.person()
    return smime.wrap(signed.sign(entity, keys.load(who.chain_pem, who.key_pem), pki.NOW), "signed-data")


def seal(entity: bytes, profile: enveloped.Profile = enveloped.INTEROP) -> bytes:
    return smime.wrap(enveloped.seal(entity, (pki.organisation().certificate,), profile), profile.smime_type)


def squeeze(entity: bytes) -> bytes:
    content = {
        "version": "v0",
        "compression_algorithm": {"algorithm": "zlib"},
        "encap_content_info": {"content_type": "data", "content": zlib.compress(entity)},
    }
    info = cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(content)})
    return smime.wrap(info.dump(), "compressed-data")


def refusal(cipher: SmimeCipher, entity: bytes, kind: type[PasserelleError] = UntrustedError) -> str:
    with pytest.raises(kind) as caught:
        cipher.open(HEAD + entity, JEAN, pki.NOW)
    return caught.value.code


@pytest.mark.parametrize(
    "entity",
    [
        seal(sign(ENTITY)),
        sign(seal(sign(ENTITY))),
        seal(squeeze(sign(ENTITY))),
        seal(sign(squeeze(ENTITY))),
        squeeze(seal(sign(ENTITY))),
        seal(sign(sign(ENTITY))),
    ],
    ids=[
        "sign, seal",
        "triple wrap",
        "sign, squeeze, seal",
        "squeeze, sign, seal",
        "sign, seal, squeeze",
        "signed twice",
    ],
)
def test_what_is_signed_inside_its_envelope_opens(cipher: SmimeCipher, entity: bytes) -> None:
    opened = cipher.open(HEAD + entity, JEAN, pki.NOW)
    assert opened.content == HEAD + ENTITY
    assert (opened.proof.means, opened.proof.signer) == ("signature", pki.JEAN)


@pytest.mark.parametrize(
    ("entity", "code"),
    [
        (sign(seal(ENTITY)), "cipher.unsigned"),  # who signs an envelope need not know what is in it
        (seal(squeeze(ENTITY)), "cipher.unsigned"),
        (squeeze(ENTITY), "cipher.unsigned"),
        (seal(seal(sign(ENTITY))), "cipher.layers"),
        (seal(sign(seal(sign(ENTITY)))), "cipher.layers"),
        (seal(sign(sign(sign(sign(ENTITY))))), "cipher.layers"),
        (sign(seal(sign(ENTITY)), pki.person("other@x.example")), "trust.signer-not-sender"),
        (sign(seal(sign(ENTITY, pki.person("other@x.example")))), "trust.signer-not-sender"),
    ],
)
def test_layers_that_prove_nothing_are_not_trusted(cipher: SmimeCipher, entity: bytes, code: str) -> None:
    assert refusal(cipher, entity) == code


def test_layers_are_capped(cipher: SmimeCipher) -> None:
    three = sign(sign(sign(ENTITY)))
    assert cipher.open(HEAD + seal(three), JEAN, pki.NOW).content == HEAD + ENTITY
    assert refusal(cipher, seal(sign(three))) == "cipher.layers"


def test_what_is_signed_twice_in_clear_goes_back(cipher: SmimeCipher) -> None:
    assert refusal(cipher, sign(sign(ENTITY)), UnsupportedError) == "cipher.in-clear"


def test_a_bomb_in_an_envelope_is_not_answered(cipher: SmimeCipher) -> None:
    assert refusal(cipher, seal(squeeze(bytes(compressed.LARGEST + 1)))) == "cms.compressed"


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("owner", [pki.person(), pki.elliptic(pki.JEAN)], ids=["RSA", "P-256"])
def test_a_mail_is_closed_as_the_recipient_opens_it(
    cipher: SmimeCipher, keyring: FakeKeyring, profile: Profile, owner: pki.Identity
) -> None:
    keyring.certificates["jean"] = owner.chain_pem
    agreement = replace(AGREEMENT, recipient=replace(AGREEMENT.recipient, profile=profile))
    out = cipher.close(to_hospital(), agreement, pki.NOW)
    modern = profile is Profile.MODERN
    assert (b"smime-type=authEnveloped-data" in out) == modern
    locked = smime.unwrap(smime.divide(out)[1])
    assert locked
    shown = openssl.run("asn1parse", "-inform", "DER", content=locked.cms)
    assert (b":aes-256-gcm" in shown) == modern
    assert (b":rsaesOaep" in shown) == (modern and owner == pki.person())
    assert (b":dhSinglePass-stdDH-sha256kdf-scheme" in shown) == (owner != pki.person())
    opened = enveloped.unseal(locked.cms, keys.load(owner.chain_pem, owner.key_pem))
    inner = smime.unwrap(opened)
    assert inner
    assert signed.verify(inner.cms).content == smime.divide(to_hospital())[1]


def test_a_bridge_with_a_key_on_a_curve_opens_and_signs(cipher: SmimeCipher, keyring: FakeKeyring) -> None:
    subject = pki.Subject("Pont", domains=(pki.BRIDGE,), agrees=True, enciphers=False)
    bridge = pki.issue(subject, pki.ec_key("bridge"), pki.authority())
    keyring.identities["bridge"] = Identity(bridge.chain_pem, bridge.key_pem)
    envelope = enveloped.seal(sign(ENTITY), (bridge.certificate,), enveloped.MODERN)
    assert cipher.open(HEAD + smime.wrap(envelope, "authEnveloped-data"), JEAN, pki.NOW).content == HEAD + ENTITY
    out = cipher.close(to_hospital(), AGREEMENT, pki.NOW)
    locked = smime.unwrap(smime.divide(out)[1])
    jean = pki.person()
    assert locked
    inner = smime.unwrap(enveloped.unseal(locked.cms, keys.load(jean.chain_pem, jean.key_pem)))
    assert inner
    assert signed.verify(inner.cms).algorithm == "ECDSA-SHA256"


def test_a_profile_is_agreed_for_smime_and_for_nothing_else() -> None:
    example = (Path(__file__).resolve().parents[3] / "examples" / "agreements.toml").read_text("utf-8")
    book = parse(
        example.replace('certificate = "jean.martin" ', 'profile = "modern"\ncertificate = "jean.martin" ').encode()
    )
    found = {pair.recipient.address: pair.recipient.profile for pair in book.pairs.values()}
    assert found["jean.MARTIN@medical59.apicrypt.example"] is Profile.MODERN
    assert found["medecine.interne@ch-exemple.mssante.example"] is Profile.INTEROP
    with pytest.raises(AgreementsError, match="only lock smime has a profile"):
        parse(example.replace('lock = "channel"', 'profile = "modern"\nlock = "channel"', 1).encode())
