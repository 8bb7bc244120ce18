"""Key transport with RSA (RFC 5652 §6.2.1, RFC 8017): the content key wrapped for, or unwrapped by, one recipient."""

import secrets

from asn1crypto import algos, cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from passerelle.core.cms.structure import parsing
from passerelle.core.errors import UnsupportedError

# OAEP rests on no collision resistance; SHA-1 is what openssl and Java choose unless told otherwise.
_OAEP_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def unwrap(recipient: cms.KeyTransRecipientInfo, private: rsa.RSAPrivateKey, size: int) -> bytes:
    """Return the content key; a random one where it does not unwrap, so that the content fails instead."""
    with parsing():  # lazy: what is wrong inside is found here
        scheme, wrapped = _scheme(recipient["key_encryption_algorithm"]), bytes(recipient["encrypted_key"])
    spare = secrets.token_bytes(size)
    try:
        found = private.decrypt(wrapped, scheme)
    except ValueError:
        return spare
    return found if len(found) == size else spare


def _scheme(algorithm: cms.KeyEncryptionAlgorithm) -> padding.AsymmetricPadding:
    name = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return padding.PKCS1v15()
    if name != "rsaes_oaep":
        raise UnsupportedError("cms.key-transport", "A CMS message wraps its key by something other than RSA.")
    parameters = algorithm["parameters"]
    masking, label = parameters["mask_gen_algorithm"], parameters["p_source_algorithm"]
    if masking["algorithm"].native != "mgf1" or label["parameters"].native:
        raise UnsupportedError("cms.key-transport", "A CMS message uses RSA-OAEP with another mask or with a label.")
    mask_hash = _oaep_hash(masking["parameters"]["algorithm"].native)
    return padding.OAEP(padding.MGF1(mask_hash), _oaep_hash(parameters["hash_algorithm"]["algorithm"].native), None)


def _oaep_hash(name: str) -> hashes.HashAlgorithm:
    if name not in _OAEP_HASHES:
        raise UnsupportedError("cms.key-transport", "A CMS message uses RSA-OAEP with an odd hash.")
    return _OAEP_HASHES[name]()


def wrap(
    content_key: bytes, public: rsa.RSAPublicKey, identifier: cms.IssuerAndSerialNumber, *, oaep: bool
) -> cms.RecipientInfo:
    """Return the content key wrapped for the holder of a key: RSA-OAEP with SHA-256, else PKCS#1 v1.5."""
    scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None) if oaep else padding.PKCS1v15()
    info = {
        "version": "v0",
        "rid": cms.RecipientIdentifier({"issuer_and_serial_number": identifier}),
        "key_encryption_algorithm": _oaep_algorithm() if oaep else {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": public.encrypt(content_key, scheme),
    }
    return cms.RecipientInfo({"ktri": cms.KeyTransRecipientInfo(info)})


def _oaep_algorithm() -> dict[str, object]:
    sha256 = {"algorithm": "sha256"}
    masking = {"algorithm": "mgf1", "parameters": algos.DigestAlgorithm(sha256)}
    parameters = algos.RSAESOAEPParams({"hash_algorithm": sha256, "mask_gen_algorithm": masking})
    return {"algorithm": "rsaes_oaep", "parameters": parameters}
