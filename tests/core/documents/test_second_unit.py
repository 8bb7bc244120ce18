from dataclasses import replace

from passerelle.core.documents import cda
from passerelle.core.message import Code, Kind, Measure, Result
from tests.core.documents.synthetic import AUTHOR, LOINC, REPORT, SENDER


def back(result: Result) -> tuple[Result, ...]:
    frame, _ = cda.frame(REPORT, AUTHOR, SENDER, "seed")
    return cda.read(cda.write_biology(replace(REPORT, results=(result,)), frame, b"%PDF-1.4")).results


def test_two_units_of_one_code_stay_two_units_of_one_result() -> None:
    first, second = Measure("28.67", "mUI/l", None, "0.4", "4"), Measure("28.67", "µUI/ml", None, "0.4", "4")
    (read,) = back(Result("T.S.H. ultra-sensible", Kind.NUMERIC, first, second))
    assert read.second is not None
    assert (read.measure.ucum, read.second.ucum) == ("m[IU]/L", "u[IU]/mL")
    assert read.codes[0].code == "3016-3"


def test_two_units_of_two_codes_keep_both_codes() -> None:
    first, second = Measure("1.34", "g/l"), Measure("7.45", "mmol/l")
    (read,) = back(Result("Glycémie à jeun", Kind.NUMERIC, first, second, codes=(Code("G", ""),)))
    assert read.second is not None
    assert len({code.code for code in read.codes if code.system == LOINC}) == 2
