"""What is written as HPRIM reads back as it was."""

from dataclasses import replace
from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hprim
from passerelle.core.documents.hprim import contradictions, dates, results
from passerelle.core.message import (
    Code,
    Document,
    Identifier,
    Kind,
    Measure,
    Patient,
    PostalAddress,
    Result,
    Status,
)
from tests.core.documents import detectors
from tests.core.documents.hprim_files import NOW
from tests.core.documents.hprim_letters import GLUCOSE, LETTER

WORDS = st.text("abcdefghijklmnopqrstuvwxyzéèàçABCDEÉ0123456789.,;:()%+-'", min_size=1, max_size=20)
VOCABULARY = """le patient présente l'oeil à 12/8 72,5 (kg) 50% +3 n.4 -- : ; ÉLODIE ça 20/11/2026 <5 Fer T.S.H."""
PROSE = st.sampled_from(VOCABULARY.split())  # drawing letters one by one takes seconds
NAMES = st.text("ABCDEFÉÈÇ -'", min_size=1, max_size=30).map(str.strip).filter(lambda name: any(map(str.isalpha, name)))
DAYS = st.dates(date(1907, 1, 1), date(2026, 11, 22))
NUMBERS = st.from_regex(r"-?[1-9][0-9]{0,4}(\.[0-9]{1,2})?", fullmatch=True)
LABELS = (
    st.lists(st.one_of(PROSE, WORDS), min_size=1, max_size=3)
    .map(" ".join)
    .filter(lambda label: "soit" not in label.casefold())
)
LIMITS = st.lists(NUMBERS, min_size=2, max_size=2).map(lambda both: sorted(both, key=float))
MEASURES = st.builds(
    lambda limits, *, low, high, **rest: Measure(low=limits[0] * low, high=limits[1] * high, **rest),
    LIMITS,
    value=st.one_of(NUMBERS, NUMBERS.map(lambda number: f"<{number}"), st.sampled_from(["négatif", "Absence"])),
    unit=st.sampled_from(["", "g/l", "G/L", "µmol/l", "UI/ml", "/mm3", "%"]),
    low=st.booleans(),
    high=st.booleans(),
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
    found = draw(st.lists(results_of_a_report(), max_size=4))
    born = draw(DAYS)
    text = draw(st.lists(st.lists(PROSE, max_size=15).map(" ".join), max_size=5))
    return Document(
        identifier=None,
        kind=LETTER.kind,
        title=draw(st.sampled_from(["", "Compte rendu"])),
        created=datetime.combine(draw(DAYS), NOW.timetz()),
        patient=Patient(
            family=draw(NAMES),
            given=draw(NAMES),
            birth_date=born,
            insured=draw(st.from_regex(r"([12][0-9]{12}( [0-9]{2})?)?", fullmatch=True)),
            local_ids=draw(st.sampled_from([(), (Identifier("", "A123"),)])),
            address=PostalAddress((draw(NAMES),), "59000", draw(NAMES)),
        ),
        performed=draw(st.dates(max(born, date(1990, 1, 1)), date(2026, 11, 22))),
        file_number=draw(st.from_regex(r"[A-Z0-9]{0,10}", fullmatch=True)),
        text=tuple(text),
        results=tuple(found),
    )


@given(st.lists(documents(), min_size=1, max_size=2))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
def test_what_is_written_reads_back_with_identity_dates_results_and_every_word(originals: list[Document]) -> None:
    content, losses = hprim.write(tuple(originals), "CH Exemple", "Dr Jean MARTIN")
    found = hprim.read(content, NOW)
    assert losses == ()
    assert {loss.what for loss in found.losses} <= {"hprim.contradiction", "hprim.same-label"}
    assert len(found.documents) == len(originals)
    for before, after in zip(originals, found.documents, strict=True):
        assert _identity(after) == _identity(before)
        assert after.performed == before.performed
        assert after.results == tuple(replace(one, remarks=contradictions.found(one)) for one in before.results)
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
