"""Wycheproof's signatures, shown to `core/cms/signature.py` as the signer of a CMS message would show them."""

from typing import Any

from asn1crypto import algos, cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from passerelle.core.cms import signature
from tests.vectors import pki

Group = dict[str, Any]


def rsa(group: Group, test: Group) -> None:
    """Verify PKCS#1 v1.5."""
    digest = _digest(group)
    _check(group, test, digest, {"algorithm": f"{digest}_rsa"})


def pss(group: Group, test: Group) -> None:
    """Verify PSS, with the parameters of the group."""
    parameters = {
        "hash_algorithm": {"algorithm": _name(group["sha"])},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": _name(group["mgfSha"])}},
        "salt_length": group["sLen"],
    }
    algorithm = {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    _check(group, test, _digest(group), algorithm)


def ecdsa(group: Group, test: Group) -> None:
    """Verify ECDSA."""
    digest = _digest(group)
    _check(group, test, digest, {"algorithm": f"{digest}_ecdsa"})


def ed25519(group: Group, test: Group) -> None:
    """Verify Ed25519."""
    _check(group, test, "sha512", {"algorithm": "ed25519"})


def _check(group: Group, test: Group, digest: str, algorithm: dict[str, Any]) -> None:
    found = {
        "digest_algorithm": {"algorithm": digest},
        "signature_algorithm": algos.SignedDigestAlgorithm(algorithm),
        "signature": bytes.fromhex(test["sig"]),
    }
    signature.check(_certificate(group["publicKeyDer"]), cms.SignerInfo(found), bytes.fromhex(test["msg"]))


def _certificate(public: str) -> x509.Certificate:
    if public not in _CERTIFICATES:
        name = x509.Name([])
        key = load_der_public_key(bytes.fromhex(public))
        builder = x509.CertificateBuilder(name, name, key, 1, pki.SINCE, pki.UNTIL)  # type: ignore[arg-type]
        _CERTIFICATES.clear()
        _CERTIFICATES[public] = builder.sign(pki.rsa_key("root"), hashes.SHA256())
    return _CERTIFICATES[public]


_CERTIFICATES: dict[str, x509.Certificate] = {}


def _digest(group: Group) -> str:
    return _name(group["sha"])


def _name(text: str) -> str:
    return text.replace("SHA-", "sha").replace("/", "_")
