from datetime import UTC, date, datetime

import pytest

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import layout
from passerelle.core.errors import MalformedError, UnsupportedError
from tests.core.documents.hprim_files import HEADER, NOW, codes, file, header, one


def test_twelve_lines_become_the_patient_and_the_dates() -> None:
    found, document = one(file("Bonjour,", "", "Tout va bien."))
    patient = document.patient
    assert (patient.family, patient.given, patient.birth_date) == ("DUPONT", "Élodie", date(1981, 5, 4))
    assert (patient.address.lines, patient.address.postcode) == (("2 rue du Port", "Bât. B"), "59140")
    assert patient.address.city == "DUNKERQUE"
    assert patient.local_ids[0].extension == "A123"
    assert (document.file_number, document.addressee) == ("D77", ".          jean.MARTIN")
    assert document.issuer == ".          Dr DURAND"
    assert document.created == datetime(2026, 11, 20, tzinfo=UTC)
    assert document.performed == date(2026, 11, 20)
    assert document.text == ("Bonjour,", "", "Tout va bien.")
    assert document.kind.code == "11488-4"
    assert found.losses == ()


def test_line_8_is_the_insured_person_and_never_an_ins_nor_a_sex() -> None:
    patient = one(file("x"))[1].patient
    assert patient.insured == "2810559999999 12"
    assert patient.ins is None
    assert patient.sex is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "mac-roman"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_every_encoding_and_every_end_of_line_reads_the_same(encoding: str, end: str) -> None:
    content = file("Réponse opérée à la hanche.", end=end, lines=header(l3="Hélène")).encode(encoding)
    document = hprim.read(content, NOW).documents[0]
    assert document.patient.given == "Hélène"
    assert document.text == ("Réponse opérée à la hanche.",)


def test_macroman_is_a_guess_and_is_said() -> None:
    assert codes(hprim.read(file("opérée").encode("mac-roman"), NOW)) == ["hprim.macroman-guessed"]


def test_bytes_that_are_no_text_are_seen_and_said() -> None:
    found = hprim.read(file("avant X après").encode("cp1252").replace(b"X", b"\x81"), NOW)
    assert found.documents[0].text == ("avant \ufffd après",)
    assert codes(found) == ["hprim.unknown-characters"]


def test_the_end_mark_of_old_editors_is_no_text() -> None:
    found = hprim.read(file("x").encode() + b"\x1a", NOW)
    assert found.rest == ""
    assert found.losses == ()


def test_a_broken_utf_16_file_is_malformed() -> None:
    with pytest.raises(MalformedError, match=r"hprim\.encoding"):
        hprim.read(b"\xff\xfeA", NOW)


@pytest.mark.parametrize("thirteenth", [(), ("",), (" ",)])
def test_the_thirteenth_line_is_dropped_where_blank_and_text_where_not(thirteenth: tuple[str, ...]) -> None:
    text = "\n".join([*HEADER, *thirteenth, "Le texte", "****FIN****"])
    assert one(text)[1].text == ("Le texte",)


def test_blank_lines_before_the_header_are_skipped_and_an_empty_line_1_is_not() -> None:
    assert one("\n\n" + file("x"))[1].patient.family == "DUPONT"
    assert one(file("x", lines=header(l1="")))[1].patient.family == "DUPONT"
    assert one("\n" + file("x", lines=header(l1="")))[1].patient.family == "DUPONT"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("04/05/1981", date(1981, 5, 4)),
        ("4/5/1981", date(1981, 5, 4)),
        ("04.05.1981", date(1981, 5, 4)),
        ("1981-05-04", date(1981, 5, 4)),
        ("04/05/81", date(1981, 5, 4)),  # 2081 is to come
        ("04/05/02", date(2002, 5, 4)),  # nobody is 124
        ("04/05/20", None),  # 6 years old, or 106
        ("04/20/1981", None),  # month 20, copied from an insurance number
        ("31/02/1981", None),
        ("04/05/2031", None),
        ("04/05/1880", None),
        ("04/05-1981", None),
        ("", None),
    ],
)
def test_a_birth_date_is_read_where_it_means_one_day_only(written: str, meant: date | None) -> None:
    found, document = one(file("x", lines=header(l7=written)))
    assert document.patient.birth_date == meant
    assert codes(found) == (["hprim.birth-date"] if written and meant is None else [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20/11/2026", date(2026, 11, 20)),
        ("20/11/26", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("M-5128-23/10/06", date(2006, 10, 23)),
        ("01/02/25 02/03/25", None),
        ("20/11/2027", None),
        ("hier", None),
        ("", None),
    ],
)
def test_the_date_of_the_act_is_found_or_the_reception_dates_the_document(written: str, meant: date | None) -> None:
    found, document = one(file("x", lines=header(l10=written)))
    assert document.performed == meant
    assert document.created == (datetime(meant.year, meant.month, meant.day, tzinfo=UTC) if meant else NOW)
    assert ("hprim.act-date" in codes(found)) == (bool(written) and meant is None)


@pytest.mark.parametrize(
    ("sixth", "postcode", "city"),
    [
        ("28000 CHARTRES", "28000", "CHARTRES"),
        ("28000CHARTRES", "28000", "CHARTRES"),
        ("28000", "28000", ""),
        ("B-1000 BRUXELLES", "", "B-1000 BRUXELLES"),
        ("", "", ""),
    ],
)
def test_line_6_is_a_postcode_and_a_city(sixth: str, postcode: str, city: str) -> None:
    address = one(file("x", lines=header(l6=sixth)))[1].patient.address
    assert (address.postcode, address.city) == (postcode, city)


@pytest.mark.parametrize("first", ["SOLABIO          MARTPA       1", "Compte rendu", ".", ""])
def test_line_1_is_a_code_only_where_it_looks_like_one(first: str) -> None:
    assert one(file("x", lines=header(l1=first)))[1].patient.local_ids == ()


def test_several_messages_are_several_documents() -> None:
    second = "\n".join([*header(l2="PETIT"), "", "deux"])
    found = hprim.read(file("un", "****FIN****", second, end="\n").encode(), NOW)
    assert [document.patient.family for document in found.documents] == ["DUPONT", "PETIT"]
    assert [document.text for document in found.documents] == [("un",), ("deux",)]


def test_two_files_in_one_are_read_whole() -> None:
    found = hprim.read((file("un") + file("deux", lines=header(l2="PETIT"))).encode(), NOW)
    assert [document.text for document in found.documents] == [("un",), ("deux",)]


def test_text_after_the_end_of_the_file_is_kept_and_said() -> None:
    found, document = one(file("x") + "Cordialement\n\nLe secrétariat\n")
    assert document.text == ("x",)
    assert found.rest == "Cordialement\n\nLe secrétariat"
    assert codes(found) == ["hprim.after-end"]


def test_a_message_without_its_end_is_carried_and_said() -> None:
    found, document = one("\n".join([*HEADER, "", "Le texte s'arrête ici"]))
    assert document.text == ("Le texte s'arrête ici",)
    assert codes(found) == ["hprim.no-end"]


@pytest.mark.parametrize(
    "lines",
    [
        header(l2=""),
        header(l3=""),
        header(l2="12345"),
        header(l2="x" * 61),
        header(l7="né en mai", l8="", l10=""),
        header(l7="", l8="", l10=""),
        ["Bonjour,", "Veuillez trouver ci-joint le courrier.", "Cordialement"],
        [f"RES|GLUCOSE|GLU|N|{n}|g/l" for n in range(14)],
    ],
)
def test_what_has_no_header_is_malformed(lines: list[str]) -> None:
    with pytest.raises(MalformedError, match=r"hprim\.header"):
        hprim.read(file("x", lines=lines).encode(), NOW)


def test_a_second_message_without_a_header_refuses_the_file() -> None:
    with pytest.raises(MalformedError, match=r"hprim\.header"):
        hprim.read(file("un", "****FIN****", "le texte de personne").encode(), NOW)


def test_an_empty_file_is_malformed() -> None:
    with pytest.raises(MalformedError, match=r"hprim\.header"):
        hprim.read(b"", NOW)


def test_a_message_without_a_birth_date_is_read_where_line_8_or_10_speaks_for_it() -> None:
    assert one(file("x", lines=header(l7="", l8="")))[1].patient.birth_date is None
    assert one(file("x", lines=header(l7="", l10="")))[1].patient.birth_date is None


def test_hprim_sante_is_another_format() -> None:
    with pytest.raises(UnsupportedError, match=r"hprim\.sante"):
        hprim.read(b"H|^~\\&|||LABO||ORU\r", NOW)


def test_tabs_and_long_lines_fit_80_columns_and_keep_every_word() -> None:
    long = "mot " * 60 + "x" * 200
    document = one(file("a\tb", long))[1]
    assert document.text[0] == "a       b"
    assert all(len(line) <= 80 for line in document.text)
    assert " ".join(document.text[1:]).split()[:60] == ["mot"] * 60
    assert "".join(document.text).count("x") == 200


def test_the_source_is_the_message_as_it_came() -> None:
    document = one(file("a\tb  ", " c"))[1]
    assert document.source is not None
    assert document.source.content.decode() == "\r\n".join([*HEADER, "", "a\tb  ", " c"])


@pytest.mark.parametrize(
    ("text", "is_hprim"),
    [
        (file("x"), True),
        ("\n".join([*HEADER, "", "sans fin"]), True),
        ("texte\n****FIN****\n", True),
        ("Bonjour,\nVeuillez trouver ci-joint le courrier du 12/03/2024.\n" * 8, False),
        ("", False),
        ("\n" * (2 * layout.MOST_LINES + 1), False),
    ],
)
def test_a_text_is_recognised_by_a_marker_or_a_header(text: str, is_hprim: bool) -> None:  # noqa: FBT001 - a table
    assert hprim.recognise(text.encode()) is is_hprim
