"""The class of a document (XDS classCode), which its type decides: ANS's association ASS_X04, as a table."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from passerelle.core.message import Code

TABLE = "classes.2024-02.csv"
_SYSTEM = "1.2.250.1.213.1.1.4.1"  # TRE_A03
_LABELS = MappingProxyType(
    {
        "10": "Compte rendu",
        "11": "Synthèse",
        "31": "Imagerie médicale",
        "42": "Prescription",
        "43": "Dispensation",
        "44": "Plan de soins, protocole de soins",
        "45": "Traitement administré",
        "52": "Certificat, déclaration",
        "60": "Données de remboursement",
        "90": "Autres documents déposés par le patient",
        "95": "Document de gestion",
        "99": "Document technique",
    }
)


def document_class(kind: Code) -> Code | None:
    """Return the class of a type of document; None for a type that the table does not have."""
    return _classes().get((kind.code, kind.system))


@cache
def types() -> frozenset[str]:
    """Return the codes of all types that the table has."""
    return frozenset(code for code, _ in _classes())


@cache
def _classes() -> Mapping[tuple[str, str], Code]:
    content = files("passerelle.core.documents").joinpath("tables", TABLE).read_text("utf-8")
    rows = csv.DictReader(content.splitlines(), strict=True)
    return {(row["type"], row["system"]): Code(row["class"], _SYSTEM, _LABELS[row["class"]]) for row in rows}
