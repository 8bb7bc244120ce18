"""The white list as it is published: XML with one enveloped signature (XMLDSig) under its root.

What cannot be signed over is refused before the signature is looked at; what is read is what the signature covers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from passerelle.core.errors import MalformedError, UntrustedError
from passerelle.core.trust import names, white_list
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.names import Name
from passerelle.core.trust.path import Certificates, Use
from passerelle.core.trust.white_list import WhiteList

LARGEST = 32 << 20
"""Bytes of a list: the real one has some 5 MB."""

MOST_ENTRIES = 100_000
MOST_CERTIFICATES = 5
"""Certificates that come with a signature."""

_LIST = "{https://listeblanche.mssante.fr/schema}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
_METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA512})
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA512})
_SHAPE = (  # of SignedInfo, in document order: element, the algorithms it may have, its URI
    ("SignedInfo", (None,), None),
    ("CanonicalizationMethod", (_CANONICAL,), None),
    ("SignatureMethod", tuple(one.value for one in _METHODS), None),
    ("Reference", (None,), ""),
    ("Transforms", (None,), None),
    ("Transform", (_ENVELOPED,), None),
    ("Transform", (_CANONICAL,), None),
    ("DigestMethod", tuple(one.value for one in _DIGESTS), None),
    ("DigestValue", (None,), None),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")


@dataclass(frozen=True, slots=True)
class Signers:
    """Who may sign the list: the common names, and what their certificates stand on."""

    common_names: frozenset[str]
    ground: Ground


def verify(content: bytes, signers: Signers, now: datetime) -> WhiteList:
    """Return what a good signature covers; MalformedError, UntrustedError `trust.list-…` otherwise.

    Left to the caller: that the list does not go back (`white_list.advance`).
    """
    # 1. It is XML, without anything that is not in it: no DTD, no entity.
    root = _parsed(content)
    # 2. One signature, in its place, over the whole document, by the known ways only.
    signature = _only_signature(root)
    # 3. Its certificate leads to an anchor, now, is not revoked, and is the signer's.
    leaf, others = _certificates(signature)
    _check_signer(leaf, others, signers, now)
    # 4. Digest and signature are right, by the key of that certificate.
    # 5. What is read is the tree that was digested, and nothing else.
    return _read(_signed(content, leaf, now))


def _parsed(content: bytes) -> etree._Element:
    if len(content) > LARGEST:
        raise MalformedError("trust.list-size", f"The white list has more than {LARGEST} bytes.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _no_list()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        content.decode("utf-8")
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _no_list() from error
    information = root.getroottree().docinfo
    encoded = (information.encoding or "UTF-8").upper() not in {"UTF-8", "UTF8"}
    if encoded or information.internalDTD is not None or root.tag != f"{_LIST}ListeBlancheMSSante" or root.attrib:
        raise _no_list()
    return root


def _no_list() -> MalformedError:
    return MalformedError("trust.list", "The white list is not the XML that MSSanté publishes.")


def _bad_signature() -> UntrustedError:
    return UntrustedError("trust.list-signature", "The white list is not signed, or not as MSSanté signs it.")


def _only_signature(root: etree._Element) -> etree._Element:
    """Return the signature: last child of the root, one reference to the whole, exactly these two transforms."""
    found = list(root.iter(f"{_SIGNATURE}Signature"))
    if len(found) != 1 or root[-1] is not found[0] or not len(found[0]):
        raise _bad_signature()
    parts = list(found[0][0].iter())
    if len(parts) != len(_SHAPE) or not all(map(_fits, parts, _SHAPE)):
        raise _bad_signature()
    return found[0]


def _fits(part: etree._Element, wanted: tuple[str, tuple[str | None, ...], str | None]) -> bool:
    name, algorithms, uri = wanted
    return part.tag == _SIGNATURE + name and part.get("Algorithm") in algorithms and part.get("URI") == uri


def _certificates(signature: etree._Element) -> tuple[x509.Certificate, Certificates]:
    """Return the signer's certificate, which comes first, and those that come with it."""
    found = signature.findall(f"{_SIGNATURE}KeyInfo/{_SIGNATURE}X509Data/{_SIGNATURE}X509Certificate")
    if not 1 <= len(found) <= MOST_CERTIFICATES:
        raise _bad_signature()
    texts = ["".join((one.text or "").split()) for one in found]
    pem = "".join(f"-----BEGIN CERTIFICATE-----\n{one}\n-----END CERTIFICATE-----\n" for one in texts)
    try:
        leaf, *others = x509.load_pem_x509_certificates(pem.encode())
    except (ValueError, x509.InvalidVersion) as error:
        raise _bad_signature() from error
    return leaf, tuple(others)


def _check_signer(leaf: x509.Certificate, others: Certificates, signers: Signers, now: datetime) -> None:
    signers.ground.check(leaf, others, now, Use.SIGN)
    called = [one.value for one in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(called) != 1 or called[0] not in signers.common_names:
        raise UntrustedError("trust.list-signer", "The white list is signed by somebody else.")


def _signed(content: bytes, leaf: x509.Certificate, now: datetime) -> etree._Element:
    expected = SignatureConfiguration(
        location="./", signature_methods=_METHODS, digest_algorithms=_DIGESTS, verification_time=now
    )
    try:
        result = XMLVerifier().verify(content, x509_cert=leaf, expect_config=expected)
    except (SignXMLException, etree.LxmlError, ValueError) as error:
        raise _bad_signature() from error
    covered = result.signed_xml if isinstance(result, VerifyResult) else None
    if covered is None or covered.find(f"{_SIGNATURE}Signature") is not None:
        raise _bad_signature()
    return covered


def _read(root: etree._Element) -> WhiteList:
    listed = root.findall(f"{_LIST}ListeDomaines/{_LIST}Domaine")
    if root.tag != f"{_LIST}ListeBlancheMSSante" or not listed:
        raise _no_list()
    if len(listed) > MOST_ENTRIES:
        raise MalformedError("trust.list-size", f"The white list has more than {MOST_ENTRIES} entries.")
    read = cache(_name)  # a list has some twenty domains for each name
    entries = (_entry(one, read) for one in listed)
    return white_list.gathered(_date(root.findtext(f"{_LIST}DateDeGeneration") or ""), entries)


def _date(text: str) -> datetime:
    if not _DATE.fullmatch(text.strip()):
        raise _no_list()
    try:
        return datetime.fromisoformat(text.strip()[:19]).replace(tzinfo=UTC)
    except ValueError as error:
        raise _no_list() from error


def _entry(entry: etree._Element, read: Callable[[str], Name | None]) -> tuple[str | None, Name | None]:
    """Return domain and name of an entry; None for one that cannot be read, which then lets nobody in."""
    domains, written = (entry.findall(_LIST + tag) for tag in ("Nom", "DNCertificatOperateur"))
    if len(domains) != 1 or len(written) != 1:
        return None, None
    return white_list.canonical(domains[0].text or ""), read(written[0].text or "")


def _name(written: str) -> Name | None:
    try:
        return names.parse(written)
    except MalformedError:
        return None
