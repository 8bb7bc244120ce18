"""The code table: every row is sound, every code is the right one, and there is none without a unit that fits."""

import csv
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core import documents
from passerelle.core.documents import biology, code_table, hprim, vocabulary
from passerelle.core.documents.code_table import Context, Entry, coded, entries, find, unfit, valid
from passerelle.core.message import Code, LocalCode, Measure

SHARED = Path(__file__).resolve().parents[3] / "../shared"
HEADER = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"
OWN = (Code("NUM(1.1)", ""),)

BY_HAND = [  # label, unit as the laboratory writes it, chapter, LOINC or none: checked by hand against Annex A
    ("Leucocytes", "G/L", "", "6690-2"),
    ("LEUCOCYTES :", "Giga/L", "HEMATOLOGIE", "6690-2"),
    ("Leucocytes", "/mm3", "NUMERATION FORMULE SANGUINE", "6690-2"),
    ("Leucocytes", "/mm3", "", None),  # blood, urine or cerebrospinal fluid: nobody says
    ("Leucocytes", "/mm3", "LCR", None),
    ("Leucocytes", "/mm3", "Hématologie : liquide d'ascite", None),
    ("Leucocytes", "/mL", "", None),
    ("Leucocytes", "/ml", "ECBU", "30405-5"),
    ("Leucocytes", "/mm3", "Examen des urines", "30405-5"),
    ("Leucocytes", "/ml", "Sang et urines", None),
    ("Leucocytes", "/ml", "HEMATOLOGIE", None),
    ("Leucocytes", "/mn", "Urines", None),
    ("Leucocytes", "%", "HEMATOLOGIE", None),
    ("Leucocytes", "", "HEMATOLOGIE", None),
    ("Leucocytes", "G/L", "Liquide pleural", None),
    ("Leucocytes", "G/L", "Urines", None),
    ("Hématies", "T/L", "", "789-8"),
    ("Hématies", "/mm3", "Hématologie", "789-8"),
    ("Hématies", "/mm3", "", None),
    ("Hématies", "/ml", "URINES", "30391-7"),
    ("Hématies", "/mm3", "URINES", None),  # Annex A has only an automated count
    ("Hématies", "G/L", "", None),
    ("Plaquettes", "G/L", "", "777-3"),
    ("Plaquettes", "/mm3", "Hémogramme", "777-3"),
    ("HEMOGLOBINE", "g/dL", "", "718-7"),
    ("Hémoglobine", "g/l", "", "718-7"),
    ("Hémoglobine", "mmol/l", "", None),
    ("Hémoglobine", "g/dl", "Urines", None),
    ("Hémoglobine glyquée", "%", "", None),
    ("Hématocrite", "%", "", "20570-8"),
    ("V.G.M.", "fl", "", "30428-7"),
    ("VGM", "µ3", "", "30428-7"),
    ("TCMH", "pg", "", "28539-5"),
    ("CCMH", "g/dl", "", "28540-3"),
    ("CCMH", "%", "", None),
    ("Polynucléaires neutrophiles", "%", "HEMATOLOGIE", "26511-6"),
    ("Polynucléaires neutrophiles", "%", "", None),
    ("Polynucléaires neutrophiles", "G/L", "HEMATOLOGIE", "26499-4"),
    ("Lymphocytes", "%", "Hématologie", "26478-8"),
    ("Lymphocytes", "%", "Hématologie - phénotypage", None),
    ("Lymphocytes", "%", "Lavage broncho-alvéolaire", None),
    ("GLUCOSE A JEUN", "g/L", "", "53049-3"),
    ("Glycémie à jeun", "mmol/l", "", "40193-5"),
    ("Glycémie à jeun", "mg/dl", "", None),
    ("Glycémie", "g/l", "", "2345-7"),
    ("Glycémie", "g/l", "HGPO 75 g", None),
    ("Glycémie capillaire", "g/l", "", None),
    ("Glucose", "g/l", "", None),
    ("Glucose", "g/l", "Biochimie (sang)", "2345-7"),
    ("Glucose", "g/l", "Urines", None),
    ("Urée", "mmol/l", "", None),
    ("Urée", "mmol/l", "Biochimie sanguine", "22664-7"),
    ("Urée", "mmol/l", "Biochimie urinaire", None),
    ("Urée", "g/l", "Biochimie sanguine", "3091-6"),
    ("Urée sanguine", "mmol/l", "", "22664-7"),
    ("Créatinine", "µmol/l", "", None),
    ("Créatinine", "µmol/l", "Sérum", "14682-9"),
    ("CREATININE", "mg/L", "", None),
    ("Albumine", "g/l", "", None),
    ("Albumine", "g/l", "ÉLECTROPHORÈSE DES PROTÉINES", "2862-1"),
    ("Albumine", "%", "Electrophorèse des protéines", "13980-8"),
    ("Albumine", "g/l", "Electrophorèse des protéines urinaires", None),
    ("Gamma globulines", "%", "Electrophorèse", "13983-2"),
    ("INR", "", "", "6301-6"),
    ("INR", "%", "", None),
    ("TSH", "mUI/L", "", "3016-3"),
    ("T.S.H.", "µUI/ml", "", "3016-3"),
    ("TSH", "mUI/L", "Sang buvard", None),
    ("TSH", "UI/L", "", None),
    ("T4 libre", "pg/ml", "", "3024-7"),
    ("T4 libre", "pmol/l", "", "14920-3"),
    ("Folates sériques", "ng/ml", "", "2284-8"),
    ("Folates", "µg/l", "", None),
    ("Folates érythrocytaires", "µg/l", "sang", None),
    ("Cholestérol total", "g/l", "", "2093-3"),
    ("Cholestérol HDL", "g/l", "", "2085-9"),
    ("Cholestérol non HDL", "g/l", "", None),
    ("Cholestérol total/HDL", "", "", None),
    ("LDL cholestérol", "g/l", "", "2089-1"),
    ("LDL cholestérol calculé", "g/l", "", "13457-7"),
    ("Triglycérides", "mmol/l", "", "14927-8"),
    ("CRP", "mg/l", "", "1988-5"),
    ("CRP ultrasensible", "mg/l", "", None),
    ("Gamma GT", "UI/l", "", "2324-2"),
    ("ALAT", "UI/l", "", "1742-6"),  # says nothing of pyridoxal phosphate, nor does the label
    ("ALAT (P5P)", "UI/l", "", "1743-4"),
    ("I.G.E Totales", "UI/ml", "", "19113-0"),
    ("BASE EXCESS", "mmol/L", "", None),
    ("Polynucléaires neutrophiles", "/mm3", "HEMOGRAMME", "26499-4"),
    ("Polynucléaires neutrophiles", "/mm3", "", None),
    ("Polynucléaires éosinophiles", "G/L", "", "26449-9"),
    ("Basophiles", "/mm3", "NFS", "26444-0"),
    ("Lymphocytes", "G/L", "Hématologie", "26474-7"),
    ("Lymphocytes", "G/L", "Typage lymphocytaire", None),
    ("Monocytes", "/mm3", "Hématologie", "26484-6"),
    ("Monocytes", "/mm3", "Liquide articulaire", None),
    ("Réticulocytes", "G/L", "", "14196-0"),
    ("Réticulocytes", "%", "", "4679-7"),
    ("V.S. 1ère heure", "mm", "", "30341-2"),
    ("Sodium", "mmol/l", "", None),
    ("Sodium", "mEq/l", "Ionogramme sanguin", "2951-2"),
    ("Sodium", "mmol/l", "Ionogramme urinaire", None),
    ("Natrémie", "mmol/l", "", "2951-2"),
    ("Sodium urinaire", "mmol/l", "", "2955-3"),
    ("Kaliémie", "mEq/l", "", "2823-3"),
    ("Chlore", "mmol/l", "Ionogramme sanguin", "2075-0"),
    ("Bicarbonates", "mmol/l", "Ionogramme plasmatique", "1963-8"),
    ("Calcémie", "mg/l", "", "17861-6"),
    ("Calcémie", "mmol/l", "", "2000-8"),
    ("Calcium", "mmol/l", "Urines", None),
    ("Calcium ionisé", "mmol/l", "Sang", None),
    ("Calcémie corrigée", "mmol/l", "", None),
    ("Magnésium érythrocytaire", "mmol/l", "Sang", None),
    ("Phosphorémie", "mmol/l", "", "14879-1"),
    ("Créatininémie", "mg/l", "", "2160-0"),
    ("Créatinine", "mg/l", "Biochimie sanguine", "2160-0"),
    ("Créatinine", "mmol/l", "Biochimie urinaire", "14683-7"),
    ("Créatinine", "mg/l", "Biochimie urinaire", None),
    ("Clairance de la créatinine", "ml/mn", "Sang", None),
    ("Acide urique", "mg/l", "Sang", "3084-1"),
    ("Acide urique", "µmol/l", "Sang", "14933-6"),
    ("Glucose", "mmol/l", "Plasma", "14749-6"),
    ("Glucose", "mmol/l", "Liquide céphalo-rachidien", None),
    ("HbA1c", "%", "", "4548-4"),
    ("Cholestérol LDL calculé", "mmol/l", "", "39469-2"),
    ("LDL cholestérol", "mmol/l", "", "22748-8"),
    ("Cholestérol HDL", "mmol/l", "", "14646-4"),
    ("Bilirubine totale", "µmol/l", "", "14631-6"),
    ("Bilirubine totale", "mg/l", "", "1975-2"),
    ("Bilirubine directe", "µmol/l", "", "14629-0"),
    ("Bilirubine conjuguée", "µmol/l", "", None),
    ("TRANSAMINASE TGO (ASAT)", "UI/l", "", "1920-8"),
    ("SGPT (ALAT)", "U/L", "", "1742-6"),
    ("Gamma-glutamyl transférase (GGT)", "U/l", "", "2324-2"),
    ("Phosphatases alcalines", "UI/l", "", "6768-6"),
    ("LDH", "UI/l", "Liquide pleural", None),
    ("Lipase", "UI/l", "", "3040-3"),
    ("Amylase", "UI/l", "", None),
    ("Amylase", "UI/l", "Sang", "1798-8"),
    ("Amylase", "UI/l", "Urines", None),
    ("Albumine", "g/l", "Sérum", "1751-7"),
    ("Albuminurie", "mg/l", "Urines", None),
    ("Microalbuminurie", "mg/l", "", "14957-5"),
    ("Protéinurie", "g/l", "", "2888-6"),
    ("Protéinurie des 24h", "g/24h", "Urines", "2889-4"),
    ("Ferritine", "ng/ml", "", "2276-4"),
    ("Fer sérique", "µmol/l", "", "14798-3"),
    ("Transferrine", "g/l", "", "3034-6"),
    ("IgG", "g/l", "", "2465-3"),
    ("IgG", "UI/ml", "Sérologie de la toxoplasmose", None),
    ("IgG", "g/l", "LCR", None),
    ("IgE", "kUI/l", "Allergènes", None),  # of which allergen?
    ("T3 libre", "pg/ml", "", "3051-0"),
    ("T3 libre", "pmol/l", "", "14928-6"),
    ("FSH", "mUI/ml", "", "15067-2"),
    ("LH", "UI/l", "Test à la LHRH", None),
    ("Vitamine B12", "pmol/l", "", "14685-2"),
    ("Vitamine B12", "pg/ml", "", "2132-9"),
    ("PSA total", "ng/ml", "", "2857-1"),
    ("PSA libre", "ng/ml", "", "10886-0"),
    ("PSA libre/PSA total", "%", "", None),
    ("ANTIGENE CARCINO EMBRYONNAIRE(ACE)", "ng/ml", "", "2039-6"),
    ("NT-proBNP", "pg/ml", "", "33762-6"),
    ("Procalcitonine", "µg/l", "", "33959-8"),
    ("Fibrinogène", "g/l", "Hémostase", None),
]


def code(label: str, unit: str, chapter: str, text: str = "") -> str | None:
    found = coded(label, (), Measure("5", unit), Context(chapter, text))
    return found.code.code if found else None


@pytest.mark.parametrize(("label", "unit", "chapter", "expected"), BY_HAND)
def test_a_label_a_unit_and_a_chapter_get_this_code_or_none(
    label: str, unit: str, chapter: str, expected: str | None
) -> None:
    assert code(label, unit, chapter) == expected


@pytest.mark.parametrize("entry", entries(), ids=lambda one: f"{one.code.code} {one.written}")
def test_a_row_of_the_table_is_sound(entry: Entry) -> None:
    assert valid(entry.code.code)
    assert entry.code.display
    assert entry.source in {"Annex A", "ANS samples", "Top 2000 SI", "LOINC"}
    for unit in (entry.written, entry.ucum):
        assert not unit or biology.known(unit)
    assert (entry.factor == 1) or (entry.written, entry.ucum) in {("/uL", "10*9/L"), ("/uL", "10*12/L")}
    assert entry.highest is None or (entry.needs == "blood" and entry.highest[0] < entry.highest[1])
    assert {*entry.refuses, *filter(None, [entry.needs])} <= set(vocabulary.WORDS)
    assert entry.labels
    assert "" not in entry.labels


def test_a_count_by_the_litre_is_reached_by_the_exact_power_of_ten() -> None:
    factors = {entry.ucum: entry.factor for entry in entries() if entry.written == "/uL" != entry.ucum}
    assert factors == {"10*9/L": Decimal("1e-3"), "10*12/L": Decimal("1e-6")}


def test_no_two_rows_fit_the_same_label_unit_and_words() -> None:
    def apart(one: Entry, other: Entry) -> bool:
        return one.needs in other.refuses or other.needs in one.refuses

    clashes = [
        (one.code.code, other.code.code)
        for one, other in combinations(entries(), 2)
        if one.written == other.written and one.labels & other.labels and not apart(one, other)
    ]
    assert clashes == []


def test_the_table_ships_with_the_notice_that_loinc_asks_for() -> None:
    folder = files(documents).joinpath("tables")
    notice = " ".join(folder.joinpath("NOTICE.txt").read_text("utf-8").split())
    assert "This material contains content from LOINC (http://loinc.org)." in notice
    assert "available at no cost under the license at http://loinc.org/license" in notice
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    assert "This material contains content from LOINC (http://loinc.org)." in readme
    rows = list(csv.reader(folder.joinpath(code_table.TABLE).read_text("utf-8").splitlines(), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.reference
def test_every_pair_of_code_and_unit_that_is_said_to_be_of_annex_a_stands_there() -> None:
    formats = SHARED / "reference/formats.md"
    if not formats.is_file():
        pytest.skip("LOUD: no ../shared/reference/formats.md")
    annex = formats.read_text("utf-8").partition("## Annex A")[2]
    pairs = set(re.findall(r"^- (\d+-\d) \| (\S+) \|", annex, re.MULTILINE))
    said = {(one.code.code, one.ucum or "None") for one in entries() if one.source == "Annex A"}
    assert len(said) > 35
    assert said <= pairs


@pytest.mark.reference
def test_of_the_results_in_the_samples_none_gets_a_wrong_code() -> None:
    samples = sorted((SHARED / "samples/hprim").glob("*.hpr"))
    if not samples:
        pytest.skip("LOUD: no ../shared/samples/hprim")
    got: Counter[tuple[str, str | None]] = Counter()
    for sample in samples:
        content = sample.read_bytes()
        content = HEADER.encode() + content if content.startswith(b"RES|") else content
        for document in hprim.read(content, datetime(2026, 11, 22, tzinfo=UTC)).documents:
            for result in document.results:
                context = Context(result.chapter, "\n".join(document.text))
                found = coded(result.label, result.codes, result.measure, context)
                got[result.label, found.code.code if found else None] += 1
    assert got == {
        ("GLUCOSE A JEUN", "53049-3"): 1,
        ("HEMOGLOBINE", "718-7"): 1,
        ("TSH", "3016-3"): 1,
        ("CREATININE", None): 1,
        ("BASE EXCESS", None): 1,
        ("I.G.E Totales", "19113-0"): 1,
    }


LABELS = sorted({label for entry in entries() for label in entry.labels})
CHAPTERS = ["", "HEMATOLOGIE", "Biochimie sang", "Urines", "ECBU", "LCR", "Electrophorèse", "Sérum", "Liquide d'ascite"]
UNITS = [*sorted(set(biology._UNITS.values())), "", "zorg/l"]


@given(st.sampled_from(LABELS), st.sampled_from(UNITS), st.sampled_from(CHAPTERS))
def test_no_code_is_given_without_its_unit_and_blood_is_never_urine(label: str, ucum: str, chapter: str) -> None:
    found = find(label, ucum, Context(chapter))
    if found is None:
        return
    assert found.written == ucum
    assert label in found.labels
    assert ("Urine" in found.code.display) == (chapter in {"Urines", "ECBU"})
    assert chapter not in {"LCR", "Liquide d'ascite"}


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(UNITS))
def test_a_label_that_the_table_does_not_have_gets_no_code(label: str, chapter: str, ucum: str) -> None:
    found = find(label, ucum, Context(chapter))
    assert found is None or (code_table._folded(label) in found.labels and found.written == ucum)


def test_a_report_without_chapters_that_speaks_of_a_puncture_gets_no_code() -> None:
    assert code("Triglycérides", "g/l", "", "Bilan lipidique") == "2571-8"
    assert code("Triglycérides", "g/l", "", "PONCTION d'ascite du 20/11") is None
    assert code("Triglycérides", "g/l", "Lipides du sang", "PONCTION d'ascite du 20/11") == "2571-8"


def test_a_report_without_chapters_that_speaks_of_urine_gets_no_code_that_urine_could_have() -> None:
    assert code("Natrémie", "mmol/l", "", "Bilan") == "2951-2"
    assert code("Natrémie", "mmol/l", "", "Recueil des urines de 24 h") is None


@pytest.mark.parametrize(
    ("label", "unit"),
    [("Natriurie", "mmol/l"), ("Kaliurie", "mEq/l"), ("Créatinine", "mmol/l"), ("Protéinurie", "g/l")],
)
def test_a_concentration_in_the_urine_of_a_day_is_not_one_of_a_spot(label: str, unit: str) -> None:
    assert code(label, unit, "Biochimie urinaire", "Biochimie urinaire") is not None
    for said in ("Recueil des 24 heures", "Diurèse : 1500 ml", "soit 127 mmol/24h", "Urines de 24 H"):
        assert code(label, unit, "Biochimie urinaire", said) is None
    assert code("Protéinurie des 24h", "g/24h", "Urines", "Diurèse : 1500 ml") == "2889-4"


@pytest.mark.parametrize(
    ("label", "unit"),
    [("Natrémie", "mmol/l"), ("Kaliémie", "mmol/l"), ("Glycémie", "g/l"), ("Hémoglobine", "g/dl"), ("Ht", "%")],
)
def test_what_a_gasometer_measures_in_whole_blood_is_not_of_plasma(label: str, unit: str) -> None:
    assert code(label, unit, "") is not None
    assert code(label, unit, "", "GAZ DU SANG ARTERIEL") is None
    assert code(label, unit, "Gazométrie", "") is None
    assert code("Sodium", "mmol/l", "Gaz du sang", "") is None


@pytest.mark.parametrize("label", ["Magnésium", "Potassium"])
def test_what_is_measured_in_cells_is_not_of_serum(label: str) -> None:
    assert code(label, "mmol/l", "Sang") is not None
    assert code(label, "mmol/l", "Sang : dosages intra-érythrocytaires") is None


def implied(label: str, unit: str, high: str, text: str = "UREE 0,40 g/l", chapter: str = "BIOCHIMIE") -> str | None:
    found = coded(label, (), Measure("5", unit, None, "", high), Context(chapter, text))
    return found.code.code if found else None


@pytest.mark.parametrize(
    ("label", "unit", "high", "expected"),
    [
        ("Urée", "mmol/l", "7.01", "22664-7"),
        ("Urée", "g/l", "0.42", "3091-6"),
        ("Créatinine", "mg/l", "11,0", "2160-0"),
        ("Créatinine", "µmol/l", "97.4", "14682-9"),
        ("Sodium", "mEq/l", "146", "2951-2"),
        ("Potassium", "mmol/l", "4.8", "2823-3"),
        ("Glucose", "g/l", "1.06", "2345-7"),
        ("Acide urique", "mg/l", "60", "3084-1"),
        ("Calcium", "mmol/l", "2.60", "2000-8"),
    ],
)
def test_biochimie_is_blood_where_the_upper_normal_is_one_of_blood(
    label: str, unit: str, high: str, expected: str
) -> None:
    assert implied(label, unit, high) == expected


@pytest.mark.parametrize(
    ("label", "unit", "high"),
    [
        ("Urée", "mmol/l", ""),
        ("Urée", "mmol/l", "<7"),
        ("Urée", "mmol/l", "580"),  # of urine
        ("Créatinine", "µmol/l", "18000"),
        ("Sodium", "mmol/l", "220"),
        ("Potassium", "mmol/l", "125"),
        ("Glucose", "g/l", "0.15"),
        ("Glucose", "g/l", "0.75"),  # of cerebrospinal fluid
        ("Acide urique", "mg/l", "750"),
        ("Amylase", "UI/l", "100"),  # urine has normals like those of blood
    ],
)
def test_biochimie_alone_is_not_blood_without_the_normals_of_blood(label: str, unit: str, high: str) -> None:
    assert implied(label, unit, high) is None


def test_biochimie_alone_is_not_blood_in_a_report_that_speaks_of_another_fluid() -> None:
    assert implied("Urée", "mmol/l", "7.01", "Urée 5\nDiurèse des urines de 24 h") is None
    assert implied("Urée", "mmol/l", "7.01", "Liquide de dialyse") is None
    assert implied("Urée", "mmol/l", "7.01", chapter="HEMOSTASE") is None


def test_the_rows_of_blood_and_the_normals_of_other_fluids_have_nothing_in_common() -> None:
    spans = {(one.code.code, one.written): one.highest for one in entries() if one.highest}
    foreign = {("22664-7", "mmol/L"): "160", ("2160-0", "mg/L"): "250", ("2951-2", "mmol/L"): "200"}
    for row, highest in foreign.items():
        assert not spans[row][0] <= Decimal(highest) <= spans[row][1]


def test_value_and_both_normals_are_converted_together_and_exactly() -> None:
    found = coded("Hématies", (), Measure("4450000", "/mm3", None, "4000000", "5700000"), Context("NFS"))
    assert found is not None
    assert found.measure == Measure("4.45", "T/L", "10*12/L", "4", "5.7")


def test_a_limit_stays_a_limit_when_it_is_converted() -> None:
    found = coded("Plaquettes", (), Measure("<5000", "/mm3"), Context("NFS"))
    assert found is not None
    assert (found.measure.value, found.measure.unit) == ("<5", "G/L")


@pytest.mark.parametrize("measure", [Measure("4450000", "/mm3", None, "env. 4M", ""), Measure("amas", "/mm3")])
def test_what_cannot_be_converted_whole_is_left_as_it_is_without_a_code(measure: Measure) -> None:
    assert coded("Hématies", (), measure, Context("NFS")) is None


def test_a_number_in_the_unit_of_its_code_is_left_as_it_was_written() -> None:
    measure = Measure("12.30", "G/L", None, "4,0", "10")
    found = coded("Leucocytes", (), measure, Context())
    assert found is not None
    assert found.measure == measure


def test_micro_units_by_the_millilitre_are_milli_units_by_the_litre() -> None:
    found = coded("TSH", (), Measure("0.10", "µUI/mL", None, "0.27", "4.20"), Context())
    assert found is not None
    assert found.measure == Measure("0.10", "mUI/L", "m[IU]/L", "0.27", "4.20")


def agreed(measure: Measure, *codes: LocalCode, label: str = "Analyse maison") -> str | None:
    found = coded(label, OWN, measure, Context(codes=codes))
    return found.code.code if found else None


def test_the_code_of_the_agreement_wins_over_the_table() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "G/L")
    assert agreed(Measure("5", "mmol/L"), replace(own, ucum="mmol/L")) == "2951-2"
    tsh = LocalCode("NUM(1.1)", "11580-8", "m[IU]/L")
    assert agreed(Measure("5", "mUI/L"), tsh, label="TSH") == "11580-8"


def test_the_code_of_the_agreement_is_given_in_its_unit_alone() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "mmol/L")
    assert agreed(Measure("5", "mg/L"), own) is None
    assert agreed(Measure("5", ""), own) is None
    assert agreed(Measure("positif", "mmol/L"), own) is None
    assert agreed(Measure("5", "mmol/L"), replace(own, local="AUTRE")) is None


def test_the_code_of_the_agreement_needs_a_unit_that_the_table_has_for_it() -> None:
    assert agreed(Measure("5", "mg/L"), LocalCode("NUM(1.1)", "789-8", "mg/L")) is None
    assert agreed(Measure("5", "T/L"), LocalCode("NUM(1.1)", "789-8", "10*12/L")) == "789-8"


def test_the_agreement_says_blood_where_no_chapter_does_and_the_count_is_converted() -> None:
    own = LocalCode("NUM(1.1)", "789-8", "/uL")
    found = coded("Hématies", OWN, Measure("4450000", "/mm3"), Context(codes=(own,)))
    assert found is not None
    assert (found.code.code, found.measure.value, found.measure.ucum) == ("789-8", "4.45", "10*12/L")


def test_two_codes_of_the_agreement_for_one_result_are_none() -> None:
    own = LocalCode("NUM(1.1)", "2951-2", "mmol/L")
    assert agreed(Measure("5", "mmol/L"), own, replace(own, loinc="2823-3")) is None


@pytest.mark.parametrize("loinc", ["789-8", "6690-2", "30405-5", "51480-2", "20-8", "2951-2", "13457-7"])
def test_the_check_digit_of_a_code_of_loinc_fits(loinc: str) -> None:
    assert valid(loinc)
    assert not valid(f"{loinc[:-1]}{(int(loinc[-1]) + 1) % 10}")


@pytest.mark.parametrize("text", ["", "789", "-8", "789-88", "12345678-2", "789 -8", "٧٨٩-8"])
def test_what_is_no_code_of_loinc_is_not_valid(text: str) -> None:
    assert not valid(text)


def test_a_code_that_the_table_does_not_know_is_unfit_in_no_unit() -> None:
    assert not unfit("2951-2", "mmol/L")
    assert unfit("789-8", "g/L")
    assert not unfit("789-8", "/uL")


def test_a_code_of_loinc_in_the_place_of_the_laboratorys_own_is_taken_in_the_unit_that_the_table_has_for_it() -> None:
    def stated(unit: str, *symbols: str) -> str | None:
        found = coded("Analyse", tuple(Code(one, "") for one in symbols), Measure("5", unit), Context())
        return found.code.code if found else None

    assert stated("mmol/L", "2951-2") == "2951-2"
    assert stated("g/L", "2951-2") is None
    assert stated("/mm3", "6690-2") is None  # said by the litre
    assert stated("mmol/L", "2951-2", "2823-3") is None
    assert stated("mmol/L", "20-8") is None
