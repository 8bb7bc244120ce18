"""What the X-MSS-… fields of a MSSanté mail say, as far as they are codes: the figures that MSSanté asks for."""

import re
from collections.abc import Iterable

from passerelle.core.documents import code_table
from passerelle.core.documents.xdm import classes
from passerelle.core.message import Labels

NONE, OTHER = "none", "other"
"""No such field; one that says no code. What it says is never repeated: somebody may have written a name there."""

MOST_CODES = 10
"""Types of documents of one mail that are told."""

_PRODUCT = re.compile(r"[A-Z]{1,5}-?[0-9]{3,9}")  # DEV935997; no INS, which has 15 digits


def read(fields: Iterable[tuple[str, str]]) -> Labels:
    """Return what the fields of a mail say; the first of each name counts."""
    told: dict[str, str] = {}
    for name, value in fields:
        told.setdefault(name.upper(), value.strip())
    codes = [code.strip() for code in told.get("X-MSS-CODECDA", "").split(",", MOST_CODES)[:MOST_CODES]]
    return Labels(
        ",".join(code if _is_type(code) else OTHER for code in codes if code) or NONE,  # ECO.2.4.1
        _known(told.get("X-MSS-INS", ""), good=told.get("X-MSS-INS") in {"O", "N"}),  # ECO.2.4.2
        _known(told.get("X-MSS-NIL", ""), good=bool(_PRODUCT.fullmatch(told.get("X-MSS-NIL", "")))),  # ECO.2.4.3
    )


def _known(value: str, *, good: bool) -> str:
    return value if good else OTHER if value else NONE


def _is_type(code: str) -> bool:
    """Tell whether a code is one of ANS's types of documents, or a LOINC code."""
    return code in classes.types() or code_table.valid(code)
