"""One signature and the key that made it: RSA (PKCS#1 v1.5, PSS) and ECDSA, with SHA-2."""

from asn1crypto import algos, cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from passerelle.core.cms import structure
from passerelle.core.cms.keys import STRONGEST_RSA, WEAKEST_RSA
from passerelle.core.errors import UnsupportedError, UntrustedError

_LONGEST_SALT = 512  # openssl fills the key with salt unless told otherwise


def check(certificate: x509.Certificate, signer: cms.SignerInfo, covered: bytes) -> str:
    """Return the name of the algorithm of a good signature, or raise UntrustedError `cms.signature`."""
    digest = signer["digest_algorithm"]["algorithm"].native
    signature = signer["signature"].native
    try:
        public = certificate.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            return _check_rsa(public, signer["signature_algorithm"], digest, (signature, covered))
        if isinstance(public, ec.EllipticCurvePublicKey):
            return _check_ecdsa(public, signer["signature_algorithm"], digest, (signature, covered))
    except InvalidSignature as error:
        raise UntrustedError("cms.signature", "The signature of a message is not right.") from error
    except (UnsupportedAlgorithm, ValueError) as error:
        raise UnsupportedError(
            "cms.signer-key", "A signer's key is of a kind that the bridge does not verify."
        ) from error
    raise UnsupportedError("cms.signer-key", "A signer's key is of a kind that the bridge does not verify.")


def _check_rsa(
    public: rsa.RSAPublicKey, algorithm: algos.SignedDigestAlgorithm, digest: str, signature: tuple[bytes, bytes]
) -> str:
    if not WEAKEST_RSA <= public.key_size <= STRONGEST_RSA:
        raise UntrustedError("cms.weak-key", f"A signer's RSA key has not {WEAKEST_RSA} to {STRONGEST_RSA} bits.")
    name = algorithm["algorithm"].native
    scheme: padding.AsymmetricPadding
    if name == "rsassa_pss":
        scheme = _pss(algorithm["parameters"], digest)
    elif name in ("rsassa_pkcs1v15", f"{digest}_rsa"):
        scheme = padding.PKCS1v15()
    else:
        raise _mismatch()
    public.verify(*signature, scheme, structure.digest(digest))
    return f"RSA{'-PSS' if name == 'rsassa_pss' else ''}-{digest.upper()}"


def _pss(parameters: algos.RSASSAPSSParams, digest: str) -> padding.PSS:
    masking, salt = parameters["mask_gen_algorithm"], parameters["salt_length"].native
    hashes = {parameters["hash_algorithm"]["algorithm"].native, masking["parameters"]["algorithm"].native}
    if hashes != {digest} or masking["algorithm"].native != "mgf1" or not 0 <= salt <= _LONGEST_SALT:
        raise _mismatch()  # RFC 4056 §3: the same hash everywhere
    return padding.PSS(padding.MGF1(structure.digest(digest)), salt)


def _check_ecdsa(
    public: ec.EllipticCurvePublicKey,
    algorithm: algos.SignedDigestAlgorithm,
    digest: str,
    signature: tuple[bytes, bytes],
) -> str:
    if public.curve.key_size < 256:  # noqa: PLR2004 - RFC 8551 §2.2: P-256 at least
        raise UntrustedError("cms.weak-key", "A signer's curve has less than 256 bits.")
    if algorithm["algorithm"].native != f"{digest}_ecdsa":
        raise _mismatch()
    public.verify(*signature, ec.ECDSA(structure.digest(digest)))
    return f"ECDSA-{digest.upper()}"


def _mismatch() -> UntrustedError:
    return UntrustedError("cms.algorithm", "Signature, digest and key of a signer do not fit together.")
