"""White lists for tests: who signs them, the good one, and every attack on it that was ever published, by name."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

from passerelle.core.trust import crl
from passerelle.core.trust.ground import Ground
from passerelle.core.trust.white_list_xml import Signers
from passerelle.local.towns.announcements import AS_USUAL, Entry, Form, signed, white_list
from tests.vectors import pki

SIGNER = "alb.mssante.example"
GENERATED = pki.NOW - timedelta(hours=1)
DOMAIN = "ch-exemple.mssante.example"
NAME = "CN=smtp.ch.example,OU=1990000001,O=CH EXEMPLE,ST=Nord (59),C=FR"
ENTRIES = (
    Entry(DOMAIN, NAME),
    Entry("UC-CMP.mssante.example", "CN=smtp.uc.example, OU=1990000002, O=UC, ST=Nord (59), C=FR"),
    Entry(DOMAIN, 'CN=smtp2.ch.example,OU=1990000001,O="CH   EXEMPLE",ST=Nord (59),C=FR'),
    Entry("interop.apicrypt.example", "CN=mailin.apicrypt.example,OU=3343975235300037,O=A & B,ST=Nord (59),C=FR"),
)
EVIL = (Entry(DOMAIN, "CN=evil.example,OU=1,O=EVIL,C=FR"),)


def subject(common: str = SIGNER, **changes: object) -> pki.Identity:
    named = pki.Subject(f"CN={common},OU=300000000000001,O=ESSAI,ST=Nord (59),C=FR", emails=("alb@mssante.example",))
    return pki.variant(named, **changes)


@cache
def signer() -> pki.Identity:
    """Return who signs the list."""
    return subject()


@cache
def signers() -> Signers:
    """Return who may sign the list."""
    lists = tuple(crl.load(pki.revocations(pki.Listing(), one)) for one in (pki.root(), pki.authority()))
    authorities = (pki.root().certificate, pki.authority().certificate)
    return Signers(frozenset({SIGNER}), Ground(authorities, lists))


def made(*entries: Entry, form: Form = AS_USUAL, by: pki.Identity | None = None) -> bytes:
    """Return a list, as good as it can be."""
    who = by or signer()
    return signed(white_list(entries or ENTRIES, GENERATED), who.certificate, pki.rsa_key("variant"), form)


def _signature(content: bytes) -> bytes:
    found = re.search(rb"<Signature .*</Signature>", content, re.DOTALL)
    assert found
    return found[0]


def _changed(old: bytes, new: bytes) -> Callable[[], bytes]:
    def change() -> bytes:
        good = made()
        assert old in good
        return good.replace(old, new, 1)

    return change


def _wrapped() -> bytes:
    """The good list, whole and signed, inside an evil one."""
    inner = made().split(b"?>", 1)[1]
    outer = white_list(EVIL, GENERATED).encode()
    return outer.replace(b"</ListeDomaines>", b"</ListeDomaines>" + inner)


def _beside() -> bytes:
    """An evil list with the good signature, and the good content where the signature would keep an object."""
    good = made()
    signature = _signature(good)
    content = good.split(b"?>", 1)[1].replace(signature, b"").replace(b"Sante ", b'Sante Id="good" ', 1)
    thick = signature.replace(b"</Signature>", b"<Object>" + content + b"</Object></Signature>")
    return white_list(EVIL, GENERATED).encode().replace(b"</ListeBlancheMSSante>", thick + b"</ListeBlancheMSSante>")


def _by_id() -> bytes:
    """The same, with a signature that is right: over the element of that Id, and not over the document."""
    document = white_list(EVIL, GENERATED).replace("<ListeDomaines>", '<ListeDomaines Id="good">')
    covered = '<ListeDomaines xmlns="https://listeblanche.mssante.fr/schema" Id="good"></ListeDomaines>'
    form = Form(transforms=(Form().transforms[1],), uri="#good")
    return signed(document, signer().certificate, pki.rsa_key("variant"), form, covered)


def _twice() -> bytes:
    good = made()
    return good.replace(_signature(good), _signature(good) * 2)


def _other_key() -> bytes:
    """Signed by a key that is not the certificate's."""
    return signed(white_list(EVIL, GENERATED), signer().certificate, pki.rsa_key("evil"))


def _own_key() -> bytes:
    """Signed by a key that comes as a bare KeyValue, beside the signer's certificate."""
    number = "AQAB"
    value = f"<KeyValue><RSAKeyValue><Modulus>{number}</Modulus><Exponent>{number}</Exponent></RSAKeyValue></KeyValue>"
    return _other_key().replace(b"<KeyInfo>", b"<KeyInfo>" + value.encode())


def _doctype(subset: bytes) -> Callable[[], bytes]:
    return _changed(b"?><Liste", b"?><!DOCTYPE ListeBlancheMSSante [" + subset + b"]><Liste")


def _utf7() -> bytes:
    hidden = b"+ADwAIQ-DOCTYPE x +AFsAPAAh-ENTITY y +ACI-z+ACIAPgBdAD4-"
    return made().replace(b'encoding="UTF-8"?>', b'encoding="UTF-7"?>' + hidden)


_XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_ENVELOPED, _CANONICAL = Form().transforms
_MORE = b'<Reference URI=""><Transforms>'


def _form(**changes: object) -> Callable[[], bytes]:
    return lambda: made(form=Form(**changes))  # type: ignore[arg-type]


def _by(make: Callable[[], pki.Identity]) -> Callable[[], bytes]:
    return lambda: made(by=make())


def _foreign() -> pki.Identity:
    named = pki.Subject(f"CN={SIGNER},C=FR", emails=("alb@mssante.example",))
    return pki.issue(named, pki.rsa_key("variant"), pki.stranger())


ATTACKS: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "a name altered": ("trust.list-signature", _changed(b"smtp.ch.example", b"evil.example")),
    "a comment within": ("trust.list", _changed(b"<Nom>", b"<Nom><!DOCTYPE x>")),
    "an entry added": ("trust.list-signature", _changed(b"<ListeDomaines>", b"<ListeDomaines><Domaine></Domaine>")),
    "the date altered": ("trust.list-signature", _changed(b"<DateDeGeneration>2026", b"<DateDeGeneration>2027")),
    "no signature": ("trust.list-signature", lambda: white_list(EVIL, GENERATED).encode()),
    "an empty signature": (
        "trust.list-signature",
        lambda: made().replace(_signature(made()), b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'),
    ),
    "wrapped by an evil list": ("trust.list-signature", _wrapped),
    "the good list beside": ("trust.list-signature", _beside),
    "signed by Id": ("trust.list-signature", _by_id),
    "two signatures": ("trust.list-signature", _twice),
    "the signature first": (
        "trust.list-signature",
        lambda: (
            made().replace(_signature(made()), b"").replace(b"\n    <DateD", _signature(made()) + b"\n    <DateD", 1)
        ),
    ),
    "two references": (
        "trust.list-signature",
        _changed(b"</SignedInfo>", _MORE + b"</Transforms></Reference></SignedInfo>"),
    ),
    "another key": ("trust.list-signature", _other_key),
    "a key of its own": ("trust.list-signature", _own_key),
    "XSLT": ("trust.list-signature", _form(transforms=(_ENVELOPED, _XSLT, _CANONICAL))),
    "XPath": ("trust.list-signature", _form(transforms=(_ENVELOPED, _XPATH, _CANONICAL))),
    "not canonical": ("trust.list-signature", _form(transforms=(_ENVELOPED,))),
    "canonical twice": ("trust.list-signature", _form(transforms=(_ENVELOPED, _CANONICAL, _CANONICAL))),
    "with comments": ("trust.list-signature", _form(canonical=_CANONICAL + "WithComments")),
    "namespaces included": (
        "trust.list-signature",
        _changed(b"</CanonicalizationMethod>", b'<InclusiveNamespaces PrefixList="x"/></CanonicalizationMethod>'),
    ),
    "SHA-1": ("trust.list-signature", _form(method="http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
    "a digest of SHA-1": ("trust.list-signature", _form(digest="http://www.w3.org/2000/09/xmldsig#sha1")),
    "HMAC": ("trust.list-signature", _form(method="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")),
    "a reference abroad": ("trust.list-signature", _form(uri="http://evil.example/list.xml")),
    "a reference to a file": ("trust.list-signature", _form(uri="file:/etc/hostname")),
    "no certificate": ("trust.list-signature", lambda: made().replace(b"X509Certificate>", b"X509SubjectName>")),
    "a broken certificate": ("trust.list-signature", _changed(b"<X509Certificate>MII", b"<X509Certificate>AAA")),
    "another signer": ("trust.list-signer", _by(lambda: subject("blb.mssante.example"))),
    "two common names": ("trust.list-signer", _by(lambda: subject(f"blb.mssante.example,CN={SIGNER}"))),
    "a foreign authority": ("trust.path", _by(_foreign)),
    "a signer that is no signer": ("trust.usage", _by(lambda: subject(signs=False))),
    "a signer for TLS": ("trust.path", _by(lambda: subject(usages=()))),
    "a signer run out": ("trust.expired", _by(lambda: subject(until=pki.NOW - timedelta(seconds=1)))),
    "an entity": ("trust.list", _doctype(b'<!ENTITY e "x">')),
    "an external entity": ("trust.list", _doctype(b'<!ENTITY e SYSTEM "file:/etc/hostname">')),
    "an external DTD": (
        "trust.list",
        _changed(b"?><Liste", b'?><!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><Liste'),
    ),
    "billion laughs": (
        "trust.list",
        _doctype(
            b"<!ENTITY a '"
            + b"ha" * 50
            + b"'>"
            + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(9))
        ),
    ),
    "UTF-7": ("trust.list", _utf7),
    "UTF-16": ("trust.list", lambda: made().decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    "cut": ("trust.list", lambda: made()[:-1]),
    "empty": ("trust.list", lambda: b""),
    "a web page": ("trust.list", lambda: b"<html><body>403</body></html>"),
    "another namespace": ("trust.list", _changed(b"listeblanche.mssante.fr", b"listeblanche.evil.example")),
    "too deep": ("trust.list", _changed(b"<ListeDomaines>", b"<x>" * 300 + b"</x>" * 300 + b"<ListeDomaines>")),
    "no entries": (
        "trust.list",
        lambda: signed(white_list((), GENERATED), signer().certificate, pki.rsa_key("variant")),
    ),
    "no date": (
        "trust.list",
        lambda: signed(white_list(ENTRIES, GENERATED).replace("T", "t"), signer().certificate, pki.rsa_key("variant")),
    ),
}
"""By name: the code that each is refused with, and how it is made."""
