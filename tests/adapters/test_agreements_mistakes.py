"""Every mistake that the file of agreements can hold is named with its line."""

import pytest

from passerelle.adapters.agreements import parse
from passerelle.adapters.mistakes import AgreementsError
from tests.adapters.conventions import DOCTOR, DOCTOR_ALIAS, EXAMPLE, HOSPITAL, LABORATORY


@pytest.mark.parametrize(
    ("old", "new", "line", "place"),
    [
        ('doubt = "flag" ', 'doubt = "maybe" ', 109, "agreement[1].doubt"),
        ('network = "apicrypt"', 'network = "fax"', 57, "correspondent[3].network"),
        ('rpps = "10009999003"', 'rpps = "1000999900"', 67, "correspondent[3].professional.rpps"),
        ('certificate = "jean.martin" ', 'certificate = "../jean" ', 62, "correspondent[3].certificate"),
        ('certificate = "jean.martin" ', "# ", 56, "correspondent[3]"),
        ('label = "Dr Jean MARTIN"', "", 56, "correspondent[3].label"),
        ('label = "Dr Jean MARTIN"', 'label = "Dr\\nBcc: x"', 60, "correspondent[3].label"),
        (f'address = "{DOCTOR}"', 'address = "jean martin"', 58, "correspondent[3].address"),
        (f'address = "{DOCTOR}"', f'address = "{LABORATORY}"', 81, "correspondent[4].address"),
        (f'alias = "{DOCTOR_ALIAS}"', f'alias = "{HOSPITAL}"', 59, "correspondent[3].alias"),
        (f'to = ["{DOCTOR}"]', 'to = ["nobody@medical59.apicrypt.example"]', 108, "agreement[1].to"),
        (f'to = ["{DOCTOR}"]', f'to = ["{HOSPITAL}"]', 108, "agreement[1].to"),
        ('loinc = "789-8"', 'loinc = "789-9"', 101, "correspondent[4].codes.NUM(1.1).loinc"),
        ('id = "499999990003"', "", 56, "correspondent[3]"),
        ('sector = { code = "SA07", display = "Cabinet individuel" }', "", 56, "correspondent[3]"),
        ('setting = { code = "AMBULATOIRE", display = "Ambulatoire" }', "", 56, "correspondent[3]"),
        ("# account = true", 'account = "perhaps"', 110, "agreement[1].account"),
        ('ucum = "/uL"', 'ucum = "/mm3"', 101, "correspondent[4].codes.NUM(1.1).ucum"),
        ('ucum = "/uL"', 'ucum = "g/L"', 101, "correspondent[4].codes.NUM(1.1)"),
        ('product = "DEV000000"', 'product = "DEV 000"', 7, "bridge.product"),
        ('product = "DEV000000"', 'colour = "red"', 7, "bridge.colour"),
        ('product = "DEV000000"', 'product = "DEV000000"\nmass = 0', 8, "bridge.mass"),
        ('product = "DEV000000"', 'product = "DEV000000"\nmass = 1001', 8, "bridge.mass"),
        ('domain = "passerelle.example"', "domain = ", 5, "file"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, place: str) -> None:
    wrong = EXAMPLE.replace(old, new, 1)
    assert wrong != EXAMPLE
    with pytest.raises(AgreementsError) as caught:
        parse(wrong.encode())
    assert (line, place) in [(mistake.line, mistake.place) for mistake in caught.value.mistakes]


def test_all_mistakes_are_named_at_once() -> None:
    wrong = EXAMPLE.replace('doubt = "flag"', 'doubt = "maybe"').replace('rpps = "1', 'rpps = "x')
    with pytest.raises(AgreementsError) as caught:
        parse(wrong.encode())
    assert len(caught.value.mistakes) == 6
