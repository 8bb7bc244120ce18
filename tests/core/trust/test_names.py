"""One holder's name is one name however it is written, and two holders' names stay two."""

from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError
from passerelle.core.trust import names

SUBJECT = x509.Name.from_rfc4514_string("CN=smtp.ch.example,OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR")
PLAIN = names.of(SUBJECT)


@pytest.mark.parametrize(
    "written",
    [
        "CN=smtp.ch.example,OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR",
        "C=FR, ST=Nord (59), O=CH d'Exemple, OU=1990000001, CN=smtp.ch.example",
        "/C=FR/ST=Nord (59)/O=CH d'Exemple/OU=1990000001/CN=smtp.ch.example",
        "cn=SMTP.CH.EXAMPLE,ou=1990000001,o=CH D'EXEMPLE,st=NORD (59),c=fr",
        "CN = smtp.ch.example ; OU = 1990000001 ; O = CH d'Exemple ; S = Nord (59) ; C = FR",
        "2.5.4.3=smtp.ch.example,OID.2.5.4.11=1990000001,oid.2.5.4.10=CH d'Exemple,2.5.4.8=Nord (59),2.5.4.6=FR",
        'CN=smtp.ch.example,OU=1990000001,O="CH   d\'Exemple",ST=Nord (59),C=FR',
        "CN=smtp.ch.example,OU=1990000001,O=CH\u00a0 d'Exemple ,ST=Nord (59),C=FR\n",
        "CN=smtp.ch.example,OU=1990000001,O=CH d\\'Exemple,ST=Nord \\28" + "59\\),C=FR",
        "CN=smtp.ch.example,OU=1990000001,2.5.4.10=#0c0c43482064274578656d706c65,ST=Nord (59),C=FR",
        "CN=smtp.ch.example+OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR",
        "commonName=smtp.ch.example,organizationalUnitName=1990000001,organizationName=CH d'Exemple,SP=Nord (59),C=FR",
    ],
)
def test_the_ways_of_real_lists_to_write_a_name_are_one(written: str) -> None:
    assert names.parse(written) == PLAIN


@pytest.mark.parametrize(
    "other",
    [
        "CN=smtp.ch.example,OU=1990000002,O=CH d'Exemple,ST=Nord (59),C=FR",
        "CN=smtp.ch.example.evil.example,OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR",
        "CN=smtp.ch.example,OU=1990000001,O=CH d'Exemple,ST=Nord (59)",
        "CN=smtp.ch.example,OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR,C=FR",
        "CN=smtp.ch.example,OU=1990000001,O=CH d'Exemplé,ST=Nord (59),C=FR",
        "CN=smtp.ch.example\\,OU=1990000001,O=CH d'Exemple,ST=Nord (59),C=FR",
        "O=smtp.ch.example,OU=1990000001,CN=CH d'Exemple,ST=Nord (59),C=FR",
    ],
)
def test_two_holders_stay_two(other: str) -> None:
    assert names.parse(other) != PLAIN


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('O="CH, SERVICE", C=FR', "ch, service"),
        ("O=CH, SERVICE, C=FR", "ch, service"),
        ("O=CH + SERVICE, C=FR", "ch + service"),
        ("/C=FR/O=CH/SERVICE", "ch/service"),
        ('O=CH "LE, PORT", C=FR', "ch le, port"),
        ("O=C\\C3\\A9, C=FR", "cé"),
        ("O=Ce\u0301, C=FR", "cé"),
        ("O=#0401ff, C=FR", "#0401ff"),
        ("O=#zz, C=FR", "#zz"),
        ("O=#0c024368, C=FR", "ch"),
        ("O=#13024348, C=FR", "ch"),
        ("O=#1402c943, C=FR", "éc"),
        ("O=#1e0400c90043, C=FR", "éc"),
        ("O=#1c08000000c900000043, C=FR", "éc"),
        ("O=#0c024368ff, C=FR", "#0c024368ff"),
        ("O=#0c02ff00, C=FR", "#0c02ff00"),
        ("O=#0300, C=FR", "#0300"),
        ("O=#0700, C=FR", "#0700"),
        ("O=#, C=FR", "#"),
    ],
)
def test_what_is_oddly_written_is_one_value(written: str, value: str) -> None:
    assert names.parse(written) == (("2.5.4.10", value), ("2.5.4.6", "fr"))


@pytest.mark.parametrize("written", ["", " ", "/", "x", "smtp.ch.example", "=x", "CNsmtp", "FOO=bar", "\0", ",", "+"])
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(MalformedError, match=r"trust\.name"):
        names.parse(written)


def test_a_name_has_its_length() -> None:
    assert names.parse("CN=" + "x" * (names.LONGEST - 3))
    with pytest.raises(MalformedError, match=r"trust\.name"):
        names.parse("CN=" + "x" * (names.LONGEST - 2))


OIDS = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.LOCALITY_NAME)
VALUES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20).filter(lambda text: text.strip())
SUBJECTS = st.lists(st.tuples(st.sampled_from(OIDS), VALUES), min_size=1, max_size=5).map(
    lambda pairs: x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])
)


@given(SUBJECTS)
@settings(max_examples=100)
def test_what_cryptography_writes_is_read_as_what_the_certificate_says(subject: x509.Name) -> None:
    assert names.parse(subject.rfc4514_string()) == names.of(subject)


@given(SUBJECTS)
@settings(max_examples=50)
def test_order_and_capitals_tell_nobody_apart(subject: x509.Name) -> None:
    turned = x509.Name([x509.NameAttribute(one.oid, str(one.value)) for one in reversed(list(subject))])
    assert names.of(turned) == names.of(subject)
    assert names.folded(names.folded("Straße ＡＢ")) == "strasse ab"


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_whatever_is_written_is_a_name_or_refused(text: str) -> None:
    with suppress(MalformedError):
        assert names.parse(text)
