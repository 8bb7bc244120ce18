import random
from contextlib import suppress
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.cms import keys, recipients, signature, signed, structure
from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError, UntrustedError
from tests.vectors import openssl, pki

CONTENT = b"Content-Type: text/plain\r\n\r\n" + b"Compte rendu\r\n" * 40


@pytest.fixture(scope="module")
def key() -> keys.Key:
    jean = pki.person()
    return keys.load(jean.chain_pem, jean.key_pem)


@pytest.fixture
def peer(tmp_path: Path) -> tuple[str, ...]:
    certificate, private = openssl.store(tmp_path, "jean", pki.person())
    return ("-signer", certificate, "-inkey", private)


def make(*options: str, content: bytes = CONTENT) -> bytes:
    return openssl.run("cms", "-sign", "-binary", "-outform", "DER", *options, content=content)


def refusal(data: bytes, detached: bytes | None = None) -> str:
    with pytest.raises(PasserelleError) as caught:
        signed.verify(data, detached)
    return caught.value.code


def edited(data: bytes, **changes: object) -> bytes:
    """Return a signed message with fields of its SignedData replaced, or computed from what was there."""
    content = cms.ContentInfo.load(data)["content"].copy()
    for name, change in changes.items():
        content[name] = change(content[name]) if callable(change) else change
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump(force=True))


OPAQUE = ("-nodetach",)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-keyid",),
        ("-keyopt", "rsa_padding_mode:pss"),
        ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:0"),
        ("-stream", "-indef"),
    ],
    ids=["plain", "keyid", "pss", "pss-no-salt", "stream"],
)
def test_what_openssl_signs_is_verified(digest: str, options: tuple[str, ...], peer: tuple[str, ...]) -> None:
    found = signed.verify(make(*OPAQUE, "-md", digest, *peer, *options))
    assert (found.content, found.certificate) == (CONTENT, pki.person().certificate)
    assert found.algorithm == f"RSA{'-PSS' if '-keyopt' in options else ''}-{digest.upper()}"


def test_a_detached_signature_is_verified(peer: tuple[str, ...]) -> None:
    data = make(*peer)
    assert signed.verify(data, CONTENT).content == CONTENT
    assert refusal(data, CONTENT + b"x") == "cms.digest-differs"
    assert refusal(data) == "cms.two-contents"
    assert refusal(make(*OPAQUE, *peer), CONTENT) == "cms.two-contents"


@settings(max_examples=20, deadline=None)
@given(content=st.binary(max_size=200))
def test_what_is_signed_is_verified(content: bytes) -> None:
    jean = pki.person()
    found = signed.verify(signed.sign(content, keys.load(jean.chain_pem, jean.key_pem), pki.NOW))
    assert (found.content, found.certificate) == (content, jean.certificate)
    assert found.others == (pki.authority().certificate,)


def test_the_same_content_key_and_time_give_the_same_bytes(key: keys.Key) -> None:
    assert signed.sign(CONTENT, key, pki.NOW) == signed.sign(CONTENT, key, pki.NOW)


def test_zero_or_two_signers_are_refused(key: keys.Key, peer: tuple[str, ...], tmp_path: Path) -> None:
    other = openssl.store(tmp_path, "other", pki.person("other@x.example"))
    assert refusal(make(*OPAQUE, *peer, "-signer", other[0], "-inkey", other[1])) == "cms.signers"
    assert refusal(edited(signed.sign(CONTENT, key, pki.NOW), signer_infos=[])) == "cms.signers"


def test_a_signature_without_signed_attributes_is_refused(peer: tuple[str, ...]) -> None:
    assert refusal(make(*OPAQUE, "-noattr", *peer)) == "cms.signed-attributes"


def test_a_signature_without_its_certificate_is_refused(peer: tuple[str, ...]) -> None:
    assert refusal(make(*OPAQUE, "-nocerts", *peer)) == "cms.certificates"
    other = pki.person("other@x.example").certificate
    data = make(*OPAQUE, *peer)
    only = [cms.CertificateChoices({"certificate": asn1x509.Certificate.load(other.public_bytes(Encoding.DER))})]
    assert refusal(edited(data, certificates=only)) == "cms.signer-certificate"


def test_certificates_are_capped(key: keys.Key) -> None:
    data = signed.sign(CONTENT, key, pki.NOW)

    def filled(count: int) -> bytes:
        others = (pki.issue(pki.Subject(f"n{n}"), pki.rsa_key("variant")).certificate for n in range(count - 2))
        der = (one.public_bytes(Encoding.DER) for one in (key.certificate, *key.chain, *others))
        return edited(
            data, certificates=[cms.CertificateChoices({"certificate": asn1x509.Certificate.load(one)}) for one in der]
        )

    assert len(signed.verify(filled(structure.MOST_CERTIFICATES)).others) == structure.MOST_CERTIFICATES - 1
    assert refusal(filled(structure.MOST_CERTIFICATES + 1)) == "cms.certificates"


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha224"])
def test_weak_digests_are_refused(digest: str, peer: tuple[str, ...]) -> None:
    assert refusal(make(*OPAQUE, "-md", digest, *peer)) == "cms.digest"


def test_a_weak_key_is_refused(tmp_path: Path) -> None:
    weak = pki.issue(pki.Subject("weak", emails=("w@x.example",)), pki.rsa_key("weak", 1024), pki.authority())
    certificate, private = openssl.store(tmp_path, "weak", weak)
    assert refusal(make(*OPAQUE, "-signer", certificate, "-inkey", private)) == "cms.weak-key"


def test_curves_and_keys_that_are_too_weak_or_unknown_are_refused(key: keys.Key) -> None:
    info = cms.ContentInfo.load(signed.sign(CONTENT, key, pki.NOW))
    signer = info["content"]["signer_infos"][0]
    for private, kind, code in (
        (ec.generate_private_key(ec.SECP224R1()), UntrustedError, "cms.weak-key"),
        (ec.generate_private_key(ec.SECP256R1()), UntrustedError, "cms.algorithm"),
        (ec.generate_private_key(ec.SECP256K1()), UnsupportedError, "cms.signer-key"),
        (ed25519.Ed25519PrivateKey.generate(), UntrustedError, "cms.algorithm"),
    ):
        certificate = plain(private)
        with pytest.raises(kind) as caught:
            signature.check(certificate, signer, b"")
        assert caught.value.code == code


def plain(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> x509.Certificate:
    """Return a certificate of any kind of key, without extensions."""
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, pki.SINCE, pki.UNTIL)
    return builder.sign(pki.rsa_key("root"), hashes.SHA256())


def test_an_algorithm_of_another_kind_of_key_is_refused(key: keys.Key) -> None:
    def other(infos: cms.SignerInfos) -> list[cms.SignerInfo]:
        infos[0]["signature_algorithm"] = {"algorithm": "sha256_ecdsa"}
        return [infos[0]]

    assert refusal(edited(signed.sign(CONTENT, key, pki.NOW), signer_infos=other)) == "cms.algorithm"


def test_a_key_identifier_names_no_certificate_without_one() -> None:
    identifier = cms.SignerIdentifier({"subject_key_identifier": b"1"})
    assert not recipients.names(identifier, plain(ec.generate_private_key(ec.SECP256R1())))


def test_signed_content_other_than_data_is_refused(peer: tuple[str, ...]) -> None:
    assert refusal(make(*OPAQUE, "-econtent_type", "1.2.3.4", *peer)) == "cms.content-type"


def test_a_mask_with_another_hash_is_refused(peer: tuple[str, ...]) -> None:
    options = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_mgf1_md:sha512")
    assert refusal(make(*OPAQUE, "-md", "sha256", *peer, *options)) == "cms.algorithm"


def test_attributes_of_one_message_do_not_carry_to_another(key: keys.Key) -> None:
    one, other = signed.sign(b"one", key, pki.NOW), signed.sign(b"other", key, pki.NOW)
    content = cms.ContentInfo.load(other)["content"]["encap_content_info"]
    assert refusal(edited(one, encap_content_info=content)) == "cms.digest-differs"


def test_a_duplicated_attribute_is_refused(key: keys.Key) -> None:
    def twice(infos: cms.SignerInfos) -> list[cms.SignerInfo]:
        attributes = cms.CMSAttributes([*infos[0]["signed_attrs"], infos[0]["signed_attrs"][0]])
        infos[0]["signed_attrs"] = attributes
        return [infos[0]]

    assert refusal(edited(signed.sign(CONTENT, key, pki.NOW), signer_infos=twice)) == "cms.signed-attributes"


def test_no_flipped_bit_changes_the_content_or_the_key(key: keys.Key) -> None:
    data = signed.sign(CONTENT, key, pki.NOW)
    draw = random.Random(2)  # noqa: S311 - a sample, drawn again the same
    survived = 0
    for _ in range(300):
        bit = draw.randrange(len(data) * 8)
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with suppress(MalformedError, UnsupportedError, UntrustedError):
            found = signed.verify(bytes(flipped))
            assert found.content == CONTENT
            assert found.certificate.public_key() == key.certificate.public_key()
            survived += 1  # in a certificate (the path's business), or in what merely repeats the signer's words
    assert survived < 150


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_a_typed_error(noise: bytes) -> None:
    for data in (noise, b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80" + noise + b"\0\0\0\0"):
        with pytest.raises(PasserelleError):
            signed.verify(data)


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(key: keys.Key) -> None:
    third, sixth = b"\xa0\x03\x02\x01\x02\x02", b"\xa0\x03\x02\x01\x05\x02"
    assert refusal(signed.sign(CONTENT, key, pki.NOW).replace(third, sixth)) == "cms.structure"
