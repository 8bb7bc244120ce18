"""Key transport with RSA (RFC 5652 §6.2.1, RFC 8017): the content key wrapped for, or unwrapped by, one recipient."""

import secrets

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms.keys import WEAKEST_RSA, Certificate, Key
from passerelle.core.cms.structure import MOST_RECIPIENTS, parsing
from passerelle.core.errors import MalformedError, UnsupportedError

# OAEP rests on no collision resistance; SHA-1 is what openssl and Java choose unless told otherwise.
_OAEP_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


def ours(infos: cms.RecipientInfos, key: Key) -> cms.KeyTransRecipientInfo:
    """Return the recipient that this key is; UnsupportedError `cms.not-for-us` where there is none."""
    if len(infos) > MOST_RECIPIENTS:
        raise MalformedError("cms.recipients", f"A CMS message has more than {MOST_RECIPIENTS} recipients.")
    for info in infos:
        if info.name == "ktri" and names(info.chosen["rid"], key.certificate):
            return info.chosen
    raise UnsupportedError("cms.not-for-us", "A CMS message is not enveloped for the certificate of the bridge.")


def names(identifier: cms.RecipientIdentifier | cms.SignerIdentifier, certificate: Certificate) -> bool:
    """Tell whether an identifier (issuer and serial number, or key identifier) names a certificate."""
    if identifier.name == "issuer_and_serial_number":
        issuer, serial = identifier.chosen["issuer"], identifier.chosen["serial_number"]
        return (issuer.dump(), serial.native) == (certificate.issuer.public_bytes(), certificate.serial_number)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(identifier.chosen.native == extension.value.digest)


def unwrap(recipient: cms.KeyTransRecipientInfo, key: Key, size: int) -> bytes:
    """Return the content key; a random one where it does not unwrap, so that the content fails instead."""
    with parsing():  # lazy: what is wrong inside is found here
        scheme, wrapped = _scheme(recipient["key_encryption_algorithm"]), bytes(recipient["encrypted_key"])
    spare = secrets.token_bytes(size)
    try:
        found = key.private.decrypt(wrapped, scheme)
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


def wrap(content_key: bytes, certificate: Certificate, *, oaep: bool) -> cms.RecipientInfo:
    """Return the content key wrapped for the holder of a certificate."""
    public = certificate.public_key()
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < WEAKEST_RSA:
        raise UnsupportedError("cms.recipient-key", f"A recipient's key is not RSA of {WEAKEST_RSA} bits or more.")
    scheme = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None) if oaep else padding.PKCS1v15()
    info = {
        "version": "v0",
        "rid": cms.RecipientIdentifier({"issuer_and_serial_number": identify(certificate)}),
        "key_encryption_algorithm": _oaep_algorithm() if oaep else {"algorithm": "rsaes_pkcs1v15"},
        "encrypted_key": public.encrypt(content_key, scheme),
    }
    return cms.RecipientInfo({"ktri": cms.KeyTransRecipientInfo(info)})


def _oaep_algorithm() -> dict[str, object]:
    sha256 = {"algorithm": "sha256"}
    masking = {"algorithm": "mgf1", "parameters": algos.DigestAlgorithm(sha256)}
    parameters = algos.RSAESOAEPParams({"hash_algorithm": sha256, "mask_gen_algorithm": masking})
    return {"algorithm": "rsaes_oaep", "parameters": parameters}


def identify(certificate: Certificate) -> cms.IssuerAndSerialNumber:
    """Return issuer and serial number of a certificate."""
    parsed = asn1x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    return cms.IssuerAndSerialNumber({"issuer": parsed.issuer, "serial_number": parsed.serial_number})
