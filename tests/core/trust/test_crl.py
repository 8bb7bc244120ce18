"""What is revoked is refused, and what is not known is not believed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ObjectIdentifier

from passerelle.core.errors import PasserelleError
from passerelle.core.trust import crl
from passerelle.core.trust.crl import GRACE, SKEW, Crl
from tests.vectors import pki
from tests.vectors.pki import NOW, Listing

JEAN = pki.person()
PATH = (JEAN.certificate, pki.authority().certificate, pki.root().certificate)
AUTHORITIES = PATH[1:]
SERIAL = JEAN.certificate.serial_number
POINT = "http://crl.example/people.crl"


def made(listing: Listing | None = None, issuer: pki.Identity | None = None) -> Crl:
    return crl.load(pki.revocations(listing or Listing(), issuer or pki.authority()))


def refusal(content: bytes) -> str:
    with pytest.raises(PasserelleError) as caught:
        crl.load(content)
    return caught.value.code


def verdict(*lists: Crl, now: datetime = NOW, path: tuple[x509.Certificate, ...] = PATH) -> str:
    try:
        crl.check(path, lists, now)
    except PasserelleError as error:
        return error.code
    return "good"


ROOTS = made(issuer=pki.root())


def test_a_certificate_that_no_list_names_is_good() -> None:
    assert verdict(made(), ROOTS) == "good"
    assert verdict(made(Listing((SERIAL + 1,))), ROOTS) == "good"


def test_a_revoked_certificate_is_refused_whoever_was_revoked_and_whatever_else_is_known() -> None:
    revoking = made(Listing((SERIAL,)))
    assert verdict(revoking, ROOTS) == "trust.revoked"
    assert verdict(revoking) == "trust.revoked"
    assert verdict(revoking, ROOTS, now=NOW + timedelta(days=365)) == "trust.revoked"
    middle = pki.authority().certificate.serial_number
    assert verdict(made(), made(Listing((middle,)), pki.root())) == "trust.revoked"


def test_without_the_list_of_each_authority_nothing_is_believed() -> None:
    assert verdict() == "trust.crl-missing"
    assert verdict(made()) == "trust.crl-missing"
    assert verdict(ROOTS) == "trust.crl-missing"


def test_a_list_that_somebody_else_signed_is_no_list() -> None:
    namesake = pki.issue(pki.Subject("AC personnes de test", authority=True), pki.rsa_key("namesake"), pki.stranger())
    assert verdict(made(issuer=namesake), ROOTS) == "trust.crl-missing"
    with pytest.raises(PasserelleError, match=r"trust\.crl-issuer"):
        crl.authority_of(made(issuer=namesake), AUTHORITIES)


def test_a_list_holds_from_its_date_until_the_grace_is_over() -> None:
    listing = Listing()
    for now, said in (
        (listing.since - SKEW, "good"),
        (listing.since - SKEW - timedelta(seconds=1), "trust.crl-stale"),
        (listing.until + GRACE, "good"),
        (listing.until + GRACE + timedelta(seconds=1), "trust.crl-stale"),
    ):
        assert verdict(made(listing), replace(ROOTS, since=now, until=now), now=now) == said


def test_a_list_of_a_weak_digest_is_refused() -> None:
    # cryptography makes no SHA-1 list; its shortest is SHA-224, which is not ours either
    assert verdict(made(Listing(digest=hashes.SHA224)), ROOTS) == "trust.crl-missing"


def test_an_authority_that_may_not_sign_lists_signs_none() -> None:
    assert verdict(made(), ROOTS, path=(JEAN.certificate, pki.person("x@y.example").certificate)) == "trust.crl-missing"
    leaf = pki.person("x@y.example")
    with pytest.raises(PasserelleError, match=r"trust\.crl-issuer"):
        crl.authority_of(made(issuer=leaf), (leaf.certificate,))


def test_the_new_list_replaces_the_old_one_of_the_same_authority() -> None:
    old, new = made(), made(Listing(number=2, since=NOW))
    kept = crl.accept(new, (ROOTS, old), AUTHORITIES, NOW)
    assert kept == (ROOTS, new)
    assert crl.accept(new, kept, AUTHORITIES, NOW) == kept


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (Listing(number=4), "trust.crl-rollback"),
        (Listing(number=6, since=NOW - timedelta(days=2)), "trust.crl-rollback"),
        (Listing(number=6, until=NOW - timedelta(seconds=1)), "trust.crl-stale"),
        (Listing(number=6, since=NOW + timedelta(hours=1)), "trust.crl-stale"),
    ],
)
def test_an_older_list_or_one_that_does_not_hold_now_is_not_taken(new: Listing, code: str) -> None:
    with pytest.raises(PasserelleError) as caught:
        crl.accept(made(new), (made(Listing(number=5)),), AUTHORITIES, NOW)
    assert caught.value.code == code


def scope(**changes: object) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    given: dict[str, object] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return ((x509.IssuingDistributionPoint(**given | changes), True),)  # type: ignore[arg-type]


def test_a_list_of_a_part_speaks_for_that_part_only() -> None:
    people = made(Listing(extensions=scope(only_contains_user_certs=True)))
    rest = made(Listing(extensions=scope(only_contains_ca_certs=True)))
    assert verdict(people, ROOTS) == "good"
    assert verdict(rest, ROOTS) == "trust.crl-missing"
    assert crl.accept(rest, (people,), AUTHORITIES, NOW) == (people, rest)
    named = made(Listing(extensions=scope(full_name=[x509.UniformResourceIdentifier(POINT)])))
    pointing = pki.issue(pki.Subject("Pointe", points=(POINT,)), pki.rsa_key("points"), pki.authority())
    assert verdict(named, ROOTS, path=(pointing.certificate, *AUTHORITIES)) == "good"
    assert verdict(named, ROOTS) == "trust.crl-missing"


REASONS = frozenset({x509.ReasonFlags.key_compromise})
ODD: dict[str, Listing] = {
    "delta": Listing(extensions=((x509.DeltaCRLIndicator(1), True),)),
    "indirect": Listing(extensions=scope(indirect_crl=True)),
    "by reasons": Listing(extensions=scope(only_some_reasons=REASONS)),
    "of attributes": Listing(extensions=scope(only_contains_attribute_certs=True)),
    "unknown": Listing(extensions=((x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\5\0"), True),)),
    "unknown entry": Listing(
        (1,), entry_extensions=((x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\5\0"), True),)
    ),
    "other issuer": Listing((1,), entry_extensions=((x509.CertificateIssuer([x509.DNSName("x.example")]), True),)),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_list_that_is_not_complete_by_itself_is_refused(kind: str) -> None:
    assert refusal(pki.revocations(ODD[kind], pki.authority())) == "trust.crl-kind"


def test_what_is_no_list_is_refused() -> None:
    good = pki.revocations(Listing(), pki.authority())
    for content in (
        b"",
        b"<html>403</html>",
        good[:-1],
        good + b"\0",
        JEAN.certificate_pem,
        b"-----BEGIN X509 CRL-----",
    ):
        assert refusal(content) == "trust.crl"


def test_a_list_without_a_number_is_refused() -> None:
    """Made by hand: the number's OID (2.5.29.20) becomes one that nobody knows."""
    good = pki.revocations(Listing(), pki.authority())
    oid = b"\x06\x03\x55\x1d\x14"
    assert good.count(oid) == 1
    assert refusal(good.replace(oid, b"\x06\x03\x55\x1d\x7f")) == "trust.crl"


def test_a_list_without_its_end_is_refused() -> None:
    """Made by hand: cryptography's builder wants one."""
    good = pki.revocations(Listing(), pki.authority())
    end = b"\x17\x0d" + f"{Listing().until:%y%m%d%H%M%SZ}".encode()
    assert good.count(end) == 1
    short = bytearray(good.replace(end, b""))
    inner = 4 if short[1] == 0x82 else 3
    for place in (2, inner + 2):
        short[place : place + 2] = (int.from_bytes(short[place : place + 2]) - len(end)).to_bytes(2)
    assert refusal(bytes(short)) == "trust.crl"


def test_size_and_entries_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = pki.revocations(Listing((1, 2, 3)), pki.authority())
    monkeypatch.setattr(crl, "MOST_ENTRIES", 3)
    monkeypatch.setattr(crl, "LARGEST", len(listed))
    assert crl.load(listed).revoked == {1, 2, 3}
    monkeypatch.setattr(crl, "MOST_ENTRIES", 2)
    assert refusal(listed) == "trust.crl-size"
    assert refusal(listed + b"\0") == "trust.crl-size"


def test_what_is_kept_comes_back() -> None:
    lists = (made(Listing((SERIAL,), number=7)), ROOTS)
    kept = b"".join(one.pem for one in lists)
    assert crl.load_all(kept) == lists
    assert crl.load_all(b"") == ()
    assert crl.load(lists[0].raw.public_bytes(serialization.Encoding.DER)) == lists[0]
    with pytest.raises(PasserelleError, match=r"trust\.crl-size"):
        crl.load_all(lists[1].pem * (crl.MOST_LISTS + 1))
    assert len(crl.load_all(lists[1].pem * crl.MOST_LISTS)) == crl.MOST_LISTS
