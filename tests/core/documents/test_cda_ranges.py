"""Normal ranges: a line of results holds the one that is surely its own, the text says all others."""

import pytest

from passerelle.core.documents import cda
from passerelle.core.message import Result
from tests.vectors import make_cda as make

GLUCOSE = make.quantity("5", "mmol/L")


def only(value: str, more: str) -> Result:
    (result,) = cda.read(make.report(make.observation(value, more=more))).results
    return result


def limits(result: Result) -> tuple[str, str]:
    return result.measure.low, result.measure.high


def range_(sides: str, text: str = "", code: str = "N", condition: str = "") -> str:
    said = f"<text>{text}</text>" if text else ""
    value = f'<value xsi:type="IVL_PQ">{sides}</value>' if sides else ""
    return (
        f'<referenceRange typeCode="REFV"><observationRange>{said}{value}'
        f'<interpretationCode code="{code}"/>{condition}</observationRange></referenceRange>'
    )


def side(name: str, number: str, inclusive: str = "") -> str:
    bound = f' inclusive="{inclusive}"' if inclusive else ""
    return f'<{name} value="{number}" unit="mmol/L"{bound}/>'


def test_a_range_in_another_unit_is_told_but_never_compared() -> None:
    result = only(make.quantity("0.90", "g/L"), more=make.normal("3.9", "5.8", "mmol/L"))
    assert (result.measure.low, result.measure.high) == ("", "")
    assert result.remarks == ("Valeurs de référence : 3.9 - 5.8 mmol/L",)


def test_of_several_ranges_none_is_chosen_and_all_are_told() -> None:
    ranges = [
        make.normal(low, high, "g/dL").replace("<observationRange>", f"<observationRange><text>{whose}</text>")
        for whose, low, high in (("Homme", "13", "17"), ("Femme", "12", "16"))
    ]
    result = only(make.quantity("12.5", "g/dL"), more="".join(ranges))
    assert (result.measure.low, result.measure.high) == ("", "")
    assert result.remarks == (
        "Valeurs de référence : Homme 13 - 17 g/dL",
        "Valeurs de référence : Femme 12 - 16 g/dL",
    )
    assert only(make.quantity("12.5", "g/dL"), more=ranges[1] * 2).measure.low == "12"


def test_a_range_in_two_units_is_told_with_both_and_never_halved() -> None:
    more = make.normal("4", "10000", "10*9/L").replace('"10000" unit="10*9/L"', '"10000" unit="/uL"')
    result = only(make.quantity("5", "10*9/L"), more=more)
    assert (result.measure.low, result.measure.high) == ("", "")
    assert result.remarks == ("Valeurs de référence : 4 10*9/L - 10000 /uL",)


@pytest.mark.parametrize(
    ("value", "bound", "held", "said"),
    [
        pytest.param("5", "false", ("", ""), ("Valeurs de référence : < 5 mmol/L",), id="open, and equal"),
        pytest.param("4", "false", ("", "5"), ("Valeurs de référence : < 5 mmol/L",), id="open, and other"),
        pytest.param("5", "true", ("", "5"), (), id="closed"),
        pytest.param("5", "", ("", "5"), (), id="closed where nothing is said"),
    ],
)
def test_an_open_bound_is_told_and_never_makes_its_own_value_normal(
    value: str, bound: str, held: tuple[str, str], said: tuple[str, ...]
) -> None:
    result = only(make.quantity(value, "mmol/L"), range_(side("high", "5", bound)))
    assert (limits(result), result.remarks) == (held, said)


def test_a_side_without_end_is_no_open_bound() -> None:
    result = only(GLUCOSE, range_('<low nullFlavor="NINF" inclusive="false"/>' + side("high", "7")))
    assert (limits(result), result.remarks) == (("", "7"), ())


def test_two_open_bounds_are_told_as_they_are() -> None:
    result = only(GLUCOSE, range_(side("low", "3.9", "false") + side("high", "5", "false")))
    assert result.remarks == ("Valeurs de référence : > 3.9 et < 5 mmol/L",)


def test_a_lower_bound_alone_is_no_upper_one() -> None:
    assert limits(only(GLUCOSE, range_(side("low", "3.9")))) == ("3.9", "")


def test_a_range_for_some_people_is_told_with_them_and_not_filed() -> None:
    condition = (
        '<sdtc:precondition xmlns:sdtc="urn:hl7-org:sdtc"><sdtc:criterion><sdtc:code displayName="Âge"/>'
        '<sdtc:value xsi:type="IVL_PQ"><high value="12" unit="mo"/></sdtc:value></sdtc:criterion></sdtc:precondition>'
    )
    result = only(GLUCOSE, range_(side("low", "3") + side("high", "4"), condition=condition))
    assert limits(result) == ("", "")
    assert result.remarks == ("Valeurs de référence : Âge <= 12 mo 3 - 4 mmol/L",)


def test_the_words_of_the_only_range_are_told_beside_its_numbers() -> None:
    result = only(GLUCOSE, range_(side("low", "3") + side("high", "4"), text="Femme enceinte : 3 à 4 mmol/L"))
    assert limits(result) == ("3", "4")
    assert result.remarks == ("Valeurs de référence : Femme enceinte : 3 à 4 mmol/L",)


def test_a_text_that_repeats_the_numbers_is_not_told_twice() -> None:
    result = only(GLUCOSE, range_(side("low", "3") + side("high", "4"), text="3 à 4 mmol/L"))
    assert (limits(result), result.remarks) == (("3", "4"), ())


def test_a_range_in_words_beside_one_in_numbers_is_not_lost() -> None:
    result = only(
        GLUCOSE, range_(side("low", "3") + side("high", "4")) + range_("", text="Diabétique : selon objectif")
    )
    assert limits(result) == ("3", "4")
    assert result.remarks == ("Valeurs de référence : Diabétique : selon objectif",)


def test_a_range_of_abnormal_values_is_told_by_its_name_and_never_filed() -> None:
    result = only(GLUCOSE, range_(side("low", "3") + side("high", "4")) + range_(side("low", "20"), code="HH"))
    assert limits(result) == ("3", "4")
    assert result.remarks == ("Valeurs de référence (HH) : >= 20 mmol/L",)
