"""EnvelopedData with AES-CBC and AuthEnvelopedData with AES-GCM (RFC 5652 §6, RFC 5083, RFC 5084).

What comes out of CBC is not authenticated: it counts only with a verified signature inside (EFAIL).
"""

import secrets
from dataclasses import dataclass

from asn1crypto import algos, cms, core
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from passerelle.core.cms import recipients, structure
from passerelle.core.cms.keys import Certificate, Key
from passerelle.core.errors import MalformedError, UnsupportedError, UntrustedError

SHORTEST_TAG = 12  # RFC 5084 §3.2
_BLOCK = 16
NONCES = range(8, 17)
_KEY_BYTES = {f"aes{bits}_{mode}": bits // 8 for bits in (128, 192, 256) for mode in ("cbc", "gcm")}


class GcmParameters(core.Sequence):  # type: ignore[misc]
    """GCMParameters (RFC 5084 §3.2)."""

    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("nonce", core.OctetString),
        ("icvlen", core.Integer, {"default": 12}),
    ]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The content of an envelope, still encrypted."""

    cipher: str
    nonce: bytes
    content: bytes
    tag: bytes = b""  # empty for CBC
    attributes: bytes = b""  # authenticated, DER of the SET

    def open(self, key: bytes) -> bytes:
        """Return the content; ValueError or InvalidTag where the key or a byte of it is wrong."""
        if not self.tag:
            decryptor = Cipher(algorithms.AES(key), modes.CBC(self.nonce)).decryptor()
            unpadder = PKCS7(_BLOCK * 8).unpadder()
            return unpadder.update(decryptor.update(self.content) + decryptor.finalize()) + unpadder.finalize()
        gcm = Cipher(algorithms.AES(key), modes.GCM(self.nonce, self.tag, min_tag_length=SHORTEST_TAG)).decryptor()
        gcm.authenticate_additional_data(self.attributes)
        return gcm.update(self.content) + gcm.finalize()


def unseal(data: bytes, *keys: Key) -> bytes:
    """Return the content of an envelope for one of these keys (two, while one takes the place of the other).

    UntrustedError `cms.cannot-decrypt` says the same of a wrong key, a wrong padding and a wrong tag, and a key
    that does not unwrap is replaced by a random one, so that no answer tells them apart (RFC 3218 §2.3).
    """
    sealed, infos = _parse(data)
    content_key = recipients.unwrap(infos, keys, _KEY_BYTES[sealed.cipher])
    try:
        return sealed.open(content_key)
    except (ValueError, InvalidTag) as error:
        raise UntrustedError("cms.cannot-decrypt", "A CMS message does not decrypt.") from error


def _parse(data: bytes) -> tuple[Sealed, cms.RecipientInfos]:
    info = structure.load(data)
    with structure.parsing():
        enveloped = info["content"]
        if info["content_type"].native == "enveloped_data":
            return _cbc(enveloped["encrypted_content_info"]), enveloped["recipient_infos"]
        if info["content_type"].native == "authenticated_enveloped_data":
            return _gcm(enveloped), enveloped["recipient_infos"]
    raise UnsupportedError("cms.content-type", "A CMS message is not enveloped.")


def _cbc(info: cms.EncryptedContentInfo) -> Sealed:
    name = _cipher(info, "cbc")
    nonce = info["content_encryption_algorithm"]["parameters"].native
    content = info["encrypted_content"].native
    if len(nonce) != _BLOCK or not content or len(content) % _BLOCK:
        raise MalformedError("cms.structure", "The encrypted content of a CMS message is not of whole blocks.")
    return Sealed(name, nonce, content)


def _gcm(enveloped: cms.AuthEnvelopedData) -> Sealed:
    info = enveloped["auth_encrypted_content_info"]
    name = _cipher(info, "gcm")
    parameters = GcmParameters.load(info["content_encryption_algorithm"]["parameters"].dump(), strict=True)
    nonce, tag = parameters["nonce"].native, enveloped["mac"].native
    if len(nonce) not in NONCES or len(tag) != parameters["icvlen"].native or len(tag) not in range(SHORTEST_TAG, 17):
        raise MalformedError("cms.gcm", "Nonce or tag of AES-GCM have a length outside RFC 5084 §3.2.")
    attributes = enveloped["auth_attrs"]
    # RFC 5083 §2.2: authenticated as a SET OF, not as [1].
    signed = b"" if isinstance(attributes, core.Void) else b"\x31" + attributes.dump()[1:]
    return Sealed(name, nonce, info["encrypted_content"].native or b"", tag, signed)


def _cipher(info: cms.EncryptedContentInfo, mode: str) -> str:
    if info["content_type"].native != "data":
        raise UnsupportedError("cms.content-type", "The content of an envelope is not id-data (RFC 8551 §2.4.1).")
    name = str(info["content_encryption_algorithm"]["algorithm"].native)
    if name not in _KEY_BYTES or not name.endswith(mode):
        raise UnsupportedError("cms.cipher", "A CMS message uses a cipher other than AES-CBC or AES-GCM.")
    return name


@dataclass(frozen=True, slots=True)
class Profile:
    """How to seal for a correspondent: what his software opens."""

    authenticated: bool = False  # AES-256-GCM in AuthEnvelopedData, else AES-256-CBC
    oaep: bool = False  # for keys of RSA: RSA-OAEP with SHA-256, else PKCS#1 v1.5

    @property
    def smime_type(self) -> str:
        """Return the name of what is sealed so (RFC 8551 §3.2.2)."""
        return "authEnveloped-data" if self.authenticated else "enveloped-data"


INTEROP = Profile()
MODERN = Profile(authenticated=True, oaep=True)


def seal(content: bytes, certificates: tuple[Certificate, ...], profile: Profile = INTEROP) -> bytes:
    """Return an envelope for the holders of these certificates, DER."""
    key = secrets.token_bytes(32)
    infos = [recipients.wrap(key, certificate, oaep=profile.oaep) for certificate in certificates]
    if not 1 <= len(infos) <= structure.MOST_RECIPIENTS:
        raise MalformedError("cms.recipients", f"An envelope has 1 to {structure.MOST_RECIPIENTS} recipients.")
    if profile.authenticated:
        return _seal_gcm(content, key, infos)
    return _seal_cbc(content, key, infos)


def _seal_cbc(content: bytes, key: bytes, infos: list[cms.RecipientInfo]) -> bytes:
    nonce = secrets.token_bytes(_BLOCK)
    padder = PKCS7(_BLOCK * 8).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(nonce)).encryptor()
    encrypted = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    algorithm = algos.EncryptionAlgorithm({"algorithm": "aes256_cbc", "parameters": core.OctetString(nonce)})
    enveloped = {
        "version": "v2" if any(info.name == "kari" for info in infos) else "v0",  # RFC 5652 §6.1
        "recipient_infos": infos,
        "encrypted_content_info": _encrypted(algorithm, encrypted),
    }
    return _wrapped("enveloped_data", cms.EnvelopedData(enveloped))


def _seal_gcm(content: bytes, key: bytes, infos: list[cms.RecipientInfo]) -> bytes:
    nonce = secrets.token_bytes(12)
    encryptor = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    encrypted = encryptor.update(content) + encryptor.finalize()
    parameters = GcmParameters({"nonce": nonce, "icvlen": 16})
    algorithm = algos.EncryptionAlgorithm({"algorithm": "aes256_gcm", "parameters": parameters})
    enveloped = {
        "version": "v0",  # RFC 5083 §2.1
        "recipient_infos": infos,
        "auth_encrypted_content_info": _encrypted(algorithm, encrypted),
        "mac": encryptor.tag,
    }
    return _wrapped("authenticated_enveloped_data", cms.AuthEnvelopedData(enveloped))


def _encrypted(algorithm: algos.EncryptionAlgorithm, content: bytes) -> cms.EncryptedContentInfo:
    return cms.EncryptedContentInfo(
        {"content_type": "data", "content_encryption_algorithm": algorithm, "encrypted_content": content}
    )


def _wrapped(kind: str, content: core.Sequence) -> bytes:
    der: bytes = cms.ContentInfo({"content_type": kind, "content": content}).dump()
    return der
