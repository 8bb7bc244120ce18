"""Signatures forged through weak keys, loose paddings and odd numbers."""

from collections.abc import Callable
from dataclasses import replace

from asn1crypto import algos, core, keys
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.attacks import forging
from tests.attacks.cms_signatures import BANNED
from tests.attacks.forging import FORGED, Forgery, Signing, attributes, certificate
from tests.attacks.registry import Attack, Door
from tests.vectors import pki

BLEICHENBACHER = "Bleichenbacher, CRYPTO 2006 rump session (CVE-2006-4339)"
BERSERK = "BERserk (CVE-2014-1568)"
PSYCHIC = "psychic signatures (CVE-2022-21449)"
CURVEBALL = "CurveBall (CVE-2020-0601)"
MALLEABLE = "malleable signatures (RFC 8032 §5.1.7; CVE-2020-36843)"
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
SHA256_WITHOUT_NULL = bytes.fromhex("302f300b0609608648016503040201" + "0420")
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER_ED25519 = 2**252 + 27742317777372353535851937790883648493
SUBJECT = pki.Subject(f"Personne {pki.JEAN}", emails=(pki.JEAN,))


def _signed(identity: pki.Identity, signing: Signing, algorithm: str = "sha256_rsa", digest: str = "sha256") -> bytes:
    forgery = Forgery(
        shown=FORGED,
        attributes=attributes(FORGED, digest),
        signing=signing,
        sid=certificate(identity),
        certificates=(certificate(identity), certificate(pki.authority())),
        digest=digest,
        algorithm={"algorithm": algorithm},
    )
    return forging.opaque(forgery.data())


def _block(told: bytes, garbage: bytes = b"", length: int = 256) -> bytes:
    """Return a block of PKCS#1 v1.5 that fills its padding with garbage behind what it tells."""
    padding = length - len(told) - len(garbage) - 3
    return b"\0\1" + b"\xff" * padding + b"\0" + told + garbage


def _loose(told: Callable[[bytes], bytes], garbage: int = 0) -> Callable[[], bytes]:
    """Sign with the doctor's own key a block that only a loose reader takes."""

    def signing(covered: bytes) -> bytes:
        return forging.raw_rsa(pki.person(), _block(told(forging.digest(covered)), b"\x5a" * garbage))

    return lambda: _signed(pki.person(), signing)


def _padding(first: bytes) -> Callable[[], bytes]:
    """Sign with the doctor's own key a block whose first bytes are wrong."""

    def signing(covered: bytes) -> bytes:
        block = _block(SHA256 + forging.digest(covered))
        return forging.raw_rsa(pki.person(), first + block[len(first) :])

    return lambda: _signed(pki.person(), signing)


def _root(number: int) -> int:
    """Return the least number whose cube is not below this one."""
    low, high = 0, 1 << (number.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


def _cube(covered: bytes) -> bytes:
    """Forge a signature for exponent 3 with no key at all: a cube root of a block that ends in garbage."""
    start = b"\0\1" + b"\xff" * 8 + b"\0" + SHA256 + forging.digest(covered)
    forged = _root(int.from_bytes(start + bytes(256 - len(start)), "big"))
    assert (forged**3).to_bytes(256, "big").startswith(start)
    return forged.to_bytes(256, "big")


def _exponent(exponent: int, signing: Signing) -> bytes:
    """Show a certificate, rightly issued, of a key with this exponent."""
    found = certificate(pki.person())
    public = found.public_key["public_key"].parsed.copy()
    public["public_exponent"] = exponent
    info = keys.PublicKeyInfo({"algorithm": found.public_key["algorithm"], "public_key": public})
    return _shown(forging.issued(pki.person(), pki.authority(), subject_public_key_info=info), signing)


def _shown(leaf: object, signing: Signing, algorithm: str = "sha256_rsa") -> bytes:
    forgery = Forgery(shown=FORGED, attributes=attributes(FORGED), signing=signing, algorithm={"algorithm": algorithm})
    found = (leaf, certificate(pki.authority()))
    return forging.opaque(replace(forgery, sid=leaf, certificates=found).data())


def _weak(private: pki.PrivateKey, algorithm: str = "sha256_rsa") -> Callable[[], bytes]:
    def entity() -> bytes:
        identity = pki.issue(SUBJECT, private, pki.authority())
        return _signed(identity, forging.signs(identity), algorithm)

    return entity


def _huge() -> bytes:
    """Show a key of 65,536 bits: a verification would take a minute."""
    found = certificate(pki.person())
    public = keys.RSAPublicKey({"modulus": (1 << 65535) + 1, "public_exponent": (1 << 65534) + 1})
    info = keys.PublicKeyInfo({"algorithm": found.public_key["algorithm"], "public_key": public})
    leaf = forging.issued(pki.person(), pki.authority(), subject_public_key_info=info)
    return _shown(leaf, lambda _: b"\x01" * 8192)


def _ecdsa(change: Callable[[int, int], tuple[int, int]]) -> Callable[[], bytes]:
    """Sign on P-256, then change the two numbers of the signature."""
    doctor = pki.elliptic(pki.JEAN)

    def signing(covered: bytes) -> bytes:
        r, s = change(*decode_dss_signature(forging.signs(doctor)(covered)))
        return bytes(algos.DSASignature({"r": r, "s": s}).dump())

    return lambda: _signed(doctor, signing, "sha256_ecdsa")


def _curveball() -> bytes:
    """Show the doctor's public key on a curve whose generator it is: then its private half is 1."""
    doctor = pki.elliptic(pki.JEAN)
    assert isinstance(doctor.key, ec.EllipticCurvePrivateKey)
    point = doctor.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    field = {"field_type": "prime_field", "parameters": core.Integer(PRIME_P256)}
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    curve = {"a": (PRIME_P256 - 3).to_bytes(32, "big"), "b": b.to_bytes(32, "big")}
    domain = {"version": 1, "field_id": field, "curve": curve, "base": point, "order": ORDER_P256, "cofactor": 1}
    parameters = keys.ECDomainParameters({"specified": keys.SpecifiedECDomain(domain)})
    info = keys.PublicKeyInfo({"algorithm": {"algorithm": "ec", "parameters": parameters}, "public_key": point})
    leaf = forging.issued(doctor, pki.authority(), subject_public_key_info=info)
    return _shown(leaf, forging.signs(doctor), "sha256_ecdsa")


def _ed25519(covered_by: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    def entity() -> bytes:
        identity = pki.issue(SUBJECT, pki.ed_key(pki.JEAN), pki.authority())
        return _signed(identity, lambda covered: covered_by(forging.signs(identity)(covered)), "ed25519", "sha512")

    return entity


def _past_the_order(signature: bytes) -> bytes:
    number = int.from_bytes(signature[32:], "little") + ORDER_ED25519
    return signature[:32] + number.to_bytes(32, "little")


def _case(name: str, source: str, entity: Callable[[], bytes], code: str = "cms.signature") -> Attack:
    return Attack(
        f"signature: {name}", source, Door.APICRYPT, lambda: forging.sealed(entity()), f"QUARANTINED {code}", BANNED
    )


def _first_of(length: int) -> Callable[[bytes], bytes]:
    return lambda digest: SHA256 + digest[:length]


ATTACKS = (
    _case("exponent 3, cube root with garbage", BLEICHENBACHER, lambda: _exponent(3, _cube), "cms.weak-key"),
    _case(
        "exponent 1, the block itself",
        BLEICHENBACHER,
        lambda: _exponent(1, lambda covered: _block(SHA256 + forging.digest(covered))),
        "cms.signer-key",
    ),
    _case("RSA-1024", "NIST SP 800-131A", _weak(pki.rsa_key("weak", 1024)), "cms.weak-key"),
    _case("P-224", "NIST SP 800-131A", _weak(pki.ec_key("weak", 224), "sha256_ecdsa"), "cms.weak-key"),
    _case("RSA-65536", "CWE-400: a key that costs minutes (CVE-2023-3446 family)", _huge, "cms.weak-key"),
    _case("garbage behind the digest", BLEICHENBACHER, _loose(lambda digest: SHA256 + digest, 64)),
    _case("digest without its NULL, cut short", BERSERK, _loose(lambda digest: SHA256_WITHOUT_NULL + digest)),
    _case("digest cut short", BERSERK, _loose(_first_of(31))),
    _case("digest in BER", BERSERK, _loose(lambda digest: b"\x30\x81" + SHA256[1:] + digest)),
    _case("bare digest", "PKCS #1 §8.2.2", _loose(lambda digest: digest)),
    _case("padding of type 2", "PKCS #1 §9.2", _padding(b"\0\2")),
    _case("padding of zeros", "PKCS #1 §9.2", _padding(b"\0\1\0\0\0\0")),
    _case("ECDSA, both numbers 0", PSYCHIC, _ecdsa(lambda _r, _s: (0, 0))),
    _case("ECDSA, r 0", PSYCHIC, _ecdsa(lambda _r, s: (0, s))),
    _case("ECDSA, s 0", PSYCHIC, _ecdsa(lambda r, _s: (r, 0))),
    _case("ECDSA, both numbers the order", PSYCHIC, _ecdsa(lambda _r, _s: (ORDER_P256, ORDER_P256))),
    _case("ECDSA, r past the order", PSYCHIC, _ecdsa(lambda r, s: (r + ORDER_P256, s))),
    _case("ECDSA, r negative", PSYCHIC, _ecdsa(lambda r, s: (-r, s))),
    _case("P-256 with a generator of one's own", CURVEBALL, _curveball, "cms.signer-key"),
    _case("Ed25519, s past the order", MALLEABLE, _ed25519(_past_the_order)),
    _case("Ed25519, zeros", MALLEABLE, _ed25519(lambda _: bytes(64))),
)
