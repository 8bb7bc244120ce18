"""One line of the extraction: a person and a structure, as far as their numbers and codes are beyond doubt."""

import re
from collections.abc import Mapping

from passerelle.core.directory.entry import Entry
from passerelle.core.errors import MalformedError
from passerelle.core.message import Code, Identifier, Organisation, PostalAddress, Professional

COLUMNS = (
    "typedebal",
    "identificationnationalepp",
    "typeidentifiant",
    "identification",
    "civilitedexercice",
    "nomdexercice",
    "prenomdexercice",
    "categorieprofession",
    "codeprofession",
    "libelleprofession",
    "codesavoirfaire",
    "libellesavoirfaire",
    "raisonsociale",
    "enseignecommerciale",
    "l2complementlocalisation",
    "l3complementdistribution",
    "l4numerovoie",
    "l4complementnumerovoie",
    "nl4typevoie",
    "l4libellevoie",
    "l5lieuditmention",
    "l6ligneacheminement",
    "codepostal",
)
"""The columns that are read, without accents, case, spaces and « structure BAL »."""

LONGEST_VALUE = 200

_PERSON, _STRUCTURE, _PROFESSION = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2", "1.2.250.1.213.1.1.4.5"
_NATIONAL = re.compile(r"8\d{11}|0[0-9A-Z]{9}", re.ASCII)  # IDNPS: 8 + RPPS, 0 + ADELI
_STRUCTURES = {  # type digit and number; the file may say the digit within the number, too
    "1": re.compile(r"1?(\d[0-9AB]\d{7})", re.ASCII),  # FINESS
    "3": re.compile(r"3?(\d{14})", re.ASCII),  # SIRET
}
_TYPES = {"1": "1", "FINESS": "1", "3": "3", "SIRET": "3"}
_QUALIFIED = frozenset({"C", "M"})  # civil and military; students (E) are in another table (G16)
_PROFESSIONS = re.compile(r"10|21|26|28|3[125-9]|40|50|60|69|70|8[0-6]|9[124568]", re.ASCII)  # of G15 in JDV_J01
_SPECIALTIES = {"10": re.compile(r"SM\d\d", re.ASCII), "40": re.compile(r"SCD\d\d", re.ASCII)}
_TITLES = {"DR": "Dr", "DOCTEUR": "Dr", "PR": "Pr", "PROFESSEUR": "Pr"}
_BEFORE_CITY = re.compile(r"\d{5}\s+", re.ASCII)


def entry(line: Mapping[str, str]) -> Entry:
    """Return what a line says, by its columns; MalformedError `directory.row` where a value is none."""
    cells = {name: _clean(value) for name, value in line.items()}
    return Entry(_professional(cells) if cells["typedebal"].upper() == "PER" else None, _organisation(cells))


def _clean(value: str) -> str:
    text = " ".join(value.split())
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise MalformedError("directory.row", "A line of the extraction holds what is no text.")
    return text


def _professional(cells: Mapping[str, str]) -> Professional | None:
    if not cells["nomdexercice"]:
        return None
    number = cells["identificationnationalepp"]
    return Professional(
        cells["nomdexercice"],
        cells["prenomdexercice"],
        _TITLES.get(cells["civilitedexercice"].upper().rstrip("."), ""),
        Identifier(_PERSON, number) if _NATIONAL.fullmatch(number) else None,
        _profession(cells),
    )


def _profession(cells: Mapping[str, str]) -> Code | None:
    """Return the code of JDV_J01: `G15_` and the profession, then a physician's or dentist's specialty."""
    profession, specialty = cells["codeprofession"], cells["codesavoirfaire"]
    if cells["categorieprofession"].upper() not in _QUALIFIED or not _PROFESSIONS.fullmatch(profession):
        return None
    label = cells["libelleprofession"]
    if specialty and profession in _SPECIALTIES and _SPECIALTIES[profession].fullmatch(specialty):
        known = " - ".join(filter(None, (label, cells["libellesavoirfaire"])))
        return Code(f"G15_{profession}/{specialty}", _PROFESSION, known)
    return Code(f"G15_{profession}", _PROFESSION, label)


def _organisation(cells: Mapping[str, str]) -> Organisation | None:
    name = cells["raisonsociale"] or cells["enseignecommerciale"]
    if not name:
        return None
    street = " ".join(
        filter(None, map(cells.__getitem__, ("l4numerovoie", "l4complementnumerovoie", "nl4typevoie", "l4libellevoie")))
    )
    lines = (cells["l2complementlocalisation"], cells["l3complementdistribution"], street, cells["l5lieuditmention"])
    city = _BEFORE_CITY.sub("", cells["l6ligneacheminement"], count=1)
    return Organisation(
        name,
        _structure(_TYPES.get(cells["typeidentifiant"].upper(), ""), cells["identification"]),
        address=PostalAddress(tuple(filter(None, lines)), cells["codepostal"], city),
    )


def _structure(kind: str, number: str) -> Identifier | None:
    form = _STRUCTURES.get(kind)
    found = form.fullmatch(number) if form else None
    return Identifier(_STRUCTURE, kind + found[1]) if found else None
