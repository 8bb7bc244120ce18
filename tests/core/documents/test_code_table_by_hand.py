"""Every row of the code table, looked at by hand: label, unit and system are those of its code, and its dimension too.

Beside these tests, component and example unit of all 123 codes were held against two tables of LOINC in November 2026
(LoincTableCore, and the units of NLM's mapping validator for LOINC 2.67): no difference.
"""

import csv
import re
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest
from lxml import etree

from passerelle.core import documents
from passerelle.core.documents import biology
from passerelle.core.documents.code_table import TABLE, Context, Entry, coded, entries, find
from passerelle.core.message import Measure
from tests.core.documents.test_code_table_labels import BY_HAND

VALUE_SETS = Path(__file__).resolve().parents[3] / "../shared/ans/jeuxDeValeurs"
SVS = "{urn:ihe:iti:svs:2008}"

MORE_BY_HAND = [  # label, unit as a laboratory writes it, chapter, LOINC
    ("IDR", "%", "HEMATOLOGIE", "30385-9"),
    ("VPM", "fL", "", "32623-1"),
    ("Polynucléaires éosinophiles", "%", "HEMATOLOGIE", "26450-7"),
    ("Polynucléaires basophiles", "%", "HEMATOLOGIE", "30180-4"),
    ("Monocytes", "%", "HEMATOLOGIE", "26485-3"),
    ("Créatininémie", "µmol/L", "", "14682-9"),
    ("Protidémie", "g/L", "", "2885-2"),
    ("Protéines totales", "g/L", "Sérum", "2885-2"),
    ("Alpha-1 globulines", "g/L", "Electrophorèse", "2865-4"),
    ("Alpha-1 globulines", "%", "Electrophorèse", "13978-2"),
    ("Alpha-2 globulines", "g/L", "Electrophorèse", "2868-8"),
    ("Alpha-2 globulines", "%", "Electrophorèse", "13981-6"),
    ("Bêta globulines", "g/L", "Electrophorèse", "2871-2"),
    ("Bêta globulines", "%", "Electrophorèse", "13982-4"),
    ("Gamma globulines", "g/L", "Electrophorèse", "2874-6"),
    ("T4L", "ng/L", "", "3024-7"),
    ("Folates sériques", "µg/L", "", "2284-8"),
    ("Folates", "µg/L", "Sérum", "2284-8"),
    ("Folates", "ng/mL", "Sérum", "2284-8"),
    ("Folates sériques", "nmol/L", "", "14732-2"),
    ("Folates", "nmol/L", "Sérum", "14732-2"),
    ("Triglycérides", "g/L", "", "2571-8"),
    ("ASAT avec phosphate de pyridoxal", "UI/L", "", "30239-8"),
    ("Polynucléaires éosinophiles", "/mm3", "HEMATOLOGIE", "26449-9"),
    ("Polynucléaires basophiles", "G/L", "", "26444-0"),
    ("Lymphocytes", "/mm3", "HEMATOLOGIE", "26474-7"),
    ("Monocytes", "G/L", "", "26484-6"),
    ("Réticulocytes", "/mm3", "HEMATOLOGIE", "14196-0"),
    ("Natrémie", "mEq/L", "", "2951-2"),
    ("Sodium", "mmol/L", "Sérum", "2951-2"),
    ("Kaliémie", "mmol/L", "", "2823-3"),
    ("Potassium", "mmol/L", "Sérum", "2823-3"),
    ("Potassium", "mEq/L", "Sérum", "2823-3"),
    ("Chlorémie", "mmol/L", "", "2075-0"),
    ("Chlorémie", "mEq/L", "", "2075-0"),
    ("Chlore", "mEq/L", "Sérum", "2075-0"),
    ("Bicarbonates sériques", "mmol/L", "", "1963-8"),
    ("Bicarbonates sériques", "mEq/L", "", "1963-8"),
    ("Bicarbonates", "mEq/L", "Sérum", "1963-8"),
    ("Calcium", "mmol/L", "Sérum", "2000-8"),
    ("Calcium", "mg/L", "Sérum", "17861-6"),
    ("Magnésémie", "mmol/L", "", "2601-3"),
    ("Magnésium", "mmol/L", "Sérum", "2601-3"),
    ("Magnésémie", "mg/L", "", "19123-9"),
    ("Magnésium", "mg/L", "Sérum", "19123-9"),
    ("Phosphore", "mmol/L", "Sérum", "14879-1"),
    ("Phosphorémie", "mg/L", "", "2777-1"),
    ("Phosphore", "mg/L", "Sérum", "2777-1"),
    ("Uricémie", "µmol/L", "", "14933-6"),
    ("Uricémie", "mg/L", "", "3084-1"),
    ("Fer", "µmol/L", "Sérum", "14798-3"),
    ("Fer sérique", "mg/L", "", "2498-4"),
    ("Fer", "mg/L", "Sérum", "2498-4"),
    ("Urée sanguine", "g/L", "", "3091-6"),
    ("Glycémie", "mmol/L", "", "14749-6"),
    ("Cholestérol total", "mmol/L", "", "14647-2"),
    ("Apolipoprotéine A1", "g/L", "", "1869-7"),
    ("Apolipoprotéine B", "g/L", "", "1884-6"),
    ("Bilirubine directe", "mg/L", "", "1968-7"),
    ("ASAT", "U/L", "", "1920-8"),
    ("Phosphatases alcalines", "U/L", "", "6768-6"),
    ("LDH", "UI/L", "", "2532-0"),
    ("LDH", "U/L", "", "2532-0"),
    ("CPK", "UI/L", "", "2157-6"),
    ("CPK", "U/L", "", "2157-6"),
    ("Lipase", "U/L", "", "3040-3"),
    ("Amylasémie", "UI/L", "", "1798-8"),
    ("Amylasémie", "U/L", "", "1798-8"),
    ("Amylase", "U/L", "Sérum", "1798-8"),
    ("Albuminémie", "g/L", "", "1751-7"),
    ("Préalbumine", "g/L", "", "14338-8"),
    ("Préalbumine", "mg/L", "", "14338-8"),
    ("Haptoglobine", "g/L", "", "4542-7"),
    ("Ferritine", "µg/L", "", "2276-4"),
    ("IgA", "g/L", "", "2458-8"),
    ("IgM", "g/L", "", "2472-9"),
    ("Complément C3", "g/L", "", "4485-9"),
    ("Complément C4", "g/L", "", "4498-2"),
    ("IgE totales", "kUI/L", "", "19113-0"),
    ("T3L", "ng/L", "", "3051-0"),
    ("FSH", "UI/L", "", "15067-2"),
    ("LH", "UI/L", "", "10501-5"),
    ("LH", "mUI/mL", "", "10501-5"),
    ("PTH intacte", "pg/mL", "", "2731-8"),
    ("PTH intacte", "ng/L", "", "2731-8"),
    ("Vitamine B12", "ng/L", "", "2132-9"),
    ("PSA", "µg/L", "", "2857-1"),
    ("PSA libre", "µg/L", "", "10886-0"),
    ("ACE", "µg/L", "", "2039-6"),
    ("NT-proBNP", "ng/L", "", "33762-6"),
    ("BNP", "pg/mL", "", "30934-4"),
    ("BNP", "ng/L", "", "30934-4"),
    ("Procalcitonine", "ng/mL", "", "33959-8"),
    ("Lithémie", "mmol/L", "", "14334-7"),
    ("Créatininurie", "mmol/L", "Urines", "14683-7"),
    ("Créatininurie", "µmol/L", "Urines", "14683-7"),
    ("Créatinine", "µmol/L", "Urines", "14683-7"),
    ("Natriurie", "mEq/L", "Urines", "2955-3"),
    ("Kaliurie", "mmol/L", "Urines", "2828-2"),
    ("Kaliurie", "mEq/L", "Urines", "2828-2"),
]

MASS, MOLES, COUNT = r"(?:g|mg|ug|ng|pg)/(?:dL|mL|L)", r"(?:m|u|n|p)?mol/L|meq/L", r"10\*9/L|10\*12/L|/uL|/mL"
UNITS_OF_A_PROPERTY = {  # the property that ANS's French name has in brackets → UCUM
    "Masse/Volume": MASS,
    "Moles/Volume": MOLES,
    "Nombre/Volume": COUNT,
    "Catalytique/Volume": r"\[IU\]/L|U/L",
    "Arbitraire/Volume": r"[mku]?\[IU\]/m?L",
    "Fraction volumique": "%",
    "Fraction de nombres": "%",
    "Fraction massique": "%",
    "Ratio": "%",
    "Volume d'entité": "fL",
    "Masse d'entité": "pg",
    "Masse/Temps": r"g/\(24\.h\)",
    "Temps relatif": "",
    "": "mm/h",  # the name of a sedimentation rate has no brackets
}


@pytest.mark.parametrize(("label", "unit", "chapter", "expected"), MORE_BY_HAND)
def test_a_label_a_unit_and_a_chapter_get_this_code(label: str, unit: str, chapter: str, expected: str) -> None:
    found = coded(label, (), Measure("5", unit), Context(chapter))
    assert found is not None
    assert found.code.code == expected


def test_no_row_is_without_a_case_that_was_checked_by_hand() -> None:
    reached = set()
    for label, unit, chapter, _ in chain(BY_HAND, MORE_BY_HAND):
        found = find(label, biology.ucum(unit, label) or unit, Context(chapter))
        reached |= {id(found)} if found else set()
    assert [one.code.code for one in entries() if id(one) not in reached] == []


def test_no_label_of_the_table_is_out_of_reach_for_its_unit() -> None:
    table = files(documents).joinpath("tables", TABLE).read_text("utf-8").splitlines()
    rows = [(row["written"], label) for row in csv.DictReader(table) for label in row["labels"].split("|")]
    lost = [row for row in rows if (biology.ucum(biology.usage(row[0]), row[1]) or "") != row[0]]
    assert lost == []


@pytest.mark.parametrize("entry", entries(), ids=lambda one: f"{one.code.code} {one.written}")
def test_the_units_of_a_row_have_the_dimension_of_its_codes_property(entry: Entry) -> None:
    found = re.search(r"\[(.*?)\]", entry.code.display)
    expected = UNITS_OF_A_PROPERTY[found[1] if found else ""]
    assert re.fullmatch(expected, entry.written)
    assert re.fullmatch(expected, entry.ucum)


def test_the_power_of_ten_between_two_units_is_the_factor_of_the_row() -> None:
    tens = {"mg": -3, "ug": -6, "ng": -9, "pg": -12, "g": 0, "m[IU]": -3, "u[IU]": -6, "k[IU]": 3, "[IU]": 0}
    tens |= {"mmol": -3, "umol": -6, "nmol": -9, "pmol": -12, "meq": -3, "10*9": 9, "10*12": 12, "": 0, "U": 0}
    litres = {"L": 0, "dL": -1, "mL": -3, "uL": -6}

    def power(unit: str) -> int:
        above, _, below = unit.rpartition("/")
        return tens[above] - litres[below]

    pairs = {(one.written, one.ucum, one.factor.adjusted()) for one in entries() if one.written != one.ucum}
    assert len(pairs) > 6
    assert [pair for pair in pairs if power(pair[0]) - power(pair[1]) != pair[2]] == []


def test_an_equivalent_is_a_mole_of_an_ion_with_one_charge() -> None:
    codes = {one.code.code for one in entries() if one.written == "meq/L"}
    assert codes == {"2951-2", "2823-3", "2075-0", "1963-8", "2955-3", "2828-2"}  # Na, K, Cl, HCO3; Na, K of urine


def test_a_code_of_blood_is_never_asked_of_urine_nor_the_other_way_round() -> None:
    for one in entries():
        urine = " Urine" in one.code.display
        assert (one.needs == "urine") == urine
        assert ("urine" in one.refuses) == (not urine)
        assert "elsewhere" in one.refuses
        assert not urine or "blood" in one.refuses


@pytest.mark.reference
def test_the_codes_that_the_agencys_value_sets_have_are_called_as_there() -> None:
    files = sorted(VALUE_SETS.glob("JDV_Examen*_CISIS.xml"))
    if not files:
        pytest.skip("NOT CHECKED: ../shared/ans/jeuxDeValeurs is not there (reference material, beside the repository)")
    concepts = chain.from_iterable(etree.parse(file).iter(f"{SVS}Concept") for file in files)
    named: dict[str, set[str]] = {}
    for concept in concepts:
        named.setdefault(concept.attrib["code"], set()).add(told(concept.attrib["displayName"]))
    ours = {one.code.code: told(one.code.display) for one in entries()}
    assert len(ours.keys() & named.keys()) > 20
    assert {code: name for code, name in ours.items() if code in named and name not in named[code]} == {}


def told(name: str) -> str:
    """Return a French name of LOINC in one form: that of six parts between colons has « Ponctuel » for its time."""
    component, *rest = [part for part in name.split(":") if part]
    parts = [component, *(part for part in rest if part != "Ponctuel")]
    words = " ".join(re.findall(r"\w+", " ".join(parts).casefold()))
    return words.replace("c réactive protéine", "protéine c réactive")
