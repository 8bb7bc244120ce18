import random
import secrets
from contextlib import suppress
from pathlib import Path

import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.cms import enveloped, keys, recipients, structure
from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError, UntrustedError
from tests.vectors import openssl, pki

CONTENT = b"Content-Type: text/plain\r\n\r\n" + b"Compte rendu de biologie\r\n" * 400


@pytest.fixture(scope="module")
def key() -> keys.Key:
    jean = pki.person()
    return keys.load(jean.chain_pem, jean.key_pem)


@pytest.fixture
def peer(tmp_path: Path) -> tuple[str, str]:
    return openssl.store(tmp_path, "jean", pki.person())


def refusal(data: bytes, key: keys.Key) -> str:
    with pytest.raises(PasserelleError) as caught:
        enveloped.unseal(data, key)
    return caught.value.code


def encrypt(*options: str, content: bytes = CONTENT) -> bytes:
    return openssl.run("cms", "-encrypt", "-binary", "-outform", "DER", *options, content=content)


@pytest.mark.parametrize("cipher", ["-aes-128-cbc", "-aes-192-cbc", "-aes-256-cbc", "-aes-128-gcm", "-aes-256-gcm"])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-stream", "-indef"),
        ("-keyid",),
        ("-keyopt", "rsa_padding_mode:oaep"),
        ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"),
    ],
    ids=["plain", "stream", "keyid", "oaep-sha1", "oaep-sha256"],
)
def test_what_openssl_seals_is_unsealed(
    cipher: str, options: tuple[str, ...], key: keys.Key, peer: tuple[str, str]
) -> None:
    keyopt = options if options[:1] == ("-keyopt",) else ()
    others = () if keyopt else options
    assert enveloped.unseal(encrypt(cipher, *others, "-recip", peer[0], *keyopt), key) == CONTENT


@pytest.mark.parametrize("profile", [enveloped.INTEROP, enveloped.MODERN, enveloped.Profile(oaep=True)])
def test_what_is_sealed_is_unsealed_by_openssl(profile: enveloped.Profile, peer: tuple[str, str]) -> None:
    sealed = enveloped.seal(CONTENT, (pki.person().certificate,), profile)
    options = ("cms", "-decrypt", "-binary", "-inform", "DER", "-recip", peer[0], "-inkey", peer[1])
    assert openssl.run(*options, content=sealed) == CONTENT


@settings(max_examples=20, deadline=None)
@given(content=st.binary(max_size=100), authenticated=st.booleans(), oaep=st.booleans())
def test_what_is_sealed_is_unsealed(content: bytes, authenticated: bool, oaep: bool) -> None:  # noqa: FBT001 - drawn
    jean = pki.person()
    sealed = enveloped.seal(content, (jean.certificate,), enveloped.Profile(authenticated, oaep))
    assert enveloped.unseal(sealed, keys.load(jean.chain_pem, jean.key_pem)) == content


def test_our_recipient_is_found_among_others_of_every_kind(
    key: keys.Key, peer: tuple[str, str], tmp_path: Path
) -> None:
    curve = pki.issue(pki.Subject("EC", emails=("ec@x.example",)), pki.ec_key("ec"), pki.authority())
    other, _ = openssl.store(tmp_path, "other", pki.person("other@x.example"))
    elliptic, _ = openssl.store(tmp_path, "ec", curve)
    assert enveloped.unseal(encrypt("-aes256", other, elliptic, peer[0]), key) == CONTENT


def test_several_recipients_each_unseal() -> None:
    people = [pki.person(), pki.person("other@x.example")]
    sealed = enveloped.seal(CONTENT, tuple(one.certificate for one in people))
    for one in people:
        assert enveloped.unseal(sealed, keys.load(one.chain_pem, one.key_pem)) == CONTENT


def test_an_envelope_for_others_is_told_so(key: keys.Key) -> None:
    assert refusal(enveloped.seal(CONTENT, (pki.person("other@x.example").certificate,)), key) == "cms.not-for-us"


@pytest.mark.parametrize("cipher", ["-des3", "-camellia128", "-aes-128-ofb", "-aes-256-cfb"])
def test_weak_and_odd_ciphers_are_refused(cipher: str, key: keys.Key, peer: tuple[str, str]) -> None:
    assert refusal(encrypt(cipher, peer[0]), key) == "cms.cipher"


def test_odd_oaep_hashes_are_refused(key: keys.Key, peer: tuple[str, str]) -> None:
    options = ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:md5")
    assert refusal(encrypt("-aes256", "-recip", peer[0], *options), key) == "cms.key-transport"


def test_other_cms_is_refused(key: keys.Key, peer: tuple[str, str]) -> None:
    signed = openssl.run("cms", "-sign", "-outform", "DER", "-signer", peer[0], "-inkey", peer[1], content=b"x")
    assert refusal(signed, key) == "cms.content-type"
    digested = openssl.run("cms", "-digest_create", "-outform", "DER", content=b"x")
    assert refusal(digested, key) == "cms.content-type"
    with pytest.raises(UnsupportedError):
        structure.kind(digested)


@pytest.mark.parametrize("wrapped", [b"\1" * 256, b"\0" * 256, b"\xff" * 256, b"short", b"other"])
def test_a_wrong_wrapped_key_fails_like_a_wrong_content(wrapped: bytes, key: keys.Key) -> None:
    certificate = key.certificate
    sealed = enveloped.seal(CONTENT, (certificate,), enveloped.Profile(authenticated=True))
    right = cms.ContentInfo.load(sealed)["content"]["recipient_infos"][0].chosen["encrypted_key"].native
    if len(wrapped) < 256:  # well wrapped, but of the wrong size, or not the key of this content
        content_key = secrets.token_bytes(16 if wrapped == b"short" else 32)
        wrapped = recipients.wrap(content_key, certificate, oaep=False).chosen["encrypted_key"].native
    with pytest.raises(UntrustedError) as by_key:
        enveloped.unseal(sealed.replace(right, wrapped), key)
    with pytest.raises(UntrustedError) as by_content:
        enveloped.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), key)
    assert str(by_key.value) == str(by_content.value)
    assert by_key.value.code == "cms.cannot-decrypt"


def changed(**changes: object) -> bytes:
    """Return an envelope with fields of its content replaced."""
    content = cms.ContentInfo.load(enveloped.seal(CONTENT, (pki.person().certificate,)))["content"]
    for name, value in changes.items():
        content["encrypted_content_info"][name] = value
    return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": content}).dump(force=True))


def test_content_of_another_type_or_of_broken_blocks_is_refused(key: keys.Key) -> None:
    assert refusal(changed(content_type="signed_data"), key) == "cms.content-type"
    assert refusal(changed(encrypted_content=b"x" * 17), key) == "cms.structure"
    assert refusal(changed(encrypted_content=b""), key) == "cms.structure"


def test_a_key_wrapped_by_other_means_is_refused(key: keys.Key) -> None:
    sealed = enveloped.seal(CONTENT, (key.certificate,))
    rsa, other = (bytes.fromhex(f"06092a864886f70d0101{last}") for last in ("01", "0b"))
    head, found, tail = sealed.partition(rsa)
    assert found
    assert refusal(head + other + tail, key) in {"cms.key-transport", "cms.structure"}


def test_recipients_are_capped(key: keys.Key) -> None:
    most = structure.MOST_RECIPIENTS
    certificate = pki.person().certificate
    assert enveloped.unseal(enveloped.seal(b"x", (certificate,) * most), key) == b"x"
    with pytest.raises(MalformedError, match=r"cms\.recipients"):
        enveloped.seal(b"x", (certificate,) * (most + 1))
    with pytest.raises(MalformedError, match=r"cms\.recipients"):
        enveloped.seal(b"x", ())
    info = cms.ContentInfo.load(enveloped.seal(b"x", (certificate,) * most))
    infos = info["content"]["recipient_infos"]
    infos.append(infos[0].copy())
    assert refusal(info.dump(force=True), key) == "cms.recipients"


def test_a_weak_recipient_or_one_who_cannot_open_is_refused() -> None:
    for private in (pki.rsa_key("weak", 1024), pki.ec_key("weak", 224), pki.ed_key("ed")):
        one = pki.issue(pki.Subject("weak"), private, pki.authority())
        with pytest.raises(UnsupportedError, match=r"cms\.recipient-key"):
            enveloped.seal(b"x", (one.certificate,))


@pytest.mark.parametrize(("size", "code"), [(11, "cms.gcm"), (12, ""), (16, ""), (17, "cms.gcm")])
def test_a_tag_has_12_to_16_bytes(size: int, code: str, key: keys.Key) -> None:
    info = cms.ContentInfo.load(enveloped.seal(b"x" * 40, (pki.person().certificate,), enveloped.MODERN))
    content = info["content"]
    parameters = content["auth_encrypted_content_info"]["content_encryption_algorithm"]["parameters"]
    nonce = parameters.parse(enveloped.GcmParameters)["nonce"].native
    content["mac"] = (content["mac"].native + b"\0")[:size]
    algorithm = content["auth_encrypted_content_info"]["content_encryption_algorithm"]
    algorithm["parameters"] = enveloped.GcmParameters({"nonce": nonce, "icvlen": size})
    data = info.dump(force=True)
    if code:
        assert refusal(data, key) == code
    else:
        assert enveloped.unseal(data, key) == b"x" * 40


def test_no_flipped_bit_of_gcm_changes_what_comes_out(key: keys.Key) -> None:
    sealed = enveloped.seal(CONTENT, (pki.person().certificate,), enveloped.MODERN)
    draw = random.Random(1)  # noqa: S311 - a sample, drawn again the same
    survived = 0
    for _ in range(300):
        bit = draw.randrange(len(sealed) * 8)
        data = bytearray(sealed)
        data[bit // 8] ^= 1 << bit % 8
        with suppress(MalformedError, UnsupportedError, UntrustedError):
            assert enveloped.unseal(bytes(data), key) == CONTENT
            survived += 1  # a version number, which says nothing
    assert survived <= 3


def test_key_transport_that_is_not_built_as_it_says_is_refused_by_name(key: keys.Key) -> None:
    sealed = enveloped.seal(CONTENT, (pki.person().certificate,), enveloped.MODERN)
    oaep = bytes.fromhex("06092a864886f70d010107")  # then its parameters, a SEQUENCE
    for wrong in (b"\x31", b"\x04"):
        assert refusal(sealed.replace(oaep + b"\x30", oaep + wrong), key) == "cms.structure"
