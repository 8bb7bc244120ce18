"""Signatures that `openssl cms` and `openssl smime` make."""

from tests.matrix import kinds
from tests.matrix.kinds import CONTENT, OPENED, Desk, Kind, holder
from tests.vectors import openssl, pki

PSS = ("-keyopt", "rsa_padding_mode:pss")

GOOD = {
    "RSA-2048 SHA-256": ("RSA-2048", ()),
    "RSA-2048 SHA-384": ("RSA-2048", ("-md", "sha384")),
    "RSA-2048 SHA-512": ("RSA-2048", ("-md", "sha512")),
    "RSA-3072 SHA-256": ("RSA-3072", ()),
    "RSA-PSS SHA-256": ("RSA-2048", PSS),
    "RSA-PSS SHA-512, no salt": ("RSA-2048", ("-md", "sha512", *PSS, "-keyopt", "rsa_pss_saltlen:0")),
    "RSA-PSS SHA-256, longest salt": ("RSA-2048", (*PSS, "-keyopt", "rsa_pss_saltlen:max")),
    "ECDSA P-256 SHA-256": ("P-256", ()),
    "ECDSA P-256 SHA-512": ("P-256", ("-md", "sha512")),
    "ECDSA P-384 SHA-384": ("P-384", ("-md", "sha384")),
    "ECDSA P-521 SHA-512": ("P-521", ("-md", "sha512")),
    "RSA, by key identifier": ("RSA-2048", ("-keyid",)),
    "RSA, CAdES attributes": ("RSA-2048", ("-cades",)),
    "RSA, no capabilities": ("RSA-2048", ("-nosmimecap",)),
}
BAD = {
    "RSA MD5": ("cms.digest", "RSA-2048", ("-md", "md5")),
    "RSA SHA-1": ("cms.digest", "RSA-2048", ("-md", "sha1")),
    "RSA SHA-224": ("cms.digest", "RSA-2048", ("-md", "sha224")),
    "RSA SHA3-256": ("cms.digest", "RSA-2048", ("-md", "sha3-256")),
    "ECDSA SHA-1": ("cms.digest", "P-256", ("-md", "sha1")),
    "RSA-1024": ("cms.weak-key", "RSA-1024", ()),
    "RSA-2048, exponent 3": ("cms.weak-key", "RSA e=3", ()),
    "ECDSA P-224": ("cms.weak-key", "P-224", ()),
    "ECDSA secp256k1": ("cms.signer-key", "secp256k1", ()),
    "ECDSA brainpoolP256r1": ("cms.signer-key", "brainpoolP256r1", ()),
    "RSA-PSS, mask of another hash": ("cms.algorithm", "RSA-2048", (*PSS, "-keyopt", "rsa_mgf1_md:sha512")),
    "without signed attributes": ("cms.signed-attributes", "RSA-2048", ("-noattr",)),
    "without certificates": ("cms.certificates", "RSA-2048", ("-nocerts",)),
    "content of another type": ("cms.content-type", "RSA-2048", ("-econtent_type", "1.2.3.4")),
}


def sign(desk: Desk, owner: str, *options: str, content: bytes = CONTENT) -> bytes:
    """Return a signature, DER or BER."""
    certificate, key = desk.own(holder(owner))
    who = ("-signer", certificate, "-inkey", key)
    return openssl.run("cms", "-sign", "-binary", "-outform", "DER", *who, *options, content=content)


def _good(name: str, owner: str, options: tuple[str, ...]) -> tuple[Kind, Kind]:
    return (
        kinds.ours(
            f"SignedData opaque, {name}",
            "openssl",
            OPENED,
            lambda desk: kinds.verify(sign(desk, owner, "-nodetach", *options)),
        ),
        kinds.ours(
            f"SignedData detached, {name}",
            "openssl",
            OPENED,
            lambda desk: kinds.verify(sign(desk, owner, *options), CONTENT),
        ),
    )


def _bad(name: str, expected: str, owner: str, options: tuple[str, ...]) -> Kind:
    return kinds.ours(
        f"SignedData {name}", "openssl", expected, lambda desk: kinds.verify(sign(desk, owner, "-nodetach", *options))
    )


def _two_signers(desk: Desk) -> bytes:
    certificate, key = desk.own(holder("P-256"))
    return kinds.verify(sign(desk, "RSA-2048", "-nodetach", "-signer", certificate, "-inkey", key))


def _old(desk: Desk) -> bytes:
    certificate, key = desk.own(holder("RSA-2048"))
    who = ("-signer", certificate, "-inkey", key)
    return kinds.verify(openssl.run("smime", "-sign", "-binary", "-nodetach", "-outform", "DER", *who, content=CONTENT))


def _certificates_only(desk: Desk) -> bytes:
    certificate, _ = desk.own(pki.person())
    return kinds.verify(openssl.run("crl2pkcs7", "-nocrl", "-certfile", certificate, "-outform", "DER"))


KINDS = (
    *(kind for name, (owner, options) in GOOD.items() for kind in _good(name, owner, options)),
    kinds.ours(
        "SignedData opaque in segments of indefinite length, RSA",
        "openssl",
        OPENED,
        lambda desk: kinds.verify(sign(desk, "RSA-2048", "-nodetach", "-stream", "-indef")),
    ),
    kinds.ours("PKCS#7 v1.5 opaque, RSA", "openssl", OPENED, _old),
    *(_bad(name, *how) for name, how in BAD.items()),
    kinds.ours("SignedData by two signers", "openssl", "cms.signers", _two_signers),
    kinds.ours("SignedData by nobody: certificates only", "openssl", "cms.signers", _certificates_only),
    kinds.ours(
        "SignedData opaque, and the content beside it",
        "openssl",
        "cms.two-contents",
        lambda desk: kinds.verify(sign(desk, "RSA-2048", "-nodetach"), CONTENT),
    ),
    kinds.ours(
        "SignedData detached, and no content beside it",
        "openssl",
        "cms.two-contents",
        lambda desk: kinds.verify(sign(desk, "RSA-2048")),
    ),
)
