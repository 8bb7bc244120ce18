"""Key agreement on elliptic curves (RFC 5753): an ephemeral key of the sender, X9.63 KDF, AES key wrap."""

import secrets

from asn1crypto import cms, core, keys
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from passerelle.core.cms.keys import CURVES
from passerelle.core.cms.structure import parsing
from passerelle.core.errors import UnsupportedError

# RFC 5753 §7.1.4. A KDF rests on no collision resistance; SHA-1 is what openssl chooses unless told otherwise. The
# cofactor of these curves is 1: both families compute the same.
_KDFS: dict[str, type[hashes.HashAlgorithm]] = {
    "1.3.133.16.840.63.0.2": hashes.SHA1,  # dhSinglePass-stdDH-sha1kdf-scheme
    "1.3.132.1.11.1": hashes.SHA256,
    "1.3.132.1.11.2": hashes.SHA384,
    "1.3.132.1.11.3": hashes.SHA512,
    "1.3.133.16.840.63.0.3": hashes.SHA1,  # dhSinglePass-cofactorDH-sha1kdf-scheme
    "1.3.132.1.14.1": hashes.SHA256,
    "1.3.132.1.14.2": hashes.SHA384,
    "1.3.132.1.14.3": hashes.SHA512,
}
_WRITTEN = {"sha256": "1.3.132.1.11.1", "sha384": "1.3.132.1.11.2", "sha512": "1.3.132.1.11.3"}
_WRAPS = {"aes128_wrap": 16, "aes192_wrap": 24, "aes256_wrap": 32}


class _SharedInfo(core.Sequence):  # type: ignore[misc]
    """ECC-CMS-SharedInfo (RFC 5753 §7.2)."""

    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("key_info", core.Any),
        ("entity_u_info", core.OctetString, {"explicit": 0, "optional": True}),
        ("supp_pub_info", core.OctetString, {"explicit": 2}),
    ]


def unwrap(info: cms.KeyAgreeRecipientInfo, wrapped: bytes, private: ec.EllipticCurvePrivateKey, size: int) -> bytes:
    """Return the content key; a random one where it does not unwrap, so that the content fails instead."""
    with parsing():  # what is wrong here is plain to see: no secret is asked
        algorithm = info["key_encryption_algorithm"]
        kdf = _KDFS.get(algorithm["algorithm"].dotted)
        method = cms.KeyEncryptionAlgorithm.load(algorithm["parameters"].dump(), strict=True)
        length = _WRAPS.get(method["algorithm"].native)
        if kdf is None or length is None:
            raise UnsupportedError("cms.key-transport", "A CMS message agrees on its key by other means than RFC 5753.")
        secret = agreed(info["originator"], private)
        shared = _shared(method, info["ukm"].native, length)
    return unwrapped(X963KDF(kdf(), length, shared).derive(secret), wrapped, size)


def unwrapped(key: bytes, wrapped: bytes, size: int) -> bytes:
    """Return a key of this size out of an AES key wrap (RFC 3394); a random one where it does not unwrap."""
    spare = secrets.token_bytes(size)
    try:
        found = keywrap.aes_key_unwrap(key, wrapped)
    except (keywrap.InvalidUnwrap, ValueError):
        return spare
    return found if len(found) == size else spare


def agreed(originator: cms.OriginatorIdentifierOrKey, private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the secret shared with the sender's ephemeral key; ValueError where this is no point of our curve."""
    return private.exchange(ec.ECDH(), _originator(originator, private.curve))


def _originator(originator: cms.OriginatorIdentifierOrKey, curve: ec.EllipticCurve) -> ec.EllipticCurvePublicKey:
    """Return the sender's ephemeral key: a point that is on no other curve (invalid curve attacks)."""
    if originator.name != "originator_key":
        raise UnsupportedError("cms.key-transport", "A CMS message agrees on its key without an ephemeral one.")
    algorithm = originator.chosen["algorithm"]
    if algorithm["algorithm"].native != "ec":
        raise UnsupportedError("cms.key-transport", "A CMS message agrees on its key by another curve than ours.")
    named = algorithm["parameters"].native  # RFC 5753 §3.1.1: absent, NULL, or the curve of the recipient
    if named is not None and named != curve.name:
        raise UnsupportedError("cms.key-transport", "A CMS message agrees on its key by another curve than ours.")
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, bytes(originator.chosen["public_key"]))


def _shared(wrap: cms.KeyEncryptionAlgorithm, ukm: bytes | None, length: int) -> bytes:
    fields = {"key_info": wrap, "supp_pub_info": (length * 8).to_bytes(4, "big")}
    info = _SharedInfo(fields if ukm is None else {**fields, "entity_u_info": ukm})
    der: bytes = info.dump()
    return der


def wrap(
    content_key: bytes, public: ec.EllipticCurvePublicKey, identifier: cms.IssuerAndSerialNumber
) -> cms.RecipientInfo:
    """Return the content key wrapped for the holder of a key on a curve that the bridge knows."""
    ephemeral = ec.generate_private_key(public.curve)
    scheme = _WRITTEN[CURVES[public.curve.name]]
    method = cms.KeyEncryptionAlgorithm({"algorithm": "aes256_wrap"})
    shared = _shared(method, None, 32)
    key = X963KDF(_KDFS[scheme](), 32, shared).derive(ephemeral.exchange(ec.ECDH(), public))
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    # RFC 5753 §3.1.1 leaves the curve out or in; pyHanko reads it only if it is in.
    algorithm = {"algorithm": "ec", "parameters": keys.ECDomainParameters("named", public.curve.name)}
    originator = keys.PublicKeyInfo({"algorithm": algorithm, "public_key": point})
    rid = cms.KeyAgreementRecipientIdentifier({"issuer_and_serial_number": identifier})
    info = {
        "version": "v3",  # RFC 5652 §6.2.2
        "originator": cms.OriginatorIdentifierOrKey({"originator_key": originator}),
        "key_encryption_algorithm": {"algorithm": scheme, "parameters": method},
        "recipient_encrypted_keys": [{"rid": rid, "encrypted_key": keywrap.aes_key_wrap(key, content_key)}],
    }
    return cms.RecipientInfo({"kari": cms.KeyAgreeRecipientInfo(info)})
