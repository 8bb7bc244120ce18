"""Laboratory values: French units and UCUM, numbers, flags; what is not known beyond doubt stays None."""

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from passerelle.core.documents import ucum as symbols

_LONGEST_NUMBER = 30  # digits and sign; no measure of a laboratory has more

_UNITS = MappingProxyType(  # as French laboratories write them → UCUM; compared without case, spaces and dots
    {
        "g/l": "g/L",
        "g/dl": "g/dL",
        "g/100ml": "g/dL",
        "mg/l": "mg/L",
        "mg/dl": "mg/dL",
        "µg/l": "ug/L",
        "µg/ml": "ug/mL",
        "ng/l": "ng/L",
        "ng/ml": "ng/mL",
        "pg/ml": "pg/mL",
        "mol/l": "mol/L",
        "mmol/l": "mmol/L",
        "µmol/l": "umol/L",
        "nmol/l": "nmol/L",
        "pmol/l": "pmol/L",
        "meq/l": "meq/L",
        "ui/l": "[IU]/L",
        "u/l": "U/L",
        "mui/l": "m[IU]/L",
        "µui/ml": "u[IU]/mL",
        "mui/ml": "m[IU]/mL",
        "ui/ml": "[IU]/mL",
        "kui/l": "k[IU]/L",
        "/mm3": "/uL",
        "/µl": "/uL",
        "/ml": "/mL",
        "giga/l": "10*9/L",
        "10^9/l": "10*9/L",
        "10*9/l": "10*9/L",
        "10e9/l": "10*9/L",
        "tera/l": "10*12/L",
        "téra/l": "10*12/L",
        "10^12/l": "10*12/L",
        "10*12/l": "10*12/L",
        "10e12/l": "10*12/L",
        "t/l": "10*12/L",
        "fl": "fL",
        "µ3": "fL",
        "µm3": "fL",
        "pg": "pg",
        "%": "%",
        "ml/mn": "mL/min",
        "ml/min": "mL/min",
        "mg/24h": "mg/(24.h)",
        "g/24h": "g/(24.h)",
        "mm/h": "mm/h",
        "ufc/ml": "[CFU]/mL",
        "mmhg": "mm[Hg]",
        "sec": "s",
        "secondes": "s",
        "mn": "min",
        "mmol/24h": "mmol/(24.h)",
        "µmol/24h": "umol/(24.h)",
        "ml/24h": "mL/(24.h)",
        "ml": "mL",
        "mu/l": "mU/L",
        "°c": "Cel",
    }
)

_USAGE = MappingProxyType(  # where French usage is not what UCUM writes
    {
        "10*9/L": "G/L",
        "10*12/L": "T/L",
        "/uL": "/mm3",
        "[IU]/L": "UI/L",
        "[IU]/mL": "UI/mL",
        "m[IU]/L": "mUI/L",
        "m[IU]/mL": "mUI/mL",
        "u[IU]/mL": "µUI/mL",
        "k[IU]/L": "kUI/L",
        "ug/L": "µg/L",
        "ug/mL": "µg/mL",
        "umol/L": "µmol/L",
        "meq/L": "mEq/L",
        "mL/min": "mL/mn",
        "mg/(24.h)": "mg/24h",
        "g/(24.h)": "g/24h",
        "[CFU]/mL": "UFC/mL",
        "mm[Hg]": "mmHg",
        "Cel": "°C",
        "mmol/(24.h)": "mmol/24h",
        "umol/(24.h)": "µmol/24h",
        "mL/(24.h)": "mL/24h",
        "1": "",
    }
)

# What is counted by the giga per litre; all else that is followed by g/l is weighed.
_COUNTED = re.compile(
    r"^(numération des )?(leucocytes|globules blancs|plaquettes|thrombocytes|poly(nucléaires|\.)?\b|lymphocytes"
    r"|monocytes|éosinophiles|basophiles|neutrophiles|réticulocytes|blastes|myélocytes|métamyélocytes|érythroblastes|gb\b|pn[neb]\b)",
    re.IGNORECASE,
)
_WEIGHED = re.compile(
    r"^(?:alpha|b[êe]ta|gamma)\b|\bhb\b|hgb|protid|ur[ée]mie|\bapo\b|transthyr|sid[ée]rophil|compl[ée]ment\b"
    r"|\big [agm]\b|glyc[ée]mie|glucose|cholest|triglyc|hdl|ldl|ur[ée]e|prot[ée]i|albumin|globuline|h[ée]moglobine|ccmh"
    r"|cr[ée]atin|calcium|fibrinog|transferrine|haptoglobine|chlore|fer\b|magn[ée]sium|phosph|lipides|urique|immunoglob|ig[agm]\b",
    re.IGNORECASE,
)
_SEDIMENTATION = re.compile(r"\bv\.?s\b|s[ée]dimentation", re.IGNORECASE)
_SECOND_HOUR = re.compile(r"(?:2|deuxi|second)\w*\s*h", re.IGNORECASE)
_FLAGS = frozenset({"N", "L", "H", "LL", "HH"})
_NUMBER = re.compile(r"\*?\s*(?P<sign><=|>=|[<>≤≥]?)\s*(?P<number>[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+))\s*\*?")
_THOUSANDS = re.compile(r"[+-]?0*[1-9]\d*,\d{3}")  # 4,500 leucocytes are four thousand and more, or four and a half
_POINTED = re.compile(r"[<>=+*\s]*[1-9]\d{0,2}(?:\.\d{3})+[*\s]*")
_WHOLE = frozenset({"/uL", "/mL", "[CFU]/mL"})  # cells by the cubic millimetre are whole, and come by the thousand


def ucum(unit: str, label: str) -> str | None:
    """Return the UCUM unit of a French unit, or None where it is not known beyond doubt.

    Without a label it may be any word beside a number, so that only French units count.
    """
    folded = re.sub(r"\s", "", unit).casefold().replace("μ", "µ")
    folded = re.sub(r"^u(?=mol|g/|ui)", "µ", folded).replace("/ul", "/µl").rstrip(".")
    if folded == "g/l":
        return _gram_or_giga(label)
    if folded == "mm":  # the height of a sedimentation after one hour
        return _height(label)
    return _UNITS.get(folded) or (symbols.spelt(unit) if label else None)


def _height(label: str) -> str | None:
    """Tell a sedimentation after one hour from any other height."""
    if _SEDIMENTATION.search(label) and not _SECOND_HOUR.search(label):
        return "mm/h"
    return "mm" if label else None


def _gram_or_giga(label: str) -> str | None:
    """Tell gram from giga per litre: the two differ by case only, which laboratories mix up."""
    if _COUNTED.search(label.strip()):
        return "10*9/L"
    if _WEIGHED.search(label):
        return "g/L"
    return None


def known(unit: str) -> bool:
    """Tell whether a UCUM unit is one that a French unit may stand for."""
    return unit in _UNITS.values()


def usage(unit: str) -> str:
    """Return how a French reader writes a UCUM unit; annotations in braces are no unit."""
    plain = re.sub(r"\{[^}]*\}", "", unit).replace("[iU]", "[IU]")  # UCUM has both
    return _USAGE.get(plain, plain)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it was measured, and whether it is a limit: `<`, `<=`, `>`, `>=` or empty."""

    number: Decimal
    limit: str = ""

    def __str__(self) -> str:
        """Write it with a point and the digits it came with."""
        return f"{self.limit}{self.digits}"

    @property
    def digits(self) -> str:
        """Return the number alone, never in scientific notation."""
        return f"{self.number:f}"


def quantity(text: str) -> Quantity | None:
    """Return the number in `12,9`, `*12.9*`, `<0.10` or `+3`; None where the text is no single number beyond doubt."""
    if len(text) > _LONGEST_NUMBER:
        return None
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not found["number"].isascii() or _THOUSANDS.fullmatch(found["number"]):
        return None
    limit = found["sign"].replace("≤", "<=").replace("≥", ">=")
    return Quantity(Decimal(found["number"].replace(",", ".")), limit)


def thousands(text: str, unit: str) -> bool:
    """Tell whether the point of a number may be one of thousands: 245.000 /mm3 are as many, or none."""
    return bool(_POINTED.fullmatch(text)) and ucum(unit, "") in _WHOLE


def flag(code: str) -> str:
    """Return a flag that HPRIM and HL7 share (N, L, H, LL, HH), or nothing."""
    return code if code in _FLAGS else ""
