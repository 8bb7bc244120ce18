"""Certificates and lists are read bit by bit, when they are asked; what cannot be read is refused (make fuzz)."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from passerelle.core.errors import PasserelleError
from passerelle.core.trust import crl, path
from tests.vectors import pki

LEAF = pki.person().certificate
LIST = pki.revocations(pki.Listing(), pki.authority())
RSA, NO_RSA = bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06092a864886f70d010105")


def name(of: x509.Name) -> bytes:
    value = of.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    return value if isinstance(value, bytes) else value.encode()


def broken(whole: bytes, old: bytes, new: bytes) -> bytes:
    assert old in whole
    return whole.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (RSA, NO_RSA),
        (name(LEAF.subject), b"\xff" * len(name(LEAF.subject))),
        (name(LEAF.issuer), b"\xff" * len(name(LEAF.issuer))),
    ],
    ids=["unknown key", "subject", "issuer"],
)
def test_a_certificate_that_cannot_be_read_leads_nowhere(old: bytes, new: bytes) -> None:
    leaf = x509.load_der_x509_certificate(broken(LEAF.public_bytes(Encoding.DER), old, new))
    authorities = (pki.root().certificate, pki.authority().certificate)
    with pytest.raises(PasserelleError, match=r"\[trust\.certificate\]"):
        path.check(leaf, (), authorities, pki.NOW, path.Use.SIGN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\x02\x01\x01", b"\x02\x01\x27"),
        (name(pki.authority().certificate.subject), b"\xff" * len(name(pki.authority().certificate.subject))),
    ],
    ids=["version", "issuer"],
)
def test_a_list_that_cannot_be_read_is_refused_at_once(old: bytes, new: bytes) -> None:
    with pytest.raises(PasserelleError, match=r"\[trust\.crl\]"):
        crl.load(broken(LIST, old, new))
