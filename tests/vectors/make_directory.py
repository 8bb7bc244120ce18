"""Extractions of MSSanté's directory, of any size: people, places and numbers are invented."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

HEADER = (
    "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|"
    "Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|"
    "Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|"
    "Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|"
    "L2COMPLEMENTLOCALISATION structure BAL|L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|"
    "L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|L4LIBELLEVOIE structure BAL|"
    "L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|"
    "Département structure BAL|Pays structure BAL"
)
COLUMNS = HEADER.split("|")
NAME = "Extraction_Correspondance_MSSante_202611220400.txt"
PERSON = {
    "Type de BAL": "PER",
    "Adresse BAL": "zoe.lefevre@medecin.mssante.example",
    "Type Identifiant PP": "8",
    "Identifiant PP": "10009999009",
    "Identification nationale PP": "810009999009",
    "Type identifiant structure": "1",
    "Identification Structure": "590099993",
    "Civilité d'exercice": "DR",
    "Nom d'exercice": "LEFÈVRE",
    "Prénom d'exercice": "ZOÉ",
    "Catégorie profession": "C",
    "Libellé de catégorie profession": "Civil",
    "Code Profession": "10",
    "Libellé Profession": "Médecin",
    "Code savoir-faire": "SM54",
    "Libellé savoir-faire": "Médecine générale (SM)",
    "Dématérialisation": "O",
    "Raison Sociale structure BAL": "CENTRE DE SANTE EXEMPLE",
    "L4NUMEROVOIE structure BAL": "12",
    "NL4TYPEVOIE structure BAL": "RUE",
    "L4LIBELLEVOIE structure BAL": "DES EXEMPLES",
    "L6LIGNEACHEMINEMENT structure BAL": "59100 ROUBAIX",
    "Code postal structure BAL": "59100",
    "Pays structure BAL": "FRANCE",
}
_PERSONAL = frozenset(COLUMNS[2:5] + COLUMNS[8:17])


def person(**cells: str) -> dict[str, str]:
    """Return a professional's line; columns by keyword are those of `SHORT`."""
    return PERSON | {SHORT[name]: value for name, value in cells.items()}


SHORT = {
    "address": "Adresse BAL",
    "kind": "Type de BAL",
    "number": "Identification nationale PP",
    "title": "Civilité d'exercice",
    "family": "Nom d'exercice",
    "given": "Prénom d'exercice",
    "category": "Catégorie profession",
    "profession": "Code Profession",
    "specialty": "Code savoir-faire",
    "specialty_label": "Libellé savoir-faire",
    "register": "Type identifiant structure",
    "structure": "Identification Structure",
    "structure_name": "Raison Sociale structure BAL",
    "sign": "Enseigne commerciale structure BAL",
}


def organisation(**cells: str) -> dict[str, str]:
    """Return the line of a box of a structure."""
    line = {name: value for name, value in PERSON.items() if name not in _PERSONAL}
    line |= {"Type de BAL": "ORG", "Adresse BAL": "secretariat@centre.mssante.example"}
    return line | {SHORT[name]: value for name, value in cells.items()}


def text(lines: Iterable[Mapping[str, str]], columns: Iterable[str] = COLUMNS) -> bytes:
    """Return an extraction with these lines."""
    names = tuple(columns)
    rows = ("|".join(line.get(name, "") for name in names) for line in lines)
    return "\n".join(["|".join(names), *rows, ""]).encode()


def crowd(count: int) -> Iterator[dict[str, str]]:
    """Yield the lines of so many people."""
    for number in range(count):
        yield person(
            address=f"prenom.nom-{number}@medecin.mssante.example",
            number=f"8{10009000000 + number}",
            family=f"NOM {number}",
            structure=f"{590000000 + number % 5000}",
        )


def packed(content: bytes, name: str = NAME) -> bytes:
    """Return the zip of an extraction."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


def blocks(content: bytes, size: int = 1 << 16) -> Iterator[bytes]:
    """Yield the same in blocks."""
    yield from (content[start : start + size] for start in range(0, len(content), size))
