"""What the directory's extraction says of whom, and what it is refused for."""

import collections
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.directory import Entry, extraction
from passerelle.core.directory.extraction import read
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Identifier, Organisation, PostalAddress, Professional
from tests.vectors import make_directory as make

ZOE = "zoe.lefevre@medecin.mssante.example"
OFFICE = "secretariat@centre.mssante.example"
CENTRE = Organisation(
    "CENTRE DE SANTE EXEMPLE",
    Identifier("1.2.250.1.71.4.2.2", "1590099993"),
    address=PostalAddress(("12 RUE DES EXEMPLES",), "59100", "ROUBAIX"),
)
DOCTOR = Professional(
    "LEFÈVRE",
    "ZOÉ",
    "Dr",
    Identifier("1.2.250.1.71.4.2.1", "810009999009"),
    Code("G15_10/SM54", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)"),
)


def found(*lines: dict[str, str], address: str = ZOE) -> Entry | None:
    return read(make.blocks(make.text(lines)), {address}).entries.get(address)


def refusal(content: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        read(make.blocks(content), {ZOE})
    return caught.value.code


def test_a_professional_has_his_numbers_his_codes_and_his_structure() -> None:
    assert found(make.person()) == Entry(DOCTOR, CENTRE)


def test_a_box_of_a_structure_names_nobody() -> None:
    assert found(make.organisation(), address=OFFICE) == Entry(None, CENTRE)


def test_only_who_is_asked_for_is_read_and_case_does_not_matter() -> None:
    lines = [*make.crowd(20), make.person(address=ZOE.upper()), make.organisation()]
    reading = read(make.blocks(make.text(lines)), {ZOE})
    assert dict(reading.entries) == {ZOE: Entry(DOCTOR, CENTRE)}
    assert reading.lines == 22


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"profession": "10", "specialty": "SM26"}, "G15_10/SM26"),
        ({"profession": "10", "specialty": "C07"}, "G15_10"),
        ({"profession": "10", "specialty": ""}, "G15_10"),
        ({"profession": "40", "specialty": "SCD01"}, "G15_40/SCD01"),
        ({"profession": "40", "specialty": "SM54"}, "G15_40"),
        ({"profession": "60", "specialty": ""}, "G15_60"),
        ({"profession": "10", "category": "M"}, "G15_10/SM54"),
        ({"profession": "10", "category": "E"}, None),  # a student
        ({"profession": "99"}, None),
        ({"profession": "10/SM54"}, None),
        ({"profession": "१०"}, None),
    ],
)
def test_a_profession_has_a_code_where_it_is_certain(cells: dict[str, str], code: str | None) -> None:
    entry = found(make.person(**cells))
    assert entry is not None
    assert entry.professional is not None
    assert (entry.professional.profession.code if entry.professional.profession else None) == code


@pytest.mark.parametrize(
    ("number", "kept"),
    [("810009999009", True), ("0591234567", True), ("81000999900", False), ("10009999009", False), ("", False)],
)
def test_a_person_has_a_number_with_its_type_or_none(number: str, kept: bool) -> None:  # noqa: FBT001 - a parameter
    entry = found(make.person(number=number))
    assert entry is not None
    assert entry.professional is not None
    assert (entry.professional.identifier is not None) is kept


@pytest.mark.parametrize(
    ("register", "number", "extension"),
    [
        ("1", "590099993", "1590099993"),
        ("1", "1590099993", "1590099993"),
        ("1", "2A0099993", "12A0099993"),
        ("FINESS", "590099993", "1590099993"),
        ("3", "99999999900011", "399999999900011"),
        ("3", "399999999900011", "399999999900011"),
        ("2", "999999999", None),
        ("", "590099993", None),
        ("1", "59009999", None),
    ],
)
def test_a_structure_has_a_number_of_a_known_register_or_none(
    register: str, number: str, extension: str | None
) -> None:
    entry = found(make.person(register=register, structure=number))
    assert entry is not None
    assert entry.organisation is not None
    assert (entry.organisation.identifier.extension if entry.organisation.identifier else None) == extension


def test_a_person_in_two_structures_has_none_of_them() -> None:
    assert found(make.person(), make.person(structure="590099994")) == Entry(DOCTOR, None)


def test_two_people_at_one_address_are_nobody() -> None:
    assert found(make.person(), make.person(number="810009999010", given="LÉA")) == Entry()


def test_a_person_with_two_specialties_has_neither() -> None:
    entry = found(make.person(), make.person(specialty="SM26"))
    assert entry is not None
    assert entry.professional is not None
    assert entry.professional.profession is None
    assert entry.professional.identifier == DOCTOR.identifier


def test_columns_are_found_by_name_whatever_their_order_their_suffix_and_what_is_new() -> None:
    names = ["Nouvelle colonne", *reversed(make.COLUMNS)]
    line = make.person()
    other = make.text([line], names).replace(b"structure BAL", b"STRUCTURE_BAL").replace(b"Pr\xc3\xa9nom", b"PRENOM")
    assert read([b"\xef\xbb\xbf" + other], {ZOE}).entries == {ZOE: Entry(DOCTOR, CENTRE)}


def test_lines_may_end_with_crlf_and_with_a_bar() -> None:
    content = make.text([make.person()])
    windows = content.replace(b"\n", b"\r\n")
    assert read([windows], {ZOE}).entries == read([content], {ZOE}).entries
    barred = content.replace(b"FRANCE\n", b"FRANCE|\n")
    assert read([barred], {ZOE}).entries == read([content], {ZOE}).entries


@pytest.mark.parametrize("name", ["Adresse BAL", "Identification nationale PP", "Code postal structure BAL"])
def test_a_column_that_is_read_is_wanted_once(name: str) -> None:
    less = make.text([make.person()], [one for one in make.COLUMNS if one != name])
    assert refusal(less) == "directory.columns"
    assert refusal(make.text([make.person()], [*make.COLUMNS, name])) == "directory.columns"


GOOD = make.text([make.person()])
HOSTILE = {
    "nothing": (b"", "directory.columns"),
    "a page": (b"<html><body>Maintenance</body></html>", "directory.columns"),
    "a header in Latin-1": (GOOD.decode().encode("latin-1"), "directory.columns"),
    "too many columns": (b"|".join([b"x"] * 201), "directory.columns"),
    "a line in Latin-1": (GOOD.replace("ZOÉ".encode(), b"ZO\xc9"), "directory.row"),
    "a column less": (GOOD.replace(b"|FRANCE", b""), "directory.row"),
    "a column more": (GOOD.replace(b"|FRANCE", b"|FRANCE|x"), "directory.row"),
    "a line of nothing": (GOOD + b"PER\n", "directory.row"),
    "a control character": (GOOD.replace(b"CENTRE", b"CEN\0TRE"), "directory.row"),
    "a value beyond its length": (GOOD.replace(b"CENTRE", b"C" * 201), "directory.row"),
    "a direction of writing": (GOOD.replace(b"CENTRE", "\u202eCENTRE".encode()), "directory.row"),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_what_is_no_extraction_is_refused_whole(attack: str) -> None:
    content, code = HOSTILE[attack]
    assert refusal(content) == code


def test_a_line_is_read_at_its_cap_and_refused_past_it() -> None:
    def padded(length: int) -> bytes:
        return GOOD + b"ORG|x@y.example|" + b"z" * (length - 16) + b"\n"

    assert read([padded(extraction.LONGEST_LINE)], {ZOE}).lines == 2
    assert refusal(padded(extraction.LONGEST_LINE + 1)) == "directory.line"
    assert refusal(b"x" * (extraction.LONGEST_LINE + 1)) == "directory.line"


def test_an_address_is_read_at_its_cap_of_lines_and_refused_past_it() -> None:
    lines = [make.person()] * extraction.MOST_LINES_EACH
    assert found(*lines) == Entry(DOCTOR, CENTRE)
    assert refusal(make.text([*lines, make.person()])) == "directory.lines"


def test_a_text_is_read_at_its_cap_and_left_past_it() -> None:
    block = (b"\n" + b"x" * 8191) * 128
    whole = extraction.LARGEST_TEXT // len(block)
    assert sum(map(len, extraction.split(itertools.repeat(block, whole)))) == 8191 * 128 * whole
    with pytest.raises(MalformedError, match="more than"):
        collections.deque(extraction.split(itertools.repeat(block)), maxlen=0)


cell = st.text(st.characters(codec="utf-8", exclude_characters="|\n\r", exclude_categories=("C", "Z")), max_size=12)


@settings(max_examples=30)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(make.SHORT, cell)), max_size=4), st.integers(1, 90))
def test_any_text_in_any_blocks_is_read_or_refused_by_name(lines: list[dict[str, str]], size: int) -> None:
    content = make.text([make.person(), *(make.person(**line) for line in lines)])
    reading = read(make.blocks(content, size), {ZOE, *(line["address"].lower() for line in lines)})
    assert reading == read([content], {ZOE, *(line["address"].lower() for line in lines)})
    assert reading.lines == len(lines) + 1
