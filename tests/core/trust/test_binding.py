import pytest

from passerelle.core.errors import UntrustedError
from passerelle.core.trust import binding
from tests.vectors import pki

BASE = pki.Subject("Variante")


def certificate(emails: tuple[str, ...] = (), domains: tuple[str, ...] = ()) -> pki.Identity:
    return pki.variant(BASE, emails=emails, domains=domains)


@pytest.mark.parametrize(
    ("emails", "domains", "address", "name"),
    [
        (("a.B@x.example",), (), "a.B@x.example", "a.B@x.example"),
        (("a.B@X.Example",), (), "a.B@x.example", "a.B@X.Example"),
        (("z@x.example", "a@x.example"), (), "a@x.example", "a@x.example"),
        ((), ("x.example",), "anybody@x.example", "x.example"),
        ((), ("X.example",), "anybody@x.example", "X.example"),
    ],
)
def test_a_certificate_speaks_for_its_addresses_or_its_domain(
    emails: tuple[str, ...], domains: tuple[str, ...], address: str, name: str
) -> None:
    assert binding.check(certificate(emails, domains).certificate, address) == name


@pytest.mark.parametrize(
    ("emails", "domains", "address"),
    [
        (("a@x.example",), (), "b@x.example"),
        (("a@x.example",), (), "A@x.example"),
        (("a@x.example",), (), "a@sub.x.example"),
        (("a@x.example",), ("x.example",), "b@x.example"),
        ((), ("x.example",), "a@sub.x.example"),
        ((), ("sub.x.example",), "a@x.example"),
        ((), ("*.x.example",), "a@sub.x.example"),
        ((), ("x.example",), "@x.example"),
        ((), ("x.example",), "x.example"),
        ((), (), "a@x.example"),
    ],
)
def test_a_certificate_speaks_for_nobody_else(emails: tuple[str, ...], domains: tuple[str, ...], address: str) -> None:
    with pytest.raises(UntrustedError, match=r"trust\.signer-not-sender"):
        binding.check(certificate(emails, domains).certificate, address)


def test_a_name_in_the_subject_counts_for_nothing() -> None:
    named = pki.issue(pki.Subject("a@x.example"), pki.rsa_key("variant"), pki.authority())
    with pytest.raises(UntrustedError, match=r"trust\.signer-not-sender"):
        binding.check(named.certificate, "a@x.example")
