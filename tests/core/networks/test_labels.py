"""What X-MSS-… fields say is told in codes, and never anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.message import Labels
from passerelle.core.networks import labels
from passerelle.core.networks.labels import MOST_CODES


def codes(value: str) -> str:
    return labels.read([("X-MSS-CODECDA", value)]).codes


def product(value: str) -> str:
    return labels.read([("X-MSS-NIL", value)]).product


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("34112-3", "34112-3"),
        (" 34112-3 , PRESC-BIO,15508-5", "34112-3,PRESC-BIO,15508-5"),
        ("34112-4", "other"),  # the check digit is wrong
        ("CANARI", "other"),
        ("180025912345678", "other"),
        ("34112-3,CANARI Camille", "34112-3,other"),
        ("", "none"),
        (",", "none"),
    ],
)
def test_types_of_documents_are_told_where_they_are_codes(value: str, told: str) -> None:
    assert codes(value) == told


def test_so_many_types_of_a_mail_are_told() -> None:
    assert codes(",".join(["34112-3"] * MOST_CODES)).count("34112-3") == MOST_CODES
    assert codes(",".join(["34112-3"] * MOST_CODES + ["15508-5"])) == ",".join(["34112-3"] * MOST_CODES)


@pytest.mark.parametrize(("value", "told"), [("O", "O"), ("N", "N"), ("o", "other"), ("CANARI", "other")])
def test_of_the_ins_only_whether_it_is_qualified_is_told(value: str, told: str) -> None:
    assert labels.read([("x-mss-ins", value)]).qualified == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("DEV935997", "DEV935997"),
        ("DEV-935997", "DEV-935997"),
        ("CANARI", "other"),
        ("180025912345678", "other"),
        ("0612345678", "other"),
        ("DEV935997 CANARI", "other"),
        ("DEV1234567890", "other"),
    ],
)
def test_a_product_is_told_where_it_has_the_form_of_one(value: str, told: str) -> None:
    assert product(value) == told


def test_without_fields_there_is_nothing_and_the_first_of_a_name_counts() -> None:
    assert labels.read([]) == Labels("none", "none", "none")
    assert labels.read([("X-MSS-INS", "O"), ("X-MSS-INS", "N")]).qualified == "O"


@given(st.text(), st.text(), st.text())
def test_nothing_that_is_no_code_is_repeated(one: str, two: str, three: str) -> None:
    told = labels.read([("X-MSS-CODECDA", f"ZZPATIENT {one}"), ("X-MSS-INS", two), ("X-MSS-NIL", f"{three} ZZPATIENT")])
    assert "ZZPATIENT" not in repr(told)
    assert told.qualified in {"O", "N", "none", "other"}
