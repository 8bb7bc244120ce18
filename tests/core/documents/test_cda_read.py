"""A CDA is read as it was written, or refused for a reason that is true."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import cda
from passerelle.core.documents.cda import times
from passerelle.core.errors import MalformedError, PasserelleError
from passerelle.core.message import Code, Identifier, PostalAddress, Sex
from tests.core.documents.cda_refusals import refusal
from tests.vectors import make_cda as make


def test_the_header_says_what_the_document_is() -> None:
    document = cda.read(make.cda())
    assert document.identifier == Identifier("1.2.250.1.999.7", "doc-1")
    assert document.kind == Code("11488-4", make.LOINC, "CR ou fiche de consultation")
    assert document.title == "Compte rendu de consultation"
    assert document.created == datetime.fromisoformat("2025-03-14T10:15:00+01:00")
    assert document.performed == date(2025, 3, 13)
    assert (document.version, document.replaces, document.deleted) == (1, None, False)
    assert document.source is not None
    assert document.source.content == make.cda()


def test_the_patient_shows_the_name_in_use_and_keeps_the_birth_record() -> None:
    patient = cda.read(make.cda()).patient
    assert (patient.family, patient.given) == ("DÉMO-USAGE", "Aline")
    assert (patient.birth_family, patient.birth_givens) == ("DÉMO-NAISSANCE", "Aline Rose")
    assert (patient.birth_date, patient.sex, patient.birth_place) == (date(1999, 2, 14), Sex.FEMALE, "49007")
    assert patient.ins == Identifier(make.INS_ROOT, make.INS)
    assert patient.local_ids == (Identifier("1.2.250.1.999.1", "P-42"),)
    assert patient.address == PostalAddress(("3 allée des Essais",), "49000", "ANGERS")


def test_a_patient_without_ins_has_only_the_traits_that_are_said() -> None:
    name = "<name><given>Aline</given><family>DÉMO</family></name>"
    patient = cda.read(make.cda(ids=make.LOCAL_ID, name=name)).patient
    assert (patient.family, patient.given) == ("DÉMO", "Aline")
    assert (patient.ins, patient.birth_family, patient.birth_givens) == (None, None, None)


def test_an_old_ins_c_is_no_ins() -> None:
    patient = cda.read(make.cda(ids='<id root="1.2.250.1.213.1.4.2" extension="0123456789"/>')).patient
    assert patient.ins is None
    assert patient.local_ids == (Identifier("1.2.250.1.213.1.4.2", "0123456789"),)


def test_two_ins_that_differ_are_two_patients() -> None:
    other = f'<id root="{make.INS_ROOT}" extension="199027699900101"/>'
    assert refusal(make.cda(ids=make.INS_ID + other)) == "cda.ins"
    assert cda.read(make.cda(ids=make.INS_ID * 2)).patient.ins == Identifier(make.INS_ROOT, make.INS)


def test_author_and_custodian_are_read_with_their_structure() -> None:
    document = cda.read(make.cda())
    assert document.author is not None
    assert (document.author.title, document.author.given, document.author.family) == ("DR", "Odile", "AUTEUR")
    assert document.author.identifier == Identifier("1.2.250.1.71.4.2.1", "899900000001")
    assert document.author.organisation is not None
    assert document.author.organisation.phone == "0200000000"
    assert document.custodian is not None
    assert document.custodian.identifier == Identifier("1.2.250.1.71.4.2.2", "1490000001")
    assert document.custodian.sector == Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")


def test_a_machine_is_no_author_and_an_act_without_day_has_none() -> None:
    content = (
        make.cda()
        .replace(b"assignedPerson", b"assignedAuthoringDevice")
        .replace(b'low value="20250313083000', b'low value="2025')
    )
    document = cda.read(content)
    assert (document.author, document.performed) == (None, None)


def test_who_answers_for_the_document_of_a_machine_is_its_author() -> None:
    signed = (
        b"<legalAuthenticator><assignedEntity><assignedPerson><name><given>Luc</given><family>SIGNATAIRE</family></name>"
        b"</assignedPerson></assignedEntity></legalAuthenticator>"
    )
    written = make.cda().replace(b"<documentationOf>", signed + b"<documentationOf>")
    machine = make.cda().replace(b"assignedPerson", b"assignedAuthoringDevice")
    machine = machine.replace(b"<documentationOf>", signed + b"<documentationOf>")
    authors = [cda.read(content).author for content in (written, machine)]
    assert [author and author.family for author in authors] == ["AUTEUR", "SIGNATAIRE"]


def test_a_patient_without_address_has_none() -> None:
    content = make.cda().replace(b"<addr><houseNumber>", b"<adresse><houseNumber>")
    content = content.replace(b"ANGERS</city></addr>", b"ANGERS</city></adresse>")
    assert cda.read(content).patient.address == PostalAddress()


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(make.cda()) - 1),
    st.integers(0, 12),
    st.sampled_from([b"", b"<td>", b'"', b"\x00", b"&#9;", b"-1"]),
)
def test_a_damaged_document_is_read_or_refused_never_a_crash(place: int, length: int, patch: bytes) -> None:
    content = make.cda()
    try:
        cda.read(content[:place] + patch + content[place + length :])
    except PasserelleError as error:
        assert error.code.startswith("cda.")  # noqa: PT017 - either outcome is right


def test_a_replacement_says_what_it_replaces() -> None:
    document = cda.read(make.cda(related=make.REPLACES, version="2"))
    assert document.replaces == Identifier("1.2.250.1.999.7", "doc-0")
    assert document.version == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "cda.xml"),
        (b"<a>", "cda.xml"),
        (b"<a>&nbsp;</a>", "cda.xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "cda.doctype"),
        (b'<!DOCTYPE a SYSTEM "other.dtd"><a/>', "cda.doctype"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "cda.doctype"),
        (b"<html/>", "cda.root"),
        (make.self_presenting(b'<?xml version="1.0"?><a/>'), "cda.root"),
        (make.cda().replace(b"recordTarget", b"recordTargot"), "cda.patient"),
        (make.cda().replace(b"<recordTarget>", b"<recordTarget/><recordTarget>"), "cda.patients"),
        (make.cda("<nothing/>"), "cda.body"),
        (make.cda(make.single(b"x").replace(">eA", ">e*")), "cda.base64"),
        (
            make.cda().replace(b'effectiveTime value="20250314101500', b'effectiveTime value="20250399101500'),
            "cda.time",
        ),
        (make.cda(version="0"), "cda.version"),
        (make.cda(version="10000"), "cda.version"),
        (make.cda(version="deux"), "cda.version"),
        (make.cda(version="000000001" + "0" * 5000), "cda.version"),
        (
            make.cda('<nonXMLBody><text mediaType="application/pdf"><reference value="a.pdf"/></text></nonXMLBody>'),
            "cda.body",
        ),
        (make.cda("<nonXMLBody><text> </text></nonXMLBody>"), "cda.body"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_the_name_of_the_rule(content: bytes, code: str) -> None:
    assert refusal(content) == code


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20250314", "2025-03-14T00:00:00+00:00"),
        ("202503141015", "2025-03-14T10:15:00+00:00"),
        ("20250314101533.25-0330", "2025-03-14T10:15:33-03:30"),
    ],
)
def test_a_time_stamp_keeps_its_digits_and_its_zone(text: str, iso: str) -> None:
    assert times.moment(text) == datetime.fromisoformat(iso)


@pytest.mark.parametrize("text", ["", "2025", "20250230", "99999999", "20250314\u0660"])
def test_a_date_that_is_none_stays_unknown_or_is_refused(text: str) -> None:
    assert times.day(text) is None or text.endswith("\u0660")
    with pytest.raises(MalformedError):
        times.moment(text)
