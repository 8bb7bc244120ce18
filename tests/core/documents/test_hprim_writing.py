"""HPRIM files, written: the header and the text."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import charset, layout
from passerelle.core.errors import MalformedError
from passerelle.core.message import (
    Attachment,
    Document,
    Identifier,
    Kind,
    Loss,
    Measure,
    PostalAddress,
    Result,
    Sex,
)
from tests.core.documents import detectors
from tests.core.documents.hprim_files import NOW
from tests.core.documents.hprim_letters import GLUCOSE, INS_TEST, LETTER, lines, patient, written


def test_a_letter_is_twelve_lines_a_blank_one_its_text_and_two_markers() -> None:
    assert lines(LETTER) == [
        "A123",
        "DUPONT",
        "Élodie",
        "2 rue du Port",
        "Bât. B",
        "59140 DUNKERQUE",
        "04/05/1981",
        "281055999999912",
        "D77",
        "19/11/2026",
        ".          CH Exemple",
        ".          Dr Jean MARTIN",
        "",
        "Compte rendu",
        "",
        "Cher confrère,",
        "tout va bien.",
        "****FIN****",
        "****FINFICHIER****",
        "",
    ]


@pytest.mark.parametrize(
    "document",
    [
        LETTER,
        patient(insured="", address=PostalAddress()),
        patient(local_ids=()),
        patient(local_ids=(), insured="", address=PostalAddress()),
        replace(LETTER, performed=None, file_number="", text=(), title=""),
        replace(LETTER, results=(GLUCOSE,)),
        replace(LETTER, text=("****FIN****", "****FINFICHIER****", "$APICRYPT")),
    ],
)
def test_every_known_reader_takes_what_we_write_for_hprim(document: Document) -> None:
    assert detectors.failing(written(document)[0]) == []


def test_a_full_header_scores_21_in_medshake_and_one_without_number_and_postcode_13() -> None:
    assert detectors.medshake_score(written(LETTER)[0]) == 21
    assert detectors.medshake_score(written(patient(insured="", address=PostalAddress()))[0]) == 13


def test_the_detectors_refuse_what_they_should() -> None:
    body = written(LETTER)[0]
    assert detectors.failing(body.replace("19/11/2026", "")) == ["mediboard"]
    assert "mediboard" in detectors.failing(body.replace(".          Dr Jean MARTIN", ""))
    assert detectors.medshake_score(body.replace("281055999999912", "2810559999999 12")) == 15
    assert "freehealth" in detectors.failing(body + "Cordialement")
    assert sorted(detectors.failing("Veuillez trouver ci-joint un courrier.")) == sorted(detectors.DETECTORS)
    assert detectors.episodus(body.replace("19/11/2026", "19 nov")) is False
    assert detectors.doctolib(body.replace("19/11/2026", "19 nov")) is False


def test_several_documents_are_several_messages_and_one_end_of_file() -> None:
    body, _ = written(LETTER, LETTER)
    assert body.count("****FIN****\r\n") == 2
    assert body.endswith("****FIN****\r\n****FINFICHIER****\r\n")
    assert len(hprim.read(body.encode("cp1252"), NOW).documents) == 2


def test_nothing_to_write_is_malformed() -> None:
    with pytest.raises(MalformedError, match=r"hprim\.no-document"):
        hprim.write((), "a", "b")


def test_line_1_is_never_empty_and_never_half_a_code() -> None:
    assert lines(patient(local_ids=()))[0] == "."
    longer = patient(local_ids=(Identifier("", "A1234567890"),))
    assert lines(longer)[0] == "."
    assert written(longer)[1] == ["patient.local-id"]


def test_the_document_date_stands_in_line_10_where_no_act_is_dated() -> None:
    assert lines(replace(LETTER, performed=None))[9] == "20/11/2026"


def test_what_the_source_does_not_say_stays_empty_and_warns() -> None:
    document = patient(family="", birth_date=None)
    body = lines(document)
    assert (body[1], body[6], body[12]) == ("", "", "")
    assert body[13].startswith("ATTENTION")
    assert body[14].startswith("ATTENTION")
    assert written(document)[1] == ["hprim.no-name", "hprim.no-birth-date"]


@pytest.mark.parametrize(
    ("root", "born", "line"),
    [
        (INS_TEST, date(1981, 5, 4), "281055999999912"),
        ("1.2.250.1.213.1.4.8", date(1981, 5, 4), "281055999999912"),
        ("1.2.250.1.213.1.4.8", date(2008, 11, 19), "281055999999912"),  # 18 on the day of the act
        ("1.2.250.1.213.1.4.8", date(2008, 11, 20), ""),  # a child is insured under a parent's number
        ("1.2.250.1.213.1.4.9", date(1981, 5, 4), ""),  # NIA: provisional, not a NIR
        ("1.2.250.1.213.1.4.8", None, ""),
    ],
)
def test_line_8_is_an_adults_own_nir_where_no_insured_number_is_known(root: str, born: date | None, line: str) -> None:
    document = patient(insured="", ins=Identifier(root, "281055999999912"), birth_date=born)
    assert lines(document)[7] == line
    assert "patient.traits" in written(document)[1]


def test_the_insured_number_of_the_source_goes_before_any_ins() -> None:
    assert lines(patient(insured="1500199999999", ins=Identifier(INS_TEST, "281055999999912")))[7] == "1500199999999"


def test_traits_without_a_line_end_the_text_and_are_said() -> None:
    document = patient(birth_family="MARTIN", birth_givens="ÉLODIE ANNE", sex=Sex.FEMALE, birth_place="59183")
    body, losses = written(document)
    for words in ("Nom de naissance : MARTIN", "ÉLODIE ANNE", "Sexe : F", "(code INSEE) : 59183"):
        assert words in body
    assert losses == ["patient.traits"]


def test_a_field_longer_than_readers_hold_is_cut_and_said() -> None:
    document = patient(family="A" * 51)
    assert lines(document)[1] == "A" * 50
    assert written(document)[1] == ["hprim.cut"]
    assert written(patient(family="A" * 50))[1] == []


def test_more_address_lines_than_two_share_line_5() -> None:
    assert lines(patient(address=PostalAddress(("a", "b", "c"), "59000", "LILLE")))[3:6] == ["a", "b c", "59000 LILLE"]


@pytest.mark.parametrize(("text", "told"), [("Diagnostic confirmé", True), ("Résultat de l'irm :", False)])
def test_a_short_title_is_not_found_within_words(text: str, told: bool) -> None:  # noqa: FBT001 - one of two
    assert (lines(replace(LETTER, title="IRM", text=(text,)))[13] == "IRM") == told


def test_a_title_that_the_text_lacks_begins_it() -> None:
    assert lines(replace(LETTER, title="Lettre de liaison"))[13:16] == ["Lettre de liaison", "", "Compte rendu"]


def test_a_cancelled_or_replaced_document_says_so_first() -> None:
    assert "ANNULÉ" in lines(replace(LETTER, deleted=True))[13]
    assert "remplace" in lines(replace(LETTER, replaces=Identifier("1.2.3", "4")))[13]


def test_a_second_version_says_that_there_was_a_first() -> None:
    assert "remplace" in lines(replace(LETTER, version=2))[13]


def test_no_result_of_a_cancelled_document_is_valid() -> None:
    result = Result("Sodium", Kind.NUMERIC, Measure("140", "mmol/l"))
    body, _ = written(replace(LETTER, results=(result,), deleted=True))
    assert "RES|Sodium||N|140|mmol/l||||R||||" in body


def test_a_cut_line_never_begins_as_a_result() -> None:
    body, _ = written(replace(LETTER, text=("x" * 80 + "RES|Potassium||N|9|mmol/l",)))
    assert "RES|" not in body
    assert "RES/Potassium" in body


def test_what_the_sender_wrote_around_ends_the_text_of_the_first_document() -> None:
    body, _ = written(LETTER, LETTER, note="Bien à vous,\nClaire")
    assert body.count("Message de l'expéditeur :\r\nBien à vous,\r\nClaire\r\n****FIN****") == 1
    assert "Message de l'expéditeur" not in body.split("****FIN****")[1]


def test_typographic_characters_become_their_plain_equals_and_lose_nothing() -> None:
    text = "l’œdème… 37,5 – 38 € “ok” • α1 ≥ 5 μmol 10⁹ H₂O Łódź ﬁn 2⅓ a\u00a0b z\u200bz e\u0301 Œ Ÿ"
    body, losses = written(replace(LETTER, text=(text,)))
    plain = 'l\'oedème... 37,5 - 38 EUR "ok" - alpha1 >= 5 µmol 10^9 H2O Lódz fin 2 1/3 a b zz é OE Y'
    assert plain in body.replace("\r\n", " ")
    assert losses == []


@pytest.mark.parametrize("character", ["漢", "😀", "\x00", "\x93", "\x7f", "\ufffd", "҂"])
def test_a_character_that_readers_lack_is_a_visible_question_mark_and_said(character: str) -> None:
    body, losses = written(replace(LETTER, text=(f"a{character}b",)))
    assert "a?b" in body
    assert losses == ["text.outside-latin1"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=60)
def test_whatever_is_written_means_the_same_in_cp1252_and_latin_1(text: str) -> None:
    content, _ = hprim.write((replace(LETTER, text=(text,), title=text),), text, text, text)
    assert content.decode("cp1252") == content.decode("latin-1")
    assert all(len(line) <= 80 for line in content.decode("cp1252").split("\r\n"))


def test_lines_are_cut_at_80_columns_between_words() -> None:
    assert layout.wrap("  " + "mot " * 30)[0] == "  " + "mot " * 18 + "mot"
    assert layout.wrap("x" * 161) == ("x" * 80, "x" * 80, "x")
    assert layout.wrap(" " * 200 + "x") == (" " * 40 + "x",)
    assert layout.wrap("a" * 80) == ("a" * 80,)
    assert layout.wrap("a" * 80 + " " * 9) == ("a" * 80,)
    assert layout.wrap("a" * 80 + " b") == ("a" * 80, "b")


def test_the_source_of_a_document_is_not_written() -> None:
    source = Attachment("DOC0001.XML", "text/xml", b"<ClinicalDocument/>")
    assert lines(replace(LETTER, source=source)) == lines(LETTER)


def test_a_loss_is_said_once_for_each_place() -> None:
    _, losses = hprim.write((replace(LETTER, text=("漢", "字")),), "a", "b")
    assert losses == (Loss("text.outside-latin1", "document 1, text", losses[0].why, "A question mark stands for it."),)


@pytest.mark.parametrize("character", sorted(charset._TABLE))
def test_every_equal_is_in_every_readers_characters(character: int) -> None:
    assert charset.fit(chr(character))[1] == 0
