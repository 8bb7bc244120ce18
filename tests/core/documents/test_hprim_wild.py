"""HPRIM as it is met: odd encodings, remains of HTML, missing markers; what is doubtful is said, never guessed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import charset
from passerelle.core.message import Measure, Status
from tests.core.documents.hprim_files import HEADER, NOW, codes, file, header, lab, one, refused

FRENCH = "Créatinine élevée à 12 °C : où ça, l'œil ? « été »"


def twice(text: str) -> str:
    """Return a text whose UTF-8 was taken for cp1252, as mail programs do."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("outer", ["utf-8", "cp1252"])
def test_utf_8_that_was_encoded_twice_is_read_once_and_said(outer: str) -> None:
    found = hprim.read(file(twice("opérée à l'œil – déçue")).encode(outer, "ignore"), NOW)
    assert found.documents[0].text == ("opérée à l'œil – déçue",)
    assert "hprim.encoded-twice" in codes(found)


def test_a_file_of_two_encodings_is_read_by_each_of_them() -> None:
    mixed = file("Élodie X").encode("cp1252").replace(b"X", "opérée".encode())
    found = hprim.read(mixed, NOW)
    assert found.documents[0].text == ("Élodie opérée",)
    assert codes(found) == ["hprim.encoded-twice"]


@given(st.text("abcéèàùçêîôûëïüÉÈÀÇ«»°œŒ'– \xa0", max_size=40))
def test_french_that_was_encoded_once_stays_as_it_is(text: str) -> None:
    assert charset.decode(text.encode()) == (text, ())
    assert charset.decode(text.encode("cp1252"))[0] in {text, text.encode("cp1252").decode("mac-roman")}


@given(st.text("abcéèàùçêîôûëïüÉÈÀÇ«»°œŒ’– ", max_size=40))
def test_what_was_encoded_twice_comes_back(text: str) -> None:
    found, doubts = charset.decode(twice(f"é{text}").encode())
    assert (found, doubts) == (f"é{text}", ("hprim.encoded-twice",))


def test_what_only_looks_like_two_encodings_is_left() -> None:
    for text, read in (
        ("HOSPITALISÉ\xa0» Ã©", "HOSPITALISÉ\xa0» é"),
        ("Ã© â° Å‚ â", "é â° Å‚ â"),  # no UTF-8, and a letter that French lacks
        ("Ã©Ã©© Â°", "éé© °"),
    ):
        assert charset.decode(text.encode())[0] == read


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(codec: str) -> None:
    document = hprim.read(file(FRENCH).encode(codec), NOW).documents[0]
    assert document.text == (FRENCH,)
    refused(file(FRENCH).encode(codec)[:-1], r"hprim\.encoding")


def test_what_has_nulls_and_is_no_utf_16_is_not_taken_for_it() -> None:
    for content in (b"A\0" * 10, b"A\0B" * 100):
        assert charset.UNKNOWN in charset.decode(content)[0]


def test_cp850_is_a_guess_and_is_said() -> None:
    found = hprim.read(file("La fenêtre opérée du père, déjà").encode("cp850"), NOW)
    assert found.documents[0].text == ("La fenêtre opérée du père, déjà",)
    assert codes(found) == ["hprim.cp850-guessed"]


def test_bytes_that_could_be_of_two_encodings_are_not_guessed() -> None:
    content = file("aXb cYd").encode("cp1252").replace(b"X", b"\x82").replace(b"Y", b"\x8e")
    assert charset.decode(content)[1] == ()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_line_ends_may_change_in_the_middle_of_a_file(end: str) -> None:
    lines = "\r\n".join(HEADER) + end + "un\rdeux\ntrois\r\nquatre" + end + "****FIN****"
    assert one(lines)[1].text == ("un", "deux", "trois", "quatre")


def test_entities_and_breaks_of_html_are_the_characters_and_lines_they_stand_for() -> None:
    document = one(file("R&eacute;sultat &lt; 5 &#181;g &amp; &#xE9;t&eacute;", "un<br />deux<BR>trois"))[1]
    assert document.text == ("Résultat < 5 µg & été", "un", "deux", "trois")
    assert one(file("x", lines=header(l3="Zo&eacute;")))[1].patient.given == "Zoé"


def test_what_is_no_entity_stays_as_it_is() -> None:
    assert one(file("R&D &copie; &; AT&T; &unknown; &#99999999; <b>gras</b>"))[1].text == (
        "R&D &copie; &; AT&T; &unknown; &#99999999; <b>gras</b>",
    )


def test_results_are_read_through_entities_which_make_no_field_and_no_line() -> None:
    found, document = lab("TEX|Cr&eacute;atinine<br/>9", "RES|Cr&eacute;atinine|CR|A|&lt; 5&#124;&#10;6|&micro;g/l")
    assert (document.results[0].label, document.results[0].measure.unit) == ("Créatinine", "µg/l")
    assert document.results[0].measure.value == "< 5| 6"
    assert document.text == ("Analyses", "Créatinine", "9")
    assert found.losses == ()


@pytest.mark.parametrize("entity", ["&#42;" * 4, "&ast;" * 4])
def test_entities_make_no_marker(entity: str) -> None:
    found, document = one(file("avant", f"{entity}FIN{entity}", "RES&#124;A&#124;&#124;N&#124;1", "apr&#133;&#8232;s"))
    assert document.text[0] == "avant"
    assert len(document.text) == 4
    assert document.results == ()
    assert len(found.documents) == 1


def test_the_header_of_another_patient_in_a_message_refuses_the_file() -> None:
    refused("\n".join([*HEADER, "", "un", *header(l2="PETIT"), "", "deux"]).encode(), r"hprim\.two-patients")
    refused(file("****LAB****", "RES|A||N|1", *header(l7="05/05/1981", l8="")).encode(), r"hprim\.two-patients")


def test_the_header_of_the_same_patient_again_is_text() -> None:
    assert HEADER[1] in one(file("un", *HEADER))[1].text


@pytest.mark.parametrize(
    "changed", [{"l2": "12"}, {"l6": "à Lille"}, {"l7": "né hier"}, {"l8": "Bonjour"}, {"l10": "demain"}]
)
def test_a_letter_with_dates_in_it_is_no_second_header(changed: dict[str, str]) -> None:
    assert len(one(file("un", *header(**{"l2": "PETIT", **changed})))[1].text) > 10


def test_results_without_the_marker_of_lab_are_read_and_said() -> None:
    found, document = one(file("Analyses", "TEX|Fer   12", "RES|Fer|FE|N|12|umol/l"))
    assert document.results[0].measure == Measure("12", "umol/l")
    assert document.text == ("Analyses", "Fer   12")
    assert codes(found) == ["hprim.no-lab"]


def test_a_tex_line_alone_is_no_result() -> None:
    assert one(file("TEX|Fer", "TEXTE"))[1].text == ("TEX|Fer", "TEXTE")


@pytest.mark.parametrize(
    "line", ["res|Fer|FE|n|12|g/l|||h|f", "RES |Fer|FE|N|12|g/l|||H|F", "Res | Fer |FE| N |12|g/l|||h|F"]
)
def test_case_and_blanks_of_a_result_line_say_nothing(line: str) -> None:
    result = lab(line)[1].results[0]
    assert (result.label, result.measure.value, result.flag, result.status) == ("Fer", "12", "H", Status.FINAL)


def test_a_status_that_hprim_does_not_have_becomes_a_remark() -> None:
    result = lab("RES|A||N|1|g|||N|X")[1].results[0]
    assert (result.status, result.remarks) == (Status.UNVALIDATED, ("Statut : X",))


def test_a_second_unit_without_a_value_becomes_a_remark() -> None:
    result = lab("RES|Fer||N|1|g/l|||N|F||mmol/l|4|6")[1].results[0]
    assert (result.second, result.remarks) == (None, ("Seconde unité sans valeur : mmol/l 4 6",))


@pytest.mark.parametrize("hours", [-10, -4, 0, 1, 2, 4, 12])
def test_the_day_of_line_10_is_a_day_where_the_mail_was_written(hours: int) -> None:
    received = NOW.astimezone(timezone(timedelta(hours=hours)))
    document = hprim.read(file("x").encode(), received).documents[0]
    assert document.created.isoformat()[:16] == "2026-11-20T00:00"
    assert document.created.utcoffset() == timedelta(hours=hours)


def test_a_document_is_never_made_after_the_mail_that_brings_it() -> None:
    received = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    document = hprim.read(file("x", lines=header(l10="23/11/2026")).encode(), received).documents[0]
    assert (document.performed, document.created) == (date(2026, 11, 23), received)
