"""CMS structures out of bytes: normalised, parsed, their algorithms named or refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from passerelle.core.cms import ber
from passerelle.core.errors import MalformedError, UnsupportedError

MOST_CERTIFICATES = 20
MOST_RECIPIENTS = 50
_PARSER = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
_CERTIFICATES = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)  # no ValueErrors
_KINDS = {
    "signed_data": "signed",
    "enveloped_data": "enveloped",
    "authenticated_enveloped_data": "enveloped",
    "compressed_data": "compressed",
}
_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@contextmanager
def parsing() -> Iterator[None]:
    """Turn whatever the parser raises on a wrong structure, at once or late, into MalformedError `cms.structure`."""
    try:
        yield
    except (*_PARSER, *_CERTIFICATES) as error:
        raise MalformedError("cms.structure", "A CMS message is not built as RFC 5652 says.") from error


def load(data: bytes) -> cms.ContentInfo:
    """Return the ContentInfo of a CMS message in BER or DER."""
    flat = ber.normalise(data)
    with parsing():
        info = cms.ContentInfo.load(flat, strict=True)
        info["content_type"].native  # noqa: B018 - the parser is lazy
    return info


def kind(data: bytes) -> str:
    """Return `signed`, `enveloped` or `compressed`; UnsupportedError `cms.content-type` for all else."""
    info = load(data)
    found = _KINDS.get(info["content_type"].native, "")
    if not found:
        raise UnsupportedError(
            "cms.content-type", "A CMS message is neither SignedData, (Auth)EnvelopedData nor CompressedData."
        )
    return found


def digest(name: str) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """Return a hash of SHA-2; UnsupportedError `cms.digest` for MD5, SHA-1 and everything else."""
    if name not in _HASHES:
        raise UnsupportedError("cms.digest", "A CMS message uses a digest other than SHA-256, SHA-384 or SHA-512.")
    return _HASHES[name]()
