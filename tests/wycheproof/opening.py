"""Wycheproof's encryptions and key agreements, shown to the functions of `core/cms` that open an envelope."""

from functools import cache
from typing import Any

from asn1crypto import algos, cms, keys
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from passerelle.core.cms import ecdh, enveloped, transport
from passerelle.core.cms.keys import weakness
from passerelle.core.cms.structure import parsing
from passerelle.core.errors import MalformedError, UnsupportedError

Group = dict[str, Any]
CURVES = {"secp256r1": ec.SECP256R1(), "secp384r1": ec.SECP384R1(), "secp521r1": ec.SECP521R1()}


class NotSoError(Exception):
    """What came out is not what the vector says."""


def oaep(group: Group, test: Group) -> None:
    """Unwrap a content key with OAEP."""
    hashing = {"algorithm": _name(group["sha"])}
    masking = {"algorithm": "mgf1", "parameters": {"algorithm": _name(group["mgfSha"])}}
    parameters: dict[str, Any] = {"hash_algorithm": hashing, "mask_gen_algorithm": masking}
    if test["label"]:
        parameters["p_source_algorithm"] = {"algorithm": "p_specified", "parameters": bytes.fromhex(test["label"])}
    _unwrap(group, test, {"algorithm": "rsaes_oaep", "parameters": algos.RSAESOAEPParams(parameters)})


def pkcs1(group: Group, test: Group) -> None:
    """Unwrap a content key with PKCS#1 v1.5."""
    _unwrap(group, test, {"algorithm": "rsaes_pkcs1v15"})


def _unwrap(group: Group, test: Group, algorithm: dict[str, Any]) -> None:
    private = _private(group["privateKey"].get("privateKeyPkcs8", group.get("privateKeyPkcs8", "")))
    if weakness(private.public_key()):
        raise UnsupportedError("cms.key", "The bridge loads no such key.")
    info = cms.KeyTransRecipientInfo(
        {
            "key_encryption_algorithm": cms.KeyEncryptionAlgorithm(algorithm),
            "encrypted_key": bytes.fromhex(test["ct"]),
        }
    )
    expected = bytes.fromhex(test["msg"])
    _same(transport.unwrap(info, private, len(expected)), expected)


@cache
def _private(pkcs8: str) -> RSAPrivateKey:
    found = load_der_private_key(bytes.fromhex(pkcs8), None)
    assert isinstance(found, RSAPrivateKey)
    return found


def agreement(group: Group, test: Group) -> None:
    """Agree on a secret with a public key of X.509 form."""
    with parsing():
        info = keys.PublicKeyInfo.load(bytes.fromhex(test["public"]), strict=True)
        _agree(group, test, info)


def agreement_by_point(group: Group, test: Group) -> None:
    """Agree on a secret with a bare point."""
    with parsing():
        info = {"algorithm": {"algorithm": "ec"}, "public_key": bytes.fromhex(test["public"])}
        _agree(group, test, keys.PublicKeyInfo(info))


def _agree(group: Group, test: Group, info: keys.PublicKeyInfo) -> None:
    private = ec.derive_private_key(int(test["private"], 16), CURVES[group["curve"]])
    found = ecdh.agreed(cms.OriginatorIdentifierOrKey({"originator_key": info}), private)
    _same(found, bytes.fromhex(test["shared"]))


def key_wrap(_: Group, test: Group) -> None:
    """Unwrap a content key with AES."""
    expected = bytes.fromhex(test["msg"])
    _same(ecdh.unwrapped(bytes.fromhex(test["key"]), bytes.fromhex(test["ct"]), len(expected)), expected)


def gcm(group: Group, test: Group) -> None:
    """Open content in AES-GCM."""
    parts = [bytes.fromhex(test[name]) for name in ("iv", "ct", "tag", "aad", "key", "msg")]
    nonce, content, tag, attributes, key, expected = parts
    if len(nonce) not in enveloped.NONCES:
        raise MalformedError("cms.gcm", "A nonce outside RFC 5084.")
    sealed = enveloped.Sealed(f"aes{group['keySize']}_gcm", nonce, content, tag, attributes)
    _same(sealed.open(key), expected)


def cbc(group: Group, test: Group) -> None:
    """Open content in AES-CBC."""
    nonce, content, key, expected = (bytes.fromhex(test[name]) for name in ("iv", "ct", "key", "msg"))
    _same(enveloped.Sealed(f"aes{group['keySize']}_cbc", nonce, content).open(key), expected)


def _same(found: bytes, expected: bytes) -> None:
    if found != expected or not expected:  # an empty key is none: what does not unwrap gives one at random
        raise NotSoError


def _name(text: str) -> str:
    return text.replace("SHA-", "sha").replace("/", "_")
