"""One signature and the key that made it: RSA (PKCS#1 v1.5, PSS), ECDSA and Ed25519, with SHA-2."""

from asn1crypto import algos, cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from passerelle.core.cms import keys, structure
from passerelle.core.errors import UnsupportedError, UntrustedError

_LONGEST_SALT = 512  # openssl fills the key with salt unless told otherwise


def check(certificate: x509.Certificate, signer: cms.SignerInfo, covered: bytes) -> str:
    """Return the name of the algorithm of a good signature, or raise UntrustedError `cms.signature`."""
    digest, algorithm = signer["digest_algorithm"]["algorithm"].native, signer["signature_algorithm"]
    signature = signer["signature"].native
    public = _public(certificate)
    try:
        if isinstance(public, rsa.RSAPublicKey):
            scheme = _scheme(algorithm, digest)
            public.verify(signature, covered, scheme, structure.digest(digest))
            return f"RSA{'-PSS' if isinstance(scheme, padding.PSS) else ''}-{digest.upper()}"
        if isinstance(public, ec.EllipticCurvePublicKey):
            _agree(algorithm["algorithm"].native == f"{digest}_ecdsa")
            public.verify(signature, covered, ec.ECDSA(structure.digest(digest)))
            return f"ECDSA-{digest.upper()}"
        _agree((algorithm["algorithm"].native, digest) == ("ed25519", "sha512"))  # RFC 8419 §3.1
        public.verify(signature, covered)
    except (InvalidSignature, ValueError, OverflowError) as error:
        raise UntrustedError("cms.signature", "The signature of a message is not right.") from error
    return "Ed25519"


def _public(certificate: x509.Certificate) -> keys.Public:
    try:
        public = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError) as error:
        raise _unknown() from error
    weakness = keys.weakness(public)
    if weakness == "weak":
        raise UntrustedError("cms.weak-key", "A signer's key is too short, too long, or has a small exponent.")
    if weakness or not isinstance(public, keys.Public):
        raise _unknown()
    return public


def _scheme(algorithm: algos.SignedDigestAlgorithm, digest: str) -> padding.AsymmetricPadding:
    name = algorithm["algorithm"].native
    if name == "rsassa_pss":
        return _pss(algorithm["parameters"], digest)
    _agree(name in ("rsassa_pkcs1v15", f"{digest}_rsa"))
    return padding.PKCS1v15()


def _pss(parameters: algos.RSASSAPSSParams, digest: str) -> padding.PSS:
    _agree(not isinstance(parameters, core.Void))
    masking, salt = parameters["mask_gen_algorithm"], parameters["salt_length"].native
    hashes = {parameters["hash_algorithm"]["algorithm"].native, masking["parameters"]["algorithm"].native}
    # RFC 4056 §3: the same hash everywhere.
    _agree(hashes == {digest} and masking["algorithm"].native == "mgf1" and 0 <= salt <= _LONGEST_SALT)
    return padding.PSS(padding.MGF1(structure.digest(digest)), salt)


def _agree(fits: bool) -> None:  # noqa: FBT001 - said in one word at each call
    if not fits:
        raise UntrustedError("cms.algorithm", "Signature, digest and key of a signer do not fit together.")


def _unknown() -> UnsupportedError:
    return UnsupportedError("cms.signer-key", "A signer's key is of a kind that the bridge does not verify.")
