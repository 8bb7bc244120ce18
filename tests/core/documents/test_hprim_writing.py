import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import charset, dates, layout, results
from passerelle.core.errors import MalformedError
from passerelle.core.message import (
    Attachment,
    Code,
    Document,
    Identifier,
    Kind,
    Loss,
    Measure,
    Patient,
    PostalAddress,
    Result,
    Sex,
    Status,
)
from tests.core.documents import detectors

LOINC = "2.16.840.1.113883.6.1"
INS_TEST = "1.2.250.1.213.1.4.10"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PATIENT = Patient(
    family="Dupont",
    given="Élodie",
    birth_date=date(1981, 5, 4),
    insured="2810559999999 12",
    local_ids=(Identifier("1.2.250.1.71.4.2.2.1", "A123"),),
    address=PostalAddress(("2 rue du Port", "Bât. B"), "59140", "DUNKERQUE"),
)
LETTER = Document(
    identifier=None,
    kind=Code("11488-4", LOINC, "CR ou fiche de consultation"),
    title="Compte rendu",
    created=datetime(2026, 11, 20, 14, tzinfo=UTC),
    patient=PATIENT,
    performed=date(2026, 11, 19),
    file_number="D77",
    text=("Compte rendu", "", "Cher confrère,", "tout va bien."),
)
GLUCOSE = Result(
    label="Glycémie à jeun",
    kind=Kind.NUMERIC,
    measure=Measure("1.34", "g/l", "g/L", "0.75", "1.15"),
    second=Measure("7.45", "mmol/l", None, "4.17", "6.39"),
    codes=(Code("G", ""),),
    flag="H",
)


def lines(*documents: Document, note: str = "") -> list[str]:
    return written(*documents, note=note)[0].split("\r\n")


def written(*documents: Document, note: str = "") -> tuple[str, list[str]]:
    content, losses = hprim.write(documents, "CH Exemple", "Dr Jean MARTIN", note)
    return content.decode("latin-1"), [loss.what for loss in losses]


def patient(**changed: Any) -> Document:  # noqa: ANN401 - any trait
    return replace(LETTER, patient=replace(PATIENT, **changed))


def res(result: Result, document: Document = LETTER) -> str:
    return next(line for line in lines(replace(document, results=(result,))) if line.startswith("RES|"))


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


PIECES = (
    *(
        "****FIN****",
        "****FINFICHIER****",
        "****LAB****",
        "****fin****",
        "FIN",
        "LAB",
        "*",
        "****",
        " ",
        "RES|",
        "TEX|",
    ),
    *("|", "\n", "\r", "\x85", "\u2028", "\x0b", "\u200b", "\t", "$APICRYPT", "#DESTBEGIN#", "é", "a", "01/02/2003"),
)
HOSTILE = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(HOSTILE, HOSTILE, HOSTILE)
@settings(max_examples=100)
def test_no_text_can_make_a_marker_a_result_or_a_header(one: str, two: str, three: str) -> None:
    document = replace(
        LETTER,
        title=one,
        file_number=two,
        text=(one, two + three, three),
        patient=Patient("A" + one, "B" + two, date(1981, 5, 4), birth_family=three, insured=one, birth_place=two),
        results=(replace(GLUCOSE, label=one, codes=(Code(two, ""),), remarks=(three,)), text_result(two, three)),
    )
    content, _ = hprim.write((document,), one, two, three)
    body = content.decode("latin-1")
    found = body.split("\r\n")
    assert body.count("\r") == body.count("\n") == body.count("\r\n")
    for mark in ("****LAB****", "****FIN****", "****FINFICHIER****"):
        assert body.upper().count(mark) == 1
    assert "$APICRYPT" not in body
    assert "#DESTBEGIN" not in body
    assert (found[6], found[12], found[-3:]) == ("04/05/1981", "", ["****FIN****", "****FINFICHIER****", ""])
    before, after = found[: found.index("****LAB****")], found[found.index("****LAB****") + 1 : -3]
    assert not any(re.match(r"\s*(RES|TEX)\s*\|", line) for line in before)
    assert [line.count("|") for line in after if line.startswith("RES")] == [13, 13]
    assert all(line == "TEX" or line.startswith(("TEX|", "RES|")) for line in after)
    assert all(line.count("|") == 1 for line in after if line.startswith("TEX|"))


def text_result(value: str, unit: str) -> Result:
    return Result("Dosage", Kind.TEXT, Measure(value, unit))


def test_a_result_has_fourteen_fields_always() -> None:
    assert res(GLUCOSE) == "RES|Glycémie à jeun|G|N|1.34|g/l|0.75|1.15|H|F|7.45|mmol/l|4.17|6.39"
    assert res(Result("Fer", Kind.NUMERIC, Measure("12"))) == "RES|Fer||N|12|||||F||||"


@pytest.mark.parametrize(
    ("kind", "value", "written_as"),
    [
        (Kind.NUMERIC, "1.34", "N|1.34"),
        (Kind.NUMERIC, "<0.10", "A|<0.10"),  # N with < breaks strict readers
        (Kind.NUMERIC, ">5", "A|>5"),
        (Kind.NUMERIC, "", "A|"),
        (Kind.TEXT, "négatif", "A|négatif"),
        (Kind.TEXT, "a|b", "A|a/b"),
        (Kind.CODED, "POS", "C|POS"),
    ],
)
def test_the_type_of_a_value_is_what_strict_readers_bear(kind: Kind, value: str, written_as: str) -> None:
    assert f"|{written_as}|" in res(Result("Dosage", kind, Measure(value)))


@pytest.mark.parametrize(
    ("status", "letter"), [(Status.FINAL, "F"), (Status.UNVALIDATED, "R"), (Status.CORRECTED, "C")]
)
def test_the_status_is_a_letter(status: Status, letter: str) -> None:
    assert res(replace(GLUCOSE, status=status)).split("|")[9] == letter


def test_the_results_of_a_replacement_are_corrected() -> None:
    assert res(GLUCOSE, replace(LETTER, replaces=Identifier("1.2.3", "4"))).split("|")[9] == "C"


@pytest.mark.parametrize(("flag", "letter"), [("HH", "HH"), ("R", ""), ("", "")])
def test_only_the_five_flags_of_hprim_are_written(flag: str, letter: str) -> None:
    assert res(replace(GLUCOSE, flag=flag)).split("|")[8] == letter


def test_field_3_is_the_laboratorys_code_or_else_loinc() -> None:
    loinc, local = Code("14749-6", LOINC), Code("GLY", "1.2.3")
    assert res(replace(GLUCOSE, codes=(loinc, local))).split("|")[2] == "GLY"
    assert res(replace(GLUCOSE, codes=(loinc,))).split("|")[2] == "14749-6"
    assert written(replace(LETTER, results=(replace(GLUCOSE, codes=(loinc, local)),)))[1] == ["result.codes"]


def test_ucum_stands_in_where_no_french_unit_is_known() -> None:
    assert res(Result("Fer", Kind.NUMERIC, Measure("12", "", "umol/L"))).split("|")[5] == "umol/L"


def test_an_annotation_of_ucum_is_no_unit() -> None:
    assert res(Result("INR", Kind.NUMERIC, Measure("2.5", "{INR}", "{INR}"))).split("|")[5] == ""
    assert res(Result("Rapport", Kind.NUMERIC, Measure("2.5", "", "{ratio}"))).split("|")[5] == ""


def test_a_label_is_found_without_its_unit_where_a_table_has_cut_it() -> None:
    result = Result("Hémoglobine (g/dL)", Kind.NUMERIC, Measure("13.4"))
    body = lines(replace(LETTER, title="", text=("Hémogramme", "Hémoglobine | 13.4", "(g/dL)"), results=(result,)))
    assert body[-4].startswith("TEX|(g/dL)")
    assert body[-5].startswith("RES|Hémoglobine")


def test_each_result_follows_the_line_that_shows_it_in_its_order() -> None:
    text = ("Leucocytes et kaliémie", "Sodium 140", "K : 4.1 mmol/l", "Fin")
    sodium, potassium = Result("Sodium", Kind.NUMERIC, Measure("140")), Result("K", Kind.NUMERIC, Measure("4.1"))
    unseen = Result("Ferritine", Kind.NUMERIC, Measure("80"), remarks=("Contrôle conseillé", "Sodium 140"))
    body = lines(replace(LETTER, title="", text=text, results=(sodium, potassium, unseen)))
    assert [line.split("|")[1] for line in body[body.index("****LAB****") + 1 : -3]] == [
        *("Leucocytes et kaliémie", "Sodium 140", "Sodium", "K : 4.1 mmol/l", "K", "Ferritine"),
        *("Contrôle conseillé", "Fin"),
    ]


def test_results_without_a_text_are_told_in_one() -> None:
    body = lines(replace(LETTER, title="", text=(), results=(replace(GLUCOSE, chapter="BIOCHIMIE"),)))
    assert body[13:17] == [
        "",
        "BIOCHIMIE",
        "Glycémie à jeun : 1.34 g/l (0.75 - 1.15) soit 7.45 mmol/l (4.17 - 6.39) H",
        "****LAB****",
    ]


def test_lines_are_cut_at_80_columns_between_words() -> None:
    assert layout.wrap("  " + "mot " * 30)[0] == "  " + "mot " * 18 + "mot"
    assert layout.wrap("x" * 161) == ("x" * 80, "x" * 80, "x")
    assert layout.wrap(" " * 200 + "x") == (" " * 40 + "x",)
    assert layout.wrap("a" * 80) == ("a" * 80,)
    assert layout.wrap("a" * 80 + " " * 9) == ("a" * 80,)
    assert layout.wrap("a" * 80 + " b") == ("a" * 80, "b")


WORDS = st.text("abcdefghijklmnopqrstuvwxyzéèàçABCDEÉ0123456789.,;:()%+-'", min_size=1, max_size=20)
NAMES = st.text("ABCDEFÉÈÇ -'", min_size=1, max_size=30).map(str.strip).filter(lambda name: any(map(str.isalpha, name)))
DAYS = st.dates(date(1907, 1, 1), date(2026, 11, 22))
NUMBERS = st.from_regex(r"-?[1-9][0-9]{0,4}(\.[0-9]{1,3})?", fullmatch=True)
LABELS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join).filter(lambda label: "soit" not in label.casefold())
MEASURES = st.builds(
    Measure,
    value=st.one_of(NUMBERS, NUMBERS.map(lambda number: f"<{number}"), st.sampled_from(["négatif", "Absence"])),
    unit=st.sampled_from(["", "g/l", "G/L", "µmol/l", "UI/ml", "/mm3", "%"]),
    low=st.one_of(st.just(""), NUMBERS),
    high=st.one_of(st.just(""), NUMBERS),
)


@st.composite
def results_of_a_report(draw: st.DrawFn) -> Result:
    measure = draw(MEASURES)
    numeric = results.number(measure.value) is not None
    return Result(
        label=draw(LABELS),
        kind=Kind.NUMERIC if numeric else Kind.TEXT,
        measure=measure,
        second=draw(st.one_of(st.none(), MEASURES)),
        codes=draw(st.sampled_from([(), (Code("GLY", ""),), (Code("NUM(1.1)", ""),)])),
        flag=draw(st.sampled_from(["", "N", "L", "H", "LL", "HH"])),
        status=draw(st.sampled_from(Status)),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    found = draw(st.lists(results_of_a_report(), max_size=5))
    text = draw(st.lists(st.lists(WORDS, max_size=30).map(" ".join), max_size=8))
    return Document(
        identifier=None,
        kind=LETTER.kind,
        title=draw(st.sampled_from(["", "Compte rendu"])),
        created=datetime.combine(draw(DAYS), NOW.timetz()),
        patient=Patient(
            family=draw(NAMES),
            given=draw(NAMES),
            birth_date=draw(DAYS),
            insured=draw(st.from_regex(r"([12][0-9]{12}( [0-9]{2})?)?", fullmatch=True)),
            local_ids=draw(st.sampled_from([(), (Identifier("", "A123"),)])),
            address=PostalAddress((draw(NAMES),), "59000", draw(NAMES)),
        ),
        performed=draw(st.dates(date(1990, 1, 1), date(2026, 11, 22))),
        file_number=draw(st.from_regex(r"[A-Z0-9]{0,10}", fullmatch=True)),
        text=tuple(text),
        results=tuple(found),
    )


@given(st.lists(documents(), min_size=1, max_size=3))
@settings(max_examples=80)
def test_what_is_written_reads_back_with_identity_dates_results_and_every_word(originals: list[Document]) -> None:
    content, losses = hprim.write(tuple(originals), "CH Exemple", "Dr Jean MARTIN")
    found = hprim.read(content, NOW)
    assert losses == ()
    assert found.losses == ()
    assert len(found.documents) == len(originals)
    for before, after in zip(originals, found.documents, strict=True):
        assert _identity(after) == _identity(before)
        assert after.performed == before.performed
        assert after.results == before.results
        words = " ".join(after.text).split()
        assert all(word in words for line in before.text for word in line.split())
    if len(originals) == 1:
        assert detectors.failing(content.decode("cp1252")) == []


def _identity(document: Document) -> tuple[object, ...]:
    patient = document.patient
    names = (" ".join(patient.family.upper().split()), " ".join(patient.given.split()), patient.birth_date)
    place = [" ".join(line.split()) for line in (*patient.address.lines, patient.address.city)]
    number = patient.insured.replace(" ", "")
    return (*names, number, place, [one.extension for one in patient.local_ids], document.file_number)


@given(DAYS)
@settings(max_examples=30)
def test_a_date_written_reads_back(day: date) -> None:
    assert dates.birth(dates.written(day), NOW.date()) == day


def test_what_is_written_twice_over_does_not_grow() -> None:
    once, _ = hprim.write((replace(LETTER, results=(GLUCOSE,)),), "CH", "Dr")
    document = replace(hprim.read(once, NOW).documents[0], title=LETTER.title)
    assert hprim.write((document,), "CH", "Dr")[0] == once


def test_the_source_of_a_document_is_not_written() -> None:
    source = Attachment("DOC0001.XML", "text/xml", b"<ClinicalDocument/>")
    assert lines(replace(LETTER, source=source)) == lines(LETTER)


def test_a_loss_is_said_once_for_each_place() -> None:
    _, losses = hprim.write((replace(LETTER, text=("漢", "字")),), "a", "b")
    assert losses == (Loss("text.outside-latin1", "document 1, text", losses[0].why, "A question mark stands for it."),)


@pytest.mark.parametrize("character", sorted(charset._TABLE))
def test_every_equal_is_in_every_readers_characters(character: int) -> None:
    assert charset.fit(chr(character))[1] == 0
