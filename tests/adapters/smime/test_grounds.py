"""What the S/MIME lock stands on: a signer who was revoked, and lists that are missing or were not asked for."""

import pytest

from passerelle.adapters.cipher import SmimeCipher
from passerelle.adapters.grounds import Grounds
from passerelle.core.errors import UnavailableError, UntrustedError
from passerelle.core.trust import crl
from passerelle.steps.refresh import lists
from tests.adapters.smime.mails import AGREEMENT, JEAN, closed, to_hospital
from tests.fakes import FakeBulletins
from tests.vectors import pki


def published(*listings: tuple[pki.Listing, pki.Identity]) -> FakeBulletins:
    made = FakeBulletins()
    made.keep(lists("apicrypt"), b"".join(crl.load(pki.revocations(*one)).pem for one in listings))
    return made


ROOTS = (pki.Listing(), pki.root())


def enforcing(base: SmimeCipher, bulletins: FakeBulletins) -> SmimeCipher:
    grounds = Grounds(base.keyring, bulletins, {"apicrypt": ("http://crl.example/",)})
    return SmimeCipher(base.keyring, base.identity_name, base.anchors_name, grounds)


def test_who_is_not_revoked_is_let_through(cipher: SmimeCipher) -> None:
    good = enforcing(cipher, published(ROOTS, (pki.Listing(), pki.authority())))
    assert good.open(closed(), JEAN, pki.NOW).proof.signer == pki.JEAN
    assert good.close(to_hospital(), AGREEMENT, pki.NOW)


def test_a_revoked_signer_or_recipient_is_refused(cipher: SmimeCipher) -> None:
    listing = pki.Listing((pki.person().certificate.serial_number,))
    bad = enforcing(cipher, published(ROOTS, (listing, pki.authority())))
    with pytest.raises(UntrustedError, match=r"trust\.revoked"):
        bad.open(closed(), JEAN, pki.NOW)
    with pytest.raises(UntrustedError, match=r"trust\.revoked"):
        bad.close(to_hospital(), AGREEMENT, pki.NOW)


def test_mail_waits_for_lists_that_are_missing(cipher: SmimeCipher) -> None:
    bulletins = published(ROOTS)
    waiting = enforcing(cipher, bulletins)
    with pytest.raises(UnavailableError, match=r"trust\.crl-missing"):
        waiting.open(closed(), JEAN, pki.NOW)
    bulletins.keep(lists("apicrypt"), published(ROOTS, (pki.Listing(), pki.authority())).read(lists("apicrypt")))
    assert waiting.open(closed(), JEAN, pki.NOW).content


def test_lists_that_cannot_be_read_are_the_bridge_s_fault(cipher: SmimeCipher) -> None:
    bulletins = FakeBulletins()
    bulletins.keep(lists("apicrypt"), b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----")
    with pytest.raises(UnavailableError, match=r"trust\.crl\]"):
        enforcing(cipher, bulletins).open(closed(), JEAN, pki.NOW)
