"""A report vouches for nothing that its laboratory has not validated."""

from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda
from passerelle.core.message import Status
from tests.core.documents.synthetic import AUTHOR, REPORT, SENDER

NS = {"h": "urn:hl7-org:v3", "lab": "urn:oid:1.3.6.1.4.1.19376.1.3.2"}


def statuses(*given: Status) -> tuple[str | None, list[str | None], list[str | None]]:
    """Return the statusCode of the report, of its chapter's act and of each observation."""
    first = REPORT.results[0]
    found = tuple(replace(first, second=None, status=one, chapter="BIOCHIMIE") for one in given)
    report = replace(REPORT, results=found)
    frame, _ = cda.frame(report, AUTHOR, SENDER, "seed")
    made = etree.fromstring(cda.write_biology(report, frame, b"%PDF-1.4"))
    event = made.find(".//h:serviceEvent/lab:statusCode", NS)
    entry = ".//h:entry[h:templateId]/h:act"
    acts = made.iterfind(f"{entry}/h:statusCode", NS)
    observations = made.iterfind(f"{entry}/h:entryRelationship/h:observation/h:statusCode", NS)
    said = None if event is None else event.get("code")
    return said, [one.get("code") for one in acts], [one.get("code") for one in observations]


@pytest.mark.parametrize("other", [Status.FINAL, Status.CORRECTED])
def test_a_report_of_validated_results_is_completed(other: Status) -> None:
    assert statuses(Status.FINAL, other) == ("completed", ["completed"], ["completed", "completed"])


def test_a_report_with_a_result_that_is_not_validated_is_not_completed() -> None:
    assert statuses(Status.FINAL, Status.UNVALIDATED) == ("active", ["active"], ["completed", "aborted"])
