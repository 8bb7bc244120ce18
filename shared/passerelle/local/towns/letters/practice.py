"""The software of a pretend Apicrypt user: it closes what he sends and opens what he receives.

It closes with the PKCS#7 of the cryptography package, which the bridge does not use: the two check each other.
"""

from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from passerelle.core.cms import enveloped, keys, signed
from passerelle.core.errors import MalformedError
from passerelle.core.mail import smime
from passerelle.steps.ports import Identity

_BINARY = [pkcs7.PKCS7Options.Binary]


def close(mail: bytes, sender: Identity, recipient: bytes) -> bytes:
    """Return a mail signed by its sender, then enveloped for a recipient's certificate (RFC 8551 §3.6)."""
    outside, inside = smime.divide(mail)
    key = _key(sender.key)
    certificate = x509.load_pem_x509_certificate(sender.chain)
    signature = pkcs7.PKCS7SignatureBuilder().set_data(inside).add_signer(certificate, key, hashes.SHA256())
    inner = smime.wrap(signature.sign(serialization.Encoding.DER, _BINARY), "signed-data")
    envelope = pkcs7.PKCS7EnvelopeBuilder().set_data(inner).add_recipient(x509.load_pem_x509_certificate(recipient))
    return outside + smime.wrap(envelope.encrypt(serialization.Encoding.DER, _BINARY), "enveloped-data")


def open_mail(mail: bytes, owner: Identity) -> bytes:
    """Return a received mail without its two locks, under the fields that it travelled with."""
    outside, entity = smime.divide(mail)
    signature = enveloped.unseal(_locked(entity).cms, keys.load(owner.chain, owner.key))
    locked = _locked(signature)
    return smime.join(outside, signed.verify(locked.cms, locked.detached).content)


@cache
def _key(pem: bytes) -> rsa.RSAPrivateKey:
    """Return a private key, which takes 0.1 s to check."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise MalformedError("practice.key", "The pretend practices have RSA keys.")
    return key


def _locked(entity: bytes) -> smime.Locked:
    locked = smime.unwrap(entity)
    if locked is None:
        raise MalformedError("practice.open", "A mail came without its lock.")
    return locked
