import pytest
from asn1crypto import cms
from asn1crypto import keys as asn1keys
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.cms import enveloped, keys, recipients, structure
from passerelle.core.errors import PasserelleError
from tests.vectors import pki

CONTENT = b"Compte rendu\r\n" * 20
MARIE = "marie@x.example"


def key(bits: int = 256) -> keys.Key:
    marie = pki.elliptic(MARIE, bits)
    return keys.load(marie.chain_pem, marie.key_pem)


def changed(**changes: object) -> bytes:
    """Return an envelope for P-256 with fields of its recipient replaced."""
    info = cms.ContentInfo.load(enveloped.seal(CONTENT, (pki.elliptic(MARIE, 256).certificate,), enveloped.MODERN))
    recipient = info["content"]["recipient_infos"][0].chosen.copy()
    for name, value in changes.items():
        recipient[name] = value
    info["content"]["recipient_infos"] = [cms.RecipientInfo({"kari": recipient})]
    return bytes(info.dump(force=True))


def refusal(data: bytes, owner: keys.Key | None = None) -> str:
    with pytest.raises(PasserelleError) as caught:
        enveloped.unseal(data, owner or key())
    return caught.value.code


def originator(point: bytes, curve: str | None = None) -> cms.OriginatorIdentifierOrKey:
    algorithm = {"algorithm": "ec", **({"parameters": asn1keys.ECDomainParameters("named", curve)} if curve else {})}
    info = asn1keys.PublicKeyInfo({"algorithm": algorithm, "public_key": point})
    return cms.OriginatorIdentifierOrKey({"originator_key": info})


@settings(max_examples=10, deadline=None)
@given(content=st.binary(max_size=100), bits=st.sampled_from([256, 384, 521]), authenticated=st.booleans())
def test_what_is_sealed_for_a_curve_is_unsealed(content: bytes, bits: int, authenticated: bool) -> None:  # noqa: FBT001 - drawn
    sealed = enveloped.seal(content, (pki.elliptic(MARIE, bits).certificate,), enveloped.Profile(authenticated))
    assert enveloped.unseal(sealed, key(bits)) == content


def test_the_ephemeral_key_is_another_each_time() -> None:
    one, other = changed(), changed()
    points = {
        cms.ContentInfo.load(data)["content"]["recipient_infos"][0].chosen["originator"].chosen["public_key"].native
        for data in (one, other)
    }
    assert len(points) == 2


def test_a_point_that_is_on_no_curve_of_ours_is_refused() -> None:
    good = cms.ContentInfo.load(changed())["content"]["recipient_infos"][0].chosen["originator"]
    point = bytearray(bytes(good.chosen["public_key"]))
    point[-1] ^= 1
    for wrong in (bytes(point), b"\0", b"", b"\4" + bytes(64), bytes(point[:40])):
        assert refusal(changed(originator=originator(wrong))) == "cms.structure"


def test_a_sender_without_an_ephemeral_key_on_our_curve_is_refused() -> None:
    by_name = cms.OriginatorIdentifierOrKey({"issuer_and_serial_number": recipients.identify(pki.person().certificate)})
    assert refusal(changed(originator=by_name)) == "cms.key-transport"
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    numbers = other.public_numbers()
    point = b"\4" + numbers.x.to_bytes(48, "big") + numbers.y.to_bytes(48, "big")
    assert refusal(changed(originator=originator(point, "secp384r1"))) == "cms.key-transport"
    assert refusal(changed(originator=originator(point))) == "cms.structure"


@pytest.mark.parametrize(
    ("scheme", "wrap"),
    [("1.3.132.1.11.0", "aes256_wrap"), ("1.3.132.1.11.1", "aes256_wrap_pad"), ("1.3.132.1.15.1", "aes128_wrap")],
)
def test_other_ways_to_agree_are_refused(scheme: str, wrap: str) -> None:
    method = {"algorithm": scheme, "parameters": cms.KeyEncryptionAlgorithm({"algorithm": wrap})}
    assert refusal(changed(key_encryption_algorithm=method)) == "cms.key-transport"


def test_material_of_the_sender_is_part_of_the_secret() -> None:
    assert refusal(changed(ukm=b"other")) == "cms.cannot-decrypt"


def test_a_wrong_wrapped_key_fails_like_a_wrong_content() -> None:
    info = cms.ContentInfo.load(changed())["content"]["recipient_infos"][0].chosen
    right = info["recipient_encrypted_keys"][0]["encrypted_key"].native
    for wrong in (bytes(40), right[:-1] + bytes([right[-1] ^ 1]), bytes(24), bytes(16), b"x"):
        one = {"rid": info["recipient_encrypted_keys"][0]["rid"], "encrypted_key": wrong}
        assert refusal(changed(recipient_encrypted_keys=[one])) == "cms.cannot-decrypt"


def test_one_of_several_keys_opens() -> None:
    former = keys.load(pki.person().chain_pem, pki.person().key_pem)
    assert enveloped.unseal(changed(), former, key()) == CONTENT
    assert enveloped.unseal(enveloped.seal(CONTENT, (pki.person().certificate,)), key(), former) == CONTENT
    assert refusal(changed(), former) == "cms.not-for-us"


def test_keys_that_share_an_agreement_are_counted_one_by_one() -> None:
    info = cms.ContentInfo.load(changed())["content"]["recipient_infos"][0].chosen
    one = info["recipient_encrypted_keys"][0]
    most = structure.MOST_RECIPIENTS
    other = {"rid": cms.KeyAgreementRecipientIdentifier({"r_key_id": {"subject_key_identifier": b"x"}})}
    others = [{**other, "encrypted_key": b"x" * 40}] * (most - 1)
    ours = {"rid": one["rid"], "encrypted_key": one["encrypted_key"].native}
    assert refusal(changed(recipient_encrypted_keys=[*others, ours])) == "cms.cannot-decrypt"
    assert refusal(changed(recipient_encrypted_keys=[*others, ours, ours])) == "cms.recipients"
