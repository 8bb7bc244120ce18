"""ANS's own schema and schematrons on all that the writer makes, run once for all of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from passerelle.core.documents import hprim
from passerelle.core.mail import mime
from passerelle.core.message import (
    Code,
    Dispatch,
    Identifier,
    Kind,
    Letters,
    LocalCode,
    Measure,
    Message,
    PostalAddress,
    Result,
)
from passerelle.core.networks import mssante
from tests.core.documents.synthetic import (
    AUTHOR,
    DISPATCH,
    LETTER,
    ORGANISATION,
    PATIENT,
    QUALIFIED,
    REPORT,
    WHEN,
    message,
)

SHARED = Path(__file__).resolve().parents[3] / "../shared"
CHECK = SHARED / "tools/check_cda"
SAMPLES = SHARED / "samples/hprim"


def with_author(**changes: Any) -> Dispatch:  # noqa: ANN401 - fields of Professional
    return replace(DISPATCH, author=replace(AUTHOR, **changes))


def variants() -> Iterator[tuple[str, Message, Dispatch]]:
    nobody = replace(PATIENT, local_ids=(), address=PostalAddress(), insured="")
    patients = {
        "plain": PATIENT,
        "ins": QUALIFIED,
        "ins-incomplete": replace(QUALIFIED, birth_place=None),
        "birth-name": replace(PATIENT, birth_family="ESSAI"),
        "nobody": nobody,
    }
    for name, patient in patients.items():
        for document in (LETTER, REPORT):
            yield f"{name}-{document.kind.code}", message(replace(document, patient=patient)), DISPATCH
    yield "both", message(LETTER, REPORT), DISPATCH
    old = Identifier("2.25.7", "v1")
    again = [replace(document, version=2, replaces=old) for document in (LETTER, REPORT)]
    yield "replaces", message(*again), DISPATCH
    yield "undated", message(replace(LETTER, performed=None), replace(REPORT, performed=None, text=())), DISPATCH
    yield "author-without-number", message(LETTER, REPORT), with_author(identifier=None)
    yield "author-without-profession", message(LETTER, REPORT), with_author(profession=None)
    hospital = replace(ORGANISATION, setting=replace(ORGANISATION.setting, code="ETABLISSEMENT"))  # type: ignore[type-var]
    yield "hospital", message(LETTER, REPORT), with_author(organisation=hospital, title="Mme")
    counted = tuple(
        Result(
            label, Kind.NUMERIC, Measure(value, unit, None, low, high), codes=(Code(own, ""),), chapter="HEMATOLOGIE"
        )
        for label, value, unit, low, high, own in (
            ("Leucocytes", "7800", "/mm3", "4000", "10000", "GB"),
            ("Hématies", "4450000", "/mm3", "4000000", "5700000", "GR"),
            ("VGM", "88", "fl", "80", "100", "VGM"),
            ("Polynucléaires neutrophiles", "61", "%", "", "", "PNN"),
            ("Sodium", "140", "mmol/l", "136", "145", "NA"),
        )
    )
    codes = (LocalCode("NA", "2951-2", "mmol/L"),)
    yield "coded", message(replace(REPORT, results=counted)), replace(DISPATCH, codes=codes)
    recipient = replace(AUTHOR, family="MARTIN", identifier=None)
    yield "recipient", message(LETTER, REPORT), replace(DISPATCH, recipient_professional=AUTHOR, prescriber=True)
    yield (
        "recipient-alone",
        message(REPORT),
        replace(
            DISPATCH, recipient_professional=replace(recipient, profession=None, organisation=None), prescriber=True
        ),
    )
    titles = ("Biochimie", "Bilan lipidique", "HEMOSTASE", "Bactériologie", "Inconnu")
    parts = tuple(replace(counted[0], chapter=title) for title in titles)
    yield "chapters", message(replace(REPORT, results=parts)), DISPATCH
    tested = tuple(
        replace(counted[0], label="Amoxicilline", chapter=f"{above} : {isolate}", isolate=isolate)
        for above, isolate in (("BACTERIOLOGIE", "E. coli"), ("BACTERIOLOGIE", "Proteus"), ("Isolat", "Candida"))
    )
    yield "isolates", message(replace(REPORT, results=(*tested, counted[1]))), DISPATCH
    sections = replace(DISPATCH, letters=Letters.N3)
    yield "n3-plain", message(LETTER), sections
    yield "n3-ins", message(replace(LETTER, patient=QUALIFIED)), sections
    headed = ("CABINET DU DR TESTU", "", "Motif de consultation :", "Toux  sèche", "", "CONCLUSION", "Rien < 1")
    yield "n3-headed", message(replace(LETTER, text=headed), REPORT), sections
    header = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"
    for sample in sorted(SAMPLES.glob("*.hpr")):
        content = sample.read_bytes()
        content = header.encode() + content if content.startswith(b"RES|") else content
        for number, document in enumerate(hprim.read(content, WHEN).documents):
            yield f"{sample.stem}-{number}", message(document), DISPATCH


def zipped(written: bytes) -> bytes:
    (content,) = [part.content for part in mime.read(written).parts if part.name == "IHE_XDM.zip"]
    return content


def checked(folder: Path) -> list[dict[str, Any]]:
    files = sorted(map(str, folder.iterdir()))
    run = subprocess.run([sys.executable, str(CHECK), "--json", *files], capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


@pytest.mark.reference
@pytest.mark.slow
def test_all_that_is_written_passes_ans_schema_and_schematrons(tmp_path: Path) -> None:
    if not CHECK.is_file():
        pytest.skip("NOT CHECKED: ../shared/tools/check_cda is not there (reference material, beside the repository)")
    for name, said, dispatch in variants():
        (tmp_path / f"{name}.zip").write_bytes(zipped(mssante.write(said, dispatch).mail))
    results = checked(tmp_path)
    errors = [
        (Path(result["document"].partition("!")[0]).stem, found["step"], found["text"])
        for result in results
        for found in result["findings"]
        if found["role"] not in ("warning", "info")
    ]
    assert len(results) > 20
    assert any("BIO-CR-BIO_2024.01" in result["errors"] for result in results)
    assert errors == []
