"""What the code table converts, it converts whole and exactly."""

import pytest

from passerelle.core.documents.code_table import Context, coded
from passerelle.core.message import Measure


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
