"""The code table: every row is sound, every code is the right one, and there is none without a unit that fits."""

import csv
import re
from collections import Counter
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
from passerelle.core.documents.code_table import Context, Entry, coded, entries, find, valid
from tests.core.documents.code_lookups import UNITS

SHARED = Path(__file__).resolve().parents[3] / "../shared"


HEADER = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"


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
        pytest.skip(
            "NOT CHECKED: ../shared/reference/formats.md is not there (reference material, beside the repository)"
        )
    annex = formats.read_text("utf-8").partition("## Annex A")[2]
    pairs = set(re.findall(r"^- (\d+-\d) \| (\S+) \|", annex, re.MULTILINE))
    said = {(one.code.code, one.ucum or "None") for one in entries() if one.source == "Annex A"}
    assert len(said) > 35
    assert said <= pairs


@pytest.mark.reference
def test_of_the_results_in_the_samples_none_gets_a_wrong_code() -> None:
    samples = sorted((SHARED / "samples/hprim").glob("*.hpr"))
    if not samples:
        pytest.skip("NOT CHECKED: ../shared/samples/hprim is not there (reference material, beside the repository)")
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


@given(st.sampled_from(LABELS), st.sampled_from(UNITS), st.sampled_from(CHAPTERS))
def test_no_code_is_given_without_its_unit_and_blood_is_never_urine(label: str, ucum: str, chapter: str) -> None:
    found = find(label, ucum, Context(chapter))
    if found is None:
        return
    assert found.written == ucum
    assert label in found.labels
    assert ("Urine" in found.code.display) == (chapter in {"Urines", "ECBU"})
    assert chapter not in {"LCR", "Liquide d'ascite"}
