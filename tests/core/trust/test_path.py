from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

from passerelle.core.errors import UntrustedError
from passerelle.core.trust import path
from passerelle.core.trust.path import Use
from tests.vectors import pki

GOOD = pki.Subject("Variante", emails=("v@x.example",))


def check(identity: pki.Identity, use: Use = Use.SIGN, anchors: tuple[x509.Certificate, ...] | None = None) -> None:
    trusted = (pki.root().certificate,) if anchors is None else anchors
    found = path.check(identity.certificate, identity.chain, trusted, pki.NOW, use)
    assert (found[0], found[-1] in trusted) == (identity.certificate, True)


def refusal(identity: pki.Identity, use: Use = Use.SIGN, anchors: tuple[x509.Certificate, ...] | None = None) -> str:
    with pytest.raises(UntrustedError) as caught:
        check(identity, use, anchors)
    return caught.value.code


@pytest.mark.parametrize("use", [Use.SIGN, Use.ENCIPHER])
def test_a_good_certificate_leads_to_its_anchor(use: Use) -> None:
    check(pki.person(), use)
    check(pki.organisation(), use)
    check(pki.issue(GOOD, pki.ec_key("ec"), pki.authority()), Use.SIGN)


def test_no_anchor_but_the_given_ones_is_trusted() -> None:
    assert refusal(pki.person(), anchors=(pki.stranger().certificate,)) == "trust.path"
    assert refusal(pki.issue(GOOD, pki.rsa_key("v"), pki.stranger())) == "trust.path"
    assert refusal(pki.issue(GOOD, pki.rsa_key("v"))) == "trust.path"


def test_a_path_with_a_hole_is_refused() -> None:
    jean = pki.person()
    with pytest.raises(UntrustedError, match=r"trust\.path"):
        path.check(jean.certificate, (), (pki.root().certificate,), pki.NOW, Use.SIGN)


def test_an_authority_below_the_root_may_be_the_anchor() -> None:
    check(pki.person(), anchors=(pki.authority().certificate,))


def test_a_file_may_hold_the_whole_chain_and_only_its_top_is_believed_unseen() -> None:
    jean, top, middle = pki.person(), pki.root().certificate, pki.authority().certificate
    assert path.divided((middle, top)) == ((top,), (middle,))
    assert path.check(jean.certificate, (), (middle, top), pki.NOW, Use.SIGN) == (jean.certificate, middle, top)
    namesake = pki.issue(pki.Subject("AC personnes de test", authority=True), pki.rsa_key("other"), pki.stranger())
    assert path.divided((namesake.certificate, top)) == ((namesake.certificate, top), ())


def test_a_curve_agrees_on_keys_and_rsa_enciphers_them() -> None:
    agreeing = pki.issue(replace(GOOD, enciphers=False, agrees=True), pki.ec_key("ec"), pki.authority())
    check(agreeing, Use.ENCIPHER)
    assert refusal(pki.issue(GOOD, pki.ec_key("ec"), pki.authority()), Use.ENCIPHER) == "trust.usage"


def test_time_is_an_argument_and_binds_to_the_second() -> None:
    jean = pki.person()
    for now, good in (
        (pki.SINCE, True),
        (pki.UNTIL, True),
        (pki.SINCE - timedelta(seconds=1), False),
        (pki.UNTIL + timedelta(seconds=1), False),
    ):
        if good:
            path.check(jean.certificate, jean.chain, (pki.root().certificate,), now, Use.SIGN)
        else:
            with pytest.raises(UntrustedError, match=r"trust\.expired"):
                path.check(jean.certificate, jean.chain, (pki.root().certificate,), now, Use.SIGN)


@pytest.mark.parametrize(
    ("changes", "use", "code"),
    [
        ({"usages": ()}, Use.SIGN, "trust.path"),
        ({"usages": (ExtendedKeyUsageOID.CLIENT_AUTH,)}, Use.SIGN, "trust.path"),
        ({"usages": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, Use.SIGN, "trust.path"),
        ({"authority": True}, Use.SIGN, "trust.authority"),
        ({"signs": False}, Use.SIGN, "trust.usage"),
        ({"enciphers": False}, Use.ENCIPHER, "trust.usage"),
        ({"usages": pki.EMAIL}, Use.SERVER, "trust.path"),
        ({"usages": pki.EMAIL}, Use.CLIENT, "trust.path"),
        ({"usages": (ExtendedKeyUsageOID.CLIENT_AUTH,)}, Use.SERVER, "trust.path"),
        ({"usages": (ExtendedKeyUsageOID.SERVER_AUTH,)}, Use.CLIENT, "trust.path"),
        ({"until": pki.NOW - timedelta(days=1)}, Use.SIGN, "trust.expired"),
        ({"since": pki.NOW + timedelta(days=1)}, Use.SIGN, "trust.expired"),
    ],
)
def test_a_leaf_that_is_not_for_this_is_refused(changes: dict[str, object], use: Use, code: str) -> None:
    assert refusal(pki.variant(GOOD, **changes), use) == code


def test_a_weak_leaf_or_authority_is_refused() -> None:
    assert refusal(pki.issue(GOOD, pki.rsa_key("weak", 1024), pki.authority())) == "trust.weak-key"
    weak = pki.issue(pki.Subject("AC faible", authority=True), pki.rsa_key("weak", 1024), pki.root())
    assert refusal(pki.issue(GOOD, pki.rsa_key("v"), weak)) == "trust.path"


def test_a_key_of_ed25519_signs_and_does_nothing_else() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    named = x509.Name.from_rfc4514_string("CN=Ed25519")
    base = x509.CertificateBuilder(pki.authority().certificate.subject, named, key.public_key(), 7)
    built = base.not_valid_before(pki.SINCE).not_valid_after(pki.UNTIL)
    built = built.add_extension(x509.ExtendedKeyUsage([*pki.EMAIL, *pki.TLS]), critical=False)
    leaf = built.sign(pki.authority().key, hashes.SHA256())
    authorities = (pki.root().certificate, pki.authority().certificate)
    assert path.check(leaf, (), authorities, pki.NOW, Use.SIGN)[0] == leaf
    for use in (Use.ENCIPHER, Use.SERVER, Use.CLIENT):
        with pytest.raises(UntrustedError, match=r"trust\.weak-key"):
            path.check(leaf, (), authorities, pki.NOW, use)


def test_a_leaf_does_not_certify() -> None:
    forged = pki.issue(GOOD, pki.rsa_key("v"), pki.person())
    chain = (pki.person().certificate, *pki.person().chain)
    with pytest.raises(UntrustedError, match=r"trust\.path"):
        path.check(forged.certificate, chain, (pki.root().certificate,), pki.NOW, Use.SIGN)


def test_candidates_are_capped() -> None:
    jean, most = pki.person(), path.MOST_CERTIFICATES
    others = (*jean.chain, *(pki.stranger().certificate for _ in range(most - 1)))
    path.check(jean.certificate, others, (pki.root().certificate,), pki.NOW, Use.SIGN)
    with pytest.raises(UntrustedError, match=r"trust\.certificates"):
        path.check(jean.certificate, (*others, jean.certificate), (pki.root().certificate,), pki.NOW, Use.SIGN)
