"""A RES line and the TEX line that people read say the same number, or the reader hears that they do not."""

import pytest

from passerelle.core.message import Result
from tests.core.documents.hprim_files import codes, lab

REMARK = "Le texte du compte rendu donne une autre valeur."


def told(row: str, value: str) -> tuple[list[str], Result]:
    found, document = lab(f"TEX|{row}", f"RES|Potassium|K|N|{value}|mmol/l|3,5|15,0")
    return codes(found), document.results[0]


@pytest.mark.parametrize(
    "row",
    [
        "Potassium            9,4 mmol/l   3,5 à 5,0",
        "POTASSIUM .......... 9.4 mmol/L",
        "Potassium : * 9,4 mmol/l        4,1",
    ],
)
def test_another_number_in_the_same_unit_is_remarked(row: str) -> None:
    found, result = told(row, "4,9")
    assert (result.measure.value, result.remarks) == ("4.9", (REMARK,))
    assert found == ["hprim.contradiction"]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        pytest.param("Potassium   4,90 mmol/l", "4.9", id="the same"),
        pytest.param("Potassium   5 mmol/l", "4,9", id="rounded"),
        pytest.param("Potassium   4,9 mmol/l  9,4", "4,9", id="an earlier one beside it"),
        pytest.param("Potassium   19,2 mg/dl", "4,9", id="another unit"),
        pytest.param("Potassium urinaire  9,4 mmol/l", "4,9", id="another analysis"),
        pytest.param("Potassium   < 9,4 mmol/l", "4,9", id="a limit"),
        pytest.param("Potassium   1 490 mmol/l", "4,9", id="blanks in the number"),
        pytest.param("Potassium   9,4 mmol/l/24h", "4,9", id="a longer unit"),
        pytest.param("Potassium   9,4 mmol/l", "< 4,9", id="a limit in the result"),
    ],
)
def test_what_may_be_the_same_is_not_remarked(row: str, value: str) -> None:
    found, result = told(row, value)
    assert REMARK not in result.remarks
    assert "hprim.contradiction" not in found


def test_one_row_that_agrees_is_enough() -> None:
    found, document = lab(
        *("TEX|Potassium  9,4 mmol/l", "TEX|Potassium  4,9 mmol/l", "RES|Potassium|K|N|4,9|mmol/l|3,5|5,0"),
    )
    assert document.results[0].remarks == ()
    assert codes(found) == []
