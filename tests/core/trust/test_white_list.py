"""The white list: what a good signature covers is read, and every published way around it is refused by name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from passerelle.core.errors import PasserelleError, UntrustedError
from passerelle.core.trust import crl, names, white_list, white_list_xml
from passerelle.core.trust.white_list import LONGEST_AGE, Kept, WhiteList, advance
from passerelle.local.towns.announcements import Entry
from tests.vectors import lists, pki


def read(content: bytes) -> WhiteList:
    return white_list_xml.verify(content, lists.signers(), pki.NOW)


def refusal(content: bytes, signers: white_list_xml.Signers | None = None) -> str:
    with pytest.raises(PasserelleError) as caught:
        white_list_xml.verify(content, signers or lists.signers(), pki.NOW)
    return caught.value.code


def test_a_good_list_says_who_speaks_for_each_domain() -> None:
    found = read(lists.made())
    assert (found.generated, found.odd, len(found.domains)) == (lists.GENERATED, 0, 3)
    other = names.parse("CN=smtp2.ch.example,OU=1990000001,O=CH EXEMPLE,ST=Nord (59),C=FR")
    assert found.names(lists.DOMAIN) == {names.parse(lists.NAME), other}
    assert found.names("uc-cmp.MSSANTE.example.") == found.names("UC-CMP.mssante.example")


def test_a_domain_that_is_not_listed_has_nobody() -> None:
    found = read(lists.made())
    for domain in ("mssante.example", "x." + lists.DOMAIN, "", ".", lists.DOMAIN + "..", "é" * 300):
        with pytest.raises(UntrustedError, match=r"trust\.domain"):
            found.names(domain)


@pytest.mark.parametrize("attack", lists.ATTACKS)
def test_an_attack_is_refused_by_name(attack: str) -> None:
    code, make = lists.ATTACKS[attack]
    assert refusal(make()) == code


def test_a_revoked_signer_is_refused_and_one_of_whom_nothing_is_known_waits() -> None:
    serial = lists.signer().certificate.serial_number
    revoking = crl.load(pki.revocations(pki.Listing((serial,)), pki.authority()))
    for crls, code in ((revoking,), "trust.revoked"), ((), "trust.crl-missing"):
        ground = replace(lists.signers().ground, crls=crls)
        assert refusal(lists.made(), replace(lists.signers(), ground=ground)) == code


def test_a_comment_is_not_read() -> None:
    """Comments are not signed: a list with one reads as without it."""
    assert read(lists.made().replace(b"<Nom>ch-", b"<Nom><!-- x -->ch-<!-- y -->")) == read(lists.made())


def test_an_entry_that_says_nothing_lets_nobody_in_and_is_counted() -> None:
    odd = (
        Entry("no domain", lists.NAME),
        Entry("d.example", "no name"),
        Entry("", ""),
        Entry("é..example", lists.NAME),
    )
    found = read(lists.made(*lists.ENTRIES, *odd))
    assert (found.domains, found.odd) == (read(lists.made()).domains, 4)
    with pytest.raises(UntrustedError):
        found.names("d.example")


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("ch.example", "ch.example"),
        (" CH.Example.\n", "ch.example"),
        ("hôpital.example", "xn--hpital-ixa.example"),
        ("example", None),
        ("a b.example", None),
        ("-a.example", None),
        ("a." + "b" * 64, None),
        (".".join(["b" * 50] * 6), None),
    ],
)
def test_a_domain_is_looked_up_in_one_form(written: str, domain: str | None) -> None:
    assert white_list.canonical(written) == domain


def test_size_and_entries_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    good = lists.made()
    monkeypatch.setattr(white_list_xml, "LARGEST", len(good))
    monkeypatch.setattr(white_list_xml, "MOST_ENTRIES", len(lists.ENTRIES))
    assert read(good).domains
    assert refusal(good + b" ") == "trust.list-size"
    monkeypatch.setattr(white_list_xml, "MOST_ENTRIES", len(lists.ENTRIES) - 1)
    assert refusal(good) == "trust.list-size"


def test_certificates_are_capped() -> None:
    element = lists.made().split(b"<X509Data>")[1].split(b"</X509Data>")[0]
    most = white_list_xml.MOST_CERTIFICATES
    assert read(lists.made().replace(element, element * most)).domains
    assert refusal(lists.made().replace(element, element * (most + 1))) == "trust.list-signature"


def test_a_list_never_goes_back() -> None:
    new = read(lists.made())
    kept = advance(None, new, pki.NOW, "tag")
    assert advance(kept, new, pki.NOW).confirmed == pki.NOW
    older = replace(new, generated=new.generated - timedelta(seconds=1))
    with pytest.raises(UntrustedError, match=r"trust\.list-rollback"):
        advance(kept, older, pki.NOW)


def test_a_list_that_nobody_confirms_is_believed_no_longer() -> None:
    kept = Kept(read(lists.made()), pki.NOW)
    assert kept.believed(pki.NOW + LONGEST_AGE) is kept.content
    with pytest.raises(PasserelleError, match=r"trust\.list-stale"):
        kept.believed(pki.NOW + LONGEST_AGE + timedelta(seconds=1))


def test_what_is_kept_comes_back() -> None:
    kept = Kept(replace(read(lists.made()), odd=2), pki.NOW, '"tag"')
    assert white_list.load(white_list.dump(kept)) == kept
    for content in (b"", b"{}", b"[]", b'{"domains": 1}', b'{"names": [], "domains": {"a": [1]}}', b"\xff"):
        with pytest.raises(PasserelleError, match=r"trust\.list-kept"):
            white_list.load(content)
