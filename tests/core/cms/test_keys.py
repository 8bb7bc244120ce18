from base64 import encodebytes

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.cms import keys
from passerelle.core.errors import MalformedError
from tests.vectors import pki


def refusal(chain: bytes, key: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        keys.load(chain, key)
    return caught.value.code


def test_a_key_is_loaded_with_its_chain() -> None:
    jean = pki.person()
    key = keys.load(jean.chain_pem, jean.key_pem)
    assert key.certificate == jean.certificate
    assert key.chain == (pki.authority().certificate,)
    assert "private" not in repr(key)


def test_a_key_of_another_certificate_is_refused() -> None:
    assert refusal(pki.person().chain_pem, pki.root().key_pem) == "cms.key"


def test_a_key_on_a_known_curve_is_loaded() -> None:
    curve = pki.elliptic("ec@x.example")
    assert keys.load(curve.chain_pem, curve.key_pem).certificate == curve.certificate


def test_a_weak_key_or_one_that_cannot_open_is_refused() -> None:
    for key in (pki.rsa_key("weak", 1024), pki.ec_key("weak", 224), pki.ed_key("ed")):
        weak = pki.issue(pki.Subject("weak"), key, pki.authority())
        assert refusal(weak.chain_pem, weak.key_pem) == "cms.key"
    assert refusal(pki.person().chain_pem, b"no PEM") == "cms.key"


def test_what_holds_no_certificate_is_refused() -> None:
    assert refusal(b"no PEM", b"") == "cms.certificate"
    assert refusal(b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n", b"") == "cms.certificate"


def test_a_certificate_of_a_version_that_does_not_exist_is_refused() -> None:
    der = pki.person().certificate.public_bytes(Encoding.DER).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05")
    pem = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"
    assert refusal(pem, b"") == "cms.certificate"
