"""What the code table says of a result, in one line."""

from passerelle.core.documents import biology
from passerelle.core.documents.code_table import Context, coded
from passerelle.core.message import Measure


def code(label: str, unit: str, chapter: str, text: str = "") -> str | None:
    found = coded(label, (), Measure("5", unit), Context(chapter, text))
    return found.code.code if found else None


UNITS = [*sorted(set(biology._UNITS.values())), "", "zorg/l"]
