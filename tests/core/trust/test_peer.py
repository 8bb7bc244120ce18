"""The agency's audit matrix, in both directions: one certificate is let in, and each other refused by name."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passerelle.core.errors import PasserelleError
from passerelle.core.trust import crl, ground, names, peer, white_list
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.path import Use
from passerelle.core.trust.peer import Peer
from passerelle.core.trust.white_list import WhiteList
from tests.vectors import pki

DOMAIN, HOST = "ch-exemple.mssante.example", "smtp.ch.example"
NAME = f"CN={HOST},OU=1990000001,O=CH EXEMPLE,ST=Nord (59),C=FR"
GOOD = pki.Subject(NAME, domains=(HOST,), usages=pki.TLS)
REVOKED = 4242
LISTED = white_list.gathered(
    pki.NOW, [(DOMAIN, names.parse(f"/C=FR/ST=nord (59)/O=Ch  Exemple/OU=1990000001/CN={HOST}"))]
)
AUTHORITIES = pki.pem(pki.root().certificate, pki.authority().certificate)


def lists(*listings: tuple[pki.Identity, pki.Listing]) -> bytes:
    made = listings or ((pki.root(), pki.Listing()), (pki.authority(), pki.Listing((REVOKED,))))
    return b"".join(crl.load(pki.revocations(listing, issuer)).pem for issuer, listing in made)


GROUND = ground.load(AUTHORITIES, lists())


def shown(identity: pki.Identity, use: Use, host: str = HOST) -> Peer:
    chain = (identity.certificate, *identity.chain)
    return Peer(tuple(one.public_bytes(Encoding.DER) for one in chain), host, use)


def verdict(seen: Peer, domain: str = DOMAIN, on: Ground = GROUND, listed: WhiteList = LISTED) -> str:
    try:
        assert peer.check_operator(seen, domain, on, listed, pki.NOW) == names.parse(NAME)
    except PasserelleError as error:
        return error.code
    return "let in"


FOREIGN = pki.issue(GOOD, pki.rsa_key("variant"), pki.stranger())
MATRIX = {
    "cert-valide": (pki.variant(GOOD), HOST, "let in"),
    "cert-expire": (pki.variant(GOOD, until=pki.NOW - timedelta(seconds=1)), HOST, "trust.expired"),
    "not yet": (pki.variant(GOOD, since=pki.NOW + timedelta(seconds=1)), HOST, "trust.expired"),
    "cert-revoque": (pki.variant(GOOD, serial=REVOKED), HOST, "trust.revoked"),
    "cert-non-igc": (FOREIGN, HOST, "trust.path"),
    "self-signed": (pki.issue(GOOD, pki.rsa_key("variant")), HOST, "trust.path"),
    "cert-no-match": (pki.variant(GOOD, name=NAME.replace("1990000001", "1990000002")), HOST, "trust.not-listed"),
    "cert-cn-diff-dn": (pki.variant(GOOD, name=NAME.replace(HOST, "smtp.x.example")), HOST, "trust.not-listed"),
    "another host": (pki.variant(GOOD, domains=("smtp.x.example",)), HOST, "trust.host"),
    "any host": (pki.variant(GOOD, domains=("*.ch.example",)), HOST, "trust.host"),
    "no host": (pki.variant(GOOD), "", "trust.host"),
    "common name only": (pki.variant(GOOD, domains=()), HOST, "let in"),
    "host in capitals": (pki.variant(GOOD), HOST.upper() + ".", "let in"),
    "for mail": (pki.variant(GOOD, usages=pki.EMAIL), HOST, "trust.path"),
    "an authority": (pki.variant(GOOD, authority=True), HOST, "trust.authority"),
}


@pytest.mark.parametrize("use", [Use.SERVER, Use.CLIENT])
@pytest.mark.parametrize("case", MATRIX)
def test_the_audit_matrix(case: str, use: Use) -> None:
    identity, host, said = MATRIX[case]
    assert verdict(shown(identity, use, host)) == said


def test_without_tls_nobody_is_let_in() -> None:
    assert verdict(Peer((), HOST, Use.CLIENT)) == "trust.no-certificate"
    assert verdict(Peer((b"no certificate",), HOST, Use.CLIENT)) == "trust.certificate"


def test_a_listed_certificate_speaks_for_its_own_domains_only() -> None:
    good = shown(pki.variant(GOOD), Use.SERVER)
    assert verdict(good, domain=DOMAIN.upper()) == "let in"
    assert verdict(good, domain="other.mssante.example") == "trust.domain"
    other = replace(LISTED, domains={**LISTED.domains, "other.mssante.example": frozenset({names.parse("CN=x,C=FR")})})
    assert verdict(good, domain="other.mssante.example", listed=other) == "trust.not-listed"


def test_a_notice_may_come_from_any_operator_and_from_nobody_else() -> None:
    assert verdict(shown(pki.variant(GOOD), Use.CLIENT), domain="") == "let in"
    other = pki.variant(GOOD, name=NAME.replace("1990000001", "1990000002"))
    assert verdict(shown(other, Use.CLIENT), domain="") == "trust.not-listed"


def test_a_certificate_for_one_direction_is_refused_in_the_other() -> None:
    serving = pki.variant(GOOD, usages=pki.TLS[:1])
    assert verdict(shown(serving, Use.SERVER)) == "let in"
    assert verdict(shown(serving, Use.CLIENT)) == "trust.path"


def test_where_revocation_is_not_known_nobody_is_let_in() -> None:
    good = shown(pki.variant(GOOD), Use.SERVER)
    assert verdict(good, on=ground.load(AUTHORITIES, b"")) == "trust.crl-missing"
    old = pki.Listing(until=pki.NOW - timedelta(hours=5))
    stale = lists((pki.root(), pki.Listing()), (pki.authority(), old))
    assert verdict(good, on=ground.load(AUTHORITIES, stale)) == "trust.crl-stale"
    assert verdict(good, on=ground.load(AUTHORITIES, None)) == "let in"


def test_an_address_is_a_host_too() -> None:
    here = pki.variant(replace(GOOD, addresses=("127.0.0.1", "::1")))
    for host, said in (("127.0.0.1", "let in"), ("[::1]", "let in"), ("0:0::1", "let in"), ("127.0.0.2", "trust.host")):
        assert verdict(shown(here, Use.SERVER, host)) == said
    named = pki.variant(replace(GOOD, domains=("127.0.0.1",)))
    assert verdict(shown(named, Use.SERVER, "127.0.0.1")) == "trust.host"


def test_a_file_without_authorities_is_the_bridge_s_fault() -> None:
    for content in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(PasserelleError, match=r"trust\.ground"):
            ground.load(content, b"")
