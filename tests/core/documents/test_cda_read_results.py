"""Laboratory observations are read without inventing and without losing."""

import pytest

from passerelle.core.documents import cda
from passerelle.core.documents.cda import referred
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Kind, Measure, Result, Status
from tests.vectors import make_cda as make

CODE = (
    f'<code code="2345-7" codeSystem="{make.LOINC}" displayName="Glucose [Masse/Volume] Sérum ; Numérique">{{}}</code>'
)
ROW = '<table><tr><td><content ID="glu">Glycémie à jeun</content></td><td>0.90</td></tr></table>'
REFERENCE = '<originalText><reference value="#glu"/></originalText>'


def only(value: str, **parts: str) -> Result:
    (result,) = cda.read(make.report(make.observation(value, **parts), text=ROW)).results
    return result


def test_a_quantity_has_its_unit_both_ways_its_range_and_its_flag() -> None:
    flag = '<interpretationCode code="H" codeSystem="2.16.840.1.113883.5.83"/>'
    result = only(make.quantity("1.30", "g/L"), more=flag + make.normal("0.70", "1.05", "g/L"))
    assert result.kind is Kind.NUMERIC
    assert result.measure.value == "1.30"
    assert (result.measure.ucum, result.measure.low, result.measure.high) == ("g/L", "0.70", "1.05")
    assert result.measure.unit.lower() == "g/l"
    assert (result.flag, result.status, result.chapter) == ("H", Status.FINAL, "Biochimie")


def test_the_label_is_what_the_narrative_calls_it() -> None:
    assert only(make.quantity("1", "g/L"), code=CODE.format(REFERENCE)).label == "Glycémie à jeun"


def test_without_narrative_the_label_is_the_short_part_of_the_display_name() -> None:
    assert only(make.quantity("1", "g/L")).label == "Glucose"
    lost = '<originalText><reference value="#nowhere"/></originalText>'
    assert only(make.quantity("1", "g/L"), code=CODE.format(lost)).label == "Glucose"


def test_a_reference_to_a_row_is_named_by_its_first_cell() -> None:
    text = '<table><tr ID="row"><td/><td>Sodium</td><td>140</td></tr></table>'
    code = CODE.format('<originalText><reference value="#row"/></originalText>')
    (result,) = cda.read(make.report(make.observation(make.quantity("140", "mmol/L"), code=code), text=text)).results
    assert result.label == "Sodium"


def test_the_laboratorys_code_comes_before_loinc() -> None:
    local = '<translation code="GLU" codeSystem="1.2.250.1.999.5" displayName="Glucose labo"/>'
    codes = only(make.quantity("1", "g/L"), code=CODE.format(local)).codes
    assert [code.code for code in codes] == ["GLU", "2345-7"]
    bare = f"<code>{REFERENCE}{local}</code>"
    result = only(make.quantity("1", "g/L"), code=bare)
    assert (result.label, result.codes) == ("Glycémie à jeun", (Code("GLU", "1.2.250.1.999.5", "Glucose labo"),))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ('<value xsi:type="REAL" value="2.0"/>', Kind.NUMERIC, "2.0"),
        ('<value xsi:type="INT" value="3"/>', Kind.NUMERIC, "3"),
        ('<value xsi:type="IVL_PQ"><high value="5" unit="mg/L" inclusive="true"/></value>', Kind.NUMERIC, "<=5"),
        ('<value xsi:type="IVL_PQ"><low value="5" unit="mg/L" inclusive="false"/></value>', Kind.NUMERIC, ">5"),
        ('<value xsi:type="IVL_PQ"><low value="5" unit="mg/L"/></value>', Kind.NUMERIC, ">5"),
        ('<value xsi:type="IVL_PQ"><low value="5"/><high value="7"/></value>', Kind.TEXT, "5 - 7"),
        (
            '<value xsi:type="IVL_PQ"><low value="5" unit="g/L"/><high value="7" unit="mg/L"/></value>',
            Kind.TEXT,
            "5 g/L - 7 mg/L",
        ),
        ('<value xsi:type="ST">négatif</value>', Kind.TEXT, "négatif"),
        ('<value xsi:type="ED"><reference value="#glu"/></value>', Kind.TEXT, "Glycémie à jeun"),
        ('<value xsi:type="CD" code="1" displayName="Absence"/>', Kind.CODED, "Absence"),
        (f'<value xsi:type="CD">{REFERENCE}</value>', Kind.CODED, "Glycémie à jeun"),
        ('<value xsi:type="CD" code="B24.+0"/>', Kind.CODED, "B24.+0"),
        ('<value xsi:type="BL" value="true"/>', Kind.TEXT, "oui"),
        ('<value xsi:type="BL" value="false"/>', Kind.TEXT, "non"),
        (
            '<value xsi:type="RTO"><numerator value="1"/><denominator value="80"/></value>',
            Kind.TEXT,
            "1/80",
        ),
        ('<value xsi:type="RTO"><numerator value="1"/></value>', Kind.TEXT, ""),
        ('<value xsi:type="IVL_PQ"><low value="a" unit="g/L"/></value>', Kind.TEXT, "a"),
        ('<value xsi:type="PQ" value="beaucoup" unit="g/L"/>', Kind.TEXT, "beaucoup g/L"),
        ('<value xsi:type="PQ" value="1e400" unit="g/L"/>', Kind.TEXT, "1e400 g/L"),
        ('<value xsi:type="PQ" nullFlavor="NA"/>', Kind.TEXT, "sans objet"),
        ('<value xsi:type="PQ" nullFlavor="MSK"/>', Kind.TEXT, "masqué"),
        ('<value xsi:type="PQ" nullFlavor="NASK"/>', Kind.TEXT, "non demandé"),
        ('<value xsi:type="PQ" nullFlavor="ASKU"/>', Kind.TEXT, "demandé, mais inconnu"),
        ('<value xsi:type="PQ" nullFlavor="NI"/>', Kind.TEXT, "non communiqué"),
        ('<value xsi:type="PQ" nullFlavor="TRC"/>', Kind.TEXT, "traces"),
        ('<value xsi:type="PQ" nullFlavor="QS"/>', Kind.TEXT, "quantité suffisante"),
        ('<value xsi:type="CD" nullFlavor="OTH"/>', Kind.TEXT, "autre, non codé"),
        ('<value xsi:type="ST" nullFlavor="NAV"/>', Kind.TEXT, "indisponible à ce jour"),
        ('<value xsi:type="CD" nullFlavor="OTH"><originalText>Rare</originalText></value>', Kind.CODED, "Rare"),
        ('<value xsi:type="RTO"><originalText>1 sur 2</originalText></value>', Kind.TEXT, "1 sur 2"),
        ('<value xsi:type="IVL_PQ" nullFlavor="UNK"/>', Kind.TEXT, "inconnu"),
        ('<value xsi:type="x:PQ" xmlns:x="urn:other" value="5" unit="g/L"/>', Kind.TEXT, "5 g/L"),
        ('<value xsi:type="c:PQ" xmlns:c="urn:hl7-org:v3" value="5" unit="g/L"/>', Kind.NUMERIC, "5"),
        ("", Kind.TEXT, ""),
    ],
)
def test_every_type_of_value_keeps_what_it_says(value: str, kind: Kind, text: str) -> None:
    result = only(value)
    assert (result.kind, result.measure.value) == (kind, text)


def test_two_units_of_one_row_are_one_result_said_twice() -> None:
    other = f'<code code="14749-6" codeSystem="{make.LOINC}" displayName="Glucose [Moles/Volume]">{REFERENCE}</code>'
    observations = (
        make.observation(make.quantity("0.90", "g/L"), code=CODE.format(REFERENCE)),
        make.observation(make.quantity("5.0", "mmol/L"), code=other, more=make.normal("3.9", "5.8", "mmol/L")),
    )
    (result,) = cda.read(make.report(*observations, text=ROW.replace("0.90", "0.90 g/l ; 5.0 mmol/l"))).results
    assert (result.measure.value, result.measure.ucum) == ("0.90", "g/L")
    assert result.second is not None
    assert (result.second.value, result.second.ucum, result.second.low) == ("5.0", "mmol/L", "3.9")
    assert [code.code for code in result.codes] == ["2345-7", "14749-6"]


def two_of_one_row(first: str, second: str, status: str = "completed") -> tuple[Result, ...]:
    code, flag = CODE.format(REFERENCE), '<interpretationCode code="{}"/>'
    one = make.observation(make.quantity("60", "%"), code=code, more=flag.format(first))
    other = make.observation(make.quantity("9.2", "10*9/L"), code=code, more=flag.format(second), status=status)
    return cda.read(make.report(one, other, text=ROW.replace("0.90", "60 % ; 9.2 G/L"))).results


def test_a_flag_of_the_second_unit_is_the_results() -> None:
    (result,) = two_of_one_row("", "H")
    assert (result.flag, result.second and result.second.value) == ("H", "9.2")


def test_two_results_of_one_row_with_other_flags_or_other_status_stay_two() -> None:
    assert [result.flag for result in two_of_one_row("N", "H")] == ["N", "H"]
    assert [result.second for result in two_of_one_row("", "", "active")] == [None, None]


def test_a_translation_is_a_second_unit_with_its_own_range() -> None:
    value = '<value xsi:type="PQ" value="0.9" unit="g/L"><translation value="5.0" code="mmol/L"/></value>'
    low = '<low value="0.7" unit="g/L"><translation value="3.9" code="mmol/L"/></low>'
    half = make.normal("0.7", "1.1", "g/L").replace('<low value="0.7" unit="g/L"/>', low)
    high = '<high value="1.1" unit="g/L"><translation value="6.1" code="mmol/L"/></high>'
    both = half.replace('<high value="1.1" unit="g/L"/>', high)
    for more, limits in ((both, ("3.9", "6.1")), (half, ("", ""))):  # half a range is not the range
        second = only(value, more=more).second
        assert second is not None
        assert (second.value, second.ucum, second.low, second.high) == ("5.0", "mmol/L", *limits)


def test_two_results_of_one_row_in_one_unit_stay_two() -> None:
    one = make.observation(make.quantity("0.90", "g/L"), code=CODE.format(REFERENCE))
    assert len(cda.read(make.report(one, one, text=ROW)).results) == 2


def test_two_results_of_one_row_at_two_times_stay_two() -> None:
    one = make.observation(make.quantity("0.90", "g/L"), code=CODE.format(REFERENCE))
    later = one.replace("202503130830", "202503131030").replace('"g/L"', '"mmol/L"')
    assert len(cda.read(make.report(one, later, text=ROW)).results) == 2


def test_an_earlier_result_is_not_todays() -> None:
    earlier = make.observation(make.quantity("0.80", "g/L"))
    more = f'<entryRelationship typeCode="REFR">{earlier}</entryRelationship>'
    assert only(make.quantity("0.90", "g/L"), more=more).measure.value == "0.90"


def test_an_interpretation_without_letter_is_told_in_words() -> None:
    result = only('<value xsi:type="ST">x</value>', more='<interpretationCode code="R" displayName="Résistant"/>')
    assert (result.flag, result.remarks) == ("", ("Résistant",))


def test_of_several_interpretations_the_gravest_is_the_flag_and_the_others_are_told() -> None:
    more = '<interpretationCode code="A" displayName="Anormal"/><interpretationCode code="H"/>'
    result = only(make.quantity("1", "g/L"), more=more + '<interpretationCode code="HH"/>')
    assert (result.flag, result.remarks) == ("HH", ("Anormal", "H"))


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("10<sup>9</sup>/L", "10^9/L"),
        ("12<br/>15", "12 15"),
        ('<content revised="delete">12</content><content revised="insert">15</content>', "[supprimé : 12]15"),
        ("<list><item>12</item><item>15</item></list>", "- 12 - 15"),
    ],
)
def test_a_value_is_read_in_the_narrative_as_its_reader_sees_it(told: str, read: str) -> None:
    value = '<value xsi:type="ED"><reference value="#v"/></value>'
    (result,) = cda.read(make.report(make.observation(value), text=f'<content ID="v">{told}</content>')).results
    assert result.measure.value == read


def test_what_entries_refer_to_is_capped_at_each_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    value = '<value xsi:type="ED"><reference value="#v"/></value>'
    text = f'<content ID="v">{"x" * 100}</content>'
    monkeypatch.setattr(referred, "MOST_REFERRED", 1 + 3 * 100)  # one element, read once
    assert len(cda.read(make.report(*[make.observation(value)] * 3, text=text)).results) == 3
    with pytest.raises(MalformedError) as caught:
        cda.read(make.report(*[make.observation(value)] * 4, text=text))
    assert caught.value.code == "cda.size"


def test_digits_of_other_scripts_are_no_number() -> None:
    assert only('<value xsi:type="PQ" value="١٢" unit="g/L"/>').kind is Kind.TEXT


def test_a_comment_is_a_remark() -> None:
    act = '<act><code code="48767-8"/><text>Hémolyse</text></act>'
    more = f'<entryRelationship typeCode="SUBJ">{act}</entryRelationship>'
    assert only(make.quantity("1", "g/L"), more=more).remarks == ("Hémolyse",)


def test_an_isolate_names_the_chapter_of_its_antibiotics() -> None:
    isolate = (
        '<organizer classCode="CLUSTER"><specimen><specimenRole><specimenPlayingEntity>'
        '<code code="112283007" displayName="Escherichia coli"/></specimenPlayingEntity></specimenRole></specimen>'
        f"<component>{make.observation(make.quantity('1', 'g/L'))}</component></organizer>"
    )
    (result,) = cda.read(make.report(isolate)).results
    assert result.chapter == "Biochimie : Escherichia coli"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("completed", Status.FINAL), ("aborted", Status.UNVALIDATED), ("active", Status.UNVALIDATED)],
)
def test_only_a_completed_result_is_final(status: str, expected: Status) -> None:
    assert only(make.quantity("1", "g/L"), status=status).status is expected


def test_the_results_of_a_replacement_are_corrections() -> None:
    body = make.section("x", make.entry(make.observation(make.quantity("1", "g/L"))))
    (result,) = cda.read(make.cda(body, related=make.REPLACES, version="2")).results
    assert result.status is Status.CORRECTED


def test_an_observation_that_is_no_laboratory_result_is_none() -> None:
    other = make.observation(make.quantity("1", "g/L")).replace("1.3.6.1.4.1.19376.1.3.1.6", "1.2.3")
    assert cda.read(make.report(other)).results == ()


def test_a_unit_of_one_is_no_unit() -> None:
    assert only(make.quantity("1.1", "1")).measure == Measure("1.1")
