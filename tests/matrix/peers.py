"""What pyHanko and asn1crypto make, and what pyHanko opens of ours."""

import asyncio
import zlib
from dataclasses import dataclass

from asn1crypto import algos, cms, core
from asn1crypto import keys as asn1keys
from asn1crypto import x509 as asn1x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.crypt import pubkey
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation.generic_cms import async_validate_cms_signature, async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from passerelle.core.cms import compressed, enveloped, recipients, signed
from tests.matrix import kinds
from tests.matrix.kinds import CONTENT, OPENED, Desk, Kind, holder
from tests.vectors import pki

SEED = bytes(range(20))
POLICY = pubkey.RecipientEncryptionPolicy(ignore_key_usage=True)
OAEP = pubkey.RecipientEncryptionPolicy(ignore_key_usage=True, prefer_oaep=True)
SIGNERS = {
    "RSA SHA-256": ("RSA-2048", "sha256", False),
    "RSA-PSS SHA-384": ("RSA-2048", "sha384", True),
    "ECDSA P-256 SHA-256": ("P-256", "sha256", False),
    "ECDSA P-384 SHA-384": ("P-384", "sha384", False),
    "Ed25519 SHA-512": ("Ed25519", "sha512", False),
}


def certificate(identity: pki.Identity) -> asn1x509.Certificate:
    """Return a certificate as asn1crypto knows it."""
    return asn1x509.Certificate.load(identity.certificate.public_bytes(Encoding.DER))


def private(identity: pki.Identity) -> asn1keys.PrivateKeyInfo:
    """Return a key as asn1crypto knows it."""
    der = identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return asn1keys.PrivateKeyInfo.load(der)


def sign(owner: str, digest: str, *, pss: bool = False, detached: bool = False) -> bytes:
    """Return what pyHanko signs, with the algorithms among the signed attributes (RFC 6211)."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    signer = SimpleSigner(certificate(holder(owner)), private(holder(owner)), store, prefer_pss=pss)
    found = asyncio.run(signer.async_sign_general_data(CONTENT, digest, detached=detached))
    return bytes(found.dump())


def _seals(name: str, owner: str, policy: pubkey.RecipientEncryptionPolicy) -> Kind:
    """Return an envelope as pyHanko makes it for PDF files: a seed of 20 bytes and 4 of rights."""

    def opens(_: Desk) -> bytes:
        rights = pubkey.PERMS_ALLOW_EVERYTHING
        made = pubkey.construct_recipient_cms([certificate(holder(owner))], SEED, rights, policy)
        return CONTENT if kinds.unseal(made.dump(), holder(owner))[:20] == SEED else b""

    return kinds.ours(f"EnvelopedData AES-256-CBC, {name}", "pyHanko", OPENED, opens)


def _unseals(name: str, owner: str, profile: enveloped.Profile) -> Kind:
    def opens(_: Desk) -> bytes:
        made = enveloped.seal(SEED + b"\xff" * 4, (holder(owner).certificate,), profile)
        decrypter = pubkey.SimpleEnvelopeKeyDecrypter(certificate(holder(owner)), private(holder(owner)))
        seed, _rights = pubkey.read_seed_from_recipient_cms(cms.ContentInfo.load(made), decrypter)
        return CONTENT if seed == SEED else b""

    return kinds.theirs(f"EnvelopedData AES-256-CBC, {name}", "pyHanko", opens)


def _verifies(name: str, owner: str, *, pss: bool = False, detached: bool = False) -> Kind:
    def opens(_: Desk) -> bytes:
        made = signed.sign(CONTENT, kinds.key(holder(owner)), pki.NOW, pss=pss, detached=detached)
        return CONTENT if asyncio.run(_trusted(cms.ContentInfo.load(made)["content"], detached=detached)) else b""

    return kinds.theirs(f"SignedData {'detached' if detached else 'opaque'}, {name}", "pyHanko", opens)


async def _trusted(info: cms.SignedData, *, detached: bool) -> bool:
    context = ValidationContext(trust_roots=[certificate(pki.root())], moment=pki.NOW, allow_fetching=False)
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    if detached:
        status = await async_validate_detached_cms(
            CONTENT, info, signer_validation_context=context, key_usage_settings=usage
        )
    else:
        kind = StandardCMSSignatureStatus
        status = await async_validate_cms_signature(
            info, status_cls=kind, validation_context=context, key_usage_settings=usage
        )
    return bool(status.valid and status.intact and status.trusted)


@dataclass(frozen=True)
class Gcm:
    """An AuthEnvelopedData out of asn1crypto's structures, for what no command makes."""

    tag: int = 16
    nonce: int = 12
    attributes: bool = False
    kind: str = "data"

    def made(self, owner: str) -> bytes:
        """Return it for somebody."""
        attributes = cms.CMSAttributes([{"type": "content_type", "values": ["data"]}]) if self.attributes else None
        covered = attributes.dump() if attributes else b""
        nonce = bytes(self.nonce)
        encrypted = AESGCM(bytes(32)).encrypt(nonce, CONTENT, covered)
        parameters = core.SequenceOf([core.OctetString(nonce), core.Integer(self.tag)], spec=core.Any)
        algorithm = algos.EncryptionAlgorithm({"algorithm": "aes256_gcm", "parameters": parameters})
        info = {
            "content_type": self.kind,
            "content_encryption_algorithm": algorithm,
            "encrypted_content": encrypted[:-16],
        }
        content = {
            "version": "v0",
            "recipient_infos": [recipients.wrap(bytes(32), holder(owner).certificate, oaep=False)],
            "auth_encrypted_content_info": info,
            "mac": encrypted[-16:][: self.tag],
            **({"auth_attrs": attributes} if attributes else {}),
        }
        kind = "authenticated_enveloped_data"
        return bytes(cms.ContentInfo({"content_type": kind, "content": cms.AuthEnvelopedData(content)}).dump())


def squeezed(packed: bytes) -> bytes:
    """Return CompressedData."""
    content = {
        "version": "v0",
        "compression_algorithm": {"algorithm": "zlib"},
        "encap_content_info": {"content_type": "data", "content": packed},
    }
    return bytes(cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(content)}).dump())


def _gcm(name: str, expected: str, gcm: Gcm) -> Kind:
    return kinds.ours(
        f"AuthEnvelopedData AES-256-GCM, {name}",
        "asn1crypto",
        expected,
        lambda _: kinds.unseal(gcm.made("RSA-2048"), holder("RSA-2048")),
    )


def _squeezed(name: str, expected: str, packed: bytes) -> Kind:
    return kinds.ours(f"CompressedData, {name}", "asn1crypto", expected, lambda _: compressed.inflate(squeezed(packed)))


KINDS = (
    *(
        kinds.ours(
            f"SignedData {'detached' if detached else 'opaque'}, {name}",
            "pyHanko",
            OPENED,
            lambda _, how=how, detached=detached: kinds.verify(  # type: ignore[misc]
                sign(how[0], how[1], pss=how[2], detached=detached), CONTENT if detached else None
            ),
        )
        for name, how in SIGNERS.items()
        for detached in (False, True)
    ),
    _seals("RSA PKCS#1 v1.5", "RSA-2048", POLICY),
    _seals("RSA OAEP", "RSA-3072", OAEP),
    _seals("ECDH P-256", "P-256", POLICY),
    _seals("ECDH P-384", "P-384", POLICY),
    _gcm("authenticated attributes", OPENED, Gcm(attributes=True)),
    _gcm("tag of 12 bytes, as RFC 5084 has it", OPENED, Gcm(tag=12)),
    _gcm("nonce of 16 bytes", OPENED, Gcm(nonce=16)),
    _gcm("tag of 11 bytes", "cms.gcm", Gcm(tag=11)),
    _gcm("tag of 4 bytes", "cms.gcm", Gcm(tag=4)),
    _gcm("content of another type", "cms.content-type", Gcm(kind="signed_data")),
    _squeezed("zlib", OPENED, zlib.compress(CONTENT)),
    _squeezed("one byte past the cap", "cms.compressed", zlib.compress(bytes(compressed.LARGEST + 1))),
    _squeezed("cut short", "cms.compressed", zlib.compress(CONTENT)[:-5]),
    _squeezed("no zlib", "cms.compressed", b"PK\3\4"),
    _unseals("RSA PKCS#1 v1.5", "RSA-2048", enveloped.INTEROP),
    _unseals("RSA OAEP SHA-256", "RSA-2048", enveloped.Profile(oaep=True)),
    *(_unseals(f"ECDH {curve}", curve, enveloped.INTEROP) for curve in ("P-256", "P-384", "P-521")),
    *(_verifies("RSA SHA-256", "RSA-2048", detached=detached) for detached in (False, True)),
    _verifies("RSA-PSS SHA-256", "RSA-2048", pss=True),
    *(_verifies(f"ECDSA {curve}", curve) for curve in ("P-256", "P-384", "P-521")),
)
