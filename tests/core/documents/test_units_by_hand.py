"""Every unit that French laboratories print, by hand: what it is in UCUM, and how it is printed again."""

import pytest

from passerelle.core.documents import biology

UNITS = """
g/dl | g/dL | g/dL
g/100ml | g/dL | g/dL
mg/l | mg/L | mg/L
mg/dl | mg/dL | mg/dL
µg/l | ug/L | µg/L
µg/ml | ug/mL | µg/mL
ng/l | ng/L | ng/L
ng/ml | ng/mL | ng/mL
pg/ml | pg/mL | pg/mL
mol/l | mol/L | mol/L
mmol/l | mmol/L | mmol/L
µmol/l | umol/L | µmol/L
nmol/l | nmol/L | nmol/L
pmol/l | pmol/L | pmol/L
meq/l | meq/L | mEq/L
ui/l | [IU]/L | UI/L
u/l | U/L | U/L
mui/l | m[IU]/L | mUI/L
µui/ml | u[IU]/mL | µUI/mL
mui/ml | m[IU]/mL | mUI/mL
ui/ml | [IU]/mL | UI/mL
kui/l | k[IU]/L | kUI/L
/mm3 | /uL | /mm3
/µl | /uL | /mm3
/ml | /mL | /mL
giga/l | 10*9/L | G/L
10^9/l | 10*9/L | G/L
10*9/l | 10*9/L | G/L
10e9/l | 10*9/L | G/L
tera/l | 10*12/L | T/L
téra/l | 10*12/L | T/L
10^12/l | 10*12/L | T/L
10*12/l | 10*12/L | T/L
10e12/l | 10*12/L | T/L
t/l | 10*12/L | T/L
fl | fL | fL
µ3 | fL | fL
µm3 | fL | fL
pg | pg | pg
% | % | %
ml/mn | mL/min | mL/mn
ml/min | mL/min | mL/mn
mg/24h | mg/(24.h) | mg/24h
g/24h | g/(24.h) | g/24h
mmol/24h | mmol/(24.h) | mmol/24h
µmol/24h | umol/(24.h) | µmol/24h
ml/24h | mL/(24.h) | mL/24h
mm/h | mm/h | mm/h
ufc/ml | [CFU]/mL | UFC/mL
mu/l | mU/L | mU/L
ml | mL | mL
sec | s | s
secondes | s | s
mn | min | min
mmhg | mm[Hg] | mmHg
°c | Cel | °C
"""
ROWS = [tuple(part.strip() for part in row.split(" | ")) for row in UNITS.strip().splitlines()]


@pytest.mark.parametrize(("printed", "ucum", "again"), ROWS)
def test_a_printed_unit_is_known_and_printed_again(printed: str, ucum: str, again: str) -> None:
    assert biology.ucum(printed, "") == ucum
    assert biology.usage(ucum) == again


@pytest.mark.parametrize("sign", ["\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}", "\N{GREEK CAPITAL LETTER MU}", "u"])
@pytest.mark.parametrize(("printed", "ucum"), [("{}mol/L", "umol/L"), ("{}g/L", "ug/L")])
def test_a_micro_is_a_micro_however_it_is_typed(sign: str, printed: str, ucum: str) -> None:
    assert biology.ucum(printed.format(sign), "") == ucum
