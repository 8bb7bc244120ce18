"""What HPRIM says and a CDA has no place for is told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from passerelle.core.documents import cda, hprim
from passerelle.core.message import Status
from tests.core.documents.synthetic import AUTHOR, LETTER, REPORT, RESULTS, SENDER

HEADER = ["A42", "TESTU", "Zoe", "", "", "59000 LILLE", "28/03/1979", "", "", "20/11/2026", ".  A", ".  B", "", "mot"]


@pytest.mark.parametrize(
    ("line", "said", "told"),
    [
        (1, "Compte rendu", True),
        (1, ".", False),
        (1, "", False),
        (1, "A42", False),
        (10, "M-5128-23/10/06", True),
        (10, "23-10-2006", False),
        (10, "", False),
    ],
)
def test_a_line_that_says_more_than_its_field_takes_is_told(line: int, said: str, told: bool) -> None:  # noqa: FBT001
    lines = [*HEADER[: line - 1], said, *HEADER[line:], "****FIN****"]
    found = hprim.read("\n".join(lines).encode(), datetime(2026, 11, 22, tzinfo=UTC))
    assert [(loss.what, loss.where) for loss in found.losses] == [("hprim.line-rest", f"message 1, line {line}")] * told


def test_a_cda_has_no_place_for_a_file_number_and_for_a_corrected_result() -> None:
    corrected = replace(REPORT, results=(replace(RESULTS[0], status=Status.CORRECTED),))
    for document, codes in (
        (corrected, {"document.file-number", "biology.corrected"}),
        (replace(corrected, file_number=""), {"biology.corrected"}),
        (replace(LETTER, file_number=""), set()),
    ):
        _, losses = cda.frame(document, AUTHOR, SENDER, "seed")
        assert {loss.what for loss in losses} == codes | {"patient.insured-number"}
